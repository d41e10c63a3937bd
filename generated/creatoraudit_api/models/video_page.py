from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, ReadModel, Shapes, require_list, wrong_container
from .filters import Filters
from .pagination import Pagination
from .video import Video


@_define(kw_only=True, repr=False)
class VideoPage(ReadModel):
    """Envelope of one page."""

    data: list[Video]
    pagination: Pagination
    filters: Filters | None = None
    additional_properties: dict[str, JSON] = _field(factory=dict)
    _sent_members: frozenset[str] = _field(default=frozenset(), eq=False, alias="sent_members")

    MEMBERS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("data", "data"),
        ("pagination", "pagination"),
        ("filters", "filters"),
    )

    REQUIRED: ClassVar[frozenset[str]] = frozenset({"data", "pagination"})

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The model of a JSON object; KeyError: no such member, TypeError: wrong container."""
        if not isinstance(document, dict):
            raise wrong_container("VideoPage", "an object", document)
        try:
            values = _SHAPES.take(document)
            sent, unknown = _SHAPES.complete if len(document) == 3 else _SHAPES[tuple(document)]
        except KeyError:
            values = _SHAPES.take({**_SHAPES.absent, **document})
            sent, unknown = _SHAPES[tuple(document)]
        self = cls.__new__(cls)
        (self.data, self.pagination, self.filters) = values
        self.data = [Video.from_dict(item) for item in require_list(self.data)]
        self.pagination = Pagination.from_dict(self.pagination)
        self.filters = None if self.filters is None else Filters.from_dict(self.filters)
        self.additional_properties = {name: document[name] for name in unknown} if unknown else {}
        self._sent_members = sent
        return self


_SHAPES = Shapes([name for name, _ in VideoPage.MEMBERS], VideoPage.REQUIRED)
