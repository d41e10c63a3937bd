"""The course of an export: walk, collect, join, move into place.

A part is written after some pages, and when something goes wrong. Every way out leaves the folder
of parts such that the same call resumes from there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, Unpack

from attrs import define, field, frozen

from creatoraudit_api.models import MetricsPeriod

from .._core.arguments import Day
from .._core.files import move, new_file
from .._core.seen import Seen, digest_of
from .._results.pages import Page
from .._results.tables import Table, metadata
from .._sync.client import CreatorAudit
from .._sync.deltas import Via
from .._sync.pager import PageFetcher, Prefetch
from ..errors import CreatorAuditError, UsageError, ValidationError
from ._checkpoint import FILE, Checkpoint, Position, Stage, failures_told
from ._csv import style_of
from ._forms import Form, form_of
from ._names import Compression, Format, Source, What
from ._subjects import Ask, ListFilters, Subject, rows_of, subject_of
from ._target import STDOUT, Target, target_of

if TYPE_CHECKING:
    from .._sync.operations import Operations

# Rows after which a part ends, with the page it is in. What a kill costs is the requests for them.
PART_ROWS = 2_000


@frozen
class Exported:
    """A finished export.

    Attributes:
        path: The file.
        rows: Rows in it.
        resumed: Those of them that an interrupted run had left.
        not_found: Those of them whose item the deltas or metrics endpoint does not know.
    """

    path: Path
    rows: int
    resumed: int
    not_found: int


@frozen
class ExportProgress:
    """How far an export is.

    Attributes:
        rows: Rows so far, those of an interrupted run included.
        total: Length of the list, if the server tells it.
    """

    rows: int
    total: int | None


class Taken(NamedTuple):
    """A page that waits to be written."""

    content: Any
    ids: Sequence[bytes]
    not_found: int
    cursor: str | None


def export(
    client: CreatorAudit,
    what: What,
    out: str | os.PathLike[str] = ".",
    *,
    format: Format | None = None,  # noqa: A002 - what everybody calls it
    source: Source | None = None,
    windows: Iterable[int] | None = None,
    via: Via | None = None,
    period: MetricsPeriod | None = None,
    start_date: Day | None = None,
    end_date: Day | None = None,
    raw: bool = False,
    excel: bool = False,
    compression: Compression | None = None,
    with_counts: bool = False,
    overwrite: bool = False,
    restart: bool = False,
    on_progress: Callable[[ExportProgress], object] | None = None,
    **filters: Unpack[ListFilters],
) -> Exported:
    """Write a whole list, or figures of all its items, into a file.

    The file appears when it is complete. Until then its rows are kept in a folder beside it, named
    like it with `.partial` at the end: when anything interrupts the export, the same call resumes
    there, and no item is written twice. Joining the parts takes room for the file once more.

    Args:
        client: Where from. It is used, not closed.
        what: `"accounts"`, `"videos"`, `"account-videos"` or `"creators"`: the items of that list.
            `"deltas"` or `"metrics"`: a row per item with its figures.
        out: A file, or a folder for a file named after `what` and `format`. A name without a suffix
            is a folder; folders are made. `"-"` is standard output, where nothing can be resumed.
        format: `"csv"`, `"jsonl"` or `"parquet"`; when absent, the file's suffix, and `"csv"` in a
            folder.
        source: For deltas `"videos"` (when absent) or `"account-videos"`; for metrics `"videos"`
            (when absent) or `"accounts"`.
        windows: For deltas: look-back windows in days, 1 to 365, at most 10; 1, 7, 14 and 30 when
            absent.
        via: For deltas: `"post"` (when absent), or `"get"` for a key that may not POST.
        period: For metrics: `"7d"`, `"30d"` (the server's default) or `"90d"`; or give both days.
        start_date: For metrics: first UTC day, included.
        end_date: For metrics: last UTC day, included.
        raw: For CSV: leave text as it is that a spreadsheet would take for a formula.
        excel: For CSV: write it for Excel, with a byte order mark, ids that stay text, and no
            formula behind any separator.
        compression: For CSV and JSON lines `"gzip"` or `"none"` (when absent, unless the name of
            the file ends with `.gz`); for Parquet `"snappy"` (when absent),
            `"zstd"`, `"gzip"` or `"none"`.
        with_counts: For deltas: also the present counts of each post, such as `view_count`.
        overwrite: Replace the file if it exists.
        restart: Throw away what an interrupted export left, instead of going on with it.
        on_progress: Called after each page.
        **filters: As for the `list` method; see `ListFilters`.

    Returns:
        Where the rows are and how many.

    Raises:
        UsageError: An argument is wrong, the file exists, another process writes it, or an
            unfinished export of something else is in the way.
        ConfigurationError: The format needs a library that is not installed.
        ExportError: The file system refused something, for instance because it is full.
        CreatorAuditError: As described in `creatoraudit.errors`; what was fetched is kept.

    Example:
        >>> export(ca, "videos", "videos.jsonl", platform="tiktok").rows

    Docs: https://docs.creatoraudit.com/examples/curl
    """
    given: object = client
    if not isinstance(given, CreatorAudit):
        raise UsageError(f"export() takes a CreatorAudit, not {type(given).__name__}")
    style = style_of(raw=raw, excel=excel)
    target = target_of(_path(out), what, format, compression)
    subject = subject_of(
        what,
        {
            "source": source,
            "windows": windows,
            "via": via,
            "period": period,
            "start_date": start_date,
            "end_date": end_date,
            "with_counts": with_counts or None,
        },
    )
    form = form_of(target, subject.columns, style)
    operations = client._operations
    ask = None if subject.asker is None else subject.asker(operations)
    job = _Job(operations, subject, ask, form, filters, on_progress)
    job.pages()  # refuses a wrong filter before anything is sent or written
    path = target.path
    if path is None:
        job.organization = str(client.whoami().organization_id)
        return job.stream(target)
    folder = path.with_name(f"{path.name}.partial")
    if path.exists() and not overwrite and not (folder / FILE).exists():
        raise _exists(path)
    organization = client.whoami().organization_id
    job.organization = str(organization)
    identity = {
        "subject": what,
        "base URL": client._origin.url,
        "organization": organization,
        "filters": dict(sorted(filters.items())),
        "format": target.format,
        "options": {**subject.asked, "style": style, "compression": target.compression},
        "columns": dict(subject.columns),
    }
    # A complete file that is gone from its place is as good as one to be replaced.
    anew = overwrite or not path.exists()
    with Checkpoint(folder, identity, restart=restart, overwrite=anew) as checkpoint:
        return job.run(checkpoint, target, path, overwrite=overwrite)


def _path(out: object) -> str:
    try:
        text = os.fsdecode(out)  # type: ignore[arg-type]  # whether it can is the question
        return os.path.expanduser(text)  # noqa: PTH111 - a Path loses the slash at its end
    except TypeError:
        raise UsageError(f"out must be a path, not {type(out).__name__}") from None


def _exists(path: Path) -> UsageError:
    return UsageError(f"{path} exists; pass overwrite=True to replace it")


@contextmanager
def _on_disk(path: Path, mode: int) -> Iterator[BinaryIO]:
    """A new file, which has reached the disk afterwards."""
    with new_file(path, mode) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@define
class _Job:
    """One call of `export`."""

    operations: Operations
    subject: Subject
    ask: Ask | None
    form: Form
    filters: ListFilters
    on_progress: Callable[[ExportProgress], object] | None
    organization: str = ""
    total: int | None = None
    rows: int = 0
    saved: int = 0
    seen: Seen = field(factory=Seen)
    waiting: list[Taken] = field(factory=list)
    any_new: bool = True

    def pages(self, cursor: str | None = None) -> PageFetcher[object]:
        """The list from a cursor on."""
        arguments = {**self.filters, "cursor": cursor}
        operation = self.subject.operation
        return PageFetcher(self.operations, operation, arguments, {}, strict=True)

    def run(
        self, checkpoint: Checkpoint, target: Target, path: Path, *, overwrite: bool
    ) -> Exported:
        """Go on where the checkpoint is, to the end."""
        if path.exists() and not overwrite and not checkpoint.delivered:
            raise _exists(path)
        resumed = checkpoint.position.rows
        try:
            with failures_told(path):
                self._walk(checkpoint)
                self._finish(checkpoint, target, path)
        except CreatorAuditError as error:
            error.message = f"{error.message}; {_kept(checkpoint)}"
            raise
        except KeyboardInterrupt:
            raise KeyboardInterrupt(f"interrupted; {_kept(checkpoint)}") from None
        position = checkpoint.position
        return Exported(path, position.rows, resumed, position.not_found)

    def stream(self, target: Target) -> Exported:
        """Write the rows to standard output as they come; nothing is kept."""
        if self.on_progress is not None:
            self.total = self.pages().count()
        output = sys.stdout.buffer
        missing = 0
        with target.compressed(output) as packed:
            self.form.join(packed, (), {})
            source = self.pages()
            with Prefetch[object](1) as ahead:
                ahead.follow(source, source.walk())
                while (arrival := ahead.next()) is not None:
                    self._take(arrival.page())
                    missing += sum(page.not_found for page in self.waiting)
                    self.form.write(packed, [page.content for page in self.waiting])
                    self.waiting = []
                    packed.flush()
        output.flush()
        return Exported(Path(STDOUT), self.rows, 0, missing)

    def _walk(self, checkpoint: Checkpoint) -> None:
        self.seen = checkpoint.seen()
        self.rows = self.saved = checkpoint.position.rows
        if self.on_progress is not None and checkpoint.position.stage == "walking":
            self.total = self.pages().count()
        while checkpoint.position.stage == "walking":
            try:
                self._follow(checkpoint)
            except ValidationError as error:
                self._save(checkpoint)
                # A cursor that is refused again before anything new has come would be for ever.
                if error.resume_cursor is None or not self.any_new:
                    raise
                self.any_new = False
                checkpoint.note(checkpoint.position._replace(cursor=None))
            except (CreatorAuditError, KeyboardInterrupt):
                self._save(checkpoint)
                raise

    def _follow(self, checkpoint: Checkpoint) -> None:
        source = self.pages(checkpoint.position.cursor)
        with Prefetch[object](1) as ahead:
            ahead.follow(source, source.walk())
            while (arrival := ahead.next()) is not None:
                self._take(arrival.page())
                if self.rows - self.saved >= PART_ROWS:
                    self._save(checkpoint)
        self._save(checkpoint)

    def _take(self, page: Page[object]) -> None:
        listed = page._table()
        items = listed.rows
        platform = self.filters.get("platform")
        if platform is not None and page.filters.get("platform") != platform:
            items = [item for item in items if item.get("platform") == platform]
        digests = [digest_of(item.get("id")) for item in items]
        new = [one for one in zip(digests, items, strict=True) if self.seen.add(one[0])]
        rows = rows_of([item for _, item in new], self.subject, self.ask)
        missing = 0 if self.ask is None else sum(row["found"] is False for row in rows)
        ids = [digest for digest, _ in new]
        content = self.form.encode(Table(rows, self.subject.columns, origin=listed.origin))
        self.waiting.append(Taken(content, ids, missing, page.next_cursor))
        self.rows += len(new)
        self.any_new = self.any_new or bool(new)
        if self.on_progress is not None:
            self.on_progress(ExportProgress(self.rows, self.total))

    def _save(self, checkpoint: Checkpoint) -> None:
        """Write what waits as a part, unless an attempt that Ctrl-C cut short has done so."""
        checkpoint.refresh()
        if self.waiting and checkpoint.position.rows == self.saved:
            ids = [digest for page in self.waiting for digest in page.ids]
            if ids:
                with _on_disk(checkpoint.part(checkpoint.parts), 0o600) as file:
                    self.form.write(file, [page.content for page in self.waiting])
            cursor = self.waiting[-1].cursor
            not_found = checkpoint.position.not_found
            not_found += sum(page.not_found for page in self.waiting)
            stage: Stage = "walked" if cursor is None else "walking"
            checkpoint.note(Position(self.saved + len(ids), not_found, cursor, stage), ids)
        # In this order: cut short between the two, nothing is written again.
        self.waiting = []
        self.saved = checkpoint.position.rows

    def _finish(self, checkpoint: Checkpoint, target: Target, path: Path) -> None:
        if checkpoint.position.stage == "walked":
            # What is moved to its place is as readable as any file that its owner makes.
            with _on_disk(checkpoint.joined, 0o666) as file:
                parts = [checkpoint.part(number) for number in range(checkpoint.parts)]
                with target.compressed(file) as packed:
                    self.form.join(packed, parts, metadata(self.organization))
            checkpoint.note(checkpoint.position._replace(stage="joined"))
        if not checkpoint.delivered:
            move(checkpoint.joined, path)
        checkpoint.discard()


def _kept(checkpoint: Checkpoint) -> str:
    rows = checkpoint.position.rows
    return f"{rows:,} rows are kept in {checkpoint.folder}: run the same again to resume"
