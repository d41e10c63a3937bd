"""How an answer compares with the contract this release was built on.

Walks a decoded body along its schema in openapi.json. `first_fault` is the second look after
decoding failed: it names the first member that a client cannot do without, a missing required
member or an object or list that is something else. The other differences concern `drift` only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple, TypeAlias

from creatoraudit_api.operations import Operation

from ..errors import ContractError
from .text import one_line


class Fault(Exception):
    """What is wrong with which member of a response; raised where no response is at hand.

    Attributes:
        path: JSON path of the member.
        what: What is wrong with it, to be read after the path.
    """

    def __init__(self, path: str, what: str) -> None:
        super().__init__(path, what)
        self.path = path
        self.what = what

    def __str__(self) -> str:
        return f"{self.path} {self.what}"


def contract_error(operation: str, fault: Fault, request_id: str | None) -> ContractError:
    """The exception for one fault."""
    where = one_line(str(fault), 300)
    return ContractError(
        f"{operation}: the answer does not keep the contract: {where}",
        path=fault.path,
        request_id=request_id,
    )


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
def document() -> Any:
    """The contract itself, read once."""
    text = files("creatoraudit_api").joinpath("openapi.json").read_text(encoding="utf-8")
    return json.loads(text)


def resolved(schema: Any) -> Any:
    while isinstance(schema, dict) and "$ref" in schema:
        target = document()
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        schema = target
    return schema if isinstance(schema, dict) else {}


def response_schema(operation: Operation[Any], status: int) -> Any:
    """The schema of an answer; one that says nothing where the contract has none."""
    content = response(operation, status).get("content", {})
    return next((media["schema"] for media in content.values() if "schema" in media), {})


def response(operation: Operation[Any], status: int) -> Any:
    """What the contract says of an answer; the document may name path parameters differently.

    Of an operation that it does not have, made by hand, it says nothing.
    """
    methods = {_blanked(path): item for path, item in document()["paths"].items()}
    found = methods.get(_blanked(operation.path), {}).get(operation.method.lower(), {})
    responses = found.get("responses", {})
    success = min((code for code in responses if code.startswith("2")), default="")
    chosen = str(status) if str(status) in responses or status >= ERRORS else success
    return resolved(responses.get(chosen))


def _blanked(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


def first_fault(operation: Operation[Any], status: int, payload: object) -> Fault | None:
    """The first fault of a success body, or None when this look finds none."""
    found = deviations(response_schema(operation, status), payload, Location("$", "$"))
    fatal = (Fault(one.place.exact, one.what) for one in found if one.kind in FATAL)
    return next(fatal, None)


class Location(NamedTuple):
    """A JSON path, and the same with positions and map keys left open."""

    exact: str
    general: str

    def member(self, name: str) -> Location:
        return Location(f"{self.exact}.{name}", f"{self.general}.{name}")

    def entry(self, name: str) -> Location:
        return Location(f"{self.exact}.{name}", f"{self.general}.{{}}")

    def item(self, position: int) -> Location:
        return Location(f"{self.exact}[{position}]", f"{self.general}[]")


class Deviation(NamedTuple):
    """One difference from the contract: of which kind, where, in words."""

    kind: Kind
    place: Location
    what: str


def deviations(schema: Any, value: object, place: Location) -> Iterator[Deviation]:
    """Every difference of a value from its schema."""
    schema = resolved(schema)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    branches = [resolved(one) for one in schema.get("anyOf", schema.get("oneOf", []))]
    if value is None and ("null" in kinds or any(one.get("type") == "null" for one in branches)):
        return
    branches = [branch for branch in branches if branch.get("type") != "null"]
    if branches:
        tried = [list(deviations(branch, value, place)) for branch in branches]
        yield from min(tried, key=lambda found: sum(one.kind in FATAL for one in found))
    elif not _fits(value, kinds):
        wanted = " or ".join(kind for kind in kinds if kind != "null")
        container = bool(_CONTAINERS.keys() & kinds) or isinstance(value, (dict, list))
        kind: Kind = "wrong-container" if container else "wrong-type"
        article = "an" if wanted[0] in "aoi" else "a"
        yield Deviation(kind, place, f"is {_name(value)} where {article} {wanted} belongs")
    elif value not in schema.get("enum", [value]):
        yield Deviation("unknown-enum-value", place, f"is {value!r}")
    elif isinstance(value, dict):
        yield from _members(schema, value, place)
    elif isinstance(value, list):
        for position, member in enumerate(value):
            yield from deviations(schema.get("items", {}), member, place.item(position))


def _members(schema: Any, value: dict[str, Any], place: Location) -> Iterator[Deviation]:
    properties = schema.get("properties", {})
    rest = schema.get("additionalProperties")
    for name in schema.get("required", []):
        if name not in value:
            yield Deviation("missing-member", place.member(name), "is missing")
    for name, member in value.items():
        if name in properties:
            yield from deviations(properties[name], member, place.member(name))
        elif isinstance(rest, dict):
            yield from deviations(rest, member, place.entry(name))
        elif properties:
            yield Deviation("unknown-member", place.member(name), f"is {_name(member)}, unknown")


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
