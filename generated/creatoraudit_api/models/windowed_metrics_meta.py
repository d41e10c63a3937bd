from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, ReadModel, Shapes, optional_list, wrong_container
from .metrics_period import MetricsPeriod


@_define(kw_only=True)
class WindowedMetricsMeta(ReadModel):
    """How a metrics request was understood."""

    period: MetricsPeriod | str | None = None
    start_date: str | None = None
    end_date: str | None = None
    days: int | None = None
    not_found: list[str | int] | None = None
    additional_properties: dict[str, JSON] = _field(factory=dict)
    _sent_members: frozenset[str] = _field(
        default=frozenset(), repr=False, eq=False, alias="sent_members"
    )

    MEMBERS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("period", "period"),
        ("start_date", "start_date"),
        ("end_date", "end_date"),
        ("days", "days"),
        ("not_found", "not_found"),
    )

    REQUIRED: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The model of a JSON object; KeyError: no such member, TypeError: wrong container."""
        if not isinstance(document, dict):
            raise wrong_container("WindowedMetricsMeta", "an object", document)
        get = document.get
        sent, unknown = _SHAPES[tuple(document)]
        return cls(
            period=get("period"),
            start_date=get("start_date"),
            end_date=get("end_date"),
            days=get("days"),
            not_found=optional_list(get("not_found")),
            additional_properties={name: document[name] for name in unknown} if unknown else {},
            sent_members=sent,
        )


_SHAPES = Shapes(frozenset(name for name, _ in WindowedMetricsMeta.MEMBERS))
