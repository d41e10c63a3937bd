"""An HTTP/1.1 server on raw sockets that responds as a script says.

Every request is recorded as it arrives. A script is a sequence of steps, taken in the order of the
requests, or a function from request to step. A step is plain data: an `Answer`, or a fault
such as `Reset`, `Stall`, `Drip` or `Truncated`. A request beyond the end of the script is answered
with 500 and makes `ScriptedServer.close` fail.
"""

from __future__ import annotations

import contextlib
import json as jsonlib
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Self, TypeAlias
from urllib.parse import parse_qs, urlsplit

_MOST_HEAD = 256 * 1024
DRIP_GAP = 0.01


@dataclass(frozen=True)
class Request:
    """A request as it arrived. Header names are in lower case.

    `connection` is the position of its connection in `ScriptedServer.connections`.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        """The path below /v2."""
        return urlsplit(self.target).path.removeprefix("/v2")

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def json(self) -> Any:
        return jsonlib.loads(self.body)


class Connection:
    """One connection, as steps see it. `closed` is set when either side has ended it."""

    def __init__(self, sock: socket.socket, ended: threading.Event, number: int) -> None:
        self.closed = threading.Event()
        self._number = number
        self._sock = sock
        self._buffer = b""
        self._ended = ended

    def wait_for_bytes(self) -> bool:
        """Wait for the first bytes of a request, without reading them."""
        return bool(self._buffer) or bool(self._sock.recv(1, socket.MSG_PEEK))

    def read(self) -> Request | None:
        """Read the next request; None if the connection ends."""
        head = self._until(b"\r\n\r\n")
        if head is None:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        if headers.get("transfer-encoding") == "chunked":
            return Request(method, target, headers, self._chunks(), self._number)
        length = int(headers.get("content-length", "0"))
        while len(self._buffer) < length:
            if not self._receive():
                return None
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        return Request(method, target, headers, body, self._number)

    def _chunks(self) -> bytes:
        body = b""
        while line := self._until(b"\r\n"):
            size = int(line, 16)
            while len(self._buffer) < size + 2 and self._receive():
                pass
            body, self._buffer = body + self._buffer[:size], self._buffer[size + 2 :]
            if size == 0:
                break
        return body

    def _until(self, mark: bytes) -> bytes | None:
        while mark not in self._buffer:
            if len(self._buffer) > _MOST_HEAD:
                raise ValueError("the head of a request is too long")
            if not self._receive():
                return None
        found, _, self._buffer = self._buffer.partition(mark)
        return found

    def _receive(self) -> bool:
        data = self._sock.recv(65536)
        self._buffer += data
        return bool(data)

    def send(self, data: bytes) -> None:
        self._sock.sendall(data)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait at most `seconds` for the server to end; return whether it has ended."""
        return self._ended.wait(seconds)

    def reset(self) -> None:
        """Close with a TCP reset instead of an orderly end."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()

    def close(self) -> None:
        self._sock.close()

    def break_off(self) -> None:
        """Wake a thread that waits for this connection."""
        with contextlib.suppress(OSError):  # already closed
            self._sock.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True)
class Answer:
    """A plain response.

    `declared` is a Content-Length that differs from the length of the body.
    """

    status: int = 200
    json: Any = None
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    declared: int | None = None

    @property
    def content(self) -> bytes:
        if self.body is not None:
            return self.body
        return b"" if self.json is None else jsonlib.dumps(self.json).encode()

    @property
    def head(self) -> bytes:
        length = len(self.content) if self.declared is None else self.declared
        headers = {"content-type": "application/json", "x-request-id": "req-scripted"}
        headers |= {name.lower(): value for name, value in self.headers.items()}
        if self.status not in (204, 304):
            headers["content-length"] = str(length)
        lines = [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([f"HTTP/1.1 {self.status} Scripted", *lines, "", ""]).encode("latin-1")

    def play(self, connection: Connection) -> bool:
        """Run the step; return whether the connection can be used again."""
        connection.send(self.head + self.content)
        if self.declared is not None:
            connection.close()
            return False
        return True


@dataclass(frozen=True)
class Reset:
    """Reset the connection, before or after the request was read.

    `carried_out` is for a server in front of another: the request is forwarded first, so it is
    carried out, but its response is lost.
    """

    unread: bool = False
    carried_out: bool = False

    def play(self, connection: Connection) -> bool:
        connection.reset()
        return False


@dataclass(frozen=True)
class Stall:
    """No response until the server is closed; with `after`, half of a response."""

    after: Answer | None = None

    def play(self, connection: Connection) -> bool:
        if self.after is not None:
            connection.send(self.after.head + self.after.content[: len(self.after.content) // 2])
        connection.wait()
        connection.close()
        return False


@dataclass(frozen=True)
class Drip:
    """The head at once, then single bytes: no read times out, and yet it takes forever."""

    answer: Answer | None = None

    def play(self, connection: Connection) -> bool:
        answer = self.answer or Answer(body=b" " * 1_000_000)
        connection.send(answer.head)
        for at in range(len(answer.content)):
            if connection.wait(DRIP_GAP):
                break
            connection.send(answer.content[at : at + 1])
        connection.close()
        return False


@dataclass(frozen=True)
class Truncated:
    """The whole head, but only the first half of the body."""

    answer: Answer | None = None

    def play(self, connection: Connection) -> bool:
        answer = self.answer or Answer(json={"data": []})
        connection.send(answer.head + answer.content[: len(answer.content) // 2])
        connection.close()
        return False


@dataclass(frozen=True)
class Trickled:
    """A good response, in pieces of a few bytes without pauses."""

    answer: Answer
    size: int = 7

    def play(self, connection: Connection) -> bool:
        data = self.answer.head + self.answer.content
        for at in range(0, len(data), self.size):
            connection.send(data[at : at + self.size])
        return True


@dataclass(frozen=True)
class Raw:
    """Any bytes at all, then the end of the connection."""

    data: bytes

    def play(self, connection: Connection) -> bool:
        connection.send(self.data)
        connection.close()
        return False


@dataclass(frozen=True)
class Endless:
    """Some bytes, then others repeatedly, until one side closes the connection."""

    first: bytes
    again: bytes
    gap: float = DRIP_GAP

    def play(self, connection: Connection) -> bool:
        connection.send(self.first)
        while not connection.wait(self.gap):
            connection.send(self.again)
        connection.close()
        return False


@dataclass(frozen=True)
class Held:
    """A response that waits until `release` is set, or the server ends."""

    answer: Answer
    release: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)

    def play(self, connection: Connection) -> bool:
        self.reached.set()
        self.release.wait()
        return self.answer.play(connection)


Step: TypeAlias = Answer | Reset | Stall | Drip | Truncated | Trickled | Raw | Endless | Held
Script: TypeAlias = Iterable[Step] | Callable[[Request], Step]

_UNEXPECTED = Answer(500, json={"code": "UNEXPECTED", "detail": "the script has ended"})


def bind() -> socket.socket:
    """Bind a free loopback port. It refuses connections until a server uses it."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    return bound


class ScriptedServer:
    """Serves on a free loopback port, or on `bound`, from construction to `close`."""

    def __init__(self, script: Script = (), *, bound: socket.socket | None = None) -> None:
        self.requests: list[Request] = []
        self.unread = 0
        self.unexpected: list[Request] = []
        self.ended = threading.Event()
        self._answer_by = script if callable(script) else None
        self._steps: deque[Step] = deque(() if callable(script) else script)
        self._lock = threading.Lock()
        self._listener = bound or bind()
        self._listener.listen(128)
        self.port: int = self._listener.getsockname()[1]
        self._held: list[Held] = []
        self.connections: list[Connection] = []
        self._threads: list[threading.Thread] = []
        self._failures: list[BaseException] = []
        self._accepting = self._thread(self._accept)

    @property
    def url(self) -> str:
        """The base URL for a client."""
        return f"http://127.0.0.1:{self.port}/v2"

    def then(self, *steps: Step) -> None:
        """Add steps to the script."""
        with self._lock:
            self._steps.extend(steps)

    @property
    def left(self) -> Sequence[Step]:
        """Steps that are left in the script."""
        return tuple(self._steps)

    def respond(self, request: Request) -> Step:
        """The step for a request."""
        if self._answer_by is not None:
            return self._answer_by(request)
        with self._lock:
            if self._steps:
                return self._steps.popleft()
        self.unexpected.append(request)
        return _UNEXPECTED

    def _play(self, step: Step, connection: Connection) -> bool:
        if isinstance(step, Held):
            with self._lock:
                self._held.append(step)
                if self.ended.is_set():
                    step.release.set()
        return step.play(connection)

    def _thread(self, target: Callable[..., None], *args: object) -> threading.Thread:
        thread = threading.Thread(target=target, args=args, daemon=True, name="scripted")
        thread.start()
        return thread

    def _accept(self) -> None:
        while True:
            sock, _ = self._listener.accept()
            if self.ended.is_set():
                sock.close()
                return
            connection = Connection(sock, self.ended, len(self.connections))
            self.connections.append(connection)
            self._threads.append(self._thread(self._serve, connection))

    def _serve(self, connection: Connection) -> None:
        try:
            while connection.wait_for_bytes() and self._one(connection):
                pass
        except (ConnectionError, TimeoutError, OSError):
            pass  # the client went away, or this server ends
        except BaseException as error:  # noqa: BLE001 - raised again by `close`, in the test
            self._failures.append(error)
        finally:
            connection.close()
            connection.closed.set()

    def _one(self, connection: Connection) -> bool:
        with self._lock:
            step = self._steps[0] if self._steps else None
            if isinstance(step, Reset) and step.unread:
                self._steps.popleft()
                self.unread += 1
            else:
                step = None
        if step is not None:
            return self._play(step, connection)
        request = connection.read()
        if request is None:
            return False
        self.requests.append(request)
        return self._play(self.respond(request), connection)

    def close(self) -> None:
        """End everything that still runs, and raise errors of the server."""
        if self.ended.is_set():
            return
        with self._lock:
            self.ended.set()
            for step in self._held:
                step.release.set()
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._accepting.join()
        self._listener.close()
        for connection in self.connections:
            connection.break_off()
        for thread in self._threads:
            thread.join()
        if self._failures:
            raise self._failures[0]
        if self.unexpected:
            lines = ", ".join(f"{one.method} {one.target}" for one in self.unexpected)
            raise AssertionError(f"requests beyond the script: {lines}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def with_answer(step: Step, answer: Answer) -> Step:
    """Make a fault spoil the real response instead of a made-up one, if it can."""
    if isinstance(step, Drip | Truncated):
        return replace(step, answer=answer)
    return replace(step, after=answer) if isinstance(step, Stall) and step.after else step
