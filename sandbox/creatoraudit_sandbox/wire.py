"""Reads request bodies within a size limit; sends response bodies, slowly or cut off on demand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import anyio
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from .faults import Fault
from .problems import Problem
from .protocol import hang_up

_MOST_DRAINED: Final = 64 << 20
_LONGEST_DRAIN: Final = 5.0
#: Seconds between the chunks of a slow body.
_TICK: Final = 0.05


class Inbox:
    """The ASGI `receive` of a request, which knows whether the whole body has been read."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._begun = self._done = False

    async def __call__(self) -> Message:
        """Receive the next message."""
        message = await self._receive()
        self._begun = True
        self._done = message["type"] == "http.disconnect" or not message.get("more_body", False)
        return message

    async def drain(self, *, waiting: bool) -> None:
        """Read the rest of a refused body, within limits.

        Closing a connection with unread data resets it, and the client may never see the response.
        A client that waits for a 100 Continue sends no body unless it is asked to.
        """
        left = 0 if waiting and not self._begun else _MOST_DRAINED
        with anyio.move_on_after(_LONGEST_DRAIN):
            while left > 0 and not self._done:
                left -= len((await self()).get("body", b""))


async def read(request: Request, most: int) -> bytes:
    """Read the body of a request; refuses it as soon as it is too long."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            raise Problem("BAD_REQUEST", f"The body is larger than {most} bytes.")
        chunks.append(chunk)
    return b"".join(chunks)


async def drop(scope: Scope, receive: Receive) -> None:
    """Break the connection and wait until the server has noticed."""
    hang_up(scope)
    while (await receive())["type"] != "http.disconnect":
        pass


async def send_response(
    response: Response, faults: Iterable[Fault], scope: Scope, receive: Receive, send: Send
) -> None:
    """Send a response, with the faults that concern its body."""
    slow = next((fault.slow for fault in faults if fault.slow), None)
    broken = any(fault.drop == "body" for fault in faults)
    if slow is None and not broken:
        await response(scope, receive, send)
        return
    body = bytes(response.body)
    headers = response.raw_headers
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    end = len(body) // 2 if broken else len(body)
    step = end if slow is None else max(1, int(slow * _TICK))
    for start in range(0, end, max(1, step)):
        chunk = body[start : min(start + step, end)]
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
        if slow is not None:
            await anyio.sleep(len(chunk) / slow)
    if broken:
        # Only what has left the process arrives: the loop writes once this task has paused.
        await anyio.sleep(_TICK)
        await drop(scope, receive)
    else:
        await send({"type": "http.response.body", "body": b"", "more_body": False})
