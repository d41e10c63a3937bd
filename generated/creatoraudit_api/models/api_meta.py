from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, ReadModel, Shapes, wrong_container


@_define(kw_only=True, repr=False)
class ApiMeta(ReadModel):
    """Version and lifecycle of the API."""

    type: str | None = None
    api_version: str | None = None
    status: str | None = None
    docs_url: str | None = None
    openapi_url: str | None = None
    whoami_url: str | None = None
    deprecation: str | None = None
    sunset: str | None = None
    additional_properties: dict[str, JSON] = _field(factory=dict)
    _sent_members: frozenset[str] = _field(default=frozenset(), eq=False, alias="sent_members")

    MEMBERS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("type", "type"),
        ("api_version", "api_version"),
        ("status", "status"),
        ("docs_url", "docs_url"),
        ("openapi_url", "openapi_url"),
        ("whoami_url", "whoami_url"),
        ("deprecation", "deprecation"),
        ("sunset", "sunset"),
    )

    REQUIRED: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The model of a JSON object; KeyError: no such member, TypeError: wrong container."""
        if not isinstance(document, dict):
            raise wrong_container("ApiMeta", "an object", document)
        try:
            values = _SHAPES.take(document)
            sent, unknown = _SHAPES.complete if len(document) == 8 else _SHAPES[tuple(document)]
        except KeyError:
            values = _SHAPES.take({**_SHAPES.absent, **document})
            sent, unknown = _SHAPES[tuple(document)]
        self = cls.__new__(cls)
        (
            self.type,
            self.api_version,
            self.status,
            self.docs_url,
            self.openapi_url,
            self.whoami_url,
            self.deprecation,
            self.sunset,
        ) = values
        self.additional_properties = {name: document[name] for name in unknown} if unknown else {}
        self._sent_members = sent
        return self


_SHAPES = Shapes([name for name, _ in ApiMeta.MEMBERS], ApiMeta.REQUIRED)
