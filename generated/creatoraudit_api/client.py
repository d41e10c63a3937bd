"""What a generated operation needs of the object that sends it: httpx's `request`.

Authentication, timeouts, retries and errors are that object's business; nothing here knows of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

from .types import Response

T = TypeVar("T")


class SupportsResponse(Protocol):
    """The part of an HTTP answer that is read here."""

    @property
    def status_code(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def content(self) -> bytes: ...

    def json(self) -> Any: ...


class SupportsRequest(Protocol):
    """Sends `method`, a relative `url` and httpx's other arguments, and waits for the answer."""

    def request(self, *args: Any, **kwargs: Any) -> SupportsResponse: ...


class AsyncSupportsRequest(Protocol):
    """The same for asynchronous callers."""

    def request(self, *args: Any, **kwargs: Any) -> Awaitable[SupportsResponse]: ...


def answer(
    response: SupportsResponse, decode: Callable[[int, Any], T], kind: str = "json"
) -> Response[T]:
    """The record of an answer; only a success that has a body is decoded, as what is declared."""
    status_code, content = response.status_code, response.content
    value = None
    if 200 <= status_code < 300 and content:
        if kind == "json":
            payload = response.json()
        else:
            payload = content.decode(errors="replace") if kind == "text" else content
        value = decode(status_code, payload)
    return Response(status_code=status_code, headers=response.headers, content=content, value=value)


__all__ = ["AsyncSupportsRequest", "SupportsRequest", "SupportsResponse", "answer"]
