"""Turn lists, deltas, metrics and breakouts into polars and pandas data frames.

Both libraries are extras: `pip install 'creatoraudit[polars]'` or `'creatoraudit[pandas]'`. The
columns follow the contract, even if every value is missing. Members that the contract does not
declare are JSON in the column `additional_members`. A value of the wrong type goes there too and is
missing in its own column, so that a column of numbers stays a column of numbers.
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
    """Make a polars data frame with one row per item.

    Args:
        items: A list (`ca.videos.list()`) or its `to_list()`, a model or a mapping, several of
            them, or the result of `deltas`, `metrics` or `breakouts`.
        expand: True to add a column for each member of nested objects, or the names of the columns
            to expand. The new columns are named `outer.inner`, with an underscore added if that
            name is taken. Without `expand`, a nested member is JSON text in one column.

    Returns:
        A frame whose columns are String, Int64, Float64, Boolean or Datetime (microseconds, UTC).

    Raises:
        ConfigurationError: polars is not installed.
        UsageError: An item is neither a model nor a mapping, or `expand` names an unknown column.

    Example:
        >>> frame = to_polars(ca.videos.list(max_items=100))
        >>> frame.sort("view_count", descending=True)
    """
    return _table(items).to_polars(expand)


def to_pandas(items: Framable, *, expand: Expand = False) -> pd.DataFrame:
    """Make a pandas data frame with one row per item.

    Args:
        items: Same as for `to_polars`.
        expand: Same as for `to_polars`.

    Returns:
        A frame whose columns have the dtypes string, Int64, Float64, boolean or datetime64 (UTC),
        all of which distinguish a missing value from zero.

    Raises:
        ConfigurationError: pandas is not installed.
        UsageError: An item is neither a model nor a mapping, or `expand` names an unknown column.

    Example:
        >>> frame = to_pandas(ca.breakouts(window=7))
        >>> frame.head()
    """
    return _table(items).to_pandas(expand)


def _table(items: Framable) -> Table:
    return items._table() if isinstance(items, Tabular) else table_of(items)
