from __future__ import annotations

from typing import ClassVar

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, UNSET, Unset, WriteModel


@_define(kw_only=True)
class CreateCreatorRequest(WriteModel):
    """A creator to create."""

    name: str
    is_active: bool | Unset = UNSET
    metadata: dict[str, JSON] | None | Unset = UNSET
    additional_properties: dict[str, JSON] = _field(factory=dict)

    MEMBERS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("name", "name"),
        ("is_active", "is_active"),
        ("metadata", "metadata"),
    )
