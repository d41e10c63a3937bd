"""Data frames from models, deltas, metrics and breakouts, for polars and pandas.

Both are extras: `pip install 'creatoraudit[polars]'` or `'creatoraudit[pandas]'`. Columns are typed
after the models, also where every value is missing. A scalar of the wrong type, which a model keeps
as it was sent, becomes missing here rather than turning a column of numbers into objects.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from creatoraudit_api.models import WindowedTotals
from creatoraudit_api.types import ReadModel

from ._results.breakouts import Breakouts
from ._results.columns import OTHERS, Kind, Row, cell, kind_seen, kinds_of, members
from ._results.deltas import VideoDeltas
from ._results.metrics import AccountVideoMetrics, Metrics
from .errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

__all__ = ["to_pandas", "to_polars"]

Framable: TypeAlias = (
    "Iterable[ReadModel | Row] | ReadModel | Row"
    " | VideoDeltas | Metrics | AccountVideoMetrics | Breakouts"
)

_BREAKOUT: Mapping[str, Kind] = {
    "rank": "integer",
    "id": "string",
    "platform": "string",
    "external_id": "string",
    "account_username": "string",
    "description": "string",
    "deltas": "json",
    "delta": "integer",
    "views_before": "integer",
    "growth": "number",
    "outlier": "number",
}


def to_polars(items: Framable, *, expand: bool | Collection[str] = False) -> pl.DataFrame:
    """A polars frame with one row per item.

    Args:
        items: Models (a pager's `to_list()`), mappings, one of either, or what `deltas`, `metrics`
            and `breakouts` return.
        expand: True to give each member of nested objects a column of its own, named
            `outer.inner` (and an underscore where that name is taken), or the names of the members
            to expand; otherwise a nested member is JSON text.

    Returns:
        A frame whose columns are Utf8, Int64, Float64, Boolean or Datetime (microseconds, UTC).

    Raises:
        ConfigurationError: polars is not installed.
        UsageError: An item is neither a model nor a mapping.

    Example:
        >>> frame = to_polars(ca.videos.list(max_items=100).to_list())
        >>> frame.sort("view_count", descending=True)
    """
    try:
        import polars as pl  # noqa: PLC0415 - an extra, loaded only for this call
    except ImportError:
        raise _missing("polars") from None
    dtypes: dict[Kind, Any] = {
        "string": pl.String,
        "integer": pl.Int64,
        "number": pl.Float64,
        "boolean": pl.Boolean,
        "datetime": pl.Datetime("us", "UTC"),
        "json": pl.String,
    }
    columns = _columns(items, expand)
    return pl.DataFrame(
        [
            pl.Series(name, [cell(value, kind) for value in values], dtype=dtypes[kind])
            for name, (kind, values) in columns.items()
        ]
    )


def to_pandas(items: Framable, *, expand: bool | Collection[str] = False) -> pd.DataFrame:
    """A pandas frame with one row per item.

    Args:
        items: As for `to_polars`.
        expand: As for `to_polars`.

    Returns:
        A frame whose columns have the dtypes string, Int64, Float64, boolean or datetime64 (UTC),
        all of which tell a missing value from zero.

    Raises:
        ConfigurationError: pandas is not installed.
        UsageError: An item is neither a model nor a mapping.

    Example:
        >>> frame = to_pandas(ca.breakouts(window=7), expand=True)
        >>> frame.head()
    """
    try:
        import pandas as pd  # noqa: PLC0415 - an extra, loaded only for this call
    except ImportError:
        raise _missing("pandas") from None
    dtypes: dict[Kind, Any] = {
        "string": "string",
        "integer": "Int64",
        "number": "Float64",
        "boolean": "boolean",
        "datetime": pd.DatetimeTZDtype("us", "UTC"),
        "json": "string",
    }
    columns = _columns(items, expand)
    return pd.DataFrame(
        {
            name: pd.array([cell(value, kind) for value in values], dtype=dtypes[kind])
            for name, (kind, values) in columns.items()
        }
    )


def _missing(library: str) -> ConfigurationError:
    return ConfigurationError(
        f"{library} is not installed; run: pip install 'creatoraudit[{library}]'"
    )


def _columns(
    items: Framable, expand: bool | Collection[str]
) -> dict[str, tuple[Kind, list[object]]]:
    """Column by column: its kind, and a value per row."""
    declared = _own_kinds(items)
    rows: list[Row] = []
    for row, kinds in _rows(items):
        declared |= kinds
        rows.append(row)
    columns: dict[str, tuple[Kind, list[object]]] = {}
    for name in dict.fromkeys([*declared, *(name for row in rows for name in row)]):
        values: list[object] = [row.get(name) for row in rows]
        kind: Kind = declared.get(name) or kind_seen(values)
        wanted = expand if isinstance(expand, bool) else name in expand
        found: dict[str, tuple[Kind, list[object]]] = {}
        if name != OTHERS or any(values):
            found = {name: (kind, values)}
        if kind == "json" and wanted:
            found = _inner_columns(name, values)
        for column, content in found.items():
            columns[_free(column, columns)] = content
    return columns


def _free(name: str, taken: Collection[str]) -> str:
    """The name, made longer while it is taken: a key with a dot may read like an inner member."""
    while name in taken:
        name += "_"
    return name


def _inner_columns(name: str, values: list[object]) -> dict[str, tuple[Kind, list[object]]]:
    objects = [value if isinstance(value, Mapping) else {} for value in values]
    prefix = "" if name == OTHERS else f"{name}."
    columns: dict[str, tuple[Kind, list[object]]] = {}
    for inner in dict.fromkeys(key for one in objects for key in one):
        cells: list[object] = [one.get(inner) for one in objects]
        columns[f"{prefix}{inner}"] = (kind_seen(cells), cells)
    if any(value is not None and not isinstance(value, Mapping) for value in values):
        columns[name] = ("json", values)
    return columns


def _own_kinds(items: Framable) -> dict[str, Kind]:
    """The kinds that a result declares itself, whether or not it has rows."""
    if isinstance(items, VideoDeltas):
        return {"video_id": "string", **{f"{days}d": "integer" for days in items.windows}}
    if isinstance(items, Metrics):
        return {"id": "string", **kinds_of(WindowedTotals)}
    if isinstance(items, AccountVideoMetrics):
        return {"platform": "string", "id": "integer", **kinds_of(WindowedTotals)}
    return dict(_BREAKOUT) if isinstance(items, Breakouts) else {}


def _rows(items: Framable) -> Iterator[tuple[Row, Mapping[str, Kind]]]:
    """A row per item, with the kinds its type declares."""
    if isinstance(items, VideoDeltas):
        for video_id, deltas in items.items():
            yield {"video_id": video_id, **deltas}, {}
    elif isinstance(items, Metrics):
        for resource_id, totals in items.items():
            yield {"id": resource_id, **members(totals)}, {}
    elif isinstance(items, AccountVideoMetrics):
        for one in items:
            yield {"platform": one.platform, "id": one.id, **members(one.totals)}, {}
    elif isinstance(items, Breakouts):
        for post in items:
            yield post.to_dict(), {}
    else:
        for item in [items] if isinstance(items, Mapping) else items:
            if isinstance(item, ReadModel):
                yield members(item), kinds_of(type(item))
            elif isinstance(item, Mapping):
                yield item, {}
            else:
                raise UsageError(
                    f"a frame is made of models or mappings, not {type(item).__name__}"
                )
