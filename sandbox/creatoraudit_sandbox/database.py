"""A thin layer over SQLite: queries with bound values, and transactions.

The database is in memory by default. In a file, each write is committed (WAL) before the response,
so that killing the process loses nothing that was acknowledged.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias

from . import recorded
from .private import check_is_ours

#: A row as a plain dict: a page looks up thousands of columns, and `sqlite3.Row` searches for each
#: by name.
Row: TypeAlias = dict[str, Any]
Value: TypeAlias = str | int | None


def _contains(text: str | None, folded: str) -> bool:
    return text is not None and folded in text.casefold()


class Database:
    """A connection that may be used from any thread, one at a time.

    Args:
        path: The file; in memory if None.
        tables: Tables that an existing file must have.

    Raises:
        ValueError: The file is the database of another program.
    """

    def __init__(self, path: str | None = None, tables: Collection[str] = ()) -> None:
        self._path = path
        if path is not None:
            _claim(path)
        self._connection = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False, cached_statements=16
        )
        self._connection.create_function("contains", 2, _contains, deterministic=True)
        self._connection.create_function("recorded", 4, recorded.count, deterministic=True)
        try:
            if path is not None:
                self._refuse_foreign(tables)
                self.execute("PRAGMA journal_mode = WAL")
                self.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            self.close()
            raise

    def _refuse_foreign(self, tables: Collection[str]) -> None:
        found = {row["name"] for row in self.all("SELECT name FROM sqlite_master")}
        if found and not found.issuperset(tables):
            raise ValueError("the data file is the database of another program; name another one")

    def keep_private(self) -> None:
        """Remove all permissions of other users from the database file."""
        if self._path is not None:
            for file in _files(self._path):
                file.chmod(0o600)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    @property
    def changes(self) -> int:
        """A number that changes with every write."""
        return self._connection.total_changes

    @contextmanager
    def write(self) -> Iterator[None]:
        """A transaction: committed when the block ends, undone when it raises."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.execute("ROLLBACK")
            raise
        self.execute("COMMIT")

    def execute(
        self, sql: str, values: Sequence[Value] | Mapping[str, Value] = ()
    ) -> sqlite3.Cursor:
        """Run a statement."""
        return self._connection.execute(sql, values)

    def all(self, sql: str, *values: Value) -> list[Row]:
        """Return the rows of a query."""
        cursor = self.execute(sql, values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def one(self, sql: str, *values: Value) -> Row | None:
        """Return the first row of a query, if there is one."""
        rows = self.all(sql, *values)
        return rows[0] if rows else None

    def scalar(self, sql: str, *values: Value) -> int:
        """Return the single number of a query; 0 if there is none."""
        row = self.execute(sql, values).fetchone()
        return int(row[0] or 0) if row else 0

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
        """Insert rows given as tuples."""
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({placeholders(columns)})"
        self._connection.executemany(sql, rows)

    def update(self, table: str, n: int, **values: Value) -> None:
        """Update columns of the row with this row number."""
        assignments = ", ".join(f"{name} = ?" for name in values)
        self.execute(f"UPDATE {table} SET {assignments} WHERE n = ?", (*values.values(), n))


def _files(path: str) -> Iterator[Path]:
    """The file of a database, and the files that SQLite keeps next to it."""
    for ending in ("", "-wal", "-shm", "-journal"):
        file = Path(path + ending)
        with suppress(FileNotFoundError):
            file.lstat()
            yield file


def _claim(path: str) -> None:
    """Create the file for its owner only; raises PermissionError for another user's file."""
    for file in _files(path):
        check_is_ours(file)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def placeholders(values: Sequence[object]) -> str:
    """SQL placeholders, one per value."""
    return ", ".join("?" * len(values))
