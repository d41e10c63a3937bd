"""Carries out the refreshes of posts and accounts that are due, in order of time.

Refreshes happen when a request comes in, before the response. This needs no thread or timer, and a
frozen clock means frozen figures. A refresh takes a snapshot of each post's growth and keeps it in
the columns that lists sort by.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

from . import recorded
from .clock import HOUR
from .curve import views_sql
from .database import Database, Row
from .rows import PostRow, columns
from .schema import ChangingIndexes
from .world import World, follower_count

#: Maximum number of new posts that one refresh of an account adds.
_MOST_NEW_POSTS: Final = 50
#: If at least this many posts are due, the indexes are dropped first.
_MANY: Final = 20_000

_COUNTS: Final = """
    view_count = f.v, like_count = f.v * like_rate / 10000, play_count = f.v * play_rate / 10000,
    create_time = {table}.published, last_scrape_time = f.t, updated_at = f.t,
    first_scrape_time = CASE WHEN first_scrape_time = -1 THEN {first} ELSE first_scrape_time END
"""
_REFRESH_VIDEOS: Final = f"""
UPDATE videos SET {_COUNTS.format(table="videos", first="next_refresh")},
    next_refresh = f.t + scrape_interval_hours * {HOUR}
FROM (
    SELECT n AS due, t, {views_sql("t")} AS v FROM (
        SELECT *, next_refresh + ((:now - next_refresh) / (scrape_interval_hours * {HOUR}))
            * (scrape_interval_hours * {HOUR}) AS t
        FROM videos WHERE next_refresh <= :now AND recorded IS NULL
    )
) AS f WHERE videos.n = f.due
"""
_REFRESH_POSTS_OF_ACCOUNT: Final = f"""
UPDATE account_videos SET {_COUNTS.format(table="account_videos", first="f.t")}
FROM (
    SELECT n AS due, t, {views_sql("t")} AS v FROM (
        SELECT *, :t AS t FROM account_videos
        WHERE account = :account AND is_active = 1 AND is_unavailable = 0 AND recorded IS NULL
    )
) AS f WHERE account_videos.n = f.due
"""
_ADD_UP_ACCOUNTS: Final = """
UPDATE accounts SET view_count = f.views, like_count = f.likes, comment_count = f.comments,
    share_count = f.shares, play_count = f.plays, saved_count = f.saves, post_count = f.posts
FROM (
    SELECT account AS a, count(*) AS posts, sum(v) AS views, {sums}
    FROM (SELECT *, max(view_count, 0) AS v FROM account_videos {where}) GROUP BY account
) AS f WHERE accounts.n = f.a
"""


class Refreshes:
    """The refreshes of one store."""

    def __init__(
        self,
        db: Database,
        indexes: ChangingIndexes,
        world: World,
        delay: float,
        *,
        own: bool,
    ) -> None:
        self._db = db
        self._own = own
        self._indexes = indexes
        self._world = world
        self._delay = delay
        self._due = self._next_due()

    def _next_due(self) -> int | None:
        dues = [
            row["due"]
            for table in ("videos", "accounts")
            for row in self._db.all(
                f"SELECT min(next_refresh) AS due FROM {table} WHERE next_refresh IS NOT NULL"
            )
            if row["due"] is not None
        ]
        return min(dues, default=None)

    def schedule(self, table: str, n: int, instant: float) -> None:
        """Schedule a refresh of a row soon after an instant."""
        due = int(instant + self._delay)
        self._db.update(table, n, next_refresh=due)
        self._due = due if self._due is None else min(self._due, due)

    def catch_up(self, now: float) -> None:
        """Carry out all refreshes that are due."""
        if self._due is None or self._due > now:
            return
        instant = int(now)
        with self._db.write():
            self._refresh_videos(instant)
            for account in self._db.all("SELECT * FROM accounts WHERE next_refresh <= ?", instant):
                self._refresh_account(account, instant)
        self._due = self._next_due()

    def _refresh_videos(self, now: int) -> None:
        due = self._db.scalar(
            "SELECT count(*) FROM (SELECT 1 FROM videos WHERE next_refresh <= ? LIMIT ?)",
            now,
            _MANY + 1,
        )
        if due > _MANY:
            self._indexes.drop()
        self._db.execute(_REFRESH_VIDEOS, {"now": now})
        self._refresh_recorded("videos", "next_refresh <= ?", now, now)
        self._indexes.for_refreshes()

    def _refresh_recorded(self, table: str, condition: str, value: int, now: int) -> None:
        """Refresh posts with recorded figures, each at its recorded instants until now."""
        if not self._own:
            return
        names = ", ".join(columns(PostRow))
        found = self._db.execute(
            f"SELECT {names} FROM {table} WHERE recorded IS NOT NULL AND {condition}", (value,)
        )
        for row in map(PostRow.read, found.fetchall()):
            times = recorded.instants(row.recorded or "{}", "views")
            seen = bisect_right(times, now)
            due = times[seen] if seen < len(times) and table == "videos" else None
            new = row.refreshed(times[0], times[seen - 1]) if seen else row
            changes = dict(
                zip(columns(PostRow), new._replace(next_refresh=due).columns(), strict=True)
            )
            del changes["n"]
            self._db.update(table, row.n, **changes)

    def _refresh_recorded_account(self, account: Row, now: int) -> None:
        n, history = account["n"], account["recorded"]
        times = recorded.instants(history, "refreshes")
        seen = bisect_right(times, now)
        self._db.update("accounts", n, next_refresh=times[seen] if seen < len(times) else None)
        if seen:
            last = times[seen - 1]
            self._db.update(
                "accounts",
                n,
                first_scrape_time=times[0],
                last_scrape_time=last,
                follower_count=recorded.count(history, "followers", last, 0),
            )
        active = "is_active = 1 AND is_unavailable = 0 AND account = ?"
        self._refresh_recorded("account_videos", active, n, now)
        add_up_accounts(self._db, n, own=True)

    def _refresh_account(self, account: Row, now: int) -> None:
        if account["recorded"] is not None:
            self._refresh_recorded_account(account, now)
            return
        every = account["refresh_every"]
        t = account["next_refresh"] + (now - account["next_refresh"]) // every * every
        n = account["n"]
        self._db.execute(
            "UPDATE accounts SET last_scrape_time = ?, next_refresh = ?, follower_count = ?,"
            " first_scrape_time ="
            " CASE WHEN first_scrape_time = -1 THEN ? ELSE first_scrape_time END WHERE n = ?",
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
        add_up_accounts(self._db, n, own=self._own)

    def _take_up_posts(self, account: Row, t: int) -> None:
        """Add the posts published until ``t``, each first seen by its next refresh."""
        at, gap, platform = account["next_post_at"], account["post_gap"], account["platform"]
        due, every = account["next_refresh"], account["refresh_every"]
        at = max(at, at + ((t - at) // gap - _MOST_NEW_POSTS) * gap)
        top = self._db.scalar("SELECT seq FROM sqlite_sequence WHERE name = 'account_videos'")
        while at <= t:
            top += 1
            n = top = top + (top - platform) % 2
            external_id = self._world.new_external_id(platform, "account_video", n)
            if self._db.one(
                "SELECT 1 FROM account_videos WHERE external_id = ? AND platform = ?",
                external_id,
                platform,
            ):
                raise RuntimeError("two posts have the same external id")
            caption, curve = self._world.traits(platform, external_id, at, account["username"])
            seen = due - min(0, (due - at) // every) * every
            row = PostRow.unseen(
                n,
                self._world.new_id("account_video", n),
                platform,
                external_id,
                account=account["n"],
                author=account["username"],
                caption=caption,
                added_at=seen,
                updated_at=t,
                curve=curve,
            )
            row = row._replace(first_scrape_time=seen)
            self._db.insert("account_videos", columns(PostRow), [row.columns()])
            at += gap
        self._db.update("accounts", account["n"], next_post_at=at)


def add_up_accounts(db: Database, n: int | None = None, *, own: bool) -> None:
    """Set the totals of an account, or of all, to the sums over the posts found through it."""
    sums = [
        f"sum({recorded.figure_sql(name, 'v', 'last_scrape_time', own=own)}) AS {name}"
        for name in recorded.RATES
    ]
    where = "" if n is None else "WHERE account = ?"
    db.execute(
        _ADD_UP_ACCOUNTS.format(sums=", ".join(sums), where=where), () if n is None else (n,)
    )
