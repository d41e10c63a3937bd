"""The few things that differ between an async client and a sync one, the async half.

Sleeping, limiting time, and a pool of concurrent calls, over anyio: asyncio and trio alike. The
twin is `_io_sync`; everything above them is written once, in `_async`.
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

# Turns of the event loop that a request takes until it is written.
TURNS = 6


# Whether a program may hand over async functions.
AWAITS = True


async def settled(value: Any) -> Any:
    """What a program's own function gave, awaited if it was async."""
    return await value if isawaitable(value) else value


async def sleep(seconds: float) -> None:
    """Wait, unless a test skips waits."""
    if not clock.skip(seconds):
        await anyio.sleep(seconds)


async def give_way() -> None:
    """Let requests that are about to be sent go out before a stretch of work of our own.

    Between deciding to send and sending, httpx and httpcore pass through the event loop a few
    times; whatever takes a turn of milliseconds there delays the request by as much.
    """
    for _ in range(TURNS):
        await anyio.lowlevel.checkpoint()


async def off_loop(function: Callable[[*Ts], T], *args: *Ts) -> T:
    """Do a little blocking work without holding up other tasks."""
    return await anyio.to_thread.run_sync(function, *args)


class LoopGuard:
    """The event loop in which a client's connections live."""

    def __init__(self) -> None:
        self._token: object = None

    def check(self) -> None:
        """Stay in the loop of the first call.

        Raises:
            UsageError: This is another one.
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
    """Stop what is inside after `seconds`."""
    return anyio.move_on_after(seconds)


class Signal:
    """Wakes one waiter; a call of `set` before the wait counts."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def set(self) -> None:
        """Wake the waiter, or have its next wait end at once."""
        self._event.set()

    async def wait(self) -> None:
        """Wait until `set` is called."""
        await self._event.wait()
        self._event = anyio.Event()


class Job(Generic[T]):
    """A call that runs in a pool.

    Attributes:
        error: What it raised, once it has ended.
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
        """What it returned, once it has ended; raises what it raised."""
        if self.error is not None:
            raise self.error
        return cast("T", self._value)

    async def result(self) -> T:
        """What it returned, as soon as it has; raises what it raised."""
        await self.wait()
        return self.value()

    async def run(self, function: Callable[..., Awaitable[T]], args: tuple[Any, ...]) -> None:
        """Carry it out; an exception waits for whoever asks for the result."""
        try:
            self._value = await function(*args)
        except Exception as error:  # noqa: BLE001 - kept for, and raised by, `result`
            self.error = error
        finally:
            self._finished.set()


class Pool:
    """Runs calls side by side, at most `size` at a time.

    Left normally it waits for all of them; left by an exception it abandons those still running.

    Attributes:
        failed: Whether one of them has ended with an exception.
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
        # The jobs keep their exceptions to themselves, so the group has none to add to `exc`,
        try:
            await self._group.__aexit__(None, None, None)
        except BaseExceptionGroup as group:
            # except Ctrl-C, which trio raises in one of them. No group reaches a caller.
            _, others = group.split(anyio.get_cancelled_exc_class())
            raise (others or group).exceptions[0] from None

    def cancel(self) -> None:
        """Abandon what is still running; leaving the pool waits until that has ended."""
        self._group.cancel_scope.cancel()

    @property
    def has_room(self) -> bool:
        """Whether the next call begins at once."""
        return self._free.value > 0

    async def room(self) -> None:
        """Wait until the next call begins at once."""
        await self._free.acquire()
        self._free.release()

    async def start(self, function: Callable[[*Ts], Awaitable[T]], *args: *Ts) -> Job[T]:
        """Begin a call, once there is room for it."""
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
    """Hands items from jobs to the one who waits for them; `put` waits while it is full."""

    def __init__(self, size: int) -> None:
        self._in, self._out = anyio.create_memory_object_stream[T](size)

    async def put(self, item: T) -> bool:
        """Hand over an item; False when nobody wants any more."""
        try:
            await self._in.send(item)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            return False
        return True

    async def get(self) -> T:
        """The next item, as soon as there is one."""
        return await self._out.receive()

    def close(self) -> None:
        """Want no more items."""
        self._in.close()
        self._out.close()
