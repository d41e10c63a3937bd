"""`creatoraudit breakouts`: ranks posts by views gained, as a table, JSON, CSV, HTML or Markdown.

This module chooses the columns; the library finds and orders the posts.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .._results.breakouts import (
    RANKINGS,
    SOURCES,
    SPARK_WINDOWS,
    TOP_MOST,
    RankBy,
    Skipped,
    breakout_kinds,
)
from .._results.deltas import delta_kinds
from ..report import _breakouts as told
from ..report import _posts
from . import _output
from ._accounts import METAVAR, passed_by_none
from ._click import PERCENT, Command, OneOf, Whole, choice_option, number_option, together
from ._connect import Connection, connection_options
from ._options import examples, given, via_option
from ._output import Column, Linked, Output, Row, Shape, output_options
from ._report import Reports, report_options
from ._seen import SeenPosts

if TYPE_CHECKING:
    from creatoraudit import Breakout, Breakouts
    from creatoraudit.report import Provenance

    from ..snapshot._breakouts import StoredBreakouts

_BARS = "▁▂▃▄▅▆▇█"
NEW_POSTS = 3
# The options that are arguments of `breakouts`, besides window and order.
_QUERY = (
    *("top", "source", "platform", "min_views", "include_partial", "accounts", "creators"),
    *("categories", "published_since", "min_growth", "via"),
)
# The filters without which a post would be considered.
FILTERS = ("platform", "min_views", "accounts", "creators", "categories")
_HINTS = {"window_not_filled": " (--include-partial keeps them)"}


# The options that say which posts are ranked, and how.
ranking_options = together(
    number_option("--top", 1, TOP_MOST, default=10, says="Number of posts to show."),
    choice_option(
        "--by",
        of=RANKINGS,
        says="Rank by views gained, by growth, or by views gained per author's median.",
    ),
    choice_option(
        "--source", of=SOURCES, says="Posts of tracked accounts, posts tracked one by one, or both."
    ),
    click.option("--platform", type=OneOf(["instagram", "tiktok"]), help="One platform only."),
    click.option(
        "--min-views", type=Whole(0), metavar="N", help="Posts with at least N views in all."
    ),
)


@click.command(
    cls=Command,
    epilog=examples(
        "creatoraudit breakouts --sandbox",
        "creatoraudit breakouts --window 14 --by growth --platform tiktok",
        "creatoraudit breakouts --source both --format csv > breakouts.csv",
        "creatoraudit breakouts --html breakouts.html",
        "creatoraudit breakouts --top 5 --markdown",
        "creatoraudit breakouts --category food --min-growth 50% --seen seen.json",
    ),
)
@number_option("--window", 1, 365, default=7, says="Days to look back.", metavar="DAYS")
@ranking_options
@click.option(
    "--account",
    "accounts",
    multiple=True,
    metavar=METAVAR,
    help="Posts of this account only; repeatable.",
)
@click.option(
    "--creator",
    "creators",
    multiple=True,
    metavar="ID",
    help="Posts of accounts linked to this creator only; repeatable.",
)
@click.option(
    "--category",
    "categories",
    multiple=True,
    metavar="TEXT",
    help="Posts of accounts with this label only; repeatable.",
)
@click.option(
    "--published-since",
    metavar="DAY",
    help="Show only posts from this UTC day on, such as 2026-06-01.",
)
@click.option(
    "--min-growth",
    type=PERCENT,
    metavar="PERCENT",
    help="Show only posts that grew at least so much, such as 50%.",
)
@click.option("--include-partial", is_flag=True, help="Also posts younger than the window.")
@via_option
@click.option(
    "--seen",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Show only posts that FILE does not list yet, and add them to it; for cron.",
)
@click.option("--exit-code", is_flag=True, help="End with 3 if there is any post to show.")
@output_options
@report_options
@connection_options
def breakouts(
    *,
    window: int,
    by: RankBy,
    seen: Path | None,
    exit_code: bool,
    to: Output,
    reports: Reports,
    **more: Any,
) -> int:
    """Find the posts that gained the most views over the last days."""
    known = None if seen is None else SeenPosts(seen)
    rows = to.rows(shape(window, by), hold=True)
    server = Connection.of(more)
    query = given(more, _QUERY)
    with server.client() as ca, _output.progress("Posts") as on_progress:
        result = ca.breakouts(window=window, by=by, on_progress=on_progress, **query)
        about = reports.provenance(ca, to, server.org)
    if known is not None:
        result = known.new_in(result)
    # A run of cron that finds nothing new stays silent.
    silent = known is not None and result.considered > 0
    reports.deliver(
        result, about, lambda: show(result, to, rows, _below(result), about, silent=silent)
    )
    if known is not None:
        known.keep()
    if told.none_known(result):
        elsewhere = "" if result.source == "videos" else "; try --source videos"
        click.echo(f"The deltas endpoint knows none of these posts{elsewhere}.", err=True)
    return NEW_POSTS if exit_code and len(result) else 0


def shape(window: int, by: RankBy, *, of_many: bool = False) -> Shape:
    """The fields of a ranked post; with `of_many`, also its organization."""

    def related(value: object) -> str:
        assert isinstance(value, int | float)
        return f"{value:,.1f}×" if by == "outlier" else f"{value:+,.0%}"

    whose = {"organization": Column("organization")} if of_many else {}
    rank, *others = breakout_kinds(delta_kinds(sorted({*SPARK_WINDOWS, window})))
    return Shape(
        names=(rank, *whose, *others),
        columns={
            "rank": Column("#", "right"),
            **whose,
            "platform": Column("platform", from_width=80),
            "account_username": Column("account", show=lambda name: f"@{name}"),
            "description": Column("caption", from_width=60, flexible=True),
            "view_count": Column("views", "right", from_width=90),
            "delta": Column(f"Δviews {window}d", "right", show=lambda delta: f"{delta:+,}"),
            "outlier" if by == "outlier" else "growth": Column(
                "× median" if by == "outlier" else "growth", "right", from_width=40, show=related
            ),
            "trend": Column("trend", from_width=70),
        },
    )


def show(
    result: Breakouts | StoredBreakouts,
    to: Output,
    rows: _output.Rows,
    below: list[str],
    about: Provenance | None = None,
    *,
    silent: bool = False,
) -> None:
    """Print ranked posts, and the notes: below a table, or on stderr if there are no posts."""
    if to.form != "table" and not len(result) and not silent:
        click.echo("\n".join(below), err=True)
    if to.form == "json":
        posts = [to.chosen(_whole(post, to)) for post in result]
        told = {} if about is None else {"provenance": about.to_dict()}
        _output.write_json(told | result.to_dict() | {"breakouts": posts})
        return
    with rows:
        rows.write(_cells(post, to) if to.form == "table" else _whole(post, to) for post in result)
    if to.form == "table":
        _output.write_lines([*_legend(result), *below])


def _whole(post: Breakout, to: Output) -> Row:
    """A post with all its members; flat if members are columns or were chosen."""
    return post.to_dict() if to.form in ("json", "jsonl") and not to.fields else post._row()


def _cells(post: Breakout, to: Output) -> Row:
    """A post for a table: with a link and a trend, and with empty texts shown as missing."""
    whole = _whole(post, to)
    cells = {name: None if value == "" else value for name, value in whole.items()}
    if post.url is not None and post.video.description:
        cells["description"] = Linked(post.video.description, post.url)
    return cells | {"trend": _sparkline(post.deltas)}


def _sparkline(deltas: Mapping[str, int | None]) -> str:
    rates = [max(0.0, rate) for rate in _posts.rates(deltas)]
    highest = max(rates) or 1
    return "".join(_BARS[round(rate / highest * (len(_BARS) - 1))] for rate in rates)


def _legend(result: Breakouts | StoredBreakouts) -> list[str]:
    if len(result) == 0:
        return []
    since = ", ".join(str(days) for days in sorted(result.windows, reverse=True))
    return ["", f"trend: views per day, one bar from each of {since} days ago to the next"]


def _below(result: Breakouts) -> list[str]:
    if result.considered == 0:
        what = "videos" if result.source == "videos" else "accounts"
        begin = f"No posts are tracked here; start with: creatoraudit {what} track URL"
        if result.source == "account-videos":
            begin += " (or rank the posts that you track one by one: --source videos)"
        return [passed_by_none("posts", FILTERS) or begin]
    looked_at = f"{result.considered:,} posts considered in {result.requests:,} requests"
    return skips(looked_at, result.skipped)


def skips(looked_at: str, skipped: Skipped) -> list[str]:
    """Describe how many posts were left out, and why."""
    lines = [f"{looked_at}, {skipped.total:,} skipped{':' if skipped.total else ''}"]
    for reason, words in told.REASONS.items():
        if count := getattr(skipped, reason):
            lines.append(f"  {count:,} {words}{_HINTS.get(reason, '')}")
    return lines
