"""`creatoraudit export`: whole lists as files.

Decides the options and what is said at the end; everything else is `creatoraudit.export`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from creatoraudit_api import operations

from ..export._names import FORMATS, SOURCES, WHATS
from . import _output
from ._accounts import with_account
from ._click import Command, OneOf
from ._connect import Connection, connection_options
from ._options import Decorator, examples, from_contract, given

if TYPE_CHECKING:
    from .._results.breakouts import Progress
    from ..export import Exported, ExportProgress

_POSTS, _ACCOUNTS = operations.list_videos, operations.list_accounts
_FILTERS: Mapping[str, Decorator] = {
    "platform": from_contract(_POSTS, "platform", "One platform only."),
    "q": from_contract(_POSTS, "q", "Those with this text, regardless of case."),
    "is_active": from_contract(_POSTS, "is_active", "Active or paused.", "--active/--paused"),
    "account_id": from_contract(_POSTS, "account_id", "Posts of this account."),
    "creator_id": from_contract(_ACCOUNTS, "creator_id", "Accounts linked to this creator."),
    "category": from_contract(_ACCOUNTS, "category", "Accounts with this label."),
    # Each list sorts by fields of its own, so its name is checked when the list is known.
    "order_by": click.option("--order-by", metavar="NAME", help="Field to sort by."),
    "order_direction": from_contract(_POSTS, "order_direction", "Ascending or descending."),
}
_FIGURES: Mapping[str, Decorator] = {
    "source": click.option(
        "--source",
        type=OneOf(SOURCES),
        help="deltas, metrics: of which list; videos without it.",
    ),
    "windows": click.option(
        "--window",
        "windows",
        type=int,
        multiple=True,
        callback=lambda _context, _parameter, days: days or None,
        metavar="DAYS",
        help="deltas: look-back window, repeatable; 1, 7, 14 and 30 without it.",
    ),
    "via": click.option(
        "--via",
        type=OneOf(["post", "get"]),
        help="deltas: get for a key that may not POST.",
    ),
    "period": from_contract(
        operations.batch_video_metrics, "period", "metrics: preset; 30d without it."
    ),
    "start_date": click.option("--start-date", metavar="DAY", help="metrics: first UTC day."),
    "end_date": click.option("--end-date", metavar="DAY", help="metrics: last UTC day."),
}


def _not_stdout(_context: click.Context, _parameter: click.Parameter, out: str) -> str:
    if out == "-":
        raise click.BadParameter("an export is a file; for a pipe: creatoraudit videos list")
    return out


def _options(command: Callable[..., object]) -> Callable[..., object]:
    for option in reversed([*_FILTERS.values(), *_FIGURES.values()]):
        command = option(command)
    return command


@click.command(
    cls=Command,
    epilog=examples(
        "creatoraudit export videos --out videos.csv --sandbox",
        "creatoraudit export account-videos --platform tiktok --out posts.parquet",
        "creatoraudit export deltas --window 7 --window 30 --out exports/ --format jsonl",
    ),
)
@click.argument("what", type=OneOf(WHATS), metavar="WHAT")
@click.option(
    "--out",
    default=".",
    show_default="the current folder",
    callback=_not_stdout,
    metavar="DIR|FILE",
    help="A file, or a folder for one named after what it holds.",
)
@click.option(
    "--format",
    type=OneOf(FORMATS),
    help="Without it: what the suffix of FILE says; csv in a folder.",
)
@_options
@click.option("--raw", is_flag=True, help="csv: leave text that a spreadsheet would run as it is.")
@click.option("--overwrite", is_flag=True, help="Replace the file if it exists.")
@click.option("--restart", is_flag=True, help="Throw away what an interrupted export left.")
@connection_options
def export(*, what: Any, out: str, raw: bool, overwrite: bool, restart: bool, **more: Any) -> None:
    """Write a whole list, or the figures of all its items, into a file.

    WHAT is accounts, videos, account-videos or creators for a list, deltas or metrics for figures.

    The file appears when it is complete. Interrupted by whatever, the same command goes on where it
    was; until then the rows are in a folder beside the file, named like it with .partial.
    """
    from ..export import export as run

    chosen = given(more, [*_FILTERS, *_FIGURES, "format"])
    with Connection.of(more).client() as ca, _output.progress(what) as bar:
        chosen = with_account(ca, chosen)
        done = run(
            ca,
            what,
            out,
            raw=raw,
            overwrite=overwrite,
            restart=restart,
            on_progress=None if bar is None else _shown(bar),
            **chosen,
        )
    click.echo(_told(done), err=True)


def _shown(bar: Callable[[Progress], None]) -> Callable[[ExportProgress], None]:
    from .._results.breakouts import Progress

    return lambda now: bar(Progress(now.rows if now.total is None else now.total, 0, now.rows))


def _told(done: Exported) -> str:
    line = f"{done.rows:,} rows in {done.path}"
    if done.resumed:
        line += f", {done.resumed:,} of them from the run before"
    if done.not_found:
        line += f"; {done.not_found:,} without figures (found is false); another --source?"
    return line
