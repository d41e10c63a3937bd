"""The tables and indexes of the sandbox's database, made from the columns in `rows`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_type_hints

from .curve import Curve
from .database import Database
from .rows import ACCOUNT_TOTALS, AccountRow, CreatorRow, PostRow, TableRow, columns

#: Version of the tables; data files of another version are refused.
VERSION: Final = 3
#: The tables of posts: tracked one by one, and found through accounts.
POST_TABLES: Final = ("videos", "account_videos")
TABLES: Final[Mapping[str, type[TableRow]]] = {
    "creators": CreatorRow,
    "accounts": AccountRow,
    **dict.fromkeys(POST_TABLES, PostRow),
}

_TYPES: Final = {
    int: "INTEGER NOT NULL",
    int | None: "INTEGER",
    str: "TEXT NOT NULL",
    str | None: "TEXT",
}
# Created after the rows are inserted, which is faster; the pages of each list need them.
_INDEXES: Final = (
    "UNIQUE INDEX creators_id ON creators (id)",
    "INDEX creators_name ON creators (name, n)",
    "UNIQUE INDEX accounts_id ON accounts (id)",
    "UNIQUE INDEX accounts_handle ON accounts (handle, platform)",
    "INDEX accounts_creator ON accounts (creator)",
    "INDEX accounts_due ON accounts (next_refresh) WHERE next_refresh IS NOT NULL",
    "INDEX accounts_added_at ON accounts (added_at, n)",
    "UNIQUE INDEX videos_id ON videos (id)",
    "UNIQUE INDEX videos_post ON videos (external_id, platform)",
    "INDEX videos_account ON videos (account) WHERE account IS NOT NULL",
    "INDEX videos_added_at ON videos (added_at, n, caption)",
    "UNIQUE INDEX account_videos_id ON account_videos (id)",
    "UNIQUE INDEX account_videos_post ON account_videos (external_id, platform)",
    "INDEX account_videos_account ON account_videos (account)",
    "INDEX account_videos_added_at ON account_videos (added_at, n)",
)
_DUE: Final = "videos_due"
_CHANGING: Final = {
    _DUE: "videos (next_refresh) WHERE next_refresh IS NOT NULL",
    "videos_create_time": "videos (create_time, n)",
    "videos_view_count": "videos (view_count, n)",
    "videos_like_count": "videos (like_count, n)",
    "videos_play_count": "videos (play_count, n)",
}


def _table(name: str) -> str:
    row = TABLES[name]
    types = {**get_type_hints(row), **get_type_hints(Curve)}
    declared = [f"{column} {_TYPES[types[column]]}" for column in columns(row)]
    declared[0] = "n INTEGER PRIMARY KEY AUTOINCREMENT"
    if row is AccountRow:
        declared += [f"{total} INTEGER NOT NULL DEFAULT 0" for total in ACCOUNT_TOTALS]
    return f"CREATE TABLE {name} ({', '.join(declared)})"


def make_tables(db: Database) -> None:
    """Create the empty tables."""
    db.execute("CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
    for name in TABLES:
        db.execute(_table(name))


def make_indexes(db: Database) -> None:
    """Create the indexes over columns that do not change."""
    for index in _INDEXES:
        db.execute(f"CREATE {index}")


class ChangingIndexes:
    """Indexes over columns that refreshes change.

    Each is created when it is first needed. All are dropped before many rows change at once, which
    is several times faster than keeping them in order.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._made: set[str] = set()

    def for_order(self, table: str, column: str) -> None:
        """Create the index for a list in this order, if there is one."""
        self._make(f"{table}_{column}")

    def for_refreshes(self) -> None:
        """Create the index that finds rows due for a refresh."""
        self._make(_DUE)

    def _make(self, name: str) -> None:
        if name in _CHANGING and name not in self._made:
            self._db.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {_CHANGING[name]}")
            self._made.add(name)

    def drop(self) -> None:
        """Drop all indexes over columns that refreshes change."""
        for name in _CHANGING:
            self._db.execute(f"DROP INDEX IF EXISTS {name}")
        self._made.clear()
