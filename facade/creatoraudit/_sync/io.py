"""The few things that differ between an async client and a sync one, the sync half.

Sleeping, limiting time, and a pool of concurrent calls, over threads. The twin is `_io_async`;
everything above them is written once, in `_async`, and derived for sync by `scripts/unasync.py`.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import Any, Generic, Self, TypeAlias, TypeVar, TypeVarTuple, cast

from .._core import clock
from .._results.pages import Page
from .._results.tables import Table, Tabular, streamed

T = TypeVar("T")
A = TypeVar("A")
Ts = TypeVarTuple("Ts")
Function: TypeAlias = Callable[[A], T]


def sleep(seconds: float) -> None:
    """Wait, unless a test skips waits."""
    if not clock.skip(seconds):
        time.sleep(seconds)


def give_way() -> None:
    """Do nothing: a thread that sends goes on until it waits for the network."""


def off_loop(function: Callable[[*Ts], T], *args: *Ts) -> T:
    """Do a little blocking work; nothing else is held up here."""
    return function(*args)


class LoopGuard:
    """Anywhere: threads may share a client."""

    def check(self) -> None:
        """Do nothing."""


def time_limit(seconds: float) -> AbstractContextManager[object]:  # noqa: ARG001 - as its twin
    """Nothing: sync reads are limited by socket timeouts and by the deadline between chunks."""
    return nullcontext()


class ArrowSource(Tabular):
    """What a list is to a consumer of Arrow: a stream that is fetched while it is read."""

    _max_items: int | None
    pages: Callable[[], Iterator[Page[Any]]]
    _no_rows: Callable[[], Table]

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The stream that polars, duckdb and other consumers of Arrow ask for."""
        tables = (page._table() for page in self.pages())
        return streamed(tables, self._no_rows(), self._max_items, requested_schema)


class Job(Generic[T]):
    """A call that runs in a pool."""

    def __init__(self) -> None:
        self._finished = threading.Event()
        self._value: T | None = None
        self._error: BaseException | None = None

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return self._finished.is_set()

    def result(self) -> T:
        """What it returned, as soon as it has; raises what it raised."""
        self._finished.wait()
        if self._error is not None:
            raise self._error
        return cast("T", self._value)

    def run(self, function: Callable[..., T], args: tuple[Any, ...]) -> None:
        """Carry it out; an exception waits for whoever asks for the result."""
        try:
            self._value = function(*args)
        except BaseException as error:  # noqa: BLE001 - kept for, and raised by, `result`
            self._error = error
        finally:
            self._finished.set()


class Pool:
    """Runs calls side by side, at most `size` at a time.

    Left normally it waits for all of them; left by an exception it abandons those still running.
    Its threads are daemons, so that Ctrl-C never waits for a server that does not answer.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Condition()
        self._queue: deque[Callable[[], None]] = deque()
        self._threads: list[threading.Thread] = []
        self._busy = 0
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._lock:
            if exc is not None:
                self._queue.clear()
            self._closed = True
            self._lock.notify_all()
        if exc is None:
            for thread in self._threads:
                thread.join()

    def start(self, function: Callable[[*Ts], T], *args: *Ts) -> Job[T]:
        """Begin a call, once there is room for it."""
        job: Job[T] = Job()
        with self._lock:
            self._lock.wait_for(lambda: self._busy < self._size)
            self._busy += 1
            self._queue.append(lambda: job.run(function, args))
            if len(self._threads) < self._busy:
                thread = threading.Thread(target=self._work, daemon=True, name="creatoraudit")
                self._threads.append(thread)
                thread.start()
            self._lock.notify_all()
        return job

    def _work(self) -> None:
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._queue or self._closed)
                if not self._queue:
                    return
                call = self._queue.popleft()
            call()
            with self._lock:
                self._busy -= 1
                self._lock.notify_all()


class Channel(Generic[T]):
    """Hands items from jobs to the one who waits for them; `put` waits while it is full."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._items: deque[T] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, item: T) -> bool:
        """Hand over an item; False when nobody wants any more."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._items) < self._size or self._closed)
            if self._closed:
                return False
            self._items.append(item)
            self._changed.notify_all()
            return True

    def get(self) -> T:
        """The next item, as soon as there is one."""
        with self._changed:
            self._changed.wait_for(lambda: self._items)
            item = self._items.popleft()
            self._changed.notify_all()
            return item

    def close(self) -> None:
        """Want no more items."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
