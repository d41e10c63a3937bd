"""Async primitives: sleeping, time limits, and a pool of concurrent calls.

They use anyio and so work on asyncio and trio. The sync counterpart is `_sync/io.py`; everything
built on them is written once, in `_async`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from inspect import isawaitable
from types import TracebackType
from typing import Any, Generic, Self, TypeAlias, TypeVar, TypeVarTuple, cast

import anyio
import anyio.lowlevel
import anyio.to_thread

from .._core import clock
from ..errors import UsageError

T = TypeVar("T")
A = TypeVar("A")
Ts = TypeVarTuple("Ts")
Function: TypeAlias = Callable[[A], Awaitable[T]]

# Number of turns of the event loop before a request is written.
TURNS = 6


# Whether callers may pass async functions.
AWAITS = True


async def settled(value: Any) -> Any:
    """Return the result of a caller's function, awaited if it is async."""
    return await value if isawaitable(value) else value


async def sleep(seconds: float) -> None:
    """Sleep, unless a test skips waits."""
    if not clock.skip(seconds):
        await anyio.sleep(seconds)


async def give_way() -> None:
    """Let pending requests go out before some CPU-bound work.

    Before they send, httpx and httpcore pass through the event loop a few times; work that takes
    milliseconds in between delays the request by as much.
    """
    for _ in range(TURNS):
        await anyio.lowlevel.checkpoint()


async def off_loop(function: Callable[[*Ts], T], *args: *Ts) -> T:
    """Run a short blocking function without blocking other tasks."""
    return await anyio.to_thread.run_sync(function, *args)


class LoopGuard:
    """Checks that a client is used only in the event loop that owns its connections."""

    def __init__(self) -> None:
        self._token: object = None

    def check(self) -> None:
        """Remember the event loop of the first call and refuse others.

        Raises:
            UsageError: The current event loop is another one.
        """
        here = anyio.lowlevel.current_token()
        if self._token is None:
            self._token = here
        elif self._token != here:
            raise UsageError(
                "this client belongs to another event loop, where its connections live;"
                " create one in each loop"
            )


def time_limit(seconds: float) -> AbstractContextManager[object]:
    """Cancel the block after `seconds`."""
    return anyio.move_on_after(seconds)


class Signal:
    """Wakes one waiter; a `set` before the wait counts."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def set(self) -> None:
        """Wake the waiter, or end its next wait at once."""
        self._event.set()

    async def wait(self) -> None:
        """Wait until `set` is called."""
        await self._event.wait()
        self._event = anyio.Event()


class Job(Generic[T]):
    """A call that runs in a pool.

    Attributes:
        error: The exception that it raised, once it has ended.
    """

    def __init__(self) -> None:
        self._finished = anyio.Event()
        self._value: T | None = None
        self.error: Exception | None = None

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return self._finished.is_set()

    async def wait(self) -> None:
        """Wait until it has ended."""
        await self._finished.wait()

    def value(self) -> T:
        """Return the result of a call that has ended, or raise its exception."""
        if self.error is not None:
            raise self.error
        return cast("T", self._value)

    async def result(self) -> T:
        """Wait for the call, then return its result or raise its exception."""
        await self.wait()
        return self.value()

    async def run(self, function: Callable[..., Awaitable[T]], args: tuple[Any, ...]) -> None:
        """Run the call and keep its result or exception."""
        try:
            self._value = await function(*args)
        except Exception as error:  # noqa: BLE001 - kept for, and raised by, `result`
            self.error = error
        finally:
            self._finished.set()


class Pool:
    """Runs calls side by side, at most `size` at a time.

    A normal exit waits for all calls; an exit by exception cancels those still running.

    Attributes:
        failed: Whether a call has ended with an exception.
    """

    def __init__(self, size: int) -> None:
        self.failed = False
        self._free = anyio.Semaphore(size)
        self._group = anyio.create_task_group()

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc is not None:
            self._group.cancel_scope.cancel()
        # The jobs store their exceptions, so the group has none to add to `exc`,
        try:
            await self._group.__aexit__(None, None, None)
        except BaseExceptionGroup as group:
            # except Ctrl-C, which trio raises in one of them. Callers never see a group.
            _, others = group.split(anyio.get_cancelled_exc_class())
            raise (others or group).exceptions[0] from None

    def cancel(self) -> None:
        """Cancel the running calls; the exit of the pool waits until they have ended."""
        self._group.cancel_scope.cancel()

    @property
    def has_room(self) -> bool:
        """Whether the next call would start at once."""
        return self._free.value > 0

    async def room(self) -> None:
        """Wait until the next call would start at once."""
        await self._free.acquire()
        self._free.release()

    async def start(self, function: Callable[[*Ts], Awaitable[T]], *args: *Ts) -> Job[T]:
        """Start a call as soon as there is room for it."""
        await self._free.acquire()
        job: Job[T] = Job()

        async def run() -> None:
            try:
                await job.run(function, args)
            finally:
                self.failed = self.failed or job.error is not None
                self._free.release()

        self._group.start_soon(run)
        return job


class Channel(Generic[T]):
    """A bounded queue from several jobs to one reader; `put` waits while it is full."""

    def __init__(self, size: int) -> None:
        self._in, self._out = anyio.create_memory_object_stream[T](size)

    async def put(self, item: T) -> bool:
        """Add an item; False if the channel is closed."""
        try:
            await self._in.send(item)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            return False
        return True

    async def get(self) -> T:
        """Wait for the next item and return it."""
        return await self._out.receive()

    def close(self) -> None:
        """Close the channel; further items are dropped."""
        self._in.close()
        self._out.close()
