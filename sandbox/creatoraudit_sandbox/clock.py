"""The clock of a sandbox: the real time, or a frozen instant that moves only on request.

Everything that depends on time (figures, refreshes, rate-limit windows, the Date header) uses this
clock. Rate-limit windows also end in real time; otherwise a client would wait forever on a frozen
clock.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

DAY = 86_400
HOUR = 3_600
_EPOCH = date(1970, 1, 1)
# Cached because one page can show a thousand timestamps.
_MINUTES = [f"T{hour:02}:{minute:02}:" for hour in range(24) for minute in range(60)]
_SECONDS = [f"{second:02}Z" for second in range(60)]


def parse_instant(text: str) -> datetime:
    """Parse an ISO 8601 instant; a missing offset means UTC, a bare date means midnight.

    Raises ValueError for anything else.
    """
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def iso(epoch: int) -> str:
    """Format epoch seconds the way the API does, e.g. ``2026-06-14T09:30:00Z``."""
    days, second = divmod(epoch, DAY)
    minute, second = divmod(second, 60)
    return _day_text(days) + _MINUTES[minute] + _SECONDS[second]


@lru_cache(maxsize=4096)
def _day_text(days: int) -> str:
    return (_EPOCH + timedelta(days=days)).isoformat()


def day_start(day: date) -> int:
    """Epoch seconds of a UTC day's midnight."""
    return (day - _EPOCH).days * DAY


def day_of(epoch: float) -> date:
    """The UTC day an instant falls on."""
    return _EPOCH + timedelta(days=int(epoch // DAY))


class Clock:
    """A clock that is real (``now=None``) or frozen at an instant; both can be moved forwards."""

    def __init__(self, now: datetime | str | None = None) -> None:
        if isinstance(now, str):
            now = parse_instant(now)
        if now is not None and now.tzinfo is None:
            raise ValueError("the instant of a frozen clock needs a time zone")
        self._frozen = None if now is None else now.timestamp()
        self._offset = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        """The current instant in epoch seconds."""
        with self._lock:
            base = time.time() if self._frozen is None else self._frozen
            return base + self._offset

    def running(self) -> float:
        """Seconds elapsed, in real time and by moving the clock, even while it is frozen."""
        with self._lock:
            return time.monotonic() + self._offset

    def advance(self, seconds: float) -> None:
        """Move the clock forwards; it never runs backwards."""
        if seconds < 0:
            raise ValueError("the clock moves forwards only")
        with self._lock:
            self._offset += seconds
