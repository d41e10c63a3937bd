"""Summarises what a new contract changes for the facade.

The drift report finds the operations that were added, removed or changed. The facade's source names
the operations that each method uses, which gives the methods affected.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from creatoraudit.contract._drift import Level, compare
from creatoraudit.contract.openapi import Document, operations

SOURCE = Path("facade", "creatoraudit", "_async")
# Modules that implement a public method: that method, and operations that they take from a table.
WORKS_FOR: dict[str, tuple[str, set[str]]] = {
    "breakouts": ("breakouts", {"list_videos", "list_account_videos"}),
    "deltas": ("videos.deltas", set()),
}


def facade_methods(root: Path) -> dict[str, list[str]]:
    """Facade methods by the name of the operation that they use, such as `videos.list`."""
    found: dict[str, list[str]] = {}
    for path in sorted((root / SOURCE).glob("*.py")):
        module = ast.parse(path.read_text("utf-8"))
        if path.stem in WORKS_FOR:
            method, taken = WORKS_FOR[path.stem]
            for name in {*_attributes_of(_table(module), module), *taken}:
                found.setdefault(name, []).append(method)
            continue
        for methods in _classes(module):
            for method, uses in _used(methods, _table(module)):
                own = method if path.stem == "client" else f"{path.stem}.{method}"
                for name in uses:
                    found.setdefault(name, []).append(own)
    return found


_Method: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


def _classes(module: ast.Module) -> Iterator[dict[str, _Method]]:
    """The methods of each class, by name."""
    for top in module.body:
        if isinstance(top, ast.ClassDef):
            yield {
                member.name: member
                for member in top.body
                if isinstance(member, (ast.FunctionDef, ast.AsyncFunctionDef))
            }


def _used(methods: Mapping[str, _Method], table: str) -> Iterator[tuple[str, set[str]]]:
    """The public methods of a class, each with the operations it uses directly or indirectly."""
    for name in methods:
        if name.startswith("_"):
            continue
        waiting, seen, uses = [name], set[str](), set[str]()
        while waiting:
            method = waiting.pop()
            seen.add(method)
            uses |= {*_attributes_of(table, methods[method])}
            waiting += {*_attributes_of("self", methods[method])} & methods.keys() - seen
        yield name, uses


def _table(module: ast.Module) -> str:
    """The name of the generated operations table in a module."""
    return next(
        (
            each.asname or each.name
            for node in ast.walk(module)
            if isinstance(node, ast.ImportFrom) and node.module == "creatoraudit_api"
            for each in node.names
            if each.name == "operations"
        ),
        "",
    )


def _attributes_of(name: str, method: ast.AST) -> Iterator[str]:
    """The attributes of a name that a piece of code reads, such as `operations.list_videos`."""
    for node in ast.walk(method):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == name
        ):
            yield node.attr


def changes(old: bytes, new: bytes, names: Mapping[str, Any], root: Path) -> list[str]:
    """The lines of the summary: operations added, removed, changed, and facade methods affected."""
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
    # Some documents put the base path into the server's URL, others into every path.
    paths = {path.removeprefix(base_path): item for path, item in root["paths"].items()}
    return Document(name, {**root, "paths": paths})


def _line(words: str, names: Iterable[str]) -> str:
    listed = sorted(names)
    return f"{words} ({len(listed)}): {', '.join(listed)}" if listed else ""
