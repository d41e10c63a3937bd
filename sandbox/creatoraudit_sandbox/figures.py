"""Growth figures: what posts gained between two instants, summed over the growth of each post."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeVar, cast

from . import recorded
from .clock import DAY
from .curve import History, views_sql
from .database import Database, placeholders
from .recorded import RATES
from .schema import POST_TABLES

_Found = TypeVar("_Found")


class Totals(NamedTuple):
    """The growth of posts in a span of time."""

    views: int
    plays: int
    likes: int
    comments: int
    shares: int

    @property
    def engagement(self) -> int:
        """Likes, comments and shares together."""
        return self.likes + self.comments + self.shares


_NOTHING: Final = Totals(0, 0, 0, 0, 0)
#: Only posts that were refreshed at least twice have a known growth.
_MOVED: Final = "WHERE first_scrape_time < last_scrape_time"
#: SQLite limits the columns of a query.
_MOST_SPANS: Final = 100
_ENGAGEMENT: Final = ("likes", "comments", "shares")
_RATES: Final = tuple(RATES[name] for name in ("plays", *_ENGAGEMENT))
_GROWTH: Final = ", ".join(History._fields[3:])


def _figure_sql(name: str, k: int, own: bool) -> str:
    """SQL of a figure of a post at the k-th instant; engagement is a sum of figures."""
    if name == "views":
        return f"v{k}"
    parts = _ENGAGEMENT if name == "engagement" else (name,)
    return " + ".join(recorded.figure_sql(part, f"v{k}", f"t{k}", own=own) for part in parts)


def _gains_sql(
    table: str,
    group: str,
    where: str,
    instants: Sequence[int],
    figures: Sequence[str] = Totals._fields,
    *,
    own: bool,
) -> str:
    """The query for what posts gained between instants that follow each other.

    Both ends of a span are cut to what was seen before they are subtracted, so that adjoining spans
    add up exactly. A row has the group, then the figures for each span; an empty group stands for
    all posts together.
    """
    seen = [
        f"max(first_scrape_time, min({x}, last_scrape_time)) AS t{k}"
        for k, x in enumerate(instants)
    ]
    # The views of the newest refresh are stored, which saves half of the arithmetic in most spans.
    views = [
        f"CASE WHEN {x} >= last_scrape_time THEN view_count"
        f" ELSE {recorded.views_sql(views_sql(f't{k}'), f't{k}', own=own)} END AS v{k}"
        for k, x in enumerate(instants)
    ]
    sums = [
        f"sum({_figure_sql(figure, k, own)}) - sum({_figure_sql(figure, k - 1, own)})"
        for k in range(1, len(instants))
        for figure in figures
    ]
    chosen = ", ".join((group or "0 AS total", *_RATES))
    kept = (*_RATES, *(("recorded", *(f"t{k}" for k in range(len(instants)))) if own else ()))
    # Every column is named: a star would carry all of them through both levels.
    return (
        f"SELECT {group or 'total'}, {', '.join(sums)} FROM ("
        f"SELECT {group or 'total'}, {', '.join((*kept, *views))} FROM ("
        f"SELECT {chosen}, {_GROWTH}, last_scrape_time, view_count, {', '.join(seen)}"
        f" FROM {table} AS p {where}))" + (f" GROUP BY {group}" if group else "")
    )


class Figures:
    """Windowed totals of posts, accounts and creators."""

    def __init__(self, db: Database, *, own: bool) -> None:
        self._db = db
        self._own = own
        self._as_of = -1
        self._remembered: dict[tuple[object, ...], object] = {}

    def _gains(
        self,
        table: str,
        group: str,
        where: str,
        values: Sequence[str | int],
        instants: Sequence[int],
    ) -> dict[str | int, list[Totals]]:
        """Growth in each of the spans between the instants, per group."""
        width = len(Totals._fields)
        return {
            key: [
                Totals(*(each or 0 for each in sums[start : start + width]))
                for start in range(0, len(sums), width)
            ]
            for key, *sums in self._db.execute(
                _gains_sql(table, group, where, instants, own=self._own), values
            )
        }

    def _remember(self, key: tuple[object, ...], compute: Callable[[], _Found]) -> _Found:
        """The cached result, if nothing has changed since."""
        if self._as_of != self._db.changes:
            self._remembered.clear()
            self._as_of = self._db.changes
        if key not in self._remembered:
            self._remembered[key] = compute()
        return cast(_Found, self._remembered[key])

    def by_id(self, table: str, ids: Sequence[str], start: int, end: int) -> dict[str, Totals]:
        """Growth of each of these posts; 0 for posts without history."""
        where = f"WHERE p.id IN ({placeholders(ids)})"
        gains = self._gains(table, "id", where, ids, (start, end))
        return {str(key): total for key, (total,) in gains.items()}

    def by_row(self, table: str, rows: Sequence[int], start: int, end: int) -> dict[int, Totals]:
        """Growth of each of the posts with these row numbers."""
        where = f"WHERE p.n IN ({placeholders(rows)})"
        gains = self._gains(table, "n", where, rows, (start, end))
        return {int(key): total for key, (total,) in gains.items()}

    def by_account(self, ids: Sequence[str], start: int, end: int) -> dict[str, Totals]:
        """Total growth of the posts of each of these accounts."""
        marks = placeholders(ids)
        known = self._db.all(f"SELECT n, id FROM accounts WHERE id IN ({marks})", *ids)
        rows = [row["n"] for row in known]
        where = f"WHERE p.account IN ({placeholders(rows)})"
        gains = self._gains("account_videos", "account", where, rows, (start, end))
        return {row["id"]: gains.get(row["n"], [_NOTHING])[0] for row in known}

    def of_all(self, instants: tuple[int, ...]) -> list[tuple[int, int]]:
        """Growth in views and engagement of all posts in each of the spans between the instants."""

        def compute() -> list[tuple[int, int]]:
            figures = ("views", "engagement")
            sums = [0] * len(figures) * (len(instants) - 1)
            for table in POST_TABLES:
                sql = _gains_sql(table, "", _MOVED, instants, figures, own=self._own)
                _, *found = self._db.execute(sql).fetchone()
                sums = [mine + (more or 0) for mine, more in zip(sums, found, strict=True)]
            return list(zip(sums[::2], sums[1::2], strict=True))

        return self._remember(("gains", *instants), compute)

    def views_by_creator(self, start: int, end: int) -> dict[int, int]:
        """Growth in views of the posts of each creator's accounts."""

        def compute() -> dict[int, int]:
            sql = _gains_sql(
                "account_videos", "account", _MOVED, (start, end), ("views",), own=self._own
            )
            gained = dict(self._db.execute(sql).fetchall())
            found: dict[int, int] = {}
            for row in self._db.all("SELECT n, creator FROM accounts WHERE creator IS NOT NULL"):
                found[row["creator"]] = found.get(row["creator"], 0) + gained.get(row["n"], 0)
            return found

        return self._remember(("views", start, end), compute)

    def daily(self, creator: int, days: Sequence[int]) -> list[Totals]:
        """Growth of the posts of a creator's accounts per day, keyed by the start of the day."""
        where = "WHERE p.account IN (SELECT n FROM accounts WHERE creator = ?)"
        found: list[Totals] = []
        for start in range(0, len(days), _MOST_SPANS):
            part = days[start : start + _MOST_SPANS]
            instants = [*part, part[-1] + DAY]
            found += self._gains("account_videos", "", where, (creator,), instants)[0]
        return found
