"""Decides whose request is sent next: first come, first served, within concurrency and rate window.

One scheduler serves everything that uses a client: batches, breakouts, prefetch, exports, and calls
that a program makes side by side. It neither waits nor sends; that is the sender's part.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from typing import Protocol

from .pacing import Pacer


class Ticket(Protocol):
    """One request that wants to be sent.

    Attributes:
        paced: Whether the request counts in the rate window.
        max_wait: Seconds of pacing that the call accepts; None for any.
        paced_before: The scheduler's total of pacing when the call first joined the queue.
    """

    paced: bool
    max_wait: float | None
    paced_before: float

    def wake(self) -> None:
        """Have the owner ask again."""


class Scheduler:
    """A queue of requests, of which `size` are on the wire at a time.

    A slot and a place in the rate window are granted together. Giving back what one never had does
    nothing, so an owner that is cancelled or interrupted at any moment loses no slot.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._pacer = Pacer(size)
        self._lock = threading.Lock()
        self._queue: deque[Ticket] = deque()
        self._sending: set[Ticket] = set()
        self._paced = 0.0

    def join(self, ticket: Ticket, *, first: bool = False) -> None:
        """Queue up; a request that is sent again goes first."""
        with self._lock:
            if ticket.paced_before < 0:
                ticket.paced_before = self._paced
            if first:
                self._queue.appendleft(ticket)
            else:
                self._queue.append(ticket)

    def pause(self, ticket: Ticket) -> float | None:
        """Grant a slot, or say how long to wait.

        Returns:
            0 when the request may be sent now, the seconds to wait when only the rate window is in
            its way, or None when others are: `wake` tells when to ask again.
        """
        with self._lock:
            if self._queue[0] is not ticket or len(self._sending) >= self.size:
                return None
            pause = self._pacer.delay() if ticket.paced else 0.0
            if pause > 0:
                self._wake_limited()
                return pause
            if ticket.paced:
                self._pacer.take()
            self._sending.add(self._queue.popleft())
            self._wake_next()
            return 0.0

    def pacing_of(self, ticket: Ticket) -> float:
        """Seconds of pacing a queued request has waited, and has to wait at least."""
        with self._lock:
            ahead = self._pacer.delay() if ticket.paced else 0.0
            return self._paced - ticket.paced_before + ahead

    def waited(self, seconds: float) -> None:
        """Take note that the queue stood still for the rate window."""
        with self._lock:
            self._paced += seconds
            self._wake_limited()

    def leave(self, ticket: Ticket) -> None:
        """Give back the slot or the place in the queue, whichever the request has."""
        with self._lock:
            if ticket in self._sending:
                self._sending.remove(ticket)
            elif ticket in self._queue:
                self._queue.remove(ticket)
            self._wake_next()

    def observe(self, headers: Mapping[str, str]) -> None:
        """Learn the rate window from a response."""
        with self._lock:
            self._pacer.observe(headers, len(self._sending))

    def refused(self, seconds: float) -> None:
        """Send nothing for a while, because a request was refused with 429."""
        with self._lock:
            self._pacer.close(seconds)

    def _wake_next(self) -> None:
        if self._queue and len(self._sending) < self.size:
            self._queue[0].wake()

    def _wake_limited(self) -> None:
        for ticket in self._queue:
            if ticket.max_wait is not None:
                ticket.wake()
