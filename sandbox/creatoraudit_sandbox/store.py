"""What is tracked, in SQLite: tables, pages by keyset, refreshes, and nothing about HTTP.

Figures are snapshots of the growth model, taken at each refresh and kept in the columns that lists
sort by; everything else about a post is computed when it is read. Refreshes happen when time is
asked for: before a request is answered, whatever fell due until now is caught up on, in the order
of the clock, so that no thread or timer is needed and a frozen clock means frozen figures.

Memory by default; with a file, each write is committed (WAL) before it is answered, so that killing
the process loses nothing that was acknowledged.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar, cast

from .clock import DAY, HOUR
from .cursors import Position
from .curve import UNIT, Curve, History, views_sql
from .world import UNKNOWN, AccountRow, CreatorRow, PostRow, World, follower_count

#: A row as a plain dict: a page looks up thousands of columns, and `sqlite3.Row` searches for each
#: by name.
Row: TypeAlias = dict[str, Any]
_Found = TypeVar("_Found")
SCHEMA_VERSION: Final = 1
#: The tables of posts: tracked one by one, and found through accounts.
POST_TABLES: Final = ("videos", "account_videos")
#: A refresh of an account takes up no more new posts than this.
_MOST_NEW_POSTS: Final = 50

_POST_TABLE: Final = """
CREATE TABLE {table} (
    n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, platform INTEGER NOT NULL,
    external_id TEXT NOT NULL, account INTEGER, author TEXT, caption TEXT NOT NULL,
    is_active INTEGER NOT NULL, is_unavailable INTEGER NOT NULL, scrape_interval INTEGER NOT NULL,
    metadata TEXT, added_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    first_scrape INTEGER NOT NULL, last_scrape INTEGER NOT NULL, next_refresh INTEGER,
    create_time INTEGER NOT NULL, view_count INTEGER NOT NULL, like_count INTEGER NOT NULL,
    play_count INTEGER NOT NULL, published INTEGER NOT NULL, ceiling INTEGER NOT NULL,
    half_life INTEGER NOT NULL, boost INTEGER NOT NULL, boost_at INTEGER NOT NULL,
    boost_half INTEGER NOT NULL, like_rate INTEGER NOT NULL, comment_rate INTEGER NOT NULL,
    share_rate INTEGER NOT NULL, save_rate INTEGER NOT NULL, play_rate INTEGER NOT NULL
);
"""
_SCHEMA: Final = (
    """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE creators (
    n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, name TEXT NOT NULL,
    is_active INTEGER NOT NULL, metadata TEXT
);
CREATE TABLE accounts (
    n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, platform INTEGER NOT NULL,
    username TEXT NOT NULL, handle TEXT NOT NULL, category TEXT, creator INTEGER,
    is_active INTEGER NOT NULL, is_unavailable INTEGER NOT NULL, is_verified INTEGER NOT NULL,
    scrape_interval TEXT NOT NULL,
    refresh_every INTEGER NOT NULL, added_at INTEGER NOT NULL, first_scrape INTEGER NOT NULL,
    last_scrape INTEGER NOT NULL, next_refresh INTEGER, follower_base INTEGER NOT NULL,
    follower_daily INTEGER NOT NULL, follower_count INTEGER NOT NULL,
    following_count INTEGER NOT NULL, next_post_at INTEGER NOT NULL, post_gap INTEGER NOT NULL,
    view_count INTEGER NOT NULL DEFAULT 0, like_count INTEGER NOT NULL DEFAULT 0,
    comment_count INTEGER NOT NULL DEFAULT 0, share_count INTEGER NOT NULL DEFAULT 0,
    play_count INTEGER NOT NULL DEFAULT 0, saved_count INTEGER NOT NULL DEFAULT 0,
    post_count INTEGER NOT NULL DEFAULT 0
);
"""
    + _POST_TABLE.format(table="videos")
    + _POST_TABLE.format(table="account_videos")
)
# Made after the rows are in: that is faster, and keyset pages need each of them.
_INDEXES: Final = """
CREATE UNIQUE INDEX creators_id ON creators (id);
CREATE INDEX creators_name ON creators (name, n);
CREATE UNIQUE INDEX accounts_id ON accounts (id);
CREATE UNIQUE INDEX accounts_handle ON accounts (handle, platform);
CREATE INDEX accounts_creator ON accounts (creator);
CREATE INDEX accounts_due ON accounts (next_refresh) WHERE next_refresh IS NOT NULL;
CREATE INDEX accounts_added_at ON accounts (added_at, n);
CREATE UNIQUE INDEX videos_id ON videos (id);
CREATE UNIQUE INDEX videos_post ON videos (external_id, platform);
CREATE INDEX videos_account ON videos (account) WHERE account IS NOT NULL;
CREATE INDEX videos_added_at ON videos (added_at, n, caption);
CREATE UNIQUE INDEX account_videos_id ON account_videos (id);
CREATE UNIQUE INDEX account_videos_post ON account_videos (external_id, platform);
CREATE INDEX account_videos_account ON account_videos (account);
CREATE INDEX account_videos_added_at ON account_videos (added_at, n);
"""

# Indexes over what refreshes change: made when they are first needed, and taken away before many
# rows change at once, which is several times faster than keeping them in order.
_DUE: Final = "videos_due"
_MADE_LATER: Final = {
    _DUE: "videos (next_refresh) WHERE next_refresh IS NOT NULL",
    "videos_create_time": "videos (create_time, n)",
    "videos_view_count": "videos (view_count, n)",
    "videos_like_count": "videos (like_count, n)",
    "videos_play_count": "videos (play_count, n)",
}
_MANY: Final = 20_000

_COUNTS: Final = """
    view_count = f.v, like_count = f.v * like_rate / 10000, play_count = f.v * play_rate / 10000,
    create_time = {table}.published, last_scrape = f.t, updated_at = f.t,
    first_scrape = CASE WHEN first_scrape = -1 THEN {first} ELSE first_scrape END
"""
_REFRESH_VIDEOS: Final = f"""
UPDATE videos SET {_COUNTS.format(table="videos", first="next_refresh")},
    next_refresh = f.t + scrape_interval * {HOUR}
FROM (
    SELECT n AS due, t, {views_sql("t")} AS v FROM (
        SELECT *, next_refresh + ((:now - next_refresh) / (scrape_interval * {HOUR}))
            * (scrape_interval * {HOUR}) AS t
        FROM videos WHERE next_refresh <= :now
    )
) AS f WHERE videos.n = f.due
"""
_REFRESH_POSTS_OF_ACCOUNT: Final = f"""
UPDATE account_videos SET {_COUNTS.format(table="account_videos", first="f.t")}
FROM (
    SELECT n AS due, t, {views_sql("t")} AS v FROM (
        SELECT *, :t AS t FROM account_videos
        WHERE account = :account AND is_active = 1 AND is_unavailable = 0
    )
) AS f WHERE account_videos.n = f.due
"""
_ADD_UP_ACCOUNTS: Final = """
UPDATE accounts SET view_count = f.views, like_count = f.likes, comment_count = f.comments,
    share_count = f.shares, play_count = f.plays, saved_count = f.saves, post_count = f.posts
FROM (
    SELECT account AS a, count(*) AS posts, sum(v) AS views, sum(v * like_rate / 10000) AS likes,
        sum(v * comment_rate / 10000) AS comments, sum(v * share_rate / 10000) AS shares,
        sum(v * play_rate / 10000) AS plays, sum(v * save_rate / 10000) AS saves
    FROM (SELECT *, max(view_count, 0) AS v FROM account_videos {where}) GROUP BY account
) AS f WHERE accounts.n = f.a
"""


_RATES: Final = ("play_rate", "like_rate", "comment_rate", "share_rate")
_VIEWS: Final = "{v}"
_EACH: Final = (_VIEWS, *(f"{{v}} * {rate} / {UNIT}" for rate in _RATES))
_ENGAGEMENT: Final = " + ".join(_EACH[2:])


def _gains_sql(
    table: str, group: str, where: str, instants: Sequence[int], figures: Sequence[str] = _EACH
) -> str:
    """What posts gained between instants that follow each other, as far as refreshes tell.

    Both ends of a span are cut to what was seen before they are subtracted, so that adjoining spans
    add up exactly. A row has the group, then the figures for each span; an empty group stands for
    all posts together.
    """
    seen = [f"max(first_scrape, min({x}, last_scrape)) AS t{k}" for k, x in enumerate(instants)]
    # What the newest refresh found is kept: that saves half of the arithmetic in most spans.
    views = [
        f"CASE WHEN {x} >= last_scrape THEN view_count ELSE {views_sql(f't{k}')} END AS v{k}"
        for k, x in enumerate(instants)
    ]
    sums = [
        f"sum({figure.format(v=f'v{k}')}) - sum({figure.format(v=f'v{k - 1}')})"
        for k in range(1, len(instants))
        for figure in figures
    ]
    chosen = ", ".join((group or "0 AS total", *_RATES))
    # Every column is named: a star would carry all of them through both levels.
    return (
        f"SELECT {group or 'total'}, {', '.join(sums)} FROM ("
        f"SELECT {group or 'total'}, {', '.join((*_RATES, *views))} FROM ("
        f"SELECT {chosen}, {_GROWTH}, last_scrape, view_count, {', '.join(seen)}"
        f" FROM {table} AS p {where}))" + (f" GROUP BY {group}" if group else "")
    )


class Post(NamedTuple):
    """A post as it is read to be shown: columns of its table, and the id of its account."""

    n: int
    id: str
    platform: int
    external_id: str
    author: str | None
    caption: str
    is_active: int
    is_unavailable: int
    scrape_interval: int
    metadata: str | None
    added_at: int
    updated_at: int
    first_scrape: int
    last_scrape: int
    create_time: int
    view_count: int
    like_count: int
    play_count: int
    comment_rate: int
    share_rate: int
    save_rate: int
    account_id: str | None


_SHOWN: Final = ", ".join(f"t.{name}" for name in Post._fields if name != "account_id")
_GROWTH: Final = ", ".join(History._fields[3:])
_HISTORY: Final = ", ".join(History._fields)


class Totals(NamedTuple):
    """What posts gained in a span of time."""

    views: int
    plays: int
    likes: int
    comments: int
    shares: int

    @property
    def engagement(self) -> int:
        """Likes, comments and shares together."""
        return self.likes + self.comments + self.shares


@dataclass(frozen=True)
class Listing:
    """A list as it is asked for: a table, conditions joined with AND, and a total order."""

    table: str
    order: str
    descending: bool
    conditions: tuple[str, ...] = ()
    arguments: tuple[str | int, ...] = field(default=())

    def where(self, *more: str) -> str:
        """The WHERE clause, or nothing."""
        every = (*self.conditions, *more)
        return f" WHERE {' AND '.join(every)}" if every else ""


def _placeholders(row: Sequence[object]) -> str:
    return ", ".join("?" * len(row))


def _contains(text: str | None, folded: str) -> bool:
    return text is not None and folded in text.casefold()


class Store:
    """The state of one sandbox."""

    def __init__(self, world: World, path: str | None = None, refresh_delay: float = 1.0) -> None:
        self.world = world
        self._refresh_delay = refresh_delay
        self._db = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False
        )
        self._made: set[str] = set()
        self._as_of = -1
        self._remembered: dict[tuple[object, ...], object] = {}
        self._db.create_function("contains", 2, _contains, deterministic=True)
        try:
            if path is not None:
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = NORMAL")
            if not self._one("SELECT 1 FROM sqlite_master WHERE name = 'settings'"):
                self._create()
            else:
                self._reopen()
            self._due = self._next_due()
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Give up the database."""
        self._db.close()

    # -------------------------------------------------------------------------------- the world

    def _create(self) -> None:
        world = self.world
        db = self._db
        with self.write():
            for statement in _SCHEMA.split(";"):
                db.execute(statement)
            accounts = list(world.accounts())
            self._insert_many("creators", world.creators())
            self._insert_many("accounts", accounts)
            self._insert_many("account_videos", world.account_videos(accounts))
            self._insert_many("videos", world.videos(accounts))
            for statement in _INDEXES.split(";"):
                db.execute(statement)
            self._make_index(_DUE)
            db.execute(_ADD_UP_ACCOUNTS.format(where=""))
            settings = {"version": SCHEMA_VERSION, "seed": world.seed, "start": world.now}
            for name, value in settings.items():
                db.execute("INSERT INTO settings VALUES (?, ?)", (name, str(value)))

    def _reopen(self) -> None:
        settings = dict(self._db.execute("SELECT name, value FROM settings").fetchall())
        if settings.get("version") != str(SCHEMA_VERSION):
            raise ValueError("the data file was written by another version of the sandbox")
        if settings["seed"] != str(self.world.seed):
            raise ValueError(f"the data file belongs to seed {settings['seed']}")

    def _make_index(self, name: str) -> None:
        if name in _MADE_LATER and name not in self._made:
            self._db.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {_MADE_LATER[name]}")
            self._made.add(name)

    def _insert_many(self, table: str, rows: Iterable[tuple[object, ...]]) -> None:
        iterator = iter(rows)
        first = next(iterator, None)
        if first is None:
            return
        fields = getattr(first, "_fields", ())
        sql = f"INSERT INTO {table} ({', '.join(fields)}) VALUES ({_placeholders(first)})"
        self._db.execute(sql, first)
        # SQLite's binding takes plain tuples a good deal faster than named ones.
        self._db.executemany(sql, map(tuple, iterator))

    # -------------------------------------------------------------------------------- access

    @contextmanager
    def write(self) -> Iterator[None]:
        """A transaction: committed when the block ends, undone when it raises."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _one(self, sql: str, *arguments: str | int | None) -> Row | None:
        rows = self.all(sql, *arguments)
        return rows[0] if rows else None

    def all(self, sql: str, *arguments: str | int | None) -> list[Row]:
        """Rows of a query."""
        cursor = self._db.execute(sql, arguments)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def scalar(self, sql: str, *arguments: str | int | None) -> int:
        """A single number."""
        row = self._db.execute(sql, arguments).fetchone()
        return int(row[0] or 0) if row else 0

    @property
    def changes(self) -> int:
        """A number that is another one after every change to what is tracked."""
        return self._db.total_changes

    def page(
        self, listing: Listing, after: Position | None, limit: int
    ) -> tuple[list[int], Position | None]:
        """Up to ``limit`` row numbers behind a position, and that of the last one if more follow.

        A position is the sort key with the row number, so a page costs the same wherever it lies
        and rows that come or go do not shift it.
        """
        conditions = (
            []
            if after is None
            else [f"(t.{listing.order}, t.n) {'<' if listing.descending else '>'} (?, ?)"]
        )
        direction = "DESC" if listing.descending else "ASC"
        self._make_index(f"{listing.table}_{listing.order}")
        sql = (
            f"SELECT t.{listing.order}, t.n FROM {listing.table} AS t{listing.where(*conditions)}"
            f" ORDER BY t.{listing.order} {direction}, t.n {direction} LIMIT ?"
        )
        arguments = (*listing.arguments, *(after or ()), limit + 1)
        found: list[Position] = self._db.execute(sql, arguments).fetchall()
        rows = [n for _, n in found[:limit]]
        return rows, found[limit - 1] if len(found) > limit else None

    def count(self, listing: Listing) -> int:
        """How many rows a list has in all."""
        return self.scalar(
            f"SELECT count(*) FROM {listing.table} AS t{listing.where()}", *listing.arguments
        )

    def rows(self, table: str, numbers: Sequence[int]) -> list[Row]:
        """The rows with these numbers, in this order."""
        columns, join = _JOINED[table]
        found = {
            row["n"]: row
            for row in self.all(
                f"SELECT t.*{columns} FROM {table} AS t{join}"
                f" WHERE t.n IN ({_placeholders(numbers)})",
                *numbers,
            )
        }
        return [found[n] for n in numbers]

    def posts(self, table: str, numbers: Sequence[int]) -> list[Post]:
        """The posts with these row numbers, in any order."""
        if not numbers:
            return []
        columns, join = _JOINED[table]
        sql = (
            f"SELECT {_SHOWN}{columns} FROM {table} AS t{join}"
            f" WHERE t.n IN ({_placeholders(numbers)})"
        )
        return list(map(Post._make, self._db.execute(sql, numbers)))

    def get(self, table: str, row_id: str) -> Row | None:
        """The row with a UUID."""
        columns, join = _JOINED[table]
        return self._one(f"SELECT t.*{columns} FROM {table} AS t{join} WHERE t.id = ?", row_id)

    def histories(self, ids: Sequence[str]) -> dict[str, History]:
        """What is known of the posts with these UUIDs, in either table of posts."""
        found: dict[str, History] = {}
        for table in POST_TABLES:
            wanted = [i for i in ids if i not in found]
            if wanted:
                marks = _placeholders(wanted)
                sql = f"SELECT id, {_HISTORY} FROM {table} WHERE id IN ({marks})"
                for video_id, *known in self._db.execute(sql, wanted):
                    found[video_id] = History(*known)
        return found

    def post(self, table: str, platform: int, external_id: str) -> Row | None:
        """The post with a platform's id."""
        return self._one(
            f"SELECT * FROM {table} WHERE external_id = ? AND platform = ?", external_id, platform
        )

    def account_named(self, platform: int, username: str) -> Row | None:
        """The account with a handle; case does not matter."""
        return self._one(
            "SELECT * FROM accounts WHERE handle = ? AND platform = ?",
            username.casefold(),
            platform,
        )

    def accounts_of(self, creator: int) -> list[Row]:
        """The accounts linked to a creator."""
        return self.all("SELECT * FROM accounts WHERE creator = ? ORDER BY n", creator)

    def linked_accounts(self, creators: Sequence[int]) -> dict[int, list[Row]]:
        """Per creator, a row for each platform: platform, total and followers of its accounts."""
        found: dict[int, list[Row]] = {}
        for row in self.all(
            "SELECT creator, platform, count(*) AS total, sum(follower_count) AS followers"
            f" FROM accounts WHERE creator IN ({_placeholders(creators)})"
            " GROUP BY creator, platform",
            *creators,
        ):
            found.setdefault(row["creator"], []).append(row)
        return found

    # -------------------------------------------------------------------------------- totals

    def _gains(
        self,
        table: str,
        group: str,
        where: str,
        arguments: Sequence[str | int],
        instants: Sequence[int],
    ) -> dict[str | int, list[Totals]]:
        """Per group, what was gained in each of the spans between the instants."""
        width = len(Totals._fields)
        return {
            key: [
                Totals(*(each or 0 for each in sums[start : start + width]))
                for start in range(0, len(sums), width)
            ]
            for key, *sums in self._db.execute(_gains_sql(table, group, where, instants), arguments)
        }

    def _remember(self, key: tuple[object, ...], compute: Callable[[], _Found]) -> _Found:
        """What was computed before, if nothing has changed since."""
        if self._as_of != self.changes:
            self._remembered.clear()
            self._as_of = self.changes
        if key not in self._remembered:
            self._remembered[key] = compute()
        return cast(_Found, self._remembered[key])

    def totals_by_id(
        self, table: str, ids: Sequence[str], start: int, end: int
    ) -> dict[str, Totals]:
        """What each of these posts gained; those without history gained nothing."""
        where = f"WHERE p.id IN ({_placeholders(ids)})"
        gains = self._gains(table, "id", where, ids, (start, end))
        return {str(key): total for key, (total,) in gains.items()}

    def totals_by_row(
        self, table: str, rows: Sequence[int], start: int, end: int
    ) -> dict[int, Totals]:
        """The same by row number."""
        where = f"WHERE p.n IN ({_placeholders(rows)})"
        gains = self._gains(table, "n", where, rows, (start, end))
        return {int(key): total for key, (total,) in gains.items()}

    def totals_by_account(self, ids: Sequence[str], start: int, end: int) -> dict[str, Totals]:
        """What the posts of each of these accounts gained together."""
        marks = _placeholders(ids)
        known = self.all(f"SELECT n, id FROM accounts WHERE id IN ({marks})", *ids)
        rows = [row["n"] for row in known]
        where = f"WHERE p.account IN ({_placeholders(rows)})"
        gains = self._gains("account_videos", "account", where, rows, (start, end))
        return {row["id"]: gains.get(row["n"], [_NOTHING])[0] for row in known}

    def gains_of_all(self, instants: tuple[int, ...]) -> list[tuple[int, int]]:
        """Views and engagement that all posts gained in each of the spans between the instants."""

        def compute() -> list[tuple[int, int]]:
            figures = (_VIEWS, _ENGAGEMENT)
            sums = [0] * len(figures) * (len(instants) - 1)
            for table in POST_TABLES:
                sql = _gains_sql(table, "", _MOVED, instants, figures)
                _, *found = self._db.execute(sql).fetchone()
                sums = [mine + (more or 0) for mine, more in zip(sums, found, strict=True)]
            return list(zip(sums[::2], sums[1::2], strict=True))

        return self._remember(("gains", *instants), compute)

    def views_by_creator(self, start: int, end: int) -> dict[int, int]:
        """Views that the posts of each creator's accounts gained."""

        def compute() -> dict[int, int]:
            sql = _gains_sql("account_videos", "account", _MOVED, (start, end), (_VIEWS,))
            gained = dict(self._db.execute(sql).fetchall())
            found: dict[int, int] = {}
            for row in self.all("SELECT n, creator FROM accounts WHERE creator IS NOT NULL"):
                found[row["creator"]] = found.get(row["creator"], 0) + gained.get(row["n"], 0)
            return found

        return self._remember(("views", start, end), compute)

    def daily_totals(self, creator: int, days: Sequence[int]) -> list[Totals]:
        """What the posts of a creator's accounts gained on each day, given by its start."""
        where = "WHERE p.account IN (SELECT n FROM accounts WHERE creator = ?)"
        found: list[Totals] = []
        for start in range(0, len(days), _MOST_SPANS):
            part = days[start : start + _MOST_SPANS]
            instants = [*part, part[-1] + DAY]
            found += self._gains("account_videos", "", where, (creator,), instants)[0]
        return found

    def breakout_ids(self, table: str) -> frozenset[str]:
        """The posts that the world lets rise late and steeply."""
        return frozenset(row["id"] for row in self.all(f"SELECT id FROM {table} WHERE boost > 0"))

    # -------------------------------------------------------------------------------- refreshes

    def _next_due(self) -> int | None:
        dues = [
            row["due"]
            for table in ("videos", "accounts")
            for row in self.all(
                f"SELECT min(next_refresh) AS due FROM {table} WHERE next_refresh IS NOT NULL"
            )
            if row["due"] is not None
        ]
        return min(dues, default=None)

    def catch_up(self, now: float) -> None:
        """Do the refreshes that fell due until now."""
        if self._due is None or self._due > now:
            return
        instant = int(now)
        with self.write():
            self._refresh_videos(instant)
            due = self.all("SELECT * FROM accounts WHERE next_refresh <= ?", instant)
            for account in due:
                self._refresh_account(account, instant)
        self._due = self._next_due()

    def _refresh_videos(self, now: int) -> None:
        due = self.scalar(
            "SELECT count(*) FROM (SELECT 1 FROM videos WHERE next_refresh <= ? LIMIT ?)",
            now,
            _MANY + 1,
        )
        if due > _MANY:
            for name in _MADE_LATER:
                self._db.execute(f"DROP INDEX IF EXISTS {name}")
            self._made.clear()
        self._db.execute(_REFRESH_VIDEOS, {"now": now})
        self._make_index(_DUE)

    def _refresh_account(self, account: Row, now: int) -> None:
        every = account["refresh_every"]
        t = account["next_refresh"] + (now - account["next_refresh"]) // every * every
        n = account["n"]
        self._db.execute(
            "UPDATE accounts SET last_scrape = ?, next_refresh = ?, follower_count = ?,"
            " first_scrape = CASE WHEN first_scrape = -1 THEN ? ELSE first_scrape END WHERE n = ?",
            (
                t,
                t + every,
                follower_count(
                    account["follower_base"], account["follower_daily"], account["added_at"], t
                ),
                account["next_refresh"],
                n,
            ),
        )
        self._take_up_posts(account, t)
        self._db.execute(_REFRESH_POSTS_OF_ACCOUNT, {"t": t, "account": n})
        self._db.execute(_ADD_UP_ACCOUNTS.format(where="WHERE account = ?"), (n,))

    def _take_up_posts(self, account: Row, t: int) -> None:
        """Add the posts published until ``t``, each first seen by the refresh after it came out."""
        at, gap, platform = account["next_post_at"], account["post_gap"], account["platform"]
        due, every = account["next_refresh"], account["refresh_every"]
        at = max(at, at + ((t - at) // gap - _MOST_NEW_POSTS) * gap)
        top = self.scalar("SELECT seq FROM sqlite_sequence WHERE name = 'account_videos'")
        while at <= t:
            top += 1
            n = top = top + (top - platform) % 2
            external_id = self.world.new_external_id(platform, "account_video", n)
            if self._one(
                "SELECT 1 FROM account_videos WHERE external_id = ? AND platform = ?",
                external_id,
                platform,
            ):
                raise RuntimeError("two posts drew the same external id")
            caption, curve = self.world.traits(platform, external_id, at, account["username"])
            seen = due - min(0, (due - at) // every) * every
            row = PostRow(
                n, self.world.new_id("account_video", n), platform, external_id, account["n"],
                account["username"], caption, 1, 0, 24, None, seen, t, seen, UNKNOWN, None,
                UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, *curve,
            )  # fmt: skip
            self._insert("account_videos", row)
            at += gap
        self._db.execute("UPDATE accounts SET next_post_at = ? WHERE n = ?", (at, account["n"]))

    # -------------------------------------------------------------------------------- changes

    def next_row(self, table: str) -> int:
        """The number of the next row of a table; numbers are never used twice."""
        return self.scalar("SELECT seq FROM sqlite_sequence WHERE name = ?", table) + 1

    def _insert(self, table: str, row: PostRow | AccountRow | CreatorRow) -> None:
        self._insert_many(table, [row])

    def add(self, table: str, row: PostRow | AccountRow | CreatorRow) -> None:
        """Insert a row."""
        self._insert(table, row)

    def set(self, table: str, n: int, **values: str | int | None) -> None:
        """Change columns of a row."""
        columns = ", ".join(f"{name} = ?" for name in values)
        self._db.execute(f"UPDATE {table} SET {columns} WHERE n = ?", (*values.values(), n))

    def schedule(self, table: str, n: int, instant: float) -> None:
        """Have a row refreshed soon after an instant."""
        due = int(instant + self._refresh_delay)
        self.set(table, n, next_refresh=due)
        self._due = due if self._due is None else min(self._due, due)

    def new_video(self, platform: int, external_id: str, author: str | None, now: int) -> PostRow:
        """A post that is taken up by itself: the same one if it is known from an account."""
        n = self.next_row("videos")
        twin = self.post("account_videos", platform, external_id)
        account = None
        if twin is not None:
            account, by, caption = twin["account"], twin["author"], twin["caption"]
            curve = Curve(*(twin[name] for name in Curve._fields))
        else:
            by = author or self.world.author(platform, external_id)
            published = now - self.world.fresh_post_age(platform, external_id)
            caption, curve = self.world.traits(platform, external_id, published, by)
            owner = self.account_named(platform, by)
            if owner is not None:
                account = owner["n"]
        return PostRow(
            n, self.world.new_id("video", n), platform, external_id, account, by, caption,
            1, 0, 24, None, now, now, UNKNOWN, UNKNOWN, None,
            UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, *curve,
        )  # fmt: skip

    def activate(self, table: str, row: Row, active: bool, now: int) -> None:
        """Resume or pause; what is resumed is refreshed soon."""
        if bool(row["is_active"]) == active:
            return
        self.set(table, row["n"], is_active=int(active), next_refresh=None)
        if table == "videos":
            self.set(table, row["n"], updated_at=now)
        if active and not row["is_unavailable"]:
            self.schedule(table, row["n"], now)

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


_NOTHING: Final = Totals(0, 0, 0, 0, 0)
_MOVED: Final = "WHERE first_scrape < last_scrape"
#: SQLite has a limit of columns per query.
_MOST_SPANS: Final = 100
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
