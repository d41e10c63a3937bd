# Derived from ../_async/sender.py by scripts/unasync.py; change that file instead.
"""Sends prepared requests with key, pacing, retries, cache, events and errors.

Every request of the package passes through here. The decisions are made in `_core`; this is the
loop that applies them.
"""

from __future__ import annotations

import logging

from .._core import clock
from .._core.cache import Cache, CachedResponse
from .._core.config import Settings
from .._core.events import Hooks
from .._core.key import ApiKey, KeyRing
from .._core.log import logger
from .._core.options import RequestCounter, RequestOptions
from .._core.pacing import Scheduler
from .._core.problems import error_of
from .._core.request import PreparedRequest, with_header
from .._core.response import Failure, RawResponse
from .._core.retry import RATE_LIMITED, Attempts
from .io import Signal, off_loop, settled, sleep
from .transport import Transport


class Sender:
    """Sends the prepared requests of one client."""

    def __init__(
        self,
        settings: Settings,
        transport: Transport,
        keys: KeyRing,
        *,
        cache: Cache | None,
        hooks: Hooks,
    ) -> None:
        self.settings = settings
        self._transport = transport
        self._keys = keys
        self._cache = cache
        self._hooks = hooks
        self._scheduler = Scheduler(settings.concurrency)

    def send(
        self,
        request: PreparedRequest,
        options: RequestOptions,
        counter: RequestCounter | None = None,
    ) -> RawResponse:
        """Send a request, with retries, and return the successful response or raise."""
        attempts = Attempts(self.settings, request, options)
        while True:
            outcome = self._try(request, attempts)
            if counter is not None:
                counter.add()
            into = request.into
            if into is not None:
                into.check()
                attempts.paced(into.body_seconds)
            if isinstance(outcome, Failure):
                wait = attempts.after_failure(outcome)
            elif outcome.usable:
                return outcome
            else:
                error = error_of(
                    request,
                    outcome,
                    key_place=self._keys.place,
                    base_url_place=self.settings.base_url_place,
                )
                wait = attempts.after_error(error)
                if error.status == RATE_LIMITED:
                    self._scheduler.refused(wait)
            if into is not None:
                into.discard()
            self._hooks.waits(request, wait, "retry")
            sleep(wait)

    def _try(self, request: PreparedRequest, attempts: Attempts) -> RawResponse | Failure:
        if self._transport.check():
            # The parent's requests hold slots of the inherited scheduler, and perhaps its lock.
            self._scheduler = Scheduler(self.settings.concurrency)
        key = self._key(request.operation) if request.authenticated else None
        cache = self._cache if request.into is None else None
        name = None if cache is None else cache.name(request, key)
        cached: CachedResponse | None = None
        asking = request
        if cache is not None and name is not None:
            cached = off_loop(cache.get, name)
            if cached is not None:
                asking = with_header(request, "If-None-Match", cached.etag)
        with Turn(self._scheduler, request, attempts, self._hooks):
            if request.into is not None:
                off_loop(request.into.begin, key)
            timeouts = attempts.start()
            began = clock.now()
            outcome = self._transport.send(asking, key, timeouts)
            seconds = clock.now() - began
        if key is not None:
            outcome = outcome.without(key)
        if isinstance(outcome, RawResponse):
            if request.authenticated:
                self._scheduler.observe(outcome.headers)
            if cache is not None and name is not None:
                outcome = off_loop(cache.settle, name, cached, outcome)
        if self._hooks.listen or logger.isEnabledFor(logging.INFO):
            self._hooks.tried(request, outcome, seconds, attempts.made)
        return outcome

    def _key(self, operation: str) -> ApiKey:
        """Return the current key. A key function is called while the request holds no slot."""
        said = self._keys.ask()
        if said:
            said[0] = settled(said[0])
        return self._keys.key(operation, said)


class Turn:
    """The ticket of one request (`pacing.Ticket`) as a context; entering it waits for a slot."""

    def __init__(
        self, scheduler: Scheduler, request: PreparedRequest, attempts: Attempts, hooks: Hooks
    ) -> None:
        self.paced = request.authenticated
        self.max_wait = attempts.max_wait
        self.paced_before = -1.0
        self._scheduler = scheduler
        self._request = request
        self._attempts = attempts
        self._hooks = hooks
        self._signal = Signal()

    def wake(self) -> None:
        """Wake the request, so that it asks for a slot again."""
        self._signal.set()

    def __enter__(self) -> None:
        began = clock.now()
        try:
            self._scheduler.join(self, first=self._attempts.made > 0)
            while (pause := self._scheduler.pause(self)) != 0.0:
                self._attempts.check_wait(pause or 0.0, self._scheduler.pacing_of(self))
                if pause is None:
                    self._signal.wait()
                else:
                    self._pace(pause)
            self._attempts.paced(clock.now() - began)
        except BaseException:
            self._scheduler.leave(self)
            raise

    def __exit__(self, *exc_info: object) -> None:
        self._scheduler.leave(self)

    def _pace(self, pause: float) -> None:
        """Wait for the rate-limit window, as the first in the queue."""
        if self._hooks.tells(pause):
            # The hook may use the client; its request would wait behind this one forever.
            self._scheduler.leave(self)
            self._hooks.waits(self._request, pause, "rate limit")
            self._scheduler.join(self, first=True)
        else:
            self._hooks.waits(self._request, pause, "rate limit")
        sleep(pause)
        self._scheduler.waited(pause)
