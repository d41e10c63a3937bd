"""The one way to the network: key, pacing, tries, errors. Every request of the package passes here.

The decisions are in `_policy`, `errors` and `_reply`; this is the loop that carries them out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from .. import _log, _time
from .._events import OnEvent, event_of
from .._io_async import off_loop, sleep
from .._key import ApiKey, KeyRing
from .._options import RequestOptions, Tally
from .._outcome import Failure, Sent
from .._policy import Attempts, Pacer
from .._prepare import Wire, with_header
from .._reply import Reply, decode, error_of
from .._settings import Settings
from .pipe import AsyncPipe

if TYPE_CHECKING:
    from creatoraudit_api.operations import Operation

    from .._cache import Cache, Kept
    from .._drift import DriftWatch

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
                _log.waits(wire, pause, "pacing")
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
            _log.waits(wire, wait, "before the next try")
            await sleep(wait)

    async def _try(self, wire: Wire, key: ApiKey | None, attempts: Attempts) -> Sent | Failure:
        patience = attempts.start()
        name = None if self._cache is None else self._cache.name(wire, key)
        kept: Kept | None = None
        if self._cache is not None and name is not None:
            kept = await off_loop(self._cache.store.get, name)
        asking = wire if kept is None else with_header(wire, "If-None-Match", kept.etag)
        began = _time.now()
        outcome = await self._pipe.send(asking, key, patience)
        seconds = _time.now() - began
        if isinstance(outcome, Sent) and self._cache is not None and name is not None:
            outcome = await off_loop(self._cache.settle, name, kept, outcome)
        event = event_of(wire, outcome, seconds, attempts.made)
        _log.tried(event)
        if self._on_event is not None:
            self._on_event(event)
        return outcome
