"""Adds the results for random responses to the test report."""

from __future__ import annotations

import json

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line per property: the number of cases and their results."""
    lines: list[str] = []
    for outcome in ("passed", "failed", ""):  # teardowns that passed have no name
        for report in terminalreporter.getreports(outcome):
            for name, value in getattr(report, "user_properties", ()):
                if name == "outcomes" and report.when == "teardown":
                    seen = json.loads(value)
                    told = ", ".join(f"{count} {what}" for what, count in sorted(seen.items()))
                    test = report.nodeid.rpartition("::")[2]
                    lines.append(f"{test}: {sum(seen.values())} cases: {told}")
    if lines:
        terminalreporter.section("random answers")
        for line in sorted(lines):
            terminalreporter.write_line(line)
