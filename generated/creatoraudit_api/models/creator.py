from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, ReadModel, Shapes, require_dict, wrong_container
from .accounts_summary import AccountsSummary


@_define(kw_only=True, repr=False)
class Creator(ReadModel):
    """A group of accounts."""

    id: str
    name: str
    type: str | None = None
    is_active: bool | None = None
    metadata: dict[str, JSON] | None = None
    accounts_summary: AccountsSummary | None = None
    additional_properties: dict[str, JSON] = _field(factory=dict)
    _sent_members: frozenset[str] = _field(default=frozenset(), eq=False, alias="sent_members")

    MEMBERS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("id", "id"),
        ("name", "name"),
        ("type", "type"),
        ("is_active", "is_active"),
        ("metadata", "metadata"),
        ("accounts_summary", "accounts_summary"),
    )

    REQUIRED: ClassVar[frozenset[str]] = frozenset({"id", "name"})

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The model of a JSON object; KeyError: no such member, TypeError: wrong container."""
        if not isinstance(document, dict):
            raise wrong_container("Creator", "an object", document)
        try:
            values = _SHAPES.take(document)
            sent, unknown = _SHAPES.complete if len(document) == 6 else _SHAPES[tuple(document)]
        except KeyError:
            values = _SHAPES.take({**_SHAPES.absent, **document})
            sent, unknown = _SHAPES[tuple(document)]
        self = cls.__new__(cls)
        (self.id, self.name, self.type, self.is_active, self.metadata, self.accounts_summary) = (
            values
        )
        self.metadata = None if self.metadata is None else require_dict(self.metadata)
        self.accounts_summary = (
            None
            if self.accounts_summary is None
            else AccountsSummary.from_dict(self.accounts_summary)
        )
        self.additional_properties = {name: document[name] for name in unknown} if unknown else {}
        self._sent_members = sent
        return self


_SHAPES = Shapes([name for name, _ in Creator.MEMBERS], Creator.REQUIRED)
