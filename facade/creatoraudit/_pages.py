"""Pages and the guards of a walk over them, without I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from attrs import field, frozen

from ._contract import Fault
from ._reply import Reply, contract_error
from .errors import PaginationError

if TYPE_CHECKING:
    from creatoraudit_api.types import JSON

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Position(Protocol):
    """The `pagination` member of a page envelope."""

    @property
    def has_next(self) -> bool: ...
    @property
    def next_cursor(self) -> str | None: ...
    @property
    def total_count(self) -> int | None: ...


class Echo(Protocol):
    """The `filters` member of a page envelope."""

    @property
    def additional_properties(self) -> Mapping[str, JSON]: ...


class PageOf(Protocol[T_co]):
    """A decoded page envelope, of whichever operation."""

    @property
    def data(self) -> Sequence[T_co]: ...
    @property
    def pagination(self) -> Position: ...
    @property
    def filters(self) -> Echo | None: ...


@frozen
class Page(Generic[T]):
    """One page of a list.

    Attributes:
        items: The items, in the order of the list.
        next_cursor: Cursor of the following page; None on the last one.
        has_next: Whether another page follows.
        total_count: Size of the whole list, if it was asked for with `include_total=True`.
        filters: The filters and sort the server says it applied.
        request_id: `X-Request-ID` of the answer.
    """

    items: Sequence[T]
    next_cursor: str | None
    has_next: bool
    total_count: int | None
    filters: Mapping[str, JSON] = field(factory=dict)
    request_id: str | None = None


class Walk:
    """One walk from cursor to cursor: where it is, and whether it may go on."""

    def __init__(self, operation: str, cursor: str | None) -> None:
        self.cursor = cursor
        self.ended = False
        self._operation = operation
        # Hashes, so that a walk over a million items stays small.
        self._followed = set() if cursor is None else {hash(cursor)}

    def accept(self, reply: Reply[PageOf[T]]) -> Page[T]:
        """Take a page and move on to the next cursor.

        Raises:
            ContractError: It says that a page follows but not where.
            PaginationError: It leads back to a page the walk has seen.
        """
        envelope, request_id = reply.value, reply.request_id
        pagination = envelope.pagination
        # Objects: a wrong scalar is kept as it was sent.
        has_next: object = pagination.has_next
        cursor: object = pagination.next_cursor
        if not isinstance(has_next, bool):
            fault = Fault("$.pagination.has_next", "is no boolean")
            raise contract_error(self._operation, fault, request_id)
        following = cursor if has_next and isinstance(cursor, str) else None
        if has_next and not following:
            fault = Fault("$.pagination.next_cursor", "is missing although has_next is true")
            raise contract_error(self._operation, fault, request_id)
        page = Page(
            items=envelope.data,
            next_cursor=following,
            has_next=has_next,
            total_count=pagination.total_count,
            filters=envelope.filters.additional_properties if envelope.filters else {},
            request_id=request_id,
        )
        self.ended = not has_next
        if following is not None:
            if hash(following) in self._followed:
                raise PaginationError(
                    f"{self._operation}: the answer repeats a cursor this walk has followed,"
                    " so it would never end; start again, and report it if it stays",
                    request_id=request_id,
                )
            self._followed.add(hash(following))
            self.cursor = following
        return page
