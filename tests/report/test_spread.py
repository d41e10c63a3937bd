"""The bins of the histogram: complete, ordered, and few."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import strategies as st

from creatoraudit.report._spread import MOST_BINS, position, spread
from support import cases
from support.repeatable import given, settings

NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(1e-12, 1e12) | st.integers(-9, 2000)


@given(st.lists(NUMBERS, min_size=1, max_size=60), st.data())
@settings(max_examples=cases.amount(100, every=200))
def test_every_value_is_in_one_bin(values: list[float], data: st.DataObject) -> None:
    marked = data.draw(st.lists(st.sampled_from(values), unique=True))
    bins = spread(values, marked)
    assert sum(one.size for one in bins) == len(values)
    assert sum(one.marked for one in bins) == len(marked)
    assert all(one.marked <= one.size for one in bins)
    assert 1 <= len(bins) <= MOST_BINS + 1
    for one, following in pairwise(bins):
        assert following.low is not None
        assert one.high == following.low < following.high
    for one in bins:
        low = float("-inf") if one.low is None else one.low
        size = sum(low <= value < one.high for value in values)
        assert one.size == size


@given(st.lists(NUMBERS, min_size=1, max_size=60))
@settings(max_examples=cases.amount(50, every=100))
def test_position_is_in_the_bin_of_the_value(values: list[float]) -> None:
    found = spread(values, [])
    for value in values:
        at = position(found, value)
        assert 0 <= at <= len(found)
        for n, one in enumerate(found):
            if (one.low is None or one.low <= value) and value < one.high:
                assert n - 1e-6 <= at <= n + 1 + 1e-6
    ordered = [position(found, value) for value in sorted(values)]
    assert ordered == sorted(ordered)


@pytest.mark.parametrize(
    ("values", "edges"),
    [
        ([1, 3, 7, 12], [1, 2, 5, 10, 20]),
        ([0, -4], [None, 1]),
        ([0, 100], [None, 100, 200]),
        ([0.031, 0.9], [0.02, 0.05, 0.1, 0.2, 0.5, 1]),
        ([1, 10**10], [10**n for n in range(12)]),
    ],
)
def test_bins_are_round_numbers(values: list[float], edges: list[float | None]) -> None:
    bins = spread(values, [])
    assert [one.low for one in bins] + [bins[-1].high] == edges


def test_values_far_below_the_rest_share_the_first_bin() -> None:
    bins = spread([1e-20, 1e-19, 1.0, 1e10], [])
    assert (bins[0].low, bins[0].size) == (None, 2)
    assert len(bins) <= MOST_BINS + 1
