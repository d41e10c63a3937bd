"""Fetching single pages of one list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from .._core.options import RequestOptions, Tally
from .._core.request import Wire, with_query
from .._core.response import payload_of
from .._results.pages import Arrival, Page, PageOf, Walk
from ..errors import ContractError, CreatorAuditError

if TYPE_CHECKING:
    from creatoraudit_api.operations import Operation

    from .sender import AsyncCore

T = TypeVar("T")


class AsyncPageSource(Generic[T]):
    """Fetches single pages of one list."""

    def __init__(
        self,
        core: AsyncCore,
        operation: Operation[PageOf[T]],
        wire: Wire,
        options: RequestOptions,
        cursor: str | None,
    ) -> None:
        self.operation = operation
        self._core = core
        self._wire = wire
        self._options = options
        self._cursor = cursor

    def walk(self) -> Walk:
        """The state of a new walk, for `fetch`."""
        return Walk(self.operation.name, self._cursor)

    async def fetch(self, walk: Walk, tally: Tally | None = None) -> Page[T]:
        """The page where `walk` stands; moves it on, unless the page cannot be decoded."""
        at = walk.cursor
        arrival = await self.receive(walk, tally)
        try:
            return arrival.page()
        except ContractError:
            walk.back(at)
            raise

    async def receive(self, walk: Walk, tally: Tally | None) -> Arrival[T]:
        """The page where `walk` stands, not yet decoded; moves it on."""
        at = walk.cursor
        wire = self._wire if at is None else with_query(self._wire, cursor=at)
        try:
            sent = await self._core.send(wire, self._options, tally)
            payload = payload_of(wire.operation, sent)
            arrival = Arrival(self.operation, sent, payload, at)
            try:
                walk.move(payload, sent.request_id)
            except ContractError:
                arrival.page()  # where more is wrong than the position, that is said first
                raise
        except CreatorAuditError as error:
            error.resume_cursor = at
            raise
        return arrival

    async def count(self) -> int | None:
        """The size of the whole list."""
        wire = with_query(self._wire, include_total=True, limit=1)
        reply = await self._core.call(self.operation, wire, self._options, None)
        return reply.value.pagination.total_count
