"""Compares the members of responses with openapi.json, and counts which ones a run has met.

Optional members can vanish and undocumented ones appear without breaking any schema. New members
are found in each response; vanished ones only over the whole run. Only members marked
``documented`` are reported as missing, because the project deduced the others. An object with an
``implied`` member may have undocumented members too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from creatoraudit_api.operations import OPERATIONS

from .._core.contract import (
    ROOT,
    Location,
    branches,
    document,
    inside,
    merged,
    resolved,
    response,
    response_schema,
)
from .._core.naming import operation_key
from .openapi import METHODS

#: The one error response that has every member of the problem document.
COMPLETE_ERROR = 422
ERRORS = 400


class CheckedOperation(NamedTuple):
    """What the checks need to know of an operation."""

    method: str
    path: str
    paged: bool
    authenticated: bool


@cache
def operation_of(label: str) -> CheckedOperation:
    """The operation of a method and a path, as in ``GET /videos``.

    The document may have operations that the generated table leaves out.
    """
    method, path = label.split(" ", 1)
    by_key = {one.key: one for one in OPERATIONS.values()}
    known = by_key.get(operation_key(method, path))
    if known is None:
        return CheckedOperation(method, path, paged=False, authenticated=True)
    return CheckedOperation(method, path, known.paged, known.authenticated)


def labels(method: str) -> list[str]:
    """The operations of the document with this method."""
    return [
        f"{method} {path}"
        for path, item in document()["paths"].items()
        if method.lower() in METHODS and method.lower() in resolved(item)
    ]


def headers_of(label: str, status: int) -> list[str]:
    """The headers documented for a response."""
    return list(response(operation_of(label), status).get("headers", {}))


class Found(NamedTuple):
    """An object whose members the contract lists, and its place without list positions."""

    place: str
    schema: Any
    members: dict[str, Any]

    def evidence(self, name: str) -> str | None:
        """How sure the project is of a member: its own mark, or that of the whole schema."""
        whole = self.schema.get("x-evidence")
        evidence: str | None = self.schema["properties"][name].get("x-evidence", whole)
        return evidence


def _only_branch(schema: Any) -> Any:
    """Resolve references and strip ``or null`` from a schema."""
    schema = merged(schema)
    left, _ = branches(schema)
    # With several alternatives it is unknown which one applies.
    return _only_branch(left[0]) if len(left) == 1 else schema


def _objects(schema: Any, value: object, path: Location) -> Iterator[Found]:
    schema = _only_branch(schema)
    is_map = isinstance(schema.get("additionalProperties"), dict)
    if isinstance(value, dict) and schema.get("properties") and not is_map:
        yield Found(path.general, schema, value)
    for found in inside(schema, value, path):
        if found.schema is not None:
            yield from _objects(found.schema, found.value, found.path)


def _response_objects(label: str, status: int, body: object) -> Iterator[Found]:
    return _objects(response_schema(operation_of(label), status), body, ROOT)


def located(label: str, status: int, path: Sequence[str | int]) -> tuple[str, Any]:
    """A path into a response, without list positions and map keys, and the schema there."""
    schema, place = response_schema(operation_of(label), status), ROOT
    for step in path:
        schema = _only_branch(schema)
        # The path leads on to one member or item of a value of this schema.
        value: object = [None] if isinstance(step, int) else {step: None}
        (found,) = inside(schema, value, place)
        known = found.schema is not None
        schema, place = (found.schema, found.path) if known else ({}, place.entry(str(step)))
    return place.general, schema


def undocumented(label: str, status: int, body: object) -> list[str]:
    """Places of undocumented members, in objects that the contract describes completely."""
    found: set[str] = set()
    for one in _response_objects(label, status, body):
        known = one.schema["properties"]
        if "implied" not in {one.evidence(name) for name in known}:
            found.update(f"{one.place}.{name}" for name in one.members.keys() - known)
    return sorted(found)


class MemberCounts:
    """Counts the documented members that objects of a run had, per operation and place."""

    def __init__(self) -> None:
        self._wanted: dict[tuple[str, str], set[str]] = {}
        self._seen: dict[tuple[str, str], set[str]] = {}

    def note(self, label: str, status: int, body: object) -> None:
        """Count the members of one response."""
        if status >= ERRORS and status != COMPLETE_ERROR:
            return
        for one in _response_objects(label, status, body):
            where = (label, one.place)
            documented = {n for n in one.schema["properties"] if one.evidence(n) == "documented"}
            self._wanted.setdefault(where, set()).update(documented)
            self._seen.setdefault(where, set()).update(one.members)

    def missing(self) -> Iterator[tuple[str, str]]:
        """Operation and place of each documented member that no object had."""
        for (label, place), wanted in self._wanted.items():
            for name in sorted(wanted - self._seen[label, place]):
                yield label, f"{place}.{name}"
