"""The main job: list the posts, ask for their deltas meanwhile, rank."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from creatoraudit_api import operations

from .._core.options import RequestCounter, RequestOptions
from .._core.request import known_options
from .._results.breakouts import Breakouts, BreakoutsQuery, Post, Progress, Ranking
from .._results.pages import PageOf, RawPage, Row, Walk
from ..errors import CreatorAuditError, ValidationError
from .ahead import AsyncPrefetch
from .deltas import AsyncDeltasJob, Via
from .io import Job, Pool

if TYPE_CHECKING:
    from creatoraudit_api.operations import Operation

    from .operations import AsyncOperations
    from .source import AsyncPageFetcher

OnProgress = Callable[[Progress], object]
Part: TypeAlias = "tuple[AsyncPageFetcher[Post], Walk, RawPage[Post]]"

# A list of fewer pages is not worth splitting: asking how would take as long.
LEAST_PAGES = 10


class AsyncBreakoutsJob:
    """One run of `breakouts`: while a page is worked on, the next one is fetched already."""

    def __init__(
        self,
        operations: AsyncOperations,
        query: BreakoutsQuery,
        via: Via,
        options: RequestOptions,
        on_progress: OnProgress | None,
    ) -> None:
        known_options("breakouts", options)
        sender = operations.sender
        self._operations = operations
        self._query = query
        self._options = options
        self._on_progress = on_progress
        self._concurrency = sender.settings.concurrency
        self._deltas = AsyncDeltasJob(sender, query.windows, via, options)
        self._ranking = Ranking(query)
        self._tally = RequestCounter()
        self._position = Walk("breakouts", None)
        self._waiting: list[Row[Post]] = []
        self._asked: deque[tuple[list[Row[Post]], Job[Any]]] = deque()

    async def run(self) -> Breakouts:
        """Carry it out."""
        # Built before anything is sent, so that a wrong filter is refused first.
        lists = [(name, self._source(name, self._query.platform)) for name in self._lists()]
        async with Pool(self._concurrency) as pool:
            for name, source in lists:
                await self._walk(pool, name, source)
            await self._ask(pool)
            while self._asked:
                await self._take()
        return self._ranking.result(self._tally.requests)

    def _lists(self) -> tuple[str, ...]:
        # Individually tracked posts come first, so that of a post in both lists that one is kept.
        source = self._query.source
        return ("videos", "account-videos") if source == "both" else (source,)

    def _source(self, name: str, platform: str | None, **more: object) -> AsyncPageFetcher[Post]:
        operation: Operation[PageOf[Post]] = (
            operations.list_videos if name == "videos" else operations.list_account_videos
        )
        return self._operations.pages(operation, {"platform": platform, **more}, self._options)

    async def _walk(self, pool: Pool, name: str, source: AsyncPageFetcher[Post]) -> None:
        parts = await self._begin(name, source)
        self._position = parts[0][1]
        async with AsyncPrefetch[Post](len(parts)) as ahead:
            for part, walk, _ in parts:
                if not walk.ended:
                    await ahead.follow(part, walk, self._tally)
            for _, _, first in parts:
                await self._work(pool, name, first)
            while (raw := await ahead.next()) is not None:
                await self._work(pool, name, raw)

    async def _begin(self, name: str, source: AsyncPageFetcher[Post]) -> list[Part]:
        """The walks that make up a list, each with its first page: one, or one per platform.

        A long list is split when the server shows that it applies the filter, and only when the
        parts add up to the whole: a platform this release has never heard of would be lost
        otherwise.
        """
        platforms = self._platforms(source)
        counted = self._source(name, None, include_total=True) if platforms else source
        walk = source.walk()
        first = await counted.receive(walk, self._tally)
        whole = [(source, walk, first)]
        left = first.total_count
        if not platforms or not isinstance(left, int) or left < LEAST_PAGES * max(first.size, 1):
            return whole
        parts: list[Part] = []
        for platform in platforms:
            part = self._source(name, platform)
            walk = part.walk()
            try:
                counted = self._source(name, platform, include_total=True)
                page = await counted.receive(walk, self._tally)
            except ValidationError:
                return whole
            size = page.total_count
            if page.applied("platform") != platform or not isinstance(size, int):
                return whole
            left -= size
            parts.append((part, walk, page))
        return parts if left == 0 else whole

    def _platforms(self, source: AsyncPageFetcher[Post]) -> tuple[str, ...]:
        bound = source.operation.bounds.get("platform")
        wanted = self._query.platform is None and self._concurrency > 1
        return bound.choices if wanted and bound is not None else ()

    async def _work(self, pool: Pool, name: str, page: RawPage[Post]) -> None:
        platform = self._query.platform
        self._waiting += self._ranking.worth_asking(
            page.rows(),
            remember=name == "videos",
            filter_platform=platform is not None and page.applied("platform") != platform,
        )
        while len(self._waiting) >= self._deltas.size:
            await self._ask(pool)
        while self._asked and self._asked[0][1].done:
            await self._take()
        self._report()

    async def _ask(self, pool: Pool) -> None:
        size = self._deltas.size
        rows, self._waiting = self._waiting[:size], self._waiting[size:]
        if rows:
            ids = [row.json["id"] for row in rows]
            self._asked.append((rows, await pool.start(self._deltas.ask, ids, self._tally)))

    async def _take(self) -> None:
        rows, job = self._asked.popleft()
        try:
            found, not_found = await job.result()
        except CreatorAuditError as error:
            error.resume_cursor = self._position.cursor
            raise
        self._ranking.take(rows, found, not_found)
        self._report()

    def _report(self) -> None:
        if self._on_progress is not None:
            self._on_progress(self._ranking.progress)
