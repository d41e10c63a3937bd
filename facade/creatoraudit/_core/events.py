"""Reports each try and each long wait to the log and to the caller's hooks.

The log has one line per try with selected fields only: operation, method, path, status, time,
request id and the server's reason for a refusal. No query, header or other body is logged.
"""

import logging
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from .log import logger
from .problems import reason_of
from .request import PreparedRequest
from .response import Failure, RawResponse
from .text import one_line

if TYPE_CHECKING:
    from .drift import DriftWatch, OnDrift

T = TypeVar("T")

# Waits shorter than this many seconds are not reported to hooks.
LONG_WAIT = 3.0


class RequestEvent(NamedTuple):
    """A try of a request that has ended.

    Attributes:
        operation: Name of the operation.
        method: HTTP method.
        path: Path below the base URL, without the query.
        attempt: 1 for the first try.
        status: HTTP status; None if no complete response arrived.
        failure: What went wrong if there is no status, in words; else None.
        seconds: Duration of the try, including the body.
        request_id: `X-Request-ID` of the response.
        cached: Whether the body came from the cache, because the server said it is unchanged.
        reason: The server's reason for a refusal, on one line; None if it did not refuse.
    """

    operation: str
    method: str
    path: str
    attempt: int
    status: int | None
    failure: str | None
    seconds: float
    request_id: str | None
    cached: bool = False
    reason: str | None = None


class WaitEvent(NamedTuple):
    """A wait of three seconds or more that is about to begin.

    Attributes:
        operation: Name of the operation.
        reason: `"rate limit"` (pacing, nothing was sent yet) or `"retry"`.
        seconds: Duration of the wait.
    """

    operation: str
    reason: str
    seconds: float


OnEvent: TypeAlias = Callable[[RequestEvent], object]
OnWait: TypeAlias = Callable[[WaitEvent], object]


def _event_of(
    request: PreparedRequest, outcome: RawResponse | Failure, seconds: float, attempt: int
) -> RequestEvent:
    sent, failure = (None, outcome) if isinstance(outcome, Failure) else (outcome, None)
    reason = None if sent is None else reason_of(sent)
    return RequestEvent(
        operation=request.operation,
        method=request.method,
        path=request.url.partition("?")[0],
        attempt=attempt,
        status=None if sent is None else sent.status_code,
        failure=None if failure is None else failure.kind,
        seconds=seconds,
        request_id=None if sent is None else sent.request_id,
        cached=sent is not None and sent.cached,
        reason=None if reason is None else one_line(reason, 300),
    )


class Hooks:
    """The caller's hooks. They are called while no slot is held, so each may use the client.

    An exception in a hook becomes a RuntimeWarning and a log line with its traceback. The call
    continues, because the result of a successful create must not be lost.

    Attributes:
        listen: Whether a hook is called after each try.
    """

    def __init__(
        self, on_event: OnEvent | None, on_wait: OnWait | None, on_drift: "OnDrift | None"
    ) -> None:
        self._on_event = on_event
        self._on_wait = on_wait
        self._drift: DriftWatch | None = None
        if on_drift is not None:
            from . import drift  # noqa: PLC0415 - most programs compare nothing

            self._drift = drift.DriftWatch(on_drift)
        self.listen = on_event is not None or on_drift is not None

    def tells(self, seconds: float) -> bool:
        """Whether a hook is called for a wait of this length."""
        return self._on_wait is not None and seconds >= LONG_WAIT

    def waits(self, request: PreparedRequest, seconds: float, reason: str) -> None:
        """Report a wait that begins."""
        level = logging.INFO if seconds >= LONG_WAIT else logging.DEBUG
        logger.log(level, "%s waits %.2f s: %s", request.operation, seconds, reason)
        if self._on_wait is not None and seconds >= LONG_WAIT:
            event = WaitEvent(request.operation, reason, seconds)
            _call("on_wait", self._on_wait, event)

    def tried(
        self, request: PreparedRequest, outcome: RawResponse | Failure, seconds: float, attempt: int
    ) -> None:
        """Report a try that has ended, and how its response deviates from the contract."""
        if self._drift is not None and isinstance(outcome, RawResponse):
            for record in self._drift.look(request, outcome):
                _call("on_drift", self._drift.tell, record)
        event = _event_of(request, outcome, seconds, attempt)
        if logger.isEnabledFor(logging.INFO):
            ended = event.failure or f"{event.status} request_id={event.request_id or '-'}"
            path, milliseconds = one_line(event.path, 200), event.seconds * 1000
            reason = f": {event.reason}" if event.reason else ""
            text = "%s %s %s try %d: %s in %.0f ms%s"
            values = (event.operation, event.method, path, event.attempt, ended, milliseconds)
            logger.info(text, *values, reason)
        if self._on_event is not None:
            _call("on_event", self._on_event, event)


def _call(name: str, hook: Callable[[T], object], event: T) -> None:
    try:
        hook(event)
    except Exception as error:  # noqa: BLE001 - a program's own function; see `Hooks`
        text = f"{name}= raised {type(error).__name__}: {error}; the call continues"
        logger.error(text, exc_info=error)
        with suppress(RuntimeWarning):  # where warnings are made exceptions
            warnings.warn(text, RuntimeWarning, stacklevel=2)
