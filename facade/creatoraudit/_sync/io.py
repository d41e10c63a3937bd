"""Sync primitives: sleeping, a pool of concurrent calls over threads, and sockets.

The async counterpart is `_async/io.py`. Everything built on them is written once, in `_async`, and
derived for sync by `scripts/unasync.py`.

httpcore's own sockets limit each single wait. A server that sends a byte now and then, several
addresses that do not respond, or TLS within the TLS of a proxy could then last forever. Each
operation on the sockets here ends when its exchange has to.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from inspect import isawaitable, iscoroutine
from types import TracebackType
from typing import Any, Generic, Self, TypeAlias, TypeVar, TypeVarTuple, cast

import httpcore

from .._core import clock
from .._core.clock import LATE, Exchange, Limit
from .._core.http import readable
from .._core.key import ASYNC_FUNCTION
from ..errors import ConfigurationError

T = TypeVar("T")
A = TypeVar("A")
Ts = TypeVarTuple("Ts")
Function: TypeAlias = Callable[[A], T]


# The job that the current thread runs for a pool, if any.
_current = threading.local()


class AbandonedError(BaseException):
    """Ends a job whose pool was left. Nobody sees it."""


# Whether callers may pass async functions.
AWAITS = False


def settled(value: Any) -> Any:
    """Return the result of a caller's function.

    Raises:
        ConfigurationError: It must be awaited, which is impossible here.
    """
    if not isawaitable(value):
        return value
    if iscoroutine(value):
        value.close()
    raise ConfigurationError(ASYNC_FUNCTION)


def sleep(seconds: float) -> None:
    """Sleep, unless a test skips waits."""
    if clock.skip(seconds):
        return
    job: Job[Any] | None = getattr(_current, "job", None)
    if job is None:
        time.sleep(seconds)
    else:
        job.sleep(seconds)


def give_way() -> None:
    """Do nothing: other threads send without help."""


def off_loop(function: Callable[[*Ts], T], *args: *Ts) -> T:
    """Run a short blocking function. It blocks nothing else here."""
    return function(*args)


class LoopGuard:
    """Allows any thread, because threads may share a client."""

    def check(self) -> None:
        """Do nothing."""


class Signal:
    """Wakes one waiter; a `set` before the wait counts."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._job: Job[Any] | None = getattr(_current, "job", None)
        if self._job is not None:
            self._job.signal = self

    def set(self) -> None:
        """Wake the waiter, or end its next wait at once."""
        self._event.set()

    def wait(self) -> None:
        """Wait until `set` is called."""
        self._event.wait()
        self._event.clear()
        if self._job is not None:
            self._job.sleep(0.0)


class Job(Generic[T]):
    """A call that runs in a pool.

    Attributes:
        error: The exception that it raised, once it has ended.
    """

    def __init__(self) -> None:
        self._finished = threading.Event()
        self._abandoned = threading.Event()
        self._value: T | None = None
        self.error: BaseException | None = None
        self.signal: Signal | None = None

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return self._finished.is_set()

    def wait(self) -> None:
        """Wait until it has ended."""
        self._finished.wait()

    def sleep(self, seconds: float) -> None:
        """Sleep within this job. Raises AbandonedError if the job is abandoned."""
        if self._abandoned.wait(seconds):
            raise AbandonedError

    def abandon(self) -> None:
        """End the current wait of the job, or its next one."""
        self._abandoned.set()
        if self.signal is not None:
            self.signal.set()

    def value(self) -> T:
        """Return the result of a call that has ended, or raise its exception."""
        if self.error is not None:
            raise self.error
        return cast("T", self._value)

    def result(self) -> T:
        """Wait for the call, then return its result or raise its exception."""
        self.wait()
        return self.value()

    def run(self, function: Callable[..., T], args: tuple[Any, ...]) -> None:
        """Run the call and keep its result or exception."""
        _current.job = self
        try:
            self._value = function(*args)
        except BaseException as error:  # noqa: BLE001 - kept for, and raised by, `result`
            self.error = error

    def end(self) -> None:
        """Wake those that wait for the call."""
        self._finished.set()


class Pool:
    """Runs calls side by side, at most `size` at a time.

    A normal exit waits for all calls. An exit by exception abandons them: they send no further
    request, and those in flight are awaited, except after Ctrl-C, which must not wait for a server
    that does not respond (the threads are daemons).

    Attributes:
        failed: Whether a call has ended with an exception.
    """

    def __init__(self, size: int) -> None:
        self.failed = False
        self._size = size
        self._lock = threading.Condition()
        self._queue: deque[tuple[Job[Any], Callable[[], None]]] = deque()
        self._running: set[Job[Any]] = set()
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
        if exc is not None:
            self.cancel()
        with self._lock:
            self._closed = True
            self._lock.notify_all()
        if exc is None or isinstance(exc, Exception):
            for thread in self._threads:
                thread.join()

    def cancel(self) -> None:
        """Abandon the running calls; the exit of the pool waits until they have ended."""
        with self._lock:
            self._queue.clear()
            for job in self._running:
                job.abandon()

    @property
    def has_room(self) -> bool:
        """Whether the next call would start at once."""
        return self._busy < self._size

    def room(self) -> None:
        """Wait until the next call would start at once."""
        with self._lock:
            self._lock.wait_for(lambda: self.has_room)

    def start(self, function: Callable[[*Ts], T], *args: *Ts) -> Job[T]:
        """Start a call as soon as there is room for it."""
        job: Job[T] = Job()
        # As a task has it: hooks and tracing see the context variables of the caller.
        context = copy_context()
        with self._lock:
            self._lock.wait_for(lambda: self.has_room)
            self._busy += 1
            self._queue.append((job, lambda: context.run(job.run, function, args)))
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
                job, call = self._queue.popleft()
                self._running.add(job)
            call()
            with self._lock:
                self._running.remove(job)
                self.failed = self.failed or job.error is not None
                self._busy -= 1
                # Last: whoever sees that the call has ended also sees the room that it leaves.
                job.end()
                self._lock.notify_all()


class Channel(Generic[T]):
    """A bounded queue from several jobs to one reader; `put` waits while it is full."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._items: deque[T] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, item: T) -> bool:
        """Add an item; False if the channel is closed."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._items) < self._size or self._closed)
            if self._closed:
                return False
            self._items.append(item)
            self._changed.notify_all()
            return True

    def get(self) -> T:
        """Wait for the next item and return it."""
        with self._changed:
            self._changed.wait_for(lambda: self._items)
            item = self._items.popleft()
            self._changed.notify_all()
            return item

    def close(self) -> None:
        """Close the channel; further items are dropped."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


_TLS_RECORD = 16_384


def carry_out(
    exchange: Exchange,  # noqa: ARG001 - as its twin
    function: Callable[[*Ts], T],
    *args: *Ts,
    ours: bool,  # noqa: ARG001 - as its twin
) -> T:
    """Run an exchange. Threads cannot be cancelled, so nothing has to be protected."""
    return function(*args)


@contextmanager
def _mapped(late: type[Exception], broken: type[Exception]) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise late(str(error)) from None
    except OSError as error:
        raise broken(str(error)) from None


def _seconds(timeout: float | None) -> float:
    """Seconds that a socket may wait now. The timeout of our own client is always a `Limit`."""
    left = cast("Limit", timeout).left
    if left <= 0:
        raise TimeoutError(LATE)
    return left


class Backend(httpcore.NetworkBackend):
    """Opens the connections of our own client."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - httpcore's signature; never given
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - the same
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a host that responds. The addresses share the time."""
        with _mapped(httpcore.ConnectTimeout, httpcore.ConnectError):
            # The time of a name look-up cannot be limited, as the documentation says.
            addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            for position, (family, kind, protocol, _, address) in enumerate(addresses):
                left = len(addresses) - position
                sock = socket.socket(family, kind, protocol)
                try:
                    sock.settimeout(_seconds(timeout) / left)
                    sock.connect(address)
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                except OSError:
                    sock.close()
                    if left == 1:
                        raise
                else:
                    return SocketStream(sock)
        raise httpcore.ConnectError(f"{host} has no address")


class SocketStream(httpcore.NetworkStream):
    """A connection over a socket, encrypted or not."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Wait for bytes, as long as the exchange allows."""
        with _mapped(httpcore.ReadTimeout, httpcore.ReadError):
            return self._receive(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all bytes, as long as the exchange allows."""
        with _mapped(httpcore.WriteTimeout, httpcore.WriteError):
            self._send(buffer, timeout)

    def _receive(self, max_bytes: int, timeout: float | None) -> bytes:
        self._sock.settimeout(_seconds(timeout))
        return self._sock.recv(max_bytes)

    def _send(self, buffer: bytes, timeout: float | None) -> None:
        view = memoryview(buffer)
        while view:
            self._sock.settimeout(_seconds(timeout))
            view = view[self._sock.send(view) :]

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Start TLS, with a limit for the whole handshake."""
        with _mapped(httpcore.ConnectTimeout, httpcore.ConnectError):
            try:
                if isinstance(self._sock, ssl.SSLSocket):
                    return TlsInTlsStream(self._sock, ssl_context, server_hostname, timeout)
                self._sock.settimeout(_seconds(timeout))
                sock = ssl_context.wrap_socket(self._sock, server_hostname=server_hostname)
            except BaseException:
                self._sock.close()
                raise
            return SocketStream(sock)

    def get_extra_info(self, info: str) -> Any:
        """Return what httpcore asks for: the TLS object, or whether an idle connection ended."""
        if info == "ssl_object":
            return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
        return readable(self._sock) if info == "is_readable" else None


class TlsInTlsStream(SocketStream):
    """A connection to the API inside an encrypted one to a proxy.

    The standard library has no socket for that, so bytes are passed between the two layers here.
    """

    def __init__(
        self,
        sock: socket.socket,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None,
        timeout: float | None,
    ) -> None:
        super().__init__(sock)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = ssl_context.wrap_bio(
            self._incoming, self._outgoing, server_hostname=server_hostname
        )
        self._carry(timeout, self._tls.do_handshake)

    def _receive(self, max_bytes: int, timeout: float | None) -> bytes:
        return self._carry(timeout, self._tls.read, max_bytes)

    def _send(self, buffer: bytes, timeout: float | None) -> None:
        view = memoryview(buffer)
        while view:
            view = view[self._carry(timeout, self._tls.write, view) :]

    def _carry(self, timeout: float | None, step: Callable[[*Ts], T], *args: *Ts) -> T:
        while True:
            try:
                result = step(*args)
            except ssl.SSLWantReadError:
                super()._send(self._outgoing.read(), timeout)
            else:
                super()._send(self._outgoing.read(), timeout)
                return result
            if data := super()._receive(_TLS_RECORD, timeout):
                self._incoming.write(data)
            else:
                self._incoming.write_eof()

    def get_extra_info(self, info: str) -> Any:
        """Return what httpcore asks for: the TLS object, or whether an idle connection ended."""
        return self._tls if info == "ssl_object" else super().get_extra_info(info)
