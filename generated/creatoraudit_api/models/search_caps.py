from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, ReadModel, Shapes, wrong_container


@_define(kw_only=True, repr=False)
class SearchCaps(ReadModel):
    """The cap applied to each section."""

    accounts: int | None = None
    creators: int | None = None
    videos: int | None = None
    additional_properties: dict[str, JSON] = _field(factory=dict)
    _sent_members: frozenset[str] = _field(default=frozenset(), eq=False, alias="sent_members")

    MEMBERS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("accounts", "accounts"),
        ("creators", "creators"),
        ("videos", "videos"),
    )

    REQUIRED: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The model of a JSON object; KeyError: no such member, TypeError: wrong container."""
        if not isinstance(document, dict):
            raise wrong_container("SearchCaps", "an object", document)
        try:
            values = _SHAPES.take(document)
            sent, unknown = _SHAPES.complete if len(document) == 3 else _SHAPES[tuple(document)]
        except KeyError:
            values = _SHAPES.take({**_SHAPES.absent, **document})
            sent, unknown = _SHAPES[tuple(document)]
        self = cls.__new__(cls)
        (self.accounts, self.creators, self.videos) = values
        self.additional_properties = {name: document[name] for name in unknown} if unknown else {}
        self._sent_members = sent
        return self


_SHAPES = Shapes([name for name, _ in SearchCaps.MEMBERS], SearchCaps.REQUIRED)
