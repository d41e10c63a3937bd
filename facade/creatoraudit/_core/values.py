"""Converts numbers, booleans and days of other libraries, such as numpy, to Python's own."""

from __future__ import annotations

import math
import operator
from typing import Any


def plain(value: object) -> Any:
    """The Python value that a scalar of numpy stands for; any other value as it is."""
    kind = getattr(getattr(value, "dtype", None), "kind", None)
    if not isinstance(kind, str) or kind not in "biufUM" or getattr(value, "ndim", 0) != 0:
        return value
    scalar: Any = value
    if kind == "M" and not str(scalar.dtype).endswith(("[D]", "[W]", "[M]", "[Y]")):
        scalar = scalar.astype("datetime64[us]")  # nanoseconds would become an integer
    found = scalar.item()
    return value if found is None else found


def whole(value: object) -> int | None:
    """An integer of any library as an int; None for anything else, truth values among it."""
    found = plain(value)
    if isinstance(found, bool):
        return None
    try:
        return operator.index(found)
    except TypeError:
        return None


def number(value: object) -> int | float | None:
    """A finite number of any library as Python's own; None for anything else."""
    found = plain(value)
    if isinstance(found, float):
        return found if math.isfinite(found) else None
    return whole(found)
