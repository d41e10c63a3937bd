"""Says what a failure of a built-in check means, in words that quote nothing of the response.

schemathesis shows the offending value with every failure; on a live API that is customers' data.
This module takes from a failure only what comes from openapi.json, and the few header values that
are the API's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

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
    "wrong-container": "is of another type",
    "wrong-type": "is of another type",
    "unknown-enum-value": "has a value that is not documented",
}


def check_of(failure: Failure) -> str:
    """The name of the check that failed."""
    if _is_of_headers(failure):
        return "response_headers_conformance"
    return failure.checks[0] if failure.checks else type(failure).__name__


def _is_of_headers(failure: Failure) -> bool:
    """Whether a value that breaks its schema is a header's: such a failure has another title."""
    return isinstance(failure, JsonSchemaError) and failure.title != failure.kind_title


class Explained(NamedTuple):
    """What a failure is about: a member or header, the problem in one word, and in a sentence."""

    member: str | None
    problem: str
    detail: str


def explain(failure: Failure, response: Response) -> list[Explained]:
    """What is wrong, one by one where several members or headers are at fault."""
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
    if keyword in ("anyOf", "oneOf"):  # which says no more than that none of them fits
        for one in deviations(schema, failure.instance, Location(place, place)):
            if one.kind in _KINDS:
                return [Explained(one.place.general, one.kind, _KINDS[one.kind])]
    if keyword == "required" and isinstance(failure.instance, dict):
        wanted = failure.schema.get("required", [])
        names = [name for name in wanted if name not in failure.instance]
        return [Explained(f"{place}.{name}", keyword, "is missing") for name in names]
    return [Explained(place, keyword, f"breaks {keyword!r} in its schema")]


def _of_status(failure: Any, response: Response) -> list[Explained]:
    del response
    status = str(failure.status_code)
    return [Explained(None, status, f"answers {status}, which is not documented")]


def _of_headers(failure: Any, response: Response) -> list[Explained]:
    status = str(response.status_code)
    detail = f"is missing from an answer of {status}"
    return [Explained(name, status, detail) for name in failure.missing_headers]


def _of_media(failure: Any, response: Response) -> list[Explained]:
    status, sent = str(response.status_code), one_line(str(failure.content_type), _LONGEST)
    return [Explained("Content-Type", status, f"is {sent} in an answer of {status}")]


def _of_refusal(failure: Any, response: Response) -> list[Explained]:
    del response
    status = str(failure.status_code)
    return [Explained(None, status, f"answers {status} to a request that keeps the contract")]


def _of_server(failure: Any, response: Response) -> list[Explained]:
    del response
    return [Explained(None, str(failure.status_code), f"fails with {failure.status_code}")]


_WORDS: Mapping[type[Failure], Callable[[Any, Response], list[Explained]]] = {
    JsonSchemaError: _of_schema,
    UndefinedStatusCode: _of_status,
    MissingHeaders: _of_headers,
    UndefinedContentType: _of_media,
    RejectedPositiveData: _of_refusal,
    ServerError: _of_server,
}
