"""The clock of the package: every wait and every time measurement uses it.

`skipped_waits()` is for tests: inside it a wait takes no time but moves the clock by its length,
and the waits are recorded.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_skipping: list[Callable[[float], None]] = []
_skipped: list[float] = []


def now() -> float:
    """Seconds on a clock that never goes back."""
    return time.monotonic() + sum(_skipped)


def wall() -> float:
    """Seconds since the epoch, for servers that send no Date."""
    return time.time() + sum(_skipped)


def jitter(ceiling: float) -> float:
    """Seconds anywhere between half of `ceiling` and all of it."""
    return random.uniform(ceiling / 2, ceiling)


def skip(seconds: float) -> bool:
    """Whether a wait of `seconds` was skipped, because a test asked for that."""
    if not _skipping:
        return False
    _skipped.append(seconds)
    _skipping[-1](seconds)
    return True


@contextmanager
def skipped_waits(on_wait: Callable[[float], None] | None = None) -> Iterator[list[float]]:
    """Skip all waits; yields the list of skipped waits."""
    waits: list[float] = []

    def note(seconds: float) -> None:
        waits.append(seconds)
        if on_wait is not None:
            on_wait(seconds)

    _skipping.append(note)
    try:
        yield waits
    finally:
        _skipping.remove(note)
        if not _skipping:
            _skipped.clear()
