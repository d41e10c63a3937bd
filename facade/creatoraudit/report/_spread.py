"""How the values of all ranked posts are spread, and where among them the shown ones lie.

Decides the bins: views and growth run over many powers of ten, so each bin is about twice as wide
as the one before it (1, 2, 5, 10, ...), or ten times where that would make too many; what is zero
or less, which no such bin can hold, is together in the first one.
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
    """Values from `low` (included; None for no limit) to `high` (not included).

    Attributes:
        low: Where it begins.
        high: Where it ends.
        size: How many values are in it.
        marked: How many of them are shown posts'.
    """

    low: float | None
    high: float
    size: int
    marked: int


@frozen
class Spread:
    """Bins without a gap, in ascending order."""

    bins: Sequence[Bin]

    def position(self, value: float) -> float:
        """Where a value lies, in bins from the left end."""
        at = min(bisect_right([one.high for one in self.bins], value), len(self.bins) - 1)
        low, high = self.bins[at].low, self.bins[at].high
        if low is None:
            return at + 0.5
        return at + math.log(value / low) / math.log(high / low)


def spread(values: Sequence[float], marked: Sequence[float]) -> Spread:
    """Put every value in its bin; `marked` are those of the posts that are shown."""
    edges = _edges([value for value in values if value > 0])
    sizes, marks = (Counter(bisect_right(edges, value) for value in of) for of in (values, marked))
    # Bin n ends at edge n; the first one has no beginning, and is left out when it is empty.
    bins = [
        Bin(edges[at - 1] if at else None, high, sizes[at], marks[at])
        for at, high in enumerate(edges)
        if at or sizes[at]
    ]
    return Spread(bins)


def _edges(positive: Sequence[float]) -> list[float]:
    """Where bins begin and end; what would need too many of them lies below the first."""
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
