"""Schedules the comparison of pairs of places and collects the findings.

A pair shared by many operations is compared once. The walk then finds out which operations each
finding belongs to. `_operations` and `_schemas` compare the pairs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

from ..openapi import Document, DocumentRefused, Json, Place, operation_key, quoted
from ._rules import RULES, Rule

if TYPE_CHECKING:
    from ..openapi._document import Refusal

Key: TypeAlias = tuple[object, ...]
"""Identifies a visit; two visits with equal keys would find the same."""


class Absent(Enum):
    """Stands for something that a document does not state."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


class Difference(NamedTuple):
    """One difference between two documents."""

    rule: Rule
    location: str
    """JSON pointer into the head document, or into the base one for what exists only there."""
    document: str
    """`head` or `base`: the document that the location points into."""
    fields: tuple[tuple[str, str], ...]
    """The values for the placeholders of the sentence, as JSON."""
    operations: tuple[str, ...]
    """The operations concerned, as `GET /path`; empty if it is about the whole document."""

    @property
    def sentence(self) -> str:
        """The rule's sentence about this finding."""
        return self.rule.sentence.format(**dict(self.fields))

    @property
    def rule_id(self) -> str:
        """The rule, as a baseline calls it."""
        return self.rule.id

    @property
    def problem(self) -> str:
        """The sentence, as a baseline calls it."""
        return self.sentence

    @property
    def operation_keys(self) -> tuple[str, ...]:
        """The operations with blanked parameter names."""
        return tuple(operation_key(*label.split(" ", 1)) for label in self.operations)

    @property
    def order(self) -> tuple[object, ...]:
        """Sort key: most important first, then by rule and place."""
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
        """Plan a top-level visit; findings below it name `operation`."""
        if operation is not None:
            self._labels[key] = operation
        self.plan(key, None, work)

    def plan(self, key: Key, origin: Key | None, work: Callable[[Scope], None]) -> None:
        """Plan a visit, unless one with that key was already planned."""
        if key not in self._from:
            self._from[key] = set()
            self._queue.append((key, work))
        if origin is not None:
            self._from[key].add(origin)

    def keep(self, found: _Found, owner: Key) -> None:
        """Add a finding of the visit `owner`."""
        self._found.setdefault(found, set()).add(owner)

    def findings(self) -> list[Difference]:
        """Make all visits; returns their findings in order."""
        while self._queue:
            key, work = self._queue.popleft()
            Scope(self, key).attempt(work)
        reached = _Reached(self._from, self._labels)
        results = [
            Difference(RULES[rule], location, document, fields, reached.labels(owners))
            for (rule, location, document, fields), owners in self._found.items()
        ]
        return sorted(results, key=lambda finding: finding.order)


class _Reached:
    """Finds the labelled visits that lead to each visit.

    Visits can form cycles. All visits of one cycle have the same labels, so each cycle is handled
    once (Tarjan's algorithm, without recursion).
    """

    def __init__(self, origins: Mapping[Key, set[Key]], labels: Mapping[Key, str]) -> None:
        self._origins = origins
        self._names = [*labels.values()]
        self._own = {key: 1 << index for index, key in enumerate(labels)}
        self._bits: dict[Key, int] = {}
        self._index: dict[Key, int] = {}
        self._low: dict[Key, int] = {}

    def labels(self, visits: Iterable[Key]) -> tuple[str, ...]:
        """The labels of all labelled visits that lead to any of these visits, in order."""
        bits = 0
        for visit in visits:
            if visit not in self._bits:
                self._search(visit)
            bits |= self._bits[visit]
        found: list[str] = []
        while bits:
            lowest = bits & -bits
            found.append(self._names[lowest.bit_length() - 1])
            bits ^= lowest
        return tuple(sorted(found))

    def _search(self, start: Key) -> None:
        path: list[tuple[Key, Iterator[Key]]] = [(start, self._enter(start))]
        circle: list[Key] = [start]
        while path:
            key, origins = path[-1]
            for origin in origins:
                if origin not in self._index:
                    path.append((origin, self._enter(origin)))
                    circle.append(origin)
                    break
                if origin not in self._bits:
                    self._low[key] = min(self._low[key], self._index[origin])
            else:
                path.pop()
                if path:
                    before = path[-1][0]
                    self._low[before] = min(self._low[before], self._low[key])
                if self._low[key] == self._index[key]:
                    self._close(circle, circle.index(key) if circle[-1] != key else -1)

    def _enter(self, key: Key) -> Iterator[Key]:
        self._index[key] = self._low[key] = len(self._index)
        return iter(self._origins[key])

    def _close(self, circle: list[Key], first: int) -> None:
        members = circle[first:]
        del circle[first:]
        bits = 0
        for member in members:
            bits |= self._own.get(member, 0)
            for origin in self._origins[member]:
                bits |= self._bits.get(origin, 0)
        self._bits.update(dict.fromkeys(members, bits))


@dataclass(frozen=True)
class Scope:
    """One visit, which collects its findings and plans further visits."""

    walk: Walk
    key: Key

    def visit(self, key: Key, work: Callable[[Scope], None]) -> None:
        """Plan a visit that this one leads to."""
        self.walk.plan(key, self.key, work)

    def attempt(self, work: Callable[[Scope], None]) -> None:
        """Compare a part, or report that it cannot be read."""
        try:
            work(self)
        except DocumentRefused as refused:
            self.unreadable(refused)

    def unreadable(self, refused: DocumentRefused) -> None:
        """Report that a place cannot be read, unless it could not be read before either."""
        # Documents are read before they are compared, so what is refused now is a place.
        refusal = cast("Refusal", refused.refusal)
        before = refusal.document is self.walk.base
        if refusal.concerns(self.walk.head if before else self.walk.base):
            return
        place = Place(refusal.document, refusal.pointer, None)
        self.report("part-was-unreadable" if before else "part-unreadable", place, why=refusal.why)

    def report(self, rule: str, where: Place, **fields: Json | Absent) -> None:
        """Add a finding about a place."""
        side = "base" if where.document is self.walk.base else "head"
        told = tuple(
            (name, "absent" if value is ABSENT else quoted(value))
            for name, value in sorted(fields.items())
        )
        self.walk.keep((rule, where.pointer, side, told), self.key)
