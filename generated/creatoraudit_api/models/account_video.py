from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, ReadModel, Shapes, optional_dict, timestamp, wrong_container
from .platform import Platform


@_define(kw_only=True)
class AccountVideo(ReadModel):
    """A post found through a tracked account."""

    id: str
    type: str | None = None
    platform: Platform | str | None = None
    external_id: str | None = None
    shortcode: str | None = None
    is_active: bool | None = None
    scrape_interval_hours: int | None = None
    metadata: dict[str, JSON] | None = None
    added_at: datetime.datetime | None = None
    updated_at: datetime.datetime | None = None
    first_scrape_time: datetime.datetime | None = None
    last_scrape_time: datetime.datetime | None = None
    description: str | None = None
    create_time: datetime.datetime | None = None
    media_type: str | None = None
    duration: float | None = None
    is_unavailable: bool | None = None
    cover_image_url: str | None = None
    cover_image_url_original: str | None = None
    video_url: str | None = None
    video_url_original: str | None = None
    view_count: int | None = None
    like_count: int | None = None
    comment_count: int | None = None
    share_count: int | None = None
    play_count: int | None = None
    saved_count: int | None = None
    total_views: int | None = None
    total_plays: int | None = None
    account_id: str | None = None
    account_username: str | None = None
    platform_account_id: str | None = None
    platform_data: dict[str, JSON] | None = None
    additional_properties: dict[str, JSON] = _field(factory=dict)
    _sent_members: frozenset[str] = _field(
        default=frozenset(), repr=False, eq=False, alias="sent_members"
    )

    MEMBERS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("id", "id"),
        ("type", "type"),
        ("platform", "platform"),
        ("external_id", "external_id"),
        ("shortcode", "shortcode"),
        ("is_active", "is_active"),
        ("scrape_interval_hours", "scrape_interval_hours"),
        ("metadata", "metadata"),
        ("added_at", "added_at"),
        ("updated_at", "updated_at"),
        ("first_scrape_time", "first_scrape_time"),
        ("last_scrape_time", "last_scrape_time"),
        ("description", "description"),
        ("create_time", "create_time"),
        ("media_type", "media_type"),
        ("duration", "duration"),
        ("is_unavailable", "is_unavailable"),
        ("cover_image_url", "cover_image_url"),
        ("cover_image_url_original", "cover_image_url_original"),
        ("video_url", "video_url"),
        ("video_url_original", "video_url_original"),
        ("view_count", "view_count"),
        ("like_count", "like_count"),
        ("comment_count", "comment_count"),
        ("share_count", "share_count"),
        ("play_count", "play_count"),
        ("saved_count", "saved_count"),
        ("total_views", "total_views"),
        ("total_plays", "total_plays"),
        ("account_id", "account_id"),
        ("account_username", "account_username"),
        ("platform_account_id", "platform_account_id"),
        ("platform_data", "platform_data"),
    )

    REQUIRED: ClassVar[frozenset[str]] = frozenset({"id"})

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The model of a JSON object; KeyError: no such member, TypeError: wrong container."""
        if not isinstance(document, dict):
            raise wrong_container("AccountVideo", "an object", document)
        get = document.get
        sent, unknown = _SHAPES[tuple(document)]
        return cls(
            id=document["id"],
            type=get("type"),
            platform=get("platform"),
            external_id=get("external_id"),
            shortcode=get("shortcode"),
            is_active=get("is_active"),
            scrape_interval_hours=get("scrape_interval_hours"),
            metadata=optional_dict(get("metadata")),
            added_at=timestamp(get("added_at")),
            updated_at=timestamp(get("updated_at")),
            first_scrape_time=timestamp(get("first_scrape_time")),
            last_scrape_time=timestamp(get("last_scrape_time")),
            description=get("description"),
            create_time=timestamp(get("create_time")),
            media_type=get("media_type"),
            duration=get("duration"),
            is_unavailable=get("is_unavailable"),
            cover_image_url=get("cover_image_url"),
            cover_image_url_original=get("cover_image_url_original"),
            video_url=get("video_url"),
            video_url_original=get("video_url_original"),
            view_count=get("view_count"),
            like_count=get("like_count"),
            comment_count=get("comment_count"),
            share_count=get("share_count"),
            play_count=get("play_count"),
            saved_count=get("saved_count"),
            total_views=get("total_views"),
            total_plays=get("total_plays"),
            account_id=get("account_id"),
            account_username=get("account_username"),
            platform_account_id=get("platform_account_id"),
            platform_data=optional_dict(get("platform_data")),
            additional_properties={name: document[name] for name in unknown} if unknown else {},
            sent_members=sent,
        )


_SHAPES = Shapes(frozenset(name for name, _ in AccountVideo.MEMBERS))
