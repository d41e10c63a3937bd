"""The rows of the sandbox's tables: every column is listed here, once.

A column has the API's name if there is one. The members of `curve.Curve`, the growth of a post, are
columns too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, Self, TypeAlias

from . import recorded
from .curve import Curve, share, views_at

#: The stored value of a time or a figure that is not known yet.
UNKNOWN: Final = -1


class CreatorRow(NamedTuple):
    """A row of the creators table."""

    n: int
    id: str
    name: str
    is_active: int
    metadata: str | None


class AccountRow(NamedTuple):
    """A row of the accounts table, without the totals of its posts."""

    n: int
    id: str
    platform: int
    username: str
    handle: str
    category: str | None
    creator: int | None
    is_active: int
    is_unavailable: int
    is_verified: int
    scrape_interval_hours: str
    refresh_every: int
    added_at: int
    first_scrape_time: int
    last_scrape_time: int
    next_refresh: int | None
    follower_base: int
    follower_daily: int
    follower_count: int
    following_count: int
    next_post_at: int
    post_gap: int
    recorded: str | None = None


class PostRow(NamedTuple):
    """A row of either table of posts."""

    n: int
    id: str
    platform: int
    external_id: str
    account: int | None
    author: str
    caption: str
    is_active: int
    is_unavailable: int
    scrape_interval_hours: int
    metadata: str | None
    added_at: int
    updated_at: int
    first_scrape_time: int
    last_scrape_time: int
    next_refresh: int | None
    create_time: int
    view_count: int
    like_count: int
    play_count: int
    recorded: str | None
    curve: Curve

    @classmethod
    def unseen(
        cls,
        n: int,
        post_id: str,
        platform: int,
        external_id: str,
        *,
        account: int | None,
        author: str,
        caption: str,
        added_at: int,
        updated_at: int,
        curve: Curve,
    ) -> Self:
        """A tracked post that was not refreshed yet."""
        return cls(
            n=n,
            id=post_id,
            platform=platform,
            external_id=external_id,
            account=account,
            author=author,
            caption=caption,
            is_active=1,
            is_unavailable=0,
            scrape_interval_hours=24,
            metadata=None,
            added_at=added_at,
            updated_at=updated_at,
            first_scrape_time=UNKNOWN,
            last_scrape_time=UNKNOWN,
            next_refresh=None,
            create_time=UNKNOWN,
            view_count=UNKNOWN,
            like_count=UNKNOWN,
            play_count=UNKNOWN,
            recorded=None,
            curve=curve,
        )

    def refreshed(self, first: int, last: int) -> Self:
        """The post after its refreshes, with the instants of the first and the newest one."""
        views = self.figure("views", last, views_at(self.curve, last))
        likes, plays = share(views, self.curve.like_rate), share(views, self.curve.play_rate)
        return self._replace(
            first_scrape_time=first,
            last_scrape_time=last,
            updated_at=last,
            create_time=self.curve.published,
            view_count=views,
            like_count=self.figure("likes", last, likes),
            play_count=self.figure("plays", last, plays),
        )

    def figure(self, name: str, instant: int, otherwise: int) -> int:
        """A figure at an instant; ``otherwise`` if it is not recorded."""
        return recorded.count(self.recorded, name, instant, otherwise)

    @classmethod
    def read(cls, columns: Sequence[Any]) -> Self:
        """A post from the columns of its table, in order."""
        return cls._make((*columns[:_OWN], Curve._make(columns[_OWN:])))

    def columns(self) -> tuple[int | str | None, ...]:
        """The columns of its table, in order."""
        return (*self[:-1], *self.curve)


TableRow: TypeAlias = CreatorRow | AccountRow | PostRow

_OWN: Final = len(PostRow._fields) - 1
#: The sums that the accounts table keeps over the posts found through each account.
ACCOUNT_TOTALS: Final = (
    "view_count",
    "like_count",
    "comment_count",
    "share_count",
    "play_count",
    "saved_count",
    "post_count",
)


def columns(row: type[TableRow]) -> tuple[str, ...]:
    """The names of a table's columns."""
    return PostRow._fields[:_OWN] + Curve._fields if row is PostRow else row._fields
