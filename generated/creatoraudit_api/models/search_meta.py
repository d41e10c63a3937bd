from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, ReadModel, Shapes, wrong_container
from .search_caps import SearchCaps


@_define(kw_only=True, repr=False)
class SearchMeta(ReadModel):
    """How a search was understood."""

    query: str | None = None
    limit_per_section: int | None = None
    effective_caps: SearchCaps | None = None
    additional_properties: dict[str, JSON] = _field(factory=dict)
    _sent_members: frozenset[str] = _field(default=frozenset(), eq=False, alias="sent_members")

    MEMBERS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("query", "query"),
        ("limit_per_section", "limit_per_section"),
        ("effective_caps", "effective_caps"),
    )

    REQUIRED: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The model of a JSON object; KeyError: no such member, TypeError: wrong container."""
        if not isinstance(document, dict):
            raise wrong_container("SearchMeta", "an object", document)
        try:
            values = _SHAPES.take(document)
            sent, unknown = _SHAPES.complete if len(document) == 3 else _SHAPES[tuple(document)]
        except KeyError:
            values = _SHAPES.take({**_SHAPES.absent, **document})
            sent, unknown = _SHAPES[tuple(document)]
        self = cls.__new__(cls)
        (self.query, self.limit_per_section, self.effective_caps) = values
        self.effective_caps = (
            None if self.effective_caps is None else SearchCaps.from_dict(self.effective_caps)
        )
        self.additional_properties = {name: document[name] for name in unknown} if unknown else {}
        self._sent_members = sent
        return self


_SHAPES = Shapes([name for name, _ in SearchMeta.MEMBERS], SearchMeta.REQUIRED)
