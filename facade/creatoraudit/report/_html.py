"""Renders a result as one self-contained HTML page.

The templates escape all text. The page runs no scripts and loads nothing, and its Content Security
Policy enforces that; its only links lead to posts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from .._core.lazy import installed
from .._results.breakouts import Breakout, Breakouts
from .._version import __version__
from . import _breakouts, _charts, _words
from ._digest import CREATOR_FIGURES, FIGURES, Digest
from ._provenance import MADE_UP, Provenance

if TYPE_CHECKING:
    from jinja2 import Environment


def render_html(
    result: Breakouts | Digest,
    *,
    made_at: dt.datetime | None = None,
    provenance: Provenance | None = None,
) -> str:
    """Render a result as an HTML page to share: one file, without scripts or external files.

    Args:
        result: Result of `breakouts`, or a `Digest`.
        made_at: Time of the report, an aware datetime. Defaults to the time of `provenance`, or
            to now.
        provenance: Whose figures they are, and whether they are made up.

    Returns:
        The page; write it to a file as UTF-8.

    Raises:
        ConfigurationError: Jinja2 is not installed.
        UsageError: `made_at` has no time zone.

    Example:
        >>> Path("report.html").write_text(render_html(ca.breakouts()), encoding="utf-8")
    """
    about = provenance or Provenance()
    moment = _words.moment(made_at or about.as_of)
    common: dict[str, object] = {
        "made_at": _words.minute(moment),
        "made_at_exactly": moment.isoformat(timespec="seconds"),
        "version": __version__,
        "made_up": MADE_UP if about.made_up else None,
        "whose": about.parts,
    }
    if isinstance(result, Digest):
        return _templates().get_template("digest.html").render(common | _of_digest(result, moment))
    return _templates().get_template("breakouts.html").render(common | _of_breakouts(result))


@cache
def _templates() -> Environment:
    jinja2 = installed("jinja2", "cli")
    made: Environment = jinja2.Environment(
        loader=jinja2.PackageLoader("creatoraudit.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return made


def _of_breakouts(result: Breakouts) -> dict[str, object]:
    highest = max((post.delta for post in result), default=0)
    return {
        "headline": _breakouts.headline(result),
        "covers": _words.span(result.covers),
        "window": _words.days(result.window),
        "reach": _words.days(max(result.windows)),
        "relation": "× median" if result.ranked_by == "outlier" else "Growth",
        "posts": [_post(post, result, highest) for post in result],
        "remarks": _breakouts.remarks(result),
        "histogram": _charts.histogram(result) if result.values else None,
        "nothing": _breakouts.nothing(result),
        "filters": _breakouts.filters(result),
        "left_out": _breakouts.left_out(result),
        "left_out_total": _words.count(result.skipped.total),
        "considered": _words.count(result.considered),
        "requests": _words.count(result.requests),
    }


def _post(post: Breakout, result: Breakouts, highest: int) -> Mapping[str, object]:
    video = post.video
    return {
        "rank": post.rank,
        "caption": _words.shown(video.description, _words.LONGEST_CAPTION),
        "account": _words.shown(video.account_username, _words.LONGEST_NAME),
        "platform": _words.platform(video.platform),
        "address": post.url,
        "gained": _words.gain(post.delta),
        "share": _share(post.delta, highest),
        "relation": _breakouts.relation(post, result),
        "views": _words.count(None if post.views_before is None else video.view_count),
        "course": _charts.course(post, result),
    }


def _of_digest(digest: Digest, moment: dt.datetime) -> dict[str, object]:
    led_by = next(iter(digest.creator_figures), None)
    best = max((creator.figures.get(led_by or "", 0) for creator in digest.ranked), default=0)
    return {
        "covers": _words.span(digest.covers(moment)),
        "span": _words.days(digest.days),
        "figures": [
            {
                "label": FIGURES[figure.name],
                "current": _words.count(figure.current),
                "previous": _words.count(figure.previous),
                "change": _words.change(figure.change_pct),
                "direction": _words.direction(figure.change_pct),
                "now": _share(figure.current, max(figure.current or 0, figure.previous or 0)),
                "before": _share(figure.previous, max(figure.current or 0, figure.previous or 0)),
            }
            for figure in digest.figures
        ],
        "columns": [CREATOR_FIGURES[name] for name in digest.creator_figures],
        "creators": [
            {
                "rank": creator.rank,
                "name": _words.shown(creator.name or creator.id, _words.LONGEST_NAME),
                "share": _share(creator.figures.get(led_by or ""), best),
                "figures": [
                    _words.count(creator.figures.get(name)) for name in digest.creator_figures
                ],
            }
            for creator in digest.ranked
        ],
    }


def _share(value: float | None, most: float) -> float:
    """Length of a bar in percent of the longest one."""
    return round(max(value or 0, 0) / most * 100, 1) if most > 0 else 0.0
