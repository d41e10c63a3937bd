"""From named arguments to a request, checked against the contract's table before it is sent.

Decides what belongs into path, query and body, refuses what cannot be right (unknown names, bounds,
choices, ids, days), and leaves URL and body building to the generated operation.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, cast

from creatoraudit_api.types import UNSET

from ..errors import UsageError
from .chunks import several
from .dates import utc_day
from .options import CreateOptions, RequestOptions
from .text import one_line

if TYPE_CHECKING:
    from creatoraudit_api.operations import Bound, Operation
    from creatoraudit_api.types import JSON

_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Direction: TypeAlias = Literal["asc", "desc"]


class PreparedRequest(NamedTuple):
    """One request, ready but for base URL, key and the client's own headers."""

    operation: str
    method: str
    url: str
    params: Mapping[str, Any]
    headers: Mapping[str, str]
    json: "JSON | None" = None
    repeatable: bool = False
    keyed: bool = False
    """Whether the operation heeds the Idempotency-Key that the request carries."""
    authenticated: bool = True


def prepare(
    operation: "Operation[object]",
    arguments: Mapping[str, object],
    options: CreateOptions | RequestOptions,
    *,
    strict: bool = False,
) -> PreparedRequest:
    """Build the request of `operation`.

    Arguments that are `UNSET` count as not given; so does None, except in a body, where it is null.
    With `strict`, a name the operation does not know is refused; without, it is sent all the same,
    so that the facade's methods outlive a contract that no longer prints one of their filters.

    Raises:
        UsageError: An argument is missing, unknown, out of bounds, no id or no day.
    """
    known_options(operation.name, options, create=operation.idempotency_key)
    given: dict[str, Any] = {}
    body: dict[str, Any] = {}
    query: dict[str, Any] = {}
    for name, value in arguments.items():
        if value is UNSET:
            continue
        if name in operation.arguments:
            if value is not None:
                given[name] = _checked(operation, name, value, own=strict)
        elif name in operation.body_members:
            body[name] = None if value is None else _checked(operation, name, value, own=strict)
        elif strict:
            known = ", ".join([*operation.arguments, *operation.body_members]) or "none"
            raise UsageError(f"{operation.name} has no argument {name!r}; it takes: {known}")
        elif value is not None:
            (body if operation.body else query)[name] = value
    extra = dict(options.get("extra_body") or {})
    for name in sorted(operation.required):
        if name not in given and name not in body and name not in extra:
            raise UsageError(f"{operation.name} needs {name}")
    body |= extra
    if operation.idempotency_key:
        own = cast(CreateOptions, options).get("idempotency_key")
        given["idempotency_key"] = own or os.urandom(16).hex()
    if operation.body is not None:
        given["body"] = body
    elif extra:
        raise UsageError(f"{operation.name} takes no body, so extra_body= cannot be sent")
    kwargs = operation.get_kwargs(**given)
    headers = {**kwargs.get("headers", {}), **(options.get("extra_headers") or {})}
    if any(str(name).lower() == "authorization" for name in headers):
        raise UsageError("the key goes into api_key=, not into extra_headers=")
    return PreparedRequest(
        operation=operation.name,
        method=kwargs["method"],
        url=kwargs["url"],
        params={**kwargs.get("params", {}), **query, **(options.get("extra_query") or {})},
        headers=headers,
        json=kwargs.get("json"),
        repeatable=operation.repeatable,
        keyed=operation.idempotency_key,
        authenticated=operation.authenticated,
    )


def known_options(what: str, options: Mapping[str, object], *, create: bool = False) -> None:
    """Refuse a misspelt argument: methods collect what they do not know as options.

    Raises:
        UsageError: There is one.
    """
    allowed = CreateOptions if create else RequestOptions
    for name in options:
        if name not in allowed.__optional_keys__:
            known = ", ".join(sorted(allowed.__optional_keys__))
            raise UsageError(
                f"{what} has no argument {one_line(name, 60)!r}; beside its own it takes: {known}"
            )


def with_query(request: PreparedRequest, **params: object) -> PreparedRequest:
    """The same request with query parameters replaced."""
    return request._replace(params={**request.params, **params})


def with_header(request: PreparedRequest, name: str, value: str) -> PreparedRequest:
    """The same request with one more header."""
    return request._replace(headers={**request.headers, name: value})


def _checked(operation: "Operation[object]", name: str, value: object, *, own: bool) -> object:
    if operation.arguments.get(name) == "path":
        return _path_id(name, value, operation.bounds.get(name))
    bound = operation.bounds[name]
    if bound.kind == "array":
        return _checked_items(name, value, bound, own=own)
    if bound.format == "uuid":
        return resource_id(value, name)
    if bound.format == "date":
        return utc_day(value, name).isoformat()
    if bound.choices and isinstance(value, str) and value not in bound.choices:
        raise UsageError(
            f"{name} must be one of {', '.join(bound.choices)}, not {one_line(value, 40)!r}"
        )
    if isinstance(value, str):
        _between(name, len(value), bound.min_length, bound.max_length, "characters")
    elif isinstance(value, int) and not isinstance(value, bool):
        _between(name, value, bound.minimum, bound.maximum, "")
    return value


def _checked_items(name: str, value: object, bound: "Bound", *, own: bool) -> list[object]:
    """The items of a list; ids are checked when they are the caller's own and not the server's."""
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Sequence):
        raise UsageError(f"{name} must be a list, not {type(value).__name__}")
    _between(name, len(value), bound.min_items, bound.max_items, "items")
    for item in value:
        if isinstance(item, int) and not isinstance(item, bool):
            _between(f"each of {name}", item, bound.item_minimum, bound.item_maximum, "")
    if own and bound.format == "uuid":
        return [resource_id(item, f"each of {name}") for item in value]
    return list(value)


def _between(name: str, value: int, least: int | None, most: int | None, unit: str) -> None:
    if (least is None or value >= least) and (most is None or value <= most):
        return
    if least is not None and most is not None:
        allowed = f"between {least} and {most}"
    else:
        allowed = f"at least {least}" if least is not None else f"at most {most}"
    raise UsageError(f"{name} must be {allowed}{' ' + unit if unit else ''}, not {value}")


def _path_id(name: str, value: object, bound: "Bound | None") -> str:
    if bound is not None and bound.format == "uuid":
        return resource_id(value, name)
    text = str(value)
    # httpx collapses dot segments, so such an id would reach another endpoint.
    if text in ("", ".", ".."):
        raise UsageError(f"{name} must be an id, not {text!r}")
    return text


def resource_id(value: object, name: str = "id") -> str:
    """An id from the caller, as the lower-case UUID string that the API uses.

    Raises:
        UsageError: It is no UUID.
    """
    text = str(value).strip().lower()
    # Stricter than uuid.UUID(), which also takes braces, a urn: prefix and no hyphens at all.
    if _UUID.fullmatch(text):
        return text
    shown = repr(one_line(value, 60)) if isinstance(value, str) else type(value).__name__
    raise UsageError(
        f"{name} must be a UUID such as 3c90c3cc-0d44-4b50-8888-8dd25736052a, not {shown}"
    )


def resource_ids(values: Iterable[object], name: str) -> Iterator[str]:
    """Any number of ids from the caller, checked as they are asked for.

    Raises:
        UsageError: It is no list of them.
    """
    return (resource_id(one, name) for one in several(values))
