"""How results leave the process: JSON, CSV, tables; and progress while they are being made.

Decides where things go (data to stdout, everything else to stderr), in which encoding, and what
fits a terminal of a given width. What a column holds is the command's business.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

import click
from attrs import frozen

from . import _safe

if TYPE_CHECKING:
    from creatoraudit import Progress


class ReaderLeftError(Exception):
    """Whoever read our stdout has closed it: there is nothing left to do, and nothing wrong."""


_WIDTH_IN_A_PIPE = 120
_LONGEST_CELL = 60


def write(data: str | bytes) -> None:
    """Send text, or bytes that are UTF-8 whatever the terminal is set to, to stdout.

    Raises:
        ReaderLeftError: Nobody reads it any more.
    """
    try:
        click.echo(data, nl=False, color=True)
    except BrokenPipeError:
        raise ReaderLeftError from None


def write_json(value: object) -> None:
    """Print one JSON value."""
    write(_safe.to_json(value) + b"\n")


def write_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Print CSV with a header line. Text cells cannot become formulas."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_safe.cell(row[column]) for column in columns] for row in rows)
    write(text.getvalue().encode())


@frozen
class Column:
    """One column of a table.

    Attributes:
        title: Its heading.
        align: Where its text sits.
        from_width: The narrowest terminal that shows it.
        flexible: Whether it gives way, cut with an ellipsis, when the table is too wide.
    """

    title: str
    align: Literal["left", "right"] = "left"
    from_width: int = 0
    flexible: bool = False


def write_table(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
    """Print a table no wider than the terminal. No cell is read as markup."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # A file or a pipe has no width; one that holds a caption is of more use than one of 80.
    console = Console(width=None if sys.stdout.isatty() else _WIDTH_IN_A_PIPE)
    shown = [n for n, column in enumerate(columns) if console.width >= column.from_width]
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in (columns[n] for n in shown):
        table.add_column(
            column.title,
            justify=column.align,
            no_wrap=not column.flexible,
            overflow="ellipsis",
            max_width=_LONGEST_CELL,
        )
    for row in rows:
        cells = (_safe.line(row[n]) for n in shown)
        table.add_row(*(Text(cell, no_wrap=True, overflow="ellipsis") for cell in cells))
    with console.capture() as printed:
        console.print(table)
    # Not by rich itself, which ends the process when the reader of a pipe has gone.
    write(printed.get())


def write_lines(lines: Iterable[str]) -> None:
    """Print lines of our own; a stranger's words in them must have been made inert."""
    write("".join(f"{line}\n" for line in lines))


@contextmanager
def progress(label: str) -> Iterator[Callable[[Progress], None] | None]:
    """A progress bar on stderr while something runs; None, and silence, if that is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task(label, total=None)
        yield lambda now: bar.update(task, total=now.listed, completed=now.answered)
