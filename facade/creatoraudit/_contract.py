"""How an answer compares with the contract this release was built on.

Walks a decoded body along its schema in openapi.json. `first_fault` is the slow second look after
decoding failed: it names the first member that a client cannot live without, a missing required
member or an object or list that is something else. `DriftWatch` reports everything that deviates,
for `on_drift=`; nothing of that is fatal, since the API promises to add members within v2.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple, TypeAlias

from creatoraudit_api.operations import OPERATIONS, Operation

from ._fault import Fault
from ._prepare import Wire
from ._reply import Sent
from ._text import one_line

Kind: TypeAlias = Literal[
    "missing-member", "wrong-container", "wrong-type", "unknown-enum-value", "unknown-member"
]

ERRORS = 400
FATAL = frozenset({"missing-member", "wrong-container"})
_CONTAINERS: Mapping[str, type] = {"object": dict, "array": list}
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    **_CONTAINERS,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


@cache
def _document() -> Any:
    text = files("creatoraudit_api").joinpath("openapi.json").read_text(encoding="utf-8")
    return json.loads(text)


def _resolved(schema: Any) -> Any:
    while isinstance(schema, dict) and "$ref" in schema:
        target = _document()
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        schema = target
    return schema if isinstance(schema, dict) else {}


def _response_schema(operation: Operation[Any], status: int) -> Any:
    """The schema of an answer; the document may name path parameters differently."""
    methods = {_blanked(path): item for path, item in _document()["paths"].items()}
    responses = methods[_blanked(operation.path)][operation.method.lower()]["responses"]
    success = min((code for code in responses if code.startswith("2")), default="")
    chosen = str(status) if str(status) in responses or status >= ERRORS else success
    content = _resolved(responses.get(chosen)).get("content", {})
    return next((media["schema"] for media in content.values() if "schema" in media), {})


def _blanked(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


def first_fault(operation: Operation[Any], status: int, payload: object) -> Fault | None:
    """The first fault of a success body, or None when this look finds none."""
    found = _deviations(_response_schema(operation, status), payload, _Place("$", "$"))
    fatal = (Fault(one.place.exact, one.what) for one in found if one.kind in FATAL)
    return next(fatal, None)


class DriftRecord(NamedTuple):
    """A deviation from the contract, met in normal traffic.

    Attributes:
        kind: `missing-member`, `wrong-container`, `wrong-type`, `unknown-enum-value` or
            `unknown-member`.
        operation: Name of the operation.
        location: JSON path; `[]` stands for any position, `{}` for any key of a map.
        detail: What was met, in words; values of enums are quoted, no other value is.
        request_id: `X-Request-ID` of the answer.
    """

    kind: Kind
    operation: str
    location: str
    detail: str
    request_id: str | None


OnDrift: TypeAlias = Callable[[DriftRecord], object]


class DriftWatch:
    """Tells a caller about each deviation once per kind and location."""

    def __init__(self, tell: OnDrift) -> None:
        self._tell = tell
        self._told: set[tuple[Kind, str, str]] = set()

    def look(self, wire: Wire, sent: Sent) -> None:
        """Compare one answer; one that is not JSON is none of its business."""
        operation = OPERATIONS.get(wire.operation)
        if operation is None or not sent.content:
            return
        try:
            payload = sent.json()
        except ValueError:
            return
        schema = _response_schema(operation, sent.status_code)
        for found in _deviations(schema, payload, _Place("$", "$")):
            known = (found.kind, wire.operation, found.place.general)
            if known not in self._told:
                self._told.add(known)
                detail = one_line(found.what, 200)
                self._tell(DriftRecord(*known, detail, sent.request_id))


class _Place(NamedTuple):
    """A JSON path, and the same with positions and map keys left open."""

    exact: str
    general: str

    def member(self, name: str) -> _Place:
        return _Place(f"{self.exact}.{name}", f"{self.general}.{name}")

    def entry(self, name: str) -> _Place:
        return _Place(f"{self.exact}.{name}", f"{self.general}.{{}}")

    def item(self, position: int) -> _Place:
        return _Place(f"{self.exact}[{position}]", f"{self.general}[]")


class _Deviation(NamedTuple):
    kind: Kind
    place: _Place
    what: str


def _deviations(schema: Any, value: object, place: _Place) -> Iterator[_Deviation]:
    schema = _resolved(schema)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    branches = [_resolved(one) for one in schema.get("anyOf", schema.get("oneOf", []))]
    if value is None and ("null" in kinds or any(one.get("type") == "null" for one in branches)):
        return
    branches = [branch for branch in branches if branch.get("type") != "null"]
    if branches:
        tried = [list(_deviations(branch, value, place)) for branch in branches]
        yield from min(tried, key=lambda found: sum(one.kind in FATAL for one in found))
    elif not _fits(value, kinds):
        wanted = " or ".join(kind for kind in kinds if kind != "null")
        container = bool(_CONTAINERS.keys() & kinds) or isinstance(value, (dict, list))
        kind: Kind = "wrong-container" if container else "wrong-type"
        article = "an" if wanted[0] in "aoi" else "a"
        yield _Deviation(kind, place, f"is {_name(value)} where {article} {wanted} belongs")
    elif value not in schema.get("enum", [value]):
        yield _Deviation("unknown-enum-value", place, f"is {value!r}")
    elif isinstance(value, dict):
        yield from _members(schema, value, place)
    elif isinstance(value, list):
        for position, member in enumerate(value):
            yield from _deviations(schema.get("items", {}), member, place.item(position))


def _members(schema: Any, value: dict[str, Any], place: _Place) -> Iterator[_Deviation]:
    properties = schema.get("properties", {})
    rest = schema.get("additionalProperties")
    for name in schema.get("required", []):
        if name not in value:
            yield _Deviation("missing-member", place.member(name), "is missing")
    for name, member in value.items():
        if name in properties:
            yield from _deviations(properties[name], member, place.member(name))
        elif isinstance(rest, dict):
            yield from _deviations(rest, member, place.entry(name))
        elif properties:
            yield _Deviation("unknown-member", place.member(name), f"is {_name(member)}, unknown")


def _fits(value: object, kinds: list[str]) -> bool:
    if not kinds or (isinstance(value, bool) and "boolean" in kinds):
        return True
    if isinstance(value, bool):
        return False
    if "integer" in kinds and isinstance(value, float) and value.is_integer():
        return True
    return any(isinstance(value, _TYPES[kind]) for kind in kinds)


def _name(value: object) -> str:
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean"}
    return "null" if value is None else names.get(type(value), "a number")
