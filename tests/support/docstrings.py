"""The docstrings of the public API, and a module of their examples for type checkers.

Usage: python -m support.docstrings FILE
"""

from __future__ import annotations

import ast
import doctest
import inspect
import sys
import textwrap
import types
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

from creatoraudit import AsyncCreatorAudit, CreatorAudit, export, frames, report, snapshot

MODULES = (export, frames, report, snapshot)
CLIENTS = (CreatorAudit, AsyncCreatorAudit)
HEAD = """# mypy: allow-redefinition
from __future__ import annotations
from pathlib import Path
from creatoraudit import Account, AsyncCreatorAudit, CreatorAudit, Video
"""
GIVEN = {
    "account": "Account",
    "account_id": "str",
    "account_ids": "list[str]",
    "creator_id": "str",
    "ids": "list[str]",
    "units": "list[Unit]",
    "video": "Video",
    "video_id": "str",
    "video_ids": "list[str]",
}


def functions() -> str:
    """A module with a function per docstring that has an example."""
    lines = [HEAD]
    for module in MODULES:
        lines += [f"from {module.__name__} import {name}" for name in module.__all__]
    for number, (name, function, is_async) in enumerate(WITH_EXAMPLE):
        examples = doctest.DocTestParser().get_examples(inspect.getdoc(function) or "")
        source = "".join(example.source for example in examples)
        used = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
        client = "AsyncCreatorAudit" if is_async else "CreatorAudit"
        given = [f"{one}: {kind}" for one, kind in GIVEN.items() if one in used]
        told = ", ".join([f"ca: {client}", *given])
        lines.append(
            f"{'async ' if is_async else ''}def example_{number}({told}) -> None:  # {name}"
        )
        lines.append(textwrap.indent(source, "    "))
    return "\n".join(lines)


def documented() -> Iterator[tuple[str, Callable[..., object], bool]]:
    """Every public function and method: its name, itself, whether it is of the async client."""
    for module in MODULES:
        for name in module.__all__:
            value = getattr(module, name)
            if isinstance(value, types.FunctionType):
                yield f"{module.__name__}.{name}", value, False
    for client in CLIENTS:
        made = client("a-key", base_url="http://127.0.0.1:9/v2")
        yield client.__name__, client, client is AsyncCreatorAudit
        owners = {client.__name__: client}
        for name, value in vars(client).items():
            if isinstance(value, cached_property):
                owners[f"{client.__name__}.{name}"] = type(getattr(made, name))
        for owner, cls in owners.items():
            for name in dir(cls):
                value = inspect.getattr_static(cls, name)
                if not name.startswith("_") and isinstance(value, types.FunctionType):
                    yield f"{owner}.{name}", value, client is AsyncCreatorAudit


DOCUMENTED = list(documented())
WITH_EXAMPLE = [one for one in DOCUMENTED if ">>>" in (inspect.getdoc(one[1]) or "")]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(functions(), encoding="utf-8")
