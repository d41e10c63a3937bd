"""Normalises the structure of a document, so that equal meanings are written in one way.

`openapi.json` stays the vendor's document; readers normalise it in memory. Normalising twice
changes nothing. In normal form:

* paths are relative to the base URL; path items, and everything else that OpenAPI does not allow to
  be a reference, are inlined;
* null is a type (OpenAPI 3.0 writes `nullable: true`), exclusive bounds are numbers;
* a choice of one (`anyOf`, `oneOf` or `allOf` with a single branch) is that branch;
* a shared schema that is only a reference is replaced by what it refers to;
* a reference to a part of another schema or of a path refers to a shared schema.

A document in this form, such as our own openapi.json, is returned unchanged.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from ._bundle import HOLDER
from ._document import follow, unescaped
from ._operations import METHODS, unprefixed
from ._schemas import DATA, NAMES, Slot, walk_schemas

_SHARED: Final = "#/components/schemas/"
_NOTES: Final = frozenset(
    {"title", "description", "default", "deprecated", "examples", "example", "externalDocs"}
)
_NULL: Final = {"type": "null"}


def normalise(root: Mapping[str, Any], *, base_path: str = "") -> Mapping[str, Any]:
    """Return the document in normal form; malformed parts stay for others to report.

    Args:
        root: The document, which is not changed.
        base_path: Path of the base URL (`/v2`); removed if every path begins with it.
    """
    document: dict[str, Any] = copy.deepcopy(dict(unprefixed(root, base_path)))
    _structure(document)
    _share_parts(document)
    for slot in schema_slots(document):
        for schema in walk_schemas(slot.node):
            _plain(schema)
    _replace_aliases(document)
    return root if document == root else document


def structured(root: Mapping[str, Any]) -> Mapping[str, Any]:
    """Replace references where OpenAPI allows none, such as for an operation, by their targets.

    Documents that are kept in several files have them: for paths, components, operations, lists of
    parameters, responses and their content. References that lead nowhere stay.
    """
    document = dict(root)
    return document if _structure(document) else root


def _structure(document: dict[str, Any]) -> bool:
    """Replace such references in a shallow copy; returns whether there was one."""
    structure = _Structure(document)
    for section in structure.inside(document, "components"):
        structure.inside(document["components"], section)
    for section in ("paths", "webhooks"):
        for path in structure.inside(document, section):
            item = structure.inside(document[section], path)
            structure.inside(item, "parameters")
            for method in METHODS:
                operation = structure.inside(item, method)
                structure.inside(operation, "parameters")
                responses = structure.inside(operation, "responses")
                for status in responses:
                    structure.inside(structure.inside(responses, status, legal=True), "content")
                structure.inside(structure.inside(operation, "requestBody", legal=True), "content")
    return structure.changed


class _Structure:
    """Copies what it goes through, so that the original document does not change."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.changed = False

    def inside(self, holder: dict[str, Any], key: str, *, legal: bool = False) -> dict[str, Any]:
        """The object under a key, copied; a reference that is not legal becomes its target."""
        node = holder.get(key)
        if legal and isinstance(node, dict) and "$ref" in node:
            return {}
        seen: set[str] = set()
        while isinstance(node, dict) and isinstance(target := node.get("$ref"), str):
            found = None if target in seen else _found(self.document, target)
            seen.add(target)
            if isinstance(found, dict):
                node = {**found, **{name: node[name] for name in node if name != "$ref"}}
            elif isinstance(found, list):
                node = found
            else:
                break
        self.changed = self.changed or node != holder.get(key)
        if isinstance(node, list):
            holder[key] = node
        if not isinstance(node, dict):
            return {}
        holder[key] = {**node}
        copied: dict[str, Any] = holder[key]
        return copied


def schema_slots(document: Any) -> Iterator[Slot]:
    """The places of the outermost schemas of a document, in components and operations."""
    components = document.get("components")
    if isinstance(components, dict):
        shared = components.get("schemas")
        if isinstance(shared, dict):
            yield from (Slot(shared, name) for name in shared)
        for section, named in components.items():
            if section != "schemas":
                yield from _schemas_in(named, named=True)
    for section in ("paths", "webhooks", HOLDER):
        yield from _schemas_in(document.get(section), named=True)


def _schemas_in(node: Any, *, named: bool = False) -> Iterator[Slot]:
    """The outermost schemas at or below a node; with `named`, its keys are names, not keywords."""
    if isinstance(node, dict):
        for name, value in node.items():
            if named:
                yield from _schemas_in(value)
            elif name in ("schema", "itemSchema") and isinstance(value, dict):
                yield Slot(node, name)
            elif name not in DATA and not str(name).startswith("x-"):
                yield from _schemas_in(value, named=name in NAMES)
    elif isinstance(node, list):
        for value in node:
            yield from _schemas_in(value)


def _found(document: Any, reference: object) -> Any:
    """Resolve a local reference; None if its target does not exist."""
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return None
    with suppress(LookupError):
        return follow(document, map(unescaped, reference[2:].split("/")))
    return None


def _share_parts(document: dict[str, Any]) -> None:
    """Turn referenced parts of other schemas and of paths into shared schemas."""
    moved: dict[str, str] = {}
    waiting = [slot.node for slot in schema_slots(document)]
    while waiting:
        for schema in walk_schemas(waiting.pop()):
            _place_members(document, schema)
            target = schema.get("$ref")
            if not isinstance(target, str) or not target.startswith("#/"):
                continue
            if target.startswith(_SHARED) and "/" not in target.removeprefix(_SHARED):
                continue
            if target not in moved:
                part = _found(document, target)
                if not isinstance(part, dict):
                    continue
                shared = document.setdefault("components", {}).setdefault("schemas", {})
                moved[target] = name = _free_name(shared, target)
                shared[name] = copy.deepcopy(part)
                waiting.append(shared[name])
            schema["$ref"] = _SHARED + moved[target]


def _place_members(document: dict[str, Any], schema: dict[str, Any]) -> None:
    """Replace a reference among the members of an object by the members that it leads to."""
    members = schema.get("properties")
    seen: set[str] = set()
    while isinstance(members, dict) and isinstance(target := members.get("$ref"), str):
        found = None if target in seen else _found(document, target)
        seen.add(target)
        if not isinstance(found, dict):
            break
        own = {name: member for name, member in members.items() if name != "$ref"}
        members = schema["properties"] = {**copy.deepcopy(found), **own}


def _free_name(taken: Mapping[str, Any], target: str) -> str:
    words = [word for word in re.split(r"\W+", unescaped(target)) if word]
    short = [word for word in words if word not in ("components", "schemas", "properties")]
    name = "_".join(short[-3:]) or "Part"
    while name in taken:
        name += "_"
    return name


def _plain(schema: dict[str, Any]) -> None:
    """Normalise one schema, without the schemas inside it."""
    nullable = schema.pop("nullable") if isinstance(schema.get("nullable"), bool) else False
    kinds = schema.get("type")
    if isinstance(kinds, list) and None in kinds:
        schema["type"] = ["null" if kind is None else kind for kind in kinds]  # `null` in YAML
    for bound in ("minimum", "maximum"):
        strict = f"exclusive{bound.capitalize()}"
        if isinstance(schema.get(strict), bool):
            limit = schema.get(bound)
            if schema.pop(strict) and limit is not None:
                schema[strict] = schema.pop(bound)
    for keyword in ("anyOf", "oneOf", "allOf"):
        _take_single_branch(schema, keyword)
    if nullable:
        _allow_null(schema)


def _take_single_branch(schema: dict[str, Any], keyword: str) -> None:
    branches = schema.get(keyword)
    if not isinstance(branches, list) or len(branches) != 1 or not isinstance(branches[0], dict):
        return
    beside = {key for key in schema if key not in _NOTES and not key.startswith("x-")}
    if beside - {keyword, "discriminator", "type"}:
        return
    (branch,) = branches
    if "type" in schema and schema["type"] != branch.get("type", schema["type"]):
        return
    kept = {k: v for k, v in schema.items() if k not in (keyword, "discriminator")}
    schema.clear()
    if "$ref" in branch:
        kept.pop("type", None)
        # A title is the name of the position, not of what is referred to.
        kept.pop("title", None)
    schema.update({**branch, **kept})
    _plain(schema)


def _allow_null(schema: dict[str, Any]) -> None:
    kinds = schema.get("type")
    if isinstance(kinds, str):
        schema["type"] = [kinds, "null"] if kinds != "null" else kinds
    elif isinstance(kinds, list) and "null" not in kinds:
        schema["type"] = [*kinds, "null"]
    for keyword in ("anyOf", "oneOf"):
        branches = schema.get(keyword)
        if isinstance(branches, list) and _NULL not in branches:
            branches.append(dict(_NULL))
    if ("$ref" in schema or "allOf" in schema) and "type" not in schema:
        inner = {k: v for k, v in schema.items() if k not in _NOTES}
        for key in inner:
            del schema[key]
        schema["anyOf"] = [inner, dict(_NULL)]
    values = schema.get("enum")
    if isinstance(values, list) and None not in values:
        values.append(None)


def _replace_aliases(document: dict[str, Any]) -> None:
    """Replace references to shared schemas that are themselves only references."""
    components = document.get("components")
    shared = components.get("schemas") if isinstance(components, dict) else None
    if not isinstance(shared, dict):
        return
    aliases = {
        _SHARED + name: schema["$ref"]
        for name, schema in shared.items()
        if isinstance(schema, dict)
        and isinstance(schema.get("$ref"), str)
        and not set(schema) - {"$ref"} - _NOTES
    }
    if not aliases:
        return
    for slot in schema_slots(document):
        for schema in walk_schemas(slot.node):
            seen: set[str] = set()
            target = schema.get("$ref")
            while isinstance(target, str) and target in aliases and target not in seen:
                seen.add(target)
                target = schema["$ref"] = aliases[target]
    # Circular references stay; readers report them.
    for name in list(shared):
        final = shared[name].get("$ref") if isinstance(shared[name], dict) else None
        if _SHARED + name in aliases and final not in aliases:
            del shared[name]
