from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, ReadModel, Shapes, optional_dict, wrong_container
from .accounts_summary import AccountsSummary


@_define(kw_only=True)
class Creator(ReadModel):
    """A group of accounts."""

    id: str
    name: str
    type: str | None = None
    is_active: bool | None = None
    metadata: dict[str, JSON] | None = None
    accounts_summary: AccountsSummary | None = None
    additional_properties: dict[str, JSON] = _field(factory=dict)
    _sent_members: frozenset[str] = _field(
        default=frozenset(), repr=False, eq=False, alias="sent_members"
    )

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
        get = document.get
        sent, unknown = _SHAPES[tuple(document)]
        return cls(
            id=document["id"],
            name=document["name"],
            type=get("type"),
            is_active=get("is_active"),
            metadata=optional_dict(get("metadata")),
            accounts_summary=None
            if (value := get("accounts_summary")) is None
            else AccountsSummary.from_dict(value),
            additional_properties={name: document[name] for name in unknown} if unknown else {},
            sent_members=sent,
        )


_SHAPES = Shapes(frozenset(name for name, _ in Creator.MEMBERS))
