from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, ReadModel, Shapes, require_dict, timestamp, wrong_container
from .platform import Platform


@_define(kw_only=True, repr=False)
class Account(ReadModel):
    """A tracked profile."""

    id: str
    platform: Platform | str
    username: str
    type: str | None = None
    name: str | None = None
    description: str | None = None
    profile_pic_url: str | None = None
    profile_pic_url_original: str | None = None
    is_verified: bool | None = None
    is_active: bool | None = None
    is_unavailable: bool | None = None
    link_in_bio: str | None = None
    creator_id: str | None = None
    creator_name: str | None = None
    category: str | None = None
    metadata: dict[str, JSON] | None = None
    added_at: datetime.datetime | None = None
    first_scrape_time: datetime.datetime | None = None
    last_scrape_time: datetime.datetime | None = None
    scrape_interval_hours: int | None = None
    follower_count: int | None = None
    following_count: int | None = None
    profile_post_count: int | None = None
    total_post_count: int | None = None
    view_count: int | None = None
    like_count: int | None = None
    comment_count: int | None = None
    share_count: int | None = None
    play_count: int | None = None
    saved_count: int | None = None
    fb_play_count: int | None = None
    ig_play_count: int | None = None
    fb_like_count: int | None = None
    max_recent_posts_per_account: int | None = None
    post_lookback_days: int | None = None
    effective_max_recent_posts_per_account: int | None = None
    effective_post_lookback_days: int | None = None
    additional_properties: dict[str, JSON] = _field(factory=dict)
    _sent_members: frozenset[str] = _field(default=frozenset(), eq=False, alias="sent_members")

    MEMBERS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("id", "id"),
        ("platform", "platform"),
        ("username", "username"),
        ("type", "type"),
        ("name", "name"),
        ("description", "description"),
        ("profile_pic_url", "profile_pic_url"),
        ("profile_pic_url_original", "profile_pic_url_original"),
        ("is_verified", "is_verified"),
        ("is_active", "is_active"),
        ("is_unavailable", "is_unavailable"),
        ("link_in_bio", "link_in_bio"),
        ("creator_id", "creator_id"),
        ("creator_name", "creator_name"),
        ("category", "category"),
        ("metadata", "metadata"),
        ("added_at", "added_at"),
        ("first_scrape_time", "first_scrape_time"),
        ("last_scrape_time", "last_scrape_time"),
        ("scrape_interval_hours", "scrape_interval_hours"),
        ("follower_count", "follower_count"),
        ("following_count", "following_count"),
        ("profile_post_count", "profile_post_count"),
        ("total_post_count", "total_post_count"),
        ("view_count", "view_count"),
        ("like_count", "like_count"),
        ("comment_count", "comment_count"),
        ("share_count", "share_count"),
        ("play_count", "play_count"),
        ("saved_count", "saved_count"),
        ("fb_play_count", "fb_play_count"),
        ("ig_play_count", "ig_play_count"),
        ("fb_like_count", "fb_like_count"),
        ("max_recent_posts_per_account", "max_recent_posts_per_account"),
        ("post_lookback_days", "post_lookback_days"),
        ("effective_max_recent_posts_per_account", "effective_max_recent_posts_per_account"),
        ("effective_post_lookback_days", "effective_post_lookback_days"),
    )

    REQUIRED: ClassVar[frozenset[str]] = frozenset({"id", "platform", "username"})

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The model of a JSON object; KeyError: no such member, TypeError: wrong container."""
        if not isinstance(document, dict):
            raise wrong_container("Account", "an object", document)
        try:
            values = _SHAPES.take(document)
            sent, unknown = _SHAPES.complete if len(document) == 37 else _SHAPES[tuple(document)]
        except KeyError:
            values = _SHAPES.take({**_SHAPES.absent, **document})
            sent, unknown = _SHAPES[tuple(document)]
        self = cls.__new__(cls)
        (
            self.id,
            self.platform,
            self.username,
            self.type,
            self.name,
            self.description,
            self.profile_pic_url,
            self.profile_pic_url_original,
            self.is_verified,
            self.is_active,
            self.is_unavailable,
            self.link_in_bio,
            self.creator_id,
            self.creator_name,
            self.category,
            self.metadata,
            self.added_at,
            self.first_scrape_time,
            self.last_scrape_time,
            self.scrape_interval_hours,
            self.follower_count,
            self.following_count,
            self.profile_post_count,
            self.total_post_count,
            self.view_count,
            self.like_count,
            self.comment_count,
            self.share_count,
            self.play_count,
            self.saved_count,
            self.fb_play_count,
            self.ig_play_count,
            self.fb_like_count,
            self.max_recent_posts_per_account,
            self.post_lookback_days,
            self.effective_max_recent_posts_per_account,
            self.effective_post_lookback_days,
        ) = values
        self.metadata = None if self.metadata is None else require_dict(self.metadata)
        self.added_at = timestamp(self.added_at)
        self.first_scrape_time = timestamp(self.first_scrape_time)
        self.last_scrape_time = timestamp(self.last_scrape_time)
        self.additional_properties = {name: document[name] for name in unknown} if unknown else {}
        self._sent_members = sent
        return self


_SHAPES = Shapes([name for name, _ in Account.MEMBERS], Account.REQUIRED)
