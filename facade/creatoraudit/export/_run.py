"""Runs an export: walks the list, collects parts, joins them and moves the file to its path.

A part is written after some pages, and when something fails. However the export ends, the same call
resumes from the folder of parts.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

from attrs import define, field, frozen

from creatoraudit_api.models import MetricsPeriod

from .._core.arguments import Day
from .._core.files import file_exists, move, on_disk, path_text
from .._core.seen import Seen, digest_of
from .._results.columns import Row
from .._results.pages import Page, RawPage, Walk
from .._results.tables import Origin, Table, metadata
from .._sync.client import CreatorAudit
from .._sync.deltas import Via
from .._sync.io import Job, Pool
from .._sync.pager import PageFetcher, Prefetch, begin_walks, undecoded
from ..errors import CreatorAuditError, UsageError, ValidationError
from ._checkpoint import Checkpoint, Position, failures_told, folder_for, is_unfinished
from ._csv import style_of
from ._forms import Form, form_of
from ._names import Compression, Format, Source, What
from ._subjects import Ask, ListFilters, Subject, rows_of, subject_of
from ._target import STDOUT, Target, target_of

if TYPE_CHECKING:
    from .._sync.operations import Operations

# A part ends with the page that reaches this many rows. A kill loses at most the requests for them.
PART_ROWS = 2_000


@frozen
class Exported:
    """A finished export.

    Attributes:
        path: The file.
        rows: Number of rows.
        resumed: Rows among them from an interrupted run.
        not_found: Rows among them whose item the deltas or metrics endpoint does not know.
    """

    path: Path
    rows: int
    resumed: int
    not_found: int


@frozen
class ExportProgress:
    """Progress of an export.

    Attributes:
        rows: Rows so far, including those of an interrupted run.
        total: Length of the list, if the server returns it.
    """

    rows: int
    total: int | None


class Taken(NamedTuple):
    """A page that waits to be written."""

    content: Any
    ids: Sequence[bytes]
    not_found: int
    cursor: str | None


@define
class Branch:
    """One walk of an export: over the whole list, or over the items of one platform.

    Attributes:
        number: Position of the walk, which orders the rows in the file.
        platform: The platform; None for the whole list.
        waiting: Pages that are not in parts yet.
    """

    number: int
    platform: str | None
    waiting: list[Taken] = field(factory=list)


class Met(NamedTuple):
    """The new items of a page, whose figures may be on their way.

    Attributes:
        branch: The walk that met them.
        items: The items.
        ids: Their digests.
        figures: The call that asks for their figures; None for a list.
        origin: Where they came from.
        cursor: Cursor of the page after theirs.
    """

    branch: Branch
    items: Sequence[Row]
    ids: Sequence[bytes]
    figures: Job[Mapping[str, Row]] | None
    origin: Origin | None
    cursor: str | None

    @property
    def ready(self) -> bool:
        """Whether nothing is missing."""
        return self.figures is None or self.figures.done


class PageSource(NamedTuple):
    """Where the pages of a branch come from; the first one may have been fetched."""

    branch: Branch
    fetcher: PageFetcher[object]
    walk: Walk
    page: RawPage[object] | None = None

    def pages(self, opened: ExitStack) -> Iterator[RawPage[object]]:
        """The pages, fetched ahead until `opened` is left."""
        ahead = opened.enter_context(Prefetch(1, undecoded))
        if not self.walk.ended:
            ahead.follow(self.fetcher, self.walk)
        return chain(() if self.page is None else (self.page,), iter(ahead.next, None))


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

    The file appears when it is complete. Until then, its rows are in the folder `<file>.partial`
    beside it. If the export is interrupted, the same call resumes there, and no item is written
    twice. Joining the parts needs disk space for the file a second time.

    A long list (ten pages or more) is walked per platform, side by side. Its file has all items of
    the first platform, then all of the next, each in the order of the list. To get a long list in
    the list's own order, pass `sort` or `order_by`.

    Args:
        client: The client to use. It is not closed.
        what: `"accounts"`, `"videos"`, `"account-videos"` or `"creators"`: the items of that list.
            `"deltas"` or `"metrics"`: a row per item with its figures.
        out: A file, or a folder for a file named after `what` and `format`. A name without a suffix
            is a folder; folders are created. `"-"` is standard output, which cannot be resumed.
        format: `"csv"`, `"jsonl"` or `"parquet"`. Defaults to the suffix of the file, or to `"csv"`
            in a folder.
        source: For deltas: `"videos"` (default) or `"account-videos"`. For metrics: `"videos"`
            (default) or `"accounts"`.
        windows: For deltas: look-back windows in days, 1 to 365, at most 10. Defaults to 1, 7, 14
            and 30.
        via: For deltas: `"post"` (default), or `"get"` for a key that may not POST.
        period: For metrics: `"7d"`, `"30d"` (the server's default) or `"90d"`; or give both days.
        start_date: For metrics: first UTC day, included.
        end_date: For metrics: last UTC day, included.
        raw: For CSV: do not change text that a spreadsheet would take for a formula.
        excel: For CSV: write it for Excel, with a byte order mark, ids that stay text, and no
            formula after any separator.
        compression: For CSV and JSON lines: `"gzip"` or `"none"`. Defaults to gzip for a file
            name that ends with `.gz`. For Parquet: `"snappy"` (default), `"zstd"`, `"gzip"` or
            `"none"`.
        with_counts: For deltas: also the current counts of each post, such as `view_count`.
        overwrite: Replace the file if it exists.
        restart: Discard the rows of an interrupted export instead of resuming it.
        on_progress: Called after each page.
        **filters: As for the `list` method; see `ListFilters`.

    Returns:
        The file and the number of rows in it.

    Raises:
        UsageError: An argument is wrong, the file exists, another process writes it, or an
            unfinished export of something else is in the way.
        ConfigurationError: The format needs a library that is not installed.
        ExportError: The file cannot be written, for example because the disk is full.
        CreatorAuditError: As described in `creatoraudit.errors`. Fetched rows are kept.

    Example:
        >>> export(ca, "videos", "videos.jsonl", platform="tiktok").rows

    Docs: https://docs.creatoraudit.com/examples/curl
    """
    given: object = client
    if not isinstance(given, CreatorAudit):
        raise UsageError(f"export() takes a CreatorAudit, not {type(given).__name__}")
    style = style_of(raw=raw, excel=excel)
    target = target_of(path_text("out", out), what, format, compression)
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
    job.fetcher()  # refuses a wrong filter before anything is sent or written
    path = target.path
    if path is None:
        job.organization = str(client.whoami().organization_id)
        return job.stream(target)
    folder = folder_for(path)
    if path.exists() and not overwrite and not is_unfinished(folder):
        raise file_exists(path)
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
    # A complete file that was deleted since is treated like one to be replaced.
    anew = overwrite or not path.exists()
    with Checkpoint(folder, identity, restart=restart, overwrite=anew) as checkpoint:
        return job.run(checkpoint, target, path, overwrite=overwrite)


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
    branches: list[Branch] = field(factory=list)
    any_new: bool = True

    def fetcher(
        self, platform: str | None = None, cursor: str | None = None, **more: object
    ) -> PageFetcher[object]:
        """Make the fetcher of the pages of the list, or of one platform, from a cursor."""
        arguments = {**self.filters, **more, "cursor": cursor}
        if platform is not None:
            arguments["platform"] = platform
        operation = self.subject.operation
        return PageFetcher(self.operations, operation, arguments, {}, strict=True)

    def run(
        self, checkpoint: Checkpoint, target: Target, path: Path, *, overwrite: bool
    ) -> Exported:
        """Continue from the checkpoint to the end of the list."""
        if path.exists() and not overwrite and not checkpoint.delivered:
            raise file_exists(path)
        resumed = checkpoint.rows
        try:
            with failures_told(path):
                self._walk(checkpoint)
                self._finish(checkpoint, target, path)
        except CreatorAuditError as error:
            error.message = f"{error.message}; {_kept(checkpoint)}"
            raise
        except KeyboardInterrupt:
            raise KeyboardInterrupt(f"interrupted; {_kept(checkpoint)}") from None
        return Exported(path, checkpoint.rows, resumed, checkpoint.not_found)

    def stream(self, target: Target) -> Exported:
        """Write the rows to standard output in the order of a file, without a checkpoint."""
        output = sys.stdout.buffer
        missing = 0
        with target.compressed(output) as packed:
            self.form.join(packed, (), {})
            for source in self._begin():
                branch = source.branch
                with Pool(1) as pool, ExitStack() as opened:
                    for page in source.pages(opened):
                        self._keep(deque([self._meet(branch, page.page(), pool)]))
                        waiting, branch.waiting = branch.waiting, []
                        missing += sum(one.not_found for one in waiting)
                        self.form.write(packed, [one.content for one in waiting])
                        packed.flush()
        output.flush()
        return Exported(Path(STDOUT), self.rows, 0, missing)

    def _begin(self) -> list[PageSource]:
        """Decide how to walk the list, and fetch the first page of each walk."""
        # A requested order applies to the whole list.
        ordered = ("platform", "order_by", "order_direction", "sort")
        split = all(self.filters.get(name) is None for name in ordered)
        started = begin_walks(self.fetcher(), self.fetcher, split=split)
        if self.on_progress is not None:
            counts = [one.page.total_count for one in started]
            known = [count for count in counts if isinstance(count, int)]
            self.total = sum(known) if len(known) == len(counts) else self.fetcher().count()
        self.branches = [Branch(number, one.platform) for number, one in enumerate(started)]
        return [
            PageSource(branch, one.fetcher, one.walk, one.page)
            for branch, one in zip(self.branches, started, strict=True)
        ]

    def _from(self, branch: Branch, cursor: str | None) -> PageSource:
        fetcher = self.fetcher(branch.platform, cursor)
        return PageSource(branch, fetcher, fetcher.walk())

    def _walk(self, checkpoint: Checkpoint) -> None:
        self.seen = checkpoint.seen()
        self.rows = self.saved = checkpoint.rows
        self.branches = [
            Branch(number, position.platform) for number, position in enumerate(checkpoint.walks)
        ]
        if checkpoint.stage != "walking":
            return
        if self.branches:
            if self.on_progress is not None:
                self.total = self.fetcher().count()
            sources = [
                self._from(branch, position.cursor)
                for branch, position in zip(self.branches, checkpoint.walks, strict=True)
                if position.stage == "walking"
            ]
        else:
            sources = self._begin()
            checkpoint.begin(branch.platform for branch in self.branches)
        try:
            self._follow(checkpoint, sources)
        except (CreatorAuditError, KeyboardInterrupt):
            self._save(checkpoint)
            raise
        self._save(checkpoint)

    def _follow(self, checkpoint: Checkpoint, sources: Sequence[PageSource]) -> None:
        """Take pages from all walks in turn, and write parts."""
        most = self.operations.side_by_side()
        met = deque[Met]()
        with Pool(most) as pool, ExitStack() as opened:
            turns = deque((source.branch, source.pages(opened)) for source in sources)
            try:
                while turns:
                    branch, pages = turns.popleft()
                    try:
                        page = next(pages, None)
                    except ValidationError as error:
                        # Otherwise an export whose cursors are always refused would never end.
                        if error.resume_cursor is None or not self.any_new:
                            raise
                        self._keep_some(checkpoint, met)
                        self.any_new = False
                        self._save(checkpoint)
                        checkpoint.start_over(branch.number)
                        turns.append((branch, self._from(branch, None).pages(opened)))
                        continue
                    if page is not None:
                        met.append(self._meet(branch, page.page(), pool))
                        self._keep_some(checkpoint, met, most)
                        turns.append((branch, pages))
                self._keep_some(checkpoint, met)
            except CreatorAuditError:
                # The pages before the failure are kept, up to the first one that lacks figures.
                with suppress(CreatorAuditError):
                    self._keep_some(checkpoint, met)
                raise

    def _keep_some(self, checkpoint: Checkpoint, met: deque[Met], left: int = 0) -> None:
        """Keep pages whose figures are there; wait for figures until at most `left` are left."""
        while met and (len(met) > left or met[0].ready):
            self._keep(met)
            if self.rows - self.saved >= PART_ROWS:
                self._save(checkpoint)

    def _meet(self, branch: Branch, page: Page[object], pool: Pool) -> Met:
        """Pick the new items of a page, and ask for their figures."""
        listed = page._table()
        items = listed.rows
        platform = self.filters.get("platform") or branch.platform
        if platform is not None and page.filters.get("platform") != platform:
            items = [item for item in items if item.get("platform") == platform]
        digests = [digest_of(item.get("id")) for item in items]
        new = [one for one in zip(digests, items, strict=True) if self.seen.add(one[0])]
        items, ids = [item for _, item in new], [digest for digest, _ in new]
        figures = None
        if self.ask is not None:
            figures = pool.start(self.ask, [str(item.get("id")) for item in items])
        return Met(branch, items, ids, figures, listed.origin, page.next_cursor)

    def _keep(self, met: deque[Met]) -> None:
        """Take the first of these pages, once its figures are there."""
        branch, items, ids, figures, origin, cursor = met[0]
        rows = rows_of(items, self.subject, None if figures is None else figures.result())
        missing = 0 if figures is None else sum(row["found"] is False for row in rows)
        content = self.form.encode(Table(rows, self.subject.columns, origin=origin))
        met.popleft()
        branch.waiting.append(Taken(content, ids, missing, cursor))
        self.rows += len(ids)
        self.any_new = self.any_new or bool(ids)
        if self.on_progress is not None:
            self.on_progress(ExportProgress(self.rows, self.total))

    def _save(self, checkpoint: Checkpoint) -> None:
        """Write the waiting pages as parts, unless an interrupted attempt already has."""
        checkpoint.refresh()
        if checkpoint.rows == self.saved:
            checkpoint.note(self._parts(checkpoint))
        # In this order, so that an interruption between the two writes nothing twice.
        for branch in self.branches:
            branch.waiting = []
        self.saved = checkpoint.rows

    def _parts(self, checkpoint: Checkpoint) -> dict[int, tuple[Position, bytes]]:
        """Write a part for each walk that has rows, and return the new positions."""
        changes: dict[int, tuple[Position, bytes]] = {}
        number = len(checkpoint.parts)
        for branch in self.branches:
            waiting = branch.waiting
            if not waiting:
                continue
            ids = [digest for page in waiting for digest in page.ids]
            if ids:
                with on_disk(checkpoint.part(number), 0o600) as file:
                    self.form.write(file, [page.content for page in waiting])
                number += 1
            position = checkpoint.walks[branch.number]
            cursor = waiting[-1].cursor
            position = position._replace(
                rows=position.rows + len(ids),
                not_found=position.not_found + sum(page.not_found for page in waiting),
                cursor=cursor,
                stage="walked" if cursor is None else "walking",
            )
            changes[branch.number] = position, b"".join(ids)
        return changes

    def _finish(self, checkpoint: Checkpoint, target: Target, path: Path) -> None:
        if checkpoint.stage == "walked":
            # The file gets the permissions of any new file of its owner.
            with on_disk(checkpoint.joined, 0o666) as file, target.compressed(file) as packed:
                self.form.join(packed, checkpoint.parts, metadata(self.organization))
            checkpoint.note_joined()
        if not checkpoint.delivered:
            move(checkpoint.joined, path)
        checkpoint.discard()


def _kept(checkpoint: Checkpoint) -> str:
    rows = checkpoint.rows
    return f"{rows:,} rows are kept in {checkpoint.folder}: run the same again to resume"
