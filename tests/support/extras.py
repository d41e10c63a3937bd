"""Marks tests of commands whose extra may be missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from typing import Any

import pytest

needs_contract = pytest.mark.skipif(
    find_spec("schemathesis") is None,
    reason="needs the extra `contract`, which the session newest has",
)


def cases(lines: Iterable[Any]) -> Iterator[Any]:
    """Cases of a table of command lines; those of `creatoraudit contract` need its extra."""
    for line in lines:
        values = line if isinstance(line, tuple) else (line,)
        marks = [needs_contract] if values[0].split()[0] == "contract" else []
        yield pytest.param(*values, marks=marks)
