"""The growth model: how many views a post has at an instant, and every figure that follows from it.

Views are integers and only grow. A post saturates, ``ceiling * x / (x + half_life)`` with x the
seconds since publication, and a breakout gains a second term of the same form that starts late and
is steep. Integer arithmetic keeps the figures equal on every machine, and small enough for SQLite
to compute them as well (`views_sql`). All other counts are fixed shares of the views, so that they
grow alike.

When figures are collected is left to the store; what a curve looks like for a given post, to the
world.
"""

from __future__ import annotations

from typing import NamedTuple

#: Shares are given in parts of this.
UNIT = 10_000


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


def views_at(curve: Curve, instant: int) -> int:
    """Cumulative views at an instant."""
    age = instant - curve.published
    if age <= 0:
        return 0
    views = curve.ceiling * age // (age + curve.half_life)
    late = instant - curve.boost_at
    if curve.boost and late > 0:
        views += curve.boost * late // (late + curve.boost_half)
    return views


def share(views: int, rate: int) -> int:
    """A share of the views, rounded down."""
    return views * rate // UNIT


def delta(curve: Curve, first: int, last: int, days: int) -> int:
    """Change in views in the days before the newest refresh, or since the first if later."""
    return views_at(curve, last) - views_at(curve, max(first, last - days * 86_400))


def views_sql(instant: str) -> str:
    """`views_at` as SQL over the columns of a post; ``instant`` is an SQL expression too."""
    return (
        f"(CASE WHEN {instant} > published"
        f" THEN ceiling * ({instant} - published) / ({instant} - published + half_life) ELSE 0 END"
        f" + CASE WHEN boost > 0 AND {instant} > boost_at"
        f" THEN boost * ({instant} - boost_at) / ({instant} - boost_at + boost_half) ELSE 0 END)"
    )
