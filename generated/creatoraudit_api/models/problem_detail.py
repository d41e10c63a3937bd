from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, ReadModel, Shapes, require_dict, require_list, wrong_container
from .error_code import ErrorCode


@_define(kw_only=True)
class ProblemDetail(ReadModel):
    """Error document after RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    code: ErrorCode | str
    instance: str | None = None
    errors: list[dict[str, JSON]] | None = None
    request_id: str | None = None
    additional_properties: dict[str, JSON] = _field(factory=dict)
    _sent_members: frozenset[str] = _field(
        default=frozenset(), repr=False, eq=False, alias="sent_members"
    )

    MEMBERS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("type", "type"),
        ("title", "title"),
        ("status", "status"),
        ("detail", "detail"),
        ("code", "code"),
        ("instance", "instance"),
        ("errors", "errors"),
        ("request_id", "request_id"),
    )

    REQUIRED: ClassVar[frozenset[str]] = frozenset({"type", "title", "status", "detail", "code"})

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The model of a JSON object; KeyError: no such member, TypeError: wrong container."""
        if not isinstance(document, dict):
            raise wrong_container("ProblemDetail", "an object", document)
        get = document.get
        sent, unknown = _SHAPES[tuple(document)]
        return cls(
            type=document["type"],
            title=document["title"],
            status=document["status"],
            detail=document["detail"],
            code=document["code"],
            instance=get("instance"),
            errors=None
            if (value := get("errors")) is None
            else [require_dict(item) for item in require_list(value)],
            request_id=get("request_id"),
            additional_properties={name: document[name] for name in unknown} if unknown else {},
            sent_members=sent,
        )


_SHAPES = Shapes(frozenset(name for name, _ in ProblemDetail.MEMBERS))
