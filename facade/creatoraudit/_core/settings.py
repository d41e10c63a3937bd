"""The settings of a client, checked once."""

from __future__ import annotations

import math

from ..errors import ConfigurationError


def number_problem(name: str, value: object, least: float, *, whole: bool = False) -> str | None:
    """What is wrong with a number given as a setting; None when nothing is."""
    kinds = (int,) if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds) or not math.isfinite(value):
        return f"{name} must be a {'whole ' if whole else ''}number, not {value!r:.40}"
    if value < least or (not whole and value == 0):
        return f"{name} must be {'at least ' + str(least) if whole else 'more than 0'}, not {value}"
    return None


class Settings:
    """How patient and how busy a client is.

    Attributes:
        timeout: Seconds one try may wait for the network.
        max_retries: Tries after the first.
        retry_budget: Seconds for all tries of a call and the waits between them.
        concurrency: Requests side by side in batches and breakouts.
    """

    def __init__(
        self, *, timeout: float, max_retries: int, retry_budget: float, concurrency: int
    ) -> None:
        for problem in (
            number_problem("timeout", timeout, 0),
            number_problem("max_retries", max_retries, 0, whole=True),
            number_problem("retry_budget", retry_budget, 0),
            number_problem("concurrency", concurrency, 1, whole=True),
        ):
            if problem is not None:
                raise ConfigurationError(problem)
        self.timeout = timeout
        self.max_retries = max_retries
        self.retry_budget = retry_budget
        self.concurrency = concurrency
