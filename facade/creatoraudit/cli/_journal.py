"""The progress file of bulk tracking: what was done, so that a second run resumes behind it.

It is a resume store with a salt and a row per outcome, each written at once. The Idempotency-Key of
an entry follows from the salt and from what is sent: an entry whose response was lost when the
process was killed is sent again under its key. A file of an earlier release, which was a text file,
is continued with its salt.
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

from .._core.files import move, move_new
from .._core.resume import ForeignFileError, OtherJobError, ResumeStore, is_busy

_TEXT_KIND = "creatoraudit progress, version 1"
_SQLITE = b"SQLite format 3\x00"
_TABLES = {
    "salt": "CREATE TABLE IF NOT EXISTS salt (value TEXT NOT NULL)",
    "done": "CREATE TABLE IF NOT EXISTS done"
    " (key TEXT PRIMARY KEY, outcome TEXT NOT NULL, id TEXT)",
}


class Done(NamedTuple):
    """What became of an entry, and the id it has."""

    outcome: str
    id: str | None


@contextmanager
def journal_at(path: Path | None, job: Mapping[str, object]) -> Iterator[Journal]:
    """The journal in a file, if there is one, for as long as no other process is to have it.

    Raises:
        click.UsageError: Another process has it, or it is another job's, or something else.
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
    """What the system refused, as it refuses any other file."""
    return OSError(None, str(error), str(path))


def _not_ours(path: Path) -> click.UsageError:
    return click.UsageError(f"{path} is not a progress file; name another one with --state")


class Journal:
    """What has been done of one job; kept in a store, if there is one."""

    def __init__(self, store: ResumeStore | None = None, path: Path | None = None) -> None:
        self.done: dict[str, Done] = {}
        self._store = store
        self._path = path
        self._salt = os.urandom(16).hex()

    def read(self) -> None:
        """Take up what is kept."""
        assert self._store is not None
        (self._salt,) = self._store.db.execute("SELECT value FROM salt").fetchone()
        rows = self._store.db.execute("SELECT key, outcome, id FROM done")
        self.done = {key: Done(outcome, one) for key, outcome, one in rows}

    def key(self, body: object) -> str:
        """The Idempotency-Key of what is to be sent."""
        said = json.dumps([self._salt, body], sort_keys=True).encode()
        return hashlib.blake2b(said, digest_size=16).hexdigest()

    def add(self, key: str, done: Done) -> None:
        """Write down an outcome; it is there even if the process is killed now."""
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
        """Forget everything: nothing is left to do."""
        if self._store is not None and self._path is not None:
            # While it is held, or it might be another's by now; Windows keeps a file that is open.
            with suppress(PermissionError):
                self._path.unlink()
            self._store.close()
            self._path.unlink(missing_ok=True)


def _make_ready(path: Path, job: Mapping[str, object]) -> None:
    """See to it that there is a store: a new one, or what an earlier release's text file becomes.

    It is put in place whole, so that a kill at any moment leaves none that says nothing.

    Raises:
        click.UsageError: There is something else.
        OSError: It cannot be written.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        with _made(path, job, os.urandom(16).hex(), ()) as part, suppress(FileExistsError):
            move_new(part, path)  # not over what another process has put there meanwhile
        return
    if content.startswith(_SQLITE):
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
    """A complete store beside its place."""
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
