"""Formatting of figures."""

from __future__ import annotations

import pytest

from creatoraudit.report import _words


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (1234567, "1,234,567"),
        (-5, "−5"),
        (2.5, "2.50"),
        (10**12 - 1, "999,999,999,999"),
        (10**12, "1e+12"),
        (2**63 - 1, "9.22e+18"),
        (2**63, "–"),
        (True, "–"),
        ("7", "–"),
        (float("nan"), "–"),
    ],
)
def test_count(value: object, written: str) -> None:
    assert _words.count(value) == written


@pytest.mark.parametrize(
    ("ratio", "written"),
    [
        (None, "–"),
        (0.5, "+50%"),
        (-0.256, "−26%"),
        (0.0312, "+3.1%"),
        (58.5, "+5,850%"),
        (1e12, "+1e+14%"),
    ],
)
def test_percent(ratio: float | None, written: str) -> None:
    assert _words.percent(ratio) == written


@pytest.mark.parametrize(
    ("pct", "written"),
    [(None, "–"), (0, "■ 0%"), (729.46, "▲ +729.5%"), (-16.3, "▼ −16.3%"), (1e18, "▲ +1e+18%")],
)
def test_change(pct: float | None, written: str) -> None:
    assert _words.change(pct) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.05, "0.05"), (500, "500"), (2000, "2K"), (10**7, "10M"), (5 * 10**12, "5,000B")],
)
def test_short(value: float, written: str) -> None:
    assert _words.short(value) == written


def test_other_figures() -> None:
    assert (_words.gain(1200), _words.gain(-3)) == ("+1,200", "−3")
    assert (_words.times(12.46), _words.times(None)) == ("12.5×", "–")
    assert (_words.days(1), _words.days(30)) == ("1 day", "30 days")
    assert (_words.platform("tiktok"), _words.platform(7)) == ("TikTok", "")
