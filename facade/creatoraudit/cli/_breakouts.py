"""`creatoraudit breakouts`: the main job, as a table, JSON or CSV.

Decides what the columns show; which posts they are, and in which order, the facade has decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import click

from .._ranking import RANKINGS, SOURCES, RankBy, Source
from . import _output
from ._connect import Connection, connection_options
from ._output import Column

if TYPE_CHECKING:
    from creatoraudit import Breakout, Breakouts

_BARS = "▁▂▃▄▅▆▇█"
_NOTHING = "–"
_REASONS: Mapping[str, str] = {
    "never_refreshed": "never refreshed",
    "single_refresh": "refreshed only once",
    "window_not_filled": "history shorter than the window (--include-partial keeps them)",
    "not_found": "not found by the deltas endpoint",
    "no_delta": "no delta sent",
}


@click.command(
    epilog="""Examples:

    \b
      creatoraudit breakouts --sandbox
      creatoraudit breakouts --window 14 --by growth --platform tiktok
      creatoraudit breakouts --source both --format csv > breakouts.csv
    """
)
@click.option("--window", default=7, show_default=True, metavar="DAYS", help="1 to 365.")
@click.option("--top", default=10, show_default=True, metavar="N", help="How many posts.")
@click.option(
    "--by",
    type=click.Choice(RANKINGS),
    default="views",
    show_default=True,
    help="Views gained; gained in relation to before; gained in relation to the author's median.",
)
@click.option(
    "--source",
    type=click.Choice(SOURCES),
    default="account-videos",
    show_default=True,
    help="Posts of tracked accounts, posts tracked one by one, or both.",
)
@click.option("--platform", type=click.Choice(["instagram", "tiktok"]), help="One platform only.")
@click.option("--min-views", type=int, metavar="N", help="Posts with at least N views in all.")
@click.option("--include-partial", is_flag=True, help="Also posts younger than the window.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
)
@connection_options
def breakouts(
    *,
    window: int,
    top: int,
    by: RankBy,
    source: Source,
    platform: Literal["instagram", "tiktok"] | None,
    min_views: int | None,
    include_partial: bool,
    form: Literal["table", "json", "csv"],
    **connection: object,
) -> None:
    """Show the posts that gained most views over the last days."""
    with Connection.of(connection).client() as ca, _output.progress("Posts") as on_progress:
        result = ca.breakouts(
            window=window,
            top=top,
            by=by,
            source=source,
            platform=platform,
            min_views=min_views,
            include_partial=include_partial,
            on_progress=on_progress,
        )
    _FORMATS[form](result)
    if _nothing_found(result):
        elsewhere = "" if result.source == "videos" else "; try --source videos"
        click.echo(f"The deltas endpoint knows none of these posts{elsewhere}.", err=True)


def _nothing_found(result: Breakouts) -> bool:
    skipped = result.skipped
    asked = result.considered - (skipped.total - skipped.not_found - skipped.no_delta)
    return asked > 0 and skipped.not_found == asked


def _as_json(result: Breakouts) -> None:
    _output.write_json(result.to_dict())


def _as_csv(result: Breakouts) -> None:
    windows = [f"{days}d" for days in result.windows]
    columns = ["rank", "id", "platform", "external_id", "account_username", "description"]
    columns += [f"delta_{window}" for window in windows]
    columns += ["delta", "views_before", "growth", "outlier"]
    _output.write_csv(columns, [_csv_row(post, windows) for post in result])


def _csv_row(post: Breakout, windows: Sequence[str]) -> dict[str, object]:
    video = post.video
    return {
        "rank": post.rank,
        "id": video.id,
        "platform": video.platform,
        "external_id": video.external_id,
        "account_username": video.account_username,
        "description": video.description,
        **{f"delta_{window}": post.deltas.get(window) for window in windows},
        "delta": post.delta,
        "views_before": post.views_before,
        "growth": post.growth,
        "outlier": post.outlier,
    }


def _as_table(result: Breakouts) -> None:
    by_outlier = result.ranked_by == "outlier"
    columns = (
        Column("#", "right"),
        Column("platform", from_width=80),
        Column("account"),
        Column("caption", from_width=60, flexible=True),
        Column(f"Δviews {result.window}d", "right"),
        Column("× median" if by_outlier else "growth", "right", from_width=40),
        Column("trend", from_width=70),
    )
    if len(result) > 0:
        _output.write_table(columns, [_table_row(post, by_outlier) for post in result])
    _output.write_lines(_below(result))


def _table_row(post: Breakout, by_outlier: bool) -> tuple[str, ...]:
    video = post.video
    if by_outlier:
        relation = _NOTHING if post.outlier is None else f"{post.outlier:,.1f}×"
    else:
        relation = _NOTHING if post.growth is None else f"{post.growth:+,.0%}"
    return (
        str(post.rank),
        str(video.platform or _NOTHING),
        f"@{video.account_username}" if video.account_username else _NOTHING,
        video.description or _NOTHING,
        f"{post.delta:+,}",
        relation,
        _sparkline(post.deltas),
    )


def _sparkline(deltas: Mapping[str, int | None]) -> str:
    """Views gained per day between the windows' starts, from long ago to now.

    Windows that overlap become spans that do not: 14 and 7 days give the week before last.
    """
    known = sorted((int(name[:-1]), delta) for name, delta in deltas.items() if delta is not None)
    rates: list[float] = []
    days_before, delta_before = 0, 0
    for days, delta in known:
        rates.append(max(0, delta - delta_before) / (days - days_before))
        days_before, delta_before = days, delta
    highest = max(rates, default=0) or 1
    return "".join(_BARS[round(rate / highest * (len(_BARS) - 1))] for rate in reversed(rates))


def _below(result: Breakouts) -> list[str]:
    skipped = result.skipped
    lines = []
    if len(result) > 0:
        since = ", ".join(str(days) for days in sorted(result.windows, reverse=True))
        lines += ["", f"trend: views per day, one bar from each of {since} days ago to the next"]
    if result.considered == 0:
        lines.append("No posts are tracked here, or none pass the filters.")
        return lines
    lines.append(
        f"{result.considered:,} posts considered in {result.requests:,} requests, "
        f"{skipped.total:,} skipped{':' if skipped.total else ''}"
    )
    for reason, words in _REASONS.items():
        if count := getattr(skipped, reason):
            lines.append(f"  {count:,} {words}")
    return lines


_FORMATS = {"table": _as_table, "json": _as_json, "csv": _as_csv}
