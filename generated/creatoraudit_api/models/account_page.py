from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, ReadModel, Shapes, require_list, wrong_container
from .account import Account
from .filters import Filters
from .pagination import Pagination


@_define(kw_only=True)
class AccountPage(ReadModel):
    """Envelope of one page."""

    data: list[Account]
    pagination: Pagination
    filters: Filters | None = None
    additional_properties: dict[str, JSON] = _field(factory=dict)
    _sent_members: frozenset[str] = _field(
        default=frozenset(), repr=False, eq=False, alias="sent_members"
    )

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
            raise wrong_container("AccountPage", "an object", document)
        get = document.get
        sent, unknown = _SHAPES[tuple(document)]
        return cls(
            data=[Account.from_dict(item) for item in require_list(document["data"])],
            pagination=Pagination.from_dict(document["pagination"]),
            filters=None if (value := get("filters")) is None else Filters.from_dict(value),
            additional_properties={name: document[name] for name in unknown} if unknown else {},
            sent_members=sent,
        )


_SHAPES = Shapes(frozenset(name for name, _ in AccountPage.MEMBERS))
