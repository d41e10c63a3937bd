"""Chooses which cases are measured: few and short ones that reach what all cases reach together.

A plugin for `pytest --collect-only`, run by `nox -s measured` after all tests have been measured,
each under its name as context. It reads `.coverage` and how long each test took, and writes
`measured.txt`.
"""

from __future__ import annotations

import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from heapq import heapify, heappop, heappush
from pathlib import PurePosixPath
from xml.etree import ElementTree as ET

import pytest

from support.cases import MEASURED, tables

OUTSIDE = ""  # the context of what is reached outside of tests, as modules are imported
# The files that the session `contract` measures, and by its tests alone.
OF_CONTRACT = os.environ.get("MEASURED_BY_CONTRACT", "").split(",")
TIMES = os.environ.get("MEASURED_TIMES", "")  # a report in the format of JUnit
_EACH = 0.02  # seconds that one more case costs, however short it is


def pytest_collection_finish(session: pytest.Session) -> None:
    measured: set[str] = set()
    for of_contract in (True, False):
        reached = reached_by_context(of_contract)
        items = (
            item.nodeid
            for item in session.items
            if bool(item.get_closest_marker("contract")) is of_contract
        )
        measured |= {*chosen({item: reached[item] - reached[OUTSIDE] for item in items})}
    lines = []
    for name, cases in tables(session.items):
        numbers = [number for number, item in enumerate(cases) if item.nodeid in measured]
        if len(numbers) < len(cases):
            lines.append(" ".join(map(str, [name, len(cases), *numbers])))
    MEASURED.write_text("\n".join([*sorted(lines), ""]), encoding="utf-8")


def reached_by_context(of_contract: bool) -> defaultdict[str, set[int]]:
    """What is reached under each context: steps from line to line, which are numbered.

    The tables of coverage's data file are documented.
    """
    reached: defaultdict[str, set[int]] = defaultdict(set)
    numbers: dict[tuple[int, int, int], int] = {}
    with closing(sqlite3.connect("file:.coverage?mode=ro", uri=True)) as data:
        files = {
            file
            for file, path in data.execute("SELECT id, path FROM file")
            if any(map(PurePosixPath(path).match, OF_CONTRACT)) is of_contract
        }
        query = "SELECT context, file_id, fromno, tono FROM arc JOIN context ON id = context_id"
        for context, *step in data.execute(query):
            if step[0] in files:
                number = numbers.setdefault((step[0], step[1], step[2]), len(numbers))
                reached[context].add(number)
    return reached


def chosen(cases: dict[str, set[int]]) -> Iterable[str]:
    """Take the case that reaches most of what is missing per second, until nothing is."""
    seconds = seconds_by_case()

    def gain(name: str, new: set[int]) -> float:
        return len(new) / (_EACH + seconds.get(name, 0.0))

    found: set[int] = set()
    most = [
        (-gain(name, steps), number, name) for number, (name, steps) in enumerate(cases.items())
    ]
    heapify(most)
    while most:
        _, number, name = heappop(most)
        gained = -gain(name, cases[name] - found)
        if most and gained > most[0][0]:
            heappush(most, (gained, number, name))
        elif gained:
            found |= cases[name]
            yield name


def seconds_by_case() -> dict[str, float]:
    """How long each case took."""
    return {
        f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}": float(
            case.get("time", 0)
        )
        for case in ET.parse(TIMES).iter("testcase")
    }
