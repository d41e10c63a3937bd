"""Windowed totals of any number of resources."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from attrs import evolve

from .._core.contract import Fault, contract_error
from .._core.options import RequestOptions
from .._core.request import prepare
from .._core.response import payload_of
from .._results.metrics import Metrics, Totals, read_totals
from .batch import AsyncMapped, AsyncParts

if TYPE_CHECKING:
    from creatoraudit_api.operations import Operation

    from .sender import AsyncSender

Id = TypeVar("Id", str, int)


class AsyncMetricsJob:
    """How totals are asked: over which operation and id list, for which period."""

    def __init__(
        self,
        sender: AsyncSender,
        operation: Operation[object],
        id_list: str,
        period: Mapping[str, object],
        options: RequestOptions,
    ) -> None:
        self._core = sender
        self._operation = operation
        self._id_list = id_list
        self._period = period
        self._options = options

    async def _ask(self, ids: Sequence[Id]) -> Totals[Id]:
        arguments = {**self._period, self._id_list: ids}
        request = prepare(self._operation, arguments, self._options)
        sent = await self._core.send(request, self._options)
        try:
            return read_totals(payload_of(request.operation, sent), ids)
        except Fault as found:
            fault = found
        raise contract_error(request.operation, fault, sent.request_id)

    def parts(self, ids: Iterable[Id]) -> AsyncIterator[Totals[Id]]:
        """The answers, in the order of the ids."""
        size = self._operation.batch_size or 1
        concurrency = self._core.settings.concurrency
        parts = AsyncParts(self._ask, ids, size=size, concurrency=concurrency)
        return AsyncMapped(parts, lambda part: part[1])

    def stream(self, ids: Iterable[str]) -> AsyncIterator[Metrics]:
        """One `Metrics` per request, in the order of the ids."""
        return AsyncMapped(self.parts(ids), _metrics)

    async def all(self, ids: Iterable[str]) -> Metrics:
        """All of them in one `Metrics`."""
        merged = Metrics()
        by_id = dict(merged.by_id)
        missing: list[str] = []
        async for part in self.stream(ids):
            by_id.update(part.by_id)
            missing.extend(part.not_found)
            merged = part
        return evolve(merged, by_id=by_id, not_found=tuple(missing))


def _metrics(part: Totals[str]) -> Metrics:
    return Metrics(
        by_id=part.found,
        period=part.text("period"),
        start_date=part.text("start_date"),
        end_date=part.text("end_date"),
        days=part.number("days"),
        not_found=tuple(part.not_found),
    )
