"""Faults on demand: errors, delays, slow bodies, broken connections.

A fault is written as ``name=value`` pairs, for example ``status=503,rate=0.05`` or
``drop=body,operation=list_videos,times=2``. The seed and the order of requests determine which
requests it hits.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from .problems import STATUS, Problem

DROPS: Final = ("start", "body")


@dataclass(frozen=True)
class Fault:
    """One fault, such as an error status, a delay or a broken connection.

    Attributes:
        status: Respond with this error status instead of serving the request.
        code: Its problem code. Defaults to the first documented code of the status.
        html: Send an HTML page as the error body, as a gateway in front of an API does.
        retry_after: Seconds to send in Retry-After.
        delay_ms: Delay of the response in milliseconds.
        jitter_ms: Maximum random delay to add, in milliseconds.
        slow: Bytes of the body to send per second.
        drop: Break the connection: at the ``start``, before any response, or during the ``body``.
        rate: Share of the requests to hit, from 0 to 1.
        operation: The operationId to hit. Defaults to all operations.
        times: Maximum number of requests to hit.
    """

    status: int | None = None
    code: str | None = None
    html: bool = False
    retry_after: int | None = None
    delay_ms: float = 0.0
    jitter_ms: float = 0.0
    slow: int | None = None
    drop: str | None = None
    rate: float = 1.0
    operation: str | None = None
    times: int | None = None

    def problem(self) -> Problem | None:
        """The problem to respond with, if this fault sets a status."""
        if self.status is None:
            return None
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return Problem(
            self.code or _code_of(self.status),
            "A fault of the sandbox caused this error.",
            status=self.status,
            headers=headers,
        )


def _code_of(status: int) -> str:
    documented = [code for code, known in STATUS.items() if known == status]
    return documented[0] if documented else "BAD_REQUEST" if status < 500 else "INTERNAL_ERROR"


_Reader: TypeAlias = Callable[[str], object]


def _number(kind: Callable[[str], float], fits: Callable[[float], bool], must: str) -> _Reader:
    def read(text: str) -> float:
        number = kind(text)
        if not fits(number):
            raise ValueError(f"must be {must}")
        return number

    return read


def _word(words: Collection[str]) -> _Reader:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be one of: {', '.join(words)}")
        return text

    return read


_COUNT: Final = _number(int, lambda count: count >= 1, "at least 1")
_DURATION: Final = _number(float, lambda length: 0 <= length < 86_400_000, "between 0 and a day")
_READERS: Final[Mapping[str, _Reader]] = {
    "status": _number(int, lambda status: 400 <= status <= 599, "between 400 and 599"),
    "code": _word(STATUS),
    "html": lambda text: {"yes": True, "no": False}[text],
    "retry_after": _COUNT,
    "delay_ms": _DURATION,
    "jitter_ms": _DURATION,
    "slow": _COUNT,
    "drop": _word(DROPS),
    "rate": _number(float, lambda rate: 0 <= rate <= 1, "between 0 and 1"),
    "operation": str,
    "times": _COUNT,
}


def parse(text: str, operations: Iterable[str]) -> Fault:
    """Parse a fault; raises ValueError that says what is wrong in it."""
    members: dict[str, object] = {}
    for pair in text.split(","):
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not equals or name not in _READERS:
            known = ", ".join(_READERS)
            raise ValueError(f"fault {text!r}: {pair!r} is not name=value with one of: {known}")
        try:
            members[name] = _READERS[name](value)
        except (ValueError, KeyError) as error:
            reason = "must be yes or no" if isinstance(error, KeyError) else error
            raise ValueError(f"fault {text!r}: {name} {reason}") from None
    fault = Fault(**members)  # type: ignore[arg-type]  # each reader returns what its member takes
    if fault.operation is not None and fault.operation not in operations:
        raise ValueError(f"fault {text!r}: there is no operation {fault.operation}")
    if not (fault.status or fault.delay_ms or fault.jitter_ms or fault.slow or fault.drop):
        raise ValueError(f"fault {text!r}: give one of status, delay_ms, jitter_ms, slow, drop")
    return fault


class Faults:
    """The active faults of one sandbox."""

    def __init__(self, seed: int, operations: Iterable[str]) -> None:
        self._operations = frozenset(operations)
        self._random = random.Random(seed)
        self._active: list[tuple[Fault, list[int]]] = []

    def add(self, text: str) -> None:
        """Add a fault, e.g. ``status=503,rate=0.05``."""
        fault = parse(text, self._operations)
        self._active.append((fault, [0]))

    def clear(self) -> None:
        """Remove all faults."""
        self._active.clear()

    def striking(self, operation: str | None) -> list[Fault]:
        """The faults that hit a request for an operation, in the order they were added."""
        struck = []
        for fault, count in self._active:
            if fault.operation not in (None, operation):
                continue
            if fault.times is not None and count[0] >= fault.times:
                continue
            if fault.rate < 1 and self._random.random() >= fault.rate:
                continue
            count[0] += 1
            struck.append(fault)
        return struck

    def delay(self, fault: Fault) -> float:
        """Delay of a response in seconds."""
        return (fault.delay_ms + self._random.random() * fault.jitter_ms) / 1000
