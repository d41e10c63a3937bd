"""What every operation is given and gives back, and how a list becomes a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import urlencode

from .._types import Json, JsonObject
from ..cursors import Cursors
from ..keys import ApiKey
from ..problems import Problem, invalid
from ..store import Listing, Store
from ..texts import Body, Posts, Text, listed
from ..world import PLATFORMS


@dataclass
class Call:
    """A checked request: everything an operation may look at.

    ``operation`` is its method and path as in the table of routes, ``sent`` the query parameters as
    they came in.
    """

    store: Store
    posts: Posts
    cursors: Cursors
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

    def text(self, name: str) -> str | None:
        """A query parameter that is a string."""
        value = self.query.get(name)
        return value if isinstance(value, str) else None

    def integer(self, name: str) -> int:
        """A query parameter that is a number and has a default."""
        value = self.query[name]
        assert isinstance(value, int)
        return value

    def flag(self, name: str) -> bool | None:
        """A query parameter that is true or false."""
        value = self.query.get(name)
        return value if isinstance(value, bool) else None


@dataclass
class Result:
    """An answer before it is written: status, JSON body (None for no body) and its own headers."""

    body: Body = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Handler: TypeAlias = Callable[[Call], Result]


@dataclass(frozen=True)
class Sorting:
    """What a list can be sorted by, the default first."""

    keys: Sequence[str]
    descending: bool = True

    def chosen(self, call: Call) -> tuple[str, bool]:
        """The sort in force: order_by beats sort, and without either the default stands."""
        direction = call.text("order_direction")
        if name := call.text("order_by"):
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
    """The filters of a list: values for the store, and their echo for the caller."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.values: dict[str, str | int] = {}
        self.echo: JsonObject = {}

    def add(self, name: str, value: str | int) -> None:
        """Filter by this value if the parameter was given."""
        given = self._call.query.get(name)
        if given is not None:
            self.echo[name] = given
            self.values[name] = value

    def platform(self) -> None:
        """One platform only."""
        platform = self._call.text("platform")
        if platform is not None:
            self.add("platform", PLATFORMS.index(platform))

    def is_active(self) -> None:
        """Active or paused."""
        self.add("is_active", int(bool(self._call.flag("is_active"))))

    def text(self) -> None:
        """The text of q, regardless of case."""
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
    after = None if cursor is None else call.cursors.read(cursor, binding)
    limit = call.integer("limit")
    rows, last = call.store.page(listing, after, limit)
    next_cursor = None if last is None else call.cursors.write(last, binding)
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


def single(body: JsonObject | Text) -> Result:
    """A resource in the documented envelope."""
    return Result({"data": body})


def created(body: JsonObject | Text, location: str) -> Result:
    """A new resource with the place it is found at."""
    return Result({"data": body}, status=201, headers={"Location": location})


def strings(value: Json) -> list[str]:
    """A checked list of strings."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def integers(value: Json) -> list[int]:
    """A checked list of whole numbers; JSON Schema counts 7.0 as one."""
    if not isinstance(value, list):
        return []
    return [int(item) for item in value if isinstance(item, int | float)]


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


def conflict(detail: str) -> Problem:
    """The 409 of a state that does not allow a change."""
    return Problem("CONFLICT", detail)
