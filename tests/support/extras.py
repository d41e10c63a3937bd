"""Marks tests of commands whose extra may be missing."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any

import pytest

needs_contract = pytest.mark.skipif(
    find_spec("schemathesis") is None,
    reason="needs the extra `contract`, which the session newest has",
)


def table(lines: Iterable[Any]) -> list[Any]:
    """The cases of a table of command lines; those of `creatoraudit contract` need its extra."""
    rows = [line if isinstance(line, tuple) else (line,) for line in lines]
    return [
        pytest.param(*row, marks=[needs_contract] if row[0].split()[0] == "contract" else [])
        for row in rows
    ]
