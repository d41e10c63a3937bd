from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, UNSET, Unset, WriteModel

if TYPE_CHECKING:
    from .platform import Platform


@_define(kw_only=True)
class TrackAccountRequest(WriteModel):
    """A profile to track."""

    platform: Platform | str
    username: str
    category: str | Unset = UNSET
    scrape_interval_hours: int | Unset = UNSET
    additional_properties: dict[str, JSON] = _field(factory=dict)

    MEMBERS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("platform", "platform"),
        ("username", "username"),
        ("category", "category"),
        ("scrape_interval_hours", "scrape_interval_hours"),
    )
