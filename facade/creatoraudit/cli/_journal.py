"""The progress file of bulk tracking: what was done, so that a second run goes on there.

Decides its form: a heading that says whose progress this is, then a line per outcome, each written
at once. The heading holds a salt, and the Idempotency-Key of an entry follows from it and from what
is sent: an entry whose answer was lost when the process was killed is sent again under its key. A
last line that was cut off counts as not written. One process at a time has the file.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import click

from .._core.files import replace

_KIND = "creatoraudit progress, version 1"


class Done(NamedTuple):
    """What became of an entry, and the id it has."""

    outcome: str
    id: str | None


@contextmanager
def journal_at(path: Path | None, job: Mapping[str, object]) -> Iterator[Journal]:
    """The journal in a file, if there is one, for as long as no other process is to have it.

    Raises:
        click.UsageError: Another process has it, or it is another job's.
        OSError: It cannot be written.
    """
    if path is None:
        yield Journal(None, job)
        return
    from filelock import FileLock, Timeout

    lock = path.with_name(f".{path.name}.lock")
    path.parent.stat()  # raises where there is no folder: some releases of filelock would make it
    try:
        with FileLock(lock, timeout=0):
            try:
                yield Journal(path, job)
            finally:
                # While it is held, or it might be another's by now. Windows keeps a file that is
                # open; there filelock removes it.
                with suppress(PermissionError):
                    lock.unlink(missing_ok=True)
    except Timeout:
        raise click.UsageError(
            f"another run is using {path}; wait for its end, or name another file with --state"
        ) from None


class Journal:
    """What has been done of one job; kept in a file, if there is one.

    Args:
        path: The file; None to remember nothing beyond this process.
        job: What tells this job from others: a file of another one is refused.

    Raises:
        click.UsageError: The file is another job's, or none of ours.
    """

    def __init__(self, path: Path | None, job: Mapping[str, object]) -> None:
        self.done: dict[str, Done] = {}
        self._path = path
        self._salt = os.urandom(16).hex()
        if path is None:
            return
        if path.exists():
            self._take_up(path, job)
        # Written anew and put in place at once, without a line that was cut off.
        entries = ([key, *done] for key, done in self.done.items())
        heading = {"kind": _KIND, "job": job, "salt": self._salt}
        replace(path, b"".join(map(_line, (heading, *entries))), private=True)

    def _take_up(self, path: Path, job: Mapping[str, object]) -> None:
        try:
            heading, *entries = _read(path)
            before: Mapping[str, object] = dict(heading["job"])
            kind, salt = heading["kind"], str(heading["salt"])
            done = {key: Done(outcome, resource_id) for key, outcome, resource_id in entries}
        except (TypeError, ValueError, KeyError):
            kind, before, salt, done = None, {}, "", {}
        if kind != _KIND:
            raise click.UsageError(f"{path} is no progress file; name another one with --state")
        if before != job:
            other = ", ".join(name for name in job if before.get(name) != job[name])
            raise click.UsageError(
                f"{path} is the progress of another run (other {other});"
                " finish that one, delete the file, or name another one with --state"
            )
        self._salt, self.done = salt, done

    def key(self, body: object) -> str:
        """The Idempotency-Key of what is to be sent."""
        said = json.dumps([self._salt, body], sort_keys=True).encode()
        return hashlib.blake2b(said, digest_size=16).hexdigest()

    def add(self, key: str, done: Done) -> None:
        """Write down an outcome; it is there even if the process is killed now."""
        self.done[key] = done
        if self._path is not None:
            with self._path.open("ab", buffering=0) as file:
                file.write(_line([key, *done]))

    def remove(self) -> None:
        """Forget everything: nothing is left to do."""
        if self._path is not None:
            self._path.unlink()


def _line(value: object) -> bytes:
    return json.dumps(value).encode() + b"\n"


def _read(path: Path) -> list[Any]:
    """The whole lines of a file; a None for the first when it is none of ours."""
    whole = path.read_bytes().split(b"\n")[:-1]
    try:
        return [json.loads(line) for line in whole] or [None]
    except ValueError:
        return [None]
