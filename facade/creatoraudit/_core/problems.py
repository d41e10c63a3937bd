"""Turns an error response into an exception whose message names the reason.

The API sends problem documents (RFC 9457). Gateways, proxies and login pages send anything, so the
reason is extracted from every common format of JSON, text and HTML.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..errors import (
    APIError,
    BadRequestError,
    ConflictError,
    ContractError,
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
from .pacing import seconds_asked
from .text import json_text, one_line, printable

if TYPE_CHECKING:
    from creatoraudit_api.types import JSON

    from .request import PreparedRequest
    from .response import RawResponse

# Characters of a body that an exception keeps, and bytes of a body that are read as text.
BODY_MOST = 10_000
_TEXT_MOST = 64 * 1024
# Members that hold a reason, the most informative first.
_REASONS = (
    *("detail", "message", "error_description", "error_message", "errormessage", "errors"),
    *("error", "msg", "reason", "description", "title", "fault", "faultstring", "exception"),
)
_PLACES = ("loc", "field", "path", "param", "parameter", "name")
_TITLE = re.compile(
    r"<(title|h1|message|faultstring|detail|description)\b[^>]*>([^<]+)<", re.IGNORECASE
)
_NO_TEXT = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)

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


# Hints for single operations, in place of that of the error class.
_HINTS: Mapping[tuple[str, type[APIError]], str] = {
    ("whoami", NotFoundError): "the base URL probably lacks /v2; check base_url=",
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


def reason_of(response: RawResponse) -> str | None:
    """The server's reason for an error, in its own words; None if it gives none or succeeded."""
    if response.status_code < 300:
        return None
    is_json, problem = _document(response)
    return _reason_in(problem) if is_json else _reason_of_text(_text_of(response))


def body_of(response: RawResponse) -> str | None:
    """The body as text that is safe to show, cut to a maximum length; None if it is empty.

    JSON stays valid unless it is cut.
    """
    if not response.content:
        return None
    is_json, problem = _document(response)
    fits = len(response.content) <= _TEXT_MOST
    text = json_text(problem) if is_json and fits else printable(_text_of(response))
    return text if len(text) <= BODY_MOST else f"{text[: BODY_MOST - 1]}…"


def _document(response: RawResponse) -> tuple[bool, object]:
    try:
        return True, response.json()
    except ValueError:
        return False, None


def _text_of(response: RawResponse) -> str:
    from creatoraudit_api.client import text_of  # noqa: PLC0415 - most problems are JSON

    return text_of(response.content[:_TEXT_MOST], response.headers.get("content-type", ""))


def _reason_in(value: object, depth: int = 6) -> str | None:
    """Find the reason in a JSON value of any structure."""
    if isinstance(value, str):
        return " ".join(value.split()) or None
    if depth and isinstance(value, list):
        said = [reason for one in value[:20] if (reason := _reason_in(one, depth - 1))]
        return "; ".join([*said[:3], "…"] if len(said) > 3 else said) or None
    if not depth or not isinstance(value, dict):
        return None
    members = {str(name).lower(): one for name, one in value.items()}
    for name in _REASONS:
        reason = _reason_in(members.get(name), depth - 1)
        if reason is not None:
            place = _place(members)
            return f"{place}: {reason}" if place else reason
    # A list of errors, or another object, under the name of the refused member.
    for name, one in value.items():
        if isinstance(one, (list, dict)) and (reason := _reason_in(one, depth - 1)):
            return f"{name}: {reason}"
    return None


def _place(members: Mapping[str, object]) -> str:
    """The member of the request that an entry is about: `limit`, or `query.limit`."""
    for name in _PLACES:
        place = members.get(name)
        if isinstance(place, list):
            return ".".join(str(step) for step in place)
        if isinstance(place, str):
            return place
    return ""


def _reason_of_text(text: str) -> str | None:
    """The title of a page, the message in XML, or the text itself, from its first 8 kB."""
    text = text[:8192]
    if "<" in text:
        titles = {found[1].lower(): found[2] for found in reversed(list(_TITLE.finditer(text)))}
        said = next(iter(titles[one] for one in ("title", "h1") if one in titles), None)
        text = said or next(iter(reversed(titles.values())), None) or _NO_TEXT.sub(" ", text)
        text = html.unescape(text)
    if "\x00" in text or text.count("\ufffd") > len(text) // 10:
        return None
    return " ".join(text[:1000].split()) or None


def _redirect_host(response: RawResponse) -> str | None:
    if not 300 <= response.status_code < 400 or "location" not in response.headers:
        return None
    try:
        return urlsplit(response.headers["location"]).netloc.rpartition("@")[2] or "the same host"
    except ValueError:
        return "an unreadable URL"


def error_of(
    request: PreparedRequest, response: RawResponse, *, key_place: str, base_url_place: str
) -> APIError:
    """Make the exception for an error response.

    Args:
        request: The request.
        response: The response to it.
        key_place: Where the key was written.
        base_url_place: Where the base URL was written.

    Raises:
        ContractError: The response is a success whose body was refused.
    """
    operation, status = request.operation, response.status_code
    if response.refused is not None:
        raise ContractError(
            f"{operation}: the response {response.refused}", request_id=response.request_id
        )
    _, problem = _document(response)
    document: Mapping[str, object] = problem if isinstance(problem, dict) else {}
    code, detail, title = (_text(document, name) for name in ("code", "detail", "title"))
    cls = _class_for(status, code)
    entries = _entries(document)
    shown = ""
    redirect_host = _redirect_host(response)
    retry_after = seconds_asked(response.headers)
    if redirect_host is not None:
        said = f"redirected to {redirect_host}; redirects are not followed, check {base_url_place}"
    elif 300 <= status < 400:
        said = "a response that is neither success nor error"
    elif detail or title:
        said = str(detail or title)
        shown = ", ".join(
            one_line(f"{entry.get('field', '?')}: {entry.get('message', '?')}", 120)
            for entry in entries[:3]
        )
    else:
        none = "the response is not a problem document"
        reason = reason_of(response)
        said = (
            none if reason is None else reason if document else f"{one_line(reason, 200)} ({none})"
        )
    # Our own text, which calls the settings by their arguments.
    hint = _HINTS.get((operation, cls), cls.hint)
    hint = hint.replace("api_key=", key_place).replace("base_url=", base_url_place)
    message = f"{operation}: {status}" + (f" {one_line(code, 64)}" if code else "")
    message += f": {one_line(said.rstrip('. '), 300)}"
    message += f" [{shown}{', ...' if len(entries) > 3 else ''}]" if shown else ""
    message += f"; {hint}" if hint else ""
    if retry_after is not None:
        message += f"; asked to wait {retry_after:.10g} s"
    return cls(
        message,
        status=status,
        headers=response.headers,
        code=code,
        title=title,
        detail=detail,
        type=_text(document, "type"),
        instance=_text(document, "instance"),
        errors=entries,
        retry_after=retry_after,
        request_id=response.request_id or _text(document, "request_id"),
        body=body_of(response),
    )


def _entries(document: Mapping[str, object]) -> list[Mapping[str, JSON]]:
    """One mapping per refused member. Other frameworks list them as `detail`."""
    listed = document.get("errors")
    if isinstance(listed, list):
        return [entry for entry in listed if isinstance(entry, dict)]
    listed = document.get("detail")
    if not isinstance(listed, list):
        return []
    return [
        {"field": _place(entry), "message": _reason_in(entry.get("msg")), **entry}
        for entry in listed
        if isinstance(entry, dict)
    ]
