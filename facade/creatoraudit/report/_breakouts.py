"""The texts and headline figures of a breakouts report, shared by HTML and Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING

from attrs import frozen

from . import _words

if TYPE_CHECKING:
    from .._results.breakouts import Breakout, Breakouts, RankBy, Source

REASONS: Mapping[str, str] = {
    "never_refreshed": "never refreshed",
    "single_refresh": "refreshed only once",
    "window_not_filled": "history shorter than the window",
    "not_found": "not found by the deltas endpoint",
    "no_delta": "no delta sent",
    "no_account": "the list does not say which account",
}
_SOURCES: Mapping[Source, str] = {
    "account-videos": "posts of tracked accounts",
    "videos": "posts tracked one by one",
    "both": "posts of tracked accounts, and posts tracked one by one",
}
_RANKED_BY: Mapping[RankBy, str] = {
    "views": "views gained",
    "growth": "views gained, in relation to the views before",
    "outlier": "views gained, in relation to the author’s median",
}
_HEADLINES: Mapping[RankBy, str] = {
    "views": "The posts that gained the most views in {}",
    "growth": "The posts that grew fastest in {}",
    "outlier": "The posts furthest above their author’s usual in {}",
}


@frozen
class Remark:
    """A headline figure above the table: its label, its value, and what it refers to."""

    label: str
    figure: str
    about: str


def headline(result: Breakouts) -> str:
    """The headline of the report."""
    return _HEADLINES[result.ranked_by].format(_words.days(result.window))


def filters(result: Breakouts) -> Sequence[tuple[str, str]]:
    """The query, as labels and values."""
    least = result.min_views
    return [
        ("Window", _words.days(result.window)),
        ("Ranked by", _RANKED_BY[result.ranked_by]),
        ("Looked at", _SOURCES[result.source]),
        ("Platform", _words.platform(result.platform) if result.platform else "all"),
        ("Least views", "any" if least is None else _words.count(least)),
        ("Posts with less history", "kept" if result.include_partial else "left out"),
    ]


def left_out(result: Breakouts) -> Sequence[tuple[str, str]]:
    """Reasons for leaving posts out of the ranking, each with a number of posts."""
    counts = ((words, getattr(result.skipped, reason)) for reason, words in REASONS.items())
    return [(words, _words.count(count)) for words, count in counts if count]


def nothing(result: Breakouts) -> str | None:
    """Why no post is shown, and what to do about it; None if there are posts."""
    if len(result) > 0:
        return None
    if result.considered == 0:
        return "No posts are tracked here, or none pass the filters."
    if none_known(result) and result.source != "videos":
        return "The deltas endpoint knows none of these posts; look at the source videos instead."
    return "None of these posts has a change to rank by; the reasons are below."


def none_known(result: Breakouts) -> bool:
    """Whether the deltas endpoint knew none of the posts."""
    skipped = result.skipped
    asked = result.considered - (skipped.total - skipped.not_found - skipped.no_delta)
    return asked > 0 and skipped.not_found == asked


def relation(post: Breakout, result: Breakouts) -> str:
    """The outlier factor or the growth of a post, depending on the ranking."""
    if result.ranked_by == "outlier":
        return _words.times(post.outlier)
    return _words.percent(post.growth)


def remarks(result: Breakouts) -> Sequence[Remark]:
    """The headline figures."""
    gained = sum(post.delta for post in result)
    shown = "the post below" if len(result) == 1 else f"the {len(result):,} posts below"
    found = [Remark("Views gained", _words.gain(gained), f"by {shown}")]
    if result.ranked_by == "views":
        total = sum(value for value in result.values if value > 0)
        if total and 0 < gained <= total:
            share = f"{gained / total:.0%}"
            found.append(
                Remark("Share of all", share, f"of the {_words.count(total)} views gained")
            )
    if result.values:
        middle = _value(median(result.values), result.ranked_by)
        ranked = (
            "the only ranked post"
            if len(result.values) == 1
            else (f"of {len(result.values):,} ranked posts")
        )
        found.append(Remark("Median post", middle, ranked))
    return found


def _value(value: float, by: RankBy) -> str:
    if by == "views":
        return _words.gain(round(value))
    return _words.percent(value) if by == "growth" else _words.times(value)
