"""Rate limiting: counts requests per key and window, and builds the three X-RateLimit headers.

A window opens with the first request of a key and closes after a fixed time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from .clock import Clock
from .keys import ApiKey
from .problems import Problem

#: The limit to report in the headers when there is none.
UNLIMITED = 1_000_000


class RateLimiter:
    """Counts requests per key. 0 means no limit; the headers are sent anyway."""

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
        """Count one request; raises a 429 problem when none are left in the window."""
        start, used = self._current(key)
        if self._limit and used >= self._limit:
            wait = max(1, math.ceil(self._left(start)))
            raise Problem(
                "RATE_LIMITED", "Rate limit exceeded.", headers={"Retry-After": str(wait)}
            )
        self._windows[key.secret] = (start, used + 1)

    def headers(self, key: ApiKey | None) -> Mapping[str, str]:
        """The three headers for a key; for no key, those of an unused window."""
        start, used = self._current(key)
        limit = self._limit or UNLIMITED
        left = limit if not self._limit else max(0, limit - used)
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(left),
            # By the clock of the Date header, so that the difference is the time to wait.
            "X-RateLimit-Reset": str(math.ceil(self._clock.now() + self._left(start))),
        }
