from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, ReadModel, Shapes, optional_list, wrong_container


@_define(kw_only=True)
class VideoDeltasMeta(ReadModel):
    """How a delta request was understood."""

    windows: list[int] | None = None
    video_count: int | None = None
    not_found: list[str] | None = None
    additional_properties: dict[str, JSON] = _field(factory=dict)
    _sent_members: frozenset[str] = _field(
        default=frozenset(), repr=False, eq=False, alias="sent_members"
    )

    MEMBERS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("windows", "windows"),
        ("video_count", "video_count"),
        ("not_found", "not_found"),
    )

    REQUIRED: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The model of a JSON object; KeyError: no such member, TypeError: wrong container."""
        if not isinstance(document, dict):
            raise wrong_container("VideoDeltasMeta", "an object", document)
        get = document.get
        sent, unknown = _SHAPES[tuple(document)]
        return cls(
            windows=optional_list(get("windows")),
            video_count=get("video_count"),
            not_found=optional_list(get("not_found")),
            additional_properties={name: document[name] for name in unknown} if unknown else {},
            sent_members=sent,
        )


_SHAPES = Shapes(frozenset(name for name, _ in VideoDeltasMeta.MEMBERS))
