"""The breakouts job: it lists posts, fetches their deltas at the same time and ranks them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from attrs import fields_dict

from .._core.options import RequestCounter, RequestOptions
from .._core.request import known_options
from .._core.urls import reference
from .._results.breakouts import Breakouts, BreakoutsQuery, Post, Progress, Ranking
from .._results.deltas import VideoDeltas
from .._results.lists import LISTS
from .._results.pages import RawItem, RawPage, Walk
from ..errors import CreatorAuditError
from .deltas import AsyncDeltasJob, Via
from .handles import MOST_REQUESTS, AccountFilters, accounts_of, why_nothing
from .io import Job, Pool
from .operations import AsyncOperations
from .pager import AsyncPageFetcher, AsyncPrefetch, begin_walks, undecoded

OnProgress = Callable[[Progress], object]


class AsyncBreakoutsJob:
    """One run of `breakouts`. It prefetches the next page while it works on the current one."""

    def __init__(
        self,
        operations: AsyncOperations,
        query: BreakoutsQuery,
        via: Via,
        options: RequestOptions,
        on_progress: OnProgress | None,
        *,
        filters: AccountFilters,
    ) -> None:
        own = (*fields_dict(BreakoutsQuery), *AccountFilters._fields, "via", "on_progress")
        known_options("breakouts", options, own=own)
        self._filters = filters
        self._operations = operations
        self._query = query
        self._options = options
        self._on_progress = on_progress
        self._concurrency = operations.side_by_side()
        self._deltas = AsyncDeltasJob(operations, query.windows, via, options)
        self._ranking = Ranking(query)
        self._counter = RequestCounter()
        self._first_walk = Walk("breakouts", None)
        self._waiting: list[RawItem[Post]] = []
        self._asked: deque[tuple[list[RawItem[Post]], Job[VideoDeltas]]] = deque()

    async def run(self) -> Breakouts:
        """Run the job and return the ranked posts."""
        # Built before anything is sent, so that an invalid filter costs no request.
        lists = [(name, self._fetcher(name, self._query.platform)) for name in self._query.lists]
        self._ranking.accounts = await accounts_of(
            self._operations, self._filters, self._options, self._counter
        )
        async with Pool(self._concurrency) as pool:
            for name, fetcher in lists:
                await self._walk(pool, name, fetcher)
            await self._ask(pool)
            while self._asked:
                await self._take()
        if self._ranking.considered == self._ranking.skipped.no_account:
            await self._check_accounts()
        return self._ranking.result(self._counter.requests)

    async def _check_accounts(self) -> None:
        """Check that the accounts given by id exist, because there is no post of them."""
        given = [one for one in map(reference, self._filters.accounts) if isinstance(one, str)]
        for one in given[:MOST_REQUESTS]:
            filters = {"account_id": one}
            await why_nothing(self._operations, filters, self._options, self._counter)

    def _fetcher(self, name: str, platform: str | None, **more: object) -> AsyncPageFetcher[Post]:
        arguments = {"platform": platform, **more}
        return AsyncPageFetcher(self._operations, LISTS[name], arguments, self._options)

    async def _walk(self, pool: Pool, name: str, fetcher: AsyncPageFetcher[Post]) -> None:
        split = self._query.platform is None and self._concurrency > 1
        walks = await begin_walks(
            fetcher,
            lambda platform, **more: self._fetcher(name, platform, **more),
            split=split,
            counter=self._counter,
        )
        self._first_walk = walks[0].walk
        async with AsyncPrefetch[RawPage[Post]](len(walks), undecoded) as prefetch:
            for one in walks:
                if not one.walk.ended:
                    await prefetch.follow(one.fetcher, one.walk, counter=self._counter)
            for one in walks:
                await self._work(pool, name, one.page)
            while (page := await prefetch.next()) is not None:
                await self._work(pool, name, page)

    async def _work(self, pool: Pool, name: str, page: RawPage[Post]) -> None:
        platform = self._query.platform
        self._waiting += self._ranking.worth_asking(
            page.items(),
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
        items, self._waiting = self._waiting[:size], self._waiting[size:]
        if items:
            ids = [item.json["id"] for item in items]
            self._asked.append((items, await pool.start(self._deltas.ask, ids, self._counter)))

    async def _take(self) -> None:
        items, job = self._asked.popleft()
        try:
            deltas = await job.result()
        except CreatorAuditError as error:
            error.resume_cursor = self._first_walk.cursor
            raise
        self._ranking.take(items, deltas.by_id, deltas.not_found)
        self._report()

    def _report(self) -> None:
        if self._on_progress is not None:
            self._on_progress(self._ranking.progress)
