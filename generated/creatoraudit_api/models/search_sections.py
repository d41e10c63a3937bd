from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, ReadModel, Shapes, require_list, wrong_container
from .search_account import SearchAccount
from .search_creator import SearchCreator
from .search_video import SearchVideo


@_define(kw_only=True)
class SearchSections(ReadModel):
    """Hits by kind."""

    accounts: list[SearchAccount] | None = None
    creators: list[SearchCreator] | None = None
    videos: list[SearchVideo] | None = None
    additional_properties: dict[str, JSON] = _field(factory=dict)
    _sent_members: frozenset[str] = _field(
        default=frozenset(), repr=False, eq=False, alias="sent_members"
    )

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
            raise wrong_container("SearchSections", "an object", document)
        get = document.get
        sent, unknown = _SHAPES[tuple(document)]
        return cls(
            accounts=None
            if (value := get("accounts")) is None
            else [SearchAccount.from_dict(item) for item in require_list(value)],
            creators=None
            if (value := get("creators")) is None
            else [SearchCreator.from_dict(item) for item in require_list(value)],
            videos=None
            if (value := get("videos")) is None
            else [SearchVideo.from_dict(item) for item in require_list(value)],
            additional_properties={name: document[name] for name in unknown} if unknown else {},
            sent_members=sent,
        )


_SHAPES = Shapes(frozenset(name for name, _ in SearchSections.MEMBERS))
