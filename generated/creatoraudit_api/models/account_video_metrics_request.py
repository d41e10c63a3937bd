from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, UNSET, Unset, WriteModel

if TYPE_CHECKING:
    from .metrics_period import MetricsPeriod


@_define(kw_only=True)
class AccountVideoMetricsRequest(WriteModel):
    """Account videos and period to add up."""

    instagram_post_ids: Sequence[int] | Unset = UNSET
    tiktok_video_ids: Sequence[int] | Unset = UNSET
    period: MetricsPeriod | str | Unset = UNSET
    start_date: datetime.date | str | None | Unset = UNSET
    end_date: datetime.date | str | None | Unset = UNSET
    additional_properties: dict[str, JSON] = _field(factory=dict)

    MEMBERS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("instagram_post_ids", "instagram_post_ids"),
        ("tiktok_video_ids", "tiktok_video_ids"),
        ("period", "period"),
        ("start_date", "start_date"),
        ("end_date", "end_date"),
    )
