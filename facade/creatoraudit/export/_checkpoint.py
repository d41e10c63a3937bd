"""What is kept of an export between runs: how far it is, whose it is, and which ids are written.

All of it is in one resume store. A part counts from the transaction that notes it: its file was
complete before, and whatever lies in the folder beyond it is written over. The transaction holds
the part's ids and the cursor behind it, so the three cannot disagree. A list that is walked per
platform has a cursor per walk; which walks there are is noted before the first part.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
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
# Earlier releases walked every list as a whole and had one position.
_EARLIER = {
    "position": (
        "ALTER TABLE part ADD COLUMN walk INTEGER NOT NULL DEFAULT 0",
        _TABLES["walk"],
        "INSERT INTO walk SELECT 0, rows, not_found, cursor, stage, NULL FROM position",
        "DROP TABLE position",
    )
}


class Position(NamedTuple):
    """How far one walk of an export is.

    Attributes:
        rows: Rows in its parts.
        not_found: Those of them that stand for an item without figures.
        cursor: Cursor of the page after them; None for the first one.
        stage: Whether the walk goes on, has ended, or the file is complete.
        platform: The platform whose items it walks over; None for the whole list.
    """

    rows: int = 0
    not_found: int = 0
    cursor: str | None = None
    stage: Stage = "walking"
    platform: str | None = None


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
        self.walks: list[Position] = []
        self.parts: list[Path] = []
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
    def rows(self) -> int:
        """Rows in the parts."""
        return sum(walk.rows for walk in self.walks)

    @property
    def not_found(self) -> int:
        """Those of them that stand for an item without figures."""
        return sum(walk.not_found for walk in self.walks)

    @property
    def stage(self) -> Stage:
        """The stage of the walk that is least far."""
        stages = {walk.stage for walk in self.walks} or {"walking"}
        return next(stage for stage in get_args(Stage) if stage in stages)

    @property
    def delivered(self) -> bool:
        """Whether the complete file has been moved to its place, and only this folder is left."""
        return self.stage == "joined" and not self.joined.exists()

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
        db = self._store.db
        walks = "SELECT rows, not_found, cursor, stage, platform FROM walk ORDER BY number"
        self.walks = [Position(*row) for row in db.execute(walks)]
        parts = db.execute("SELECT number FROM part ORDER BY walk, number")
        self.parts = [self.part(number) for (number,) in parts]

    def begin(self, platforms: Iterable[str | None]) -> None:
        """Note the walks that make up the list, in the order of their rows in the file."""
        with self._store.transaction():
            for number, platform in enumerate(platforms):
                self._put(number, Position(platform=platform))
        self.refresh()

    def note(self, changes: Mapping[int, tuple[Position, bytes]]) -> None:
        """Keep the positions of walks by number, each with a further part if it has ids."""
        number = len(self.parts)
        with self._store.transaction():
            for walk, (position, ids) in changes.items():
                if ids:
                    self._store.db.execute("INSERT INTO part VALUES (?, ?, ?)", (number, ids, walk))
                    number += 1
                self._put(walk, position)
        self.refresh()

    def start_over(self, walk: int) -> None:
        """Have a walk begin at its first page again."""
        self.note({walk: (self.walks[walk]._replace(cursor=None), b"")})

    def note_joined(self) -> None:
        """Note that the complete file is there."""
        with self._store.transaction():
            self._store.db.execute("UPDATE walk SET stage = 'joined'")
        self.refresh()

    def _put(self, walk: int, position: Position) -> None:
        self._store.db.execute(
            "INSERT OR REPLACE INTO walk VALUES (?, ?, ?, ?, ?, ?)", (walk, *position)
        )

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
        self._store = ResumeStore(self.folder / FILE, _TABLES, _EARLIER)
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
