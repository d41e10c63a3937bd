"""Schedules requests: first come, first served, within concurrency and the rate-limit window.

One scheduler serves everything that uses a client: batches, breakouts, prefetch, exports, and calls
that a program makes side by side. It neither waits nor sends; that is the sender's part.
"""

import datetime as dt
import math
import threading
from collections import deque
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Protocol

from . import clock

# A reset further away or a limit higher than this is no rate window but a broken header.
LONGEST_WINDOW = 3600.0
LARGEST_LIMIT = 10**9
# Seconds that processes sharing a key are spread over when their common window begins.
JITTER = 0.2


def seconds_asked(headers: Mapping[str, str]) -> float | None:
    """The wait that `Retry-After` asks for: seconds, or an HTTP date against the Date header.

    A hint of nothing, one in the past and one that cannot be read are none.
    """
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        pass
    else:
        return seconds if 0 < seconds < math.inf else None
    at = _http_date(value)
    seconds = 0.0 if at is None else at - server_time(headers)
    return seconds if seconds > 0 else None


def server_time(headers: Mapping[str, str]) -> float:
    """The server's clock when it answered; ours when it does not say."""
    at = _http_date(headers.get("date", ""))
    return clock.wall() if at is None else at


def _http_date(value: str) -> float | None:
    try:
        at = parsedate_to_datetime(value)
        # HTTP knows only UTC; without a zone it would be read as the local time of this machine.
        return (at if at.tzinfo else at.replace(tzinfo=dt.UTC)).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


class Pacer:
    """Keeps one client inside its rate window.

    No delay while plenty is left; below a tenth of the window (or `concurrency` requests, when that
    is more) the rest is spread evenly until the reset. The scheduler that owns it holds a lock.
    """

    def __init__(self, concurrency: int) -> None:
        self._concurrency = concurrency
        self._limit = 0
        self._left = 0
        self._reset = -math.inf
        self._next = -math.inf
        self._opens = -math.inf

    def observe(self, headers: Mapping[str, str], in_flight: int) -> None:
        """Take note of a response's X-RateLimit headers, if it has usable ones.

        Requests that are still in flight are not counted in them yet.
        """
        try:
            limit = int(headers["x-ratelimit-limit"])
            left = int(headers["x-ratelimit-remaining"])
            until = int(headers["x-ratelimit-reset"]) - server_time(headers)
        except (KeyError, ValueError, OverflowError):
            return
        if not 0 < limit <= LARGEST_LIMIT or left < 0 or not 0 <= until <= LONGEST_WINDOW:
            return
        reset = clock.now() + until + (clock.jitter(JITTER) if until else 0.0)
        # Responses overtake each other: within one window only a lower count is news.
        same_window = abs(reset - self._reset) < 1.5
        self._left = min(left, self._left) if same_window else max(left - in_flight, 0)
        self._limit, self._reset = limit, max(reset, self._reset) if same_window else reset

    def close(self, seconds: float) -> None:
        """Let nothing pass for a while: a request was refused."""
        self._opens = max(self._opens, clock.now() + min(seconds, LONGEST_WINDOW))

    def delay(self) -> float:
        """Seconds until the next request may be sent; 0 when it may be sent now."""
        now = clock.now()
        if now < self._opens:
            return self._opens - now
        if now >= self._reset or self._left > self._plenty:
            return 0.0
        if self._left == 0:
            return self._reset - now
        return min(max(self._next - now, 0.0), self._reset - now)

    def take(self) -> None:
        """Count a request as sent now."""
        now = clock.now()
        if now >= self._reset or self._left == 0:
            return
        if self._left <= self._plenty:
            slot = max(self._next, now)
            self._next = slot + (self._reset - slot) / self._left
        self._left -= 1

    @property
    def _plenty(self) -> int:
        return max(self._concurrency, self._limit // 10)


class Ticket(Protocol):
    """One request that wants to be sent.

    Attributes:
        paced: Whether the request counts in the rate window.
        max_wait: Seconds of pacing that the call accepts; None for any.
        paced_before: The scheduler's total of pacing when the call first joined the queue.
    """

    paced: bool
    max_wait: float | None
    paced_before: float

    def wake(self) -> None:
        """Have the owner ask again."""


class Scheduler:
    """A queue of requests, of which `size` are on the wire at a time.

    A slot and a place in the rate window are granted together. Giving back what one never had does
    nothing, so an owner that is cancelled or interrupted at any moment loses no slot.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._pacer = Pacer(size)
        self._lock = threading.Lock()
        self._queue: deque[Ticket] = deque()
        self._sending: set[Ticket] = set()
        self._paced = 0.0

    def join(self, ticket: Ticket, *, first: bool = False) -> None:
        """Queue up; a request that is sent again goes first."""
        with self._lock:
            if ticket.paced_before < 0:
                ticket.paced_before = self._paced
            if first:
                self._queue.appendleft(ticket)
            else:
                self._queue.append(ticket)

    def pause(self, ticket: Ticket) -> float | None:
        """Grant a slot, or say how long to wait.

        Returns:
            0 when the request may be sent now, the seconds to wait when only the rate window is in
            its way, or None when others are: `wake` tells when to ask again.
        """
        with self._lock:
            if self._queue[0] is not ticket or len(self._sending) >= self.size:
                return None
            pause = self._pacer.delay() if ticket.paced else 0.0
            if pause > 0:
                self._wake_limited()
                return pause
            if ticket.paced:
                self._pacer.take()
            self._sending.add(self._queue.popleft())
            self._wake_next()
            return 0.0

    def pacing_of(self, ticket: Ticket) -> float:
        """Seconds of pacing a queued request has waited, and has to wait at least."""
        with self._lock:
            ahead = self._pacer.delay() if ticket.paced else 0.0
            return self._paced - ticket.paced_before + ahead

    def waited(self, seconds: float) -> None:
        """Take note that the queue stood still for the rate window."""
        with self._lock:
            self._paced += seconds
            self._wake_limited()

    def leave(self, ticket: Ticket) -> None:
        """Give back the slot or the place in the queue, whichever the request has."""
        with self._lock:
            if ticket in self._sending:
                self._sending.remove(ticket)
            elif ticket in self._queue:
                self._queue.remove(ticket)
            self._wake_next()

    def observe(self, headers: Mapping[str, str]) -> None:
        """Learn the rate window from a response."""
        with self._lock:
            self._pacer.observe(headers, len(self._sending))

    def refused(self, seconds: float) -> None:
        """Send nothing for a while, because a request was refused with 429."""
        with self._lock:
            self._pacer.close(seconds)

    def _wake_next(self) -> None:
        if self._queue and len(self._sending) < self.size:
            self._queue[0].wake()

    def _wake_limited(self) -> None:
        for ticket in self._queue:
            if ticket.max_wait is not None:
                ticket.wake()
