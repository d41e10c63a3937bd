"""Compares responses with the contract that this release was built on.

It checks a decoded body against its schema in openapi.json. `first_fault` runs only after decoding
failed: it names the first missing required member, or the first value that is not the object or
list that it should be.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias
from urllib.parse import unquote

from ..errors import ContractError
from .naming import operation_key
from .text import one_line


class Fault(Exception):
    """A member of a response that breaks the contract; raised where the response is unknown.

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
        f"{operation}: the response does not follow the contract: {where}",
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
    """The OpenAPI document of the contract, read once."""
    text = files("creatoraudit_api").joinpath("openapi.json").read_text(encoding="utf-8")
    return json.loads(text)


class Addressed(Protocol):
    """What names an operation: its method and its path."""

    @property
    def method(self) -> str:
        """HTTP method."""
        ...

    @property
    def path(self) -> str:
        """Path, with any names of parameters."""
        ...


def resolved(schema: Any) -> Any:
    """Follow the references of a schema or another object; empty if it is not an object."""
    while isinstance(schema, dict) and "$ref" in schema:
        target = document()
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[unquote(step).replace("~1", "/").replace("~0", "~")]
        schema = target
    return schema if isinstance(schema, dict) else {}


def merged(schema: Any) -> Any:
    """Follow the references of a schema and merge the parts of its `allOf`."""
    schema = resolved(schema)
    if "allOf" not in schema:
        return schema
    whole = {name: value for name, value in schema.items() if name != "allOf"}
    for part in map(merged, schema["allOf"]):
        for name, value in part.items():
            if name == "properties":
                whole[name] = value | whole.get(name, {})
            elif name == "required":
                whole[name] = [*whole.get(name, []), *value]
            else:
                whole.setdefault(name, value)
    return whole


def branches(schema: Any) -> tuple[list[Any], bool]:
    """The alternatives of a schema except null, and whether it allows null."""
    parts = [merged(one) for one in schema.get("anyOf", schema.get("oneOf", []))]
    left = [one for one in parts if one.get("type") != "null"]
    types = schema.get("type", [])
    nullable = (
        len(left) < len(parts)
        or schema.get("nullable") is True
        or (isinstance(types, list) and "null" in types)
        or types == "null"
    )
    return left, nullable


def response_schema(operation: Addressed, status: int) -> Any:
    """The schema of a response; an empty one if the contract has none."""
    content = response(operation, status).get("content", {})
    return next((media["schema"] for media in content.values() if "schema" in media), {})


def response(operation: Addressed, status: int) -> Any:
    """The contract's description of a response, found by blanked path parameter names.

    It is empty for an operation that the contract does not have.
    """
    found = _operations().get(operation_key(operation.method, operation.path), {})
    responses = found.get("responses", {})
    success = min((code for code in responses if code.startswith("2")), default="")
    exact, pattern = str(status), f"{str(status)[:1]}XX"
    rest = "default" if status >= ERRORS or not success else success
    chosen = next((name for name in (exact, pattern) if name in responses), rest)
    return resolved(responses.get(chosen))


@cache
def _operations() -> Mapping[str, Any]:
    """The operations of the document by their key."""
    return {
        operation_key(method, path): operation
        for path, item in document()["paths"].items()
        for method, operation in resolved(item).items()
        if isinstance(operation, dict)
    }


def first_fault(operation: Addressed, status: int, payload: object) -> Fault | None:
    """The first fault in the body of a success; None if there is none."""
    found = deviations(response_schema(operation, status), payload)
    fatal = (Fault(one.place.exact, one.what) for one in found if one.kind in FATAL)
    return next(fatal, None)


class Location(NamedTuple):
    """A JSON path, exact and general. The general one leaves out positions and map keys."""

    exact: str = "$"
    general: str = "$"

    def member(self, name: str) -> Location:
        """The path of a member, declared or not."""
        return Location(f"{self.exact}.{name}", f"{self.general}.{name}")

    def entry(self, name: str) -> Location:
        """The path of an entry of a map."""
        return Location(f"{self.exact}.{name}", f"{self.general}.{{}}")

    def item(self, position: int) -> Location:
        """The path of an item of a list."""
        return Location(f"{self.exact}[{position}]", f"{self.general}[]")


ROOT = Location()


class Inside(NamedTuple):
    """A member or item of a value, with its path and schema."""

    path: Location
    schema: Any
    """None if the contract does not declare it."""
    value: object


def inside(schema: Any, value: object, path: Location) -> Iterator[Inside]:
    """Go through the members of an object or the items of a list, with their schemas."""
    if isinstance(value, list):
        for position, item in enumerate(value):
            yield Inside(path.item(position), schema.get("items", {}), item)
    elif isinstance(value, dict):
        listed = schema.get("properties", {})
        rest = schema.get("additionalProperties")
        for name, member in value.items():
            if name not in listed and isinstance(rest, dict):
                yield Inside(path.entry(name), rest, member)
            else:
                yield Inside(path.member(name), listed.get(name), member)


class Deviation(NamedTuple):
    """One difference from the contract: its kind, place and description."""

    kind: Kind
    place: Location
    what: str


def deviations(schema: Any, value: object, place: Location = ROOT) -> Iterator[Deviation]:
    """Every difference of a value from its schema."""
    schema = merged(schema)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    alternatives, nullable = branches(schema)
    if value is None and nullable:
        return
    if alternatives:
        tried = [list(deviations(one, value, place)) for one in alternatives]
        yield from min(tried, key=lambda found: sum(one.kind in FATAL for one in found))
    elif not _fits(value, kinds):
        wanted = " or ".join(kind for kind in kinds if kind != "null")
        container = bool(_CONTAINERS.keys() & kinds) or isinstance(value, (dict, list))
        kind: Kind = "wrong-container" if container else "wrong-type"
        article = "an" if wanted[0] in "aoi" else "a"
        yield Deviation(kind, place, f"is {type_name(value)} where {article} {wanted} belongs")
    elif value not in schema.get("enum", [value]):
        yield Deviation("unknown-enum-value", place, f"is {value!r}")
    else:
        yield from _within(schema, value, place)


def _within(schema: Any, value: object, place: Location) -> Iterator[Deviation]:
    """The differences of the members of an object or the items of a list."""
    if isinstance(value, dict):
        for name in schema.get("required", []):
            if name not in value:
                yield Deviation("missing-member", place.member(name), "is missing")
    for found in inside(schema, value, place):
        if found.schema is not None:
            yield from deviations(found.schema, found.value, found.path)
        elif schema.get("properties"):
            yield Deviation("unknown-member", found.path, f"is {type_name(found.value)}, unknown")


def _fits(value: object, kinds: list[str]) -> bool:
    if not kinds or (isinstance(value, bool) and "boolean" in kinds):
        return True
    if isinstance(value, bool):
        return False
    if "integer" in kinds and isinstance(value, float) and value.is_integer():
        return True
    return any(isinstance(value, _TYPES[kind]) for kind in kinds)


def type_name(value: object) -> str:
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean"}
    return "null" if value is None else names.get(type(value), "a number")
