"""What openapi.json says of an answer's members, and what a whole run has seen of them.

Optional members can vanish and undocumented ones appear without breaking any schema. This module
finds both: those that appeared one answer at a time, those that nobody sent any more over the whole
run. What the project merely deduced proves nothing about the API: only members established as
``documented`` can be missing, and an object with an ``implied`` member may have others too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from creatoraudit_api.operations import OPERATIONS, Operation

from .._core.contract import resolved, response, response_schema

#: The one error answer that has every member of the problem document.
COMPLETE_ERROR = 422
ERRORS = 400

_BY_LABEL = {f"{one.method} {one.path}": one for one in OPERATIONS.values()}


def operation_of(label: str) -> Operation[Any]:
    """The operation of a method and a path, as in ``GET /videos``."""
    return _BY_LABEL[label]


def headers_of(label: str, status: int) -> list[str]:
    """The headers documented for an answer."""
    return list(response(operation_of(label), status).get("headers", {}))


class Found(NamedTuple):
    """An object whose members the contract lists: where it was, positions left open."""

    place: str
    schema: Any
    members: dict[str, Any]

    def evidence(self, name: str) -> str | None:
        """How firmly a member is established: by itself, or with the whole."""
        whole = self.schema.get("x-evidence")
        evidence: str | None = self.schema["properties"][name].get("x-evidence", whole)
        return evidence


def _shape(schema: Any) -> Any:
    """A schema behind its references and its ``or null``."""
    schema = resolved(schema)
    branches = [resolved(one) for one in schema.get("anyOf", schema.get("oneOf", []))]
    shapes = [one for one in branches if one.get("type") != "null"]
    # Of several shapes nobody can say which one was meant.
    return _shape(shapes[0]) if len(shapes) == 1 else schema


def _objects(schema: Any, value: object, place: str) -> Iterator[Found]:
    schema = _shape(schema)
    if isinstance(value, list):
        for item in value:
            yield from _objects(schema.get("items", {}), item, f"{place}[]")
    elif isinstance(value, dict):
        properties, rest = schema.get("properties", {}), schema.get("additionalProperties")
        if properties and not isinstance(rest, dict):
            yield Found(place, schema, value)
        for name, member in value.items():
            if name in properties:
                yield from _objects(properties[name], member, f"{place}.{name}")
            elif isinstance(rest, dict):
                yield from _objects(rest, member, f"{place}.{{}}")


def _answered(label: str, status: int, body: object) -> Iterator[Found]:
    return _objects(response_schema(operation_of(label), status), body, "$")


def located(label: str, status: int, path: Sequence[str | int]) -> tuple[str, Any]:
    """A path into an answer with positions and keys of maps left open; the schema that is there."""
    schema, place = response_schema(operation_of(label), status), "$"
    for step in path:
        schema = _shape(schema)
        properties, rest = schema.get("properties", {}), schema.get("additionalProperties")
        if isinstance(step, int):
            schema, place = schema.get("items", {}), f"{place}[]"
        elif step in properties:
            schema, place = properties[step], f"{place}.{step}"
        else:
            schema, place = rest if isinstance(rest, dict) else {}, f"{place}.{{}}"
    return place, schema


def undocumented(label: str, status: int, body: object) -> list[str]:
    """Places of members that the contract has no word of, in objects that it knows whole."""
    found: set[str] = set()
    for one in _answered(label, status, body):
        known = one.schema["properties"]
        if "implied" not in {one.evidence(name) for name in known}:
            found.update(f"{one.place}.{name}" for name in one.members.keys() - known)
    return sorted(found)


class Tally:
    """Which documented members the objects of a run carried, per operation and place."""

    def __init__(self) -> None:
        self._wanted: dict[tuple[str, str], set[str]] = {}
        self._seen: dict[tuple[str, str], set[str]] = {}

    def note(self, label: str, status: int, body: object) -> None:
        """Take the objects of one answer into account."""
        if status >= ERRORS and status != COMPLETE_ERROR:
            return
        for one in _answered(label, status, body):
            where = (label, one.place)
            documented = {n for n in one.schema["properties"] if one.evidence(n) == "documented"}
            self._wanted.setdefault(where, set()).update(documented)
            self._seen.setdefault(where, set()).update(one.members)

    def missing(self) -> Iterator[tuple[str, str]]:
        """Operation and place of each documented member that no object carried."""
        for (label, place), wanted in self._wanted.items():
            for name in sorted(wanted - self._seen[label, place]):
                yield label, f"{place}.{name}"
