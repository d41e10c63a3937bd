# Derived from ../_async/pager.py by scripts/unasync.py; change that file instead.
"""Walking lists page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Generic, TypeVar

from .._results.pages import Page
from .._results.tables import Expand, ItemList, Origin, Table, joined
from ..errors import UsageError
from .ahead import Prefetch
from .io import ArrowSource
from .source import PageFetcher

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

T = TypeVar("T")


class Pages(Iterator[Page[T]]):
    """One walk, page by page.

    No generator, so that one left by `break` has nothing to clean up: an event loop would do that
    later, or complain that it has to.
    """

    def __init__(self, source: PageFetcher[T]) -> None:
        self._source = source
        self._walk = source.walk()

    def __next__(self) -> Page[T]:
        if self._walk.ended:
            raise StopIteration
        return self._source.fetch(self._walk)


class Items(Iterator[T]):
    """One walk, item by item, at most `left` of them."""

    def __init__(self, pages: Iterator[Page[T]], left: int | None) -> None:
        self._pages = pages
        self._left = left
        self._items: Iterator[T] = iter(())

    def __next__(self) -> T:
        if self._left == 0:
            raise StopIteration
        while True:
            for item in self._items:
                if self._left is not None:
                    self._left -= 1
                return item
            page = next(self._pages)
            self._items = iter(page.items)


class Pager(ArrowSource, Generic[T]):
    """A list that is fetched as it is read; nothing is sent before.

    Iterate it for items, or `pages()` for page objects. Each iteration is a walk of its own. A page
    is requested when it is needed and no earlier, so a `break` costs nothing. An exception raised
    on the way carries `resume_cursor`; pass it to the same call as `cursor=` to go on.
    """

    def __init__(self, source: PageFetcher[T], max_items: int | None = None) -> None:
        counted: object = max_items
        if counted is not None and (
            isinstance(counted, bool) or not isinstance(counted, int) or counted < 0
        ):
            raise UsageError(f"max_items must be a whole number from 0 on, not {counted!r:.40}")
        self._source = source
        self._max_items = max_items

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._source.operation.name}>"

    def __iter__(self) -> Iterator[T]:
        return Items(Pages(self._source), self._max_items)

    def pages(self) -> Iterator[Page[T]]:
        """Iterate over whole pages; `max_items` does not apply."""
        return Pages(self._source)

    def first(self) -> T | None:
        """The first item, or None when the list is empty."""
        for item in self:
            return item
        return None

    def to_list(self, *, max_items: int | None = None) -> list[T]:
        """All items in a list, at most `max_items`; the next page is fetched meanwhile."""
        if max_items is not None:
            return Pager(self._source, max_items).to_list()
        pages = self._all_pages()
        items = [item for page in pages for item in page.items]
        return ItemList(items[: self._max_items], self._source.operation.item)

    def to_arrow(self) -> pa.Table:
        """All items as an Arrow table, at most `max_items`; needs the extra `arrow`.

        Raises:
            ConfigurationError: pyarrow is not installed.
            ContractError: A value is not of its column's type.
        """
        return (self._table()).to_arrow()

    def to_pandas(self, *, expand: Expand = False) -> pd.DataFrame:
        """All items as a pandas frame, at most `max_items`; see `creatoraudit.frames.to_pandas`."""
        return (self._table()).to_pandas(expand)

    def to_polars(self, *, expand: Expand = False) -> pl.DataFrame:
        """All items as a polars frame, at most `max_items`; see `creatoraudit.frames.to_polars`."""
        return (self._table()).to_polars(expand)

    def total_count(self) -> int | None:
        """The size of the whole list; one small request of its own, which costs the API a count."""
        return self._source.count()

    def _all_pages(self) -> list[Page[T]]:
        """The pages that hold what is wanted; the next one is fetched meanwhile."""
        most = self._max_items
        pages: list[Page[T]] = []
        if most == 0:
            return pages
        with Prefetch[T](1) as ahead:
            ahead.follow(self._source, self._source.walk(), None, most)
            while (raw := ahead.next()) is not None:
                pages.append(raw.page())
        return pages

    def _table(self) -> Table:
        pages = self._all_pages()
        return joined([page._table() for page in pages], self._no_rows(), self._max_items)

    def _no_rows(self) -> Table:
        operation = self._source.operation
        return Table.of(operation.item, [], Origin(operation.name))
