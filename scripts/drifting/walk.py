"""Visits pairs of places once each and keeps what was found about them.

Decides the order of the visits, that a pair shared by many operations is compared once, and which
operations a finding belongs to. What is found in a pair is left to operations.py and schemas.py.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple, TypeAlias

from .document import Document, Json, Place
from .quoting import quoted
from .rules import RULES, Rule

Key: TypeAlias = tuple[object, ...]
"""What a visit is about; two visits with one key would find the same."""


class Absent(Enum):
    """What is told of something that a document does not say."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


class Finding(NamedTuple):
    """One difference."""

    rule: Rule
    location: str
    """JSON pointer: into the head document, into the base one for what is only there."""
    document: str
    """`head` or `base`: the document that the location points into."""
    fields: tuple[tuple[str, str], ...]
    """What the sentence is filled with, as JSON."""
    operations: tuple[str, ...]
    """The operations that are different by it, as `GET /path`; none if it is about the document."""

    @property
    def sentence(self) -> str:
        """The rule's sentence about this finding."""
        return self.rule.sentence.format(**dict(self.fields))

    @property
    def order(self) -> tuple[object, ...]:
        """Most important first, then by rule and place."""
        return (-self.rule.level, self.rule.id, self.location, self.document, self.fields)


_Found: TypeAlias = tuple[str, str, str, tuple[tuple[str, str], ...]]


@dataclass
class Walk:
    """The comparison of two documents, under way."""

    base: Document
    head: Document
    _queue: deque[tuple[Key, Callable[[Scope], None]]] = field(default_factory=deque)
    _from: dict[Key, set[Key]] = field(default_factory=dict)
    _labels: dict[Key, str] = field(default_factory=dict)
    _found: dict[_Found, set[Key]] = field(default_factory=dict)

    def start(self, key: Key, work: Callable[[Scope], None], operation: str | None = None) -> None:
        """Plans a visit that belongs to no other one; `operation` is what findings name."""
        if operation is not None:
            self._labels[key] = operation
        self.plan(key, None, work)

    def plan(self, key: Key, origin: Key | None, work: Callable[[Scope], None]) -> None:
        """Plans a visit, unless one of that key is or was planned."""
        if key not in self._from:
            self._from[key] = set()
            self._queue.append((key, work))
        if origin is not None:
            self._from[key].add(origin)

    def keep(self, found: _Found, owner: Key) -> None:
        """Keeps a finding of the visit `owner`."""
        self._found.setdefault(found, set()).add(owner)

    def findings(self) -> list[Finding]:
        """Makes all visits; what they found, in order."""
        while self._queue:
            key, work = self._queue.popleft()
            work(Scope(self, key))
        operations: dict[Key, frozenset[str]] = {}
        results = [
            Finding(
                RULES[rule],
                location,
                document,
                fields,
                tuple(sorted({name for key in owners for name in self._reached(key, operations)})),
            )
            for (rule, location, document, fields), owners in self._found.items()
        ]
        return sorted(results, key=lambda finding: finding.order)

    def _reached(self, key: Key, known: dict[Key, frozenset[str]]) -> frozenset[str]:
        """Labels of the visits from which `key` was come to."""
        if key not in known:
            seen, waiting = {key}, [key]
            while waiting:
                for origin in self._from[waiting.pop()] - seen:
                    seen.add(origin)
                    waiting.append(origin)
            known[key] = frozenset(self._labels[each] for each in seen if each in self._labels)
        return known[key]


@dataclass(frozen=True)
class Scope:
    """One visit: where its findings and its further visits go."""

    walk: Walk
    key: Key

    def visit(self, key: Key, work: Callable[[Scope], None]) -> None:
        """Plans a visit that this one leads to."""
        self.walk.plan(key, self.key, work)

    def report(self, rule: str, where: Place, **fields: Json | Absent) -> None:
        """Keeps a finding about a place."""
        side = "base" if where.document is self.walk.base else "head"
        told = tuple(
            (name, "absent" if value is ABSENT else quoted(value))
            for name, value in sorted(fields.items())
        )
        self.walk.keep((rule, where.pointer, side, told), self.key)
