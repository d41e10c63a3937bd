"""Which optional libraries a command needs, and the one line to show when they are not there.

Whether a library is installed is found out without importing it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec

# The modules by which an extra of pyproject.toml is recognised.
_MODULES: Mapping[str, Sequence[str]] = {
    "cli": ("click", "jinja2", "rich"),
    "contract": ("click", "requests", "schemathesis"),
    "dask": ("distributed",),
    "sandbox": ("click", "jsonschema_rs", "msgspec", "starlette", "uvicorn"),
    "snapshot": ("fsspec", "pyarrow"),
}


def missing(extra: str) -> str | None:
    """The line that says how to install `extra`, or None if it is installed."""
    if all(find_spec(name) for name in _MODULES[extra]):
        return None
    return f"creatoraudit: this needs the extra {extra!r}; run: pip install 'creatoraudit[{extra}]'"
