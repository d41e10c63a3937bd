from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, ReadModel, Shapes, wrong_container
from .video_deltas_meta import VideoDeltasMeta


@_define(kw_only=True, repr=False)
class VideoDeltasResponse(ReadModel):
    """View changes by video and window."""

    data: JSON
    meta: VideoDeltasMeta
    additional_properties: dict[str, JSON] = _field(factory=dict)
    _sent_members: frozenset[str] = _field(default=frozenset(), eq=False, alias="sent_members")

    MEMBERS: ClassVar[tuple[tuple[str, str], ...]] = (("data", "data"), ("meta", "meta"))

    REQUIRED: ClassVar[frozenset[str]] = frozenset({"data", "meta"})

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The model of a JSON object; KeyError: no such member, TypeError: wrong container."""
        if not isinstance(document, dict):
            raise wrong_container("VideoDeltasResponse", "an object", document)
        try:
            values = _SHAPES.take(document)
            sent, unknown = _SHAPES.complete if len(document) == 2 else _SHAPES[tuple(document)]
        except KeyError:
            values = _SHAPES.take({**_SHAPES.absent, **document})
            sent, unknown = _SHAPES[tuple(document)]
        self = cls.__new__(cls)
        (self.data, self.meta) = values
        self.meta = VideoDeltasMeta.from_dict(self.meta)
        self.additional_properties = {name: document[name] for name in unknown} if unknown else {}
        self._sent_members = sent
        return self


_SHAPES = Shapes([name for name, _ in VideoDeltasResponse.MEMBERS], VideoDeltasResponse.REQUIRED)
