"""Drift on demand: makes responses differ from openapi.json, to test clients and checks.

A drift of bodies names a schema of the document and one of its members, and applies wherever a
response has that schema: ``remove=VideoResponse.view_count``,
``add=VideoResponse.mood``, ``rename=VideoResponse.view_count:views``,
``retype=VideoResponse.view_count``, ``null=VideoResponse.id``,
``enum=VideoResponse.platform:threads``, ``set=Pagination.has_next:false`` (any JSON).

A drift of behaviour names an operation: ``envelope=list_videos:items`` (renames ``data``; without
a name, ``data`` becomes the whole body), ``header=list_videos:ETag`` (drops the header) or
``header=list_videos:Content-Type=text/plain``, ``status=list_videos:202`` (replaces a success
status), ``etag=list_videos`` (a new ETag each time, so no response is ever 304),
``error=list_videos`` (errors of another shape), ``ignore=list_videos:cursor`` (ignores a query
parameter).
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import Response

from ._types import Json, JsonObject
from .contract import Contract, Operation, Schema


@dataclass(frozen=True)
class Drift:
    """One difference from the document: in a member of a schema, or in how an operation behaves."""

    kind: str
    target: str
    member: str
    argument: str

    def apply(self, value: JsonObject) -> JsonObject:
        """The object with this drift applied."""
        return _MEMBER_KINDS[self.kind](value, self.member, self.argument)


def _replace(value: JsonObject, member: str, item: Json) -> JsonObject:
    return {**value, member: item} if member in value else value


def _other_type(value: Json) -> Json:
    """A value as another JSON type: text for scalars, an object for text and lists."""
    if value is None or isinstance(value, bool | int | float):
        return str(value)
    return {"value": value}


_MEMBER_KINDS: Final[Mapping[str, Callable[[JsonObject, str, str], JsonObject]]] = {
    "remove": lambda value, member, _: {n: item for n, item in value.items() if n != member},
    "add": lambda value, member, argument: {**value, member: argument or "unexpected"},
    "rename": lambda value, member, argument: {
        argument if name == member else name: item for name, item in value.items()
    },
    "retype": lambda value, member, _: _replace(value, member, _other_type(value.get(member))),
    "null": lambda value, member, _: _replace(value, member, None),
    "enum": _replace,
    "set": lambda value, member, argument: _replace(value, member, json.loads(argument)),
}
_OPERATION_KINDS: Final = ("envelope", "header", "status", "etag", "error", "ignore")
_NEED_ARGUMENT: Final = ("rename", "enum", "set", "header", "status", "ignore")


def parse(text: str, contract: Contract) -> Drift:
    """Parse a drift; raises ValueError that says what is wrong in it."""
    kind, _, rest = text.partition("=")
    whole, _, argument = rest.partition(":")
    target, _, member = whole.partition(".")
    if kind in _OPERATION_KINDS:
        if whole not in contract.operations:
            raise ValueError(f"drift {text!r}: there is no operation {whole}")
    elif kind not in _MEMBER_KINDS:
        known = ", ".join([*_MEMBER_KINDS, *_OPERATION_KINDS])
        raise ValueError(f"drift {text!r}: give one of {known}")
    elif target not in contract.schemas:
        raise ValueError(f"drift {text!r}: openapi.json has no schema {target}")
    elif not member or (
        kind != "add" and member not in contract.schemas[target].get("properties", {})
    ):
        raise ValueError(f"drift {text!r}: {target} has no member {member!r}")
    if kind in _NEED_ARGUMENT and not argument:
        raise ValueError(f"drift {text!r}: say what follows, as in {kind}={whole}:other")
    if kind == "status" and not (argument.isdecimal() and 200 <= int(argument) <= 599):
        raise ValueError(f"drift {text!r}: {argument} is not a status")
    if kind == "set":
        try:
            json.loads(argument)
        except ValueError:
            raise ValueError(f"drift {text!r}: {argument} is not JSON") from None
    return Drift(kind, target, member, argument)


class Drifts:
    """The active drift of one sandbox."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._active: list[Drift] = []
        self._numbers = itertools.count(1)

    def add(self, text: str) -> None:
        """Add a drift, e.g. ``remove=VideoResponse.view_count``."""
        self._active.append(parse(text, self._contract))

    def __bool__(self) -> bool:
        """Whether any drift is active."""
        return bool(self._active)

    def clear(self) -> None:
        """Remove all drift."""
        self._active.clear()

    def query(self, operation: Operation, raw: bytes) -> bytes:
        """The query string without the ignored parameters."""
        ignored = {drift.argument.encode() for drift in self._of(operation, "ignore")}
        if not ignored:
            return raw
        pairs = [pair for pair in raw.split(b"&") if pair.partition(b"=")[0] not in ignored]
        return b"&".join(pairs)

    def apply(self, operation: Operation, status: int, body: Json) -> Json:
        """A body with every active drift in it."""
        schema = self._contract.answer(operation, status) if self._active else None
        if schema is None:
            return body
        body = self._walk(body, schema)
        if status < 400:
            for drift in self._of(operation, "envelope"):
                body = _reshaped(body, drift.argument)
        elif self._of(operation, "error"):
            body = {"error": {"message": "Something went wrong."}}
        return body

    def dress(self, operation: Operation, response: Response) -> None:
        """Change the status and headers of an otherwise complete response."""
        success = 200 <= response.status_code < 300
        if success and self._of(operation, "etag"):
            response.headers["ETag"] = f'"{next(self._numbers)}"'
        if response.status_code >= 400 and self._of(operation, "error"):
            response.headers["Content-Type"] = "application/json"
        for drift in self._of(operation, "header"):
            name, equals, value = drift.argument.partition("=")
            if equals:
                response.headers[name] = value
            elif name in response.headers:
                del response.headers[name]
        for drift in self._of(operation, "status"):
            if success:
                response.status_code = int(drift.argument)

    def _of(self, operation: Operation, kind: str) -> list[Drift]:
        return [one for one in self._active if one.kind == kind and one.target == operation.id]

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
            if drift.kind in _MEMBER_KINDS and drift.target in names:
                walked = drift.apply(walked)
        return walked


def _reshaped(body: Json, name: str) -> Json:
    if not isinstance(body, dict) or "data" not in body:
        return body
    data = body["data"]
    return {name: data, **{k: v for k, v in body.items() if k != "data"}} if name else data
