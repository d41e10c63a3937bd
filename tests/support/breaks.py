"""Faults between client and server, for tables of operations and faults.

`BREAKS` has all faults of `support.faults`, and faults in the length, pagination or objects of the
real response. Each one says how a call must end, so that one test can check every operation.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from email.utils import formatdate
from typing import Any, TypeAlias

from .faults import FAULTS, FaultyProxy
from .server import Answer, Request, Step, with_answer

Spoil: TypeAlias = Callable[[Answer, Request], Step]
Change: TypeAlias = Callable[[Any, Request], Any]

# Property of a test report that holds one cell of the table.
CELL = "fault matrix"
REFUSED = "connection refused"
START = "the-beginning"
# Longer than any budget, in seconds.
AGES = 86_400


@dataclass(frozen=True)
class Break:
    """One way to break an exchange.

    Attributes:
        step: Makes the response that the client gets from the real one.
        carried_out: Whether the request was carried out nevertheless.
        passes: Whether a repeatable call succeeds if the fault happens once.
        for_all: Whether any call may be repeated, because the request was certainly not read.
        shows: Name of the exception if the fault lasts.
        harmless_to: Calls that may accept the response: "" none, "empty" those without a body,
            "open" also those that accept any object, "pages" all except lists.
        timeout: Seconds that a try may wait for the network.
        budget: Seconds for all tries.
        requests: Most requests of a call if the fault lasts; None for all its tries.
        at: Number of the request to break once, if it is not the first.
    """

    step: Spoil
    carried_out: bool
    passes: bool
    shows: str
    for_all: bool = False
    harmless_to: str = ""
    timeout: float = 20.0
    budget: float = 150.0
    requests: int | None = None
    at: int = 1


def _changed(change: Change) -> Spoil:
    """Change the JSON of a response; a response without JSON is unchanged."""

    def spoil(real: Answer, request: Request) -> Step:
        if not real.content:
            return real
        return replace(real, body=json.dumps(change(json.loads(real.content), request)).encode())

    return spoil


def _page(change: Callable[[Any, Request], None]) -> Spoil:
    def changed(body: Any, request: Request) -> Any:
        if "pagination" in body:
            change(body, request)
        return body

    return _changed(changed)


def _repeat_cursor(body: Any, request: Request) -> None:
    (cursor,) = request.query.get("cursor", [START])
    body["pagination"] |= {"has_next": True, "next_cursor": cursor}


def _empty_page_first(body: Any, _: Request) -> None:
    body["data"] = []
    body["pagination"] |= {"has_next": True, "next_cursor": START}


def _no_cursor(body: Any, _: Request) -> None:
    body["pagination"] |= {"has_next": True, "next_cursor": None}


def _no_paging(body: Any, _: Request) -> None:
    del body["pagination"]


def _null_paging(body: Any, _: Request) -> None:
    body["pagination"] = None


def _no_data(body: Any, _: Request) -> Any:
    return {name: value for name, value in body.items() if name != "data"}


def _null_data(body: Any, _: Request) -> Any:
    return {**body, "data": None}


def _too_many(**headers: str) -> Spoil:
    step = FAULTS["429"].step
    assert isinstance(step, Answer)
    kept = {name: value for name, value in step.headers.items() if name != "retry-after"}
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _real, _request: replace(step, headers={**kept, **more})


def _length(difference: int) -> Spoil:
    def spoil(real: Answer, _: Request) -> Step:
        if not real.content:
            return real
        return replace(real, declared=len(real.content) + difference)

    return spoil


def _elsewhere(_: Answer, request: Request) -> Step:
    port = request.headers["host"].rpartition(":")[2]
    return Answer(307, body=b"", headers={"location": f"http://localhost:{port}/v2/elsewhere"})


_SLOW = {"stall": 0.05, "stall in the body": 0.05, "dripping body": 20.0}
# A wait of the requested two seconds or more does not count as a try; the budget limits it.
_ASKED_FOR = 150 // 2 + 2
_SPOILING = {"truncated body", "stall in the body", "dripping body"}


def _known(name: str) -> Break:
    fault = FAULTS[name]
    return Break(
        step=lambda real, _: with_answer(fault.step, real) if fault.carried_out else fault.step,
        carried_out=fault.carried_out,
        passes=fault.retried and name != "dripping body",
        for_all=name == "429",
        shows=fault.shows,
        harmless_to="empty" if name in _SPOILING | {"a JSON scalar"} else "",
        timeout=_SLOW.get(name, 20.0),
        budget=0.08 if name == "dripping body" else 150.0,
        requests=_ASKED_FOR if name == "429" else None,
    )


def _answer(answer: Answer, shows: str, harmless_to: str = "") -> Break:
    return Break(lambda _real, _request: answer, False, False, shows, harmless_to=harmless_to)


BREAKS: Mapping[str, Break] = {
    REFUSED: Break(lambda real, _: real, False, True, "NetworkError", for_all=True),
    **{name: _known(name) for name in FAULTS},
    "307 to another host": Break(_elsewhere, False, False, "APIError", requests=1),
    "length too long": Break(_length(10), True, True, "NetworkError", harmless_to="empty"),
    "length too short": Break(_length(-1), True, False, "ContractError", harmless_to="empty"),
    "empty body with 200": _answer(Answer(200, body=b""), "ContractError", "empty"),
    "empty body with 404": _answer(Answer(404, body=b""), "NotFoundError"),
    "429 without Retry-After": Break(_too_many(), False, True, "RateLimitedError", for_all=True),
    "429 until a date": Break(
        _too_many(
            date=formatdate(1_781_524_800, usegmt=True),
            retry_after=formatdate(1_781_524_803, usegmt=True),
        ),
        False,
        True,
        "RateLimitedError",
        for_all=True,
        requests=_ASKED_FOR,
    ),
    "429 for ages": Break(
        _too_many(retry_after=str(AGES)), False, False, "RateLimitedError", requests=1
    ),
    "429 with nonsense": Break(
        _too_many(retry_after="soon"), False, True, "RateLimitedError", for_all=True
    ),
    "repeated cursor": Break(
        _page(_repeat_cursor), True, False, "PaginationError", harmless_to="pages", at=2
    ),
    "empty page with cursor": Break(
        _page(_empty_page_first), True, True, "PaginationError", harmless_to="pages"
    ),
    "has_next without cursor": Break(
        _page(_no_cursor), True, False, "ContractError", harmless_to="pages"
    ),
    "pagination missing": Break(
        _page(_no_paging), True, False, "ContractError", harmless_to="pages"
    ),
    "pagination null": Break(
        _page(_null_paging), True, False, "ContractError", harmless_to="pages"
    ),
    "data missing": Break(_changed(_no_data), True, False, "ContractError", harmless_to="open"),
    "data null": Break(_changed(_null_data), True, False, "ContractError", harmless_to="open"),
    "null": _answer(Answer(200, body=b"null"), "ContractError", "empty"),
}


class BreakingProxy(FaultyProxy):
    """Forwards to a sandbox and breaks one request, counted from 1, or all of them.

    Attributes:
        broken: Number of broken requests.
    """

    def __init__(
        self, upstream: str, name: str, *, at: int | None, bound: socket.socket | None = None
    ) -> None:
        self._break = BREAKS[name]
        self._at = at
        self._slipped_in = name == "empty page with cursor" or at is None
        self._seen = 0
        self.broken = 0
        super().__init__(upstream, bound=bound)

    def _step(self, request: Request) -> Step:
        with self._counting:
            self._seen += 1
            due = self._at in (None, self._seen)
            self.broken += due
        if due and not self._break.carried_out:
            return self._break.step(Answer(), request)
        real = self._forward(self._real(request))
        return self._break.step(real, request) if due else real

    def _real(self, request: Request) -> Request:
        """The cursor of a page that was slipped in leads to the real first one."""
        if not self._slipped_in:
            return request
        return replace(request, target=re.sub(rf"[?&]cursor={START}", "", request.target))
