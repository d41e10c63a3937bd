"""When a request is sent again, how long to wait before, and how fast to go.

Pure decisions for sync and async alike: no I/O, no sleeping, no clock but `clock`. `Attempts`
judges the tries of one call; `Pacer` spreads what is left of a rate window over everything that
uses one client. Which class an answer becomes is left to `errors`.
"""

import math
from typing import TYPE_CHECKING

from ..errors import APIError, NetworkError, RequestTimeoutError, UsageError
from . import clock
from .config import number_problem
from .response import Failure, Timeouts

if TYPE_CHECKING:
    from .config import Settings
    from .options import RequestOptions
    from .request import PreparedRequest

# An Idempotency-Key is kept for ten minutes by the API; a later retry would be a second create.
IDEMPOTENCY_SECONDS = 600.0
BACKOFF_FIRST = 1.0
BACKOFF_MOST = 30.0
BACKOFF_DOUBLINGS = 5
# Sockets take no waits of centuries, which is how some say that they have time.
LONGEST_STEP = 86_400.0

RETRY_ALWAYS = frozenset({429})
RETRY_REPEATABLE = frozenset({502, 503, 504})


class Attempts:
    """The tries of one call: how many, until when, and whether another one is right.

    Attributes:
        operation: Name for messages.
        repeatable: Whether sending it twice does no harm (reads, the PUT link).
        keyed: Whether an Idempotency-Key makes a second try safe for ten minutes.
        max_retries: Tries after the first.
        timeout: Seconds one try may wait for the network.
        budget: Seconds for all tries and their waits, pacing apart.
    """

    def __init__(
        self,
        *,
        operation: str,
        repeatable: bool,
        keyed: bool,
        max_retries: int,
        timeout: float,
        budget: float,
    ) -> None:
        self.operation = operation
        self.repeatable = repeatable
        self.keyed = keyed
        self.max_retries = max_retries
        self.timeout = timeout
        self.made = 0
        self.deadline = clock.now() + budget
        self._key_dies = math.inf
        self._last: Failure | APIError | None = None

    @classmethod
    def of(
        cls, settings: "Settings", request: "PreparedRequest", options: "RequestOptions"
    ) -> "Attempts":
        """The tries of one call under a client's settings and what the call itself asked for.

        Raises:
            UsageError: It asked for what cannot be.
        """
        timeout = options.get("timeout", settings.timeout)
        max_retries = options.get("max_retries", settings.max_retries)
        budget = options.get("retry_budget", settings.retry_budget)
        for problem in (
            number_problem("timeout", timeout, 0),
            number_problem("max_retries", max_retries, 0, whole=True),
            number_problem("retry_budget", budget, 0),
        ):
            if problem is not None:
                raise UsageError(problem)
        return cls(
            operation=request.operation,
            repeatable=request.repeatable,
            keyed=request.keyed,
            max_retries=max_retries,
            timeout=timeout,
            budget=budget,
        )

    def pace(self, seconds: float) -> None:
        """Allow for a pacing wait before the next try; the budget does not count it.

        Raises:
            CreatorAuditError: The Idempotency-Key would not outlive it; what the last try ended in.
        """
        self.deadline += seconds
        if self._last is not None and clock.now() + seconds >= self._key_dies:
            raise self._last if isinstance(self._last, APIError) else self._error(self._last)

    def start(self) -> Timeouts:
        """Begin a try; returns how long it may take."""
        self.made += 1
        if self.keyed and self.made == 1:
            self._key_dies = clock.now() + IDEMPOTENCY_SECONDS
        whole = max(self.deadline - clock.now(), 0.001)
        return Timeouts(step=min(self.timeout, whole, LONGEST_STEP), whole=whole)

    def after_failure(self, failure: Failure) -> float:
        """Seconds to wait before the next try.

        Raises:
            NetworkError: There is to be none.
        """
        wait = self._wait(None) if self._safe(failure) and not failure.permanent else None
        if wait is None:
            raise self._error(failure)
        self._last = failure
        return wait

    def after_error(self, error: APIError) -> float:
        """Seconds to wait before the next try.

        Raises:
            APIError: There is to be none; it is the one given.
        """
        again = error.status in RETRY_ALWAYS or (
            error.status in RETRY_REPEATABLE and (self.repeatable or self.keyed)
        )
        wait = self._wait(error.retry_after) if again else None
        if wait is None:
            raise error
        self._last = error
        return wait

    def _safe(self, failure: Failure) -> bool:
        return not failure.written or self.repeatable or self.keyed

    def _error(self, failure: Failure) -> NetworkError:
        cls = RequestTimeoutError if failure.timed_out else NetworkError
        tries = "1 try" if self.made == 1 else f"{self.made} tries"
        message = f"{self.operation}: {failure.kind} after {tries}: {failure.cause}"
        if not failure.written and not failure.permanent:
            message += "; check the network, its proxy settings and base_url="
        if not self._safe(failure):
            message += "; it may have been carried out, so it was not sent again"
        return cls(message, written=failure.written, cause=failure.cause)

    def _wait(self, asked: float | None) -> float | None:
        if self.made > self.max_retries:
            return None
        wait = asked
        if wait is None:
            # Bounded before it is raised to a power: some calls are tried thousands of times.
            doublings = min(self.made - 1, BACKOFF_DOUBLINGS)
            wait = clock.jitter(min(BACKOFF_FIRST * 2.0**doublings, BACKOFF_MOST))
        return wait if clock.now() + wait < min(self.deadline, self._key_dies) else None
