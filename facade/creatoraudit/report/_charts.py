"""Computes the scales and positions of a page's charts, and describes each chart in words.

Positions are in units of the chart's viewBox; the templates set strokes, colours and text sizes.
The description serves readers who cannot see the chart.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from attrs import frozen

from .._results.breakouts import Breakout, Breakouts, RankBy, value_of
from . import _posts, _words
from ._spread import position, spread

_COURSE_WIDTH, _COURSE_HEIGHT = 132.0, 36.0
_WIDTH, _HEIGHT = 720.0, 190.0
_LEAST_BAR = 4.0  # one post among thousands must stay visible
_GAP = 2.0
_MOST_TICKS = 8
_UNITS = {"views": "Views gained", "growth": "Growth", "outlier": "Times the author’s median"}


@frozen
class Course:
    """A post's views over time, as a line.

    Attributes:
        line: Points of the line.
        area: Points of the area below the line.
        window: Position where the ranking window begins.
        end: Vertical position where the line ends.
        told: Description in words.
    """

    line: str
    area: str
    window: float
    end: float
    told: str
    width: float = _COURSE_WIDTH
    height: float = _COURSE_HEIGHT


@frozen
class Bar:
    """A bar of the histogram; `label` is its range of values."""

    label: str
    size: int
    marked: int
    x: float
    width: float
    height: float
    marked_height: float


@frozen
class Histogram:
    """A histogram of the ranking values of all ranked posts.

    Attributes:
        bars: One bar per range of values.
        ticks: Positions and labels below the bars.
        median: Position of the median.
        most: Number of posts in the highest bar.
        unit: Label of the values.
    """

    bars: Sequence[Bar]
    ticks: Sequence[tuple[float, str]]
    median: float
    most: int
    unit: str
    width: float = _WIDTH
    height: float = _HEIGHT

    @property
    def told(self) -> str:
        """Describes the positions of the shown posts in words."""
        return "; ".join(
            f"{bar.label}: {bar.marked} of {_words.count(bar.size)}"
            for bar in self.bars
            if bar.marked
        )


def course(post: Breakout, result: Breakouts) -> Course:
    """Make the line chart of a ranked post."""
    points = _posts.course(post)
    reach = max(result.windows)
    gains = [gain for _, gain in points]
    least, extent = min(gains), max(gains) - min(gains) or 1

    def x(days: float) -> float:
        return round(_COURSE_WIDTH * (1 - days / reach), 1)

    # The gain since then is what was missing then: a larger gain is further down.
    line = [(x(days), round(_COURSE_HEIGHT * (gain - least) / extent, 1)) for days, gain in points]
    below = [(line[0][0], _COURSE_HEIGHT), *line, (_COURSE_WIDTH, _COURSE_HEIGHT)]
    return Course(_points(line), _points(below), x(result.window), line[-1][1], _told(post, points))


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)


def _told(post: Breakout, points: Sequence[tuple[float, int]]) -> str:
    views = post.video.view_count if post.views_before is not None else None
    return ", ".join(
        f"{_ago(days)} " + (_words.gain(-gain) if views is None else _words.count(views - gain))
        for days, gain in points
    )


def _ago(days: float) -> str:
    if days == 0:
        return "now"
    return f"{_words.days(round(days)) if days >= 1 else 'less than a day'} ago"


def histogram(result: Breakouts) -> Histogram:
    """Make the histogram of a result that has values."""
    by = result.ranked_by
    shown = [value_of(post, by) for post in result]
    bins = spread(result.values, [value for value in shown if value is not None])
    step = _WIDTH / len(bins)
    most = max(one.size for one in bins)

    def height(size: int) -> float:
        return round(max(_LEAST_BAR, _HEIGHT * size / most), 1) if size else 0.0

    bars = [
        Bar(
            label=_range(one.low, one.high, by),
            size=one.size,
            marked=one.marked,
            x=round(at * step + _GAP / 2, 1),
            width=round(step - _GAP, 1),
            height=height(one.size),
            marked_height=height(one.marked),
        )
        for at, one in enumerate(bins)
    ]
    edges = [(at, one.low) for at, one in enumerate(bins) if one.low is not None]
    powers = [(at, low) for at, low in edges if f"{low:e}".startswith("1.000000e")]
    ticks = [
        (round(at * step, 1), _short(low, by))
        for at, low in powers[:: 1 + len(powers) // _MOST_TICKS]
    ]
    middle = round(position(bins, median(result.values)) * step, 1)
    return Histogram(bars, ticks, middle, most, _UNITS[by])


def _range(low: float | None, high: float, by: RankBy) -> str:
    end = _short(high, by)
    return f"under {end}" if low is None else f"{_short(low, by)} to under {end}"


def _short(value: float, by: RankBy) -> str:
    if by == "growth":
        return f"{_words.short(100 * value)}%"
    return _words.short(value) + ("×" if by == "outlier" else "")
