"""Drift on demand: answers that no longer keep openapi.json, for clients and checks to notice.

A drift names a schema of the document and one of its members: ``remove=VideoResponse.view_count``,
``add=VideoResponse.mood``, ``rename=VideoResponse.view_count:views``,
``retype=VideoResponse.view_count``, ``null=VideoResponse.id``,
``enum=VideoResponse.platform:threads``. It strikes every place of every answer in which the
document has that schema.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ._types import Json, JsonObject
from .contract import Contract, Operation, Schema


@dataclass(frozen=True)
class Drift:
    """One departure from the document."""

    kind: str
    schema: str
    member: str
    argument: str

    def apply(self, value: JsonObject) -> JsonObject:
        """The object as it is sent instead."""
        return _KINDS[self.kind](value, self.member, self.argument)


def _remove(value: JsonObject, member: str, _: str) -> JsonObject:
    return {name: item for name, item in value.items() if name != member}


def _add(value: JsonObject, member: str, argument: str) -> JsonObject:
    return {**value, member: argument or "unexpected"}


def _rename(value: JsonObject, member: str, argument: str) -> JsonObject:
    return {argument if name == member else name: item for name, item in value.items()}


def _retype(value: JsonObject, member: str, _: str) -> JsonObject:
    return _replace(value, member, _other_type(value.get(member)))


def _null(value: JsonObject, member: str, _: str) -> JsonObject:
    return _replace(value, member, None)


def _enum(value: JsonObject, member: str, argument: str) -> JsonObject:
    return _replace(value, member, argument)


def _replace(value: JsonObject, member: str, item: Json) -> JsonObject:
    return {**value, member: item} if member in value else value


def _other_type(value: Json) -> Json:
    """The same thing in another JSON type: text for scalars, an object for text and lists."""
    if value is None or isinstance(value, bool | int | float):
        return str(value)
    return {"value": value}


_KINDS: Final[Mapping[str, Callable[[JsonObject, str, str], JsonObject]]] = {
    "remove": _remove,
    "add": _add,
    "rename": _rename,
    "retype": _retype,
    "null": _null,
    "enum": _enum,
}
_NEED_ARGUMENT: Final = ("rename", "enum")


def parse(text: str, contract: Contract) -> Drift:
    """Read a drift; raises ValueError with what is wrong in it."""
    kind, _, rest = text.partition("=")
    target, _, argument = rest.partition(":")
    schema, _, member = target.partition(".")
    if kind not in _KINDS:
        raise ValueError(f"drift {text!r}: give one of {', '.join(_KINDS)}")
    if schema not in contract.components["schemas"]:
        raise ValueError(f"drift {text!r}: openapi.json has no schema {schema}")
    known = contract.components["schemas"][schema].get("properties", {})
    if not member or (kind != "add" and member not in known):
        raise ValueError(f"drift {text!r}: {schema} has no member {member or 'without a name'}")
    if kind in _NEED_ARGUMENT and not argument:
        raise ValueError(f"drift {text!r}: say what follows, as in {kind}={target}:other")
    return Drift(kind, schema, member, argument)


class Drifts:
    """The drift of one sandbox."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._active: list[Drift] = []

    def add(self, text: str) -> None:
        """Take up a drift, e.g. ``remove=VideoResponse.view_count``."""
        self._active.append(parse(text, self._contract))

    def clear(self) -> None:
        """Keep the document again."""
        self._active.clear()

    def apply(self, operation: Operation, status: int, body: Json) -> Json:
        """An answer with every active drift in it."""
        schema = self._contract.answer(operation, status) if self._active else None
        return body if schema is None else self._walk(body, schema)

    def _walk(self, value: Json, schema: Schema) -> Json:
        names: list[str] = []
        while "$ref" in schema:
            names.append(schema["$ref"].rsplit("/", 1)[1])
            schema = self._contract.resolve(schema)
        for branch in schema.get("anyOf", ()):
            value = self._walk(value, branch)
        if isinstance(value, list):
            items: Any = schema.get("items", {})
            return [self._walk(item, items) for item in value]
        if not isinstance(value, dict):
            return value
        members = schema.get("properties", {})
        others = schema.get("additionalProperties", {})
        rest = others if isinstance(others, dict) else {}
        walked = {name: self._walk(item, members.get(name, rest)) for name, item in value.items()}
        for drift in self._active:
            if drift.schema in names:
                walked = drift.apply(walked)
        return walked
