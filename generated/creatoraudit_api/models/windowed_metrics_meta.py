from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, ReadModel, Shapes, require_list, wrong_container
from .metrics_period import MetricsPeriod


@_define(kw_only=True, repr=False)
class WindowedMetricsMeta(ReadModel):
    """How a metrics request was understood."""

    period: MetricsPeriod | str | None = None
    start_date: str | None = None
    end_date: str | None = None
    days: int | None = None
    not_found: list[str | int] | None = None
    additional_properties: dict[str, JSON] = _field(factory=dict)
    _sent_members: frozenset[str] = _field(default=frozenset(), eq=False, alias="sent_members")

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
        try:
            values = _SHAPES.take(document)
            sent, unknown = _SHAPES.complete if len(document) == 5 else _SHAPES[tuple(document)]
        except KeyError:
            values = _SHAPES.take({**_SHAPES.absent, **document})
            sent, unknown = _SHAPES[tuple(document)]
        self = cls.__new__(cls)
        (self.period, self.start_date, self.end_date, self.days, self.not_found) = values
        self.not_found = None if self.not_found is None else require_list(self.not_found)
        self.additional_properties = {name: document[name] for name in unknown} if unknown else {}
        self._sent_members = sent
        return self


_SHAPES = Shapes([name for name, _ in WindowedMetricsMeta.MEMBERS], WindowedMetricsMeta.REQUIRED)
