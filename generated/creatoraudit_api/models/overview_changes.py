from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, ReadModel, Shapes, wrong_container


@_define(kw_only=True, repr=False)
class OverviewChanges(ReadModel):
    """Changes between two periods, in percent."""

    total_views_pct: float | None = None
    engagement_rate_pct: float | None = None
    active_accounts_pct: float | None = None
    account_videos_pct: float | None = None
    tracked_videos_pct: float | None = None
    additional_properties: dict[str, JSON] = _field(factory=dict)
    _sent_members: frozenset[str] = _field(default=frozenset(), eq=False, alias="sent_members")

    MEMBERS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("total_views_pct", "total_views_pct"),
        ("engagement_rate_pct", "engagement_rate_pct"),
        ("active_accounts_pct", "active_accounts_pct"),
        ("account_videos_pct", "account_videos_pct"),
        ("tracked_videos_pct", "tracked_videos_pct"),
    )

    REQUIRED: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The model of a JSON object; KeyError: no such member, TypeError: wrong container."""
        if not isinstance(document, dict):
            raise wrong_container("OverviewChanges", "an object", document)
        try:
            values = _SHAPES.take(document)
            sent, unknown = _SHAPES.complete if len(document) == 5 else _SHAPES[tuple(document)]
        except KeyError:
            values = _SHAPES.take({**_SHAPES.absent, **document})
            sent, unknown = _SHAPES[tuple(document)]
        self = cls.__new__(cls)
        (
            self.total_views_pct,
            self.engagement_rate_pct,
            self.active_accounts_pct,
            self.account_videos_pct,
            self.tracked_videos_pct,
        ) = values
        self.additional_properties = {name: document[name] for name in unknown} if unknown else {}
        self._sent_members = sent
        return self


_SHAPES = Shapes([name for name, _ in OverviewChanges.MEMBERS], OverviewChanges.REQUIRED)
