"""`creatoraudit metrics` and `deltas`: figures of any number of resources, by id.

Ids come from arguments and files, and those that are not found are named at the end; the library
splits them into requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple, get_args

import click
from attrs import evolve

from .._core.arguments import Period, resource_id
from .._core.urls import Platform
from .._results.deltas import DEFAULT_WINDOWS
from ..errors import UsageError
from ._click import Group, OneOf, Whole
from ._connect import Connection
from ._options import command, examples, file_option, given, ids_from
from ._output import Column, Output, Row, Shape, counting
from ._resource import SAMPLE_ID

if TYPE_CHECKING:
    from creatoraudit import WindowedTotals

_TOTALS = ("views", "plays", "likes", "comments", "shares", "engagement")
_SHAPE = Shape(
    names=("id", *_TOTALS),
    columns={
        "id": Column("id", flexible=True),
        "views": Column("views", "right"),
        "plays": Column("plays", "right", from_width=110),
        "likes": Column("likes", "right", from_width=70),
        "comments": Column("comments", "right", from_width=90),
        "shares": Column("shares", "right", from_width=100),
        "engagement": Column("engagement", "right", from_width=80),
    },
)
_WITH_PLATFORM = evolve(
    _SHAPE,
    names=("platform", *_SHAPE.names),
    columns={"platform": Column("platform"), **_SHAPE.columns},
)
_PERIOD = (
    click.option("--period", type=OneOf(get_args(Period)), help="30d without it; or give days."),
    click.option("--start-date", metavar="DAY", help="First UTC day, such as 2026-06-01."),
    click.option("--end-date", metavar="DAY", help="Last UTC day, included."),
)
_PERIOD_NAMES = ("period", "start_date", "end_date")
_NAMED_MISSING = 3


class _Part(NamedTuple):
    """What one request brought."""

    rows: Sequence[Row]
    missing: Sequence[object]


def _row(one: object, totals: WindowedTotals) -> Row:
    return {"id": one, **totals.to_dict()}


def _print(to: Output, shape: Shape, ids: Sequence[object], parts: Iterable[_Part]) -> int:
    """Print the parts as they come.

    Returns:
        1 if none of the ids was found, else 0.
    """
    missing: list[object] = []
    printed = 0
    with to.rows(shape) as rows, counting("ids", beside_rows=True) as done:
        done.expect(lambda: len(ids))
        for part in parts:
            rows.write(part.rows)
            printed += len(part.rows)
            missing += part.missing
            done.advance(len(part.rows) + len(part.missing))
    if missing:
        some = ", ".join(str(one) for one in missing[:_NAMED_MISSING])
        more = ", ..." if len(missing) > _NAMED_MISSING else ""
        click.echo(f"{len(missing):,} of {len(ids):,} not found: {some}{more}", err=True)
    if without := len(ids) - printed - len(missing):
        click.echo(f"{without:,} of {len(ids):,} have no figures for this period", err=True)
    return 1 if len(missing) == len(ids) else 0


def _of(plural: str, what: str) -> click.Command:
    def run(to: Output, ids: tuple[str, ...], file: BinaryIO | None, **options: object) -> int:
        chosen = list(dict.fromkeys(ids_from(ids, file, resource_id)))
        period = given(options, _PERIOD_NAMES)
        with Connection.of(options).client() as ca:
            resource = ca.accounts if plural == "accounts" else ca.videos
            parts = resource.stream_metrics(chosen, **period)
            return _print(
                to,
                _SHAPE,
                chosen,
                (_Part([_row(*one) for one in part.items()], part.not_found) for part in parts),
            )

    name = f"creatoraudit metrics {plural}"
    return command(
        plural,
        f"Show the totals of {what} over a period, for any number of ids.",
        (
            f"{name} {SAMPLE_ID} --period 7d",
            f"{name} --file ids.txt --start-date 2026-06-01 --end-date 2026-06-14",
            f"creatoraudit {plural} list --fields id --format csv | {name} --file -",
        ),
        run,
        click.argument("ids", nargs=-1, metavar="[ID]..."),
        file_option,
        *_PERIOD,
    )


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise UsageError(f"an account video's id is a whole number, not {text!r:.60}") from None


def _account_videos(
    to: Output,
    ids: tuple[str, ...],
    file: BinaryIO | None,
    platform: Platform,
    **options: object,
) -> int:
    chosen = list(dict.fromkeys(ids_from(ids, file, _integer)))
    period = given(options, _PERIOD_NAMES)
    with Connection.of(options).client() as ca:
        asked: dict[str, Any] = {platform: chosen, **period}
        parts = ca.account_videos.stream_metrics(**asked)
        return _print(
            to,
            _WITH_PLATFORM,
            chosen,
            (
                _Part(
                    [{"platform": one.platform, **_row(one.id, one.totals)} for one in part],
                    [one for _, one in part.not_found],
                )
                for part in parts
            ),
        )


metrics = Group(
    "metrics",
    help="Totals over a period, for any number of ids.",
    epilog=examples(f"creatoraudit metrics videos {SAMPLE_ID} --period 7d"),
    commands={
        "accounts": _of("accounts", "accounts"),
        "videos": _of("videos", "posts that are tracked one by one"),
        "account-videos": command(
            "account-videos",
            "Show the totals of posts found through accounts over a period.\n\nThe ids are"
            " internal whole numbers; each platform has its own.",
            ("creatoraudit metrics account-videos --platform tiktok 712345 --period 7d",),
            _account_videos,
            click.argument("ids", nargs=-1, metavar="[NUMBER]..."),
            click.option(
                "--platform",
                type=OneOf(get_args(Platform)),
                required=True,
                help="Whose numbers they are.",
            ),
            file_option,
            *_PERIOD,
        ),
    },
)


def _deltas(
    to: Output,
    ids: tuple[str, ...],
    file: BinaryIO | None,
    windows: tuple[int, ...],
    via: Literal["post", "get"],
    **options: object,
) -> int:
    chosen = list(dict.fromkeys(ids_from(ids, file, resource_id)))
    asked = tuple(dict.fromkeys(windows)) or DEFAULT_WINDOWS
    columns = {f"delta_{days}d": Column(f"Δviews {days}d", "right") for days in asked}
    shape = Shape(("id", *columns), {"id": Column("id", flexible=True), **columns})
    with Connection.of(options).client() as ca:
        parts = ca.videos.stream_deltas(chosen, windows=asked, via=via)
        return _print(
            to,
            shape,
            chosen,
            (
                _Part(
                    [
                        {"id": one, **{f"delta_{key}": value for key, value in changes.items()}}
                        for one, changes in part.by_id.items()
                    ],
                    part.not_found,
                )
                for part in parts
            ),
        )


deltas = command(
    "deltas",
    "Show how many views posts gained over the last days, for any number of ids.",
    (
        f"creatoraudit deltas {SAMPLE_ID} --window 7",
        "creatoraudit deltas --file ids.txt --window 7 --window 30 --format csv",
        "creatoraudit videos list --fields id --format csv | creatoraudit deltas --file -",
    ),
    _deltas,
    click.argument("ids", nargs=-1, metavar="[ID]..."),
    file_option,
    click.option(
        "--window",
        "windows",
        type=Whole(1, 365),
        multiple=True,
        metavar="DAYS",
        help="Look-back window; repeatable, default 1, 7, 14 and 30.",
    ),
    click.option(
        "--via",
        type=OneOf(["post", "get"]),
        default="post",
        show_default=True,
        help="How to ask: get for a key that may not POST.",
    ),
)
