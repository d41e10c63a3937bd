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
from .batch import AsyncParts

if TYPE_CHECKING:
    from creatoraudit_api.operations import Operation

    from .operations import AsyncOperations

Via: TypeAlias = Literal["post", "get"]


class AsyncDeltasJob:
    """Fetches view deltas with one operation and one set of windows."""

    def __init__(
        self, operations: AsyncOperations, windows: Iterable[int], via: Via, options: RequestOptions
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

    async def ask(self, ids: Sequence[str], counter: RequestCounter | None = None) -> VideoDeltas:
        """Send one request for these ids, which must fit into it."""

        def read(payload: Any, _: RawResponse) -> VideoDeltas:
            return read_deltas(payload, ids, self.windows)

        arguments = {"video_ids": ids, "windows": self.windows}
        reply: Reply[VideoDeltas] = await self._operations.invoke(
            self._operation, arguments, self._options, read=read, counter=counter
        )
        return reply.value

    def stream(self, ids: Iterable[str]) -> AsyncParts[VideoDeltas]:
        """Yield one `VideoDeltas` per request, in the order of the ids."""
        return AsyncParts(
            ((part, self.ask) for part in chunks(once(ids), self.size)),
            concurrency=self._operations.side_by_side(),
            repeatable=True,
        )

    async def fetch(self, ids: Iterable[str]) -> VideoDeltas:
        """Fetch the deltas of all ids as one `VideoDeltas`."""
        return await self.stream(ids).collect(lambda parts: VideoDeltas.merged(parts, self.windows))
