"""The base of all handlers: calls, results, and pages of lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, TypeAlias
from urllib.parse import urlencode

from .._types import Json, JsonObject
from ..database import Row
from ..keys import ApiKey
from ..organizations import Organization
from ..problems import Problem, invalid, not_found
from ..store import Listing, Store
from ..texts import Body, Posts, Text, listed
from ..world import PLATFORMS

# Items of a page if the document has no default, and if it has no maximum.
_PAGE_SIZE: Final = 50
_MOST_ITEMS: Final = 1000
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}")
_FLAGS: Final[Mapping[str | bool, bool]] = {True: True, False: False, "true": True, "false": False}


@dataclass
class Call:
    """A validated request, as handlers receive it.

    ``operation`` is its method and path as in the table of routes, ``sent`` the query parameters as
    they came in.
    """

    organization: Organization
    operation: str
    url: str
    base_url: str
    now: int
    path: Mapping[str, str]
    query: JsonObject
    sent: Mapping[str, list[str]]
    body: JsonObject
    key: ApiKey | None = None
    account_quota: int | None = None

    @cached_property
    def store(self) -> Store:
        """The store of the organization, up to date."""
        store = self.organization.store
        store.refreshes.catch_up(self.now)
        return store

    @property
    def posts(self) -> Posts:
        """The organization's posts as JSON texts, up to date."""
        self.store  # noqa: B018 - refreshes that are due come first
        return self.organization.posts

    def text(self, name: str) -> str | None:
        """A query parameter that is a string."""
        value = self.query.get(name)
        return value if isinstance(value, str) else None

    def integer(self, name: str, default: int) -> int:
        """A query parameter that is a number."""
        return (integers(self.query.get(name)) or [default])[0]

    def required(self, name: str) -> Json:
        """A member of the body; 422 if it is missing, even where the document allows that."""
        value = self.body.get(name)
        if value is None:
            raise invalid(name, "is required")
        return value

    def flag(self, name: str) -> bool | None:
        """A query parameter that is true or false."""
        value = self.query.get(name)
        return _FLAGS.get(value) if isinstance(value, str | bool) else None


@dataclass
class Result:
    """The result of an operation: status, JSON body (None for no body) and headers."""

    body: Body = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Handler: TypeAlias = Callable[[Call], Result]


@dataclass(frozen=True)
class Sorting:
    """The sort keys of a list, the default first."""

    keys: Sequence[str]
    descending: bool = True

    def chosen(self, call: Call) -> tuple[str, bool]:
        """The sort to use: order_by, else sort, else the default."""
        direction = call.text("order_direction")
        name = call.text("order_by")
        if name is not None and name not in self.keys:
            raise invalid("order_by", f"must be one of: {', '.join(self.keys)}")
        if name is not None:
            return name, self.descending if direction is None else direction == "desc"
        if "sort" in call.sent and (sort := call.text("sort")) is not None:
            name = sort.removeprefix("-")
            if name not in self.keys:
                allowed = ", ".join(f"{key}, -{key}" for key in self.keys)
                raise invalid("sort", f"must be one of: {allowed}")
            return name, sort.startswith("-")
        name = self.keys[0]
        return name, self.descending if direction is None else direction == "desc"


class Filters:
    """The filters of a list: values for the store, and their echo in the response."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.values: dict[str, str | int] = {}
        self.echo: JsonObject = {}

    def add(self, name: str, value: str | int) -> None:
        """Add a filter if the parameter was given."""
        given = self._call.query.get(name)
        if given is not None:
            self.echo[name] = given
            self.values[name] = value

    def platform(self) -> None:
        """Filter by platform."""
        platform = self._call.text("platform")
        if platform is not None:
            self.add("platform", platform_index(platform))

    def is_active(self) -> None:
        """Filter by active or paused."""
        self.add("is_active", int(bool(self._call.flag("is_active"))))

    def text(self) -> None:
        """Filter by the text of q, ignoring case."""
        self.add("q", (self._call.text("q") or "").casefold())


def page(
    call: Call,
    table: str,
    filters: Filters,
    sorting: Sorting,
    show: Callable[[list[int]], list[bytes]],
) -> Result:
    """One page of a list in the documented envelope, with its Link header.

    ``show`` is given row numbers.
    """
    name, descending = sorting.chosen(call)
    direction = "desc" if descending else "asc"
    echo: JsonObject = {**filters.echo, "order_by": name, "order_direction": direction}
    listing = Listing(table, name, descending, filters.values)
    binding = f"{call.operation} {sorted(echo.items())!r}"
    cursor = call.text("cursor")
    after = None if cursor is None else call.organization.cursors.read(cursor, binding)
    limit = min(max(1, call.integer("limit", _PAGE_SIZE)), _MOST_ITEMS)
    rows, last = call.store.page(listing, after, limit)
    next_cursor = None if last is None else call.organization.cursors.write(last, binding)
    pagination: JsonObject = {
        "next_cursor": next_cursor,
        "has_next": next_cursor is not None,
        "limit": limit,
    }
    if call.flag("include_total"):
        pagination["total_count"] = call.store.count(listing)
    body: Body = {"data": listed(show(rows)), "pagination": pagination, "filters": echo}
    return Result(body, headers={"Link": _links(call, next_cursor)})


def _links(call: Call, next_cursor: str | None) -> str:
    kept = [(name, v) for name, values in call.sent.items() if name != "cursor" for v in values]

    def link(relation: str, *more: tuple[str, str]) -> str:
        query = urlencode([*kept, *more])
        return f'<{call.url}{"?" if query else ""}{query}>; rel="{relation}"'

    links = [link("first")]
    if next_cursor is not None:
        links.append(link("next", ("cursor", next_cursor)))
    return ", ".join(links)


def find(call: Call, table: str) -> Row:
    """The row that the path names; 404 if there is none."""
    one = table.removesuffix("s")
    row = call.store.get(table, call.path[f"{one}_id"].lower())
    if row is None:
        raise not_found(one.capitalize())
    return row


def single(body: JsonObject | Text) -> Result:
    """A resource in the documented envelope."""
    return Result({"data": body})


def created(body: JsonObject | Text, location: str) -> Result:
    """A 201 for a new resource, with its Location."""
    return Result({"data": body}, status=201, headers={"Location": location})


def strings(value: Json) -> list[str]:
    """A list of strings; a single string counts as a list of one."""
    return [
        item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)
    ]


def integers(value: Json) -> list[int]:
    """A list of whole numbers; JSON Schema counts 7.0 as one.

    Where the document gives no type for a query parameter, its values are still strings.
    """
    items = value if isinstance(value, list) else [value]
    return [
        int(item)
        for item in items
        if isinstance(item, int | float) or (isinstance(item, str) and _NUMBER.fullmatch(item))
    ]


def tags(body: JsonObject) -> Json:
    """The metadata of a body; 422 beyond 20 tags, or 255 characters in a key or value."""
    metadata = body.get("metadata")
    if not isinstance(metadata, dict):
        return None
    if len(metadata) > 20:
        raise invalid("metadata", "must have at most 20 keys")
    for key, value in metadata.items():
        if len(key) > 255 or (isinstance(value, str) and len(value) > 255):
            raise invalid("metadata", "must have keys and values of at most 255 characters")
    return metadata


def platform_index(name: Json) -> int:
    """The number of a platform; 422 for one that the sandbox does not support."""
    if name not in PLATFORMS:
        raise invalid("platform", f"must be one of: {', '.join(PLATFORMS)}")
    return PLATFORMS.index(name)


def conflict(detail: str) -> Problem:
    """A 409 for a state that does not allow a change."""
    return Problem("CONFLICT", detail)
