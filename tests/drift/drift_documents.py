"""Documents to compare: openapi.json with changes, and others from scratch."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from drift_mutations import Copy, Edit, Gone

from creatoraudit.contract import Difference
from creatoraudit.contract._drift import compare
from creatoraudit.contract.openapi import Document

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "openapi.json").read_text(encoding="utf-8")

Node = dict[str, Any]


def contract() -> Node:
    """A copy of openapi.json to change."""
    document: Node = json.loads(TEXT)
    return document


def found(document: Any, pointer: str) -> Any:
    """What a JSON pointer leads to."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        document = document[int(key)] if isinstance(document, list) else document[key]
    return document


def edited(document: Node, edits: Iterable[Edit]) -> Node:
    """The document with changes made in order; containers on the way are made as needed.

    What is not changed is shared with the original, so that many mutations cost little.
    """
    for pointer, value in edits:
        parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
        new = copy.deepcopy(found(document, value.pointer)) if isinstance(value, Copy) else value
        document = _changed(document, parts, new)
    return document


def _changed(holder: Any, parts: list[str], value: Any) -> Any:
    holder = copy.copy(holder)
    first, rest = parts[0], parts[1:]
    if isinstance(holder, list) and first == "-":
        holder.append(value)
        return holder
    place: Any = int(first) if isinstance(holder, list) else first
    if rest:
        inner = holder[place] if isinstance(holder, list) else holder.get(place, {})
        holder[place] = _changed(inner, rest, value)
    elif isinstance(value, Gone):
        del holder[place]
    else:
        holder[place] = value
    return holder


def reordered(node: Any, parent: str = "") -> Any:
    """The same document with members, and lists whose order says nothing, the other way round."""
    if isinstance(node, dict):
        return {name: reordered(node[name], name) for name in reversed(node)}
    if isinstance(node, list):
        items = [reordered(item) for item in node]
        free = parent in ("parameters", "required", "enum", "type", "anyOf", "tags", "security")
        return items[::-1] if free else items
    return node


def drift(base: Node, head: Node) -> list[Difference]:
    """What the comparison finds."""
    return compare(Document("base.json", base), Document("head.json", head))


def rules(base: Node, head: Node) -> list[str]:
    """The rules that the comparison finds."""
    return [finding.rule.id for finding in drift(base, head)]


def with_schema(schema: Any, direction: str = "response", version: str = "3.1.0") -> Node:
    """A small document in which one schema is sent or read."""
    body = {"content": {"application/json": {"schema": schema}}}
    operation: Node = {"responses": {"200": {"description": "Yes."}}}
    if direction == "request":
        operation["requestBody"] = {"required": True, **body}
    else:
        operation["responses"]["200"] |= body
    return {
        "openapi": version,
        "info": {"title": "Small", "version": "1"},
        "paths": {"/things": {"post": operation}},
        "components": {"schemas": {}},
    }
