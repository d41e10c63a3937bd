"""What is kept of an export between runs: how far it is, whose it is, and which ids are written.

All of it is in one resume store. A part counts from the transaction that notes it: its file was
complete before, and whatever lies in the folder beyond it is written over. The transaction holds
the part's ids and the cursor behind it, so the three cannot disagree.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Literal, NamedTuple, Self, TypeAlias

from .._core.files import own_folder
from .._core.resume import ForeignFileError, OtherJobError, ResumeStore, is_busy
from .._core.seen import DIGEST, Seen
from .._core.text import one_line
from ..errors import ExportError, UsageError

Stage: TypeAlias = Literal["walking", "walked", "joined"]

FILE = "checkpoint.sqlite3"
_TABLES = {
    "part": "CREATE TABLE IF NOT EXISTS part (number INTEGER PRIMARY KEY, ids BLOB NOT NULL)",
    "position": "CREATE TABLE IF NOT EXISTS position"
    " (rows INTEGER NOT NULL, not_found INTEGER NOT NULL, cursor TEXT, stage TEXT NOT NULL)",
}


class Position(NamedTuple):
    """How far an export is.

    Attributes:
        rows: Rows in the parts.
        not_found: Those of them that stand for an item without figures.
        cursor: Cursor of the page after them; None for the first one.
        stage: Whether the list is being walked, has been walked, or the file is complete.
    """

    rows: int = 0
    not_found: int = 0
    cursor: str | None = None
    stage: Stage = "walking"


@contextmanager
def failures_told(about: Path) -> Iterator[None]:
    """Turn what the file system says into one line.

    Raises:
        ExportError: It refused something.
        UsageError: Another process has locked the checkpoint.
    """
    try:
        yield
    except (OSError, sqlite3.Error, ForeignFileError) as error:
        why = one_line(str(error) or "it holds another database", 200)
        busy = is_busy(error)
    else:
        return
    if busy:
        raise UsageError(f"another process is exporting into {about}")
    raise ExportError(f"cannot write {about}: {why}")


class Checkpoint:
    """The unfinished export in a folder, as a context manager.

    Raises:
        UsageError: On entry, when another process uses it or it is about another export.
        ExportError: On entry, when it cannot be written or is damaged.
    """

    def __init__(
        self, folder: Path, identity: Mapping[str, object], *, restart: bool, overwrite: bool
    ) -> None:
        self.folder = folder
        self.position = Position()
        self.parts = 0
        self._identity = identity
        self._restart = restart
        self._overwrite = overwrite

    def __enter__(self) -> Self:
        with failures_told(self.folder), ExitStack() as closing:
            self._closing = closing
            self._open()
            if not self._restart:
                self._read()
            # To overwrite is to want the list as it is now, not the file that is there already.
            if self._restart or (self._overwrite and self.delivered):
                # Files that are there stay: they count for nothing now, and are written over.
                self._store.forget()
                self.position = Position()
                self._read()
            self._closing = closing.pop_all()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closing.close()

    @property
    def delivered(self) -> bool:
        """Whether the complete file has been moved to its place, and only this folder is left."""
        return self.position.stage == "joined" and not self.joined.exists()

    def part(self, number: int) -> Path:
        """Where a part lies."""
        return self.folder / f"part-{number:06d}"

    @property
    def joined(self) -> Path:
        """Where the complete file lies until it is moved to its place."""
        return self.folder / "joined"

    def seen(self) -> Seen:
        """The ids in the parts."""
        seen = Seen()
        for (ids,) in self._store.db.execute("SELECT ids FROM part"):
            for at in range(0, len(ids), DIGEST):
                seen.add(ids[at : at + DIGEST])
        return seen

    def refresh(self) -> None:
        """Look again at what is noted: a transaction that was cut short may have been done."""
        for row in self._store.db.execute("SELECT rows, not_found, cursor, stage FROM position"):
            self.position = Position(*row)
        (self.parts,) = self._store.db.execute("SELECT count(*) FROM part").fetchone()

    def note(self, position: Position, ids: Iterable[bytes] = ()) -> None:
        """Keep a position, with a further part if it has ids."""
        packed = b"".join(ids)
        with self._store.transaction():
            if packed:
                self._store.db.execute("INSERT INTO part VALUES (?, ?)", (self.parts, packed))
            self._store.db.execute("DELETE FROM position")
            self._store.db.execute("INSERT INTO position VALUES (?, ?, ?, ?)", position)
        self.refresh()

    def discard(self) -> None:
        """Delete what is kept, and the folder unless somebody put something else into it."""
        self._store.close()
        for pattern in ("part-*", "joined", f"{FILE}*"):
            for path in self.folder.glob(pattern):
                path.unlink()
        with suppress(OSError):
            self.folder.rmdir()

    def _open(self) -> None:
        own_folder(self.folder)
        self._store = ResumeStore(self.folder / FILE, _TABLES)
        self._closing.callback(self._store.close)

    def _read(self) -> None:
        try:
            self._store.identify(self._identity)
        except OtherJobError as other:
            differences = other.differences
        else:
            self.refresh()
            return
        told = "; ".join(
            f"its {name} {one_line(kept, 60)}, here {one_line(here, 60)}"
            for name, kept, here in differences
        )
        raise UsageError(
            f"{self.folder} holds an unfinished export of something else ({told}): finish it with"
            " its own command, or pass restart=True to throw it away"
        )
