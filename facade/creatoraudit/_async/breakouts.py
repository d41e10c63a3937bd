"""The main job: list the posts, ask for their deltas meanwhile, rank."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from creatoraudit_api import operations

from .._io_async import Job, Pool
from .._options import RequestOptions, Tally
from .._pages import PageOf
from .._ranking import Breakouts, Post, Progress, Question, Ranking
from ..errors import CreatorAuditError
from .deltas import AsyncDeltasJob, Via

if TYPE_CHECKING:
    from creatoraudit_api.operations import Operation

    from .caller import AsyncCaller
    from .pager import AsyncPageSource

OnProgress = Callable[[Progress], object]


class AsyncBreakoutHunt:
    """One run of `breakouts`: while a page is worked on, the next one is fetched already."""

    def __init__(
        self,
        caller: AsyncCaller,
        question: Question,
        via: Via,
        options: RequestOptions,
        on_progress: OnProgress | None,
    ) -> None:
        core = caller._core
        self._caller = caller
        self._question = question
        self._options = options
        self._on_progress = on_progress
        self._concurrency = core.settings.concurrency
        self._deltas = AsyncDeltasJob(core, question.windows, via, options)
        self._ranking = Ranking(question)
        self._tally = Tally()
        self._waiting: list[Post] = []
        self._asked: deque[tuple[list[Post], Job[Any]]] = deque()

    async def run(self) -> Breakouts:
        """Carry it out."""
        # Built before anything is sent, so that a wrong filter is refused first.
        lists = [(name, self._pages(name)) for name in self._lists()]
        async with Pool(self._concurrency) as pool:
            for name, pages in lists:
                await self._walk(pool, pages, remember=name == "videos")
            await self._ask(pool)
            while self._asked:
                await self._take()
        return self._ranking.result(self._tally.requests)

    def _lists(self) -> tuple[str, ...]:
        # Individually tracked posts come first, so that of a post in both lists that one is kept.
        source = self._question.source
        return ("videos", "account-videos") if source == "both" else (source,)

    def _pages(self, name: str) -> AsyncPageSource[Post]:
        operation: Operation[PageOf[Post]] = (
            operations.list_videos if name == "videos" else operations.list_account_videos
        )
        arguments = {"platform": self._question.platform}
        return self._caller._pages(operation, arguments, self._options)

    async def _walk(self, pool: Pool, pages: AsyncPageSource[Post], *, remember: bool) -> None:
        platform = self._question.platform
        walk = pages.walk()
        try:
            fetching = await pool.start(pages.fetch, walk, self._tally)
            while True:
                page = await fetching.result()
                ended = walk.ended
                if not ended:
                    fetching = await pool.start(pages.fetch, walk, self._tally)
                self._waiting += self._ranking.worth_asking(
                    page.items,
                    remember=remember,
                    filter_platform=platform is not None
                    and page.filters.get("platform") != platform,
                )
                while len(self._waiting) >= self._deltas.size:
                    await self._ask(pool)
                while self._asked and self._asked[0][1].done:
                    await self._take()
                self._report()
                if ended:
                    return
        except CreatorAuditError as error:
            if error.resume_cursor is None:
                error.resume_cursor = walk.cursor
            raise

    async def _ask(self, pool: Pool) -> None:
        size = self._deltas.size
        posts, self._waiting = self._waiting[:size], self._waiting[size:]
        if posts:
            ids = [post.id for post in posts]
            self._asked.append((posts, await pool.start(self._deltas.ask, ids, self._tally)))

    async def _take(self) -> None:
        posts, job = self._asked.popleft()
        found, not_found = await job.result()
        self._ranking.take(posts, found, not_found)
        self._report()

    def _report(self) -> None:
        if self._on_progress is not None:
            self._on_progress(self._ranking.progress)
