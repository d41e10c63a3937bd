# Derived from ../_async/ahead.py by scripts/unasync.py; change that file instead.
"""Reading ahead: pages of one or more walks, each fetched while the one before is worked on.

Only jobs that will need every page read ahead (breakouts, exports, `to_list`); iteration asks for a
page when it is needed and no earlier.
"""

from __future__ import annotations

from types import TracebackType
from typing import Generic, Self, TypeVar

from .._core.options import RequestCounter
from .._results.pages import RawPage, Walk
from .io import Channel, Pool, give_way
from .source import PageFetcher

T = TypeVar("T")

# Pages that wait to be worked on, per walk; more would only cost memory.
AHEAD = 2


class Prefetch(Generic[T]):
    """Follows walks side by side and hands out their pages in the order in which they arrive."""

    def __init__(self, walks: int) -> None:
        self._channel: Channel[RawPage[T] | BaseException | None] = Channel(AHEAD * walks)
        self._pool = Pool(walks)
        self._open = 0

    def __enter__(self) -> Self:
        self._pool.__enter__()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # Whoever leaves wants no more pages: what still waits to hand one over must not wait on.
        self._channel.close()
        self._pool.__exit__(exc_type, exc, traceback)

    def follow(
        self,
        source: PageFetcher[T],
        walk: Walk,
        counter: RequestCounter | None,
        most: int | None = None,
    ) -> None:
        """Begin to fetch the pages of a walk; with `most`, no more than hold that many items."""
        self._open += 1
        self._pool.start(self._read, source, walk, counter, most)
        give_way()

    def next(self) -> RawPage[T] | None:
        """The next page; None when every walk has ended. Raises what ended a walk early.

        It is left to the caller to decode it: the page after it is asked for meanwhile.
        """
        while self._open:
            raw = self._channel.get()
            if isinstance(raw, BaseException):
                raise raw
            if raw is not None:
                give_way()
                return raw
            self._open -= 1
        return None

    def _read(
        self,
        source: PageFetcher[T],
        walk: Walk,
        counter: RequestCounter | None,
        most: int | None,
    ) -> None:
        seen, wanted = 0, True
        try:
            while wanted and not walk.ended and (most is None or seen < most):
                raw = source.receive(walk, counter)
                seen += raw.size
                wanted = self._channel.put(raw)
        # Raised by `next`, which would wait for ever; a hook may call sys.exit().
        except (Exception, SystemExit, KeyboardInterrupt) as error:  # noqa: BLE001 - see above
            self._channel.put(error)
            return
        self._channel.put(None)
