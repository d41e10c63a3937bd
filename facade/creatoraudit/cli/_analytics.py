"""`creatoraudit creators analytics`: daily figures of a creator's accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, get_args

import click

from creatoraudit_api.models import Period

from .._core.arguments import Day
from ._click import choice_option
from ._connect import Connection
from ._options import command, day_options
from ._output import Column, Output, Shape
from ._resource import SAMPLE_ID

if TYPE_CHECKING:
    from creatoraudit import JSON

# The members are not documented. Tables show these if the server sends them.
_SHOWN = ("date", "views", "likes", "comments", "shares", "followers")


def _shape(rows: list[Mapping[str, JSON]]) -> Shape:
    names = list(dict.fromkeys(name for row in rows for name in row))
    likely = [name for name in _SHOWN if name in names] or names
    return Shape(
        names=names,
        columns={name: Column(name, "left" if name == "date" else "right") for name in likely},
        empty="The API has no figures of this creator for these days.",
    )


def _run(
    to: Output,
    one: str,
    period: Period,
    start_date: str | None,
    end_date: str | None,
    **options: object,
) -> None:
    from ._leaderboard import days_up_to_now

    with Connection.of(options).client() as ca:
        days: tuple[Day | None, Day | None] = (start_date, end_date)
        if days == (None, None):
            days = days_up_to_now(ca, period)
        rows = list(ca.creators.analytics(one, *days))
    with to.rows(_shape(rows)) as printed:
        printed.write(rows)


analytics = command(
    "analytics",
    "Show what the accounts of one creator did, day by day.",
    (f"creatoraudit creators analytics {SAMPLE_ID}",),
    _run,
    click.argument("one", metavar="ID"),
    choice_option(
        "--period",
        of=get_args(Period),
        says="The days that end today; or give both dates.",
        default="30d",
    ),
    day_options,
)
