"""Builds the body of a request from what callers pass: a value, members, a form, or files.

`prepare` hands the pieces on to the generated table, which decides by the declared media type how
they are written.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from creatoraudit_api.operations import Operation
from creatoraudit_api.requests import FORM, MULTIPART, is_json
from creatoraudit_api.types import UNSET

from ..errors import UsageError
from .arguments import sendable
from .upload import Upload

WHOLE = ("body", "files", "data")
"""Arguments of `call` that are not an operation's own; no argument of one has such a name."""


def body_arguments(
    operation: Operation[object],
    whole: Mapping[str, Any],
    members: Mapping[str, Any],
    extra: Mapping[str, Any],
) -> dict[str, Any]:
    """The body arguments of `Operation.get_kwargs`; empty if no body is sent.

    Args:
        operation: The operation, which declares the media types of its body.
        whole: The values of `body=`, `files=` and `data=`.
        members: Members passed as arguments, by Python name.
        extra: Members of `extra_body=`, by their JSON names.

    Raises:
        UsageError: The operation takes no such body, or two bodies were passed.
    """
    body, data = whole.get("body", UNSET), whole.get("data", UNSET)
    files = dict(_mapping("files", whole.get("files") or {}))
    if not operation.body_types:
        given = [name for name in WHOLE if whole.get(name, UNSET) is not UNSET]
        given += ["extra_body"] if extra else []
        if given:
            raise UsageError(f"{operation.name} takes no body, so {given[0]}= cannot be sent")
        return {}
    beside = [*members, *(["data"] if data is not UNSET else [])]
    if body is not UNSET and beside:
        raise UsageError(f"body= is the whole body, so {beside[0]}= cannot be passed with it")
    own = {operation.wire_names.get(name, name): value for name, value in members.items()}
    for name in operation.files:
        wire = operation.wire_names.get(name, name)
        if own.get(wire) is not None:
            files[wire] = own.pop(wire)
    if files and MULTIPART not in operation.body_types:
        raise UsageError(f"{operation.name} takes no files; its body is {operation.body_types[0]}")
    found: dict[str, Any] = {}
    if files:
        found["files"] = {name: _file(value, name) for name, value in files.items()}
    if data is not UNSET:
        forms = [kind for kind in operation.body_types if kind in (MULTIPART, FORM)]
        if not forms:
            kind = operation.body_types[0]
            raise UsageError(f"{operation.name} takes no form; pass its {kind} as body=")
        body, found["form"] = {**own, **_mapping("data", data)}, True
    elif body is UNSET and (own or extra or _is_always_sent(operation)):
        body = own
    if extra:
        body = {**_mapping("body", {} if body is UNSET else body), **extra}
    if body is not UNSET:
        found["body"] = _checked(operation, body)
    if not found and operation.body_required:
        raise UsageError(f"{operation.name} needs body=, its {operation.body_types[0]}")
    return found


def free_body(
    method: str, url: str, given: dict[str, Any], headers: Mapping[str, str]
) -> dict[str, Any]:
    """The body of a request that no operation describes, as keyword arguments of httpx.

    Text is sent as text, bytes and files as bytes, `data` and `files` as a form, any other value as
    JSON. A Content-Type among `headers` stays.

    Raises:
        UsageError: Two bodies were passed, or one that cannot be sent.
    """
    if not given:
        return {}
    names = [name for name in ("json", "body", "content") if name in given]
    others = [*names[1:], *(name for name in ("files", "data") if names and name in given)]
    if others:
        raise UsageError(f"{names[0]}= is the whole body, so {others[0]}= cannot be passed with it")
    body = given[names[0]] if names else None
    whole = {"body": body} if names else given
    if given.get("files"):
        kind = MULTIPART
    elif not names:
        kind = FORM
    elif "json" in given:
        kind = "application/json"
    elif isinstance(body, str):
        kind = "text/plain"
    elif isinstance(body, (bytes, bytearray, memoryview)) or hasattr(body, "read"):
        kind = "application/octet-stream"
    else:
        kind = "application/json"
    operation = Operation[Any](
        name=f"{method} {url.partition('?')[0]}",
        key="",
        method=method,
        path="/",
        tag="",
        module="",
        arguments={},
        bounds={},
        read_only=False,
        repeatable=False,
        authenticated=True,
        body_types=(kind,),
    )
    made = operation.get_kwargs(**body_arguments(operation, whole, {}, {}))
    own = {} if "content-type" in map(str.lower, headers) else made.get("headers", {})
    return {**made, "headers": {**own, **headers}}


def consumed_once(request: Mapping[str, Any]) -> bool:
    """Whether the body is a stream that cannot be rewound and sent again."""
    parts = [part[1] for _, part in request.get("files") or []]
    return any(
        isinstance(one, Upload) and not one.rewinds for one in (request.get("content"), *parts)
    )


def _is_always_sent(operation: Operation[object]) -> bool:
    return operation.body_required and operation.body is not None


def _mapping(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise UsageError(f"{name}= must be a mapping here, not {type(value).__name__}")
    return value


def _checked(operation: Operation[object], body: Any) -> Any:
    """Check that the body has a type that fits its media type."""
    kind = operation.body_types[0]
    if is_json(kind) or kind in (MULTIPART, FORM):
        body = sendable(operation.name, "body", body)
        return body if is_json(kind) else _mapping("body", {} if body is None else body)
    if isinstance(body, str):
        _as_utf8(body, f"{operation.name}: body=")
        return body
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    if hasattr(body, "read"):
        return Upload(body, "body=")
    raise UsageError(
        f"{operation.name}: body= is {kind}, so it must be text, bytes or a binary file, "
        f"not {type(body).__name__}"
    )


def _file(value: Any, name: str) -> Any:
    """Convert a file of a form to what httpx accepts: a name, content and perhaps a media type."""
    if isinstance(value, list):
        return [_file(one, name) for one in value]
    if isinstance(value, tuple):
        filename, content, *rest = value
        return (filename, _content(content, name), *rest)
    content = _content(value, name)
    path = getattr(content, "name", None) if isinstance(content, Upload) else None
    if isinstance(value, os.PathLike):
        path = os.fspath(value)
    return (Path(path).name if isinstance(path, str) else name, content)


def _content(value: Any, name: str) -> Any:
    if isinstance(value, str):
        return _as_utf8(value, f"files[{name!r}]")
    if isinstance(value, os.PathLike):
        return Path(value).read_bytes()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if hasattr(value, "read"):
        return Upload(value, f"files[{name!r}]")
    raise UsageError(
        f"files[{name!r}] must be bytes, a path or a binary file, not {type(value).__name__}"
    )


def _as_utf8(text: str, name: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{name} has half a character, which UTF-8 cannot hold") from None
