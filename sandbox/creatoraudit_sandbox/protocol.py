"""Where HTTP meets the socket: an answer to bytes that are no HTTP, and broken connections.

Everything else about HTTP/1.1 is uvicorn's.
"""

from __future__ import annotations

import asyncio
import json
from typing import Final
from uuid import uuid4

import h11
from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

from .problems import MEDIA_TYPE, Problem

_TRANSPORT: Final = "creatoraudit_sandbox.transport"


class Protocol(H11Protocol):
    """uvicorn's protocol for one connection."""

    def connection_made(  # type: ignore[override]  # as in uvicorn: the loop passes no other kind
        self, transport: asyncio.Transport
    ) -> None:
        """Let the app find the connection of a request."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, _TRANSPORT: transport}

    def send_400_response(self, msg: str) -> None:
        """Answer bytes that cannot be understood, and hang up."""
        request_id = uuid4().hex
        problem = Problem("BAD_REQUEST", msg)
        content = json.dumps(problem.document("", request_id) | {"instance": None}).encode()
        headers = [
            ("Content-Type", MEDIA_TYPE),
            ("Content-Length", str(len(content))),
            ("X-Request-ID", request_id),
            ("Connection", "close"),
        ]
        for event in (
            h11.Response(status_code=problem.status, headers=headers, reason=b"Bad Request"),
            h11.Data(data=content),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def hang_up(scope: Scope) -> None:
    """Break the connection that a request came in on, without another byte."""
    transport = scope.get("state", {}).get(_TRANSPORT)
    if transport is None:
        raise ConnectionResetError("the sandbox was asked to drop this connection")
    transport.abort()
