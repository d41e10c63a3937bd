"""Chooses the cases of a test that run, and those of them whose coverage is measured.

Many tests are tables, and most tables are tried with three kinds of client. A run tries the first
case of a test with every kind and each of the others with one, in turn, so that no case and no kind
is left out; tests marked `every_kind`, whose point is what differs between the kinds, try all.
`nox -s faults` tries every case with every kind, `nox -s quick` a few cases with one kind.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator

import pytest

ALL = "CREATORAUDIT_TEST_EVERY_CASE" in os.environ
QUICK = "CREATORAUDIT_TEST_QUICK" in os.environ
CASES_OF_A_QUICK_TEST = 4

# Folders and files of tests that try in another way what other tests reach: their coverage is not
# measured, because that would take longer than the tests themselves. The marker `repeats` says the
# same of one test.
REPEATING = {
    *("docs", "packaging", "properties", "workflows"),
    *("test_bounds.py", "test_cancellation.py", "test_matrix.py", "test_positions.py"),
    *("test_raw.py", "test_malformed.py", "test_walk.py"),
}

_ONLY = pytest.StashKey[bool]()  # whether no other kind of client tries the case


def chosen(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Return the cases that run, in their order."""
    items = list(items)
    if ALL:
        return items
    choose = _sample if QUICK else _rotation
    kept = {item for cases in _tables(items) for item in choose(cases)}
    return [item for item in items if item in kept]


def measured(item: pytest.Item) -> bool:
    """Tell whether the coverage of a case counts: trio runs the same lines as asyncio."""
    if ALL:
        return True
    if item.get_closest_marker("repeats") or REPEATING & {item.path.name, item.path.parent.name}:
        return False
    return _kind(item) != "trio" or item.stash.get(_ONLY, False)


def _tables(items: Iterable[pytest.Item]) -> Iterable[list[pytest.Item]]:
    """The cases of each test."""
    tables: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        tables[item.nodeid.partition("[")[0]].append(item)
    return tables.values()


def _sample(cases: list[pytest.Item]) -> Iterator[pytest.Item]:
    """Some cases, from the first to the last."""
    most = min(len(cases), CASES_OF_A_QUICK_TEST)
    return (cases[n * (len(cases) - 1) // max(1, most - 1)] for n in range(most))


def _rotation(cases: list[pytest.Item]) -> Iterator[pytest.Item]:
    """The first case with every kind of client, each of the others with one, in turn."""
    if cases[0].get_closest_marker("every_kind"):
        yield from cases
        return
    by_case: defaultdict[tuple[object, ...], list[pytest.Item]] = defaultdict(list)
    for item in cases:
        by_case[_case(item)].append(item)
    for number, kinds in enumerate(by_case.values()):
        if number == 0:
            yield from kinds
        else:
            only = kinds[number % len(kinds)]
            only.stash[_ONLY] = True
            yield only


def _kind(item: pytest.Item) -> str:
    """The kind of client of a case, empty if the test makes none by the fixture `facade`."""
    return str(item.callspec.params.get("facade", "")) if hasattr(item, "callspec") else ""


def _case(item: pytest.Item) -> tuple[object, ...]:
    """What tells a case from the others, but for the kind of its client."""
    if not _kind(item):
        return (item.nodeid,)
    return tuple(part for part in item.callspec.id.split("-") if part != _kind(item))
