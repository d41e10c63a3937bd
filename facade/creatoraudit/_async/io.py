"""Async primitives: sleeping, a pool of concurrent calls, and connections.

They use anyio and so work on asyncio and trio. The sync counterpart is `_sync/io.py`; everything
built on them is written once, in `_async`.

The connections end an exchange on a deadline or a cancellation. A cancellation that hits httpcore
between two of its own steps leaves an unowned connection in the pool. So an exchange runs in its
own task, which the caller cannot cancel, and is ended where it waits for the network: httpcore then
sees a broken connection and removes it.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from inspect import isawaitable
from types import TracebackType
from typing import Any, Generic, Self, TypeAlias, TypeVar, TypeVarTuple, cast

import anyio
import anyio.lowlevel
import anyio.to_thread
import httpcore

from .._core import clock
from .._core.clock import LATE, Exchange, Limit
from .._core.http import readable
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


# Seconds by which our deadline is later than the more precise timeouts of a caller's client.
_GRACE = 0.1


async def carry_out(
    exchange: Exchange, function: Callable[[*Ts], Awaitable[T]], *args: *Ts, ours: bool
) -> T:
    """Run an exchange, and end it cleanly if the caller is cancelled.

    With `ours`, deadline and cancellation act on single operations of our connections (`_limited`).
    For the connections of a caller's client they act on the exchange as a whole.

    Raises:
        TimeoutError: The deadline for an exchange of a caller's client has passed.
    """
    finished = anyio.Event()
    results: list[T] = []
    errors: list[BaseException] = []

    async def run() -> None:
        try:
            if ours:
                results.append(await function(*args))
            else:
                with _limited(exchange, exchange.left + _GRACE, TimeoutError) as scope:
                    exchange.on_more_time = partial(_allow, scope, exchange)
                    results.append(await function(*args))
        except BaseException as error:  # noqa: BLE001 - raised again below
            errors.append(error)
        finally:
            finished.set()

    task = _start(run)
    try:
        await finished.wait()
    except GeneratorExit:  # the event loop is gone, and the task with it
        exchange.give_up()
        raise
    except BaseException:
        exchange.give_up()
        while not finished.is_set():
            with anyio.CancelScope(shield=True), suppress(anyio.get_cancelled_exc_class()):
                await finished.wait()
        raise
    finally:
        del task
    if errors:
        raise errors.pop()
    return results[0]


def _start(function: Callable[[], Awaitable[None]]) -> object:
    """Start a task that no scope of the caller can cancel."""
    if _in_trio():
        return sys.modules["trio"].lowlevel.spawn_system_task(function)
    return asyncio.ensure_future(function())


def _in_trio() -> bool:
    """Whether this runs in trio, which is imported only if the caller uses it."""
    trio = sys.modules.get("trio")
    return trio is not None and trio.lowlevel.in_trio_run()


def _allow(scope: anyio.CancelScope, exchange: Exchange) -> None:
    scope.deadline = anyio.current_time() + exchange.left + _GRACE


@contextmanager
def _limited(
    exchange: Exchange, seconds: float, late: type[Exception]
) -> Iterator[anyio.CancelScope]:
    """Cancel the block after `seconds`, or when the exchange is given up."""
    if seconds <= 0:
        # An operation that need not wait may end before the event loop checks the deadline.
        raise late(LATE)
    with anyio.CancelScope(deadline=anyio.current_time() + seconds) as scope:
        exchange.on_give_up = scope.cancel
        try:
            yield scope
        finally:
            exchange.on_give_up = None
    if scope.cancelled_caught:
        raise late


# Exceptions of a broken connection; httpcore does not translate all of them.
_BROKEN = (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError, OSError)


@contextmanager
def _limits(
    timeout: float | None, late: type[Exception], broken: type[Exception]
) -> Iterator[None]:
    """Limit one operation. The timeout of our own client is always a `Limit`."""
    limit = cast("Limit", timeout)
    try:
        with _limited(limit.exchange, limit.left, late):
            yield
    except _BROKEN as error:
        raise broken(str(error) or type(error).__name__) from None


class AsyncBackend(httpcore.AsyncNetworkBackend):
    """Opens the connections of our own client."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the address of a host that responds first."""
        backend = httpcore.TrioBackend() if _in_trio() else httpcore.AnyIOBackend()
        inner = cast(httpcore.AsyncNetworkBackend, backend)
        with _limits(timeout, httpcore.ConnectTimeout, httpcore.ConnectError):
            stream = await inner.connect_tcp(host, port, None, local_address, socket_options)
        return AsyncStream(stream)


class AsyncStream(httpcore.AsyncNetworkStream):
    """A connection whose operations can all be ended from outside."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self._socket: Any = None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Wait for bytes, as long as the exchange allows."""
        with _limits(timeout, httpcore.ReadTimeout, httpcore.ReadError):
            return await self._inner.read(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all bytes, as long as the exchange allows."""
        with _limits(timeout, httpcore.WriteTimeout, httpcore.WriteError):
            await self._inner.write(buffer)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Start TLS, with a limit for the whole handshake."""
        try:
            with _limits(timeout, httpcore.ConnectTimeout, httpcore.ConnectError):
                return AsyncStream(await self._inner.start_tls(ssl_context, server_hostname))
        except (httpcore.ConnectTimeout, httpcore.ConnectError):
            await self._inner.aclose()  # httpcore does not close it on cancellation
            raise

    def get_extra_info(self, info: str) -> Any:
        """Return information about the inner connection for httpcore."""
        if info != "is_readable":
            return self._inner.get_extra_info(info)
        # Before each request the pool asks all its idle connections, and to find the socket
        # anyio collects all that is known about a connection.
        if self._socket is None:
            self._socket = self._inner.get_extra_info("socket")
        return readable(self._socket)
