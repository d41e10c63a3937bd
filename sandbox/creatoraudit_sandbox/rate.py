"""Rate limiting: a window per key that opens with its first request and closes after a fixed time.

Decides who has used up a window and what the three X-RateLimit headers say. What counts as a
request is left to the app.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from .clock import Clock
from .keys import ApiKey
from .problems import Problem

#: The ceiling that is told when the limit is switched off.
UNLIMITED = 1_000_000


class RateLimiter:
    """Counts requests per key. A limit of 0 is none; the headers are sent all the same."""

    def __init__(self, clock: Clock, limit: int, window: float) -> None:
        if limit < 0 or window <= 0:
            raise ValueError("the rate limit must not be negative and its window must be positive")
        self._clock = clock
        self._limit = limit
        self._window = window
        self._windows: dict[str, tuple[float, int]] = {}

    def _current(self, key: ApiKey | None) -> tuple[float, int]:
        now = self._clock.running()
        start, used = self._windows.get(key.secret, (now, 0)) if key else (now, 0)
        return (now, 0) if now >= start + self._window else (start, used)

    def _left(self, start: float) -> float:
        """Seconds until the window that began at ``start`` ends."""
        return start + self._window - self._clock.running()

    def count(self, key: ApiKey) -> None:
        """Count one request; raises the 429 when the window has none left."""
        start, used = self._current(key)
        if self._limit and used >= self._limit:
            wait = max(1, math.ceil(self._left(start)))
            raise Problem(
                "RATE_LIMITED", "Rate limit exceeded.", headers={"Retry-After": str(wait)}
            )
        self._windows[key.secret] = (start, used + 1)

    def headers(self, key: ApiKey | None) -> Mapping[str, str]:
        """The three headers as they stand for a key; without one, those of an untouched window."""
        start, used = self._current(key)
        limit = self._limit or UNLIMITED
        left = limit if not self._limit else max(0, limit - used)
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(left),
            # Told in the time of the Date header, so that their difference is the time to wait.
            "X-RateLimit-Reset": str(math.ceil(self._clock.now() + self._left(start))),
        }
