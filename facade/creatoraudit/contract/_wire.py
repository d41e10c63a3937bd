"""The one way in which a run against a live API reaches the network.

Everything that leaves the process passes through `ReadOnly`: whatever asked for it, only GET goes
out, only to the API's own origin, no faster than agreed. The key is added here, on the way out, so
nothing else ever holds it; the response is written down here without anything secret.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from attrs import Factory, define, field, frozen
from requests import PreparedRequest, Response, exceptions
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from .._core import clock
from .._core.key import ApiKey
from .._core.pacing import seconds_asked
from .._core.text import one_line
from .._sync.io import sleep
from ._address import shown
from ._facts import Exchange

#: Statuses of an overloaded server; everything else is the API's own word.
AGAIN = frozenset({429, 502, 503, 504})
#: Connections that broke, before or within the response. A timeout is not among them.
BROKEN = (exceptions.ConnectionError, exceptions.ChunkedEncodingError)
TRIES = 3
LONGEST_WAIT = 60.0

_REQUEST_HEADERS = ("Accept", "If-None-Match", "User-Agent")
_RESPONSE_HEADERS = (
    *("Allow", "Cache-Control", "Content-Length", "Content-Type", "Date", "ETag", "Retry-After"),
    *("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-Request-ID"),
)
_LONGEST = 200


class RefusedRequestError(Exception):
    """A request that a read-only run must never send."""


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


@define
class State:
    """Where a run stands: one for all of its sessions.

    Attributes:
        free_at: When the next request may go out.
        over: Whether the API wants to be left alone.
        unreachable: Addresses whose connections broke every time; they get one try only.
    """

    free_at: float = 0.0
    over: bool = False
    unreachable: set[str] = Factory(set)


@frozen
class Rules:
    """Which requests may go out, and what is written down of them.

    Attributes:
        base_url: The API; nothing goes anywhere else.
        key: Added to every request.
        rate: Requests per second at most; 0 for no limit.
        keep_bodies: Whether bodies are written down.
        note: Takes down what went over the wire.
        state: Where the run stands.
    """

    base_url: str
    key: ApiKey
    rate: float
    keep_bodies: bool
    note: Callable[[Exchange], object]
    state: State = field(factory=State)


class ReadOnly(HTTPAdapter):
    """Sends GET requests to one origin, paced, with the key."""

    rules: Rules

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """Send a request, and again if the server is overloaded or the connection breaks.

        Raises:
            ConnectionError, ChunkedEncodingError: The connection breaks every time.
            RefusedRequestError: It is not a GET, or goes elsewhere.
            RetryError: The API keeps saying that it has had enough requests; it gets no more.
        """
        if request.method != "GET":
            raise RefusedRequestError(f"{request.method} is not a read")
        if _origin(str(request.url)) != _origin(self.rules.base_url):
            raise RefusedRequestError("the request goes to another server")
        if self.rules.state.over:
            raise exceptions.RetryError("the API wants to be left alone", request=request)
        keyed = request.copy()
        keyed.headers["Authorization"] = f"Bearer {self.rules.key.reveal()}"
        number = 0
        while True:
            number += 1
            self._pace()
            started, began = dt.datetime.now(dt.UTC), clock.now()
            try:
                response = super().send(keyed, *args, **kwargs)
                response.request = request  # whoever looks at it later finds no key
                body = self._without_key(response)
                if not body and _ended_early(response):
                    raise exceptions.ConnectionError("the head was cut off", request=request)
            except BROKEN:
                if not self._may_repeat(str(request.url), number):
                    raise
                continue
            address = shown(str(request.url), self.rules.base_url)
            self.rules.note(
                Exchange(
                    started=started.isoformat(),
                    method=request.method,
                    url=address,
                    request_headers=_chosen(request.headers, _REQUEST_HEADERS),
                    status=response.status_code,
                    response_headers=_chosen(response.headers, _RESPONSE_HEADERS),
                    size=len(body),
                    milliseconds=round((clock.now() - began) * 1000, 1),
                    body=body.decode("utf-8", "replace") if self.rules.keep_bodies else None,
                )
            )
            if response.status_code not in AGAIN:
                return response
            if number == TRIES:
                break
            sleep(_wait(response.headers, number))
        if response.status_code == 429:
            self.rules.state.over = True
            raise exceptions.RetryError("the API wants to be left alone", request=request)
        return response

    def _without_key(self, response: Response) -> bytes:
        """The body, after the key was replaced in it and in the headers, if the API echoed it."""
        key = self.rules.key
        response.headers = cast("CaseInsensitiveDict[str]", key.hidden_in_headers(response.headers))
        response._content = key.hidden_in_body(response.content, thorough=True)
        return response.content

    def _may_repeat(self, url: str, number: int) -> bool:
        """Whether a request whose connection broke is sent again: the first time it is, at once."""
        address = url.partition("?")[0]
        if address in self.rules.state.unreachable:
            return False
        if number == TRIES:
            self.rules.state.unreachable.add(address)
            return False
        if number > 1:
            sleep(1.0)
        return True

    def _pace(self) -> None:
        if self.rules.rate > 0:
            now = clock.now()
            due = max(self.rules.state.free_at, now)
            self.rules.state.free_at = due + 1 / self.rules.rate
            if due > now:
                sleep(due - now)


def _ended_early(response: Response) -> bool:
    """Whether an empty body comes from a head that broke off before it could tell a length."""
    told = any(name in response.headers for name in ("Content-Length", "Transfer-Encoding"))
    return response.status_code not in (204, 304) and not told


def _wait(headers: Mapping[str, str], number: int) -> float:
    asked = seconds_asked(headers)
    return min(LONGEST_WAIT, 2.0**number if asked is None else asked)


def _chosen(headers: Mapping[str, str | bytes], names: tuple[str, ...]) -> dict[str, str]:
    found = {name: headers[name] for name in names if name in headers}
    return {
        name: one_line(value if isinstance(value, str) else value.decode("latin-1"), _LONGEST)
        for name, value in found.items()
    }
