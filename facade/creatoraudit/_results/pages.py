"""Pages of a list, and the walk from page to page with its loop guard. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from creatoraudit_api.types import JSON

from .._core import clock
from .._core.contract import Fault, contract_error
from .._core.pacing import server_time
from .._core.response import UNDECODABLE, RawResponse, decode_payload, fault_of
from ..errors import ContractError, PaginationError
from .tables import Origin, Result, Table, table_of

if TYPE_CHECKING:
    from creatoraudit_api.operations import Operation

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class PaginationState(Protocol):
    """The `pagination` member of a page envelope."""

    @property
    def has_next(self) -> bool: ...
    @property
    def next_cursor(self) -> str | None: ...
    @property
    def total_count(self) -> int | None: ...


class AppliedFilters(Protocol):
    """The `filters` member of a page envelope."""

    @property
    def additional_properties(self) -> Mapping[str, JSON]: ...


class PageOf(Protocol[T_co]):
    """A decoded page envelope of any list operation."""

    @property
    def data(self) -> Sequence[T_co]: ...
    @property
    def pagination(self) -> PaginationState: ...
    @property
    def filters(self) -> AppliedFilters | None: ...


class Page(Result, Generic[T]):
    """One page of a list. Iterate over it to get its items.

    Attributes:
        items: The items, in the order of the list.
        next_cursor: Cursor of the next page; None on the last page.
        has_next: Whether another page follows.
        total_count: Size of the whole list, if requested with `include_total=True`.
        filters: The filters and sort order that the server says it applied.
        request_id: `X-Request-ID` of the response.
    """

    __slots__ = (
        "_raw",
        "filters",
        "has_next",
        "items",
        "next_cursor",
        "request_id",
        "total_count",
    )

    def __init__(
        self,
        items: Sequence[T],
        *,
        next_cursor: str | None,
        has_next: bool,
        total_count: int | None,
        filters: Mapping[str, JSON],
        request_id: str | None,
    ) -> None:
        self.items = items
        self.next_cursor = next_cursor
        self.has_next = has_next
        self.total_count = total_count
        self.filters = filters
        self.request_id = request_id
        self._raw: RawPage[T] | None = None

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def _table(self) -> Table:
        return table_of(self.items) if self._raw is None else self._raw.table()

    def __repr__(self) -> str:
        return f"<Page of {len(self.items)} items, has_next={self.has_next}>"


# A longer cursor would not fit into a request.
CURSOR_BYTES = 8_000
# Ends an endless list with ever new cursors: so many pages may pass without a new item.
REPEATED_PAGES = 100
RECENT_ITEMS = 1_000


class Walk:
    """One walk through a list: its current cursor, and the guard against endless lists."""

    def __init__(self, operation: str, cursor: str | None) -> None:
        self.cursor = cursor
        self.ended = False
        self._operation = operation
        # Hashes, so that a walk over a million items stays small.
        self._followed = set() if cursor is None else {hash(cursor)}
        self._recent: dict[int, None] = {}
        self._repeated = 0

    def move(self, payload: object, request_id: str | None) -> None:
        """Move to the next cursor that a page names. Its items may be decoded later.

        Raises:
            ContractError: The page does not say whether or where another page follows.
            PaginationError: The cursor was already followed, or many pages had no new item.
        """
        content = payload if isinstance(payload, dict) else {}
        position = content.get("pagination")
        has_next = position.get("has_next") if isinstance(position, dict) else None
        if not isinstance(position, dict) or not isinstance(has_next, bool):
            fault = Fault("$.pagination.has_next", "is not a boolean")
            raise contract_error(self._operation, fault, request_id)
        self.ended = not has_next
        if self.ended:
            return
        following = position.get("next_cursor")
        if not isinstance(following, str) or not following:
            fault = Fault("$.pagination.next_cursor", "is missing although has_next is true")
            raise contract_error(self._operation, fault, request_id)
        if what := _unusable(following):
            fault = Fault("$.pagination.next_cursor", what)
            raise contract_error(self._operation, fault, request_id)
        if hash(following) in self._followed:
            raise PaginationError(
                f"{self._operation}: the response repeats a cursor that was already followed,"
                " so the list would never end; start again, and report it if it happens again",
                request_id=request_id,
            )
        if not self._look(content.get("data")):
            raise PaginationError(
                f"{self._operation}: the last {REPEATED_PAGES} pages had no new item, so the list"
                " would never end; start again, and report it if it happens again",
                request_id=request_id,
            )
        self._followed.add(hash(following))
        self.cursor = following

    def _look(self, items: object) -> bool:
        """Whether the walk still finds new items; a few empty pages are allowed."""
        seen = [_identity(item) for item in items] if isinstance(items, list) else []
        new = not self._recent.keys() >= set(seen)
        self._repeated = 0 if new else self._repeated + 1
        for one in seen:
            self._recent.pop(one, None)
            self._recent[one] = None
        too_many = len(self._recent) - max(RECENT_ITEMS, len(seen))
        for one in list(islice(self._recent, max(0, too_many))):
            del self._recent[one]
        return self._repeated < REPEATED_PAGES

    def back(self, cursor: str | None) -> None:
        """Undo the last move, back to `cursor`, so that its page is fetched again."""
        if not self.ended:
            self._followed.discard(hash(self.cursor))
        self.cursor, self.ended = cursor, False


def _unusable(cursor: str) -> str | None:
    """Why a cursor cannot be sent back; None if it can."""
    try:
        size = len(cursor.encode())
    except UnicodeEncodeError:
        return "is not text that can be sent back"
    return f"is longer than {CURSOR_BYTES:,} bytes" if size > CURSOR_BYTES else None


def _identity(item: object) -> int:
    """A hash that identifies an item within its list."""
    identity = item.get("id") if isinstance(item, dict) else None
    return hash(identity if isinstance(identity, str) else repr(item))


class RawPage(Generic[T]):
    """A page whose items are still JSON, so that the walk need not wait for decoding.

    Attributes:
        size: Number of items.
        arrived: When the page arrived, in seconds since the epoch.
    """

    __slots__ = ("_at", "_operation", "_payload", "_sent", "arrived", "size")

    def __init__(
        self, operation: Operation[PageOf[T]], sent: RawResponse, payload: Any, at: str | None
    ) -> None:
        self._operation = operation
        self._sent = sent.without_body()
        self._payload = payload
        self._at = at
        self.arrived = clock.wall()
        items = payload.get("data") if isinstance(payload, dict) else None
        self.size = len(items) if isinstance(items, list) else 0

    @property
    def sent_at(self) -> float:
        """The server's time in seconds since the epoch when it sent the page; ours if not sent."""
        return server_time(self._sent.headers)

    @property
    def total_count(self) -> object:
        """Size of the whole list, if the response has it."""
        return self._payload["pagination"].get("total_count")

    def applied(self, name: str) -> object:
        """The value of a filter that the server says it applied; None if it does not say."""
        filters = self._payload.get("filters")
        return filters.get(name) if isinstance(filters, dict) else None

    @property
    def origin(self) -> Origin:
        """The response that the page came from."""
        return Origin(self._operation.name, self._sent.request_id, self._at)

    def items(self) -> list[RawItem[T]]:
        """Return the items undecoded, for a job that decodes only a few.

        Raises:
            ContractError: An item is not an object with an id. `resume_cursor` is the page's.
        """
        page = RawPage(self._operation, self._sent, {**self._payload, "data": []}, self._at)
        return [RawItem(item, position, page) for position, item in enumerate(self.rows())]

    def rows(self) -> list[Mapping[str, Any]]:
        """Return the items as JSON.

        Raises:
            ContractError: An item is not an object with an id. `resume_cursor` is the page's.
        """
        items: list[Mapping[str, Any]] = self._payload.get("data")
        fault = _fault_in(items)
        if fault is not None:
            error = contract_error(self._operation.name, fault, self._sent.request_id)
            error.resume_cursor = self._at
            raise error
        return items

    def page(self) -> Page[T]:
        """Decode the page.

        Raises:
            ContractError: It does not follow the contract. `resume_cursor` is the page's.
        """
        try:
            reply = decode_payload(self._operation, self._sent, self._payload)
        except ContractError as error:
            error.resume_cursor = self._at
            raise
        envelope, pagination = reply.value, reply.value.pagination
        page = Page(
            items=envelope.data,
            next_cursor=pagination.next_cursor if pagination.has_next else None,
            has_next=pagination.has_next,
            total_count=pagination.total_count,
            filters=envelope.filters.additional_properties if envelope.filters else {},
            request_id=reply.request_id,
        )
        page._raw = self
        return page

    def table(self) -> Table:
        """Return the items as rows with columns."""
        return Table.of(self._operation.item, self._payload["data"], self.origin)

    def decode(self, item: RawItem[T]) -> T:
        """Decode one item of the page."""
        try:
            decoded: T = self._operation.decode_item(item.json)
        except UNDECODABLE as error:
            payload = {**self._payload, "data": [item.json]}
            fault = fault_of(self._operation, self._sent.status_code, payload, error)
        else:
            return decoded
        path = fault.path.replace("[0]", f"[{item.position}]", 1)
        raise contract_error(self._operation.name, Fault(path, fault.what), self._sent.request_id)


def _fault_in(items: object) -> Fault | None:
    if not isinstance(items, list):
        return Fault("$.data", "is missing or not a list")
    for position, item in enumerate(items):
        if not isinstance(item, dict):
            return Fault(f"$.data[{position}]", "is not an object")
        if not isinstance(item.get("id"), str):
            return Fault(f"$.data[{position}].id", "is missing or not a string")
    return None


class RawItem(Generic[T]):
    """An undecoded item of a page.

    Attributes:
        json: The item, an object whose `id` is a string.
        position: Position on the page, from 0.
    """

    __slots__ = ("_page", "json", "position")

    def __init__(self, json: Mapping[str, Any], position: int, page: RawPage[T]) -> None:
        self.json = json
        self.position = position
        self._page = page

    def decode(self) -> T:
        """Decode the item.

        Raises:
            ContractError: It does not follow the contract.
        """
        return self._page.decode(self)
