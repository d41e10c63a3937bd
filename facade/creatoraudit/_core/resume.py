"""Keeps the state of an interrupted job in an SQLite file that one process at a time may use.

The file stays locked as long as it is open, also against a run that is killed and followed by
another at once. It says whose job it is, so that nothing is resumed by something else.
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
    """What tells two jobs apart: a name, and its values as JSON, kept and here."""

    name: str
    kept: str
    here: str


class OtherJobError(Exception):
    """The file is about another job.

    Attributes:
        differences: What tells the two apart.
    """

    def __init__(self, differences: list[Difference]) -> None:
        super().__init__()
        self.differences = differences


class ForeignFileError(Exception):
    """The file is a database of something else."""


def is_busy(error: Exception) -> bool:
    """Whether a failure means that another process has the file."""
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY


class ResumeStore:
    """An open store.

    Args:
        path: The file; it is made if it is not there.
        tables: The job's own tables by name, as SQL.
        earlier: Statements that bring the tables of an earlier release up to date, by the name of a
            table that only it had.

    Raises:
        ForeignFileError: The file is a database without these tables.
        OSError: The file is not ours, or cannot be made.
        sqlite3.Error: Another process has it (see `is_busy`), or it is damaged.
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
        """Say whose job this is, or compare it with what is said already.

        Raises:
            OtherJobError: It is another one's.
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
        """Around what is kept together or not at all."""
        with self.db:
            self.db.execute("BEGIN")
            yield

    def close(self) -> None:
        """Let other processes have the file."""
        self.db.close()
