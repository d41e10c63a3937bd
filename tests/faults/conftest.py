"""The sandboxes of the fault matrix, and its table in the report."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.breaks import BREAKS, CELL
from support.jobs import JOBS, World, small_world


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """What the jobs work on."""
    with small_world() as made:
        yield made


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One row per operation, one column per fault."""
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
