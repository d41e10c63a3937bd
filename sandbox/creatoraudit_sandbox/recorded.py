"""Recorded figures: the counts over time of a user-defined world.

Between two instants a count changes evenly; before the first and after the last it stays. In the
tables they are JSON text, in a column that is null for posts and accounts that follow the growth
model.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from .clock import DAY
from .curve import UNIT, History, views_of

#: Instants (epoch seconds) and counts, in order.
Points: TypeAlias = Sequence[tuple[int, int]]

#: The figures of a post besides its views, and the rate of each if it is not recorded.
RATES: Final = {
    "likes": "like_rate",
    "comments": "comment_rate",
    "shares": "share_rate",
    "saves": "save_rate",
    "plays": "play_rate",
}


def write(figures: Mapping[str, Points]) -> str:
    """Convert figures to the text that is stored."""
    return json.dumps(figures, separators=(",", ":"))


@lru_cache(maxsize=4096)
def _read(text: str) -> dict[str, tuple[list[int], list[int]]]:
    return {
        name: ([at for at, _ in points], [count for _, count in points])
        for name, points in json.loads(text).items()
    }


def instants(text: str, name: str) -> list[int]:
    """When a figure was recorded."""
    return _read(text).get(name, ([], []))[0]


def count(text: str | None, name: str, instant: int, otherwise: int) -> int:
    """A figure at an instant; ``otherwise`` if it is not recorded."""
    times, counts = _read(text).get(name, ([], [])) if text else ([], [])
    if not times:
        return otherwise
    after = bisect_right(times, instant)
    if after in (0, len(times)):
        return counts[min(after, len(times) - 1)]
    start, end = times[after - 1 : after + 1]
    low, high = counts[after - 1 : after + 1]
    return low + (high - low) * (instant - start) // (end - start)


def deltas(history: History, windows: Sequence[int]) -> list[int]:
    """Change in views in the days before the newest refresh, or since the first if later.

    A post that was refreshed at most once has no known change: 0 in every window.
    """
    first, last, views, told, *growth = history
    if first == last:
        return [0] * len(windows)
    starts = [max(first, last - days * DAY) for days in windows]
    if told is None:
        return [views - views_of(growth, start) for start in starts]
    return [views - count(told, "views", start, views_of(growth, start)) for start in starts]


def figure_sql(name: str, views: str, instant: str, *, own: bool) -> str:
    """A figure of a post as SQL over its columns; ``views`` and ``instant`` are SQL too.

    ``own`` says whether figures may be recorded; if not, the SQL is much faster.
    """
    share = f"{views} * {RATES[name]} / {UNIT}"
    return f"recorded(recorded, '{name}', {instant}, {share})" if own else share


def views_sql(growth: str, instant: str, *, own: bool) -> str:
    """The views of a post as SQL; ``growth`` is the views by the growth model, as SQL."""
    return f"recorded(recorded, 'views', {instant}, {growth})" if own else growth
