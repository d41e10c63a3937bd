"""Ranks breakout posts and counts the skipped ones by reason. No I/O.

It keeps only what ranking needs, so that a million posts fit into memory: the best posts as the
list sent them, and for all others a hash, the author and the delta. Only the best are decoded.
"""

from __future__ import annotations

import datetime as dt
import heapq
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from statistics import median
from typing import Any, Literal, Protocol, TypeAlias, TypeVar, get_args, overload

from attrs import Factory, asdict, define, evolve, field, frozen

from creatoraudit_api import models
from creatoraudit_api.types import JSON, encode, timestamp

from .._core.arguments import Day, number, plain, utc_day
from .._core.text import one_line
from .._core.urls import post_url
from ..errors import UsageError
from .columns import Kind
from .deltas import delta_kinds, delta_row
from .lists import ListName
from .tables import Computed, Table

Post: TypeAlias = models.Video | models.AccountVideo
RankBy: TypeAlias = Literal["views", "growth", "outlier"]
Source: TypeAlias = Literal["account-videos", "videos", "both"]

RANKINGS: tuple[RankBy, ...] = get_args(RankBy)
SOURCES: tuple[Source, ...] = get_args(Source)
SPARK_WINDOWS = (1, 7, 14, 30)
# With fewer posts than this, an author's median is not meaningful.
LEAST_POSTS = 5
TOP_MOST = 100_000
# Number of posts in the repr of a result.
_LINES = 10


@define
class Skipped:
    """Number of posts left out of the ranking, by reason.

    Attributes:
        never_refreshed: `last_scrape_time` is null, so there are no figures yet.
        single_refresh: Refreshed only once, so there is nothing to compare with.
        window_not_filled: The history is shorter than the window.
        not_found: The deltas operation does not know the id.
        no_delta: The deltas operation sent no value for the window.
        no_account: The list does not name the post's account, so a filter by account cannot apply.
    """

    never_refreshed: int = 0
    single_refresh: int = 0
    window_not_filled: int = 0
    not_found: int = 0
    no_delta: int = 0
    no_account: int = 0

    @property
    def total(self) -> int:
        """Total number of skipped posts."""
        return sum(asdict(self).values())


@frozen
class Progress:
    """Progress of a breakouts job.

    Attributes:
        listed: Posts listed so far.
        asked: Posts whose deltas were requested.
        answered: Posts whose deltas have arrived.
    """

    listed: int
    asked: int
    answered: int


@frozen
class Breakout(Computed):
    """A ranked post.

    Attributes:
        rank: 1 for the first.
        video: The post as the list sent it.
        deltas: Change in views per window, such as `{"7d": 5678}`; None if the server sent none.
        delta: Change in views over the ranking window.
        views_before: `view_count` minus `delta`; None if the post has no view count.
        growth: `delta` divided by `views_before`; None if that is null or not positive.
        outlier: `delta` divided by the median delta of the author's posts; None if there are fewer
            than five of them or the median is not positive.
    """

    rank: int
    video: Post
    deltas: Mapping[str, int | None]
    delta: int
    views_before: int | None
    growth: float | None
    outlier: float | None

    @property
    def url(self) -> str | None:
        """URL of the post on its platform; None if the list does not say enough."""
        post = self.video
        return post_url(post.platform, post.shortcode, post.account_username, post.external_id)

    def to_dict(self) -> dict[str, JSON]:
        """Return the result as plain data, ready for JSON."""
        video = self.video
        deltas: dict[str, JSON] = dict(self.deltas)
        return {
            "rank": self.rank,
            "id": video.id,
            "platform": video.platform,
            "external_id": video.external_id,
            "shortcode": video.shortcode,
            "url": self.url,
            "account_id": video.account_id,
            "account_username": video.account_username,
            "description": video.description,
            "create_time": encode(video.create_time),
            "view_count": video.view_count,
            "deltas": deltas,
            "delta": self.delta,
            "views_before": self.views_before,
            "growth": self.growth,
            "outlier": self.outlier,
        }

    def __repr__(self) -> str:
        return f"<Breakout {self._line()}, id {one_line(str(self.video.id), 40)}>"

    def _line(self) -> str:
        video = self.video
        whose = f"@{video.account_username}" if video.account_username else "unknown author"
        said = f"{self.rank}: {self.delta:+,} views, {video.platform} {whose}"
        return one_line(said, 80)

    def _row(self) -> dict[str, object]:
        row: dict[str, object] = dict(self.to_dict())
        del row["deltas"]
        return row | delta_row(self.deltas)

    def _kinds(self) -> dict[str, Kind]:
        return breakout_kinds(dict.fromkeys(delta_row(self.deltas), "integer"))

    def _table(self) -> Table:
        return Table([self._row()], self._kinds())


def breakout_kinds(deltas: Mapping[str, Kind]) -> dict[str, Kind]:
    """The columns of ranked posts, with those of their deltas."""
    return {
        "rank": "integer",
        "id": "string",
        "platform": "string",
        "external_id": "string",
        "shortcode": "string",
        "url": "string",
        "account_id": "string",
        "account_username": "string",
        "description": "string",
        "create_time": "datetime",
        "view_count": "integer",
        **deltas,
        "delta": "integer",
        "views_before": "integer",
        "growth": "number",
        "outlier": "number",
    }


@frozen
class Breakouts(Computed):
    """The result of `breakouts`: the ranked posts, best first, and how they were found.

    You can iterate over it, index it and take its `len`. A slice is a `Breakouts` of those posts.

    Attributes:
        window: Ranking window in days.
        ranked_by: `views`, `growth` or `outlier`.
        source: The list the posts came from.
        windows: All requested windows in days.
        considered: Number of listed posts that pass the filters.
        requests: Number of HTTP requests, including retries.
        skipped: Number of posts left out, by reason.
        posts: The ranked posts.
        platform: The requested platform; None for all.
        min_views: The requested minimum of `view_count`; None for any.
        include_partial: Whether posts with a history shorter than the window were kept.
        values: The delta, growth or outlier of every post that has one, not only of those in
            `posts`, unordered. Use it to look at the distribution.
    """

    window: int
    ranked_by: RankBy
    source: Source
    windows: tuple[int, ...]
    considered: int
    requests: int
    skipped: Skipped
    posts: tuple[Breakout, ...]
    platform: str | None = None
    min_views: int | None = None
    include_partial: bool = False
    values: Sequence[float] = field(default=(), repr=False)

    @overload
    def __getitem__(self, index: int) -> Breakout: ...
    @overload
    def __getitem__(self, index: slice) -> Breakouts: ...
    def __getitem__(self, index: int | slice) -> Breakout | Breakouts:
        if isinstance(index, slice):
            return evolve(self, posts=self.posts[index])
        return self.posts[index]

    def __len__(self) -> int:
        return len(self.posts)

    def __iter__(self) -> Iterator[Breakout]:
        return iter(self.posts)

    def __repr__(self) -> str:
        about = f"<Breakouts of {self.window} days by {self.ranked_by}: {len(self)} posts"
        lines = [f"{about}, {self.considered:,} considered>"]
        lines += [f"  {post._line()}" for post in self.posts[:_LINES]]
        return "\n".join(lines + ["  ..."] * (len(self) > _LINES))

    @property
    def covers(self) -> tuple[dt.date, dt.date] | None:
        """The first and the last UTC day that the window of the posts covers; None without posts.

        The window of a post ends with its last refresh.
        """
        times: Iterable[object] = (post.video.last_scrape_time for post in self.posts)
        ends = [
            time.astimezone(dt.UTC)
            for time in times
            # A time at either end of the calendar has no days before or after it.
            if isinstance(time, dt.datetime) and dt.MINYEAR + 1 < time.year < dt.MAXYEAR
        ]
        if not ends:
            return None
        return (min(ends) - dt.timedelta(days=self.window)).date(), max(ends).date()

    def _table(self) -> Table:
        kinds = breakout_kinds(delta_kinds(self.windows))
        return Table([post._row() for post in self.posts], kinds)

    def to_dict(self) -> dict[str, JSON]:
        """Return the result as plain data, ready for JSON."""
        skipped: dict[str, JSON] = dict(asdict(self.skipped))
        return {
            "window": self.window,
            "ranked_by": self.ranked_by,
            "source": self.source,
            "covers": span_of(self.covers),
            "considered": self.considered,
            "requests": self.requests,
            "skipped": skipped,
            "breakouts": [post.to_dict() for post in self.posts],
        }


def span_of(days: tuple[dt.date, dt.date] | None) -> JSON:
    """A first and a last day as plain data."""
    return None if days is None else {"from": days[0].isoformat(), "to": days[1].isoformat()}


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


@frozen
class BreakoutsQuery:
    """The checked arguments of `breakouts`.

    `published_since` and `min_growth` limit the returned posts; an author's median covers all
    posts.
    """

    window: int = field(converter=plain)
    top: int = field(converter=plain)
    by: RankBy
    source: Source
    platform: str | None
    min_views: int | None = field(converter=plain)
    include_partial: bool
    published_since: Day | None = None
    min_growth: float | None = field(default=None, converter=plain)

    def __attrs_post_init__(self) -> None:
        if self.by not in RANKINGS:
            raise UsageError(f"by must be one of {', '.join(RANKINGS)}, not {self.by!r:.40}")
        if self.source not in SOURCES:
            raise UsageError(f"source must be one of {', '.join(SOURCES)}, not {self.source!r:.40}")
        # 7.0 and True equal 7 and 1, but their window keys would differ and no post would match.
        if not _whole(self.window):
            raise UsageError(f"window must be a whole number of days, not {self.window!r:.40}")
        if not _whole(self.top) or not 1 <= self.top <= TOP_MOST:
            raise UsageError(f"top must be between 1 and {TOP_MOST}, not {self.top!r:.40}")
        if self.min_views is not None and (not _whole(self.min_views) or self.min_views < 0):
            raise UsageError(f"min_views must be 0 or more, not {self.min_views!r:.40}")
        number("min_growth", self.min_growth)
        if self.published_since is not None:
            utc_day(self.published_since, "published_since")

    @property
    def since(self) -> dt.datetime | None:
        """The earliest publication time of a returned post."""
        given = self.published_since
        if given is None or isinstance(given, dt.datetime):
            return given
        return dt.datetime.combine(utc_day(given, "published_since"), dt.time(), dt.UTC)

    @property
    def lists(self) -> tuple[ListName, ...]:
        """The lists of the posts.

        Individually tracked posts come first: of a post in both lists, this entry is kept.
        """
        return ("videos", "account-videos") if self.source == "both" else (self.source,)

    @property
    def windows(self) -> tuple[int, ...]:
        """The windows to request."""
        return tuple(sorted({*SPARK_WINDOWS, self.window}))


class Listed(Protocol):
    """A post to rank, an undecoded item of a page or a stored row. Its `id` is a string."""

    @property
    def json(self) -> Mapping[str, Any]: ...
    def decode(self) -> Post: ...


_Item = TypeVar("_Item", bound=Listed)


@define(eq=False)
class _Candidate:
    """A post with its delta. As a heap entry, the worst post is the smallest."""

    item: Listed
    deltas: Mapping[str, int | None]
    delta: int
    author: object
    key: tuple[bool, float, str]

    def __lt__(self, other: _Candidate) -> bool:
        return _order(self.key) > _order(other.key)

    @property
    def id(self) -> str:
        return self.key[2]


def _views_before(post: Mapping[str, Any], delta: int) -> int | None:
    count = post.get("view_count")
    return count - delta if isinstance(count, int) else None


def _growth(before: int | None, delta: int) -> float | None:
    return delta / before if before is not None and before > 0 else None


def _order(key: tuple[bool, float, str]) -> tuple[bool, float, str]:
    """Sort key, best first: posts with a value first, high before low, then by id."""
    missing, value, video_id = key
    return (missing, -value, video_id)


def _key(value: float | None, video_id: str) -> tuple[bool, float, str]:
    return (value is None, 0 if value is None else value, video_id)


def value_of(post: Breakout, by: RankBy) -> float | None:
    """The value that a post is ranked by."""
    return post.delta if by == "views" else post.growth if by == "growth" else post.outlier


def place_of(post: Breakout, by: RankBy) -> tuple[bool, float, str]:
    """Sort key of a ranked post: merges rankings of several organizations into one."""
    return _order(_key(value_of(post, by), post.video.id))


@define(eq=False)
class _Best:
    """The best few candidates."""

    most: int
    heap: list[_Candidate] = field(factory=list)

    def room_for(self, value: float | None) -> bool:
        """Whether a post with this value may be among the best; most are not."""
        if value is None or len(self.heap) < self.most:
            return True
        missing, least, _ = self.heap[0].key
        return missing or value >= least

    def offer(self, candidate: _Candidate) -> None:
        if len(self.heap) < self.most:
            heapq.heappush(self.heap, candidate)
        else:
            heapq.heappushpop(self.heap, candidate)


@define(eq=False)
class Ranking:
    """Collects posts and deltas as they arrive, and ranks them at the end."""

    query: BreakoutsQuery
    considered: int = 0
    asked: int = 0
    answered: int = 0
    skipped: Skipped = field(factory=Skipped)
    # Hashes of ids and of platform ids: a set of the strings would take three times the memory.
    _seen: set[int] = field(factory=set)
    _deltas: defaultdict[object, array[int]] = Factory(lambda: defaultdict(lambda: array("q")))
    _growths: array[float] = field(factory=lambda: array("d"))
    _best: dict[tuple[object, bool], _Best] = field(factory=dict)
    # Ids of the accounts whose posts count; None for all.
    accounts: frozenset[str] | None = None
    _since: dt.datetime | None = Factory(lambda self: self.query.since, takes_self=True)
    _partial: bool = Factory(lambda self: self.query.include_partial, takes_self=True)
    _window_key: str = Factory(lambda self: f"{self.query.window}d", takes_self=True)
    _span: dt.timedelta = Factory(
        lambda self: dt.timedelta(days=self.query.window), takes_self=True
    )

    @property
    def progress(self) -> Progress:
        """The progress so far."""
        return Progress(self.considered, self.asked, self.answered)

    def worth_asking(
        self,
        items: Iterable[_Item],
        *,
        remember: bool,
        filter_platform: bool,
    ) -> list[_Item]:
        """Return the posts of a page whose deltas are needed, and count the others as skipped."""
        asked: list[_Item] = []
        query = self.query
        least, both = query.min_views, query.source == "both"
        for item in items:
            post = item.json
            if filter_platform and post.get("platform") != query.platform:
                continue
            if least is not None:
                views = post.get("view_count")
                if not isinstance(views, int) or views < least:
                    continue
            # A list that changes during the walk may return a post twice.
            identity = hash(post["id"])
            if self.accounts is not None and not self._is_of_account(post, identity):
                continue
            if identity in self._seen or (both and self._in_both(post, remember)):
                continue
            self._seen.add(identity)
            self.considered += 1
            if self._has_history(post):
                asked.append(item)
        self.asked += len(asked)
        return asked

    def _is_of_account(self, post: Mapping[str, Any], identity: int) -> bool:
        """Whether a post is of a wanted account. Counts a post without an account as skipped."""
        assert self.accounts is not None
        owner = post.get("account_id")
        if owner is None and identity not in self._seen:
            self._seen.add(identity)
            self.considered += 1
            self.skipped.no_account += 1
        return owner in self.accounts

    def _in_both(self, post: Mapping[str, Any], remember: bool) -> bool:
        named = (post.get("platform"), post.get("external_id"))
        if not all(isinstance(part, str) and part for part in named):
            return False
        if remember:
            self._seen.add(hash(named))
            return False
        return hash(named) in self._seen

    def _has_history(self, post: Mapping[str, Any]) -> bool:
        last = post.get("last_scrape_time")
        if last is None:
            if "last_scrape_time" in post:
                self.skipped.never_refreshed += 1
                return False
            return True
        first = post.get("first_scrape_time")
        if first is None:
            return True
        # A value that is not a timestamp is returned unchanged.
        first, last = timestamp(first), timestamp(last)
        if first == last:
            self.skipped.single_refresh += 1
            return False
        if not isinstance(first, dt.datetime) or not isinstance(last, dt.datetime):
            return True
        if not self._partial and last - first < self._span:
            self.skipped.window_not_filled += 1
            return False
        return True

    def take(
        self,
        items: Iterable[Listed],
        deltas: Mapping[str, Mapping[str, int | None]],
        not_found: Iterable[str],
    ) -> None:
        """Add the deltas of posts that `worth_asking` returned."""
        unknown = set(not_found)
        for item in items:
            self.answered += 1
            video_id = item.json["id"]
            windows = deltas.get(video_id)
            delta = None if windows is None else windows.get(self._window_key)
            if windows is not None and delta is not None:
                self._rank(item, windows, delta)
            elif video_id in unknown and windows is None:
                self.skipped.not_found += 1
            else:
                self.skipped.no_delta += 1

    def _rank(self, item: Listed, windows: Mapping[str, int | None], delta: int) -> None:
        author = _author(item.json)
        self._deltas[author].append(delta)
        by = self.query.by
        growth = _growth(_views_before(item.json, delta), delta)
        shown = self._is_shown(item.json, growth)
        offers: tuple[tuple[object, float | None], ...] = ((None, delta),)
        if by == "growth":
            if growth is not None:
                self._growths.append(growth)
            offers = ((None, growth),)
        elif by == "outlier":
            # The author's median is known only at the end, but the best of all are among the best
            # of each author: by delta if there is a median to rank against, by id if not.
            offers = ((author, delta), (author, None))
        for whose, value in offers if shown else ():
            group = (whose, by != "outlier" or value is not None)
            best = self._best.get(group)
            if best is None:
                best = self._best[group] = _Best(self.query.top)
            if best.room_for(value):
                key = _key(value, item.json["id"])
                best.offer(_Candidate(item, windows, delta, author, key))

    def _is_shown(self, post: Mapping[str, Any], growth: float | None) -> bool:
        least = self.query.min_growth
        if least is not None and (growth is None or growth < least):
            return False
        if self._since is None:
            return True
        published = timestamp(post.get("create_time"))
        return isinstance(published, dt.datetime) and published >= self._since

    def result(self, requests: int) -> Breakouts:
        """Return the ranking, once all deltas were added."""
        query = self.query
        medians: dict[object, float | None] = {}

        def median_of(author: object) -> float | None:
            if author not in medians:
                deltas = self._deltas[author]
                middle = median(deltas) if author is not None and len(deltas) >= LEAST_POSTS else 0
                medians[author] = middle if middle > 0 else None
            return medians[author]

        def outlier(candidate: _Candidate) -> float | None:
            middle = median_of(candidate.author)
            return None if middle is None else candidate.delta / middle

        def place(one: _Candidate) -> tuple[bool, float, str]:
            return _order(_key(outlier(one), one.id) if query.by == "outlier" else one.key)

        survivors = [
            one
            for (author, ranked), best in self._best.items()
            if query.by != "outlier" or ranked == (median_of(author) is not None)
            for one in best.heap
        ]
        ranked = sorted(survivors, key=place)
        return Breakouts(
            window=query.window,
            ranked_by=query.by,
            source=query.source,
            windows=query.windows,
            considered=self.considered,
            requests=requests,
            skipped=self.skipped,
            posts=tuple(
                Breakout(
                    rank=rank,
                    video=one.item.decode(),
                    deltas=one.deltas,
                    delta=one.delta,
                    views_before=(before := _views_before(one.item.json, one.delta)),
                    growth=_growth(before, one.delta),
                    outlier=outlier(one),
                )
                for rank, one in enumerate(ranked[: query.top], 1)
            ),
            platform=query.platform,
            min_views=query.min_views,
            include_partial=query.include_partial,
            values=self._values(median_of),
        )

    def _values(self, median_of: Callable[[object], float | None]) -> Sequence[float]:
        by = self.query.by
        if by == "growth":
            return self._growths
        if by == "views":
            return array("q", chain.from_iterable(self._deltas.values()))
        values = array("d")
        for author, deltas in self._deltas.items():
            if middle := median_of(author):
                values.extend(delta / middle for delta in deltas)
        return values


def _author(post: Mapping[str, Any]) -> object:
    """The author of a post, by the best id that the list gives; None if it gives none."""
    platform = post.get("platform")
    for kind in ("account_id", "platform_account_id", "account_username"):
        value = post.get(kind)
        if value and isinstance(value, (str, int)):
            return (kind, platform if isinstance(platform, str) else None, value)
    return None
