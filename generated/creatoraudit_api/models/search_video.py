from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, ReadModel, Shapes, wrong_container


@_define(kw_only=True)
class SearchVideo(ReadModel):
    """A video that matches."""

    id: JSON = None
    platform: JSON = None
    caption: JSON = None
    account_id: JSON = None
    account_username: JSON = None
    additional_properties: dict[str, JSON] = _field(factory=dict)
    _sent_members: frozenset[str] = _field(
        default=frozenset(), repr=False, eq=False, alias="sent_members"
    )

    MEMBERS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("id", "id"),
        ("platform", "platform"),
        ("caption", "caption"),
        ("account_id", "account_id"),
        ("account_username", "account_username"),
    )

    REQUIRED: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The model of a JSON object; KeyError: no such member, TypeError: wrong container."""
        if not isinstance(document, dict):
            raise wrong_container("SearchVideo", "an object", document)
        get = document.get
        sent, unknown = _SHAPES[tuple(document)]
        return cls(
            id=get("id"),
            platform=get("platform"),
            caption=get("caption"),
            account_id=get("account_id"),
            account_username=get("account_username"),
            additional_properties={name: document[name] for name in unknown} if unknown else {},
            sent_members=sent,
        )


_SHAPES = Shapes(frozenset(name for name, _ in SearchVideo.MEMBERS))
