from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, ReadModel, Shapes, wrong_container
from .overview_changes import OverviewChanges
from .overview_figures import OverviewFigures


@_define(kw_only=True)
class Overview(ReadModel):
    """Headline figures of the organization."""

    type: str | None = None
    current: OverviewFigures | None = None
    previous: OverviewFigures | None = None
    changes: OverviewChanges | None = None
    additional_properties: dict[str, JSON] = _field(factory=dict)
    _sent_members: frozenset[str] = _field(
        default=frozenset(), repr=False, eq=False, alias="sent_members"
    )

    MEMBERS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("type", "type"),
        ("current", "current"),
        ("previous", "previous"),
        ("changes", "changes"),
    )

    REQUIRED: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The model of a JSON object; KeyError: no such member, TypeError: wrong container."""
        if not isinstance(document, dict):
            raise wrong_container("Overview", "an object", document)
        get = document.get
        sent, unknown = _SHAPES[tuple(document)]
        return cls(
            type=get("type"),
            current=None if (value := get("current")) is None else OverviewFigures.from_dict(value),
            previous=None
            if (value := get("previous")) is None
            else OverviewFigures.from_dict(value),
            changes=None if (value := get("changes")) is None else OverviewChanges.from_dict(value),
            additional_properties={name: document[name] for name in unknown} if unknown else {},
            sent_members=sent,
        )


_SHAPES = Shapes(frozenset(name for name, _ in Overview.MEMBERS))
