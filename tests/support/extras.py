"""Marks tests of commands whose extra may be missing."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any

import pytest

# The session contract runs the tests with this mark; tests/contract has it as a folder.
needs_contract = pytest.mark.contract
_SKIPPED = pytest.mark.skipif(
    find_spec("schemathesis") is None,
    reason="needs the extra `contract`: nox -s contract runs it",
)


def mark(items: Iterable[pytest.Item]) -> None:
    """Mark the tests of `tests/contract`, and skip marked ones where the extra is missing."""
    for item in items:
        if item.path.parent.name == "contract":
            item.add_marker(needs_contract)
        if item.get_closest_marker("contract"):
            item.add_marker(_SKIPPED)


def table(lines: Iterable[Any]) -> list[Any]:
    """The cases of a table of command lines; those of `creatoraudit contract` need its extra."""
    rows = [line if isinstance(line, tuple) else (line,) for line in lines]
    return [
        pytest.param(*row, marks=[needs_contract] if row[0].split()[0] == "contract" else [])
        for row in rows
    ]
