"""Waits for the first or the next refresh of a tracked resource."""

from __future__ import annotations

import datetime as dt
from typing import Protocol, TypeVar

from .._core import clock
from .._core.arguments import number
from ..errors import UsageError, WaitTimeout
from .io import Function, sleep

POLL_GROWTH = 1.5
POLL_MOST = 60.0
# Seconds for the last read when the time is nearly up: enough for one slow try.
LAST_LOOK = 5.0


class Refreshable(Protocol):
    """A resource with the time of its last refresh."""

    @property
    def last_scrape_time(self) -> dt.datetime | None: ...


R = TypeVar("R", bound=Refreshable)


async def wait_until_refreshed(
    read: Function[float, R],
    resource_id: str,
    *,
    budget: float,
    timeout: float,
    poll: float,
    after: dt.datetime | None,
) -> R:
    """Read a resource at growing intervals until it was refreshed.

    `read` gets the seconds that it may take: the rest of `timeout`, but at most `budget`, so that
    retries end with the wait.

    Raises:
        UsageError: A number is not positive, or `after` has no time zone.
        WaitTimeout: It was not refreshed within `timeout` seconds. `last` is the last read.
    """
    seconds, pause = number("timeout", timeout), number("poll", poll)
    budget = number("retry_budget", budget)
    since: object = after
    if since is not None and (not isinstance(since, dt.datetime) or since.tzinfo is None):
        raise UsageError("after must be a datetime with a zone; add tzinfo")
    deadline = clock.now() + seconds
    while True:
        resource = await read(min(budget, max(deadline - clock.now(), LAST_LOOK)))
        # Typed as object, because a value that is not a timestamp is kept as sent.
        at: object = resource.last_scrape_time
        if at is not None and (after is None or not isinstance(at, dt.datetime) or at > after):
            return resource
        left = deadline - clock.now()
        if left <= 0:
            raise WaitTimeout(
                f"{resource_id} was not refreshed within {timeout:g} s; check that it is active."
                " You can read it again later; waiting changed nothing",
                last=resource,
            )
        await sleep(min(pause, left))
        pause = min(pause * POLL_GROWTH, POLL_MOST)
