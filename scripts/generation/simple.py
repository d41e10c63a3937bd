"""Simplifies schemas for the generator and the table.

References to objects with members stay; everything else is inlined. Parts of an allOf are merged,
nested choices are flattened, and circular schemas that are not objects become any JSON value. An
invalid schema is refused with its JSON pointer.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from creatoraudit.contract.openapi import DocumentRefused, inert, walk_schemas

Node: TypeAlias = dict[str, Any]

_SHARED: Final = "#/components/schemas/"
_TYPES: Final = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})
_NULL: Final[Node] = {"type": "null"}
# A larger inlined schema becomes any JSON value: references to references multiply its size.
_LARGEST: Final = 2000
# Maximum number of schemas in one body, response or model after its references are resolved.
_MOST: Final = 20_000
_DEEPEST: Final = 64
_NOTES: Final[tuple[str, ...]] = ("description", "default")
_KEPT: Final = (
    *("description", "default", "enum", "const", "format", "readOnly", "writeOnly"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "contentMediaType"),
    *("minLength", "maxLength", "minItems", "maxItems", "pattern", "contentEncoding", "required"),
)


class SchemaRefused(DocumentRefused):
    """A schema that cannot be read."""

    def __init__(self, what: str, pointer: str) -> None:
        super().__init__(what)
        self.pointer = pointer


class Simple:
    """The simple forms of the schemas of one document; shared ones are made once."""

    def __init__(self, shared: Mapping[str, Any]) -> None:
        self._shared = shared
        self._made: dict[str, Node] = {}
        self._failed: dict[str, SchemaRefused] = {}
        self._under_way: list[str] = []
        self._inlines: dict[str, Node] = {}
        self._left = _MOST

    def of(self, schema: Any, pointer: str) -> Node:
        """The simple form of the schema at `pointer`."""
        self._left = _MOST
        made = self._simple(schema, pointer, 0)
        self._finish(made)
        return made

    def members(self, schema: Any, pointer: str) -> Node:
        """The simple form of an object that is not a model, such as a form."""
        made = self.of(schema, pointer)
        for _ in range(_DEEPEST):
            name = _name(made)
            branches = made.get("anyOf")
            if name is not None:
                made = self._made[name]
            elif branches:
                objects = [one for one in branches if one != _NULL]
                made = objects[0] if objects else {}
            else:
                break
        return copy.deepcopy(made)

    def models(self) -> dict[str, Node]:
        """The shared schemas that are objects with members, in document order."""
        return {
            name: self._made[name]
            for name in self._shared
            if name in self._made and self._made[name].get("properties")
        }

    def _finish(self, made: Node) -> None:
        """Make the models that are referred to; if one fails, everything that uses it fails."""
        needed = _references(made)
        done: set[str] = set()
        while needed:
            name = needed.pop()
            if name in done:
                continue
            done.add(name)
            needed |= _references(self._model(name)) - done

    def _model(self, name: str) -> Node:
        if name in self._failed:
            raise self._failed[name]
        if name not in self._made:
            self._left = _MOST
            try:
                self._made[name] = self._simple(
                    self._shared[name], f"/components/schemas/{name}", 0, own=name
                )
            except SchemaRefused as error:
                self._failed[name] = error
                raise
        return self._made[name]

    def _count(self, pointer: str) -> None:
        """Refuse a schema that multiplies, as parts of merged parts do."""
        self._left -= 1
        if self._left < 0:
            raise SchemaRefused(
                f"expands to more than {_MOST:,} schemas, as its references multiply", pointer
            )

    def _simple(self, schema: Any, pointer: str, depth: int, own: str | None = None) -> Node:
        self._count(pointer)
        if schema is True or schema == {} or schema is False:
            return {}
        if not isinstance(schema, dict):
            raise SchemaRefused("is not a schema", pointer)
        if depth > _DEEPEST:
            return {}
        self._check(schema, pointer)
        if "$ref" in schema:
            return self._referred(schema, pointer, depth)
        if schema.get("allOf"):
            schema = self._together(schema, pointer, depth)
        kinds = _kinds(schema)
        nullable = "null" in kinds
        for keyword in ("anyOf", "oneOf"):
            # An object's own members describe it better than the choices beside them.
            if schema.get(keyword) and not schema.get("properties"):
                return self._union(schema, keyword, pointer, depth)
        made = _kept(schema)
        if kinds:
            made["type"] = kinds[0] if len(kinds) == 1 else list(kinds)
        real = [kind for kind in kinds if kind != "null"]
        properties = schema.get("properties")
        if properties and (not real or "object" in real):
            made["properties"] = {
                name: self._simple(node, f"{pointer}/properties/{_escaped(name)}", depth + 1)
                for name, node in properties.items()
            }
            made.setdefault("type", "object")
        else:
            made.pop("required", None)
            rest = schema.get("additionalProperties")
            if isinstance(rest, dict) and (not real or "object" in real):
                made["additionalProperties"] = self._simple(
                    rest, f"{pointer}/additionalProperties", depth + 1
                )
                made.setdefault("type", "object")
        if "items" in schema and (not real or "array" in real):
            items = schema["items"]
            made["items"] = (
                self._simple(items, f"{pointer}/items", depth + 1)
                if isinstance(items, dict)
                else {}
            )
            made.setdefault("type", "array")
        if own is not None and nullable and made.get("properties"):
            made["type"] = real[0] if len(real) == 1 else real or "object"
        return made

    def _referred(self, schema: Node, pointer: str, depth: int) -> Node:
        target = schema["$ref"]
        name = target.removeprefix(_SHARED)
        if not target.startswith(_SHARED) or name not in self._shared:
            away = not target.startswith("#")
            what = "leads out of the document; bundle it first" if away else "leads nowhere"
            raise SchemaRefused(f"reference {inert(target)!r} {what}", pointer)
        if self._is_model(name):
            made: Node = {"$ref": _SHARED + name}
            if "null" in _kinds(self._shared[name]):
                made = {"anyOf": [made, dict(_NULL)]}
        elif name in self._under_way:
            return {}
        else:
            made = self._inlined(name, depth)
        beside = {key: schema[key] for key in _NOTES if key in schema}
        # An object keeps its own description; a value has the one where it is used.
        return {**beside, **made} if made.get("type") == "object" else {**made, **beside}

    def _inlined(self, name: str, depth: int) -> Node:
        if name not in self._inlines:
            self._under_way.append(name)
            try:
                made = self._simple(self._shared[name], f"/components/schemas/{name}", depth + 1)
            finally:
                self._under_way.pop()
            self._inlines[name] = made if _size(made, _LARGEST) <= _LARGEST else {}
        return copy.deepcopy(self._inlines[name])

    def _union(self, schema: Node, keyword: str, pointer: str, depth: int) -> Node:
        branches: list[Node] = []
        for index, branch in enumerate(schema[keyword]):
            made = self._simple(branch, f"{pointer}/{keyword}/{index}", depth + 1)
            inner = made.get("anyOf")
            for one in inner if isinstance(inner, list) else [made]:
                if one not in branches:
                    branches.append(one)
        if "null" in _kinds(schema) and _NULL not in branches:
            branches.append(dict(_NULL))
        kept = {key: schema[key] for key in (*_NOTES, "format") if key in schema}
        if not all(branches):
            return kept
        if len(branches) == 1:
            return {**branches[0], **kept}
        return {"anyOf": branches, **kept}

    def _together(self, schema: Node, pointer: str, depth: int) -> Node:
        """Merge the parts of an allOf and the keywords next to it into one schema."""
        merged: Node = {}
        nullable = True
        own = {key: value for key, value in schema.items() if key != "allOf"}
        parts = [(own, pointer)] if set(own) - {*_NOTES} else []
        parts += [(part, f"{pointer}/allOf/{n}") for n, part in enumerate(schema["allOf"])]
        for part, where in parts:
            node = self._part(part, where, depth)
            if node is None:
                continue
            kinds = _kinds(node)
            nullable = nullable and "null" in kinds
            for key, value in node.items():
                if key == "properties":
                    merged["properties"] = {**value, **merged.get("properties", {})}
                elif key == "required":
                    merged["required"] = [*dict.fromkeys([*merged.get("required", []), *value])]
                elif key == "type":
                    known = _kinds(merged)
                    both = [kind for kind in kinds if not known or kind in known]
                    merged["type"] = both or kinds
                else:
                    merged.setdefault(key, value)
        merged.update({key: own[key] for key in _NOTES if key in own})
        if merged.get("properties"):
            # The model keeps members that only the choices declare as undeclared members.
            merged.pop("anyOf", None)
            merged.pop("oneOf", None)
            merged["type"] = ["object", "null"] if nullable and parts else "object"
        return merged

    def _part(self, part: Any, pointer: str, depth: int) -> Node | None:
        """A part of an allOf, with references and nested allOf resolved."""
        self._count(pointer)
        seen: set[str] = set()
        while isinstance(part, dict) and "$ref" in part:
            self._check(part, pointer)
            name = part["$ref"].removeprefix(_SHARED)
            if name in seen or (name in self._under_way):
                return None
            if name not in self._shared:
                return self._referred(part, pointer, depth)
            seen.add(name)
            part, pointer = self._shared[name], f"/components/schemas/{name}"
        if isinstance(part, bool):
            return None
        if not isinstance(part, dict):
            raise SchemaRefused("is not a schema", pointer)
        self._check(part, pointer)
        if part.get("allOf") and depth < _DEEPEST:
            self._under_way.extend(seen)
            try:
                part = self._together(part, pointer, depth + 1)
            finally:
                del self._under_way[len(self._under_way) - len(seen) :]
        found: Node = part
        return found

    def _is_model(self, name: str) -> bool:
        """Whether a shared schema is an object with members, by itself or after merging."""
        return bool(self._members_of(name, frozenset()))

    def _members_of(self, name: str, seen: frozenset[str]) -> bool:
        schema = self._shared.get(name)
        if name in seen or not isinstance(schema, dict):
            return False
        return self._has_members(schema, seen | {name})

    def _has_members(self, schema: Any, seen: frozenset[str]) -> bool:
        if not isinstance(schema, dict):
            return False
        kinds = [kind for kind in _kinds(schema) if kind != "null"]
        if isinstance(schema.get("properties"), dict) and schema["properties"]:
            return not kinds or "object" in kinds
        parts = schema.get("allOf")
        for part in parts if isinstance(parts, list) else []:
            target = part.get("$ref") if isinstance(part, dict) else None
            if isinstance(target, str):
                if self._members_of(target.removeprefix(_SHARED), seen):
                    return True
            elif self._has_members(part, seen):
                return True
        return False

    def _check(self, schema: Node, pointer: str) -> None:
        """Refuse a keyword whose value is of the wrong type."""
        for key, value in schema.items():
            problem = _problem(key, value)
            if problem is not None:
                raise SchemaRefused(problem, f"{pointer}/{_escaped(key)}")


def _problem(key: str, value: Any) -> str | None:  # noqa: PLR0911 - one return per keyword, like a table
    match key:
        case "$ref" if not isinstance(value, str):
            return "is not text"
        case "type":
            kinds = value if isinstance(value, list) else [value]
            if not kinds or not all(isinstance(k, str) and k in _TYPES for k in kinds):
                return "is not a type that JSON knows"
        case "properties" if not isinstance(value, dict):
            return "is not an object"
        case "required" if not isinstance(value, list):
            return "is not a list of names"
        case "enum" if not isinstance(value, list):
            return "is not a list of values"
        case "allOf" | "anyOf" | "oneOf" if not isinstance(value, list):
            return "is not a list of schemas"
        case "items" | "additionalProperties" if not isinstance(value, dict | bool | list):
            return "is not a schema"
        case "minimum" | "maximum" | "minLength" | "maxLength" | "minItems" | "maxItems" if (
            isinstance(value, bool) or not isinstance(value, int | float)
        ):
            return "is not a number"
    return None


def _kept(schema: Node) -> Node:
    """The keywords that are copied as they are, if they have the right type."""
    made: Node = {key: schema[key] for key in _KEPT if key in schema}
    for key in ("format", "description", "pattern", "contentMediaType", "contentEncoding"):
        if not isinstance(made.get(key, ""), str):
            del made[key]
    if "required" in made:
        made["required"] = [name for name in made["required"] if isinstance(name, str)]
    return made


def _kinds(schema: Any) -> list[str]:
    kinds = schema.get("type") if isinstance(schema, dict) else None
    if isinstance(kinds, str):
        return [kinds]
    return [kind for kind in kinds if isinstance(kind, str)] if isinstance(kinds, list) else []


def _name(node: Any) -> str | None:
    target = node.get("$ref") if isinstance(node, dict) else None
    return target.removeprefix(_SHARED) if isinstance(target, str) else None


def _references(node: Any) -> set[str]:
    """The shared schemas that a simple schema refers to."""
    names = (_name(schema) for schema in walk_schemas(node))
    return {name for name in names if name is not None}


def _size(node: Any, most: int) -> int:
    count, waiting = 0, [node]
    while waiting and count <= most:
        one = waiting.pop()
        count += 1
        if isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return count


def _escaped(key: Any) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")
