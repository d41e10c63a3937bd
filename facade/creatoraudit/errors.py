"""Every exception a user of this package can meet, and the reading of problem documents.

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

This is the only module that knows problem documents (RFC 9457). It decides which class an answer
becomes and what its message says; whether the request is sent again is decided in `_policy`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._core.text import one_line

if TYPE_CHECKING:
    from creatoraudit_api.types import JSON

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
        done_ids: Set by a batch: the ids whose answers had arrived.
        pending_ids: Set by a batch: the ids to ask again.
    """

    def __init__(self, message: str, *, request_id: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.request_id = request_id
        self.resume_cursor: str | None = None
        self.done_ids: Sequence[str | int] = ()
        self.pending_ids: Sequence[str | int] = ()

    def __str__(self) -> str:
        if self.request_id is None:
            return self.message
        return f"{self.message} (request id {one_line(self.request_id, 128)})"

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
    """A page repeated a cursor that the walk has already followed, so it would never end."""


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


_BY_CODE: Mapping[str, type[APIError]] = {
    "INSUFFICIENT_SCOPE": InsufficientScopeError,
    "QUOTA_EXCEEDED": QuotaExceededError,
}
_BY_STATUS: Mapping[int, type[APIError]] = {
    400: BadRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    406: NotAcceptableError,
    409: ConflictError,
    415: UnsupportedMediaTypeError,
    422: ValidationError,
    429: RateLimitedError,
    500: InternalError,
    502: UpstreamError,
    503: ServiceUnavailableError,
}
# What to do next where the operation knows better than the error class does.
_HINTS: Mapping[tuple[str, type[APIError]], str] = {
    (
        "batch_video_deltas",
        InsufficientScopeError,
    ): 'this key may not POST; ask by GET instead: via="get"',
}


def _class_for(status: int, code: str | None) -> type[APIError]:
    by_status = _BY_STATUS.get(status, ServerError if status >= 500 else APIError)
    by_code = _BY_CODE.get(code or "", by_status)
    # A code refines its status; it never turns, say, a 500 into a ForbiddenError.
    return by_code if issubclass(by_code, by_status) else by_status


def _text(problem: Mapping[str, object], name: str) -> str | None:
    value = problem.get(name)
    return value if isinstance(value, str) else None


def error_for(
    *,
    operation: str,
    status: int,
    headers: Mapping[str, str],
    problem: object,
    retry_after: float | None,
    redirect_host: str | None = None,
) -> APIError:
    """Turn an answer that is no success into its exception.

    `problem` is the decoded body, or None when the body was not JSON: a proxy's HTML page still
    becomes the right class then, by its status.
    """
    document: Mapping[str, object] = problem if isinstance(problem, Mapping) else {}
    code, detail, title = (_text(document, name) for name in ("code", "detail", "title"))
    cls = _class_for(status, code)
    raw_errors = document.get("errors")
    entries: list[Mapping[str, JSON]] = []
    if isinstance(raw_errors, list):
        entries = [entry for entry in raw_errors if isinstance(entry, Mapping)]
    if redirect_host is not None:
        said = f"redirected to {redirect_host}; redirects are not followed, check base_url="
    elif 300 <= status < 400:
        said = "an answer that is neither success nor error"
    else:
        said = detail or title or "the answer is no problem document"
    fields = ", ".join(
        one_line(f"{entry.get('field', '?')}: {entry.get('message', '?')}", 120)
        for entry in entries[:3]
    )
    hint = _HINTS.get((operation, cls), cls.hint)
    message = f"{operation}: {status}" + (f" {one_line(code, 64)}" if code else "")
    message += f": {one_line(said.rstrip('. '), 300)}"
    message += f" [{fields}{', ...' if len(entries) > 3 else ''}]" if fields else ""
    message += f"; {hint}" if hint else ""
    if retry_after is not None:
        message += f"; asked to wait {retry_after:.10g} s"
    return cls(
        message,
        status=status,
        headers=headers,
        code=code,
        title=title,
        detail=detail,
        type=_text(document, "type"),
        instance=_text(document, "instance"),
        errors=entries,
        retry_after=retry_after,
        request_id=headers.get("x-request-id") or _text(document, "request_id"),
    )
