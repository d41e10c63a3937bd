"""Schedules requests: first come, first served, within concurrency and the rate-limit window.

One scheduler serves everything that uses a client: batches, breakouts, prefetch, exports, and calls
that a program makes side by side. It does not wait or send; the sender does.
"""

import datetime as dt
import math
import threading
from collections import deque
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Protocol

from . import clock

# A later reset or a higher limit means a broken header, not a rate window.
LONGEST_WINDOW = 3600.0
LARGEST_LIMIT = 10**9
# Seconds over which processes that share a key are spread when a new window begins.
JITTER = 0.2


def seconds_asked(headers: Mapping[str, str]) -> float | None:
    """Read `Retry-After`: a number of seconds, or an HTTP date compared with the Date header.

    Returns None for zero, a date in the past and a value that cannot be read.
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
    """The time of the response by the server's clock, or by ours if it sends no Date."""
    at = _http_date(headers.get("date", ""))
    return clock.wall() if at is None else at


def _http_date(value: str) -> float | None:
    try:
        at = parsedate_to_datetime(value)
        # HTTP dates are UTC. A date without a zone would be read as local time.
        return (at if at.tzinfo else at.replace(tzinfo=dt.UTC)).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


class Pacer:
    """Keeps one client inside its rate window.

    There is no delay while plenty is left. Below a tenth of the window (or `concurrency` requests,
    if that is more), the rest is spread evenly until the reset. Callers hold the scheduler's lock.
    """

    def __init__(self, concurrency: int) -> None:
        self._concurrency = concurrency
        self._limit = 0
        self._left = 0
        self._reset = -math.inf
        self._next = -math.inf
        self._opens = -math.inf

    def observe(self, headers: Mapping[str, str], in_flight: int) -> None:
        """Read the X-RateLimit headers of a response, if they are usable.

        They do not count the requests that are still in flight.
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
        # Responses arrive out of order, so within a window the lowest count is the newest.
        same_window = abs(reset - self._reset) < 1.5
        self._left = min(left, self._left) if same_window else max(left - in_flight, 0)
        self._limit, self._reset = limit, max(reset, self._reset) if same_window else reset

    def close(self, seconds: float) -> None:
        """Send nothing for this long, because a request was refused."""
        self._opens = max(self._opens, clock.now() + min(seconds, LONGEST_WINDOW))

    def delay(self) -> float:
        """Seconds until the next request may be sent; 0 if it may be sent now."""
        now = clock.now()
        if now < self._opens:
            return self._opens - now
        if now >= self._reset or self._left > self._plenty:
            return 0.0
        if self._left == 0:
            return self._reset - now
        return min(max(self._next - now, 0.0), self._reset - now)

    def take(self) -> None:
        """Count a request that is sent now."""
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
    """A request that waits for its slot.

    Attributes:
        paced: Whether the request counts towards the rate limit.
        max_wait: Seconds that the request may wait for the rate limit; None for no limit.
        paced_before: The scheduler's total pacing when the request first joined the queue.
    """

    paced: bool
    max_wait: float | None
    paced_before: float

    def wake(self) -> None:
        """Wake the owner, so that it asks for a slot again."""


class Scheduler:
    """A queue of requests, of which `size` are on the wire at a time.

    A slot and a place in the rate window are granted together. Leaving the queue is always allowed,
    so no slot is lost when an owner is cancelled or interrupted at any moment.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._pacer = Pacer(size)
        self._lock = threading.Lock()
        self._queue: deque[Ticket] = deque()
        self._sending: set[Ticket] = set()
        self._paced = 0.0

    def join(self, ticket: Ticket, *, first: bool = False) -> None:
        """Join the queue; a retry goes first."""
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
            0 if the request may be sent now; the seconds to wait if only the rate window stops it;
            None if it must wait for other requests, until `wake` is called.
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
        """Seconds of pacing that a queued request has waited for, and still has to wait."""
        with self._lock:
            ahead = self._pacer.delay() if ticket.paced else 0.0
            return self._paced - ticket.paced_before + ahead

    def waited(self, seconds: float) -> None:
        """Record that the queue has waited for the rate window."""
        with self._lock:
            self._paced += seconds
            self._wake_limited()

    def leave(self, ticket: Ticket) -> None:
        """Release the slot of a request, or remove it from the queue."""
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
