"""What a report says about a post that the post itself does not say.

Decides the address of a post, built from nothing but parts that can be parts of one; the views over
time that follow from its deltas; and the rates between them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from .._core.urls import post_url

if TYPE_CHECKING:
    from .._results.breakouts import Breakout, Post


def address(post: Post) -> str | None:
    """Where the post is on its platform; None unless every part of the address is a sound one."""
    return post_url(post.platform, post.shortcode, post.account_username, post.external_id)


def rates(deltas: Mapping[str, int | None]) -> list[float]:
    """Views gained per day between the windows' starts, from long ago to now.

    Windows that overlap become spans that do not: 14 and 7 days give the week before last.
    """
    known = [(0, 0), *_known(deltas)]
    spans = [(gain - less) / (days - fewer) for (fewer, less), (days, gain) in pairwise(known)]
    return spans[::-1]


def course(post: Breakout) -> list[tuple[float, int]]:
    """Days ago and the views a post has gained since, from long ago to now, which is (0, 0).

    A window that reaches back beyond the post's history begins where the history does.
    """
    history = _history(post.video)
    points = {min(days, history): gain for days, gain in _known(post.deltas)}
    return [*sorted(points.items(), reverse=True), (0, 0)]


def _known(deltas: Mapping[str, int | None]) -> list[tuple[int, int]]:
    return sorted((int(name[:-1]), delta) for name, delta in deltas.items() if delta is not None)


def _history(post: Post) -> float:
    # Objects: a timestamp that cannot be read is kept as it was sent.
    first: object = post.first_scrape_time
    last: object = post.last_scrape_time
    if isinstance(first, dt.datetime) and isinstance(last, dt.datetime) and first < last:
        return (last - first) / dt.timedelta(days=1)
    return float("inf")
