"""Connections of the async client, written by hand: where time ends an exchange, or a cancellation.

A cancellation that hits httpcore between two of its own steps leaves a connection in the pool that
nobody owns. So an exchange runs in a task of its own, out of reach, and is given up where it waits
for the network: httpcore sees a connection that broke, and clears it away. The twin, for threads,
is `_sync/network.py`.
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

# Seconds by which the timeouts of a caller's client, which know more, come before our own.
_GRACE = 0.1


async def carry_out(
    exchange: Exchange, function: Callable[[*Ts], Awaitable[T]], *args: *Ts, ours: bool
) -> T:
    """Carry out an exchange, and give it up in an orderly way when the caller is cancelled.

    With `ours`, time and cancellation act on single operations of our connections (`_limited`). The
    connections of a caller's client are not ours to touch, so there they act on the whole.

    Raises:
        TimeoutError: The time for an exchange of a caller's client is up.
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
        except BaseException as error:  # noqa: BLE001 - raised again where it was asked for
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
    """Whether this runs in trio, which is here only if the caller has it."""
    trio = sys.modules.get("trio")
    return trio is not None and trio.lowlevel.in_trio_run()


def _allow(scope: anyio.CancelScope, exchange: Exchange) -> None:
    scope.deadline = anyio.current_time() + exchange.left + _GRACE


@contextmanager
def _limited(
    exchange: Exchange, seconds: float, late: type[Exception]
) -> Iterator[anyio.CancelScope]:
    """End what is inside after `seconds`, or when the exchange is given up."""
    if seconds <= 0:
        # An operation that need not wait may end before an event loop notices that it is late.
        raise late(LATE)
    with anyio.CancelScope(deadline=anyio.current_time() + seconds) as scope:
        exchange.on_give_up = scope.cancel
        try:
            yield scope
        finally:
            exchange.on_give_up = None
    if scope.cancelled_caught:
        raise late


# What a broken connection raises, of which httpcore knows only the most part.
_BROKEN = (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError, OSError)


@contextmanager
def _limits(
    timeout: float | None, late: type[Exception], broken: type[Exception]
) -> Iterator[None]:
    """Limit one operation; our client gives nothing but a `Limit`."""
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
        """Connect to the address of a host that answers first."""
        backend = httpcore.TrioBackend() if _in_trio() else httpcore.AnyIOBackend()
        inner = cast(httpcore.AsyncNetworkBackend, backend)
        with _limits(timeout, httpcore.ConnectTimeout, httpcore.ConnectError):
            stream = await inner.connect_tcp(host, port, None, local_address, socket_options)
        return AsyncStream(stream)


class AsyncStream(httpcore.AsyncNetworkStream):
    """A connection whose every operation can be ended from outside."""

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
        """Encrypt what follows; the handshake as a whole has its limit."""
        try:
            with _limits(timeout, httpcore.ConnectTimeout, httpcore.ConnectError):
                return AsyncStream(await self._inner.start_tls(ssl_context, server_hostname))
        except (httpcore.ConnectTimeout, httpcore.ConnectError):
            await self._inner.aclose()  # its own way out expects no cancellation
            raise

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks for, of the connection inside."""
        return self._inner.get_extra_info(info)
