"""The clock of the package, and the deadline of one exchange with the server.

Every wait and every time measurement uses it. `skipped_waits()` is for tests: inside it a wait
takes no time but moves the clock by its length, and the waits are recorded.

httpx and httpcore hand the timeouts of a request down to the code that connects, reads and writes.
Ours is a `Limit`, which also knows when the whole exchange has to end.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_skipping: list[Callable[[float], None]] = []
_skipped: list[float] = []


def now() -> float:
    """Seconds on a clock that never goes back."""
    return time.monotonic() + sum(_skipped)


def wall() -> float:
    """Seconds since the epoch, for servers that send no Date."""
    return time.time() + sum(_skipped)


def jitter(ceiling: float) -> float:
    """Seconds anywhere between half of `ceiling` and all of it."""
    return random.uniform(ceiling / 2, ceiling)


def skip(seconds: float) -> bool:
    """Whether a wait of `seconds` was skipped, because a test asked for that."""
    if not _skipping:
        return False
    _skipping[-1](seconds)  # first, so that no server of a test is behind this clock
    _skipped.append(seconds)
    return True


@contextmanager
def skipped_waits(on_wait: Callable[[float], None] | None = None) -> Iterator[list[float]]:
    """Skip all waits; yields the list of skipped waits."""
    waits: list[float] = []

    def note(seconds: float) -> None:
        waits.append(seconds)
        if on_wait is not None:
            on_wait(seconds)

    _skipping.append(note)
    try:
        yield waits
    finally:
        _skipping.remove(note)
        if not _skipping:
            _skipped.clear()


LATE = "the time for this exchange was already up"


class Exchange:
    """The deadline of one request and its response.

    Args:
        seconds: Time for the whole exchange; for a download, for everything before the body.
        idle: Seconds that may pass between two parts of the body of a download.

    Attributes:
        streams: Whether the body of a download is arriving.
    """

    def __init__(self, seconds: float, idle: float) -> None:
        self._ends = now() + seconds
        self._idle = idle
        self._given_up = False
        self.streams = False
        self.on_give_up: Callable[[], None] | None = None
        self.on_more_time: Callable[[], None] | None = None

    def stream(self) -> None:
        """From now on, limit only the time in which no data arrives."""
        self.streams = True
        self.arrived()

    def arrived(self) -> None:
        """Record that a part of the body arrived, which restarts the idle time of a download."""
        if self.streams:
            self._ends = now() + self._idle

    def pass_on(self) -> None:
        """Extend the time limit of the whole exchange, if there is one."""
        if self.streams and self.on_more_time is not None:
            self.on_more_time()

    @property
    def left(self) -> float:
        """Seconds left; 0 or less if the time is up or the response is no longer wanted."""
        return 0.0 if self._given_up else self._ends - now()

    def give_up(self) -> None:
        """Give up the response. Whatever waits for the network now ends at once."""
        self._given_up = True
        if self.on_give_up is not None:
            self.on_give_up()


class Limit(float):
    """The timeout of one socket operation, which also ends with its exchange."""

    __slots__ = ("exchange",)

    exchange: Exchange

    @classmethod
    def of(cls, seconds: float, exchange: Exchange) -> Limit:
        """Make the timeout for the socket operations of an exchange."""
        limit = cls(seconds)
        limit.exchange = exchange
        return limit

    @property
    def left(self) -> float:
        """Seconds that the next operation may take; 0 or less if it must not start."""
        return min(self, self.exchange.left)
