"""Asking about many ids: split, side by side, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Generic, TypeVar

from .._core.arguments import several
from .._core.config import number_problem
from .._results.batch import chunks, once
from ..errors import CreatorAuditError, UsageError
from .io import Function, Job, Pool

T = TypeVar("T")
U = TypeVar("U")
Id = TypeVar("Id", bound=str | int)


class AsyncParts(AsyncIterator[tuple[list[Id], T]]):
    """Asks about each id once, `size` per request, `concurrency` requests side by side.

    Gives each part with its ids, in the order given. An exception carries `done_ids` (those of the
    parts given before) and `pending_ids` (all others), so that the rest can be asked later.

    No generator, for the reason given at `AsyncPages`.
    """

    def __init__(
        self, ask: Function[list[Id], T], ids: Iterable[Id], *, size: int, concurrency: int
    ) -> None:
        problem = number_problem("concurrency", concurrency, 1, whole=True)
        if problem is not None:
            raise UsageError(problem)
        self._ask = ask
        self._parts: Iterator[list[Id]] = chunks(once(several(ids)), size)
        self._concurrency = concurrency
        self._wave: deque[tuple[list[Id], Job[T]]] = deque()
        self._done: list[Id] = []

    async def __anext__(self) -> tuple[list[Id], T]:
        if not self._wave:
            await self._start()
        if not self._wave:
            raise StopAsyncIteration
        part, job = self._wave[0]
        try:
            answer = await job.result()
        except CreatorAuditError as error:
            error.done_ids = tuple(self._done)
            unanswered = [part for part, _ in self._wave] + list(self._parts)
            error.pending_ids = tuple(one for part in unanswered for one in part)
            self._wave.clear()
            raise
        self._wave.popleft()
        self._done += part
        return part, answer

    async def _start(self) -> None:
        parts, rest = list(islice(self._parts, self._concurrency)), self._parts
        # Whoever iterates on after a wave was cancelled or interrupted asks about its ids again.
        self._parts = chain(parts, rest)
        async with Pool(self._concurrency) as pool:
            wave = deque([(part, await pool.start(self._ask, part)) for part in parts])
        self._parts, self._wave = rest, wave


class AsyncMapped(AsyncIterator[U], Generic[T, U]):
    """What a function makes of each item of another iterator."""

    def __init__(self, source: AsyncIterator[T], turn: Callable[[T], U]) -> None:
        self._source = source
        self._turn = turn

    async def __anext__(self) -> U:
        return self._turn(await anext(self._source))


class AsyncChained(AsyncIterator[T]):
    """All of one iterator, then all of the next."""

    def __init__(self, sources: Iterable[AsyncIterator[T]]) -> None:
        self._sources = deque(sources)

    async def __anext__(self) -> T:
        while self._sources:
            try:
                return await anext(self._sources[0])
            except StopAsyncIteration:
                self._sources.popleft()
        raise StopAsyncIteration
