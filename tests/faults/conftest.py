"""The sandboxes of the fault matrix, and its table in the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from support.breaks import BREAKS, CELL
from support.jobs import JOBS, World, small_world
from support.raw import RAW


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """The resources that the jobs use."""
    with small_world() as made:
        yield made


def _raw_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Results of the jobs whose responses were spoiled byte by byte, and the slowest of them."""
    endings: dict[tuple[str, str], Counter[str]] = {}
    longest = 0.0
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in getattr(report, "user_properties", ()):
                if name == RAW:
                    kind, job, ended, elapsed = str(value).split("|")
                    endings.setdefault((kind, job), Counter())[ended] += 1
                    longest = max(longest, float(elapsed))
    if not endings:
        return
    terminalreporter.section("jobs x faults on raw sockets")
    for (kind, job), counted in sorted(endings.items()):
        ends = ", ".join(f"{count} {ended}" for ended, count in counted.most_common())
        terminalreporter.write_line(f"{kind:8}{job:10}{counted.total():5}: {ends}")
    terminalreporter.write_line(f"the slowest took {longest:.1f} s")


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One row per operation, one column per fault."""
    _raw_summary(terminalreporter)
    tables: dict[str, dict[tuple[str, str], str]] = {}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in getattr(report, "user_properties", ()):
                if name == CELL:
                    kind, job, fault, cell = str(value).split("|")
                    tables.setdefault(kind, {})[job, fault] = cell
    if not tables:
        return
    write = terminalreporter.write_line
    terminalreporter.section("operations x faults")
    for number, name in enumerate(BREAKS, 1):
        write(f"{number:3}  {name}")
    write("two letters per pair: what a call came to when the fault happened once, and when it")
    write("lasted: r a right result, x the documented exception, !! neither")
    for kind, cells in tables.items():
        heads = " ".join(f"{number:2}" for number in range(1, len(BREAKS) + 1))
        write(f"\n{kind:28}{heads}")
        for job in JOBS:
            if any((job, name) in cells for name in BREAKS):
                row = " ".join(cells.get((job, name), "  ") for name in BREAKS)
                write(f"{job:28}{row}")
