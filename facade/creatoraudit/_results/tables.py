"""Rows with typed columns, which become polars, pandas or Arrow data.

Each library is an extra and is imported by the method that needs it.
"""

from __future__ import annotations

import datetime as dt
import json
from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import chain
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, NoReturn, TypeVar, cast

from creatoraudit_api.types import ReadModel, Shapes, html_table

from .._core import clock
from .._core.contract import Fault, contract_error, type_name
from .._core.lazy import LazyModule, installed
from .._core.text import one_line
from .._version import __version__
from ..errors import ContractError, UsageError
from .columns import CALLED, OTHERS, Kind, Row, is_open, kind_seen, kinds_of, typed

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa
else:
    pd = LazyModule("pandas", optional=True)
    pl = LazyModule("polars", optional=True)
    pa = LazyModule("pyarrow", optional=True)

if TYPE_CHECKING:
    Lookup = Mapping
else:

    class Lookup(Generic[TypeVar("Key"), TypeVar("Value")]):
        """A mapping that is not registered as one.

        polars takes a registered mapping for columns by name, and never asks for its Arrow stream.
        """

        __slots__ = ()
        get = Mapping.get
        keys = Mapping.keys
        values = Mapping.values
        items = Mapping.items
        __contains__ = Mapping.__contains__


T = TypeVar("T")
Expand = bool | Collection[str]
# Limits for the HTML table in a notebook.
_ROWS_SHOWN, _COLUMNS_SHOWN, _LONGEST_TEXT = 10, 16, 80


class Origin(NamedTuple):
    """The response that rows came from, for error messages."""

    operation: str
    request_id: str | None = None
    cursor: str | None = None


class Table:
    """Rows, as JSON objects, and the kind of each of their columns.

    Attributes:
        rows: The rows.
        kinds: The kind of each column, in order.
        spread: Whether a frame also has a column for each undeclared member.
        origin: The response that the rows came from.
    """

    __slots__ = ("kinds", "origin", "rows", "spread")

    def __init__(
        self,
        rows: Sequence[Row],
        kinds: Mapping[str, Kind],
        *,
        spread: bool = False,
        origin: Origin | None = None,
    ) -> None:
        self.rows = rows
        self.kinds = kinds
        self.spread = spread
        self.origin = origin

    @classmethod
    def of(cls, model: str | None, rows: Sequence[Row], origin: Origin | None = None) -> Table:
        """Make a table of rows of one model; None if the contract names no model."""
        model = model or ""
        return cls(rows, kinds_of(model), spread=is_open(model), origin=origin)

    def head(self, most: int | None) -> Table:
        """Return a table of the first rows."""
        return Table(self.rows[:most], self.kinds, spread=self.spread, origin=self.origin)

    def to_polars(self, expand: Expand) -> pl.DataFrame:
        """Make a polars data frame; see `creatoraudit.frames.to_polars`."""
        library = installed("polars")
        dtypes: dict[Kind, Any] = {
            "string": library.String,
            "integer": library.Int64,
            "number": library.Float64,
            "boolean": library.Boolean,
            "datetime": library.Datetime("us", "UTC"),
            "json": library.String,
        }
        frame: pl.DataFrame = library.DataFrame(
            [
                library.Series(name, cells, dtype=dtypes[kind])
                for name, (kind, cells) in self._columns(expand).items()
            ]
        )
        return frame

    def to_pandas(self, expand: Expand) -> pd.DataFrame:
        """Make a pandas data frame; see `creatoraudit.frames.to_pandas`."""
        library = installed("pandas")
        dtypes: dict[Kind, Any] = {
            "string": "string",
            "integer": "Int64",
            "number": "Float64",
            "boolean": "boolean",
            "datetime": library.DatetimeTZDtype("us", "UTC"),
            "json": "string",
        }
        frame: pd.DataFrame = library.DataFrame(
            {
                name: library.array(cells, dtype=dtypes[kind])
                for name, (kind, cells) in self._columns(expand).items()
            }
        )
        return frame

    def to_arrow(self) -> pa.Table:
        """Make an Arrow table. Raises the same exceptions as `to_batch`."""
        return pyarrow().Table.from_batches([self.to_batch()])

    def to_batch(self) -> pa.RecordBatch:
        """Make an Arrow record batch.

        Raises:
            ConfigurationError: pyarrow is not installed.
            ContractError: A value does not have the type of its column.
        """
        library = pyarrow()
        fields = arrow_schema(self.kinds)
        values, others = self.values()
        arrays = []
        for (name, kind), wanted in zip(self.kinds.items(), fields.types, strict=True):
            column = others if name == OTHERS else values[name]
            array = _as_sent(library, column, kind, wanted)
            if array is None:
                cells, wrong = typed(column, kind)
                if wrong:
                    raise self._misfit(name, kind, wrong)
                array = library.array(cells, wanted)
            arrays.append(array)
        return library.RecordBatch.from_arrays(arrays, schema=fields)

    def to_html(self, caption: str) -> str:
        """Make a small HTML table for notebooks: the first rows, and columns that have values."""
        head = Table(self.rows[:_ROWS_SHOWN], self.kinds)
        columns, others = head.values()
        shown = {**columns, OTHERS: others} if OTHERS in self.kinds else dict(columns)
        if self.spread:
            shown |= _members(shown.pop(OTHERS))
        filled = {
            name: [_text(value) for value in values]
            for name, values in shown.items()
            if any(value is not None for value in values)
        }
        names = list(filled)[:_COLUMNS_SHOWN]
        rows = zip(*(filled[name] for name in names), strict=True)
        whole = len(self.rows) <= _ROWS_SHOWN and len(names) == len(filled)
        more = f" (the first {len(head.rows)} rows and {len(names)} columns)"
        return html_table(caption if whole else caption + more, rows, names)

    def values(self) -> tuple[Mapping[str, Sequence[object]], list[dict[str, object] | None]]:
        """The values of each declared column, and the undeclared members of each row."""
        names = [name for name in self.kinds if name != OTHERS]
        shapes = Shapes(names, frozenset())
        taken: list[tuple[object, ...]] = []
        others: list[dict[str, object] | None] = []
        for row in self.rows:
            try:
                taken.append(shapes.take(row))
            except KeyError:
                taken.append(shapes.take({**shapes.absent, **row}))
            else:
                if len(row) == len(names):  # all declared members and no other
                    others.append(None)
                    continue
            unknown = shapes[tuple(row)][1]
            others.append({name: row[name] for name in unknown} if unknown else None)
        columns = zip(*taken, strict=True) if taken else ([] for _ in names)
        return dict(zip(names, columns, strict=True)), others

    def _misfit(self, name: str, kind: Kind, wrong: Mapping[int, object]) -> ContractError:
        position, value = next(iter(wrong.items()))
        shown = f" (id {self.rows[position].get('id')})" if "id" in self.kinds else ""
        what = f"is {type_name(value)} where {CALLED[kind]} belongs{shown}"
        origin = self.origin or Origin("rows")
        fault = Fault(f"$.data[].{name}", what)
        error = contract_error(origin.operation, fault, origin.request_id)
        error.resume_cursor = origin.cursor
        return error

    def _columns(self, expand: Expand) -> dict[str, tuple[Kind, Sequence[object]]]:
        """Kind and cells of each column of a frame. Values that do not fit are in `OTHERS`."""
        expanded = self._expanded(expand)
        values, others = self.values()
        columns: dict[str, tuple[Kind, Sequence[object]]] = {}
        for name, kind in self.kinds.items():
            if name != OTHERS:
                cells, wrong = typed(values[name], kind)
                columns[name] = kind, cells
                if OTHERS in self.kinds:
                    for position, value in wrong.items():
                        others[position] = {**(others[position] or {}), name: value}
        if OTHERS in self.kinds:
            columns[OTHERS] = "json", typed(others, "json")[0]
        for name in expanded:
            prefix = "" if name == OTHERS else f"{name}."
            for inner, cells in _members(others if name == OTHERS else values[name]).items():
                kind = kind_seen(cells)
                column = f"{prefix}{inner}"
                # A key that contains a dot may look like a nested member.
                while column in columns:
                    column += "_"
                columns[column] = kind, typed(cells, kind)[0]
        return columns

    def _expanded(self, expand: Expand) -> list[str]:
        wanted = {expand} if isinstance(expand, str) else expand
        unknown = () if isinstance(wanted, bool) else sorted({*wanted} - {*self.kinds})
        if unknown and self.kinds:
            there = ", ".join(name for name, kind in self.kinds.items() if kind == "json")
            raise UsageError(f"expand= names no column {unknown[0]!r:.60}; nested columns: {there}")
        return [
            name
            for name, kind in self.kinds.items()
            if kind == "json"
            and (
                (wanted if isinstance(wanted, bool) else name in wanted)
                or (self.spread and name == OTHERS)
            )
        ]


def _text(value: object) -> object:
    return one_line(value, _LONGEST_TEXT) if isinstance(value, str) else value


def _members(values: Iterable[object]) -> dict[str, list[object]]:
    """The values of each member of these objects, by member."""
    objects = [value if isinstance(value, Mapping) else {} for value in values]
    names = dict.fromkeys(chain.from_iterable(objects))
    return {name: [one.get(name) for one in objects] for name in names}


class Tabular:
    """Base class of results that convert to data frames and Arrow."""

    __slots__ = ()

    @abstractmethod
    def _table(self) -> Table:
        """The rows and their columns."""

    def to_pandas(self, *, expand: Expand = False) -> pd.DataFrame:
        """Convert to a pandas data frame; see `creatoraudit.frames.to_pandas`."""
        return self._table().to_pandas(expand)

    def to_polars(self, *, expand: Expand = False) -> pl.DataFrame:
        """Convert to a polars data frame; see `creatoraudit.frames.to_polars`."""
        return self._table().to_polars(expand)

    def to_arrow(self) -> pa.Table:
        """Convert to an Arrow table. Needs the extra `arrow`.

        Raises:
            ConfigurationError: pyarrow is not installed.
            ContractError: A value does not have the type of its column.
        """
        return self._table().to_arrow()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the Arrow stream that polars, duckdb and others read."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)


class Result(Tabular):
    """Base class of results that a notebook shows as a table."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return self._table().to_html(repr(self).partition("\n")[0].strip("<>"))


class Computed(Result):
    """Base class of results whose rows are not the items of a list.

    pandas would silently make one column of objects of them.
    """

    __slots__ = ()

    def __array__(self, *args: object, **options: object) -> NoReturn:
        """Say what to call instead: this is how `pandas.DataFrame(result)` begins.

        Raises:
            UsageError: Always.
        """
        del args, options
        raise UsageError(f"{type(self).__name__} is not an array; call its to_pandas()")


class ItemList(list[T], Result):
    """A list of items that knows its columns even when it is empty."""

    def __init__(self, items: Iterable[T], model: str | None) -> None:
        super().__init__(items)
        self._model = model

    def _table(self) -> Table:
        return table_of(self, self._model)

    def _repr_html_(self) -> str:
        return self._table().to_html(f"{len(self):,} items")


def table_of(items: Iterable[object], model: str | None = None) -> Table:
    """Make a table with one row per model, mapping or tabular result.

    Args:
        items: The items, or a single mapping.
        model: Name of a model whose columns the table always has.

    Raises:
        UsageError: An item has another type.
    """
    kinds: dict[str, Kind] = {} if model is None else dict(kinds_of(model))
    spread = False
    rows: list[Row] = []
    mappings: list[Row] = []
    given: object = items
    if not isinstance(given, Iterable):
        raise UsageError(
            f"a frame is made of models or mappings, not {type(given).__name__};"
            " for an async list, await its to_pandas() or to_polars()"
        )
    for item in [items] if isinstance(items, Mapping) else items:
        if isinstance(item, ReadModel):
            own = Table.of(type(item).__name__, [item.to_dict()])
        elif isinstance(item, Tabular):
            own = item._table()
        elif isinstance(item, Mapping):
            row: Row = cast("Row", item)
            mappings.append(row)
            own = Table([row], {})
        else:
            raise UsageError(f"a frame is made of models or mappings, not {type(item).__name__}")
        kinds |= own.kinds
        spread = spread or own.spread
        rows += own.rows
    if OTHERS in kinds:
        kinds[OTHERS] = kinds.pop(OTHERS)
    for name in dict.fromkeys(chain.from_iterable(mappings)):
        if name not in kinds:
            kinds[name] = kind_seen([row.get(name) for row in rows])
    return Table(rows, kinds, spread=spread)


def metadata(organization: str) -> dict[str, str]:
    """Metadata of an exported file: organization, time, package version and contract."""
    stamp = json.loads(files("creatoraudit_api").joinpath("stamp.json").read_text("utf-8"))
    written = dt.datetime.fromtimestamp(clock.wall(), dt.UTC)
    return {
        "creatoraudit.organization": organization,
        "creatoraudit.written_at": written.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "creatoraudit.version": __version__,
        "creatoraudit.contract": stamp["contract"],
    }


class AsyncArrowSource:
    """Base class of async lists, which offer no Arrow stream; await `to_arrow()` instead."""


class ArrowSource(Tabular):
    """Base class of lists, which offer an Arrow stream that fetches pages while it is read."""

    _max_items: int | None
    pages: Callable[[], Iterator[Any]]
    _of: Callable[[Sequence[Row]], Table]

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the Arrow stream that polars, duckdb and others read."""
        fields = arrow_schema(self._of([]).kinds)
        reader = pyarrow().RecordBatchReader.from_batches(fields, self._batches())
        return reader.__arrow_c_stream__(requested_schema)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        """Fetch a page for each batch, at most `max_items` rows in all."""
        left, pages = self._max_items, self.pages()
        while left != 0 and (page := next(pages, None)) is not None:
            table = page._table()
            yield table.head(left).to_batch()
            left = None if left is None else max(0, left - len(table.rows))


def arrow_schema(kinds: Mapping[str, Kind]) -> pa.Schema:
    """Make the Arrow schema of these columns.

    Raises:
        ConfigurationError: pyarrow is not installed.
    """
    return _schema_of(tuple(kinds.items()))


@lru_cache(maxsize=64)  # each page of a list has the same
def _schema_of(columns: tuple[tuple[str, Kind], ...]) -> pa.Schema:
    library = pyarrow()
    types: Mapping[Kind, pa.DataType] = {
        "string": library.string(),
        "integer": library.int64(),
        "number": library.float64(),
        "boolean": library.bool_(),
        "datetime": library.timestamp("us", "UTC"),
        "json": library.string(),
    }
    return library.schema([(name, types[kind]) for name, kind in columns])


def _as_sent(
    library: Any, values: Sequence[object], kind: Kind, wanted: pa.DataType
) -> pa.Array | None:
    """Let Arrow check texts and parse timestamps, which is fast; None if one does not fit."""
    if kind not in ("string", "datetime"):
        return None
    try:
        texts = library.array(values, library.string())
        return texts if kind == "string" else texts.cast(wanted)
    except (library.ArrowInvalid, library.ArrowTypeError, UnicodeEncodeError):
        return None


def pyarrow() -> Any:
    """Import pyarrow.

    Raises:
        ConfigurationError: It is not installed.
    """
    return installed("pyarrow", "arrow")
