"""Asking about many ids: split, side by side, in order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from .._chunks import chunks, once
from .._io_async import Function, Job, Pool
from ..errors import CreatorAuditError

T = TypeVar("T")
Id = TypeVar("Id", str, int)


async def ask_in_parts(
    ask: Function[list[Id], T], ids: Iterable[Id], *, size: int, concurrency: int
) -> AsyncIterator[tuple[list[Id], T]]:
    """Ask about each id once, `size` per request, `concurrency` requests side by side.

    Yields each part with its ids, in the order given. An exception carries `done_ids` (those of the
    parts yielded before) and `pending_ids` (all others), so that the rest can be asked later.
    """
    parts: Iterator[list[Id]] = chunks(once(ids), size)
    done: list[Id] = []
    while wave := list(islice(parts, concurrency)):
        jobs: list[tuple[list[Id], Job[T]]]
        async with Pool(concurrency) as pool:
            jobs = [(part, await pool.start(ask, part)) for part in wave]
        for position, (part, job) in enumerate(jobs):
            try:
                answer = await job.result()
            except CreatorAuditError as error:
                error.done_ids = tuple(done)
                unanswered = [part for part, _ in jobs[position:]] + list(parts)
                error.pending_ids = tuple(one for part in unanswered for one in part)
                raise
            yield part, answer
            done.extend(part)
