"""Sorts the values of all ranked posts into histogram bins, and marks the shown posts.

Views and growth span many powers of ten, so each bin is about twice as wide as the one before it
(1, 2, 5, 10, ...), or ten times if there would be too many bins. The first bin holds all values
that are zero or less.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence

from attrs import frozen

MOST_BINS = 24


@frozen
class Bin:
    """The values in a range.

    Attributes:
        low: Lower end, included; None for no limit.
        high: Upper end, not included.
        size: Number of values in the bin.
        marked: Number of values that belong to shown posts.
    """

    low: float | None
    high: float
    size: int
    marked: int


def position(bins: Sequence[Bin], value: float) -> float:
    """The position of a value, in bins from the left end."""
    at = min(bisect_right([one.high for one in bins], value), len(bins) - 1)
    low, high = bins[at].low, bins[at].high
    if low is None:
        return at + 0.5
    return at + math.log(value / low) / math.log(high / low)


def spread(values: Sequence[float], marked: Sequence[float]) -> list[Bin]:
    """Sort values into bins without a gap; `marked` are the values of the shown posts."""
    edges = _edges([value for value in values if value > 0])
    sizes, marks = (Counter(bisect_right(edges, value) for value in of) for of in (values, marked))
    # Bin n ends at edge n; the first one has no lower end, and is omitted if empty.
    return [
        Bin(edges[at - 1] if at else None, high, sizes[at], marks[at])
        for at, high in enumerate(edges)
        if at or sizes[at]
    ]


def _edges(positive: Sequence[float]) -> list[float]:
    """The edges of the bins; values that would need too many bins go below the first."""
    if not positive:
        return [1]
    lowest, highest = (math.floor(math.log10(of(positive))) for of in (min, max))
    lowest = max(lowest, highest - MOST_BINS + 2)
    fine = 3 * (highest - lowest + 1) <= MOST_BINS
    steps = (1, 2, 5) if fine else (1,)
    edges = [_power(step, at) for at in range(lowest, highest + 1) for step in steps]
    edges.append(_power(1, highest + 1))
    first = max(0, bisect_right(edges, min(positive)) - 1)
    last = bisect_right(edges, max(positive))
    return edges[first : last + 1]


def _power(step: int, exponent: int) -> float:
    # Exact for whole numbers: 10.0**23 is not 10**23.
    return float(step * 10**exponent) if exponent >= 0 else step / 10**-exponent
