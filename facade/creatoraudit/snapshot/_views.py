"""Writes SQL views of the stored lists, for DuckDB or dbt.

Every view of a list reads its `history`, which has all columns of the contract: a file that an
older release wrote may lack some.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Literal, TypeAlias, get_args

from attrs import frozen

from .._core.text import one_line
from .._results.columns import Kind
from .._results.lists import WITH_DELTAS, ListName
from ..errors import UsageError
from ._unit import DEFAULT_WHAT, kinds_of_file

Dialect: TypeAlias = Literal["duckdb", "dbt"]

DIALECTS: tuple[Dialect, ...] = get_args(Dialect)
_TYPES: Mapping[Kind, str] = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "datetime": "TIMESTAMPTZ",
    "json": "VARCHAR",
}
# Totals of an item. Those of posts only rise; an account may also lose followers.
_TOTAL = re.compile(r"\w+_count|total_(?:views|plays)")
_LAST = "last_scrape_time"
_PATTERN = "{root}/{what}/snapshot_date=*/organization=*/part.parquet"


@frozen
class View:
    """A view of a list.

    Attributes:
        name: Its name in the database.
        says: What its rows are.
        sql: Its SELECT statement.
    """

    name: str
    says: str
    sql: str


def views(root: str, dialect: Dialect, what: Iterable[ListName] = DEFAULT_WHAT) -> list[View]:
    """Return the views over the snapshots below a root, each after those it reads.

    Args:
        root: Folder or URL of the snapshots, as the database reads it.
        dialect: `"duckdb"` for statements, `"dbt"` for the bodies of models.
        what: The lists. Each must have at least one stored day.

    Raises:
        UsageError: There is no such dialect or list, or DuckDB cannot read such a path.
    """
    if dialect not in DIALECTS:
        raise UsageError(f"dialect must be one of {', '.join(DIALECTS)}, not {dialect!r:.40}")
    lists = list(dict.fromkeys(what))
    for one in lists:
        if one not in DEFAULT_WHAT:
            raise UsageError(f"what must be one of {', '.join(DEFAULT_WHAT)}, not {one!r:.40}")
    place = root if "://" in root else PurePath(root).as_posix()
    if "\\" in place or "\0" in place:
        raise UsageError(
            f"DuckDB cannot read the folder {one_line(root, 200)!r}; use one without a backslash"
        )
    return [view for one in lists for view in _OfList(place.rstrip("/"), one, dialect).all()]


def stored_lists(root: str) -> tuple[ListName, ...]:
    """Return the lists that have at least one stored day; all of them for a URL."""
    if "://" in root:
        return DEFAULT_WHAT
    days = "snapshot_date=*/organization=*/part.parquet"
    return tuple(one for one in DEFAULT_WHAT if any(Path(root, one).glob(days)))


def as_text(found: Sequence[View], dialect: Dialect) -> str:
    """Return views as one SQL text: statements, or models with the name of their file."""
    return "\n".join(statement(view, dialect) for view in found)


def statement(view: View, dialect: Dialect) -> str:
    """Return a view as a statement, or as the content of a model's file."""
    if dialect == "dbt":
        return (
            f"-- {view.name}.sql: {view.says}\n{{{{ config(materialized='view') }}}}\n{view.sql}\n"
        )
    return f"-- {view.says}\nCREATE OR REPLACE VIEW {_name(view.name)} AS\n{view.sql};\n"


def mark(view: View) -> re.Pattern[bytes]:
    """What the file of a view begins with, in both dialects."""
    name = re.escape(view.name)
    head = rf'-- {name}\.sql: |-- [^\n]*\nCREATE OR REPLACE VIEW "{name}" AS\n'
    return re.compile(head.encode())


def _name(text: str) -> str:
    """A name in SQL."""
    return '"' + text.replace('"', '""') + '"'


@frozen
class _OfList:
    """Writes the views of one list."""

    root: str
    what: ListName
    dialect: Dialect

    def all(self) -> Iterator[View]:
        """The views, each after those it reads."""
        yield self._view("days", "The stored days of each organization.", self._days())
        yield self._view(
            "history", "All rows: one per item, organization and stored day.", self._history()
        )
        yield self._view(
            "latest", "The rows of the last stored day of each organization.", self._latest()
        )
        yield self._view(
            "vanished",
            "Items that are not in the last stored day of their organization, as last seen.",
            self._vanished(),
        )
        if self._totals():
            yield self._view(
                "daily_change",
                "The change of each total since the previous row of the item, in all and per day.",
                self._daily_change(),
            )
            yield self._view(
                "not_refreshed",
                "Rows for which nothing was collected since the previous row, or ever.",
                f"SELECT * FROM {self._of('daily_change')}\nWHERE NOT refreshed",
            )
        if self.what in WITH_DELTAS:
            fell = "\n   OR ".join(f"{_name(f'{one}_change')} < 0" for one in self._totals())
            yield self._view(
                "falling_totals",
                "Rows with a total below that of the previous row.",
                f"SELECT * FROM {self._of('daily_change')}\nWHERE {fell}",
            )

    def _view(self, kind: str, says: str, sql: str) -> View:
        return View(self._called(kind), f"{self.what}: {says}", sql)

    def _called(self, kind: str) -> str:
        return f"{self.what.replace('-', '_')}_{kind}"

    def _of(self, kind: str) -> str:
        """Another view of the list, in a FROM clause."""
        name = self._called(kind)
        return f"{{{{ ref('{name}') }}}}" if self.dialect == "dbt" else _name(name)

    def _files(self) -> str:
        """The pattern that finds the files of the list, as a string in SQL."""
        # DuckDB has no escape character, but takes any character in brackets literally.
        root = re.sub(r"[*?\[]", r"[\g<0>]", self.root)
        text = _PATTERN.format(root=root, what=self.what).replace("'", "''")
        if self.dialect == "dbt":
            text = text.replace("{", '{{ "{" }}')
        return f"'{text}'"

    def _columns(self) -> Mapping[str, Kind]:
        return kinds_of_file(self.what, ())

    def _totals(self) -> list[str]:
        return [
            name
            for name, kind in self._columns().items()
            if kind == "integer" and _TOTAL.fullmatch(name)
        ]

    def _days(self) -> str:
        # Read from the names of the files, because a day with an empty list has no rows.
        folders = r"snapshot_date=([^/\\]*)[/\\]organization=([^/\\]*)[/\\]part[.]parquet$"
        return (
            "SELECT\n"
            f"  regexp_extract(file, '{folders}', 2) AS organization,\n"
            f"  CAST(regexp_extract(file, '{folders}', 1) AS DATE) AS snapshot_date\n"
            f"FROM glob({self._files()})"
        )

    def _history(self) -> str:
        typed = {"organization": "VARCHAR", "snapshot_date": "DATE"} | {
            name: _TYPES[kind] for name, kind in self._columns().items()
        }
        empty = ",\n".join(f"  CAST(NULL AS {kind}) AS {_name(n)}" for n, kind in typed.items())
        return (
            f"SELECT\n{empty}\nWHERE false\n"
            "UNION ALL BY NAME\n"
            f"SELECT * FROM read_parquet(\n  {self._files()},\n"
            "  union_by_name = true,\n"
            "  hive_partitioning = true,\n"
            "  hive_types = {'snapshot_date': DATE, 'organization': VARCHAR}\n)"
        )

    def _latest(self) -> str:
        return (
            f"SELECT stored.* FROM {self._of('history')} AS stored\n"
            "JOIN (\n"
            "  SELECT organization, max(snapshot_date) AS snapshot_date\n"
            f"  FROM {self._of('days')} GROUP BY organization\n"
            ") AS last_day USING (organization, snapshot_date)"
        )

    def _vanished(self) -> str:
        return (
            "SELECT missing.snapshot_date AS missing_since, seen.*\n"
            "FROM (\n"
            f"  SELECT * FROM {self._of('history')}\n"
            "  QUALIFY row_number() OVER (\n"
            "    PARTITION BY organization, id ORDER BY snapshot_date DESC\n"
            "  ) = 1\n"
            ") AS seen\n"
            f"ASOF JOIN {self._of('days')} AS missing\n"
            "ON seen.organization = missing.organization\n"
            "  AND seen.snapshot_date < missing.snapshot_date"
        )

    def _daily_change(self) -> str:
        before = {one: _name(f"previous_{one}") for one in (_LAST, *self._totals())}
        changes = []
        for one in self._totals():
            change = f"{_name(one)} - {before[one]}"
            changes += [
                f"{change} AS {_name(f'{one}_change')}",
                f"({change}) / days AS {_name(f'{one}_per_day')}",
            ]
        read = [f"lag({_name(one)}) OVER item AS {column}" for one, column in before.items()]
        helpers, shown, lags = (",\n    ".join(parts) for parts in (before.values(), changes, read))
        return (
            "SELECT\n"
            f"  * EXCLUDE (\n    {helpers}\n  ),\n"
            "  CASE\n"
            f"    WHEN {_LAST} IS NULL THEN false\n"
            f"    WHEN days IS NOT NULL THEN {_LAST} IS DISTINCT FROM {before[_LAST]}\n"
            "  END AS refreshed,\n"
            f"    {shown}\n"
            "FROM (\n"
            "  SELECT\n"
            "    *,\n"
            "    lag(snapshot_date) OVER item AS previous_date,\n"
            "    snapshot_date - lag(snapshot_date) OVER item AS days,\n"
            f"    {lags}\n"
            f"  FROM {self._of('history')}\n"
            "  WINDOW item AS (PARTITION BY organization, id ORDER BY snapshot_date)\n"
            ")"
        )
