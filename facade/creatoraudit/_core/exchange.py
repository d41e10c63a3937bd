"""The time that one exchange with the server may take, handed down to each operation on a socket.

httpx and httpcore pass the timeouts of a request on as they are, to the code that connects, reads
and writes. So a timeout that also knows the end of the whole exchange arrives where time passes.
"""

from __future__ import annotations

from collections.abc import Callable

from . import clock

LATE = "the time for this exchange was already up"


class Exchange:
    """One request and its response: when they have to be over, and how to give them up.

    Args:
        seconds: Time for the whole exchange, or, of a download, for all before the body.
        idle: Seconds that may pass between two parts of the body of a download.

    Attributes:
        streams: Whether it has come to the body of a download.
    """

    def __init__(self, seconds: float, idle: float) -> None:
        self._ends = clock.now() + seconds
        self._idle = idle
        self._given_up = False
        self.streams = False
        self.on_give_up: Callable[[], None] | None = None
        self.on_more_time: Callable[[], None] | None = None

    def stream(self) -> None:
        """From now on, limit only the time in which nothing arrives."""
        self.streams = True
        self.arrived()

    def arrived(self) -> None:
        """A part of the body has arrived: that of a download has its idle time again."""
        if self.streams:
            self._ends = clock.now() + self._idle

    def pass_on(self) -> None:
        """Tell a limit on the whole exchange, if there is one, how much time is left now."""
        if self.streams and self.on_more_time is not None:
            self.on_more_time()

    @property
    def left(self) -> float:
        """Seconds that are left; 0 or less when the time is up or nobody wants the response."""
        return 0.0 if self._given_up else self._ends - clock.now()

    def give_up(self) -> None:
        """Want no response any more: what waits for the network now is to end at once."""
        self._given_up = True
        if self.on_give_up is not None:
            self.on_give_up()


class Limit(float):
    """Seconds that one operation on a socket may wait, within an exchange."""

    __slots__ = ("exchange",)

    exchange: Exchange

    @classmethod
    def of(cls, seconds: float, exchange: Exchange) -> Limit:
        """The limit for each operation of an exchange."""
        limit = cls(seconds)
        limit.exchange = exchange
        return limit

    @property
    def left(self) -> float:
        """Seconds that the next operation may wait; 0 or less when it must not begin."""
        return min(self, self.exchange.left)
