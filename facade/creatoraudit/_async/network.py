"""Connections of the async client, which end an exchange on a deadline or a cancellation.

A cancellation that hits httpcore between two of its own steps leaves an unowned connection in the
pool. So an exchange runs in its own task, which the caller cannot cancel, and is ended where it
waits for the network: httpcore then sees a broken connection and removes it. The counterpart for
threads is `_sync/network.py`.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, TypeVar, TypeVarTuple, cast

import anyio
import httpcore

from .._core.exchange import LATE, Exchange, Limit

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

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
        return self._inner.get_extra_info(info)
