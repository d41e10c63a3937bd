"""Keeps the state of an interrupted job in an SQLite file that one process at a time may use.

The file is locked while it is open. The lock ends with the process, so a killed job can be resumed
at once. The file also identifies its job, so that no other job continues it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from .files import own_file

_IDENTITY = "CREATE TABLE IF NOT EXISTS identity (name TEXT PRIMARY KEY, value TEXT NOT NULL)"


class Difference(NamedTuple):
    """A setting that differs between two jobs, with its stored and its current value as JSON."""

    name: str
    kept: str
    here: str


class OtherJobError(Exception):
    """The file belongs to another job.

    Attributes:
        differences: The settings that differ.
    """

    def __init__(self, differences: list[Difference]) -> None:
        super().__init__()
        self.differences = differences


class ForeignFileError(Exception):
    """The file is the database of another program."""


def is_busy(error: Exception) -> bool:
    """Whether an error means that another process uses the file."""
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY


class ResumeStore:
    """An open file with the state of one job.

    Args:
        path: The file. It is created if it does not exist.
        tables: SQL that creates the job's tables, by table name.
        earlier: Statements that upgrade the tables of an earlier release, by the name of a table
            that only that release had.

    Raises:
        ForeignFileError: The file is a database without these tables.
        OSError: The file belongs to another user, or cannot be created.
        sqlite3.Error: Another process uses it (see `is_busy`), or it is damaged.
    """

    def __init__(
        self,
        path: Path,
        tables: Mapping[str, str],
        earlier: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> None:
        own_file(path)
        self._tables = ("identity", *tables)
        self.db = sqlite3.connect(path, timeout=0, isolation_level=None)
        try:
            self.db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self.db.execute("BEGIN EXCLUSIVE")
            found = {name for (name,) in self.db.execute("SELECT name FROM sqlite_master")}
            for table in found.intersection(earlier if "identity" in found else ()):
                for statement in earlier[table]:
                    self.db.execute(statement)
                found |= {*tables}
            if found and not found.issuperset(self._tables):
                raise ForeignFileError
            self.db.execute(_IDENTITY)
            for columns in tables.values():
                self.db.execute(columns)
            self.db.execute("COMMIT")
        except BaseException:
            self.db.close()
            raise

    def identify(self, job: Mapping[str, object]) -> None:
        """Store the settings that identify the job, or compare them with the stored ones.

        Raises:
            OtherJobError: They differ.
        """
        here = {name: json.dumps(value, default=str) for name, value in job.items()}
        kept: dict[str, str] = dict(self.db.execute("SELECT name, value FROM identity"))
        if not kept:
            with self.transaction():
                self.db.executemany("INSERT INTO identity VALUES (?, ?)", here.items())
        elif kept != here:
            raise OtherJobError(
                [
                    Difference(name, kept.get(name, "unknown"), value)
                    for name, value in here.items()
                    if kept.get(name) != value
                ]
            )

    def forget(self) -> None:
        """Empty every table."""
        with self.transaction():
            for table in self._tables:
                self.db.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A block whose changes are all stored or none."""
        with self.db:
            self.db.execute("BEGIN")
            yield

    def close(self) -> None:
        """Close the file and release its lock."""
        self.db.close()
