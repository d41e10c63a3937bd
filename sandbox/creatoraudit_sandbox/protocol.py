"""Extends uvicorn's HTTP protocol: responds to malformed requests, and breaks connections."""

from __future__ import annotations

import asyncio
import json
from typing import Final
from uuid import uuid4

import h11
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from .problems import MEDIA_TYPE, Problem

_CONNECTION: Final = "creatoraudit_sandbox.connection"


class Protocol(H11Protocol):
    """uvicorn's protocol for one connection."""

    def connection_made(  # type: ignore[override]  # as in uvicorn: the loop passes no other kind
        self, transport: asyncio.Transport
    ) -> None:
        """Let the app find the connection of a request."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, _CONNECTION: self}

    def send_400_response(self, msg: str) -> None:
        """Respond to bytes that are not HTTP, and close the connection."""
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

    def hang_up(self) -> None:
        """Break the connection without another byte; the running request counts as disconnected."""
        self.cycle.disconnected = True
        self.transport.abort()


def hang_up(scope: Scope) -> None:
    """Break the connection that a request came in on, without another byte."""
    connection = scope.get("state", {}).get(_CONNECTION)
    if connection is None:
        raise ConnectionResetError("a fault of the sandbox dropped this connection")
    connection.hang_up()


class Interruptible:
    """An app whose requests can be cancelled: the connection breaks, and nothing is logged.

    That happens when the server stops before a request finishes.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or break its connection."""
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            hang_up(scope)
