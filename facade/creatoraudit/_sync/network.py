"""Sockets of the sync client, written by hand: each operation ends when its exchange has to.

httpcore's own sockets limit each single wait. A server that sends a byte now and then, several
addresses that do not answer, or TLS within the TLS of a proxy could then last for ever. The twin is
`_async/network.py`.
"""

from __future__ import annotations

import selectors
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, TypeVarTuple, cast

import httpcore

from .._core.exchange import LATE, Exchange, Limit

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_TLS_RECORD = 16_384
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)


def carry_out(
    exchange: Exchange,  # noqa: ARG001 - as its twin
    function: Callable[[*Ts], T],
    *args: *Ts,
    ours: bool,  # noqa: ARG001 - as its twin
) -> T:
    """Carry out an exchange; nobody can cancel a thread, so there is nothing to protect."""
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
    """How long a socket may wait now; our client gives nothing but a `Limit`."""
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
        """Connect to the first address of a host that answers, sharing the time among them."""
        with _mapped(httpcore.ConnectTimeout, httpcore.ConnectError):
            # Nothing can limit the time of looking up a name, which is documented.
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
        """Encrypt what follows; the handshake as a whole has its limit."""
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
        """What httpcore asks for: the TLS object, and whether an idle connection has ended."""
        if info == "ssl_object":
            return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
        return _readable(self._sock) if info == "is_readable" else None


class TlsInTlsStream(SocketStream):
    """A connection to the API inside an encrypted one to a proxy.

    The standard library has no socket for that, so bytes are carried between the two layers here.
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
        """What httpcore asks for: the TLS object, and whether an idle connection has ended."""
        return self._tls if info == "ssl_object" else super().get_extra_info(info)


def _readable(sock: socket.socket) -> bool:
    """Whether there is something to read; on an idle connection that can only be its end."""
    # Not the default one: epoll and its like are objects of the system, dear to make and to close.
    with _Selector() as selector:
        selector.register(sock, selectors.EVENT_READ)
        return bool(selector.select(0))
