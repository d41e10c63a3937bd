"""Chooses which cases are measured: few and short ones that reach what all cases reach together.

A plugin for `pytest --collect-only`, run by `nox -s measured` after all tests have been measured,
each under its name as context. It reads the data of coverage and how long each test took, and
writes `measured.txt`.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from heapq import heapify, heappop, heappush
from pathlib import PurePosixPath
from xml.etree import ElementTree as ET

import pytest
from coverage import Coverage

from support.cases import MEASURED, tables

OUTSIDE = ""  # the context of what is reached outside of tests, as modules are imported
# The files that the session `contract` measures, and by its tests alone.
OF_CONTRACT = os.environ.get("MEASURED_BY_CONTRACT", "").split(",")
TIMES = os.environ.get("MEASURED_TIMES", "")  # a report in the format of JUnit
_PER_CASE = 0.02  # seconds that one more case costs, however short it is


def pytest_collection_finish(session: pytest.Session) -> None:
    reached = reached_by_context()
    cases = {}
    for item in session.items:
        of_contract = item.get_closest_marker("contract") is not None
        cases[item.nodeid] = reached[item.nodeid, of_contract] - reached[OUTSIDE, of_contract]
    measured = {*set_cover(cases)}
    lines = []
    for name, items in tables(session.items):
        numbers = [number for number, item in enumerate(items) if item.nodeid in measured]
        if len(numbers) < len(items):
            lines.append(" ".join(map(str, [name, len(items), *numbers])))
    MEASURED.write_text("\n".join([*sorted(lines), ""]), encoding="utf-8")


def reached_by_context() -> defaultdict[tuple[str, bool], set[int]]:
    """What is reached under each context, in the files of the session `contract` and in others.

    It is what the report counts, each numbered: lines, and the steps from lines with a choice.
    The tables of coverage's data file are documented.
    """
    reached: defaultdict[tuple[str, bool], set[int]] = defaultdict(set)
    numbers: dict[tuple[int, int, int], int] = {}
    measured = Coverage()
    measured.load()
    with closing(sqlite3.connect(f"file:{os.environ['COVERAGE_FILE']}?mode=ro", uri=True)) as data:
        files = dict(data.execute("SELECT id, path FROM file").fetchall())
        of_contract = {
            file: any(map(PurePosixPath(path).match, OF_CONTRACT)) for file, path in files.items()
        }
        choices = {file: measured.branch_stats(path) for file, path in files.items()}
        query = "SELECT context, file_id, fromno, tono FROM arc JOIN context ON id = context_id"
        for context, file, line, following in data.execute(query):
            steps = [(file, line, 0), (file, following, 0)]
            if line in choices[file]:
                steps.append((file, line, following))
            reached[context, of_contract[file]].update(
                numbers.setdefault(step, len(numbers)) for step in steps
            )
    return reached


def set_cover(cases: dict[str, set[int]]) -> list[str]:
    """Take the case that reaches most of what is missing per second, until nothing is."""
    seconds = seconds_by_case()

    def gain(name: str, new: set[int]) -> float:
        return len(new) / (_PER_CASE + seconds.get(name, 0.0))

    found: set[int] = set()
    taken = []
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
            taken.append(name)

    # Some of the first may be needless by now, and the longest is the best to spare.
    times = Counter(step for name in taken for step in cases[name])
    for name in sorted(taken, key=lambda name: -seconds.get(name, 0.0)):
        if all(times[step] > 1 for step in cases[name]):
            times.subtract(cases[name])
            taken.remove(name)
    return taken


def seconds_by_case() -> dict[str, float]:
    """How long each case took."""
    return {
        f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}": float(
            case.get("time", 0)
        )
        for case in ET.parse(TIMES).iter("testcase")
    }
