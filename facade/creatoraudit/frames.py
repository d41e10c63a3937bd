"""Data frames from lists, deltas, metrics and breakouts, for polars and pandas.

Both are extras: `pip install 'creatoraudit[polars]'` or `'creatoraudit[pandas]'`. The columns
follow the contract, also where every value is missing. Members that the contract does not declare
are JSON in the column `additional_members`. So is a value of the wrong type: it is missing in its
own column rather than turning a column of numbers into objects.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

from creatoraudit_api.types import ReadModel

from ._core.lazy import LazyModule
from ._results.columns import Row
from ._results.tables import Expand, Table, Tabular, table_of

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
else:
    pd = LazyModule("pandas", optional=True)
    pl = LazyModule("polars", optional=True)

__all__ = ["to_pandas", "to_polars"]

Framable: TypeAlias = Tabular | Iterable[ReadModel | Row | Tabular] | ReadModel | Row


def to_polars(items: Framable, *, expand: Expand = False) -> pl.DataFrame:
    """A polars frame with one row per item.

    Args:
        items: A list (`ca.videos.list()`), what its `to_list()` gives, models, mappings, one of
            either, or what `deltas`, `metrics` and `breakouts` return.
        expand: True to add a column for each member of nested objects, named `outer.inner` (and an
            underscore where that name is taken), or the names of the columns to expand. A nested
            member is JSON text in its own column.

    Returns:
        A frame whose columns are String, Int64, Float64, Boolean or Datetime (microseconds, UTC).

    Raises:
        ConfigurationError: polars is not installed.
        UsageError: An item is neither a model nor a mapping, or `expand` names no column.

    Example:
        >>> frame = to_polars(ca.videos.list(max_items=100))
        >>> frame.sort("view_count", descending=True)
    """
    return _table(items).to_polars(expand)


def to_pandas(items: Framable, *, expand: Expand = False) -> pd.DataFrame:
    """A pandas frame with one row per item.

    Args:
        items: As for `to_polars`.
        expand: As for `to_polars`.

    Returns:
        A frame whose columns have the dtypes string, Int64, Float64, boolean or datetime64 (UTC),
        all of which tell a missing value from zero.

    Raises:
        ConfigurationError: pandas is not installed.
        UsageError: An item is neither a model nor a mapping, or `expand` names no column.

    Example:
        >>> frame = to_pandas(ca.breakouts(window=7))
        >>> frame.head()
    """
    return _table(items).to_pandas(expand)


def _table(items: Framable) -> Table:
    return items._table() if isinstance(items, Tabular) else table_of(items)
