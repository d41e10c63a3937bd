# Derived from ../_async/deltas.py by scripts/unasync.py; change that file instead.
"""View deltas of any number of videos."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

from creatoraudit_api import operations

from .._core.contract import Fault, contract_error
from .._core.options import RequestCounter, RequestOptions
from .._core.request import prepare
from .._core.response import payload_of
from .._results.deltas import GET_BATCH, VideoDeltas, checked_windows, read_deltas
from ..errors import UsageError
from .batch import Mapped, Parts

if TYPE_CHECKING:
    from creatoraudit_api.operations import Operation

    from .sender import Sender

Via: TypeAlias = Literal["post", "get"]


class DeltasJob:
    """How deltas are asked: over which operation, for which windows."""

    def __init__(
        self, sender: Sender, windows: Iterable[int], via: Via, options: RequestOptions
    ) -> None:
        if via not in ("post", "get"):
            raise UsageError(f"via must be post or get, not {via!r:.40}")
        self._operation: Operation[object] = (
            operations.batch_video_deltas if via == "post" else operations.get_video_deltas
        )
        bounds = self._operation.bounds["windows"]
        self.windows = checked_windows(
            windows, bounds.item_minimum or 1, bounds.item_maximum or 365, bounds.max_items or 10
        )
        most = self._operation.batch_size or GET_BATCH
        self.size = most if via == "post" else min(most, GET_BATCH)
        self._core = sender
        self._options = options

    def ask(
        self, ids: Sequence[str], counter: RequestCounter | None = None
    ) -> tuple[dict[str, dict[str, int | None]], list[str]]:
        """Ask about as many ids as fit into one request."""
        arguments = {"video_ids": ids, "windows": self.windows}
        request = prepare(self._operation, arguments, self._options)
        sent = self._core.send(request, self._options, counter)
        try:
            return read_deltas(payload_of(request.operation, sent), ids, self.windows)
        except Fault as found:
            fault = found
        raise contract_error(request.operation, fault, sent.request_id)

    def stream(self, ids: Iterable[str]) -> Iterator[VideoDeltas]:
        """One `VideoDeltas` per request, in the order of the ids."""
        concurrency = self._core.settings.concurrency
        parts = Parts(self.ask, ids, size=self.size, concurrency=concurrency)
        return Mapped(parts, lambda part: self._deltas(*part[1]))

    def _deltas(
        self, found: Mapping[str, Mapping[str, int | None]], not_found: Iterable[str]
    ) -> VideoDeltas:
        return VideoDeltas(found, self.windows, not_found=tuple(not_found))

    def all(self, ids: Iterable[str]) -> VideoDeltas:
        """All of them in one `VideoDeltas`."""
        by_id: dict[str, Mapping[str, int | None]] = {}
        missing: list[str] = []
        for part in self.stream(ids):
            by_id.update(part.by_id)
            missing.extend(part.not_found)
        return VideoDeltas(by_id, self.windows, not_found=tuple(missing))
