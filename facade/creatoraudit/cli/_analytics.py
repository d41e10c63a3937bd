"""`creatoraudit creators analytics`: what a creator's accounts did, day by day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from ._connect import Connection
from ._options import command
from ._output import Column, Output, Shape
from ._resource import SAMPLE_ID

if TYPE_CHECKING:
    from creatoraudit import JSON

# The members are not documented; these are what tables show of those that come.
_DAYS = "--start-date 2026-06-01 --end-date 2026-06-14"
_SHOWN = ("date", "views", "likes", "comments", "shares", "followers")


def _shape(rows: list[Mapping[str, JSON]]) -> Shape:
    names = list(dict.fromkeys(name for row in rows for name in row))
    likely = [name for name in _SHOWN if name in names] or names
    return Shape(
        names=names,
        columns={name: Column(name, "left" if name == "date" else "right") for name in likely},
        empty="The API has no figures of this creator for these days.",
    )


def _run(to: Output, one: str, start_date: str, end_date: str, **options: object) -> None:
    with Connection.of(options).client() as ca:
        rows = list(ca.creators.analytics(one, start_date, end_date))
    with to.rows(_shape(rows)) as printed:
        printed.write(rows)


analytics = command(
    "analytics",
    "Show what the accounts of one creator did between two days.",
    (f"creatoraudit creators analytics {SAMPLE_ID} --start-date 2026-06-01 --end-date 2026-06-14",),
    _run,
    click.argument("one", metavar="ID"),
    click.option(
        "--start-date", required=True, metavar="DAY", help="First UTC day, such as 2026-06-01."
    ),
    click.option("--end-date", required=True, metavar="DAY", help="Last UTC day, included."),
)
