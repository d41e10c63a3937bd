"""Chooses the cases of a test that run, and those of them whose coverage is measured.

Many tests are tables, and most tables are tried with three kinds of client. A run tries each case
with one of them, in turn, so that no case and no kind is left out; tests with fewer cases than
kinds, and those marked `every_kind`, whose point is what differs between the kinds, try all.
`nox -s faults` tries every case with every kind, `nox -s quick` a few cases with one kind.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from support import measure

ALL = "CREATORAUDIT_TEST_EVERY_CASE" in os.environ
QUICK = "CREATORAUDIT_TEST_QUICK" in os.environ
CASES_OF_A_QUICK_TEST = 4

# The tests of which only some cases are measured: name, number of cases, which are measured.
# `nox -s measured` writes it (support/choose_measured.py).
MEASURED = Path(__file__).with_name("measured.txt")

_UNMEASURED = pytest.StashKey[bool]()  # whether a case is run without being measured


def amount(ordinary: int, every: int) -> int:
    """How many random or equal things a test tries in an ordinary run, and where all cases run."""
    return every if ALL else ordinary


def chosen(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Return the cases that run, in their order."""
    items = list(items)
    if ALL:
        return items
    choose = _sample if QUICK else _rotation
    kept = {item for _, cases in tables(items) for item in choose(cases)}
    return [item for item in items if item in kept]


def choose_unmeasured(items: Iterable[pytest.Item]) -> None:
    """Choose which cases are run without being measured: others reach the same lines.

    Measuring takes longer than most tests, and a tenth of the cases reaches all that all reach. A
    test that is new, or has another number of cases than when they were chosen, is measured whole.
    """
    if ALL or measure.PER_TEST or sys.platform == "win32":  # where other tests are skipped
        return
    lines = (line.split() for line in MEASURED.read_text(encoding="utf-8").splitlines())
    known = {name: (int(count), {*map(int, numbers)}) for name, count, *numbers in lines}
    for name, cases in tables(items):
        count, numbers = known.get(name, (0, set()))
        for number, item in enumerate(cases):
            item.stash[_UNMEASURED] = count == len(cases) and number not in numbers


def measured(item: pytest.Item) -> bool:
    """Tell whether the coverage of a case counts."""
    return not item.stash.get(_UNMEASURED, False)


def tables(items: Iterable[pytest.Item]) -> Iterable[tuple[str, list[pytest.Item]]]:
    """The tests, each with its cases."""
    found: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        found[item.nodeid.partition("[")[0]].append(item)
    return found.items()


def _sample(cases: list[pytest.Item]) -> Iterator[pytest.Item]:
    """Some cases, from the first to the last."""
    most = min(len(cases), CASES_OF_A_QUICK_TEST)
    return (cases[n * (len(cases) - 1) // max(1, most - 1)] for n in range(most))


def _rotation(cases: list[pytest.Item]) -> Iterator[pytest.Item]:
    """Each case with one kind of client, in turn, or with every kind where there are few cases."""
    if cases[0].get_closest_marker("every_kind"):
        yield from cases
        return
    by_case: defaultdict[tuple[object, ...], list[pytest.Item]] = defaultdict(list)
    for item in cases:
        by_case[_case(item)].append(item)
    for number, kinds in enumerate(by_case.values()):
        if len(by_case) < len(kinds):
            yield from kinds
        else:
            yield kinds[number % len(kinds)]


def _kind(item: pytest.Item) -> str:
    """The kind of client of a case, empty if the test makes none by the fixture `facade`."""
    return str(item.callspec.params.get("facade", "")) if hasattr(item, "callspec") else ""


def _case(item: pytest.Item) -> tuple[object, ...]:
    """What tells a case from the others, but for the kind of its client."""
    if not _kind(item):
        return (item.nodeid,)
    return tuple(part for part in item.callspec.id.split("-") if part != _kind(item))
