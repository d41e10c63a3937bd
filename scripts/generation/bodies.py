"""Chooses the media type of request and response bodies, and how their values are encoded.

The declared media type determines whether a value is JSON, text or bytes. Forms can only be sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from creatoraudit.contract.openapi import DocumentRefused, inert

from .simple import Simple

MULTIPART = "multipart/form-data"
FORM = "application/x-www-form-urlencoded"
EVENTS = "text/event-stream"
_PROBLEM = "application/problem+json"
_BODILESS = ("204", "205")  # HTTP allows no body here, even if a document describes one


class BodyRefused(DocumentRefused):
    """A body that cannot be supported."""

    def __init__(self, what: str, pointer: str) -> None:
        super().__init__(what)
        self.pointer = pointer


def essence(media_type: str) -> str:
    """A media type without its parameters."""
    return media_type.partition(";")[0].strip().lower()


def kind_of(media_type: str, schema: Any = None) -> str:
    """The kind of a media type: json, multipart, form, text, bytes or events."""
    name = essence(media_type)
    if name in ("application/json", "text/json") or name.endswith("+json"):
        return "json"
    if name == "multipart/form-data":
        return "multipart"
    if name == FORM:
        return "form"
    if name == EVENTS:
        return "events"
    if name in ("*/*", "application/*", ""):
        # Frameworks use it for JSON by default.
        described = isinstance(schema, dict) and schema.get("type") not in (None, "string")
        return "json" if described or (isinstance(schema, dict) and "$ref" in schema) else "bytes"
    return "text" if name.startswith("text/") else "bytes"


_ORDER = ("json", "multipart", "form", "text", "bytes", "events")


def json_media_type(content: Mapping[str, Any]) -> str | None:
    """The JSON media type of a body; `application/json` is preferred to any `+json`."""
    plain = [name for name in content if essence(name) == "application/json"]
    others = [
        name
        for name, media in content.items()
        if kind_of(name, media.get("schema") if isinstance(media, dict) else None) == "json"
    ]
    return next(iter([*plain, *others]), None)


def _sorted(content: dict[str, Any]) -> list[str]:
    """Media types, the preferred one first."""
    first = json_media_type(content)

    def order(name: str) -> tuple[bool, int]:
        media = content[name]
        kind = kind_of(name, media.get("schema") if isinstance(media, dict) else None)
        return name != first, _ORDER.index(kind)

    return sorted(content, key=order)


def _content(holder: dict[str, Any], pointer: str) -> dict[str, Any]:
    content = holder.get("content", {})
    if not isinstance(content, dict):
        raise BodyRefused("is not an object", f"{pointer}/content")
    for name, media in content.items():
        if not isinstance(media, dict):
            where = name.replace("~", "~0").replace("/", "~1")
            raise BodyRefused("is not an object", f"{pointer}/content/{where}")
    return content


def request(body: dict[str, Any], pointer: str, simple: Simple) -> dict[str, Any] | None:
    """The request body; None if the document describes none.

    `x-media-types` holds all types that can be sent, the preferred one first; `content` holds only
    the preferred one.
    """
    content = _content(body, pointer)
    if not isinstance(body.get("required", False), bool):
        raise BodyRefused("is not true or false", f"{pointer}/required")
    if not content:
        return None
    names = _sorted(content)
    first = names[0]
    kind = kind_of(first, content[first].get("schema"))
    if kind == "events":
        raise BodyRefused("a stream of events cannot be sent", pointer)
    where = f"{pointer}/content/{first.replace('~', '~0').replace('/', '~1')}/schema"
    schema = content[first].get("schema", {})
    if kind in ("multipart", "form"):
        schema = simple.members(schema, where)
    elif kind == "json":
        schema = simple.of(schema, where)
    else:
        schema = {}
    encodings = {
        essence(name): found
        for name in names
        if kind_of(name) in ("multipart", "form")
        and (found := _encoding(content[name].get("encoding", {}), pointer))
    }
    sent = [name for name in names if kind_of(name, content[name].get("schema")) != "events"]
    return {
        "required": body.get("required", False),
        "content": {first: {"schema": schema}},
        **({"x-encodings": encodings} if encodings else {}),
        "x-media-types": [essence(name) if name != "*/*" else "application/json" for name in sent]
        if kind == "json"
        else [essence(name) for name in sent],
    }


_STYLES = ("form", "spaceDelimited", "pipeDelimited", "deepObject")


def _encoding(declared: Any, pointer: str) -> dict[str, list[str]]:
    """Style and media type of the members of a form that are not written in the default way.

    Where a style is given, the media type says nothing (OpenAPI 3.1).
    """
    if not isinstance(declared, dict) or not all(isinstance(e, dict) for e in declared.values()):
        raise BodyRefused("has an `encoding` that is not an object of objects", pointer)
    found: dict[str, list[str]] = {}
    for name, own in declared.items():
        style, kind = own.get("style", "form"), own.get("contentType", "")
        if style not in _STYLES:
            raise BodyRefused(f"has the unknown style {label(str(style))} in `encoding`", pointer)
        if own.keys() & {"style", "explode", "allowReserved"}:
            joined = style == "form" and own.get("explode", True) is False
            found[name] = ["comma" if joined else style, ""]
            continue
        # Of several media types, or a range of them, none is the one.
        if isinstance(kind, str) and kind and not {",", "*"} & {*kind}:
            found[name] = ["", kind.strip()]
    return found


def parts_with_headers(body: dict[str, Any]) -> list[str]:
    """The members of forms for which the document describes headers of their own."""
    return [
        name
        for media_type, media in body.get("content", {}).items()
        if kind_of(media_type) == "multipart"
        for name, own in media.get("encoding", {}).items()
        if own.get("headers")
    ]


def response(answer: dict[str, Any], status: str, pointer: str, simple: Simple) -> dict[str, Any]:
    """Reduce a response to the media type that is read; errors keep their problem document."""
    content = {} if status in _BODILESS else _content(answer, pointer)
    if not (status[:1] == "2" or status == "default"):
        problem = content.get(_PROBLEM)
        kept = (
            {_PROBLEM: {"schema": simple.of(problem["schema"], f"{pointer}/content")}}
            if (isinstance(problem, dict) and "schema" in problem)
            else {}
        )
        return {"description": "", **({"content": kept} if kept else {})}
    if not content:
        return {"description": ""}
    first = _sorted(content)[0]
    kind = kind_of(first, content[first].get("schema"))
    if kind == "json":
        where = f"{pointer}/content/{first.replace('~', '~0').replace('/', '~1')}/schema"
        schema = simple.of(content[first].get("schema", {}), where)
        return {"description": "", "content": {first: {"schema": schema}}}
    return {"description": "", "content": {first: {}}}


def use_default(responses: dict[str, Any]) -> None:
    """Use `default` as the success response if no other is described."""
    default = responses.pop("default", None)
    if default is not None and not any(status[:1] == "2" for status in responses):
        responses["2XX"] = default


def refuse_streams(responses: dict[str, Any], pointer: str) -> None:
    """Refuse an operation that responds only with a stream of events."""
    kinds = {
        kind_of(name, media.get("schema"))
        for status, answer in responses.items()
        if status[:1] == "2"
        for name, media in answer.get("content", {}).items()
    }
    if kinds == {"events"}:
        raise BodyRefused("responds with a stream of events, which is not supported", pointer)


def label(media_type: str) -> str:
    """A media type, escaped for messages."""
    return inert(media_type)
