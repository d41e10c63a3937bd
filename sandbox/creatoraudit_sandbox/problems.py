"""The fourteen documented error codes and the problem documents made from them.

A `Problem` is raised wherever a request fails; the app turns it into a response. The code
determines its status, title and type.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Final

from ._types import Json, JsonObject

MEDIA_TYPE: Final = "application/problem+json"

STATUS: Final[Mapping[str, int]] = {
    "BAD_REQUEST": 400,
    "UNAUTHORIZED": 401,
    "FORBIDDEN": 403,
    "INSUFFICIENT_SCOPE": 403,
    "QUOTA_EXCEEDED": 403,
    "NOT_FOUND": 404,
    "NOT_ACCEPTABLE": 406,
    "CONFLICT": 409,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "VALIDATION_ERROR": 422,
    "RATE_LIMITED": 429,
    "INTERNAL_ERROR": 500,
    "UPSTREAM_ERROR": 502,
    "SERVICE_UNAVAILABLE": 503,
}

# The documented title of 422; the standard library's follows RFC 9110 from Python 3.13 on.
_TITLES: Final[Mapping[int, str]] = {422: "Unprocessable Entity"}


class FieldError:
    """One invalid member of a request, and what is wrong with it."""

    __slots__ = ("field", "message")

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        self.message = message


class Problem(Exception):
    """An error response, as a problem document.

    ``status`` overrides the one that belongs to the code (405 has no code of its own).
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.status = STATUS[code] if status is None else status

    @property
    def title(self) -> str:
        """Short name of the status; `Error` for the non-standard statuses of gateways."""
        with suppress(ValueError):
            return _TITLES.get(self.status) or HTTPStatus(self.status).phrase
        return "Error"

    def document(self, instance: str, request_id: str) -> JsonObject:
        """The body of the response."""
        body: JsonObject = {
            "type": f"urn:creatoraudit:error:{self.code.lower().replace('_', '-')}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "instance": instance,
            "request_id": request_id,
        }
        if self.errors:
            errors: list[Json] = [{"field": e.field, "message": e.message} for e in self.errors]
            body["errors"] = errors
        return body


def invalid(field: str, message: str, detail: str = "Request failed validation.") -> Problem:
    """A 422 for a single member."""
    return Problem("VALIDATION_ERROR", detail, errors=[FieldError(field, message)])


def not_found(what: str) -> Problem:
    """A 404 for a resource, with a detail like the documented ``Account not found.``."""
    return Problem("NOT_FOUND", f"{what} not found.")
