"""Bodies and their media types: which one of several is sent or read, and what stands in it.

The declared media type decides what a value is: JSON, text, or bytes; forms are sent only.
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


class BodyRefused(DocumentRefused):
    """A body that cannot be taken."""

    def __init__(self, what: str, pointer: str) -> None:
        super().__init__(what)
        self.pointer = pointer


def essence(media_type: str) -> str:
    """A media type without its parameters."""
    return media_type.partition(";")[0].strip().lower()


def kind_of(media_type: str, schema: Any = None) -> str:
    """What a body of a media type is: json, multipart, form, text, bytes, or events."""
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
        # Frameworks write it for JSON when they do not know better.
        described = isinstance(schema, dict) and schema.get("type") not in (None, "string")
        return "json" if described or (isinstance(schema, dict) and "$ref" in schema) else "bytes"
    return "text" if name.startswith("text/") else "bytes"


_ORDER = ("json", "multipart", "form", "text", "bytes", "events")


def json_media_type(content: Mapping[str, Any]) -> str | None:
    """The media type of a body that is JSON, `application/json` before any `+json`."""
    plain = [name for name in content if essence(name) == "application/json"]
    others = [
        name
        for name, media in content.items()
        if kind_of(name, media.get("schema") if isinstance(media, dict) else None) == "json"
    ]
    return next(iter([*plain, *others]), None)


def _sorted(content: dict[str, Any]) -> list[str]:
    """Media types, the one to use first."""
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
    """The body that is sent; None when the document describes none.

    `x-media-types` holds all that can be sent, the one to use first, and `content` that one alone.
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
    sent = [name for name in names if kind_of(name, content[name].get("schema")) != "events"]
    return {
        "required": body.get("required", False),
        "content": {first: {"schema": schema}},
        "x-media-types": [essence(name) if name != "*/*" else "application/json" for name in sent]
        if kind == "json"
        else [essence(name) for name in sent],
    }


def response(answer: dict[str, Any], status: str, pointer: str, simple: Simple) -> dict[str, Any]:
    """A response with the one media type that is read; failures keep their problem document."""
    content = _content(answer, pointer)
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
    """Lets `default` stand for success where no success is described."""
    default = responses.pop("default", None)
    if default is not None and not any(status[:1] == "2" for status in responses):
        responses["2XX"] = default


def refuse_streams(responses: dict[str, Any], pointer: str) -> None:
    """Refuses an operation that answers with nothing but a stream of events."""
    kinds = {
        kind_of(name, media.get("schema"))
        for status, answer in responses.items()
        if status[:1] == "2"
        for name, media in answer.get("content", {}).items()
    }
    if kinds == {"events"}:
        raise BodyRefused("answers with a stream of events, which is not read", pointer)


def label(media_type: str) -> str:
    """A media type as a message shows it."""
    return inert(media_type)
