from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, ReadModel, Shapes, wrong_container


@_define(kw_only=True)
class WhoAmI(ReadModel):
    """Identity behind a key."""

    type: str | None = None
    organization_id: str | None = None
    api_key_name: str | None = None
    additional_properties: dict[str, JSON] = _field(factory=dict)
    _sent_members: frozenset[str] = _field(
        default=frozenset(), repr=False, eq=False, alias="sent_members"
    )

    MEMBERS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("type", "type"),
        ("organization_id", "organization_id"),
        ("api_key_name", "api_key_name"),
    )

    REQUIRED: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The model of a JSON object; KeyError: no such member, TypeError: wrong container."""
        if not isinstance(document, dict):
            raise wrong_container("WhoAmI", "an object", document)
        get = document.get
        sent, unknown = _SHAPES[tuple(document)]
        return cls(
            type=get("type"),
            organization_id=get("organization_id"),
            api_key_name=get("api_key_name"),
            additional_properties={name: document[name] for name in unknown} if unknown else {},
            sent_members=sent,
        )


_SHAPES = Shapes(frozenset(name for name, _ in WhoAmI.MEMBERS))
