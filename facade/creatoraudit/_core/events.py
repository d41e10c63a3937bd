"""What a client tells about each try: one record, for the log and for a caller's own metrics."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from .request import PreparedRequest
from .response import Failure, RawResponse


class RequestEvent(NamedTuple):
    """One try of one request.

    Attributes:
        operation: Name of the operation.
        method: HTTP method.
        path: Path below the base URL, without the query.
        attempt: 1 for the first try.
        status: HTTP status; None when no complete answer arrived.
        failure: What went wrong then, in words; None with a status.
        seconds: How long the try took, its body included.
        request_id: `X-Request-ID` of the answer.
        cached: Whether the body came out of the cache, because the server said it is unchanged.
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


OnEvent: TypeAlias = Callable[[RequestEvent], object]


def event_of(
    request: PreparedRequest, outcome: RawResponse | Failure, seconds: float, attempt: int
) -> RequestEvent:
    """The record of one try."""
    sent, failure = (None, outcome) if isinstance(outcome, Failure) else (outcome, None)
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
    )
