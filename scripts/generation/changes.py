"""What a new contract changes for the facade: the summary at the end of a regeneration.

Which operations came, went or changed is `drifting`'s judgement; which facade methods that concerns
is read off the facade's source, where a method names the operations it uses.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from creatoraudit.contract._drift import Level, compare
from creatoraudit.contract.openapi import Document, operations

SOURCE = Path("facade", "creatoraudit", "_async")
# Modules that do a public method's work, by that method.
WORKS_FOR = {"breakouts": "breakouts", "deltas": "videos.deltas"}


def facade_methods(root: Path) -> dict[str, list[str]]:
    """Methods of the facade by the name of the operation they use, such as `videos.list`."""
    found: dict[str, list[str]] = {}
    for path in sorted((root / SOURCE).glob("*.py")):
        for method in _methods(ast.parse(path.read_text("utf-8"))):
            own = method.name if path.stem == "client" else f"{path.stem}.{method.name}"
            for name in _operations_in(method):
                found.setdefault(name, []).append(WORKS_FOR.get(path.stem, own))
    return found


def _methods(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for top in module.body:
        if isinstance(top, ast.ClassDef):
            for member in top.body:
                if isinstance(member, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    yield member


def _operations_in(method: ast.AST) -> Iterator[str]:
    for node in ast.walk(method):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "operations"
        ):
            yield node.attr


def changes(old: bytes, new: bytes, names: Mapping[str, Any], root: Path) -> list[str]:
    """The summary, line by line: operations added, removed, changed, and what they concern."""
    base = _document("the old contract", old, names["base_path"])
    head = _document("the new contract", new, names["base_path"])
    was, now = operations(base), operations(head)
    changed = {
        label
        for finding in compare(base, head)
        if finding.rule.level > Level.COSMETIC
        for label in finding.operations
    }
    labels = {operation.label: key for key, operation in {**was, **now}.items()}
    touched = {labels[label] for label in changed if label in labels} & was.keys() & now.keys()
    methods = facade_methods(root)

    def used(key: str) -> list[str]:
        return methods.get(str(names["operations"].get(key, {}).get("name")), [])

    gone = was.keys() - now.keys()
    concerned = sorted({method for key in {*gone, *touched} for method in used(key)})
    lines = [
        _line("added operations", now.keys() - was.keys()),
        _line("removed operations", gone),
        _line("changed operations", touched),
        _line("facade methods affected", concerned),
        _line("operations without a facade method", (key for key in now if not used(key))),
    ]
    return [line for line in lines if line]


def _document(name: str, content: bytes, base_path: str) -> Document:
    root = json.loads(content)
    # Some documents have the base path in the server's URL, others in every path.
    paths = {path.removeprefix(base_path): item for path, item in root["paths"].items()}
    return Document(name, {**root, "paths": paths})


def _line(words: str, names: Iterable[str]) -> str:
    listed = sorted(names)
    return f"{words} ({len(listed)}): {', '.join(listed)}" if listed else ""
