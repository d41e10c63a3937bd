from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, ReadModel, Shapes, require_dict, timestamp, wrong_container
from .platform import Platform


@_define(kw_only=True, repr=False)
class Video(ReadModel):
    """An individually tracked post."""

    id: str
    platform: Platform | str
    external_id: str
    type: str | None = None
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
    _sent_members: frozenset[str] = _field(default=frozenset(), eq=False, alias="sent_members")

    MEMBERS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("id", "id"),
        ("platform", "platform"),
        ("external_id", "external_id"),
        ("type", "type"),
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

    REQUIRED: ClassVar[frozenset[str]] = frozenset({"id", "platform", "external_id"})

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The model of a JSON object; KeyError: no such member, TypeError: wrong container."""
        if not isinstance(document, dict):
            raise wrong_container("Video", "an object", document)
        try:
            values = _SHAPES.take(document)
            sent, unknown = _SHAPES.complete if len(document) == 33 else _SHAPES[tuple(document)]
        except KeyError:
            values = _SHAPES.take({**_SHAPES.absent, **document})
            sent, unknown = _SHAPES[tuple(document)]
        self = cls.__new__(cls)
        (
            self.id,
            self.platform,
            self.external_id,
            self.type,
            self.shortcode,
            self.is_active,
            self.scrape_interval_hours,
            self.metadata,
            self.added_at,
            self.updated_at,
            self.first_scrape_time,
            self.last_scrape_time,
            self.description,
            self.create_time,
            self.media_type,
            self.duration,
            self.is_unavailable,
            self.cover_image_url,
            self.cover_image_url_original,
            self.video_url,
            self.video_url_original,
            self.view_count,
            self.like_count,
            self.comment_count,
            self.share_count,
            self.play_count,
            self.saved_count,
            self.total_views,
            self.total_plays,
            self.account_id,
            self.account_username,
            self.platform_account_id,
            self.platform_data,
        ) = values
        self.metadata = None if self.metadata is None else require_dict(self.metadata)
        self.added_at = timestamp(self.added_at)
        self.updated_at = timestamp(self.updated_at)
        self.first_scrape_time = timestamp(self.first_scrape_time)
        self.last_scrape_time = timestamp(self.last_scrape_time)
        self.create_time = timestamp(self.create_time)
        self.platform_data = (
            None if self.platform_data is None else require_dict(self.platform_data)
        )
        self.additional_properties = {name: document[name] for name in unknown} if unknown else {}
        self._sent_members = sent
        return self


_SHAPES = Shapes([name for name, _ in Video.MEMBERS], Video.REQUIRED)
