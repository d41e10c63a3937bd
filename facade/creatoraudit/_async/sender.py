"""The one way to the network: key, pacing, tries, errors. Every request of the package passes here.

The decisions are in `_policy`, `errors` and `_reply`; this is the loop that carries them out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from .._core import clock, log
from .._core.events import OnEvent, event_of
from .._core.key import ApiKey, KeyRing
from .._core.options import RequestOptions, Tally
from .._core.outcome import Failure, Sent
from .._core.request import Wire, with_header
from .._core.response import Reply, decode, error_of
from .._core.retry import Attempts, Pacer
from .._core.settings import Settings
from .io import off_loop, sleep
from .transport import AsyncPipe

if TYPE_CHECKING:
    from creatoraudit_api.operations import Operation

    from .._core.cache import Cache, Kept
    from .._core.drift import DriftWatch

T = TypeVar("T")


class AsyncCore:
    """Sends prepared requests under one policy."""

    def __init__(
        self,
        settings: Settings,
        pipe: AsyncPipe,
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
        self._pipe = pipe
        self._pacer = Pacer(settings.concurrency)

    async def call(
        self, operation: Operation[T], wire: Wire, options: RequestOptions, tally: Tally | None
    ) -> Reply[T]:
        """Send and decode."""
        return decode(operation, await self.send(wire, options, tally))

    async def send(self, wire: Wire, options: RequestOptions, tally: Tally | None = None) -> Sent:
        """Send until there is a success, or an exception is due."""
        attempts = Attempts.of(self.settings, wire, options)
        while True:
            self._pipe.check()
            key = self._keys.key(wire.operation) if wire.authenticated else None
            pause = self._pacer.delay() if wire.authenticated else 0.0
            if pause > 0:
                attempts.pace(pause)
                log.waits(wire, pause, "pacing")
                await sleep(pause)
            outcome = await self._try(wire, key, attempts)
            if tally is not None:
                tally.add()
            if isinstance(outcome, Sent):
                if self._drift is not None:
                    self._drift.look(wire, outcome)
                if wire.authenticated:
                    self._pacer.observe(outcome.headers)
                error = error_of(wire, outcome)
                if error is None:
                    return outcome
                wait = attempts.after_error(error)
            else:
                wait = attempts.after_failure(outcome)
            log.waits(wire, wait, "before the next try")
            await sleep(wait)

    async def _try(self, wire: Wire, key: ApiKey | None, attempts: Attempts) -> Sent | Failure:
        patience = attempts.start()
        name = None if self._cache is None else self._cache.name(wire, key)
        kept: Kept | None = None
        if self._cache is not None and name is not None:
            kept = await off_loop(self._cache.store.get, name)
        asking = wire if kept is None else with_header(wire, "If-None-Match", kept.etag)
        began = clock.now()
        outcome = await self._pipe.send(asking, key, patience)
        seconds = clock.now() - began
        if isinstance(outcome, Sent) and self._cache is not None and name is not None:
            outcome = await off_loop(self._cache.settle, name, kept, outcome)
        event = event_of(wire, outcome, seconds, attempts.made)
        log.tried(event)
        if self._on_event is not None:
            self._on_event(event)
        return outcome
