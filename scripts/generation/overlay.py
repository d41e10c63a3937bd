"""What the generator must not see, or must see otherwise: from a named document to its input.

The contract itself stays as it is; bounds, defaults and formats are read from it by table.py. Here
schemas shrink to the words the generator needs, are marked as read (`x-read`) or written, and what
overlay.json lists is patched.
"""

from __future__ import annotations

import copy
from typing import Any

from .document import (
    ContractRefused,
    Node,
    alternatives,
    is_null,
    is_success,
    json_media_type,
    json_schema,
    places,
    reference,
    referenced,
    schemas,
    walk,
)
from .names import directions, pascal

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

    def apply(self, document: Node) -> Node:
        """What the generator gets: same operations and schemas, in words it can express."""
        document = copy.deepcopy(document)
        for place in places(document):
            self._operation(place.key, place.node)
        self._untype(document)
        written = directions(document)[1]
        enums = _Enums(self.enums)
        found = schemas(document)
        for name, schema in found.items():
            is_read = name not in written
            found[name] = cleaned(
                schema,
                formats=_READ_FORMATS if is_read else _WRITE_FORMATS,
                enums=enums,
                owner=name,
            )
            found[name].pop("x-map", None)
            if is_read:
                found[name]["x-read"] = True
        for place in places(document):
            owner = place.node["operationId"]
            for parameter in place.node["parameters"]:
                parameter["schema"] = cleaned(
                    parameter["schema"],
                    formats=_WRITE_FORMATS,
                    enums=enums,
                    owner=owner,
                    member=parameter["name"],
                )
            for holder in [place.node.get("requestBody") or {}, *place.node["responses"].values()]:
                slot = json_schema(holder)
                if slot:
                    formats = (
                        _WRITE_FORMATS if holder is place.node.get("requestBody") else _READ_FORMATS
                    )
                    slot[0][slot[1]] = cleaned(
                        slot[0][slot[1]], formats=formats, enums=enums, owner=owner
                    )
        enums.add_to(found)
        _mark_cycles(found)
        for name, schema in found.items():
            if "properties" in schema or schema.get("type") == "object" or "allOf" in schema:
                schema["title"] = name
                schema["additionalProperties"] = True
        document["openapi"] = "3.1.0"
        document["info"] = {"title": "generated", "version": "0"}
        return {key: document[key] for key in ("openapi", "info", "paths", "components")}

    def _operation(self, key: str, operation: Node) -> None:
        kept = []
        for parameter in operation["parameters"]:
            where, name = parameter["in"], parameter["name"]
            if where == "header" and name.lower() in self.dropped_headers:
                continue
            if where == "cookie":
                if parameter.get("required"):
                    raise ContractRefused(
                        f"{key}: cookie {name!r} is required, and cookies are not sent"
                    )
                continue
            if where == "header" and parameter["schema"].get("type") not in _PLAIN_HEADER_TYPES[:2]:
                parameter["schema"] = {"type": "string"}
            kept.append(
                {k: parameter[k] for k in ("name", "in", "required", "schema") if k in parameter}
            )
        operation["parameters"] = kept
        body = operation.get("requestBody")
        if body is not None:
            media_type = json_media_type(body.get("content") or {})
            if media_type is None:
                offered = ", ".join(sorted(body.get("content") or {})) or "nothing"
                raise ContractRefused(f"{key}: the request body is not JSON (it takes {offered})")
            content = body["content"][media_type]
            operation["requestBody"] = {
                "required": bool(body.get("required")),
                "content": {media_type: {"schema": content.get("schema", {})}},
            }
        responses: Node = {}
        for status, response in operation["responses"].items():
            if not is_success(status):
                continue
            content = response.get("content") or {}
            media_type = json_media_type(content)
            if content and media_type is None:
                raise ContractRefused(
                    f"{key}: response {status} is not JSON (it is {', '.join(sorted(content))})"
                )
            responses[status] = {"description": ""}
            if media_type is not None:
                responses[status]["content"] = {
                    "application/json": {"schema": content[media_type].get("schema", {})}
                }
        operation["responses"] = responses
        for word in list(operation):
            if word not in (
                "operationId",
                "tags",
                "summary",
                "description",
                "parameters",
                "requestBody",
                "responses",
            ):
                del operation[word]
        operation["tags"] = operation.get("tags", [])[:1] or ["default"]

    def _untype(self, document: Node) -> None:
        """Members of which more than one shape is accepted; whoever reads them decodes them."""
        for entry in self.untyped:
            model, _, member = entry.partition(".")
            schema = schemas(document).get(model, {})
            if member in schema.get("properties", {}):
                schema["properties"][member] = {}


class _Enums:
    """Collects enums as shared schemas: one set of values, one name, wherever it is used."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names
        self._values: dict[str, list[Any]] = {}

    def refer(self, values: list[Any], owner: str, member: str) -> Node | None:
        """A reference to the alias of some values; None when an alias cannot hold them."""
        kinds = {type(value) for value in values}
        if kinds not in ({str}, {int}):
            return None
        name = (
            self._names.get(f"{owner}.{member}")
            or self._names.get(f"*.{member}")
            or pascal(f"{owner}_{member}")
        )
        known = self._values.setdefault(name, [])
        if known and type(known[0]) not in kinds:
            raise ContractRefused(f"{owner}.{member}: {name} would hold both text and numbers")
        known.extend(value for value in values if value not in known)
        return reference(name)

    def add_to(self, found: Node) -> None:
        for name, values in sorted(self._values.items()):
            if name in found:
                raise ContractRefused(
                    f"the values of {name} and a schema share that name; name one in overlay.json"
                )
            found[name] = {
                "title": name,
                "type": "string" if isinstance(values[0], str) else "integer",
                "enum": values,
            }


def cleaned(
    schema: Any, *, formats: frozenset[str], enums: _Enums, owner: str, member: str = ""
) -> Node:
    """A schema in the generator's words: one spelling of null, no booleans, bounds, defaults."""

    def inner(node: Any, name: str = member) -> Node:
        return cleaned(node, formats=formats, enums=enums, owner=owner, member=name)

    if not isinstance(schema, dict):
        return {}
    if "$ref" in schema:
        plain: Node = {"$ref": schema["$ref"]}
        return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain
    if (
        isinstance(schema.get("allOf"), list)
        and len(schema["allOf"]) == 1
        and "properties" not in schema
    ):
        return inner(schema["allOf"][0])
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
        kinds = (
            ["object"]
            if "properties" in schema or "allOf" in schema
            else ["array"]
            if "items" in schema
            else []
        )
    if not kinds:
        return {}
    parts = [_one(schema, kind, inner, formats) for kind in kinds if kind != "null"]
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


def _one(schema: Node, kind: str, inner: Any, formats: frozenset[str]) -> Node:
    """The part of a schema that concerns one type."""
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
        if schema.get("allOf"):
            part["allOf"] = [inner(node) for node in schema["allOf"]]
        if not properties and not schema.get("allOf"):
            part["x-map"] = True
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
    """Models that reach themselves import their siblings late."""
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
