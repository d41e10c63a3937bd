# Derived from ../_async/metrics.py by scripts/unasync.py; change that file instead.
"""The metrics job: it fetches the windowed totals of any number of resources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from .._core.options import RequestOptions
from .._core.response import RawResponse, Reply
from .._results.batch import chunks, once
from .._results.metrics import Metrics, Totals, read_totals
from .batch import Chunk, Parts

if TYPE_CHECKING:
    from creatoraudit_api.operations import Operation

    from .io import Function
    from .operations import Operations

T = TypeVar("T")
Id = TypeVar("Id", str, int)


class MetricsJob:
    """Fetches windowed totals with one operation, one id list and one period."""

    def __init__(
        self,
        operations: Operations,
        operation: Operation[Any],
        id_list: str,
        period: Mapping[str, object],
        options: RequestOptions,
    ) -> None:
        self._operations = operations
        self._operation = operation
        self._id_list = id_list
        self._period = period
        self._options = options

    def ask(self, ids: Sequence[Id]) -> Totals[Id]:
        """Send one request for these ids, which must fit into it."""

        def read(payload: Any, _: RawResponse) -> Totals[Id]:
            return read_totals(payload, ids)

        arguments = {**self._period, self._id_list: ids}
        reply: Reply[Totals[Id]] = self._operations.invoke(
            self._operation, arguments, self._options, read=read
        )
        return reply.value

    def chunks(self, ids: Iterable[Id], ask: Function[list[Any], T]) -> Iterable[Chunk[T]]:
        """Split the ids into requests and pair each part with the function that sends it."""
        return ((part, ask) for part in chunks(once(ids), self._operation.batch_size or 1))

    def stream(self, ids: Iterable[str]) -> Parts[Metrics]:
        """Yield one `Metrics` per request, in the order of the ids."""

        def ask(part: list[str]) -> Metrics:
            return Metrics.of(self.ask(part))

        return Parts(
            self.chunks(ids, ask), concurrency=self._operations.side_by_side(), repeatable=True
        )
