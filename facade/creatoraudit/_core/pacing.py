"""What the server says about waiting, and how one client stays inside its rate window."""

import datetime as dt
import math
import threading
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from . import clock

# A reset further away or a limit higher than this is no rate window but a broken header.
LONGEST_WINDOW = 3600.0
LARGEST_LIMIT = 10**9


def seconds_asked(headers: Mapping[str, str]) -> float | None:
    """The wait that `Retry-After` asks for: seconds, or an HTTP date against the Date header."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        pass
    else:
        return max(seconds, 0.0) if math.isfinite(seconds) else None
    at = _http_date(value)
    return None if at is None else max(at - server_time(headers), 0.0)


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
    is more) the rest is spread evenly until the reset. All calls of one client share it.
    """

    def __init__(self, concurrency: int) -> None:
        self._concurrency = concurrency
        self._lock = threading.Lock()
        self._limit = 0
        self._left = 0
        self._reset = -math.inf
        self._next = -math.inf

    def observe(self, headers: Mapping[str, str]) -> None:
        """Take note of an answer's X-RateLimit headers, if it has usable ones."""
        try:
            limit = int(headers["x-ratelimit-limit"])
            left = int(headers["x-ratelimit-remaining"])
            until = int(headers["x-ratelimit-reset"]) - server_time(headers)
        except (KeyError, ValueError, OverflowError):
            return
        if not 0 < limit <= LARGEST_LIMIT or left < 0 or not 0 <= until <= LONGEST_WINDOW:
            return
        with self._lock:
            reset = clock.now() + until
            # Answers overtake each other: within one window only a lower count is news.
            same_window = abs(reset - self._reset) < 1.5
            self._left = min(left, self._left) if same_window else left
            self._limit, self._reset = limit, max(reset, self._reset) if same_window else reset

    def delay(self) -> float:
        """Seconds to wait before the next request, which is counted as sent then."""
        with self._lock:
            now = clock.now()
            if now >= self._reset:
                return 0.0
            plenty = max(self._concurrency, self._limit // 10)
            left, self._left = self._left, max(self._left - 1, 0)
            if left > plenty:
                return 0.0
            if left == 0:
                return self._reset - now
            slot = max(self._next, now)
            self._next = slot + (self._reset - slot) / left
            return min(slot - now, self._reset - now)
