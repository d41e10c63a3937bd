from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, ReadModel, Shapes, optional_dict, timestamp, wrong_container
from .platform import Platform


@_define(kw_only=True)
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
    _sent_members: frozenset[str] = _field(
        default=frozenset(), repr=False, eq=False, alias="sent_members"
    )

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
        get = document.get
        sent, unknown = _SHAPES[tuple(document)]
        return cls(
            id=document["id"],
            platform=document["platform"],
            username=document["username"],
            type=get("type"),
            name=get("name"),
            description=get("description"),
            profile_pic_url=get("profile_pic_url"),
            profile_pic_url_original=get("profile_pic_url_original"),
            is_verified=get("is_verified"),
            is_active=get("is_active"),
            is_unavailable=get("is_unavailable"),
            link_in_bio=get("link_in_bio"),
            creator_id=get("creator_id"),
            creator_name=get("creator_name"),
            category=get("category"),
            metadata=optional_dict(get("metadata")),
            added_at=timestamp(get("added_at")),
            first_scrape_time=timestamp(get("first_scrape_time")),
            last_scrape_time=timestamp(get("last_scrape_time")),
            scrape_interval_hours=get("scrape_interval_hours"),
            follower_count=get("follower_count"),
            following_count=get("following_count"),
            profile_post_count=get("profile_post_count"),
            total_post_count=get("total_post_count"),
            view_count=get("view_count"),
            like_count=get("like_count"),
            comment_count=get("comment_count"),
            share_count=get("share_count"),
            play_count=get("play_count"),
            saved_count=get("saved_count"),
            fb_play_count=get("fb_play_count"),
            ig_play_count=get("ig_play_count"),
            fb_like_count=get("fb_like_count"),
            max_recent_posts_per_account=get("max_recent_posts_per_account"),
            post_lookback_days=get("post_lookback_days"),
            effective_max_recent_posts_per_account=get("effective_max_recent_posts_per_account"),
            effective_post_lookback_days=get("effective_post_lookback_days"),
            additional_properties={name: document[name] for name in unknown} if unknown else {},
            sent_members=sent,
        )


_SHAPES = Shapes(frozenset(name for name, _ in Account.MEMBERS))
