"""Options that methods take in addition to their own arguments."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict, cast

if TYPE_CHECKING:
    from creatoraudit_api.types import JSON
else:
    JSON = Any


class WaitOptions(TypedDict, total=False):
    """Options of `wait_until_refreshed`, which apply to each of its reads.

    The `timeout` of that method is its own argument.

    Attributes:
        max_retries: Number of tries after the first (0 or more). Defaults to the client's.
        retry_budget: Seconds for all tries of one request, including back-off and reading the body
            (more than 0). Defaults to the client's.
        extra_headers: Additional headers. `Authorization` is not allowed.
        extra_query: Additional query parameters, for example ones newer than this release.
        max_response_bytes: Largest response in bytes, decompressed. Defaults to the client's.
    """

    max_retries: int
    retry_budget: float
    extra_headers: Mapping[str, str]
    extra_query: Mapping[str, JSON]
    max_response_bytes: int


class RequestOptions(WaitOptions, total=False):
    """Options of every method that sends requests, in addition to those of `WaitOptions`.

    Attributes:
        max_wait: Seconds that one request may wait for the rate limit (0 or more). A request that
            would wait longer is not sent and raises RateLimitedError. Defaults to the client's.
        timeout: Seconds one try may take, from connecting to the last byte of the response (more
            than 0). Defaults to the client's.
        extra_body: Additional members of the JSON body. They override those of the method.
    """

    max_wait: float
    timeout: float
    extra_body: Mapping[str, JSON]


class CreateOptions(RequestOptions, total=False):
    """Options of the methods that create something, in addition to `RequestOptions`.

    Attributes:
        idempotency_key: Sent with every try of this create, so that a retry within ten minutes does
            not create twice. Defaults to a random key.
    """

    idempotency_key: str


def split_options(values: Mapping[str, object]) -> tuple[CreateOptions, dict[str, object]]:
    """Separate options from the arguments of an operation; their names never overlap."""
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
