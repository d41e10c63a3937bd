# Derived from ../_async/deltas.py by scripts/unasync.py; change that file instead.
"""The deltas job: it fetches the view deltas of any number of videos."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from creatoraudit_api import operations as api

from .._core.options import RequestCounter, RequestOptions
from .._core.response import RawResponse, Reply
from .._results.batch import chunks, once
from .._results.deltas import GET_BATCH, VideoDeltas, checked_windows, read_deltas
from ..errors import UsageError
from .batch import Parts

if TYPE_CHECKING:
    from creatoraudit_api.operations import Operation

    from .operations import Operations

Via: TypeAlias = Literal["post", "get"]


class DeltasJob:
    """Fetches view deltas with one operation and one set of windows."""

    def __init__(
        self, operations: Operations, windows: Iterable[int], via: Via, options: RequestOptions
    ) -> None:
        if via not in ("post", "get"):
            raise UsageError(f"via must be post or get, not {via!r:.40}")
        self._operation: Operation[Any] = (
            api.batch_video_deltas if via == "post" else api.get_video_deltas
        )
        self.windows = checked_windows(windows, self._operation.bounds["windows"])
        most = self._operation.batch_size or GET_BATCH
        self.size = most if via == "post" else min(most, GET_BATCH)
        self._operations = operations
        self._options = options

    def ask(self, ids: Sequence[str], counter: RequestCounter | None = None) -> VideoDeltas:
        """Send one request for these ids, which must fit into it."""

        def read(payload: Any, _: RawResponse) -> VideoDeltas:
            return read_deltas(payload, ids, self.windows)

        arguments = {"video_ids": ids, "windows": self.windows}
        reply: Reply[VideoDeltas] = self._operations.invoke(
            self._operation, arguments, self._options, read=read, counter=counter
        )
        return reply.value

    def stream(self, ids: Iterable[str]) -> Parts[VideoDeltas]:
        """Yield one `VideoDeltas` per request, in the order of the ids."""
        return Parts(
            ((part, self.ask) for part in chunks(once(ids), self.size)),
            concurrency=self._operations.side_by_side(),
            repeatable=True,
        )

    def fetch(self, ids: Iterable[str]) -> VideoDeltas:
        """Fetch the deltas of all ids as one `VideoDeltas`."""
        return self.stream(ids).collect(lambda parts: VideoDeltas.merged(parts, self.windows))
