"""Sends one request over httpx and reads the answer, within a deadline. No policy."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .._core import clock
from .._core.config import Origin
from .._core.http import (
    AsyncClient,
    AsyncResponse,
    Errors,
    auth_for,
    build_request,
    check_kind,
    classify,
    out_of_time,
    own_client,
)
from .._core.key import ApiKey
from .._core.response import Failure, RawResponse, Timeouts
from ..errors import UsageError
from .io import LoopGuard, time_limit

if TYPE_CHECKING:
    from .._core.request import PreparedRequest


class AsyncTransport:
    """Our own httpx client, or the caller's, used as nothing but a pipe."""

    def __init__(self, origin: Origin, http_client: AsyncClient | None) -> None:
        if http_client is not None:
            check_kind(http_client, AsyncClient)
        self._origin = origin
        self._ours = http_client is None
        self._client = http_client or own_client(AsyncClient, origin)
        self._pid = os.getpid()
        self._loop = LoopGuard()
        self._closed = False

    async def aclose(self) -> None:
        """Close the httpx client, if it is ours; nothing can be sent afterwards.

        Raises:
            UsageError: Its connections live in another event loop.
        """
        self._closed = True
        if self._ours:
            self._loop.check()
            await self._client.aclose()

    def check(self) -> None:
        """Refuse to send where the connections cannot be used.

        Raises:
            UsageError: Closed, or made in another process or event loop.
        """
        if self._closed:
            raise UsageError("this client is closed; make a new one")
        if os.getpid() != self._pid:
            raise UsageError(
                "this client was made before a fork and shares its connections with the parent;"
                " make one in each process"
            )
        self._loop.check()

    async def send(
        self, prepared: PreparedRequest, key: ApiKey | None, timeouts: Timeouts
    ) -> RawResponse | Failure:
        """Send once; a failure is returned, so that no traceback holds on to httpx's frames."""
        if self._client.is_closed:
            raise UsageError(f"{prepared.operation}: the client given as http_client= is closed")
        request = build_request(prepared, self._origin, timeouts)
        deadline = clock.now() + timeouts.total
        try:
            with time_limit(timeouts.total):
                response = await self._client.send(
                    request, auth=auth_for(key), stream=True, follow_redirects=False
                )
                try:
                    content = await self._read(response, deadline)
                finally:
                    await response.aclose()
                if content is not None:
                    return RawResponse(response.status_code, response.headers, content)
        except Errors as error:
            return classify(error)
        return out_of_time()

    async def _read(self, response: AsyncResponse, deadline: float) -> bytes | None:
        chunks: list[bytes] = []
        async for chunk in response.aiter_bytes():
            chunks.append(chunk)
            if clock.now() > deadline:
                return None
        return b"".join(chunks)
