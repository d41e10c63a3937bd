"""Knows the optional libraries of each command, and the message for a missing one.

It finds out whether a library is installed without importing it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec

# Modules whose presence shows that an extra of pyproject.toml is installed.
_MODULES: Mapping[str, Sequence[str]] = {
    "cli": ("click", "jinja2", "rich"),
    "contract": ("click", "requests", "schemathesis"),
    "dask": ("distributed",),
    "sandbox": ("click", "jsonschema_rs", "msgspec", "starlette", "uvicorn"),
    "snapshot": ("fsspec", "pyarrow"),
}


def missing(extra: str) -> str | None:
    """How to install `extra`; None if it is installed."""
    if all(find_spec(name) for name in _MODULES[extra]):
        return None
    return f"creatoraudit: this needs the extra {extra!r}; run: pip install 'creatoraudit[{extra}]'"
