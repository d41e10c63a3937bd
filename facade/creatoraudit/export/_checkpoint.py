"""Keeps the state of an export between runs: its identity, its position and the ids it wrote.

The state is in one resume store. A part counts as soon as a transaction records it. Its file is
complete by then, and later files in the folder are overwritten. The same transaction records the
ids of the part and the next cursor, so the three always agree. A list that is walked per platform
has a cursor per walk; the walks are recorded before the first part.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Literal, NamedTuple, Self, TypeAlias, get_args

from .._core.files import own_folder
from .._core.resume import ForeignFileError, OtherJobError, ResumeStore, is_busy
from .._core.seen import DIGEST, Seen
from .._core.text import one_line
from ..errors import ExportError, UsageError

Stage: TypeAlias = Literal["walking", "walked", "joined"]

FILE = "checkpoint.sqlite3"
_TABLES = {
    "part": "CREATE TABLE IF NOT EXISTS part"
    " (number INTEGER PRIMARY KEY, ids BLOB NOT NULL, walk INTEGER NOT NULL DEFAULT 0)",
    "walk": "CREATE TABLE IF NOT EXISTS walk (number INTEGER PRIMARY KEY, rows INTEGER NOT NULL,"
    " not_found INTEGER NOT NULL, cursor TEXT, stage TEXT NOT NULL, platform TEXT)",
}
# Earlier releases walked every list as a whole, with one position.
_EARLIER = {
    "position": (
        "ALTER TABLE part ADD COLUMN walk INTEGER NOT NULL DEFAULT 0",
        _TABLES["walk"],
        "INSERT INTO walk SELECT 0, rows, not_found, cursor, stage, NULL FROM position",
        "DROP TABLE position",
    )
}


class Position(NamedTuple):
    """The position of one walk of an export.

    Attributes:
        rows: Rows in its parts.
        not_found: Rows among them for items without figures.
        cursor: Cursor of the next page; None for the first page.
        stage: Whether the walk continues, has ended, or the file is complete.
        platform: The platform whose items the walk returns; None for the whole list.
    """

    rows: int = 0
    not_found: int = 0
    cursor: str | None = None
    stage: Stage = "walking"
    platform: str | None = None


@contextmanager
def failures_told(about: Path) -> Iterator[None]:
    """Convert errors of the file system to ours.

    Raises:
        ExportError: A file operation failed.
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


def folder_for(path: Path) -> Path:
    """The folder beside a file in which an export keeps its state until the file is complete."""
    return path.with_name(f"{path.name}.partial")


def is_unfinished(folder: Path) -> bool:
    """Whether an export has left its state in a folder."""
    return (folder / FILE).exists()


class Checkpoint:
    """The state of the unfinished export in a folder, as a context manager.

    Raises:
        UsageError: On entry, if another process uses it or it belongs to another export.
        ExportError: On entry, if it cannot be written or is damaged.
    """

    def __init__(
        self, folder: Path, identity: Mapping[str, object], *, restart: bool, overwrite: bool
    ) -> None:
        self.folder = folder
        self.walks: list[Position] = []
        self.parts: list[Path] = []
        self._identity = identity
        self._restart = restart
        self._overwrite = overwrite

    def __enter__(self) -> Self:
        with failures_told(self.folder), ExitStack() as closing:
            own_folder(self.folder)
            self._store = ResumeStore(self.folder / FILE, _TABLES, _EARLIER)
            closing.callback(self._store.close)
            if not self._restart:
                self._read()
            # The user wants the current list, not the finished file of an earlier run.
            if self._restart or (self._overwrite and self.delivered):
                # Files in the folder stay. They no longer count and are overwritten.
                self._store.forget()
                self._read()
            self._closing = closing.pop_all()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._closing.close()

    @property
    def rows(self) -> int:
        """Rows in the parts."""
        return sum(walk.rows for walk in self.walks)

    @property
    def not_found(self) -> int:
        """Rows among them for items without figures."""
        return sum(walk.not_found for walk in self.walks)

    @property
    def stage(self) -> Stage:
        """The earliest stage of all walks."""
        stages = {walk.stage for walk in self.walks} or {"walking"}
        return next(stage for stage in get_args(Stage) if stage in stages)

    @property
    def delivered(self) -> bool:
        """Whether the complete file is at its path and only this folder is left."""
        return self.stage == "joined" and not self.joined.exists()

    def part(self, number: int) -> Path:
        """The path of a part."""
        return self.folder / f"part-{number:06d}"

    @property
    def joined(self) -> Path:
        """The path of the complete file until it is moved to its final path."""
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
        db = self._store.db
        walks = "SELECT rows, not_found, cursor, stage, platform FROM walk ORDER BY number"
        self.walks = [Position(*row) for row in db.execute(walks)]
        parts = db.execute("SELECT number FROM part ORDER BY walk, number")
        self.parts = [self.part(number) for (number,) in parts]

    def begin(self, platforms: Iterable[str | None]) -> None:
        """Record the walks of the list, in the order of their rows in the file."""
        with self._store.transaction():
            for number, platform in enumerate(platforms):
                self._put(number, Position(platform=platform))
        self.refresh()

    def note(self, changes: Mapping[int, tuple[Position, bytes]]) -> None:
        """Record the positions of walks by number, with a new part for each that has ids."""
        number = len(self.parts)
        with self._store.transaction():
            for walk, (position, ids) in changes.items():
                if ids:
                    self._store.db.execute("INSERT INTO part VALUES (?, ?, ?)", (number, ids, walk))
                    number += 1
                self._put(walk, position)
        self.refresh()

    def start_over(self, walk: int) -> None:
        """Restart a walk at its first page."""
        self.note({walk: (self.walks[walk]._replace(cursor=None), b"")})

    def note_joined(self) -> None:
        """Record that the complete file exists."""
        with self._store.transaction():
            self._store.db.execute("UPDATE walk SET stage = 'joined'")
        self.refresh()

    def _put(self, walk: int, position: Position) -> None:
        self._store.db.execute(
            "INSERT OR REPLACE INTO walk VALUES (?, ?, ?, ?, ?, ?)", (walk, *position)
        )

    def discard(self) -> None:
        """Delete the state, and the folder unless it contains other files."""
        self._store.close()
        for pattern in ("part-*", "joined", f"{FILE}*"):
            for path in self.folder.glob(pattern):
                path.unlink()
        with suppress(OSError):
            self.folder.rmdir()

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
