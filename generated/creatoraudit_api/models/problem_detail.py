from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, ReadModel, Shapes, require_dict, require_list, wrong_container
from .error_code import ErrorCode


@_define(kw_only=True, repr=False)
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
    _sent_members: frozenset[str] = _field(default=frozenset(), eq=False, alias="sent_members")

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
        try:
            values = _SHAPES.take(document)
            sent, unknown = _SHAPES.complete if len(document) == 8 else _SHAPES[tuple(document)]
        except KeyError:
            values = _SHAPES.take({**_SHAPES.absent, **document})
            sent, unknown = _SHAPES[tuple(document)]
        self = cls.__new__(cls)
        (
            self.type,
            self.title,
            self.status,
            self.detail,
            self.code,
            self.instance,
            self.errors,
            self.request_id,
        ) = values
        self.errors = (
            None
            if self.errors is None
            else [require_dict(item) for item in require_list(self.errors)]
        )
        self.additional_properties = {name: document[name] for name in unknown} if unknown else {}
        self._sent_members = sent
        return self


_SHAPES = Shapes([name for name, _ in ProblemDetail.MEMBERS], ProblemDetail.REQUIRED)
