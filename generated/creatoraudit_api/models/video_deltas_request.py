from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, UNSET, Unset, WriteModel


@_define(kw_only=True)
class VideoDeltasRequest(WriteModel):
    """Videos and windows to compare."""

    video_ids: Sequence[str]
    windows: Sequence[int] | Unset = UNSET
    additional_properties: dict[str, JSON] = _field(factory=dict)

    MEMBERS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("video_ids", "video_ids"),
        ("windows", "windows"),
    )
