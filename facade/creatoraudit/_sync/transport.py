# Derived from ../_async/transport.py by scripts/unasync.py; change that file instead.
"""Sends one request over httpx and reads the response before a deadline, without retries."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from .._core.clock import Exchange
from .._core.config import Origin
from .._core.http import (
    Auth,
    Client,
    Library,
    Request,
    Response,
    auth_for,
    libraries_silenced,
    out_of_time,
    own_client,
    stalled,
)
from .._core.key import ApiKey
from .._core.response import JSON_BYTES, OTHER_BYTES, Body, Failure, RawResponse, Timeouts
from ..errors import UsageError
from .io import Backend, LoopGuard, carry_out, off_loop

if TYPE_CHECKING:
    from .._core.request import PreparedRequest


class Transport:
    """Sends requests through our own httpx client or the caller's."""

    def __init__(
        self, origin: Origin, http_client: Client | None, max_response_bytes: int | None
    ) -> None:
        self._origin = origin
        self._ours = http_client is None
        self._library = Library.of(http_client, Client)
        self._client = http_client or own_client(Client, origin, Backend())
        self._max_response_bytes = max_response_bytes
        # The process that opened the connections, and clients inherited through a fork.
        self._pid: int | None = None
        self._inherited: list[Client] = []
        self._loop = LoopGuard()
        self._closed = False

    def close(self) -> None:
        """Close the httpx client if it is ours. Nothing can be sent afterwards.

        Raises:
            UsageError: The connections cannot be closed from here.
        """
        self._closed = True
        if self._ours and self._pid in (None, os.getpid()):
            self._loop.check()
            self._client.close()

    def check(self) -> bool:
        """Check that the connections can be used from here.

        Returns:
            Whether this process was forked from the one that last used the client.

        Raises:
            UsageError: The client is closed, or its connections cannot be used here.
        """
        if self._closed:
            raise UsageError("this client is closed; create a new one")
        forked = self._pid not in (None, os.getpid())
        if forked:
            self._leave_to_parent()
        self._loop.check()
        self._pid = os.getpid()
        return forked

    def _leave_to_parent(self) -> None:
        """Start with new connections after a fork, because the open ones are shared."""
        if not self._ours:
            raise UsageError(
                "the client given as http_client= was used before this process was forked and"
                " shares its connections with the parent; create one in each process"
            )
        # Kept, because a client that is garbage-collected may write to its connections.
        self._inherited.append(self._client)
        self._client = own_client(Client, self._origin, Backend())
        self._loop = LoopGuard()

    def send(
        self, prepared: PreparedRequest, key: ApiKey | None, timeouts: Timeouts
    ) -> RawResponse | Failure:
        """Send once. A failure is returned, not raised, so that no traceback keeps httpx frames."""
        if self._client.is_closed:
            raise UsageError(f"{prepared.operation}: the client given as http_client= is closed")
        exchange = Exchange(timeouts.total, timeouts.read)
        # The exchange limits the head of a download, single waits for the network its body.
        seconds = min(timeouts) if prepared.into is None else timeouts.read
        request = self._library.build_request(prepared, self._origin, seconds, exchange)
        auth = auth_for(key, prepared.key_header)
        asks_for_json = "json" in request.headers.get("accept", "")
        most = (
            prepared.max_response_bytes
            or self._max_response_bytes
            or (JSON_BYTES if asks_for_json else OTHER_BYTES)
        )
        new_body = partial(Body, most=most, into=prepared.into)
        outcome: RawResponse | Failure
        try:
            outcome = carry_out(
                exchange, self._exchange, request, auth, new_body, exchange, ours=self._ours
            )
        except TimeoutError:
            outcome = out_of_time()
        except self._library.errors as error:
            outcome = self._library.classify(error)
            if outcome.timed_out and outcome.written and timeouts.total < timeouts.read:
                outcome = out_of_time()  # the retry budget ran out, not the timeout
        if exchange.streams and isinstance(outcome, Failure) and outcome.timed_out:
            return stalled(timeouts.read)
        return outcome

    def _exchange(
        self, request: Request, auth: Auth, new_body: Callable[..., Body], exchange: Exchange
    ) -> RawResponse | Failure:
        with libraries_silenced():
            response = self._client.send(request, auth=auth, stream=True, follow_redirects=False)
            try:
                return self._read(response, new_body, exchange)
            finally:
                response.close()

    def _read(
        self, response: Response, new_body: Callable[..., Body], exchange: Exchange
    ) -> RawResponse | Failure:
        # A mock transport may have read the response already.
        decoded = response.is_stream_consumed
        body = new_body(response.status_code, response.headers, decoded=decoded)
        if body.into is not None:
            body.into.receive()
            exchange.stream()
            exchange.pass_on()
        for chunk in response.iter_bytes() if decoded else response.iter_raw():
            if body.into is None:
                in_time = body.take(chunk, exchange)
            else:
                in_time = off_loop(body.take, chunk, exchange)
                exchange.pass_on()
            if not in_time:
                return out_of_time()
            if not body.wanted:
                break
        return body.end()
