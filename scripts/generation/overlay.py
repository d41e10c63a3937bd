"""Converts a named document into the input of the generator.

Schemas are reduced to the keywords that the generator needs, and marked as read (`x-read`) or
written. The patches in overlay.json are applied. The contract itself stays unchanged; table.py
reads bounds, defaults and formats from it.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from openapi_python_client.strings import PythonIdentifier

from .document import (
    Node,
    Place,
    alternatives,
    is_null,
    is_success,
    places,
    reference,
    referenced,
    schemas,
    walk,
)
from .names import TAKEN, directions, pascal, snake

if TYPE_CHECKING:
    from .names import Names
    from .table import Entry

_COPIED = ("type", "description", "required")
_READ_FORMATS = frozenset({"date-time"})
_WRITE_FORMATS = frozenset({"date-time", "date"})
_PLAIN_HEADER_TYPES = ("integer", "boolean", "string")


class Overlay:
    """overlay.json: the patches that are data."""

    def __init__(self, data: Node) -> None:
        self.dropped_headers = {name.lower() for name in data.get("dropped_headers", [])}
        self.untyped: list[str] = data.get("untyped", [])
        self.enums: dict[str, str] = data.get("enums", {})
        self.read_only = frozenset(data.get("read_only", []))
        self.repeatable = frozenset(data.get("repeatable", []))
        self.bounds: dict[str, dict[str, Node]] = data.get("bounds", {})
        self.left_out: dict[str, str] = data.get("left_out", {})

    def apply(self, document: Node, entries: list[Entry], names: Names) -> Node:
        """The input of the generator: the operations and schemas of the table.

        Models and sets of values that the facade imports always exist. If the document lacks them,
        models have no members, and sets of values come from names.json.
        """
        document = copy.deepcopy(document)
        self._untype(document)
        written = directions(document)[1]
        enums = _Enums(self.enums, set(schemas(document)))
        found = schemas(document)
        for name, schema in found.items():
            is_read = name not in written
            found[name] = cleaned(
                schema,
                formats=_READ_FORMATS if is_read else _WRITE_FORMATS,
                enums=enums,
                owner=name,
            )
            _one_name_each(found[name])
            found[name].pop("x-map", None)
            found[name].pop("title", None)
            if is_read:
                found[name]["x-read"] = True
        by_name = {entry.name: entry for entry in entries}
        paths: Node = {}
        for place in places(document):
            entry = by_name[place.node["operationId"]]
            paths[f"/{entry.name}{_braces(entry)}"] = {
                place.method: _operation(place, entry, enums)
            }
        document["paths"] = paths
        enums.pin(names.enums)
        enums.add_to(found)
        for name in names.read_models - set(found):
            found[name] = {
                "type": "object",
                "description": "Not described by this contract.",
                "x-read": True,
            }
        _mark_cycles(found)
        for name, schema in found.items():
            if "properties" in schema or schema.get("type") == "object":
                schema["title"] = name
                schema["additionalProperties"] = True
        document["openapi"] = "3.1.0"
        document["info"] = {"title": "generated", "version": "0"}
        return {key: document[key] for key in ("openapi", "info", "paths", "components")}

    def _untype(self, document: Node) -> None:
        """Remove the types of members that accept several; the facade decodes them."""
        for entry in self.untyped:
            model, _, member = entry.partition(".")
            schema = schemas(document).get(model, {})
            if member in schema.get("properties", {}):
                schema["properties"][member] = {}


class _Enums:
    """Collects enums as shared schemas: one name for each set of values."""

    def __init__(self, names: dict[str, str], taken: set[str]) -> None:
        self._names = names
        self._taken = taken
        self._maps = 0
        self._values: dict[str, list[Any]] = {}

    def refer(self, values: list[Any], owner: str, member: str) -> Node | None:
        """A reference to the alias of a set of values; None if an alias cannot hold them."""
        kinds = {type(value) for value in values}
        if kinds not in ({str}, {int}):
            return None
        name = self._names.get(f"{owner}.{member}") or self._names.get(f"*.{member}")
        if name is None or type(next(iter(self._values.get(name, values)))) not in kinds:
            name = pascal(f"{owner}_{member}")
        modules = {snake(one) for one in self._taken}
        while name in TAKEN or (name not in self._values and snake(name) in modules):
            name += "Value"
        known = self._values.setdefault(name, [])
        if known and type(known[0]) not in kinds:
            return None
        known.extend(value for value in values if value not in known)
        return reference(name)

    def only_values(self, schema: Node) -> Node:
        """The schema of an argument; objects become any JSON value, as they need no class."""
        if referenced(schema) not in (None, *self._values) or schema.get("type") == "object":
            return {}
        if "items" in schema:
            return {**schema, "items": self.only_values(schema["items"])}
        if "anyOf" in schema:
            branches = [self.only_values(branch) for branch in schema["anyOf"]]
            return {"anyOf": branches} if all(branches) else {}
        return schema

    def map_title(self) -> str:
        """A name for an object without members; otherwise the generator invents one."""
        self._maps += 1
        return f"UnnamedMap{self._maps}"

    def pin(self, pinned: dict[str, list[Any]]) -> None:
        """Add the sets of values that always exist."""
        for name, values in pinned.items():
            if name not in self._taken:
                self._values.setdefault(name, list(values))

    def add_to(self, found: Node) -> None:
        for name, values in sorted(self._values.items()):
            found[name] = {
                "title": name,
                "type": "string" if isinstance(values[0], str) else "integer",
                "enum": values,
            }


def _braces(entry: Entry) -> str:
    """A path with parameters that the generator accepts; the real path is in the table."""
    return "".join(
        f"/{{p{index}}}"
        for index, parameter in enumerate(entry.wired)
        if parameter.startswith("path ")
    )


def _operation(place: Place, entry: Entry, enums: _Enums) -> Node:
    """An operation for the generator, with numbered parameters and without bodies.

    The table holds the names of parameters and how they are sent.
    """
    by_key = {f"{one['in']} {one['name']}": one for one in place.node["parameters"]}
    parameters: list[Node] = []
    for index, (key, python) in enumerate(entry.wired.items()):
        parameter = by_key[key]
        schema = cleaned(
            parameter["schema"],
            formats=_WRITE_FORMATS,
            enums=enums,
            owner=entry.name,
            member=python,
        )
        if (
            parameter["in"] == "header"
            and parameter["schema"].get("type") not in (_PLAIN_HEADER_TYPES[:2])
        ):
            schema = {"type": "string"}
        schema = enums.only_values(schema)
        if parameter["in"] == "path":
            schema = _not_null(schema)
        parameters.append(
            {
                "name": f"p{index}",
                "in": parameter["in"],
                "required": parameter["in"] == "path" or parameter.get("required") is True,
                "schema": schema,
            }
        )
    responses: Node = {}
    for status, answer in place.node["responses"].items():
        if not is_success(status):
            continue
        responses[status] = {"description": ""}
        for media in (answer.get("content") or {}).values():
            schema = cleaned(
                media.get("schema", {}), formats=_READ_FORMATS, enums=enums, owner=entry.name
            )
            responses[status]["content"] = {"application/json": {"schema": schema}}
    return {
        "operationId": entry.name,
        "tags": [entry.folder],
        **{
            word: place.node[word]
            for word in ("summary", "description")
            if isinstance(place.node.get(word), str)
        },
        "parameters": parameters,
        "responses": responses,
    }


def _not_null(schema: Node) -> Node:
    """The schema without null, which cannot be in a path."""
    branches = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    return branches[0] if len(branches) == 1 else schema


def _one_name_each(schema: Node) -> None:
    """Drop members that would share an attribute; models keep undeclared members anyway."""
    names: set[str] = set()
    for wire in list(schema.get("properties") or {}):
        # If two names are equal in snake case, the generator keeps their original case.
        own = str(PythonIdentifier(wire, prefix="field_", skip_snake_case=True))
        if snake(wire) in names and own in names:
            del schema["properties"][wire]
            if wire in schema.get("required", []):
                schema["required"].remove(wire)
        names |= {snake(wire), own}


def cleaned(
    schema: Any, *, formats: frozenset[str], enums: _Enums, owner: str, member: str = ""
) -> Node:
    """Convert a schema for the generator: null in one form; no booleans, bounds or defaults."""

    def inner(node: Any, name: str = member) -> Node:
        return cleaned(node, formats=formats, enums=enums, owner=owner, member=name)

    if not isinstance(schema, dict):
        return {}
    if "$ref" in schema:
        plain: Node = {"$ref": schema["$ref"]}
        return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain
    kinds = schema.get("type")
    kinds = kinds if isinstance(kinds, list) else [kinds] if kinds else []
    if schema.get("nullable") is True:
        kinds = [*kinds, "null"]
    branches = alternatives(schema)
    if branches is not None:
        parts = [inner(branch) for branch in branches if not is_null(branch)]
        nullable = len(parts) < len(branches) or "null" in kinds
        if not parts or not all(parts):
            return {}
        return _union(parts, nullable)
    values = [value for value in schema.get("enum") or [] if value is not None]
    alias = enums.refer(values, owner, member) if values and member else None
    if alias is not None:
        return _union([alias], "null" in kinds or None in schema["enum"])
    if not kinds and "const" in schema:
        kinds = [_kind(schema["const"])]
    if not kinds:
        kinds = ["object"] if "properties" in schema else ["array"] if "items" in schema else []
    if not kinds:
        return {}
    parts = [_one(schema, kind, inner, formats, enums) for kind in kinds if kind != "null"]
    return _union(parts, "null" in kinds)


def _kind(value: Any) -> str:
    return {
        bool: "boolean",
        int: "integer",
        float: "number",
        str: "string",
        list: "array",
        dict: "object",
    }.get(type(value), "null")


def _one(schema: Node, kind: str, inner: Any, formats: frozenset[str], enums: _Enums) -> Node:
    """The part of a schema for one type."""
    part: Node = {"type": kind}
    if schema.get("description"):
        part["description"] = str(schema["description"])
    if kind == "string" and schema.get("format") in formats:
        part["format"] = schema["format"]
    if kind == "array":
        part["items"] = inner(schema.get("items", {}))
    if kind == "object":
        properties = schema.get("properties") or {}
        if properties:
            part["properties"] = {name: inner(node, name) for name, node in properties.items()}
        if schema.get("required"):
            part["required"] = [name for name in schema["required"] if isinstance(name, str)]
        if not properties:
            part["x-map"] = True
            part["title"] = enums.map_title()
            values = schema.get("additionalProperties")
            part["additionalProperties"] = (
                inner(values) if isinstance(values, dict) and values else True
            )
    return part


def _union(parts: list[Node], nullable: bool) -> Node:
    if not parts:
        return {"type": "null"}
    if len(parts) == 1 and not nullable:
        return parts[0]
    return {"anyOf": [*parts, {"type": "null"}] if nullable else parts}


def _mark_cycles(found: Node) -> None:
    """Mark models that contain themselves; they import their siblings late."""
    edges = {
        name: {referenced(node) for node in walk(schema)} - {None, name}
        for name, schema in found.items()
    }
    for name in found:
        seen: set[str | None] = set()
        waiting = list(edges[name])
        while waiting:
            target = waiting.pop()
            if target in seen or target not in edges:
                continue
            seen.add(target)
            waiting.extend(edges[str(target)])
        if name in seen:
            found[name]["x-cycle"] = True
