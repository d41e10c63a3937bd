"""`creatoraudit leaderboard`: ranks creators by their figures in a period.

The days are counted back from the server's date, so a wrong clock on this machine does not matter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

import click

from creatoraudit_api import operations

from .._core.pacing import server_time
from .._sync.batch import Parts
from ..errors import NotFoundError
from ..report._words import number
from ._click import Whole, choice_option
from ._connect import Connection
from ._options import command
from ._output import Column, Output, Row, Shape, counting

if TYPE_CHECKING:
    from creatoraudit import JSON, CreatorAudit
    from creatoraudit_api.models import Period

_By: TypeAlias = Literal["views", "engagement"]
_BY: Mapping[_By, str] = {"views": "views", "engagement": "engagement_rate"}
_PARTS = ("likes", "comments", "shares")


def _percent(value: object) -> str:
    return f"{cast('float', value):.2f}%"


_SHAPE = Shape(
    names=("rank", "id", "name", "views", *_PARTS, "engagement_rate", "followers"),
    columns={
        "rank": Column("#", "right"),
        "name": Column("name", flexible=True),
        "views": Column("views", "right"),
        "likes": Column("likes", "right", from_width=80),
        "comments": Column("comments", "right", from_width=90),
        "shares": Column("shares", "right", from_width=100),
        "engagement_rate": Column("engagement rate", "right", from_width=50, show=_percent),
        "followers": Column("followers", "right", from_width=70),
    },
    empty="There are no creators here; make one: creatoraudit creators create NAME",
)


def _total(rows: Sequence[Mapping[str, JSON]], name: str) -> float | None:
    """The sum of a figure over the days that have it; None if none has."""
    known = [value for row in rows if (value := number(row.get(name))) is not None]
    return sum(known) if known else None


def _figures(rows: Sequence[Mapping[str, JSON]]) -> dict[str, float | None]:
    """Add up a creator's days; for followers, take the last known number."""
    totals = {name: _total(rows, name) for name in ("views", *_PARTS)}
    views, parts = totals["views"], [totals[name] for name in _PARTS if totals[name] is not None]
    rate = None
    if views and len(parts) == len(_PARTS):
        rate = 100 * sum(part or 0 for part in parts) / views
    followers = [value for row in rows if (value := number(row.get("followers"))) is not None]
    return {**totals, "engagement_rate": rate, "followers": followers[-1] if followers else None}


def _run(
    to: Output, period: Period, by: _By, top: int | None, everybody: bool, **options: object
) -> None:
    most = operations.top_creators.bounds["limit"].maximum or 0
    if not everybody and top is not None and top > most:
        raise click.UsageError(f"--top goes up to {most}; with --all to any number")
    connection = Connection.of(options)
    with to.rows(_SHAPE) as rows, connection.client() as ca:
        first, today = days_up_to_now(ca, period)
        names = _everyone(ca) if everybody else _top(ca, period, top)
        if not everybody:
            what = f"The API names no top creators for --period {period}"
            rows.explain(f"{what}; rank all creators with --all")

        def figures_of(ids: list[str]) -> tuple[str, dict[str, float | None]]:
            (one,) = ids
            try:
                return one, _figures(ca.creators.analytics(one, first, today).rows)
            except NotFoundError:  # deleted since the list was read
                return one, _figures(())

        ranked: list[Row] = []
        with counting("creators", beside_rows=False) as done:
            done.expect(lambda: len(names))
            chunks = (([one], figures_of) for one in names)
            parts = Parts(chunks, concurrency=connection.concurrency, repeatable=True)
            for one, figures in parts:
                ranked.append({"id": one, "name": names[one], **figures})
                done.advance(1)
        ranked.sort(key=lambda row: _order(row, by))
        rows.write({"rank": n, **row} for n, row in enumerate(ranked[:top], 1))


def days_up_to_now(ca: CreatorAudit, period: Period) -> tuple[dt.date, dt.date]:
    """First and last day of a period that ends today by the server's clock."""
    now = server_time(ca.call(operations.whoami).headers)
    today = dt.datetime.fromtimestamp(now, dt.UTC).date()
    return today - dt.timedelta(days=int(period.removesuffix("d")) - 1), today


def _order(row: Row, by: _By) -> tuple[bool, float, str]:
    """Sort key, best first: a value before none, high before low, then by id."""
    value = cast("float | None", row[_BY[by]])
    return value is None, -(value or 0), str(row["id"])


def _everyone(ca: CreatorAudit) -> dict[str, str | None]:
    return {creator.id: creator.name for creator in ca.creators.list()}


def _top(ca: CreatorAudit, period: Period, top: int | None) -> dict[str, JSON]:
    found = ca.creators.top(period, limit=top)
    return {one.id: one.additional_properties.get("name") for one in found if one.id is not None}


leaderboard = command(
    "leaderboard",
    "Rank creators by their views or their engagement rate.\n\nWithout --all these are the top"
    " creators that the API names for the period; with it, all creators, which takes a request for"
    " each of them.",
    (
        "creatoraudit leaderboard",
        "creatoraudit leaderboard --period 7d --by engagement --top 5",
        "creatoraudit leaderboard --all --format csv > leaderboard.csv",
    ),
    _run,
    choice_option(
        "--period",
        of=operations.top_creators.bounds["period"].choices,
        says="The days that end today.",
        default="30d",
    ),
    choice_option(
        "--by",
        of=list(_BY),
        says="Views, or engagement rate: likes, comments and shares per 100 views.",
    ),
    click.option(
        "--top",
        type=Whole(1),
        metavar="N",
        help="Number of creators to show (default 10, at most 25; with --all, everyone).",
    ),
    click.option("--all", "everybody", is_flag=True, help="Rank all creators."),
)
