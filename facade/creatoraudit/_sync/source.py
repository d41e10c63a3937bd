# Derived from ../_async/source.py by scripts/unasync.py; change that file instead.
"""Fetching single pages of one list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from .._core.options import RequestCounter, RequestOptions
from .._core.request import PreparedRequest, with_query
from .._core.response import payload_of
from .._results.pages import Page, PageOf, RawPage, Walk
from ..errors import ContractError, CreatorAuditError

if TYPE_CHECKING:
    from creatoraudit_api.operations import Operation

    from .sender import Sender

T = TypeVar("T")


class PageFetcher(Generic[T]):
    """Fetches single pages of one list."""

    def __init__(
        self,
        sender: Sender,
        operation: Operation[PageOf[T]],
        request: PreparedRequest,
        options: RequestOptions,
        cursor: str | None,
    ) -> None:
        self.operation = operation
        self._core = sender
        self._wire = request
        self._options = options
        self._cursor = cursor

    def walk(self) -> Walk:
        """The state of a new walk, for `fetch`."""
        return Walk(self.operation.name, self._cursor)

    def fetch(self, walk: Walk, counter: RequestCounter | None = None) -> Page[T]:
        """The page where `walk` stands; moves it on, unless the page cannot be decoded."""
        at = walk.cursor
        raw = self.receive(walk, counter)
        try:
            return raw.page()
        except ContractError:
            walk.back(at)
            raise

    def receive(self, walk: Walk, counter: RequestCounter | None) -> RawPage[T]:
        """The page where `walk` stands, not yet decoded; moves it on."""
        at = walk.cursor
        request = self._wire if at is None else with_query(self._wire, cursor=at)
        try:
            sent = self._core.send(request, self._options, counter)
            payload = payload_of(request.operation, sent)
            raw = RawPage(self.operation, sent, payload, at)
            try:
                walk.move(payload, sent.request_id)
            except ContractError:
                raw.page()  # where more is wrong than the position, that is said first
                raise
        except CreatorAuditError as error:
            error.resume_cursor = at
            raise
        return raw

    def count(self) -> int | None:
        """The size of the whole list."""
        request = with_query(self._wire, include_total=True, limit=1)
        reply = self._core.call(self.operation, request, self._options, None)
        return reply.value.pagination.total_count
