"""Prints results as JSON, JSON lines, CSV or tables, and shows progress.

Data goes to stdout, everything else to stderr. This module handles encodings and the width of the
terminal; the commands choose the columns.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial, wraps
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Protocol, Self, TypeAlias, TypeVar

import click
from attrs import evolve, frozen

from .._core.files import why_not_ours
from .._core.text import printable, shows_itself
from ..errors import CreatorAuditError
from ..export import _csv
from ..export._csv import Style
from . import _safe, _streams
from ._click import choice_option, together

if TYPE_CHECKING:
    from rich.text import Text

    from creatoraudit import Progress

Form: TypeAlias = Literal["table", "json", "jsonl", "csv"]
Row: TypeAlias = Mapping[str, object]
T = TypeVar("T")

FORMS: Sequence[Form] = ("table", "json", "jsonl", "csv")
_WIDTH_IN_A_PIPE = 120
_LONGEST_CELL = 60
_ROWS_PER_TABLE = 200
_NOTHING = "–"


class ReaderLeftError(Exception):
    """The reader of stdout has closed it. Nothing is left to do, and nothing is wrong."""


@contextmanager
def changing() -> Iterator[None]:
    """A block that changes resources one by one and continues when nobody reads its rows."""
    global _goes_on  # noqa: PLW0603 - there is one standard output
    _goes_on = True
    try:
        yield
    finally:
        _goes_on = False


_goes_on = False


def write(data: str | bytes) -> None:
    """Write text, or bytes in UTF-8 whatever the encoding of the terminal, to stdout.

    Raises:
        ReaderLeftError: The reader has closed it.
    """
    try:
        click.echo(data, nl=False, color=True)
    except OSError as error:
        if not _streams.reader_left(error):
            raise
        if not _goes_on:
            raise ReaderLeftError from None
        _streams.give_up_output()


def resumable(pages: Iterator[T], start: str | None, how: str) -> Iterator[T]:
    """Iterate over pages. An error says how to resume after the pages that were printed.

    Args:
        pages: The pages.
        start: The cursor of the first page.
        how: The option that takes a cursor, with `{}` for it.
    """
    try:
        yield from pages
    except CreatorAuditError as error:
        if error.resume_cursor not in (None, start):
            option = how.format(shlex.quote(error.resume_cursor or ""))
            where = "add to the same command" if start is None else "replace the cursor by"
            said = f"what was printed is complete so far; to resume, {where}:"
            click.echo(_safe.line(f"{said} {option}"), err=True)
        raise


def write_json(value: object) -> None:
    """Print one JSON value."""
    write(_safe.to_json(value) + b"\n")


def _csv_rows(names: Sequence[str], rows: Iterable[Row], style: Style) -> bytes:
    cells: Iterable[list[object]] = ([row.get(name) for name in names] for row in rows)
    if style != "raw":
        # As in exports, but safe for terminals, because a pipe may end in one.
        cells = ([_inert(value) for value in row] for row in cells)
    return _csv.lines(cells, style)


def _inert(value: object) -> object:
    if not isinstance(value, str) or shows_itself(value):
        return value
    return "\n".join(map(printable, value.split("\n")))


@frozen
class Column:
    """One column of a table.

    Attributes:
        title: Its heading.
        align: Alignment of its text.
        from_width: The narrowest terminal that shows the column.
        flexible: Whether it is cut with an ellipsis if the table is too wide.
        wrapped: Whether it goes on in the next line instead, so that no word of it is lost.
        show: How a value becomes text, if not in the usual way.
    """

    title: str
    align: Literal["left", "right"] = "left"
    from_width: int = 0
    flexible: bool = False
    wrapped: bool = False
    show: Callable[[object], str] | None = None

    def text(self, value: object) -> str:
        """The text of a cell in this column."""
        if value is None:
            return _NOTHING
        return _shown(value) if self.show is None else self.show(value)


class Linked(str):
    """Text with a link, for terminals that show links."""

    __slots__ = ("url",)

    def __new__(cls, text: str, url: str) -> Self:
        """Make a text with its link."""
        made = super().__new__(cls, text)
        made.url = url
        return made

    url: str


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Linked):
        return value
    return str(_safe.flat(value))


def _cell(text: str, *, wrapped: bool) -> Text:
    from rich.style import Style as Look
    from rich.text import Text

    link = Look(link=text.url) if isinstance(text, Linked) and _shows_links() else ""
    overflow: Literal["fold", "ellipsis"] = "fold" if wrapped else "ellipsis"
    return Text(_writable(_safe.line(text)), link, no_wrap=not wrapped, overflow=overflow)


# Variables by which terminals that show links identify themselves.
_LINKING = ("FORCE_HYPERLINK", "VTE_VERSION", "WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION")
_PROGRAMS = frozenset({"iTerm.app", "WezTerm", "vscode", "Hyper", "ghostty", "Tabby"})


def _shows_links() -> bool:
    """Whether the terminal is known to show links. Others might print the escape codes."""
    known = any(os.environ.get(name) for name in _LINKING)
    return known or os.environ.get("TERM_PROGRAM") in _PROGRAMS


def _writable(text: str) -> str:
    """Make text fit for the encoding of standard output."""
    return _safe.in_encoding(text, sys.stdout.encoding or "utf-8")


def write_table(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
    """Print a table no wider than the terminal. No cell is read as markup."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    # A file or a pipe has no width, so captions are not cut to 80 characters.
    console = Console(width=None if sys.stdout.isatty() else _WIDTH_IN_A_PIPE)
    shown = [n for n, column in enumerate(columns) if console.width >= column.from_width]
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in (columns[n] for n in shown):
        table.add_column(
            _writable(column.title),
            justify=column.align,
            no_wrap=not (column.flexible or column.wrapped),
            overflow="ellipsis",
            max_width=None if column.wrapped else _LONGEST_CELL,
        )
    for row in rows:
        table.add_row(*(_cell(row[n], wrapped=columns[n].wrapped) for n in shown))
    with console.capture() as printed:
        console.print(table)
    dropped = [column.title for column in columns if console.width < column.from_width]
    _tell_dropped(dropped, console.width)
    # Not by rich itself, which ends the process when the reader of a pipe is gone.
    write(_writable(printed.get()))


_dropped: list[str] = []


def _tell_dropped(titles: list[str], width: int) -> None:
    """Report once which columns do not fit the terminal."""
    if titles and sys.stdout.isatty() and titles != _dropped:
        _dropped[:] = titles
        said = f"too narrow for: {', '.join(titles)}; widen the terminal, or use --format"
        click.echo(textwrap.fill(said, width), err=True)


def check_ours(option: str, path: Path, name: str, mark: re.Pattern[bytes]) -> None:
    """Check that the file of an option is not somebody else's.

    Raises:
        click.UsageError: It would be lost.
    """
    if (why := why_not_ours(path, name, mark)) is not None:
        raise click.UsageError(f"{option} {_safe.line(str(path))} {why}")


def write_lines(lines: Iterable[str]) -> None:
    """Print lines of our own. Text from the API in them must already be safe."""
    write(_writable("".join(f"{line}\n" for line in lines)))


@frozen
class Shape:
    """The fields of the rows that a command prints.

    Attributes:
        names: All members that a row may have by the contract, as named in JSON and CSV.
        columns: The columns of a table.
        empty: Message on stderr when there are no rows, with what to do next.
    """

    names: Sequence[str]
    columns: Mapping[str, Column]
    empty: str = ""


@frozen
class Output:
    """The output options of a command."""

    form: Form
    style: Style
    fields: tuple[str, ...]

    def rows(self, shape: Shape, *, hold: bool = False) -> Rows:
        """Print rows as they arrive; with `hold`, a table is printed at the end.

        Raises:
            click.UsageError: A requested field does not exist.
        """
        return Rows(self, self._narrowed(shape), hold=hold)

    def one(self, shape: Shape) -> Callable[[Row], None]:
        """Make a function that prints one row: an object in JSON, a line per member in a table.

        Raises:
            click.UsageError: A requested field does not exist.
        """
        return partial(self._print_one, self._narrowed(shape))

    def _print_one(self, shape: Shape, row: Row) -> None:
        if self.form == "json":
            write_json(self.chosen(row))
        elif self.form == "table":
            plain = Column("value", flexible=True)
            named = {name: shape.columns.get(name, plain) for name in self.chosen(row)}
            lines = [(name, column.text(row.get(name))) for name, column in named.items()]
            write_table((Column("member", flexible=True), plain), lines)
        else:
            with Rows(self, shape) as rows:
                rows.write([row])

    def chosen(self, row: Row) -> Row:
        """The requested fields of a row; by default everything, including undeclared members."""
        return {name: row.get(name) for name in self.fields} if self.fields else dict(row)

    def _narrowed(self, shape: Shape) -> Shape:
        for name in self.fields:
            if name not in shape.names:
                known = ", ".join(shape.names)
                raise click.UsageError(f"--fields knows no {_safe.line(name)!r}; there is: {known}")
        if not self.fields:
            return shape
        columns = {name: shape.columns.get(name, Column(name)) for name in self.fields}
        always = {name: evolve(column, from_width=0) for name, column in columns.items()}
        return evolve(shape, names=self.fields, columns=always)


class Rows:
    """Prints rows in the requested format. Used as a context, whose exit completes the output.

    JSON, JSON lines and CSV are printed as they arrive. A table needs rows to find its widths, so a
    long one is printed in parts, each with a heading. After an exception it prints the rows it has,
    but leaves a JSON array open, so that nobody takes it for complete. `stream` says whether
    something is printed before the end, and `any` whether there was a row.
    """

    def __init__(self, to: Output, shape: Shape, *, hold: bool = False) -> None:
        self._to = to
        self._shape = shape
        self.stream = not (hold and to.form == "table")
        self._most = _ROWS_PER_TABLE if self.stream else None
        self._waiting: list[Row] = []
        self._empty = shape.empty
        self.any = False

    def __enter__(self) -> Self:
        return self

    def write(self, rows: Iterable[Row]) -> None:
        """Print rows, or keep them for the table."""
        block = list(rows)
        if self._to.form == "table":
            self._waiting += block
            if self._most is not None and len(self._waiting) >= self._most:
                self._table()
        elif block:
            write(self._head() + self._block(block))
        self.any = self.any or bool(block)

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._waiting:
            self._table()
        if exc is not None:
            return
        if self._to.form == "json":
            write(b"\n]\n" if self.any else b"[]\n")
        elif not self.any:
            write(self._head())
        if not self.any and self._empty:
            click.echo(self._empty, err=True)

    def explain(self, why: str) -> None:
        """Replace the message for no rows, unless `why` is empty."""
        self._empty = why or self._empty

    def _head(self) -> bytes:
        if self.any or self._to.form in ("table", "jsonl"):
            return b""
        return b"[" if self._to.form == "json" else _csv.heading(self._shape.names, self._to.style)

    def _block(self, block: Sequence[Row]) -> bytes:
        if self._to.form == "csv":
            return _csv_rows(self._shape.names, block, self._to.style)
        chosen = [self._to.chosen(row) for row in block]
        if self._to.form == "jsonl":
            return b"".join(_safe.to_json(row, indent=None) + b"\n" for row in chosen)
        # JSON strings contain no line breaks, so these are all between members.
        indented = [b"\n  " + _safe.to_json(row).replace(b"\n", b"\n  ") for row in chosen]
        return (b"," if self.any else b"") + b",".join(indented)

    def _table(self) -> None:
        columns = self._shape.columns
        write_table(
            list(columns.values()),
            [
                [column.text(row.get(name)) for name, column in columns.items()]
                for row in self._waiting
            ],
        )
        self._waiting.clear()


def _fields(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> tuple[str, ...]:
    del context, parameter
    return tuple(name.strip() for name in value.split(",")) if value else ()


_options = together(
    choice_option(
        "--format",
        "form",
        of=FORMS,
        says="How to print the result; jsonl is one JSON object per line.",
    ),
    click.option(
        "--fields",
        callback=_fields,
        metavar="NAMES",
        help="Only these members, in this order, such as id,username.",
    ),
    click.option(
        "--raw",
        is_flag=True,
        help="With csv: text exactly as it came. Without it, text that a spreadsheet would run as a"
        " formula gets a leading apostrophe.",
    ),
    click.option(
        "--excel",
        is_flag=True,
        help="With csv: for Excel, with ids that stay text and no formula behind any separator.",
    ),
)


def output_options(command: Callable[..., object]) -> Callable[..., object]:
    """Add the output options to a command, which receives an `Output` as `to`."""

    @wraps(command)
    def with_output(
        *args: object,
        form: Form,
        raw: bool,
        excel: bool,
        fields: tuple[str, ...],
        **others: object,
    ) -> object:
        style = _csv.style_of(raw=raw, excel=excel)
        if style != "plain" and form != "csv":
            raise click.UsageError(f"--{style} goes with --format csv")
        if style != "plain" and sys.stdout.isatty():
            raise click.UsageError(
                f"--{style} is not for a terminal, which obeys what others wrote; add: > FILE"
            )
        return command(*args, to=Output(form, style, fields), **others)

    return _options(with_output)


class Counting(Protocol):
    """Progress of a job that counts items."""

    def advance(self, by: int) -> None:
        """Add a number of finished items."""

    def expect(self, total: Callable[[], int | None]) -> None:
        """Set the total, which is computed only if progress is shown."""


class _Silent:
    def advance(self, by: int) -> None:
        pass

    def expect(self, total: Callable[[], int | None]) -> None:
        pass


@contextmanager
def counting(label: str, *, beside_rows: bool) -> Iterator[Counting]:
    """Show progress with rate and remaining time on stderr, if that is a terminal.

    With `beside_rows`, rows are printed meanwhile. If stdout is a terminal too, nothing is shown,
    because rows and progress would overwrite each other.
    """
    if not sys.stderr.isatty() or (beside_rows and sys.stdout.isatty()):
        yield _Silent()
        return
    from ._progress import Bar

    with Bar(label) as bar:
        yield bar


@contextmanager
def progress(label: str) -> Iterator[Callable[[Progress], None] | None]:
    """Show a progress bar on stderr while something runs, if stderr is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from ._progress import Bar

    with Bar(label) as bar:
        yield lambda now: bar.set(now.answered, now.listed)
