"""Problem documents (RFC 9457): which exception a response becomes and what its message says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..errors import (
    APIError,
    BadRequestError,
    ConflictError,
    ForbiddenError,
    InsufficientScopeError,
    InternalError,
    NotAcceptableError,
    NotFoundError,
    QuotaExceededError,
    RateLimitedError,
    ServerError,
    ServiceUnavailableError,
    UnauthorizedError,
    UnsupportedMediaTypeError,
    UpstreamError,
    ValidationError,
)
from .text import one_line

if TYPE_CHECKING:
    from creatoraudit_api.types import JSON

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
    request_id: str | None = None,
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
        request_id=request_id or _text(document, "request_id"),
    )
