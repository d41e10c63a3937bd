"""The growth model: how many views a post has at an instant, and every figure that follows from it.

Views are integers and only grow. A post saturates, ``ceiling * x / (x + half_life)`` with x the
seconds since publication. A breakout gains a second term that starts late, ``boost`` times the
square of ``x / (x + boost_half)`` with x the seconds since then: slow at first, then steep. Integer
arithmetic keeps the figures equal on every machine, and small enough for SQLite
to compute them as well (`views_sql`). All other counts are fixed shares of the views, so that they
grow alike.

The store collects figures over time; the world chooses the curve of each post.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

#: Denominator of all shares.
UNIT = 10_000
#: Denominator of the progress of a late rise. Its square times a boost fits in 64 bits.
_FINE = 100_000


class Curve(NamedTuple):
    """Growth of one post. Times are epoch seconds, rates are shares of the views in 1/10,000."""

    published: int
    ceiling: int
    half_life: int
    boost: int
    boost_at: int
    boost_half: int
    like_rate: int
    comment_rate: int
    share_rate: int
    save_rate: int
    play_rate: int


class History(NamedTuple):
    """The columns that determine the views of a post: last refresh, views then, and the curve."""

    first_scrape_time: int
    last_scrape_time: int
    view_count: int
    recorded: str | None
    published: int
    ceiling: int
    half_life: int
    boost: int
    boost_at: int
    boost_half: int


def views_at(curve: Curve, instant: int) -> int:
    """Cumulative views at an instant."""
    return views_of(curve[:6], instant)


def views_of(growth: Sequence[int], instant: int) -> int:
    """Cumulative views at an instant, from the columns that determine them."""
    published, ceiling, half_life, boost, boost_at, boost_half = growth
    age = instant - published
    if age <= 0:
        return 0
    views = ceiling * age // (age + half_life)
    if boost and instant > boost_at:
        late = instant - boost_at
        risen = _FINE * late // (late + boost_half)
        views += boost * risen * risen // (_FINE * _FINE)
    return views


def share(views: int, rate: int) -> int:
    """A share of the views, rounded down."""
    return views * rate // UNIT


def views_sql(instant: str) -> str:
    """`views_at` as SQL over the columns of a post; ``instant`` is an SQL expression too."""
    risen = f"({_FINE} * ({instant} - boost_at) / ({instant} - boost_at + boost_half))"
    return (
        f"(CASE WHEN {instant} > published"
        f" THEN ceiling * ({instant} - published) / ({instant} - published + half_life) ELSE 0 END"
        f" + CASE WHEN boost > 0 AND {instant} > boost_at"
        f" THEN boost * {risen} * {risen} / {_FINE * _FINE} ELSE 0 END)"
    )
