"""Fetches the pages of lists, one at a time or with prefetch, and iterates over them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Self, TypeVar, cast

from .._core.arguments import as_int
from .._core.lazy import LazyModule
from .._core.options import RequestCounter, RequestOptions, split_options
from .._core.request import find, prepare
from .._core.response import RawResponse, Reply
from .._results.columns import Row
from .._results.pages import Page, PageOf, RawPage, Walk
from .._results.tables import AsyncArrowSource, Expand, ItemList, Origin, Table, pyarrow
from ..errors import ContractError, CreatorAuditError, UsageError, ValidationError
from .io import Channel, Pool, give_way
from .operations import AsyncOperations

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from creatoraudit_api.operations import Operation
else:
    pd = LazyModule("pandas", optional=True)
    pl = LazyModule("polars", optional=True)
    pa = LazyModule("pyarrow", optional=True)

T = TypeVar("T")
P = TypeVar("P")

# Prefetched pages per walk; more would only cost memory.
AHEAD = 2
# A list of fewer pages is not worth splitting: finding out how would take as long.
LEAST_PAGES = 10


class AsyncPageFetcher(Generic[T]):
    """Fetches single pages of one list, by default as large as the contract allows.

    Raises:
        UsageError: A filter is not valid. Nothing was sent.
    """

    def __init__(
        self,
        operations: AsyncOperations,
        operation: Operation[PageOf[T]],
        arguments: Mapping[str, object],
        options: RequestOptions,
        *,
        strict: bool = False,
    ) -> None:
        self.operation = operation
        self._operations = operations
        self._arguments = {**arguments}
        if self._arguments.get("limit") is None:
            self._arguments["limit"] = operation.page_limit
        prepare(operation, self._arguments, options, strict=strict)
        self._options = options
        self._strict = strict

    def walk(self) -> Walk:
        """Start a new walk, for `fetch`."""
        cursor = self._arguments.get("cursor")
        return Walk(self.operation.name, None if cursor is None else str(cursor))

    async def fetch(self, walk: Walk) -> Page[T]:
        """Fetch the page at the walk's cursor and move the walk, unless decoding fails."""
        at = walk.cursor
        raw = await self.fetch_raw(walk)
        try:
            return raw.page()
        except ContractError:
            walk.back(at)
            raise

    async def fetch_raw(self, walk: Walk, counter: RequestCounter | None = None) -> RawPage[T]:
        """Fetch the page at the walk's cursor, undecoded, and move the walk."""
        at = walk.cursor

        def read(payload: Any, response: RawResponse) -> RawPage[T]:
            raw = RawPage(self.operation, response, payload, at)
            try:
                walk.move(payload, response.request_id)
            except ContractError:
                raw.page()  # raises first if more is wrong than the pagination
                raise
            return raw

        operation: Operation[Any] = self.operation
        arguments = self._arguments if at is None else {**self._arguments, "cursor": at}
        try:
            reply: Reply[RawPage[T]] = await self._operations.invoke(
                operation,
                arguments,
                self._options,
                read=read,
                strict=self._strict,
                counter=counter,
            )
        except CreatorAuditError as error:
            error.resume_cursor = at
            raise
        return reply.value

    async def count(self, counter: RequestCounter | None = None) -> int | None:
        """Fetch the size of the whole list."""
        arguments = {**self._arguments, "include_total": True, "limit": 1}
        reply = await self._operations.invoke(
            self.operation, arguments, self._options, counter=counter
        )
        page: PageOf[T] = reply.value
        return page.pagination.total_count


def undecoded(page: RawPage[T]) -> RawPage[T]:
    """Leave a page as it is, so that the walk does not wait while it is decoded."""
    return page


class AsyncPrefetch(Generic[P]):
    """Follows walks side by side and returns their pages in the order of arrival.

    Only jobs that need every page use it (breakouts, exports, `to_list`). Plain iteration requests
    a page only when it is needed.

    Args:
        walks: Number of walks.
        arrive: Called with each page as soon as it has arrived, before the next one is requested;
            `next` returns its result.
    """

    def __init__(self, walks: int, arrive: Callable[[RawPage[Any]], P]) -> None:
        self._arrive = arrive
        self._channel: Channel[P | BaseException | None] = Channel(AHEAD * walks)
        self._pool = Pool(walks)
        self._open = 0

    async def __aenter__(self) -> Self:
        await self._pool.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # No more pages are wanted, so jobs that wait to add one must stop waiting.
        self._channel.close()
        await self._pool.__aexit__(exc_type, exc, traceback)

    async def follow(
        self,
        fetcher: AsyncPageFetcher[Any],
        walk: Walk,
        *,
        most: int | None = None,
        counter: RequestCounter | None = None,
    ) -> None:
        """Start to fetch the pages of a walk; with `most`, only enough for that many items."""
        self._open += 1
        await self._pool.start(self._read, fetcher, walk, most, counter)
        await give_way()

    async def next(self) -> P | None:
        """Return the next page, or None if every walk has ended. Raises the error of a walk."""
        while self._open:
            page = await self._channel.get()
            if isinstance(page, BaseException):
                raise page
            if page is not None:
                await give_way()
                return page
            self._open -= 1
        return None

    async def _read(
        self,
        fetcher: AsyncPageFetcher[Any],
        walk: Walk,
        most: int | None,
        counter: RequestCounter | None,
    ) -> None:
        seen, wanted = 0, True
        try:
            while wanted and not walk.ended and (most is None or seen < most):
                page = await fetcher.fetch_raw(walk, counter)
                seen += page.size
                wanted = await self._channel.put(self._arrive(page))
        # Passed on to `next`, which would wait forever otherwise; a hook may call sys.exit().
        except (Exception, SystemExit, KeyboardInterrupt) as error:  # noqa: BLE001 - see above
            await self._channel.put(error)
            return
        await self._channel.put(None)


class AsyncStartedWalk(NamedTuple, Generic[T]):
    """A walk whose first page has been fetched.

    Attributes:
        fetcher: Fetches its pages.
        walk: The walk, behind its first page.
        page: The first page.
        platform: The platform that it walks over; None for the whole list.
    """

    fetcher: AsyncPageFetcher[T]
    walk: Walk
    page: RawPage[T]
    platform: str | None = None


async def begin_walks(
    fetcher: AsyncPageFetcher[T],
    of_platform: Callable[..., AsyncPageFetcher[T]],
    *,
    split: bool,
    count: bool = False,
    counter: RequestCounter | None = None,
) -> list[AsyncStartedWalk[T]]:
    """Fetch the first page of each walk that makes up a list: one, or one per platform.

    A long list is split if the server shows that it applies the filter and the parts add up to the
    whole. Otherwise posts of a platform that this release does not know would be lost.

    Args:
        fetcher: Fetcher of the whole list.
        of_platform: Makes the fetcher of one platform (None: of all), with more arguments of the
            list.
        split: Whether to consider splitting.
        count: Whether to ask for the size of the list even if it cannot be split.
        counter: Counts the requests.
    """
    bound = fetcher.operation.bounds.get("platform")
    platforms = bound.choices if split and bound is not None else ()
    counted = of_platform(None, include_total=True) if platforms or count else fetcher
    walk = fetcher.walk()
    first = await counted.fetch_raw(walk, counter)
    whole = [AsyncStartedWalk(fetcher, walk, first)]
    left = first.total_count
    if not platforms or not isinstance(left, int) or left < LEAST_PAGES * max(first.size, 1):
        return whole
    parts: list[AsyncStartedWalk[T]] = []
    for platform in platforms:
        part = of_platform(platform)
        walk = part.walk()
        try:
            page = await of_platform(platform, include_total=True).fetch_raw(walk, counter)
        except ValidationError:
            return whole
        size = page.total_count
        if page.applied("platform") != platform or not isinstance(size, int):
            return whole
        left -= size
        parts.append(AsyncStartedWalk(part, walk, page, platform))
    return parts if left == 0 else whole


class AsyncPages(AsyncIterator[Page[T]]):
    """Iterates over one walk, page by page.

    It is not a generator, so a `break` leaves nothing to clean up.
    """

    def __init__(self, fetcher: AsyncPageFetcher[T]) -> None:
        self._fetcher = fetcher
        self._walk = fetcher.walk()

    async def __anext__(self) -> Page[T]:
        if self._walk.ended:
            raise StopAsyncIteration
        return await self._fetcher.fetch(self._walk)


class AsyncItems(AsyncIterator[T]):
    """Iterates over one walk, item by item, at most `left` items."""

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


class AsyncPager(AsyncArrowSource, Generic[T]):
    """A list that fetches its pages while you iterate; nothing is sent before.

    Iterate over it to get items, or over `pages()` to get pages. Each iteration starts again at the
    first page. A page is requested only when it is needed, so a `break` costs nothing. An exception
    during iteration has a `resume_cursor`; pass it to the same call as `cursor=` to resume.
    """

    def __init__(self, fetcher: AsyncPageFetcher[T], max_items: int | None = None) -> None:
        self._fetcher = fetcher
        self._max_items = _checked_most(max_items)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._fetcher.operation.name}>"

    def __aiter__(self) -> AsyncIterator[T]:
        return AsyncItems(AsyncPages(self._fetcher), self._max_items)

    def pages(self) -> AsyncIterator[Page[T]]:
        """Iterate over whole pages; `max_items` does not apply."""
        return AsyncPages(self._fetcher)

    async def first(self) -> T | None:
        """Return the first item, or None if the list is empty."""
        async for item in self:
            return item
        return None

    async def to_list(self, *, max_items: int | None = None) -> list[T]:
        """Fetch all items into a list, with prefetch.

        Args:
            max_items: Most items to fetch. The `max_items` of the pager applies as well.
        """
        bounds = [one for one in (self._max_items, _checked_most(max_items)) if one is not None]
        items: list[T] = []
        await self._each_page(
            min(bounds, default=None), lambda page, left: items.extend(page.items[:left])
        )
        return ItemList(items, self._fetcher.operation.item)

    async def to_arrow(self) -> pa.Table:
        """Fetch all items, at most `max_items`, as an Arrow table. Needs the extra `arrow`.

        Raises:
            ConfigurationError: pyarrow is not installed.
            ContractError: A value does not have the type of its column.
        """
        batches = [self._of([]).to_batch()]
        await self._each_page(
            self._max_items,
            lambda page, left: batches.append(page._table().head(left).to_batch()),
        )
        return pyarrow().Table.from_batches(batches)

    async def to_pandas(self, *, expand: Expand = False) -> pd.DataFrame:
        """Fetch all items into a data frame; see `creatoraudit.frames.to_pandas`."""
        return (await self._table()).to_pandas(expand)

    async def to_polars(self, *, expand: Expand = False) -> pl.DataFrame:
        """Fetch all items into a data frame; see `creatoraudit.frames.to_polars`."""
        return (await self._table()).to_polars(expand)

    async def total_count(self) -> int | None:
        """Fetch the size of the whole list with one small request, for which the API must count."""
        return await self._fetcher.count()

    async def _each_page(
        self, most: int | None, use: Callable[[Page[T], int | None], None]
    ) -> None:
        """Call `use` with each page and the number of items still wanted, with prefetch."""
        if most == 0:
            return
        left = most
        async with AsyncPrefetch[RawPage[T]](1, undecoded) as prefetch:
            await prefetch.follow(self._fetcher, self._fetcher.walk(), most=most)
            while (raw := await prefetch.next()) is not None:
                page = raw.page()
                use(page, left)
                left = None if left is None else max(0, left - len(page))

    async def _table(self) -> Table:
        rows: list[Row] = []
        await self._each_page(
            self._max_items, lambda page, left: rows.extend(page._table().rows[:left])
        )
        return self._of(rows)

    def _of(self, rows: Sequence[Row]) -> Table:
        operation = self._fetcher.operation
        return Table.of(operation.item, rows, Origin(operation.name))


def _checked_most(max_items: object) -> int | None:
    if max_items is None:
        return None
    most = as_int(max_items)
    if most is None or most < 0:
        raise UsageError(f"max_items must be a whole number, 0 or more, not {max_items!r:.40}")
    return most


def paginate(
    operations: AsyncOperations, operation: Operation[Any] | str, arguments: Mapping[str, object]
) -> AsyncPager[Any]:
    """Make a pager of any list operation."""
    found = find(operation)
    if not found.paged:
        raise UsageError(f"{found.name} is not paged; use call()")
    options, own = split_options(arguments)
    max_items = cast("int | None", own.pop("max_items", None))
    return AsyncPager(AsyncPageFetcher(operations, found, own, options, strict=True), max_items)
