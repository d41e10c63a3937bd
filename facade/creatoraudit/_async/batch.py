"""Runs a batch over many ids: split into requests that run side by side, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeAlias, TypeVar, cast

from .._core.arguments import several
from .._core.options import split_options
from .._core.request import find, id_list_of
from .._core.response import Reply
from .._results.batch import BatchPart, chunks, once, tell_ids
from ..errors import CreatorAuditError
from .io import Function, Job, Pool
from .operations import AsyncOperations

if TYPE_CHECKING:
    from creatoraudit_api.operations import Operation

T = TypeVar("T")
U = TypeVar("U")

# The ids of one request, and the function that sends it.
Chunk: TypeAlias = tuple[list[Any], Function[list[Any], T]]

# For each request in flight, the number of parts that may wait for a slow one before them.
PARTS_AHEAD = 4


class AsyncParts(AsyncIterator[T]):
    """The responses of a batch, one part per request, in the order of the ids.

    If you iterate over it directly, it sends the next requests together when you ask for their
    first part, and no request runs between two parts. As a context manager it keeps requests in
    flight while you work on a part; leaving the block cancels them:

        async with ca.videos.stream_deltas(ids) as parts:
            async for part in parts: ...

    If a request fails, no further request is sent, and those in flight are awaited. The exception
    is raised in place of the failed part. It has `done_ids` (of the parts before), `pending_ids`
    (all others), `partial` (a list of the later parts that had arrived) and, for requests that
    must not be repeated, `unknown_ids`.
    """

    def __init__(self, chunks: Iterable[Chunk[T]], *, concurrency: int, repeatable: bool) -> None:
        self._chunks: Iterator[Chunk[T]] = iter(chunks)
        self._concurrency = concurrency
        self._repeatable = repeatable
        self._jobs: deque[tuple[list[Any], Job[T]]] = deque()
        self._done: list[Any] = []
        self._pool: Pool | None = None

    async def __aenter__(self) -> Self:
        self._pool = Pool(self._concurrency)
        await self._pool.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.cancel()
            await pool.__aexit__(exc_type, exc, traceback)

    async def __anext__(self) -> T:
        if self._pool is not None:
            await self._slide(self._pool)
        elif not self._jobs:
            await self._send_together()
        if not self._jobs:
            raise StopAsyncIteration
        ids, job = self._jobs[0]
        if job.error is not None:
            for _, one in self._jobs:
                await one.wait()
            raise self._error(job.error)
        self._jobs.popleft()
        self._done += ids
        return job.value()

    async def collect(self, merge: Callable[[Sequence[T]], U]) -> U:
        """Send all requests and merge the parts into one result.

        Raises:
            CreatorAuditError: `partial` is the merged result of the parts that arrived.
        """
        chunks = list(self._chunks)
        self._chunks = iter(chunks)
        async with Pool(self._concurrency) as pool:
            for ids, ask in self._chunks:
                self._jobs.append((ids, await pool.start(ask, ids)))
                await pool.room()
                if pool.failed:
                    break
        failed = next((job.error for _, job in self._jobs if job.error is not None), None)
        if failed is not None:
            error = self._error(failed, all_arrived_done=True)
            error.partial = merge(error.partial)
            raise error
        return merge([job.value() for _, job in self._jobs])

    async def _send_together(self) -> None:
        """Send the next requests together and wait for all of them."""
        chunks, rest = list(islice(self._chunks, self._concurrency)), self._chunks
        # If these requests are cancelled or interrupted, the next iteration sends them again.
        self._chunks = chain(chunks, rest)
        async with Pool(self._concurrency) as pool:
            jobs = deque([(ids, await pool.start(ask, ids)) for ids, ask in chunks])
        self._chunks, self._jobs = rest, jobs

    async def _slide(self, pool: Pool) -> None:
        """Keep requests in flight until the next part has arrived."""
        while not (self._jobs and self._jobs[0][1].done):
            if len(self._jobs) < PARTS_AHEAD * self._concurrency and not pool.failed:
                await pool.room()
                if await self._start(pool):
                    continue
            if not self._jobs:
                return
            await self._jobs[0][1].wait()
        while pool.has_room and await self._start(pool):
            pass

    async def _start(self, pool: Pool) -> bool:
        """Send the next request, if there is one and none has failed."""
        chunk = None if pool.failed else next(self._chunks, None)
        if chunk is None:
            return False
        ids, ask = chunk
        self._jobs.append((ids, await pool.start(ask, ids)))
        return True

    def _error(self, why: BaseException, *, all_arrived_done: bool = False) -> CreatorAuditError:
        """Complete the exception of a failed batch with ids and the parts that arrived."""
        if not isinstance(why, CreatorAuditError):
            raise why
        ended = [(ids, job.error) for ids, job in self._jobs]
        why.partial = [job.value() for _, job in self._jobs if job.error is None]
        self._jobs.clear()
        tell_ids(
            why,
            done=self._done,
            ended=ended,
            rest=[ids for ids, _ in self._chunks],
            repeatable=self._repeatable,
            all_arrived_done=all_arrived_done or not self._repeatable,
        )
        return why


def batch(
    operations: AsyncOperations,
    operation: Operation[Any] | str,
    ids: Iterable[Any],
    arguments: Mapping[str, object],
) -> AsyncParts[BatchPart[Any]]:
    """Call any batch operation for any number of ids."""
    found = find(operation)
    options, own = split_options(arguments)
    name, size = id_list_of(found, cast("str | None", own.pop("id_list", None)))
    concurrency = operations.side_by_side(own.pop("concurrency", None))

    async def ask(part: list[Any]) -> BatchPart[Any]:
        reply: Reply[Any] = await operations.invoke(
            found, {**own, name: part}, options, strict=True
        )
        return BatchPart(part, reply)

    parts = ((part, ask) for part in chunks(once(several(ids)), size))
    return AsyncParts(parts, concurrency=concurrency, repeatable=found.repeatable)
