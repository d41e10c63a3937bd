"""What every method takes beside its own arguments."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict, cast

if TYPE_CHECKING:
    from creatoraudit_api.types import JSON
else:
    JSON = Any


class WaitOptions(TypedDict, total=False):
    """Keyword arguments of the waiters, for each of their reads; `timeout` is the waiter's own.

    Attributes:
        max_retries: Tries after the first (0 or more); the client's when absent.
        retry_budget: Seconds for all tries of one request, their waits and the reading of the body
            (more than 0); the client's when absent.
        extra_headers: Headers to send as well. `Authorization` is not among them.
        extra_query: Query parameters to send as well, e.g. ones newer than this release.
        max_response_bytes: Bytes that a response may have, decompressed; the client's when absent.
    """

    max_retries: int
    retry_budget: float
    extra_headers: Mapping[str, str]
    extra_query: Mapping[str, JSON]
    max_response_bytes: int


class RequestOptions(WaitOptions, total=False):
    """Keyword arguments of every method that sends requests, with those of `WaitOptions`.

    Attributes:
        max_wait: Seconds of pacing that one request of the call accepts (0 or more), beyond which
            it is not sent: RateLimitedError. The client's when absent.
        timeout: Seconds one try may take, from connecting to the last byte of the response (more
            than 0); the client's when absent.
        extra_body: Members to add to the JSON body; they win over the method's own.
    """

    max_wait: float
    timeout: float
    extra_body: Mapping[str, JSON]


class CreateOptions(RequestOptions, total=False):
    """Keyword arguments of the creates.

    Attributes:
        idempotency_key: Sent with every try of this one create, so that a retry within ten minutes
            does not create twice. Made up when absent.
    """

    idempotency_key: str


def split_options(values: Mapping[str, object]) -> tuple[CreateOptions, dict[str, object]]:
    """Separate options from an operation's own arguments; no argument has an option's name."""
    names = CreateOptions.__optional_keys__
    options = {name: value for name, value in values.items() if name in names}
    rest = {name: value for name, value in values.items() if name not in names}
    return cast(CreateOptions, options), rest


class RequestCounter:
    """Counts the HTTP requests of one job, retries included."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.requests = 0

    def add(self) -> None:
        with self._lock:
            self.requests += 1
