"""Reads the list of a unit and its deltas into a file, page by page."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, TypeVarTuple

import anyio
import anyio.to_thread

from .._async.client import AsyncCreatorAudit
from .._async.deltas import AsyncDeltasJob, Via
from .._async.io import Job, Pool
from .._async.pager import AsyncPageFetcher, AsyncPrefetch, begin_walks
from .._core.arguments import resource_id
from .._core.lazy import LazyModule
from .._core.options import RequestCounter
from .._core.seen import Seen, digest_of
from .._results.batch import chunks
from .._results.deltas import VideoDeltas
from .._results.lists import LISTS
from .._results.pages import RawPage
from .._results.tables import Table, pyarrow
from ..errors import ContractError, InsufficientScopeError, UsageError, ValidationError
from ._part import Part
from ._unit import Unit

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = LazyModule("pyarrow", optional=True)

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

# After so many batches of account videos without a known id, no more deltas are requested.
UNKNOWN_BATCHES = 5
# If more than this share of the rows is missing, the list was not read completely.
_ENOUGH = 0.99


class Reading(NamedTuple):
    """Result of reading a list, apart from its rows."""

    duplicates: int
    requests: int
    not_found: int
    total_first: int | None
    total_last: int | None
    moved: bool
    via: Via | None
    notes: tuple[str, ...]


class Threads:
    """Runs the blocking functions of one unit in a worker thread, one at a time.

    So a slow disk of one unit never takes the threads of another.
    """

    def __init__(self) -> None:
        self._limiter = anyio.CapacityLimiter(1)

    async def run(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        """Run a function and return its result."""
        return await anyio.to_thread.run_sync(function, *args, limiter=self._limiter)


class _Rows(NamedTuple):
    """The rows of a page.

    Attributes:
        batch: Their columns.
        ids: Their ids, as the deltas endpoint takes them; None for those it cannot know.
        arrived: When the page arrived.
    """

    batch: pa.RecordBatch
    ids: Sequence[str | None]
    arrived: dt.datetime


class Reader:
    """Reads one unit.

    Args:
        client: Client of the organization.
        unit: The unit.
        organization_id: Id of the organization.
        part: Where the rows go.
        threads: Runs the blocking functions.
        counter: Counts the requests.
    """

    def __init__(
        self,
        client: AsyncCreatorAudit,
        unit: Unit,
        organization_id: str,
        part: Part,
        *,
        threads: Threads,
        counter: RequestCounter,
    ) -> None:
        self._operations = client._operations
        self._unit = unit
        self._organization_id = organization_id
        self._part = part
        self._threads = threads
        self._counter = counter
        self._operation = LISTS[unit.what]
        self._seen = Seen()
        self._duplicates = 0
        # Rows that wait for their deltas, and the number of ids to request up to their last one.
        self._waiting: deque[tuple[_Rows, int]] = deque()
        self._deltas = _Deltas(client, unit, counter) if unit.windows else None

    async def read(self) -> Reading:
        """Read the whole list.

        Raises:
            ContractError: A value does not have the type of its column, or rows are missing.
            CreatorAuditError: As described in `creatoraudit.errors`.
        """
        concurrency = self._operations.side_by_side()
        walks = await begin_walks(
            self._fetcher(None), self._fetcher, split=True, count=True, counter=self._counter
        )
        sizes = [size for one in walks if isinstance(size := one.page.total_count, int)]
        first = sum(sizes) if len(sizes) == len(walks) else None
        whole = len(walks) == 1 and walks[0].walk.ended
        async with Pool(concurrency) as pool:
            async with AsyncPrefetch(len(walks), self._rows_of) as prefetch:
                for one in walks:
                    if not one.walk.ended:
                        await prefetch.follow(one.fetcher, one.walk, counter=self._counter)
                for one in walks:
                    await self._take(pool, self._rows_of(one.page))
                while (rows := await prefetch.next()) is not None:
                    await self._take(pool, rows)
            if self._deltas is not None:
                await self._deltas.finish(pool)
                await self._pass_on()
        return await self._checked(first, whole=whole)

    def _fetcher(self, platform: str | None, **more: object) -> AsyncPageFetcher[Any]:
        chosen = {} if platform is None else {"platform": platform}
        return AsyncPageFetcher(self._operations, self._operation, {**chosen, **more}, {})

    def _rows_of(self, page: RawPage[Any]) -> _Rows:
        """Turn the new items of a page into columns.

        This happens as soon as a page has arrived. Later its objects would have left the caches of
        the processor, and the same work would take up to twice the time.
        """
        arrived = dt.datetime.fromtimestamp(page.arrived, dt.UTC)
        self._unit.check_time(dt.datetime.fromtimestamp(page.sent_at, dt.UTC))
        items = page.rows()
        new = [item for item in items if self._seen.add(digest_of(item["id"]))]
        self._duplicates += len(items) - len(new)
        ids = [] if self._deltas is None else [_known_id(item["id"]) for item in new]
        return _Rows(Table.of(self._operation.item, new, page.origin).to_batch(), ids, arrived)

    async def _take(self, pool: Pool, rows: _Rows) -> None:
        """Request the deltas of rows, and write all rows whose deltas have arrived."""
        end = 0 if self._deltas is None else await self._deltas.ask(pool, rows.ids)
        self._waiting.append((rows, end))
        await self._pass_on()

    async def _pass_on(self) -> None:
        """Write the rows whose deltas have arrived."""
        answered = 0 if self._deltas is None else self._deltas.answered
        while self._waiting and self._waiting[0][1] <= answered:
            rows, _ = self._waiting.popleft()
            full = self._part.add(self._with_columns(rows))
            if full:
                await self._threads.run(self._part.write)

    def _with_columns(self, rows: _Rows) -> pa.RecordBatch:
        library = pyarrow()
        columns = list(rows.batch.columns)
        count = len(rows.batch)
        if self._deltas is not None:
            found = [self._deltas.pop(one) for one in rows.ids]
            for days in self._unit.windows:
                window = f"{days}d"
                values = [one.get(window) for one in found]
                columns.append(library.array(values, library.int64()))
        instant = library.scalar(rows.arrived, library.timestamp("us", "UTC"))
        columns += [library.repeat(instant, count), library.repeat(self._organization_id, count)]
        return library.RecordBatch.from_arrays(columns, schema=self._part.fields)

    async def _checked(self, first: int | None, *, whole: bool) -> Reading:
        """Compare the rows with the length of the list, before and after."""
        # A list in one response has only one length; another request would show nothing new.
        last = first if whole else await self._fetcher(None).count(self._counter)
        totals = [total for total in (first, last) if total is not None]
        rows = self._part.rows
        if totals and rows < _ENOUGH * min(totals):
            raise ContractError(
                f"{self._unit}: the list has {first} items at its first request and {last} at its"
                f" last, but its pages have only {rows}, so rows are missing; run it again",
                path="$.pagination.total_count",
            )
        moved = bool(totals) and not min(totals) <= rows <= max(totals)
        deltas = self._deltas
        notes = [] if deltas is None else deltas.notes
        if not totals:
            notes = [*notes, "the API does not say how long the list is, so nothing was compared"]
        return Reading(
            duplicates=self._duplicates,
            requests=self._counter.requests,
            not_found=0 if deltas is None else deltas.not_found,
            total_first=first,
            total_last=last,
            moved=moved,
            via=None if deltas is None else deltas.via,
            notes=tuple(notes),
        )


def _known_id(identifier: str) -> str | None:
    try:
        return resource_id(identifier)
    except UsageError:  # not a UUID, so the endpoint cannot know it
        return None


class _Deltas:
    """Fetches the deltas of the posts of a unit, several batches at a time.

    Attributes:
        answered: Number of ids whose deltas have arrived, or will not come.
        not_found: Number of ids that the endpoint does not know.
        via: How they are fetched.
        notes: What a reader of the deltas should know.
    """

    def __init__(self, client: AsyncCreatorAudit, unit: Unit, counter: RequestCounter) -> None:
        self.answered = 0
        self.not_found = 0
        self.via: Via | None = None
        self.notes: list[str] = []
        self._operations = client._operations
        self._windows = unit.windows
        # The contract does not say whether the endpoint knows the ids of account videos.
        self._unknown = unit.what == "account-videos"
        self._counter = counter
        self._given = 0
        self._sent = 0
        self._stopped = False
        self._any_rows = False
        self._waiting: list[str] = []
        self._asked: deque[tuple[Sequence[str], Job[VideoDeltas]]] = deque()
        self._found: dict[str, Mapping[str, object]] = {}
        self._job = self._job_by("post")

    def _job_by(self, via: Via) -> AsyncDeltasJob:
        return AsyncDeltasJob(self._operations, self._windows, via, {})

    async def ask(self, pool: Pool, ids: Sequence[str | None]) -> int:
        """Take ids to request, and return how many were taken so far."""
        self._any_rows = self._any_rows or bool(ids)
        known = [one for one in ids if one is not None]
        self._waiting += known
        self._given += len(known)
        while len(self._waiting) >= self._job.size:
            await self._start(pool)
        while self._asked and self._asked[0][1].done:
            await self._receive()
        return self._given

    async def finish(self, pool: Pool) -> None:
        """Request the last ids and wait for all responses."""
        while self._waiting:
            await self._start(pool)
        while self._asked:
            await self._receive()
        if self._unknown and self._any_rows and not self._stopped:
            self.notes.append("deltas are null: the endpoint knows none of the ids")

    def pop(self, identifier: str | None) -> Mapping[str, object]:
        """Take the deltas of a post; an empty mapping if it has none."""
        return {} if identifier is None else self._found.pop(identifier, {})

    async def _start(self, pool: Pool) -> None:
        size = self._job.size
        ids, self._waiting = self._waiting[:size], self._waiting[size:]
        if self._unknown and self._sent >= UNKNOWN_BATCHES and not self._stopped:
            while self._asked:
                await self._receive()
            self._stopped = self._unknown
            if self._stopped:
                self.notes.append(
                    f"deltas are null: the endpoint knew none of the ids in {UNKNOWN_BATCHES}"
                    " batches, so no more were sent"
                )
        if self._stopped:
            self.answered += len(ids)
            return
        self._sent += 1
        self._asked.append((ids, await pool.start(self._fetch, ids)))

    async def _receive(self) -> None:
        ids, job = self._asked.popleft()
        deltas = await job.result()
        self.answered += len(ids)
        self.not_found += len(deltas.not_found)
        self._unknown = self._unknown and not deltas.by_id
        self._found |= deltas.by_id

    async def _fetch(self, ids: Sequence[str]) -> VideoDeltas:
        job = self._job
        try:
            parts = [await job.ask(part, self._counter) for part in chunks(ids, job.size)]
        except InsufficientScopeError:
            if self.via == "get" and job is self._job:
                raise
            self._take_get()
            return await self._fetch(ids)
        except ValidationError:
            if not self._unknown:
                raise
            return VideoDeltas({}, job.windows, tuple(ids))
        self.via = self.via or "post"
        return VideoDeltas.merged(parts, job.windows)

    def _take_get(self) -> None:
        if self.via != "get":
            self.via = "get"
            self._job = self._job_by("get")
            self.notes.append("the key may not POST, so deltas were fetched by GET")
