"""The retry policy: whether a request is sent again, and after which back-off.

It serves sync and async: no I/O, no sleeping, no clock except `clock`.
"""

import math
from typing import TYPE_CHECKING

from ..errors import APIError, NetworkError, RateLimitedError, RequestTimeoutError
from . import clock
from .arguments import number
from .response import Failure, Timeouts

if TYPE_CHECKING:
    from .config import Settings
    from .options import RequestOptions
    from .request import PreparedRequest

# The API keeps an Idempotency-Key for ten minutes; a later retry would create a second time.
IDEMPOTENCY_SECONDS = 600.0
BACKOFF_FIRST = 1.0
BACKOFF_MOST = 30.0
BACKOFF_DOUBLINGS = 5
# Sockets refuse timeouts of centuries, which some callers use for "no limit".
LONGEST_READ = 86_400.0

RATE_LIMITED = 429
SERVER_ERRORS = 500
# The server did not process the request.
REFUSED = frozenset({425, 429})
# The server may have processed it, so it is retried only if that is safe. Gateways send 520 to 529.
TRANSIENT = frozenset({408, 502, 503, 504, *range(520, 530)})

_NUMBERS = frozenset({"timeout", "max_retries", "retry_budget", "max_wait"})


class Attempts:
    """The tries of one call: their number, their deadline, and whether to retry.

    Attributes:
        max_wait: Seconds that the call may wait for the rate limit; None for no limit.
        made: Tries so far.

    Raises:
        UsageError: An option is not valid.
    """

    def __init__(
        self, settings: "Settings", request: "PreparedRequest", options: "RequestOptions"
    ) -> None:
        own = {name: number(name, value) for name, value in options.items() if name in _NUMBERS}
        self.max_wait: float | None = own.get("max_wait", settings.max_wait)
        self.made = 0
        self._operation = request.operation
        self._base_url_place = settings.base_url_place
        self._keyed = request.keyed
        # Reads, the PUT link, and for ten minutes whatever has an Idempotency-Key.
        self._harmless = request.repeatable or request.keyed
        # Not counting those after the wait that a 429 asks for. A stream cannot be sent again.
        self._max_retries = 0 if request.once else own.get("max_retries", settings.max_retries)
        self._timeout: float = own.get("timeout", settings.timeout)
        self._deadline: float = clock.now() + own.get("retry_budget", settings.retry_budget)
        self._free = 0
        self._limit = "timeout="  # the setting that ends the present try
        self._key_dies = math.inf
        self._last: Failure | APIError | None = None

    def paced(self, seconds: float) -> None:
        """Extend the deadline by a wait for a slot or by a download; the budget counts neither."""
        self._deadline += seconds

    def check_wait(self, seconds: float, total: float) -> None:
        """Check a wait for the rate limit: `seconds` now, `total` for the call.

        Raises:
            RateLimitedError: It is longer than `max_wait`.
            CreatorAuditError: The error of the last try, if the Idempotency-Key would expire.
        """
        if self._last is not None and clock.now() + seconds >= self._key_dies:
            raise self._last if isinstance(self._last, APIError) else self._error(self._last)
        if self.max_wait is None or total <= self.max_wait:
            return
        raise RateLimitedError(
            f"{self._operation}: the rate limit allows no request for {total:.3g} s, more than"
            f" max_wait={self.max_wait:g}; nothing was sent. Try later, or raise max_wait=",
            status=429,
            headers={},
            retry_after=total,
        )

    def start(self) -> Timeouts:
        """Begin a try and return its time limits."""
        self.made += 1
        if self._keyed and self.made == 1:
            self._key_dies = clock.now() + IDEMPOTENCY_SECONDS
        left = self._deadline - clock.now()
        self._limit = "timeout=" if self._timeout <= left else "retry_budget="
        total = max(min(self._timeout, left), 0.001)
        return Timeouts(read=min(self._timeout, LONGEST_READ), total=min(total, LONGEST_READ))

    def after_failure(self, failure: Failure) -> float:
        """Seconds to wait before the next try.

        Raises:
            NetworkError: There is no further try.
        """
        harmless = not failure.written or self._harmless
        wait = self._wait(None) if harmless and not failure.permanent else None
        if wait is None:
            raise self._error(failure)
        self._last = failure
        return wait

    def after_error(self, error: APIError) -> float:
        """Seconds to wait before the next try.

        Raises:
            APIError: There is no further try; it is the given error.
        """
        refused, transient = error.status in REFUSED, _is_transient(error)
        again = refused or (transient and self._harmless)
        if error.status == RATE_LIMITED and error.retry_after is not None and self._max_retries:
            self._free += 1
        wait = self._wait(error.retry_after) if again else None
        if wait is None:
            if (transient or error.status >= SERVER_ERRORS) and not self._harmless:
                error.message += "; it may have been carried out, so it was not retried"
            raise error
        self._last = error
        return wait

    def _error(self, failure: Failure) -> NetworkError:
        cls = RequestTimeoutError if failure.timed_out else NetworkError
        tries = "1 try" if self.made == 1 else f"{self.made} tries"
        message = f"{self._operation}: {failure.kind} after {tries}: {failure.cause}"
        if failure.timed_out and failure.written:
            message += f"; give it more time with {self._limit}"
        if not failure.written and not failure.permanent:
            message += f"; check the network, its proxy settings and {self._base_url_place}"
        if failure.advice:
            message += f"; {failure.advice}"
        if failure.written and not self._harmless:
            message += "; it may have been carried out, so it was not retried"
        return cls(message, written=failure.written, cause=failure.cause)

    def _wait(self, hint: float | None) -> float | None:
        """The longer of back-off and server's hint; None if there is no time or try left."""
        if self.made - self._free > self._max_retries:
            return None
        # Limit the exponent, because some calls are tried thousands of times.
        doublings = min(self.made - 1, BACKOFF_DOUBLINGS)
        wait = max(hint or 0.0, clock.jitter(min(BACKOFF_FIRST * 2.0**doublings, BACKOFF_MOST)))
        return wait if clock.now() + wait < min(self._deadline, self._key_dies) else None


def _is_transient(error: APIError) -> bool:
    """Whether an error is temporary: by its status, or because a gateway sent it.

    The API responds in JSON, so a server error in another format comes from a gateway.
    """
    if error.status in TRANSIENT:
        return True
    own = error.code or error.title or error.detail or error.type
    in_json = "json" in error.headers.get("content-type", "")
    return error.status >= SERVER_ERRORS and not own and not in_json
