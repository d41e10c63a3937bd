"""`creatoraudit export`: writes whole lists to files.

This module has the options and the final message; `creatoraudit.export` does the work.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from creatoraudit_api import operations

from .._core.files import path_text
from ..errors import CreatorAuditError
from ..export._names import COMPRESSIONS, FORMATS, SOURCES, WHATS
from . import _output, _safe, _streams
from ._accounts import nothing_passes, with_account
from ._click import Command, Decorator, OneOf, together
from ._connect import Connection, connection_options
from ._options import examples, from_contract, given

if TYPE_CHECKING:
    from .._results.breakouts import Progress
    from ..export import Exported, ExportProgress

STDOUT = "-"
_FLAGS = ("raw", "excel", "overwrite", "restart")
_POSTS, _ACCOUNTS = operations.list_videos, operations.list_accounts
_FILTERS: Mapping[str, Decorator] = {
    "platform": from_contract(_POSTS, "platform", "One platform only."),
    "q": from_contract(_POSTS, "q", "Those with this text, regardless of case."),
    "is_active": from_contract(_POSTS, "is_active", "Active or paused.", "--active/--paused"),
    "account_id": from_contract(_POSTS, "account_id", "Posts of this account."),
    "creator_id": from_contract(_ACCOUNTS, "creator_id", "Accounts linked to this creator."),
    "category": from_contract(_ACCOUNTS, "category", "Accounts with this label."),
    # Each list has its own sort fields, so the field is checked when the list is known.
    "order_by": click.option("--order-by", metavar="NAME", help="Field to sort by."),
    "order_direction": from_contract(_POSTS, "order_direction", "Ascending or descending."),
}
_FIGURES: Mapping[str, Decorator] = {
    "source": click.option(
        "--source",
        type=OneOf(SOURCES),
        help="deltas, metrics: the list whose items are asked about (default videos).",
    ),
    "windows": click.option(
        "--window",
        "windows",
        type=int,
        multiple=True,
        callback=lambda _context, _parameter, days: days or None,
        metavar="DAYS",
        help="deltas: look-back window; repeatable (default 1, 7, 14 and 30).",
    ),
    "with_counts": click.option(
        "--with-counts",
        is_flag=True,
        default=None,
        help="deltas: also the present counts of each post.",
    ),
    "via": click.option(
        "--via",
        type=OneOf(["post", "get"]),
        help="deltas: get for a key that may not POST.",
    ),
    "period": from_contract(
        operations.batch_video_metrics, "period", "metrics: preset period (default 30d)."
    ),
    "start_date": click.option("--start-date", metavar="DAY", help="metrics: first UTC day."),
    "end_date": click.option("--end-date", metavar="DAY", help="metrics: last UTC day."),
}


@click.command(
    cls=Command,
    epilog=examples(
        "creatoraudit export videos --out videos.csv --sandbox",
        "creatoraudit export account-videos --platform tiktok --out posts.parquet",
        "creatoraudit export deltas --window 7 --window 30 --out deltas.jsonl",
        "creatoraudit export accounts --excel --out accounts.csv --receipt json",
        "creatoraudit export videos --format jsonl --out - > videos.jsonl",
    ),
)
@click.argument("what", type=OneOf(WHATS), metavar="WHAT")
@click.option(
    "--out",
    default=".",
    show_default="the current folder",
    metavar="DIR|FILE",
    help="A file, or a folder for one named after what it holds; - is standard output. A name"
    " that ends with .gz is compressed.",
)
@click.option(
    "--format",
    type=OneOf(FORMATS),
    help="Default: what the suffix of FILE says; csv in a folder.",
)
@click.option(
    "--compression",
    type=OneOf(COMPRESSIONS),
    help="gzip or none for csv and jsonl; for parquet snappy (default), zstd, gzip or none.",
)
@together(*_FILTERS.values(), *_FIGURES.values())
@click.option("--raw", is_flag=True, help="csv: leave text that a spreadsheet would run as it is.")
@click.option("--excel", is_flag=True, help="csv: for Excel, with ids that stay text.")
@click.option("--overwrite", is_flag=True, help="Replace the file if it exists.")
@click.option("--restart", is_flag=True, help="Start again instead of resuming.")
@click.option(
    "--receipt",
    type=OneOf(["table", "json"]),
    help="Print what was written to standard output, or to standard error with --out -.",
)
@connection_options
def export(*, what: Any, out: str, receipt: str | None, **more: Any) -> None:
    """Write a whole list, or the figures of all its items, into a file.

    WHAT is accounts, videos, account-videos or creators for a list, deltas or metrics for figures.

    The file appears when it is complete. Until then its rows are kept in a folder beside it, named
    like it with .partial. If it is interrupted, run the same command again to resume.
    """
    from ..export import export as run

    chosen = given(more, [*_FILTERS, *_FIGURES, *_FLAGS, "format", "compression"])
    connection = Connection.of(more)
    if out == STDOUT and chosen.get("raw") and sys.stdout.isatty():
        raise click.UsageError("--raw is not for a terminal, which obeys what others wrote")
    if connection.sandbox and out != STDOUT and not chosen.get("restart"):
        _refuse_to_resume(out, what, chosen)
    with connection.client() as ca, _output.progress(what) as bar:
        try:
            done = run(
                ca,
                what,
                out,
                on_progress=None if bar is None else _shown(bar),
                **(resolved := with_account(ca, chosen)),
            )
        except CreatorAuditError as error:
            if connection.sandbox:
                error.message = _never_resumed(error.message)
            raise
        except KeyboardInterrupt as stopped:
            if connection.sandbox:
                raise KeyboardInterrupt(_never_resumed(str(stopped))) from None
            raise
        except OSError as error:
            if _streams.reader_left(error):
                raise _output.ReaderLeftError from None
            raise
        if not done.rows:
            items = chosen.get("source", "videos" if what in ("deltas", "metrics") else what)
            why = nothing_passes(ca, items, resolved)
            if why:
                click.echo(why, err=True)
    if receipt is not None:
        _print_receipt(what, done, receipt, err=out == STDOUT)
    elif out != STDOUT:
        click.echo(_told(done), err=True)


def _refuse_to_resume(out: str, what: str, chosen: Mapping[str, Any]) -> None:
    """Refuse to add to the rows of another server, even if that one had the same port.

    Raises:
        click.UsageError: There is an unfinished export.
    """
    from ..export._checkpoint import folder_for, is_unfinished
    from ..export._target import target_of

    path = target_of(
        path_text("out", out), what, chosen.get("format"), chosen.get("compression")
    ).path
    if path is not None and is_unfinished(folder := folder_for(path)):
        raise click.UsageError(_never_resumed(f"{folder} holds an unfinished export"))


def _never_resumed(message: str) -> str:
    """Warn that an interrupted export from a temporary sandbox cannot be resumed."""
    why = "the server of --sandbox ends with its command, so no export from it can be resumed"
    remedy = "add --restart, or start a server that stays: creatoraudit sandbox"
    return f"{message.partition(': run the same again')[0]}; {why}: {remedy}"


def _print_receipt(what: str, done: Exported, form: str, *, err: bool) -> None:
    size = done.path.stat().st_size if done.path.exists() else None
    receipt = {
        "what": what,
        "path": str(done.path),
        "rows": done.rows,
        "resumed": done.resumed,
        "not_found": done.not_found,
        "bytes": size,
    }
    text = _safe.to_json(receipt).decode()
    if form == "table":
        known = {name: value for name, value in receipt.items() if value is not None}
        text = "\n".join(f"{name:<9}  {_safe.line(str(value))}" for name, value in known.items())
    if err:
        click.echo(text, err=True)
    else:
        _output.write(f"{text}\n".encode())


def _shown(bar: Callable[[Progress], None]) -> Callable[[ExportProgress], None]:
    from .._results.breakouts import Progress

    return lambda now: bar(Progress(now.rows if now.total is None else now.total, 0, now.rows))


def _told(done: Exported) -> str:
    line = f"{done.rows:,} rows in {_safe.line(str(done.path))}"
    if done.resumed:
        line += f", {done.resumed:,} of them from the run before"
    if done.not_found:
        line += f"; {done.not_found:,} without figures (found is false); another --source?"
    return line
