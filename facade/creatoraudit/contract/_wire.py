"""The HTTP adapter that a run against a live API sends all its requests through.

`ReadOnly` lets only GET requests out, only to the API's own origin, and no faster than the rate
limit of the run. It adds the key, so that nothing else ever holds it, and records the exchanges
without secrets.
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

#: Statuses of an overloaded server, which are retried.
AGAIN = frozenset({429, 502, 503, 504})
#: Errors of a broken connection, before or during the response; timeouts are not included.
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
    """The state of a run, shared by all of its sessions.

    Attributes:
        free_at: When the next request may go out.
        over: Whether to stop, because the API keeps refusing requests.
        unreachable: URLs whose connections broke on every try; they get only one try.
    """

    free_at: float = 0.0
    over: bool = False
    unreachable: set[str] = Factory(set)


@frozen
class Rules:
    """Which requests may go out, and what is recorded of them.

    Attributes:
        base_url: Base URL of the API; requests to other servers are refused.
        key: API key, added to every request.
        rate: Maximum number of requests per second; 0 for no limit.
        keep_bodies: Whether to record bodies.
        note: Records an exchange.
        state: State of the run.
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
        """Send a request, with retries if the server is overloaded or the connection breaks.

        Raises:
            ConnectionError, ChunkedEncodingError: The connection broke on every try.
            RefusedRequestError: The request is not a GET, or goes to another server.
            RetryError: The API kept responding with 429 or 503; the run sends no more requests.
        """
        if request.method != "GET":
            raise RefusedRequestError(f"{request.method} is not a read")
        if _origin(str(request.url)) != _origin(self.rules.base_url):
            raise RefusedRequestError("the request goes to another server")
        if self.rules.state.over:
            raise exceptions.RetryError("the API keeps refusing requests for now", request=request)
        keyed = request.copy()
        keyed.headers["Authorization"] = f"Bearer {self.rules.key.reveal()}"
        number = 0
        while True:
            number += 1
            self._pace()
            started, began = dt.datetime.now(dt.UTC), clock.now()
            try:
                response = super().send(keyed, *args, **kwargs)
                response.request = request  # so that the key is not kept
                body = self._without_key(response)
                if not body and _ended_early(response):
                    raise exceptions.ConnectionError("the response was cut off", request=request)
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
            raise exceptions.RetryError("the API keeps refusing requests for now", request=request)
        return response

    def _without_key(self, response: Response) -> bytes:
        """The body; if the API echoed the key, it is replaced in body and headers."""
        key = self.rules.key
        response.headers = cast("CaseInsensitiveDict[str]", key.hidden_in_headers(response.headers))
        response._content = key.hidden_in_body(response.content, thorough=True)
        return response.content

    def _may_repeat(self, url: str, number: int) -> bool:
        """Whether to retry after a broken connection; the first retry is immediate."""
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
    """Whether the response head broke off before its length header, so the body is empty."""
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
