"""Derives facts about posts for reports: views over time, and growth rates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._results.breakouts import Breakout, Post


def rates(deltas: Mapping[str, int | None]) -> list[float]:
    """Views gained per day between the starts of the windows, oldest first.

    Overlapping windows become separate spans: 14 and 7 days give the week before last.
    """
    known = [(0, 0), *_known(deltas)]
    spans = [(gain - less) / (days - fewer) for (fewer, less), (days, gain) in pairwise(known)]
    return spans[::-1]


def course(post: Breakout) -> list[tuple[float, int]]:
    """Pairs of days ago and views gained since, oldest first; the last one is (0, 0).

    A window that is longer than the post's history begins with the history.
    """
    history = _history(post.video)
    points = {min(days, history): gain for days, gain in _known(post.deltas)}
    return [*sorted(points.items(), reverse=True), (0, 0)]


def _known(deltas: Mapping[str, int | None]) -> list[tuple[int, int]]:
    return sorted((int(name[:-1]), delta) for name, delta in deltas.items() if delta is not None)


def _history(post: Post) -> float:
    # A timestamp that cannot be parsed is a plain string.
    first: object = post.first_scrape_time
    last: object = post.last_scrape_time
    if isinstance(first, dt.datetime) and isinstance(last, dt.datetime) and first < last:
        return (last - first) / dt.timedelta(days=1)
    return float("inf")
