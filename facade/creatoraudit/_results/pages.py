"""Pages and the guards of a walk over them, without I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from creatoraudit_api.types import JSON

from .._core.contract import Fault, contract_error
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
    """A decoded page envelope, of whichever operation."""

    @property
    def data(self) -> Sequence[T_co]: ...
    @property
    def pagination(self) -> PaginationState: ...
    @property
    def filters(self) -> AppliedFilters | None: ...


class Page(Result, Generic[T]):
    """One page of a list; iterate over it for its items.

    Attributes:
        items: The items, in the order of the list.
        next_cursor: Cursor of the following page; None on the last one.
        has_next: Whether another page follows.
        total_count: Size of the whole list, if it was asked for with `include_total=True`.
        filters: The filters and sort the server says it applied.
        request_id: `X-Request-ID` of the answer.
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


# A cursor is a position in a list; one that is longer would not fit into a request.
CURSOR_BYTES = 8_000
# An endless list that makes up new cursors ends after so many pages without a new item.
REPEATED_PAGES = 100
RECENT_ITEMS = 1_000


class Walk:
    """One walk from cursor to cursor: where it is, and whether it may go on."""

    def __init__(self, operation: str, cursor: str | None) -> None:
        self.cursor = cursor
        self.ended = False
        self._operation = operation
        # Hashes, so that a walk over a million items stays small.
        self._followed = set() if cursor is None else {hash(cursor)}
        self._recent: dict[int, None] = {}
        self._repeated = 0

    def move(self, payload: object, request_id: str | None) -> None:
        """Move on to where an answer points. Its items may be looked at later.

        Raises:
            ContractError: It does not say whether a page follows, or not where.
            PaginationError: It leads back to a page the walk has seen, or to nothing new for long.
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
                f"{self._operation}: the answer repeats a cursor this walk has followed,"
                " so it would never end; start again, and report it if it stays",
                request_id=request_id,
            )
        if not self._look(content.get("data")):
            raise PaginationError(
                f"{self._operation}: the last {REPEATED_PAGES} pages had no new item, so the list"
                " would never end; start again, and report it if it stays",
                request_id=request_id,
            )
        self._followed.add(hash(following))
        self.cursor = following

    def _look(self, items: object) -> bool:
        """Whether the walk still comes to new items, an empty page now and then included."""
        seen = [_identity(item) for item in items] if isinstance(items, list) else []
        new = not self._recent.keys() >= set(seen)
        self._repeated = 0 if new else self._repeated + 1
        for one in seen:
            self._recent.pop(one, None)
            self._recent[one] = None
        for one in list(self._recent)[: -max(RECENT_ITEMS, len(seen))]:
            del self._recent[one]
        return self._repeated < REPEATED_PAGES

    def back(self, cursor: str | None) -> None:
        """Take back the last move, away from `cursor`: the page there is due once more."""
        if not self.ended:
            self._followed.discard(hash(self.cursor))
        self.cursor, self.ended = cursor, False


def _unusable(cursor: str) -> str | None:
    """Why a cursor cannot be sent back; None when it can."""
    try:
        size = len(cursor.encode())
    except UnicodeEncodeError:
        return "is not a text that can be sent back"
    return f"is longer than {CURSOR_BYTES:,} bytes" if size > CURSOR_BYTES else None


def _identity(item: object) -> int:
    """A number that tells an item from the others of its list."""
    identity = item.get("id") if isinstance(item, dict) else None
    return hash(identity if isinstance(identity, str) else repr(item))


class RawPage(Generic[T]):
    """An answer with a page whose items are still JSON: the walk need not wait for their decoding.

    Attributes:
        size: How many items it has.
    """

    __slots__ = ("_at", "_operation", "_payload", "_sent", "size")

    def __init__(
        self, operation: Operation[PageOf[T]], sent: RawResponse, payload: Any, at: str | None
    ) -> None:
        self._operation = operation
        self._sent = sent.without_body()
        self._payload = payload
        self._at = at
        items = payload.get("data") if isinstance(payload, dict) else None
        self.size = len(items) if isinstance(items, list) else 0

    @property
    def total_count(self) -> object:
        """Size of the whole list, if the answer says."""
        return self._payload["pagination"].get("total_count")

    def applied(self, name: str) -> object:
        """The value of a filter, as the server says it applied it; None if it does not say."""
        filters = self._payload.get("filters")
        return filters.get(name) if isinstance(filters, dict) else None

    def items(self) -> list[RawItem[T]]:
        """Its items, for a job that needs few of them decoded.

        Raises:
            ContractError: One is not an object with an id; `resume_cursor` leads back to the page.
        """
        items = self._payload.get("data")
        fault = _fault_in(items)
        if fault is not None:
            error = contract_error(self._operation.name, fault, self._sent.request_id)
            error.resume_cursor = self._at
            raise error
        page = RawPage(self._operation, self._sent, {**self._payload, "data": []}, self._at)
        return [RawItem(item, position, page) for position, item in enumerate(items)]

    def page(self) -> Page[T]:
        """Decode it.

        Raises:
            ContractError: It does not keep the contract; `resume_cursor` leads back to it.
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
        """Its items as rows with columns."""
        origin = Origin(self._operation.name, self._sent.request_id, self._at)
        return Table.of(self._operation.item, self._payload["data"], origin)

    def decode(self, item: RawItem[T]) -> T:
        """Decode one of its items."""
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
        return Fault("$.data", "is missing or no list")
    for position, item in enumerate(items):
        if not isinstance(item, dict):
            return Fault(f"$.data[{position}]", "is not an object")
        if not isinstance(item.get("id"), str):
            return Fault(f"$.data[{position}].id", "is missing or no string")
    return None


class RawItem(Generic[T]):
    """An item as its page brought it.

    Attributes:
        json: The item, an object with a text as `id`.
        position: Its place on the page.
    """

    __slots__ = ("_page", "json", "position")

    def __init__(self, json: Mapping[str, Any], position: int, page: RawPage[T]) -> None:
        self.json = json
        self.position = position
        self._page = page

    def decode(self) -> T:
        """Decode it.

        Raises:
            ContractError: It does not keep the contract.
        """
        return self._page.decode(self)
