"""The exceptions that this package raises.

    CreatorAuditError
    ├── ConfigurationError            a setting cannot be used (also a ValueError)
    │   └── MissingKeyError           the operation needs a key and none was given
    ├── UsageError                    a call was refused before it was sent (also a ValueError)
    ├── APIError                      the API did not respond with success
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
    ├── NetworkError                  no complete response arrived
    │   └── RequestTimeoutError       it did not arrive in time
    ├── ContractError                 a successful response does not follow the contract
    ├── PaginationError               a list would never end
    ├── ExportError                   an exported file could not be written
    └── WaitTimeout                   a wait reached its time limit

`_core.problems` turns a response into one of these classes and writes its message.
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
    """Base class of the exceptions of this package.

    Attributes:
        message: What happened and what to do next, on one line.
        request_id: `X-Request-ID` of the response, if there was one.
        resume_cursor: Set by a list: the cursor of the page that failed. Pass it to the same `list`
            call as `cursor=` to resume there. None on the first page, and for other calls.
        done_ids: Set by a batch: the ids with a response, including those reported as not found.
        pending_ids: Set by a batch: the ids to send again.
        unknown_ids: Set by a batch that changes something: the ids of requests that may have been
            carried out. Check them before you send them again.
        partial: Set by a batch: the results that arrived. For `deltas()` and `metrics()` it is
            their result for `done_ids`; for an iteration, the list of parts not yet yielded.
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
    """An argument is not valid, so the call was refused before anything was sent."""


class NetworkError(CreatorAuditError):
    """No complete response arrived.

    Attributes:
        written: Whether the server may have read the request. False means that it did not.
        cause: The message of the network library.
    """

    def __init__(self, message: str, *, written: bool, cause: str) -> None:
        super().__init__(message)
        self.written = written
        self.cause = cause


class RequestTimeoutError(NetworkError):
    """No response arrived within `timeout`, or within `retry_budget` for all tries together."""


class ContractError(CreatorAuditError):
    """A successful response does not follow the API's contract.

    Attributes:
        path: JSON path of the wrong member, such as `$.pagination.has_next`.
    """

    def __init__(self, message: str, *, path: str = "$", request_id: str | None = None) -> None:
        super().__init__(message, request_id=request_id)
        self.path = path


class PaginationError(CreatorAuditError):
    """A list would never end: a page repeated a cursor, or a hundred pages had no new item."""


class ExportError(CreatorAuditError):
    """An exported file could not be written, for example on a full disk. Fetched data is kept."""


class WaitTimeout(CreatorAuditError):
    """`wait_until_refreshed` reached its time limit.

    Attributes:
        last: The resource as it was read last.
    """

    def __init__(self, message: str, *, last: object) -> None:
        super().__init__(message)
        self.last = last


class APIError(CreatorAuditError):
    """The API did not respond with success.

    Check the class or `status` first, then `code`.

    Attributes:
        status: HTTP status.
        code: Stable identifier of the problem. None if the body was not a problem document.
        title: Short name of the problem.
        detail: What went wrong this time.
        type: URN of the kind of problem.
        instance: Path that failed.
        errors: For 422, one mapping per rejected member, each with `field` and `message`.
        retry_after: Seconds to wait, from `Retry-After`. None if the header is missing.
        headers: Headers of the response, case-insensitive.
        body: Body of the response as printable text, cut after 10,000 characters. JSON unless it
            was cut. None if the body was empty.
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
        type: str | None = None,  # noqa: A002 - the member name in a problem document
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

    hint = "check the key in api_key="


class ForbiddenError(APIError):
    """403: the key or the subscription is not active, or see the two subclasses."""


class InsufficientScopeError(ForbiddenError):
    """403 INSUFFICIENT_SCOPE: the key lacks the scope this call needs."""

    hint = "use a key with the write scope (admin includes it)"


class QuotaExceededError(ForbiddenError):
    """403 QUOTA_EXCEEDED: the organization's account cap is used up."""

    hint = "raise the cap first; the API does not document whether deleting an account frees room"


class NotFoundError(APIError):
    """404: the organization has no such resource."""

    hint = (
        "check the id, or the base URL if you passed no id;"
        " the key may belong to another organization"
    )


class NotAcceptableError(APIError):
    """406: the request does not accept JSON."""


class ConflictError(APIError):
    """409: the current state does not allow the call, for example because of a duplicate.

    After a retried create it may mean that the first try succeeded.
    """


class UnsupportedMediaTypeError(APIError):
    """415: the request body is not JSON."""


class ValidationError(APIError):
    """422: a member of the request is not valid; `errors` names it."""


class RateLimitedError(APIError):
    """429: too many requests; `retry_after` says how long to wait."""

    hint = "wait before the next try, or lower concurrency="


class ServerError(APIError):
    """5xx: the API failed."""


class InternalError(ServerError):
    """500: the server failed."""


class UpstreamError(ServerError):
    """502: a platform behind the API failed."""


class ServiceUnavailableError(ServerError):
    """503: the API is temporarily unavailable."""
