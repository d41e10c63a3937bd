"""Reads, pages and changes what a sandbox tracks; knows nothing about HTTP.

Tables are in `schema`, windowed totals in `figures`, refreshes in `refresh`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from . import schema
from .cursors import SortKey
from .curve import Curve, History
from .database import Database, Row, Value, placeholders
from .figures import Figures
from .refresh import Refreshes, add_up_accounts
from .rows import UNKNOWN, PostRow, TableRow, columns
from .schema import POST_TABLES, ChangingIndexes
from .world import World

# Filters of lists by the API's name. A unary plus keeps SQLite on the index of the sort.
_FILTERS: Final[Mapping[str, Mapping[str, str]]] = {
    "accounts": {
        "platform": "+t.platform = ?",
        "is_active": "+t.is_active = ?",
        "q": "contains(t.username, ?)",
        "category": "t.category = ?",
        "creator_id": "t.creator = (SELECT n FROM creators WHERE id = ?)",
    },
    "videos": {
        "platform": "+t.platform = ?",
        "is_active": "+t.is_active = ?",
        "q": f"contains(t.caption, ?) AND t.create_time <> {UNKNOWN}",
        "account_id": "t.account = (SELECT n FROM accounts WHERE id = ?)",
    },
    "account_videos": {"platform": "+t.platform = ?"},
    "creators": {"is_active": "+t.is_active = ?"},
}
_ACCOUNT_OF_POST: Final = (
    ", a.id AS account_id",
    " LEFT JOIN accounts AS a ON a.n = t.account",
)
_CREATOR_OF_ACCOUNT: Final = (
    ", c.id AS creator_id, c.name AS creator_name",
    " LEFT JOIN creators AS c ON c.n = t.creator",
)
_JOINED: Final = {
    "videos": _ACCOUNT_OF_POST,
    "account_videos": _ACCOUNT_OF_POST,
    "accounts": _CREATOR_OF_ACCOUNT,
    "creators": ("", ""),
}
_POST_COLUMNS: Final = ", ".join(f"t.{name}" for name in columns(PostRow))
_HISTORY: Final = ", ".join(History._fields)


@dataclass(frozen=True)
class Listing:
    """A requested list: a table, a total order, and filters by the API's names."""

    table: str
    order: str
    descending: bool
    filters: Mapping[str, str | int] = field(default_factory=dict)

    def where(self, *more: str) -> str:
        """The WHERE clause, or nothing."""
        every = [*(_FILTERS[self.table][name] for name in self.filters), *more]
        return f" WHERE {' AND '.join(every)}" if every else ""


class TrackedPost(NamedTuple):
    """A post and the id of the account that it belongs to, if that is tracked."""

    row: PostRow
    account_id: str | None


class Tracked(NamedTuple):
    """How much was tracked at an instant."""

    active_accounts: int
    account_videos: int
    tracked_videos: int


class Store:
    """The state of one sandbox."""

    def __init__(self, world: World, path: str | None = None, refresh_delay: float = 1.0) -> None:
        self.world = world
        self._db = Database(path, ("settings", *schema.TABLES))
        try:
            self._indexes = ChangingIndexes(self._db)
            if not self._db.one("SELECT 1 FROM sqlite_master WHERE name = 'settings'"):
                self._create()
            else:
                self._reopen()
            self._db.keep_private()
            own = self._has_recorded()
            self.figures = Figures(self._db, own=own)
            self.refreshes = Refreshes(self._db, self._indexes, world, refresh_delay, own=own)
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def _create(self) -> None:
        world = self.world
        with self._db.write():
            schema.make_tables(self._db)
            accounts = list(world.accounts())
            self._insert("creators", world.creators())
            self._insert("accounts", accounts)
            self._insert("account_videos", world.account_videos(accounts))
            self._insert("videos", world.videos(accounts))
            schema.make_indexes(self._db)
            self._indexes.for_refreshes()
            add_up_accounts(self._db, own=self._has_recorded())
            settings = {"version": schema.VERSION, "seed": world.seed, "start": world.now}
            written = [(name, str(value)) for name, value in settings.items()]
            self._db.insert("settings", ("name", "value"), written)

    def _has_recorded(self) -> bool:
        """Whether figures are recorded for any post or account."""
        return any(
            self._db.one(f"SELECT 1 FROM {table} WHERE recorded IS NOT NULL LIMIT 1")
            for table in (*POST_TABLES, "accounts")
        )

    def _reopen(self) -> None:
        settings = {row["name"]: row["value"] for row in self._db.all("SELECT * FROM settings")}
        if settings.get("version") != str(schema.VERSION):
            raise ValueError("the data file was written by another version of the sandbox")
        if settings["seed"] != str(self.world.seed):
            raise ValueError(f"the data file belongs to seed {settings['seed']}")

    def _insert(self, table: str, rows: Iterable[TableRow]) -> None:
        # SQLite binds plain tuples much faster than named ones.
        plain = (row.columns() if isinstance(row, PostRow) else tuple(row) for row in rows)
        self._db.insert(table, columns(schema.TABLES[table]), plain)

    # -------------------------------------------------------------------------------- reads

    @property
    def changes(self) -> int:
        """A number that changes with every change to what is tracked."""
        return self._db.changes

    def page(
        self, listing: Listing, after: SortKey | None, limit: int
    ) -> tuple[list[int], SortKey | None]:
        """Up to ``limit`` row numbers after a sort key, and the last one's if more follow.

        Every page costs the same, and rows added or removed do not shift it.
        """
        direction, beyond = ("DESC", "<") if listing.descending else ("ASC", ">")
        conditions = [] if after is None else [f"(t.{listing.order}, t.n) {beyond} (?, ?)"]
        self._indexes.for_order(listing.table, listing.order)
        sql = (
            f"SELECT t.{listing.order}, t.n FROM {listing.table} AS t{listing.where(*conditions)}"
            f" ORDER BY t.{listing.order} {direction}, t.n {direction} LIMIT ?"
        )
        values = (*listing.filters.values(), *(after or ()), limit + 1)
        found: list[SortKey] = self._db.execute(sql, values).fetchall()
        rows = [n for _, n in found[:limit]]
        return rows, found[limit - 1] if len(found) > limit else None

    def count(self, listing: Listing) -> int:
        """Total number of rows of a list."""
        sql = f"SELECT count(*) FROM {listing.table} AS t{listing.where()}"
        return self._db.scalar(sql, *listing.filters.values())

    def rows(self, table: str, numbers: Sequence[int]) -> list[Row]:
        """The rows with these numbers, in this order."""
        more, join = _JOINED[table]
        found = {
            row["n"]: row
            for row in self._db.all(
                f"SELECT t.*{more} FROM {table} AS t{join} WHERE t.n IN ({placeholders(numbers)})",
                *numbers,
            )
        }
        return [found[n] for n in numbers]

    def get(self, table: str, row_id: str) -> Row | None:
        """The row with a UUID."""
        more, join = _JOINED[table]
        return self._db.one(f"SELECT t.*{more} FROM {table} AS t{join} WHERE t.id = ?", row_id)

    def posts(self, table: str, numbers: Sequence[int]) -> list[TrackedPost]:
        """The posts with these row numbers, in any order."""
        if not numbers:
            return []
        more, join = _JOINED[table]
        sql = (
            f"SELECT {_POST_COLUMNS}{more} FROM {table} AS t{join}"
            f" WHERE t.n IN ({placeholders(numbers)})"
        )
        return [
            TrackedPost(PostRow.read(found[:-1]), found[-1])
            for found in self._db.execute(sql, numbers)
        ]

    def histories(self, ids: Sequence[str]) -> dict[str, History]:
        """The histories of the posts with these UUIDs, in either table of posts."""
        found: dict[str, History] = {}
        for table in POST_TABLES:
            wanted = [i for i in ids if i not in found]
            if wanted:
                marks = placeholders(wanted)
                sql = f"SELECT id, {_HISTORY} FROM {table} WHERE id IN ({marks})"
                for video_id, *known in self._db.execute(sql, wanted):
                    found[video_id] = History(*known)
        return found

    def post(self, table: str, platform: int, external_id: str) -> Row | None:
        """The post with a platform's id."""
        return self._db.one(
            f"SELECT * FROM {table} WHERE external_id = ? AND platform = ?", external_id, platform
        )

    def account_named(self, platform: int, username: str) -> Row | None:
        """The account with a handle; case does not matter."""
        return self._db.one(
            "SELECT * FROM accounts WHERE handle = ? AND platform = ?",
            username.casefold(),
            platform,
        )

    def account_count(self) -> int:
        """Number of tracked accounts."""
        return self._db.scalar("SELECT count(*) FROM accounts")

    def tracked_before(self, instant: int) -> Tracked:
        """How much was tracked before an instant."""
        count = self._db.scalar
        return Tracked(
            count("SELECT count(*) FROM accounts WHERE is_active = 1 AND added_at < ?", instant),
            count("SELECT count(*) FROM account_videos WHERE added_at < ?", instant),
            count("SELECT count(*) FROM videos WHERE added_at < ?", instant),
        )

    def creators(self) -> list[Row]:
        """All creators: number, id and name."""
        return self._db.all("SELECT n, id, name FROM creators")

    def accounts_of(self, creator: int) -> list[Row]:
        """The accounts linked to a creator."""
        return self._db.all("SELECT * FROM accounts WHERE creator = ? ORDER BY n", creator)

    def linked_accounts(self, creators: Sequence[int]) -> dict[int, list[Row]]:
        """Per creator, a row for each platform: platform, total and followers of its accounts."""
        found: dict[int, list[Row]] = {}
        for row in self._db.all(
            "SELECT creator, platform, count(*) AS total, sum(follower_count) AS followers"
            f" FROM accounts WHERE creator IN ({placeholders(creators)})"
            " GROUP BY creator, platform",
            *creators,
        ):
            found.setdefault(row["creator"], []).append(row)
        return found

    def accounts_like(self, folded: str, most: int) -> list[Row]:
        """The first accounts by username that contain a casefolded text."""
        return self._db.all(
            "SELECT id, platform, username FROM accounts WHERE contains(username, ?)"
            " ORDER BY username, n LIMIT ?",
            folded,
            most,
        )

    def creators_like(self, folded: str, most: int) -> list[Row]:
        """The first creators by name that contain a casefolded text."""
        return self._db.all(
            "SELECT id, name FROM creators WHERE contains(name, ?) ORDER BY name, n LIMIT ?",
            folded,
            most,
        )

    def videos_like(self, folded: str, most: int) -> list[Row]:
        """The newest individually tracked posts whose caption contains a casefolded text."""
        return self._db.all(
            "SELECT v.id, v.platform, v.caption, v.author, a.id AS account_id FROM videos AS v"
            " LEFT JOIN accounts AS a ON a.n = v.account"
            " WHERE v.create_time <> ? AND contains(v.caption, ?)"
            " ORDER BY v.added_at DESC, v.n DESC LIMIT ?",
            UNKNOWN,
            folded,
            most,
        )

    def breakout_ids(self, table: str) -> frozenset[str]:
        """Ids of the breakout posts of a table."""
        found = self._db.execute(f"SELECT id FROM {table} WHERE boost > 0")
        return frozenset(post_id for (post_id,) in found)

    # -------------------------------------------------------------------------------- changes

    def write(self) -> AbstractContextManager[None]:
        """A transaction: committed when the block ends, undone when it raises."""
        return self._db.write()

    def next_row(self, table: str) -> int:
        """The number of the next row of a table; numbers are never used twice."""
        return self._db.scalar("SELECT seq FROM sqlite_sequence WHERE name = ?", table) + 1

    def add(self, table: str, row: TableRow) -> None:
        """Insert a row."""
        self._insert(table, [row])

    def set(self, table: str, n: int, **values: Value) -> None:
        """Change columns of a row."""
        self._db.update(table, n, **values)

    def new_video(self, platform: int, external_id: str, author: str | None, now: int) -> PostRow:
        """A post to track individually; it keeps its data if it is known from an account."""
        n = self.next_row("videos")
        known = self.post("account_videos", platform, external_id)
        account = None
        if known is not None:
            account, by, caption = known["account"], known["author"], known["caption"]
            curve = Curve(*(known[name] for name in Curve._fields))
        else:
            by = author or self.world.author(platform, external_id)
            published = now - self.world.fresh_post_age(platform, external_id)
            caption, curve = self.world.traits(platform, external_id, published, by)
            owner = self.account_named(platform, by)
            if owner is not None:
                account = owner["n"]
        return PostRow.unseen(
            n,
            self.world.new_id("video", n),
            platform,
            external_id,
            account=account,
            author=by,
            caption=caption,
            added_at=now,
            updated_at=now,
            curve=curve,
        )

    def activate(self, table: str, row: Row, active: bool, now: int) -> None:
        """Resume or pause a row; a resumed row is refreshed soon."""
        if bool(row["is_active"]) == active:
            return
        self.set(table, row["n"], is_active=int(active), next_refresh=None)
        if table == "videos":
            self.set(table, row["n"], updated_at=now)
        if active and not row["is_unavailable"]:
            self.refreshes.schedule(table, row["n"], now)

    def remove_account(self, n: int) -> None:
        """Delete an account with the posts found through it; individually tracked ones stay."""
        self._db.execute("UPDATE videos SET account = NULL WHERE account = ?", (n,))
        self._db.execute("DELETE FROM account_videos WHERE account = ?", (n,))
        self.remove("accounts", n)

    def remove_creator(self, n: int) -> None:
        """Delete a creator; its accounts stay."""
        self._db.execute("UPDATE accounts SET creator = NULL WHERE creator = ?", (n,))
        self.remove("creators", n)

    def remove(self, table: str, n: int) -> None:
        """Delete a row."""
        self._db.execute(f"DELETE FROM {table} WHERE n = ?", (n,))
