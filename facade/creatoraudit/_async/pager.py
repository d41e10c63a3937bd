"""Walking lists page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Generic, TypeVar

from .._results.pages import Page
from .._results.tables import Expand, ItemList, Origin, Table, joined
from ..errors import UsageError
from .ahead import AsyncPrefetch
from .io import ArrowSource
from .source import AsyncPageFetcher

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

T = TypeVar("T")


class AsyncPages(AsyncIterator[Page[T]]):
    """One walk, page by page.

    No generator, so that one left by `break` has nothing to clean up: an event loop would do that
    later, or complain that it has to.
    """

    def __init__(self, source: AsyncPageFetcher[T]) -> None:
        self._source = source
        self._walk = source.walk()

    async def __anext__(self) -> Page[T]:
        if self._walk.ended:
            raise StopAsyncIteration
        return await self._source.fetch(self._walk)


class AsyncItems(AsyncIterator[T]):
    """One walk, item by item, at most `left` of them."""

    def __init__(self, pages: AsyncIterator[Page[T]], left: int | None) -> None:
        self._pages = pages
        self._left = left
        self._items: Iterator[T] = iter(())

    async def __anext__(self) -> T:
        if self._left == 0:
            raise StopAsyncIteration
        while True:
            for item in self._items:
                if self._left is not None:
                    self._left -= 1
                return item
            page = await anext(self._pages)
            self._items = iter(page.items)


class AsyncPager(ArrowSource, Generic[T]):
    """A list that is fetched as it is read; nothing is sent before.

    Iterate it for items, or `pages()` for page objects. Each iteration is a walk of its own. A page
    is requested when it is needed and no earlier, so a `break` costs nothing. An exception raised
    on the way carries `resume_cursor`; pass it to the same call as `cursor=` to go on.
    """

    def __init__(self, source: AsyncPageFetcher[T], max_items: int | None = None) -> None:
        counted: object = max_items
        if counted is not None and (
            isinstance(counted, bool) or not isinstance(counted, int) or counted < 0
        ):
            raise UsageError(f"max_items must be a whole number from 0 on, not {counted!r:.40}")
        self._source = source
        self._max_items = max_items

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._source.operation.name}>"

    def __aiter__(self) -> AsyncIterator[T]:
        return AsyncItems(AsyncPages(self._source), self._max_items)

    def pages(self) -> AsyncIterator[Page[T]]:
        """Iterate over whole pages; `max_items` does not apply."""
        return AsyncPages(self._source)

    async def first(self) -> T | None:
        """The first item, or None when the list is empty."""
        async for item in self:
            return item
        return None

    async def to_list(self, *, max_items: int | None = None) -> list[T]:
        """All items in a list, at most `max_items`; the next page is fetched meanwhile."""
        if max_items is not None:
            return await AsyncPager(self._source, max_items).to_list()
        pages = await self._all_pages()
        items = [item for page in pages for item in page.items]
        return ItemList(items[: self._max_items], self._source.operation.item)

    async def to_arrow(self) -> pa.Table:
        """All items as an Arrow table, at most `max_items`; needs the extra `arrow`.

        Raises:
            ConfigurationError: pyarrow is not installed.
            ContractError: A value is not of its column's type.
        """
        return (await self._table()).to_arrow()

    async def to_pandas(self, *, expand: Expand = False) -> pd.DataFrame:
        """All items as a pandas frame, at most `max_items`; see `creatoraudit.frames.to_pandas`."""
        return (await self._table()).to_pandas(expand)

    async def to_polars(self, *, expand: Expand = False) -> pl.DataFrame:
        """All items as a polars frame, at most `max_items`; see `creatoraudit.frames.to_polars`."""
        return (await self._table()).to_polars(expand)

    async def total_count(self) -> int | None:
        """The size of the whole list; one small request of its own, which costs the API a count."""
        return await self._source.count()

    async def _all_pages(self) -> list[Page[T]]:
        """The pages that hold what is wanted; the next one is fetched meanwhile."""
        most = self._max_items
        pages: list[Page[T]] = []
        if most == 0:
            return pages
        async with AsyncPrefetch[T](1) as ahead:
            await ahead.follow(self._source, self._source.walk(), None, most)
            while (raw := await ahead.next()) is not None:
                pages.append(raw.page())
        return pages

    async def _table(self) -> Table:
        pages = await self._all_pages()
        return joined([page._table() for page in pages], self._no_rows(), self._max_items)

    def _no_rows(self) -> Table:
        operation = self._source.operation
        return Table.of(operation.item, [], Origin(operation.name))
