"""Ranks the stored posts of a day, over all organizations, by the rule of `breakouts`."""

from __future__ import annotations

import datetime as dt
import heapq
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from attrs import asdict, evolve, field, fields_dict, frozen

from creatoraudit_api.types import JSON

from .._results.breakouts import (
    Breakout,
    Breakouts,
    BreakoutsQuery,
    Post,
    RankBy,
    Ranking,
    Skipped,
    Source,
    breakout_kinds,
    place_of,
)
from .._results.columns import Kind
from .._results.deltas import delta_kinds
from .._results.lists import LISTS, ListName
from .._results.tables import Result, Table, pyarrow
from ..errors import UsageError
from ._receipt import Receipt
from ._roots import root_of
from ._verify import Problem, verify

# The columns that ranking uses or shows; reading all columns takes three times as long.
_COLUMNS = frozenset(
    {
        *("id", "platform", "external_id", "shortcode", "account_id", "account_username"),
        *("platform_account_id", "description", "create_time", "view_count"),
        *("first_scrape_time", "last_scrape_time"),
    }
)
_ROWS = 5_000


@frozen
class StoredBreakout(Breakout):
    """A ranked post of one of several organizations.

    Attributes:
        organization: Name of the organization.
    """

    organization: str = ""

    def to_dict(self) -> dict[str, JSON]:
        """Return the result as plain data, ready for JSON."""
        whole = super().to_dict()
        return {"rank": whole.pop("rank"), "organization": self.organization, **whole}

    def _kinds(self) -> dict[str, Kind]:
        return _with_organization(super()._kinds())


def _with_organization(kinds: Mapping[str, Kind]) -> dict[str, Kind]:
    return {"rank": "integer", "organization": "string", **kinds}


@frozen
class StoredBreakouts(Result):
    """Breakout posts of all organizations on a stored day, best first.

    Attributes:
        day: The day.
        window: Ranking window in days.
        ranked_by: `views`, `growth` or `outlier`.
        source: The list the posts came from.
        windows: The windows whose deltas are shown, in days.
        organizations: Names of the organizations that were ranked.
        considered: Number of stored posts that pass the filters.
        skipped: Number of posts left out, by reason.
        posts: The ranked posts.
        problems: What is not complete on that day, and was therefore left out.
    """

    day: dt.date
    window: int
    ranked_by: RankBy
    source: Source
    windows: tuple[int, ...]
    organizations: tuple[str, ...]
    considered: int
    skipped: Skipped
    posts: tuple[StoredBreakout, ...]
    problems: tuple[Problem, ...] = field(default=(), repr=False)

    def __len__(self) -> int:
        return len(self.posts)

    def __iter__(self) -> Iterator[StoredBreakout]:
        return iter(self.posts)

    def _table(self) -> Table:
        kinds = _with_organization(breakout_kinds(delta_kinds(self.windows)))
        return Table([post._row() for post in self.posts], kinds)

    def to_dict(self) -> dict[str, JSON]:
        """Return the result as plain data, ready for JSON."""
        skipped: dict[str, JSON] = dict(asdict(self.skipped))
        return {
            "day": self.day.isoformat(),
            "window": self.window,
            "ranked_by": self.ranked_by,
            "source": self.source,
            "organizations": list(self.organizations),
            "considered": self.considered,
            "skipped": skipped,
            "breakouts": [post.to_dict() for post in self.posts],
        }


def breakouts(
    root: str | os.PathLike[str],
    day: dt.date | str,
    *,
    window: int = 7,
    top: int = 10,
    by: RankBy = "views",
    source: Source = "account-videos",
    platform: str | None = None,
    min_views: int | None = None,
    include_partial: bool = False,
) -> StoredBreakouts:
    """Rank the stored posts of all organizations on a day. Sends no request.

    The posts of each organization are ranked as `CreatorAudit.breakouts` ranks them, and the
    rankings are merged. Only complete units are read.

    Args:
        root: The root of the snapshots: a local folder or a URL.
        day: The day, as a date or as `YYYY-MM-DD`.
        window: Look-back window in days. It must be one of the stored windows.
        top: Number of posts to return.
        by: Rank by `"views"` gained, by `"growth"`, or by views gained per author's median
            (`"outlier"`).
        source: `"account-videos"`, `"videos"` or `"both"`.
        platform: Only posts of this platform.
        min_views: Only posts with at least this many views.
        include_partial: Whether to keep posts with a history shorter than the window.

    Raises:
        ConfigurationError: A library is not installed, or the URL cannot be used.
        UsageError: An argument is not valid, or nothing is stored for it.
        ExportError: The root cannot be read.

    Example:
        >>> for post in breakouts("history", "2026-11-26", top=3):
        ...     print(post.organization, post.delta, post.url)
    """
    query = BreakoutsQuery(window, top, by, source, platform, min_views, include_partial)
    pyarrow()
    found = verify(root, day)
    stored = _by_organization(found.receipts, query.lists)
    for receipt in (one for units in stored.values() for one in units):
        if window not in receipt.unit.windows:
            known = ", ".join(map(str, receipt.unit.windows)) or "none"
            raise UsageError(
                f"window must be one of those stored for {receipt.unit}: {known}; not {window}"
            )
    ranked = {name: _ranked(root, units, query) for name, units in sorted(stored.items())}
    left_out = [asdict(one.skipped) for one in ranked.values()]
    skipped = {name: sum(one[name] for one in left_out) for name in fields_dict(Skipped)}
    return StoredBreakouts(
        day=found.day,
        window=query.window,
        ranked_by=by,
        source=source,
        windows=query.windows,
        organizations=tuple(ranked),
        considered=sum(one.considered for one in ranked.values()),
        skipped=Skipped(**skipped),
        posts=tuple(_merged(ranked, query)),
        problems=tuple(one for one in found.problems if one.what in query.lists),
    )


def _by_organization(
    receipts: Iterable[Receipt], lists: Sequence[ListName]
) -> dict[str, list[Receipt]]:
    """The units of each organization with all these lists complete, in the order of the lists."""
    units = {(one.unit.organization, one.unit.what): one for one in receipts}
    names = {name for name, what in units if what in lists}
    return {
        name: [units[name, what] for what in lists]
        for name in names
        if all((name, what) in units for what in lists)
    }


def _ranked(
    root: str | os.PathLike[str], units: Iterable[Receipt], query: BreakoutsQuery
) -> Breakouts:
    """The ranking of one organization."""
    ranking = Ranking(query)
    for receipt in units:
        what = receipt.unit.what
        for rows in _rows(root, receipt):
            asked = ranking.worth_asking(
                (_StoredPost(row, what) for row in rows),
                remember=what == "videos",
                filter_platform=query.platform is not None,
            )
            deltas = {post.json["id"]: known for post in asked if (known := _deltas(post, query))}
            # A post that the deltas endpoint does not know has no delta in any window.
            unknown = [one for post in asked if (one := post.json["id"]) not in deltas]
            ranking.take(asked, deltas, unknown)
    # Without the values of all posts: they are not used here and would fill the memory.
    return evolve(ranking.result(0), values=())


def _rows(root: str | os.PathLike[str], receipt: Receipt) -> Iterator[list[dict[str, Any]]]:
    """The rows of a unit, part by part, with the columns that ranking needs."""
    from pyarrow import parquet  # noqa: PLC0415 - an extra, loaded when needed

    with root_of(root).open(receipt.unit.path) as opened:
        file = parquet.ParquetFile(opened)
        wanted = {*_COLUMNS, *delta_kinds(receipt.unit.windows)}
        columns = [name for name in file.schema_arrow.names if name in wanted]
        for batch in file.iter_batches(batch_size=_ROWS, columns=columns):
            yield batch.to_pylist()


@frozen(eq=False)
class _StoredPost:
    """A stored row in the form that ranking expects."""

    json: Mapping[str, Any]
    what: str

    def decode(self) -> Post:
        """Return it as a model."""
        post: Post = LISTS[self.what].decode_item(self.json)
        return post


def _deltas(post: _StoredPost, query: BreakoutsQuery) -> dict[str, int | None]:
    """The deltas of a post; empty if it has none at all."""
    deltas: dict[str, Any] = {f"{days}d": post.json.get(f"delta_{days}d") for days in query.windows}
    return {} if all(value is None for value in deltas.values()) else deltas


def _merged(ranked: Mapping[str, Breakouts], query: BreakoutsQuery) -> Iterator[StoredBreakout]:
    """The best posts of all rankings, in one order."""
    rankings = ([(name, post) for post in result] for name, result in ranked.items())
    merged = heapq.merge(*rankings, key=lambda pair: (place_of(pair[1], query.by), pair[0]))
    names = [name for name in fields_dict(Breakout) if name != "rank"]
    for rank, (organization, post) in enumerate(islice(merged, query.top), 1):
        members = {name: getattr(post, name) for name in names}
        yield StoredBreakout(rank=rank, organization=organization, **members)
