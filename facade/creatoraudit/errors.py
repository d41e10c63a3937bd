"""Every exception that this package raises.

    CreatorAuditError
    ├── ConfigurationError            a setting is unusable (also a ValueError)
    │   └── MissingKeyError           the operation needs a key and none was given
    ├── UsageError                    a call was refused before it was sent (also a ValueError)
    ├── APIError                      the API answered with something other than success
    │   ├── BadRequestError           400
    │   ├── UnauthorizedError         401
    │   ├── ForbiddenError            403
    │   │   ├── InsufficientScopeError
    │   │   └── QuotaExceededError
    │   ├── NotFoundError             404
    │   ├── NotAcceptableError        406
    │   ├── ConflictError             409
    │   ├── UnsupportedMediaTypeError 415
    │   ├── ValidationError           422
    │   ├── RateLimitedError          429
    │   └── ServerError               5xx
    │       ├── InternalError         500
    │       ├── UpstreamError         502
    │       └── ServiceUnavailableError 503
    ├── NetworkError                  no complete answer arrived
    │   └── RequestTimeoutError       it did not arrive in time
    ├── ContractError                 a success answer that does not keep the contract
    ├── PaginationError               a walk over pages would never end
    ├── ExportError                   an exported file could not be written
    └── WaitTimeout                   a waiter gave up; it carries the last state

`_core.problems` decides which class a response becomes and what its message says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from creatoraudit_api.types import JSON
else:
    JSON = Any

__all__ = [
    "APIError",
    "BadRequestError",
    "ConfigurationError",
    "ConflictError",
    "ContractError",
    "CreatorAuditError",
    "ExportError",
    "ForbiddenError",
    "InsufficientScopeError",
    "InternalError",
    "MissingKeyError",
    "NetworkError",
    "NotAcceptableError",
    "NotFoundError",
    "PaginationError",
    "QuotaExceededError",
    "RateLimitedError",
    "RequestTimeoutError",
    "ServerError",
    "ServiceUnavailableError",
    "UnauthorizedError",
    "UnsupportedMediaTypeError",
    "UpstreamError",
    "UsageError",
    "ValidationError",
    "WaitTimeout",
]


def _rebuild(cls: type[CreatorAuditError], state: dict[str, Any]) -> CreatorAuditError:
    error = cls.__new__(cls)
    error.__dict__.update(state)
    error.args = (state["message"],)
    return error


class CreatorAuditError(Exception):
    """Base of everything this package raises on purpose.

    Attributes:
        message: What happened and what to do next, on one line.
        request_id: `X-Request-ID` of the answer concerned, when there was one.
        resume_cursor: Set by a walk over pages: the cursor of the page that failed. Hand it to the
            same `list` call as `cursor=` to go on there. None on the first page and outside walks.
        done_ids: Set by a batch: the ids whose answers arrived, those reported not found included.
        pending_ids: Set by a batch: the ids to ask again.
        unknown_ids: Set by a batch that changes something: the ids of requests that may have been
            carried out, so look before you send them again.
        partial: Set by a batch: what arrived. Of `deltas()` and `metrics()` it is their result for
            `done_ids`; of an iteration, the list of parts that were not handed out.
    """

    def __init__(self, message: str, *, request_id: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.request_id = request_id
        self.resume_cursor: str | None = None
        self.done_ids: Sequence[str | int] = ()
        self.pending_ids: Sequence[str | int] = ()
        self.unknown_ids: Sequence[str | int] = ()
        self.partial: Any = None

    def __str__(self) -> str:
        if self.request_id is None:
            return self.message
        return f"{self.message} (request id {self.request_id})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), dict(self.__dict__))


class ConfigurationError(CreatorAuditError, ValueError):
    """A setting (key, base URL, timeout ...) cannot be used."""


class MissingKeyError(ConfigurationError):
    """No key was given. Only `health` and `meta` work without one."""


class UsageError(CreatorAuditError, ValueError):
    """A call was refused before anything was sent, because its arguments cannot be right."""


class NetworkError(CreatorAuditError):
    """No complete answer arrived.

    Attributes:
        written: Whether the server may have read the request. False means it certainly did not.
        cause: The network library's own words.
    """

    def __init__(self, message: str, *, written: bool, cause: str) -> None:
        super().__init__(message)
        self.written = written
        self.cause = cause


class RequestTimeoutError(NetworkError):
    """The answer did not arrive within `timeout`, or all tries together within `retry_budget`."""


class ContractError(CreatorAuditError):
    """The API answered with success, but not as its contract says.

    Attributes:
        path: JSON path of the member at fault, such as `$.pagination.has_next`.
    """

    def __init__(self, message: str, *, path: str = "$", request_id: str | None = None) -> None:
        super().__init__(message, request_id=request_id)
        self.path = path


class PaginationError(CreatorAuditError):
    """A walk would never end: a page repeated a cursor, or a hundred pages had no new item."""


class ExportError(CreatorAuditError):
    """An exported file could not be written: no room, no permission. What was fetched is kept."""


class WaitTimeout(CreatorAuditError):
    """A waiter reached its time limit.

    Attributes:
        last: What was read last; the resource as it stood then.
    """

    def __init__(self, message: str, *, last: object) -> None:
        super().__init__(message)
        self.last = last


class APIError(CreatorAuditError):
    """The API answered with something other than success.

    Branch on the class or on `status` first, then on `code`.

    Attributes:
        status: HTTP status.
        code: The stable identifier of the problem document, as sent; None when the body was none.
        title: Short name of the problem.
        detail: What went wrong this time.
        type: URN of the kind of problem.
        instance: Path that failed.
        errors: With 422, one mapping per member refused, each with `field` and `message`.
        retry_after: Seconds to wait, from `Retry-After`; None without that header.
        headers: Headers of the answer, looked up regardless of case.
        body: What the answer's body says, as text with nothing in it that acts, at most 10,000
            characters; JSON unless it is cut. None when the body was empty.
    """

    hint = ""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        headers: Mapping[str, str],
        code: str | None = None,
        title: str | None = None,
        detail: str | None = None,
        type: str | None = None,  # noqa: A002 - the problem document's own member name
        instance: str | None = None,
        errors: Sequence[Mapping[str, JSON]] = (),
        retry_after: float | None = None,
        request_id: str | None = None,
        body: str | None = None,
    ) -> None:
        super().__init__(message, request_id=request_id)
        self.status = status
        self.headers = headers
        self.code = code
        self.title = title
        self.detail = detail
        self.type = type
        self.instance = instance
        self.errors = errors
        self.retry_after = retry_after
        self.body = body


class BadRequestError(APIError):
    """400: the request is malformed."""


class UnauthorizedError(APIError):
    """401: the key is missing or not valid."""

    hint = "check the key in CREATORAUDIT_API_KEY or api_key="


class ForbiddenError(APIError):
    """403: the key or the subscription is not active, or one of the two subclasses."""


class InsufficientScopeError(ForbiddenError):
    """403 INSUFFICIENT_SCOPE: the key lacks the scope this call needs."""

    hint = "use a key with the write scope (admin includes it)"


class QuotaExceededError(ForbiddenError):
    """403 QUOTA_EXCEEDED: the organization's account cap is used up."""

    hint = "raise the cap first; whether an account that is deleted makes room is not documented"


class NotFoundError(APIError):
    """404: the organization has no such resource."""

    hint = "check the id, or the base URL if none was given; the key may be another organization's"


class NotAcceptableError(APIError):
    """406: the request does not accept JSON."""


class ConflictError(APIError):
    """409: the present state does not allow it, for instance a duplicate.

    After a create that was retried it may mean that the first try had succeeded.
    """


class UnsupportedMediaTypeError(APIError):
    """415: a body was sent that is not JSON."""


class ValidationError(APIError):
    """422: a member of the request was refused; `errors` names it."""


class RateLimitedError(APIError):
    """429: too many requests; `retry_after` says how long to wait."""

    hint = "wait before the next try, or lower concurrency="


class ServerError(APIError):
    """5xx: the fault is on the side of the API."""


class InternalError(ServerError):
    """500: the server failed."""


class UpstreamError(ServerError):
    """502: a platform behind the API failed."""


class ServiceUnavailableError(ServerError):
    """503: out of service for the moment."""
