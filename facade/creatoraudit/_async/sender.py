"""The one way to the network: key, pacing, tries, errors. Every request of the package passes here.

The decisions are in `_policy`, `errors` and `_reply`; this is the loop that carries them out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from .._core import clock, log
from .._core.config import Settings
from .._core.events import OnEvent, event_of
from .._core.key import ApiKey, KeyRing
from .._core.options import RequestCounter, RequestOptions
from .._core.pacing import Pacer
from .._core.request import PreparedRequest, with_header
from .._core.response import Failure, RawResponse, Reply, decode, error_of
from .._core.retry import Attempts
from .io import off_loop, sleep
from .transport import AsyncTransport

if TYPE_CHECKING:
    from creatoraudit_api.operations import Operation

    from .._core.cache import Cache, CachedResponse
    from .._core.drift import DriftWatch

T = TypeVar("T")


class AsyncSender:
    """Sends prepared requests under one policy."""

    def __init__(
        self,
        settings: Settings,
        transport: AsyncTransport,
        keys: KeyRing,
        *,
        cache: Cache | None,
        on_event: OnEvent | None,
        drift: DriftWatch | None,
    ) -> None:
        self.settings = settings
        self._cache = cache
        self._on_event = on_event
        self._drift = drift
        self._keys = keys
        self._transport = transport
        self._pacer = Pacer(settings.concurrency)

    async def call(
        self,
        operation: Operation[T],
        request: PreparedRequest,
        options: RequestOptions,
        counter: RequestCounter | None,
    ) -> Reply[T]:
        """Send and decode."""
        return decode(operation, await self.send(request, options, counter))

    async def send(
        self,
        request: PreparedRequest,
        options: RequestOptions,
        counter: RequestCounter | None = None,
    ) -> RawResponse:
        """Send until there is a success, or an exception is due."""
        attempts = Attempts.of(self.settings, request, options)
        while True:
            self._transport.check()
            key = self._keys.key(request.operation) if request.authenticated else None
            pause = self._pacer.delay() if request.authenticated else 0.0
            if pause > 0:
                attempts.pace(pause)
                log.waits(request, pause, "pacing")
                await sleep(pause)
            outcome = await self._try(request, key, attempts)
            if counter is not None:
                counter.add()
            if isinstance(outcome, RawResponse):
                if self._drift is not None:
                    self._drift.look(request, outcome)
                if request.authenticated:
                    self._pacer.observe(outcome.headers)
                error = error_of(request, outcome)
                if error is None:
                    return outcome
                wait = attempts.after_error(error)
            else:
                wait = attempts.after_failure(outcome)
            log.waits(request, wait, "before the next try")
            await sleep(wait)

    async def _try(
        self, request: PreparedRequest, key: ApiKey | None, attempts: Attempts
    ) -> RawResponse | Failure:
        timeouts = attempts.start()
        name = None if self._cache is None else self._cache.name(request, key)
        cached: CachedResponse | None = None
        if self._cache is not None and name is not None:
            cached = await off_loop(self._cache.store.get, name)
        asking = request if cached is None else with_header(request, "If-None-Match", cached.etag)
        began = clock.now()
        outcome = await self._transport.send(asking, key, timeouts)
        seconds = clock.now() - began
        if isinstance(outcome, RawResponse) and self._cache is not None and name is not None:
            outcome = await off_loop(self._cache.settle, name, cached, outcome)
        event = event_of(request, outcome, seconds, attempts.made)
        log.tried(event)
        if self._on_event is not None:
            self._on_event(event)
        return outcome
