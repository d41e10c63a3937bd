"""Builds a request from named arguments, checked against the contract before it is sent.

It looks up the operation and sorts arguments into path, query and body. The generated operation
builds the URL and the body.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from creatoraudit_api.operations import GONE, LEFT_OUT, OPERATIONS, Operation
from creatoraudit_api.types import UNSET

from ..errors import UsageError
from .arguments import checked, number, sendable
from .options import CreateOptions, RequestOptions
from .request_body import WHOLE, body_arguments, consumed_once
from .text import one_line
from .upload import Upload

if TYPE_CHECKING:
    from creatoraudit_api.types import JSON

    from .download import Destination


def find(operation: Operation[Any] | str) -> Operation[Any]:
    """Find an operation by its name; an operation is returned as it is.

    Raises:
        UsageError: There is no operation of that name, or it is neither.
    """
    given: object = operation
    if isinstance(operation, Operation):
        return operation
    if not isinstance(given, str):
        raise UsageError(
            "the operation must be a name, such as 'get_video', or one of"
            f" creatoraudit_api.operations, not {type(given).__name__}"
        )
    try:
        return OPERATIONS[operation]
    except KeyError:
        if operation in LEFT_OUT or operation in GONE:
            raise UsageError(_missing(operation)) from None
        import difflib  # noqa: PLC0415 - needed only for this message

        close = difflib.get_close_matches(operation, OPERATIONS, n=3)
        meant = f"; did you mean {' or '.join(close)}?" if close else ""
        raise UsageError(f"there is no operation {one_line(operation, 60)!r}{meant}") from None


def _missing(operation: str) -> str:
    """Explain why an operation cannot be called, and what to do."""
    why = LEFT_OUT.get(operation)
    if why is None:
        return (
            f"the API that this package was generated from no longer has {operation};"
            " ca.request() sends to any path"
        )
    return (
        f"{operation} is left out of this release ({one_line(why, 300)});"
        " ca.request() reaches it by method and path"
    )


def id_list_of(operation: Operation[object], name: str | None) -> tuple[str, int]:
    """The argument of `operation` that takes a list of ids, and the largest size of the list.

    Raises:
        UsageError: It has no such argument, or several and `name` is not one of them.
    """
    lists = operation.id_lists
    if not lists or operation.batch_size is None:
        raise UsageError(f"{operation.name} takes no list of ids, so it cannot be batched")
    if name is None and len(lists) > 1:
        raise UsageError(f"{operation.name} takes several lists; choose id_list= from {lists}")
    chosen = next(iter(lists)) if name is None else name
    if chosen not in lists:
        raise UsageError(f"{operation.name} has no id list {chosen!r}; it takes {lists}")
    return chosen, operation.batch_size


BEARER = ("Authorization", "Bearer ")


class PreparedRequest(NamedTuple):
    """One request, complete except for the base URL, the key and the client's own headers."""

    operation: str
    method: str
    url: str
    params: Mapping[str, Any]
    headers: Mapping[str, str]
    json: JSON | None = None
    form: Mapping[str, Any] | None = None
    parts: Sequence[tuple[str, Any]] | None = None
    """Fields and files of a multipart form."""
    content: bytes | Upload | None = None
    repeatable: bool = False
    keyed: bool = False
    """Whether the operation uses the Idempotency-Key of the request."""
    authenticated: bool = True
    max_response_bytes: int | None = None
    """Largest response in bytes, decompressed; None for the client's setting."""
    key_header: tuple[str, str] = BEARER
    """The header that carries the key, and the prefix of the key in it."""
    once: bool = False
    """Whether the body is a stream that cannot be read again."""
    into: Destination | None = None
    """The file into which the response body is streamed."""


def prepare(
    operation: Operation[object],
    arguments: Mapping[str, object],
    options: CreateOptions | RequestOptions,
    *,
    strict: bool = False,
) -> PreparedRequest:
    """Build the request of `operation`.

    Arguments that are `UNSET` or None are not sent, except that None in a body is null.
    `body`, `files` and `data` are the whole body; see `body_arguments`.
    With `strict`, an unknown name is refused. Otherwise it is sent, so that the facade's methods
    still work when a contract no longer lists one of their filters.

    Raises:
        UsageError: An argument is missing, unknown or out of bounds, or not an id or a day.
    """
    if not operation.method:
        raise UsageError(_missing(operation.name))
    known_options(
        operation.name,
        options,
        create=operation.idempotency_key,
        own=(*operation.arguments, *operation.body_members, *operation.id_lists),
    )
    whole = {name: arguments[name] for name in WHOLE if name in arguments}
    own = {name: value for name, value in arguments.items() if name not in whole}
    given, body, query = _apart(operation, own, strict=strict)
    extra = sendable(operation.name, "extra_body", options.get("extra_body") or {})
    extra_query = sendable(operation.name, "extra_query", options.get("extra_query") or {})
    by_members = not whole.keys() & {"body", "data"}
    for name in sorted(operation.required):
        missing = name not in given and name not in body and name not in extra
        if missing and (by_members or name in operation.arguments):
            raise UsageError(f"{operation.name} needs {name}")
    if operation.idempotency_key:
        key = cast(CreateOptions, options).get("idempotency_key")
        given["idempotency_key"] = key or os.urandom(16).hex()
    if operation.body_types or whole or extra:
        given |= body_arguments(operation, whole, body, extra)
    kwargs = operation.get_kwargs(**given)
    # httpx collapses dot segments, so such a path would be that of another endpoint.
    if operation.styles and {".", ".."} & {*kwargs["url"].partition("?")[0].split("/")}:
        raise UsageError(f"{operation.name}: a part of the path would be '.' or '..'")
    headers = {**kwargs.get("headers", {}), **(options.get("extra_headers") or {})}
    if operation.accept != "application/json":
        headers = {"Accept": operation.accept, **headers}
    key_header = operation.key_header or BEARER
    if any(str(name).lower() in ("authorization", key_header[0].lower()) for name in headers):
        raise UsageError("the key goes into api_key=, not into extra_headers=")
    return PreparedRequest(
        operation=operation.name,
        method=kwargs["method"],
        url=kwargs["url"],
        params={**kwargs.get("params", {}), **query, **extra_query},
        headers=headers,
        json=kwargs.get("json"),
        form=kwargs.get("data"),
        parts=kwargs.get("files"),
        content=kwargs.get("content"),
        repeatable=operation.repeatable,
        keyed=operation.idempotency_key,
        authenticated=operation.authenticated,
        max_response_bytes=number("max_response_bytes", options.get("max_response_bytes")),
        key_header=key_header,
        once=bool(operation.body_types) and consumed_once(kwargs),
    )


def _apart(
    operation: Operation[object], arguments: Mapping[str, object], *, strict: bool
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Sort arguments into those of the operation, members of the body, and other query members."""
    given: dict[str, Any] = {}
    body: dict[str, Any] = {}
    query: dict[str, Any] = {}
    for name, value in arguments.items():
        if value is UNSET:
            continue
        if name in operation.arguments:
            if value is not None:
                given[name] = checked(operation, name, value, own=strict)
        elif name in operation.files:
            body[name] = value
        elif name in operation.body_members:
            body[name] = None if value is None else checked(operation, name, value, own=strict)
        elif strict:
            takes = [*operation.arguments, *operation.body_members]
            said = f"{operation.name} has no argument {one_line(name, 60)!r}{_near(name, takes)}"
            raise UsageError(f"{said}; it takes: {', '.join(takes) or 'none'}")
        elif value is not None:
            (body if operation.body else query)[name] = sendable(operation.name, name, value)
    return given, body, query


def known_options(
    what: str,
    options: Mapping[str, object],
    *,
    create: bool = False,
    own: Iterable[str] = (),
) -> None:
    """Refuse misspelt arguments, which methods collect as options.

    Args:
        what: The job or operation, for the message.
        options: The collected options.
        create: Whether an idempotency key is allowed as well.
        own: Names of the method's own arguments, as suggestions.

    Raises:
        UsageError: An option is unknown.
    """
    allowed = CreateOptions if create else RequestOptions
    for name in options:
        if name not in allowed.__optional_keys__:
            takes = sorted(allowed.__optional_keys__)
            near = _near(name, [*own, *takes])
            said = f"{what} has no argument {one_line(name, 60)!r}{near}"
            raise UsageError(f"{said}; besides its own arguments it takes: {', '.join(takes)}")


def _near(name: str, known: Sequence[str]) -> str:
    """Suggest what was meant by a misspelt argument."""
    from difflib import get_close_matches  # noqa: PLC0415 - needed only for this message

    meant = get_close_matches(name, known, n=2)
    return f" (did you mean {' or '.join(meant)}?)" if meant else ""


def with_header(request: PreparedRequest, name: str, value: str) -> PreparedRequest:
    """Copy a request with one more header."""
    return request._replace(headers={**request.headers, name: value})
