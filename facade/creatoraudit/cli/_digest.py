"""`creatoraudit digest`: headline figures compared with the period before, and top creators.

Each figure, of the organization or of a top creator, is a row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

import click

from creatoraudit_api.models import Period

from .._results.breakouts import span_of
from ..report import Digest, Provenance, _words
from ..report._digest import CREATOR_FIGURES, FIGURES
from . import _output
from ._click import Command, choice_option, number_option
from ._connect import Connection, connection_options
from ._options import examples
from ._output import Column, Output, Row, Shape, output_options
from ._report import Reports, report_options

_NAMES = ("section", "rank", "id", "name", "figure", "current", "previous", "change_pct")
_SHAPE = Shape(_NAMES, {name: Column(name) for name in _NAMES})


@click.command(
    cls=Command,
    epilog=examples(
        "creatoraudit digest --sandbox",
        "creatoraudit digest --period 30d --top 10 --html digest.html",
        "creatoraudit digest --markdown",
    ),
)
@choice_option(
    "--period",
    of=get_args(Period),
    says="The days up to now, compared with as many days before.",
    default="7d",
)
@number_option("--top", 1, 25, default=5, says="Number of top creators to show.")
@output_options
@report_options
@connection_options
def digest(*, period: Period, top: int, to: Output, reports: Reports, **connection: object) -> None:
    """Show the headline figures of a period, their change, and the top creators."""
    rows = to.rows(_SHAPE, hold=True)
    server = Connection.of(connection)
    with server.client() as ca:
        result = Digest(period, ca.overview(period), ca.creators.top(period, limit=top))
        about = reports.provenance(ca, to, server.org)
    reports.deliver(result, about, lambda: _print(result, about, to, rows))


def _print(result: Digest, about: Provenance, to: Output, rows: _output.Rows) -> None:
    if to.form == "json" and not to.fields:
        covers = span_of(result.covers(_words.moment(about.as_of)))
        told = {"provenance": about.to_dict(), "covers": covers}
        _output.write_json(told | result.to_dict())
    elif to.form == "table" and not to.fields:
        _tables(result)
    else:
        with rows:
            rows.write(_rows(result))


def _rows(result: Digest) -> Iterator[Row]:
    for figure in result.figures:
        yield {
            **dict.fromkeys(_NAMES),
            "section": "overview",
            "figure": figure.name,
            "current": figure.current,
            "previous": figure.previous,
            "change_pct": figure.change_pct,
        }
    for creator in result.ranked:
        # A creator without figures still has a row.
        known: Sequence[tuple[str | None, float | None]] = [*creator.figures.items()]
        for name, value in known or [(None, None)]:
            yield {
                **dict.fromkeys(_NAMES),
                "section": "top_creators",
                "rank": creator.rank,
                "id": creator.id,
                "name": creator.name,
                "figure": name,
                "current": value,
            }


def _tables(result: Digest) -> None:
    span = _words.days(result.days)
    _output.write_table(
        (
            Column("figure", flexible=True),
            Column(f"last {span}", "right"),
            Column(f"{span} before", "right", from_width=60),
            Column("change", "right"),
        ),
        [
            (
                FIGURES[figure.name],
                _words.count(figure.current),
                _words.count(figure.previous),
                _words.change(figure.change_pct),
            )
            for figure in result.figures
        ],
    )
    _output.write_lines([""])
    if not result.creators:
        _output.write_lines(["No top creators: create some, and link accounts to them."])
        return
    _output.write_table(
        (
            Column("#", "right"),
            Column("top creators", flexible=True),
            *(Column(CREATOR_FIGURES[name].lower(), "right") for name in result.creator_figures),
        ),
        [
            (
                str(creator.rank),
                creator.name or creator.id or _words.NOTHING,
                *(_words.count(creator.figures.get(name)) for name in result.creator_figures),
            )
            for creator in result.ranked
        ],
    )
