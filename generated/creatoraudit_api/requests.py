"""From the arguments of an operation to httpx's arguments, as the table of operations says.

Every request is built here, whichever operation it is of: path, query and headers in the style that
the contract declares, and the body by its media type.
"""

from __future__ import annotations

import json as _json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .types import UNSET, encode

if TYPE_CHECKING:
    from .operations import Operation

MULTIPART = "multipart/form-data"
FORM = "application/x-www-form-urlencoded"
_SEPARATORS = {"comma": ",", "spaceDelimited": " ", "pipeDelimited": "|"}


def build(operation: Operation[Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Keyword arguments of httpx's `request`; values that are None or UNSET are not sent.

    `body` is a JSON value or a model, a mapping for a form, or text or bytes, and `files` the parts
    of a multipart form that are files. None as a body is null where the body is JSON.
    """
    url, params, headers = operation.path, dict[str, Any](), dict[str, str]()
    for name, where in operation.arguments.items():
        value = arguments.get(name, UNSET)
        if value is UNSET or (value is None and where != "path"):
            continue
        style, wire = operation.styles.get(name, ""), operation.wire_names.get(name, name)
        if where == "path":
            url = url.replace(f"{{{name}}}", _in_path(encode(value), style, wire))
        elif where == "query":
            params.update(_in_query(wire, encode(value), style))
        else:
            headers[wire] = _in_header(encode(value), style)
    request: dict[str, Any] = {"method": operation.method, "url": url}
    if "query" in operation.arguments.values():
        request["params"] = params
    body = _body(operation, arguments, headers)
    if "header" in operation.arguments.values() or headers:
        request["headers"] = headers
    return {**request, **body, "extensions": {"creatoraudit_operation": operation.name}}


def text(value: Any) -> str:
    """A value on one line: lists and objects with commas, truth as JSON writes it."""
    if isinstance(value, Mapping):
        return ",".join(f"{key},{_part(item)}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return ",".join(_part(item) for item in value)
    return _part(value)


def _part(value: Any) -> str:
    """A value within a list or an object: what holds others itself is JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple, Mapping)):
        return compact(value)
    return "" if value is None else str(value)


def compact(value: Any) -> str:
    """A value as JSON."""
    return _json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _in_header(value: Any, style: str) -> str:
    if style == "json":
        return _json.dumps(value, separators=(",", ":"))  # a header holds ASCII
    if style == "*" and isinstance(value, Mapping):
        return ",".join(f"{key}={_part(item)}" for key, item in value.items())
    return text(value)


def _in_path(value: Any, style: str, name: str) -> str:
    """A value in the style of RFC 6570: `simple` (empty), `label` or `matrix`, `*` for exploded."""
    if style == "json":
        return quote(compact(value), safe="")
    exploded, kind = style.endswith("*"), style.removesuffix("*")
    named = kind == "matrix"
    if isinstance(value, Mapping):
        pairs = [(_quoted(key), _quoted(item)) for key, item in value.items()]
        parts = [("=" if exploded else ",").join(pair) for pair in pairs]
        named = named and not exploded
    elif isinstance(value, (list, tuple)):
        parts = [_quoted(item) for item in value]
    else:
        parts = [_quoted(value)]
    if not exploded:
        parts = [",".join(parts)]
    if named:
        parts = [f"{name}={part}" for part in parts]
    before = {"label": ".", "matrix": ";"}.get(kind, "")
    return "".join(f"{before}{part}" for part in parts) if before else ",".join(parts)


def _quoted(value: Any) -> str:
    return quote(_part(value), safe="")


def _in_query(name: str, value: Any, style: str) -> dict[str, Any]:
    if style == "json":
        return {name: compact(value)}
    if isinstance(value, Mapping):
        if style == "deepObject":
            return _deep(name, value)
        if style in _SEPARATORS:
            return {name: text(value)}
        return {str(key): _scalar(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        if style in _SEPARATORS:
            return {name: _SEPARATORS[style].join(_part(item) for item in value)}
        return {name: [_part(item) for item in value]}
    return {name: value}


def _deep(name: str, value: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, item in value.items():
        inner = f"{name}[{key}]"
        if isinstance(item, Mapping):
            found.update(_deep(inner, item))
        elif item is not None:
            found[inner] = _scalar(item)
    return found


def _scalar(value: Any) -> Any:
    """A value that a query or a form holds; what is itself a list or an object is JSON there."""
    if isinstance(value, Mapping) or (
        isinstance(value, (list, tuple))
        and any(isinstance(item, (list, tuple, Mapping)) for item in value)
    ):
        return compact(value)
    return value


def _body(
    operation: Operation[Any], arguments: Mapping[str, Any], headers: dict[str, str]
) -> dict[str, Any]:
    body, files = arguments.get("body", UNSET), arguments.get("files") or {}
    if not operation.body_types or (body is UNSET and not files):
        return {}
    kind = operation.body_types[0]
    if files and MULTIPART in operation.body_types:
        kind = MULTIPART
    elif kind != FORM and FORM in operation.body_types and arguments.get("form"):
        kind = FORM
    encoding = operation.encodings.get(kind, {})
    if kind == MULTIPART:
        return _multipart({} if body is UNSET or body is None else encode(body), files, encoding)
    if kind == FORM:
        return {"data": _fields({} if body is UNSET or body is None else encode(body), encoding)}
    if isinstance(body, str) and not is_json(kind):
        headers["Content-Type"] = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
        return {"content": body.encode()}
    if not is_json(kind):
        headers["Content-Type"] = kind
        return {"content": body}
    if kind != "application/json":
        headers["Content-Type"] = kind
    if body is None:
        headers.setdefault("Content-Type", kind)
        return {"content": b"null"}  # httpx takes None for no body
    return {"json": body if isinstance(body, dict) else encode(body)}


def is_json(media_type: str) -> bool:
    """Whether a media type is JSON."""
    return media_type in ("application/json", "text/json") or media_type.endswith("+json")


def _fields(
    members: Mapping[str, Any], encoding: Mapping[str, tuple[str, str]]
) -> dict[str, list[str]]:
    """The fields of a form."""
    fields: dict[str, list[str]] = {}
    for name, value, _ in _texts(members, encoding):
        fields.setdefault(name, []).append(value)
    return fields


def _texts(
    members: Mapping[str, Any], encoding: Mapping[str, tuple[str, str]]
) -> list[tuple[str, str, str]]:
    """Name, text and media type of each field of a form, null left out.

    Without an encoding of its own, a list is repeated and an object is JSON.
    """
    texts: list[tuple[str, str, str]] = []
    for name, value in members.items():
        style, kind = encoding.get(name, ("", ""))
        if value is None:
            continue
        styled = _in_query(name, value, style) if style else {name: value}
        for key, each in styled.items():
            for one in each if isinstance(each, (list, tuple)) else [each]:
                nested = isinstance(one, (list, tuple, Mapping))
                json = is_json(kind) or (nested and not kind)
                declared = kind or ("application/json" if nested else "")
                texts.append((key, compact(one) if json else text(one), declared))
    return texts


def _multipart(
    members: Mapping[str, Any], files: Mapping[str, Any], encoding: Mapping[str, tuple[str, str]]
) -> dict[str, Any]:
    """The parts of a multipart form; it is one even without a file. JSON is declared as such."""
    parts: list[tuple[str, Any]] = []
    for name, value, kind in _texts(members, encoding):
        parts.append((name, (None, value.encode(), *([kind] if kind else []))))
    for name, value in files.items():
        kind = encoding.get(name, ("", ""))[1]
        for one in value if isinstance(value, list) else [value]:
            part = one if isinstance(one, tuple) else (name, one)
            parts.append((name, (*part, kind) if kind and len(part) == 2 else part))
    return {"files": parts}
