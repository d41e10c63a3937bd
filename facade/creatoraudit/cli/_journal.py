"""Keeps the progress of bulk tracking in a file, so that a second run resumes.

The file is a resume store with a salt and a row per outcome, each written at once. The
Idempotency-Key of an entry is derived from the salt and the data sent, so an entry whose response
was lost in a kill is sent again with the same key. A text file of an earlier release is continued
with its salt.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import click

from .._core.files import move, move_new, read_whole
from .._core.resume import ForeignFileError, OtherJobError, ResumeStore, is_busy

_TEXT_KIND = "creatoraudit progress, version 1"
_SQLITE = b"SQLite format 3\x00"
_TABLES = {
    "salt": "CREATE TABLE IF NOT EXISTS salt (value TEXT NOT NULL)",
    "done": "CREATE TABLE IF NOT EXISTS done"
    " (key TEXT PRIMARY KEY, outcome TEXT NOT NULL, id TEXT)",
}


class Done(NamedTuple):
    """The outcome of an entry, and its id."""

    outcome: str
    id: str | None


@contextmanager
def journal_at(path: Path | None, job: Mapping[str, object]) -> Iterator[Journal]:
    """Open the journal in a file, if one is given, and lock it.

    Raises:
        click.UsageError: Another process uses it, or it is not the journal of this job.
        OSError: It cannot be written.
    """
    if path is None:
        yield Journal()
        return
    try:
        _make_ready(path, job)
        store = ResumeStore(path, _TABLES)
    except (ForeignFileError, sqlite3.DatabaseError) as error:
        if is_busy(error):
            said = f"another run is using {path}; wait for its end, or name another file with"
            raise click.UsageError(f"{said} --state") from None
        if isinstance(error, sqlite3.OperationalError):
            raise _refused(path, error) from None
        raise _not_ours(path) from None
    journal = Journal(store, path)
    try:
        try:
            store.identify(job)
        except OtherJobError as other:
            names = ", ".join(difference.name for difference in other.differences)
            raise click.UsageError(
                f"{path} is the progress of another run (other {names}); finish that one, delete"
                " the file, or name another one with --state"
            ) from None
        journal.read()
        yield journal
    finally:
        store.close()


def _refused(path: Path, error: sqlite3.Error) -> OSError:
    """Convert a database error to the error of the file system behind it."""
    return OSError(None, str(error), str(path))


def _not_ours(path: Path) -> click.UsageError:
    return click.UsageError(f"{path} is not a progress file; name another one with --state")


class Journal:
    """The outcomes of one job, kept in a store if there is one."""

    def __init__(self, store: ResumeStore | None = None, path: Path | None = None) -> None:
        self.done: dict[str, Done] = {}
        self._store = store
        self._path = path
        self._salt = os.urandom(16).hex()

    def read(self) -> None:
        """Read the stored outcomes."""
        assert self._store is not None
        (self._salt,) = self._store.db.execute("SELECT value FROM salt").fetchone()
        rows = self._store.db.execute("SELECT key, outcome, id FROM done")
        self.done = {key: Done(outcome, one) for key, outcome, one in rows}

    def key(self, body: object) -> str:
        """The Idempotency-Key for the data to send."""
        said = json.dumps([self._salt, body], sort_keys=True).encode()
        return hashlib.blake2b(said, digest_size=16).hexdigest()

    def add(self, key: str, done: Done) -> None:
        """Store an outcome. It survives a kill of the process."""
        self.done[key] = done
        if self._store is not None and self._path is not None:
            try:
                self._store.db.execute("INSERT OR REPLACE INTO done VALUES (?, ?, ?)", (key, *done))
            except sqlite3.Error as error:
                failed = _refused(self._path, error)
            else:
                return
            raise failed

    def remove(self) -> None:
        """Delete the journal, because the job is complete."""
        if self._store is not None and self._path is not None:
            # While it is locked: later it may belong to another process. Windows keeps open files.
            with suppress(PermissionError):
                self._path.unlink()
            self._store.close()
            self._path.unlink(missing_ok=True)


def _make_ready(path: Path, job: Mapping[str, object]) -> None:
    """Create the store if there is none, or convert the text file of an earlier release.

    The complete file is moved into place, so that a kill never leaves an empty one.

    Raises:
        click.UsageError: The file is something else.
        OSError: It cannot be written.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(_SQLITE)) == _SQLITE:
                return
        content = read_whole(path)
    except FileNotFoundError:
        with _made(path, job, os.urandom(16).hex(), ()) as part, suppress(FileExistsError):
            move_new(part, path)  # does not replace a file that another process created meanwhile
        return
    try:
        heading, *entries = (json.loads(line) for line in content.split(b"\n")[:-1])
        job = dict(heading["job"])
        kind, salt = heading["kind"], str(heading["salt"])
        done = [(str(key), str(outcome), one) for key, outcome, one in entries]
    except (TypeError, ValueError, KeyError):
        raise _not_ours(path) from None
    if kind != _TEXT_KIND:
        raise _not_ours(path)
    with _made(path, job, salt, done) as part:
        move(part, path)


@contextmanager
def _made(
    path: Path, job: Mapping[str, object], salt: str, done: Sequence[tuple[str, str, object]]
) -> Iterator[Path]:
    """Make a complete store in a temporary file."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        store = ResumeStore(part, _TABLES)
        try:
            store.identify(job)
            with store.transaction():
                store.db.execute("INSERT INTO salt VALUES (?)", (salt,))
                store.db.executemany("INSERT OR REPLACE INTO done VALUES (?, ?, ?)", done)
        finally:
            store.close()
        yield part
    finally:
        part.unlink(missing_ok=True)
