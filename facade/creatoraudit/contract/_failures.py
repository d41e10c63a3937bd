"""Explains failures of built-in checks without quoting the response.

schemathesis shows the offending value with every failure; on a live API that is customer data. This
module uses only what comes from openapi.json, and the few header values that are the API's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from schemathesis.core.failures import Failure, ServerError
from schemathesis.core.transport import Response
from schemathesis.openapi.checks import (
    JsonSchemaError,
    MissingHeaders,
    RejectedPositiveData,
    UndefinedContentType,
    UndefinedStatusCode,
)

from .._core.contract import Kind, Location, deviations
from .._core.text import one_line
from ._members import headers_of, located

_LONGEST = 80
_KINDS: Mapping[Kind, str] = {
    "missing-member": "is missing",
    "wrong-container": "has the wrong type",
    "wrong-type": "has the wrong type",
    "unknown-enum-value": "has an undocumented value",
}


def check_of(failure: Failure) -> str:
    """The name of the check that failed."""
    if _is_of_headers(failure):
        return "response_headers_conformance"
    return failure.checks[0] if failure.checks else type(failure).__name__


def _is_of_headers(failure: Failure) -> bool:
    """Whether a schema failure is about a header; such failures have a different title."""
    return isinstance(failure, JsonSchemaError) and failure.title != failure.kind_title


class Explained(NamedTuple):
    """The subject of a failure (member or header), the problem in one word, and the detail."""

    member: str | None
    problem: str
    detail: str


_Words: TypeAlias = Callable[[Any, Response], list[Explained]]


def explain(failure: Failure, response: Response) -> list[Explained]:
    """Explain a failure, one entry per member or header at fault."""
    for kind, words in _WORDS.items():
        if isinstance(failure, kind):
            return words(failure, response)
    return [Explained(None, type(failure).__name__, failure.kind_title)]


def _of_schema(failure: Any, response: Response) -> list[Explained]:
    keyword = str(failure.schema_path[-1]) if failure.schema_path else "schema"
    if _is_of_headers(failure):
        sent = {name.lower(): values for name, values in response.headers.items()}
        documented = headers_of(failure.operation, response.status_code)
        value = str(failure.instance)
        named = [name for name in documented if value in sent.get(name.lower(), ())]
        detail = f"breaks {keyword!r} in its schema"
        return [Explained(name, keyword, detail) for name in named or ["a header"]]
    place, schema = located(failure.operation, response.status_code, failure.instance_path)
    if keyword in ("anyOf", "oneOf"):  # says only that no alternative fits
        for one in deviations(schema, failure.instance, Location(place, place)):
            if one.kind in _KINDS:
                return [Explained(one.place.general, one.kind, _KINDS[one.kind])]
    if keyword == "required" and isinstance(failure.instance, dict):
        wanted = failure.schema.get("required", [])
        names = [name for name in wanted if name not in failure.instance]
        return [Explained(f"{place}.{name}", keyword, "is missing") for name in names]
    return [Explained(place, keyword, f"breaks {keyword!r} in its schema")]


def _of_status(says: str) -> _Words:
    def words(failure: Any, response: Response) -> list[Explained]:
        del response
        status = str(failure.status_code)
        return [Explained(None, status, says.format(status))]

    return words


def _of_headers(failure: Any, response: Response) -> list[Explained]:
    status = str(response.status_code)
    detail = f"is missing from a {status} response"
    return [Explained(name, status, detail) for name in failure.missing_headers]


def _of_media(failure: Any, response: Response) -> list[Explained]:
    status, sent = str(response.status_code), one_line(str(failure.content_type), _LONGEST)
    return [Explained("Content-Type", status, f"is {sent} in a {status} response")]


_WORDS: Mapping[type[Failure], _Words] = {
    JsonSchemaError: _of_schema,
    UndefinedStatusCode: _of_status("returns status {}, which is not documented"),
    MissingHeaders: _of_headers,
    UndefinedContentType: _of_media,
    RejectedPositiveData: _of_status("returns status {} for a valid request"),
    ServerError: _of_status("fails with status {}"),
}
