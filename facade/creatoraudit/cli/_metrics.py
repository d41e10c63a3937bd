"""`creatoraudit metrics` and `deltas`: print figures of any number of resources, by id.

Ids come from arguments and files. The library splits them into requests. Ids that are not found are
listed at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, TypeVar, get_args

import click
from attrs import evolve

from creatoraudit_api.models import Period, Platform

from .._core.arguments import resource_id
from .._core.urls import Reference, reference
from .._results.deltas import DEFAULT_WINDOWS, delta_row
from ..errors import UsageError
from ._accounts import METAVAR, Name, account_ids, names_in
from ._click import Group, OneOf
from ._connect import Connection
from ._options import (
    command,
    day_options,
    examples,
    file_option,
    given,
    ids_from,
    via_option,
    windows_option,
)
from ._output import Column, Output, Row, Shape, counting
from ._resource import SAMPLE_ID

if TYPE_CHECKING:
    from creatoraudit import AccountVideoMetrics, CreatorAudit, Metrics, VideoDeltas

T = TypeVar("T", bound="Metrics | VideoDeltas | AccountVideoMetrics")

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
    click.option(
        "--period",
        type=OneOf(get_args(Period)),
        help="Default 30d; or give both dates.",
    ),
    day_options,
)
_PERIOD_NAMES = ("period", "start_date", "end_date")
_NAMED_MISSING = 3


def _print(
    to: Output,
    shape: Shape,
    ids: Collection[object],
    parts: Iterable[T],
    rows_of: Callable[[T], list[Row]],
) -> int:
    """Print the rows of each part as it arrives.

    Returns:
        1 if none of the ids was found, else 0.
    """
    missing: list[object] = []
    printed = 0
    with to.rows(shape) as rows, counting("ids", beside_rows=True) as done:
        done.expect(lambda: len(ids))
        for part in parts:
            found = rows_of(part)
            rows.write(found)
            printed += len(found)
            # An account video that is not found is named with its platform.
            unknown = [one[1] if isinstance(one, tuple) else one for one in part.not_found]
            missing += unknown
            done.advance(len(found) + len(unknown))
    if missing:
        some = ", ".join(str(one) for one in missing[:_NAMED_MISSING])
        more = ", ..." if len(missing) > _NAMED_MISSING else ""
        click.echo(f"{len(missing):,} of {len(ids):,} not found: {some}{more}", err=True)
    if without := len(ids) - printed - len(missing):
        click.echo(f"{without:,} of {len(ids):,} have no figures for this period", err=True)
    return 1 if len(missing) == len(ids) else 0


def _of(plural: str, what: str) -> click.Command:
    accounts = plural == "accounts"

    def run(
        to: Output,
        ids: tuple[str, ...],
        file: BinaryIO | None,
        with_names: bool,
        **options: object,
    ) -> int:
        typed = ids_from(ids, file, reference if accounts else resource_id)
        period = given(options, _PERIOD_NAMES)
        with Connection.of(options).client() as ca:
            names = _names(ca, plural, typed, with_names)
            named = _naming(names)
            resource = ca.accounts if accounts else ca.videos
            parts = resource.stream_metrics(list(names), **period)
            return _print(
                to,
                _with_names(_SHAPE, names),
                names,
                parts,
                lambda part: [{**named(one), **totals.to_dict()} for one, totals in part.items()],
            )

    name = f"creatoraudit metrics {plural}"
    return command(
        plural,
        f"Show the totals of {what} over a period, for any number of ids.",
        (
            f"{name} {SAMPLE_ID} --period 7d",
            f"{name} --file ids.txt --period 90d --with-names",
        ),
        run,
        click.argument("ids", nargs=-1, metavar=f"[{METAVAR if accounts else 'ID'}]..."),
        file_option,
        _WITH_NAMES,
        *_PERIOD,
    )


_WITH_NAMES = click.option(
    "--with-names",
    is_flag=True,
    help="Also show platform and username, which takes one walk of the list.",
)


def _names(
    ca: CreatorAudit, plural: str, typed: Sequence[Reference], with_names: bool
) -> dict[str, Name | None]:
    """The ids, each once, with the names that are known."""
    ids = account_ids(ca, typed)
    if with_names:
        listed = names_in(ca, plural)
        return {one: known or listed.get(one) for one, known in ids.items()}
    return ids


def _with_names(shape: Shape, names: Mapping[str, Name | None]) -> Shape:
    """Add the name to the fields of rows if any row has one."""
    if not any(names.values()):
        return shape
    return evolve(
        shape,
        names=("id", *Name._fields, *shape.names[1:]),
        columns={
            "id": Column("id", from_width=100, flexible=True),
            "platform": Column("platform", from_width=60),
            "username": Column("username", flexible=True),
            **{name: column for name, column in shape.columns.items() if name != "id"},
        },
    )


def _naming(names: Mapping[str, Name | None]) -> Callable[[str], Row]:
    """Make the function that returns the id of a row, with its name if any row has one."""
    if not any(names.values()):
        return lambda one: {"id": one}
    nobody = Name(None, None)
    return lambda one: {"id": one, **(names.get(one) or nobody)._asdict()}


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
            parts,
            lambda part: [
                {"platform": one.platform, "id": one.id, **one.totals.to_dict()} for one in part
            ],
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
    *,
    to: Output,
    ids: tuple[str, ...],
    file: BinaryIO | None,
    windows: tuple[int, ...],
    via: Literal["post", "get"],
    with_names: bool,
    **options: object,
) -> int:
    typed = ids_from(ids, file, resource_id)
    asked = tuple(dict.fromkeys(windows)) or DEFAULT_WINDOWS
    columns = {f"delta_{days}d": Column(f"Δviews {days}d", "right") for days in asked}
    shape = Shape(("id", *columns), {"id": Column("id", flexible=True), **columns})
    with Connection.of(options).client() as ca:
        names = _names(ca, "videos", typed, with_names)
        named = _naming(names)
        parts = ca.videos.stream_deltas(list(names), windows=asked, via=via)
        return _print(
            to,
            _with_names(shape, names),
            names,
            parts,
            lambda part: [{**named(one), **delta_row(changes)} for one, changes in part.items()],
        )


deltas = command(
    "deltas",
    "Show how many views posts gained over the last days, for any number of ids.",
    (
        f"creatoraudit deltas {SAMPLE_ID} --window 7",
        "creatoraudit deltas --file ids.txt --window 7 --window 30 --format csv",
        "creatoraudit deltas --file ids.txt --with-names",
    ),
    _deltas,
    click.argument("ids", nargs=-1, metavar="[ID]..."),
    file_option,
    _WITH_NAMES,
    windows_option,
    via_option,
)
