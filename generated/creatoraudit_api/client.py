"""What a generated operation needs from the client that sends it: httpx's `request`.

Authentication, timeouts, retries and errors are that object's business; nothing here knows of them.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

from .types import Response

T = TypeVar("T")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Only encodings of characters, because Python also has others, and some are slow.
_CHARSETS = re.compile(
    r"(?:iso-?8859|windows|cp\d|utf-(?:16|32)|shift|euc|gb|big5|koi8|iso-2022|mac)[\w-]*$", re.ASCII
)
# What is called Latin-1 is nearly always its extension by Windows.
_LATIN = ("iso-8859-1", "iso8859-1", "latin-1", "latin1", "us-ascii", "ascii")


class SupportsResponse(Protocol):
    """The part of an HTTP response that is read here."""

    @property
    def status_code(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def content(self) -> bytes: ...

    def json(self) -> Any: ...


class SupportsRequest(Protocol):
    """Sends `method`, a relative `url` and httpx's other arguments and waits for the response."""

    def request(self, *args: Any, **kwargs: Any) -> SupportsResponse: ...


class AsyncSupportsRequest(Protocol):
    """The same for asynchronous callers."""

    def request(self, *args: Any, **kwargs: Any) -> Awaitable[SupportsResponse]: ...


def answer(
    response: SupportsResponse, decode: Callable[[int, Any], T], kind: str = "json"
) -> Response[T]:
    """Record a response; only the body of a success is decoded, as the contract declares it."""
    status_code, content = response.status_code, response.content
    value = None
    if 200 <= status_code < 300 and content:
        if kind == "json":
            payload = response.json()
        else:
            told = response.headers.get("content-type", "")
            payload = text_of(content, told) if kind == "text" else content
        value = decode(status_code, payload)
    return Response(status_code=status_code, headers=response.headers, content=content, value=value)


def text_of(content: bytes, content_type: str) -> str:
    """The text of a body: UTF-8 if it is that, or else what its media type says.

    A byte order mark is no part of it, and what cannot be decoded becomes U+FFFD.
    """
    told = content_type.lower().partition("charset=")[2].partition(";")[0].strip("\"' ")
    if content.startswith(_WIDE):
        told = told if told.startswith("utf-32") else "utf-16"
    elif not told.startswith(("utf-16", "utf-32")):
        try:
            return content.decode("utf-8-sig")
        except ValueError:  # another encoding, or damaged
            if told in _LATIN:
                told = "cp1252"
    if _CHARSETS.match(told):
        try:
            return content.decode(told, "replace").removeprefix("\ufeff")
        except LookupError:
            pass  # an encoding that Python does not know
    return content.decode(errors="replace")


__all__ = ["AsyncSupportsRequest", "SupportsRequest", "SupportsResponse", "answer", "text_of"]
