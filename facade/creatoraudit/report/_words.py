"""Formats numbers and texts for reports.

Text from the API is cleaned, so that it cannot hide, reorder, mention or run anything. The
templates escape it for HTML.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import TypeAlias

from .._core import clock
from .._core.text import printable
from ..errors import UsageError

#: The first and the last UTC day that figures cover.
Days: TypeAlias = tuple[dt.date, dt.date]

NOTHING = "–"
LONGEST_CAPTION = 160
LONGEST_NAME = 60

# The zero-width joiner is a format character, but many emoji of people need it. Between two symbols
# it can hide nothing, so it stays there, and only there.
_SYMBOL = "\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_JOINER = re.compile(f"(?<=[{_SYMBOL}\ufe0f])\u200d(?=[{_SYMBOL}])")

# A code span disables links, mentions and markup in every dialect, with three exceptions that are
# replaced here: Slack obeys <!channel> in one, a backtick ends it, and a pipe ends a table cell.
_INERT_IN_CODE = str.maketrans({"`": "ʼ", "<": "‹", ">": "›", "@": "＠", "|": "¦"})

_PLATFORMS: Mapping[str, str] = {"instagram": "Instagram", "tiktok": "TikTok"}
_HUGE = 2**63
_LONG = 10**12
_ARROWS = {"up": "▲", "down": "▼", "level": "■"}
_SIZES = ((10**9, "B"), (10**6, "M"), (10**3, "K"))


def shown(text: object, longest: int) -> str:
    """Clean text from the API: on one line, nothing hidden, at most `longest` characters."""
    if not isinstance(text, str):
        return ""
    # Cut a huge caption before folding its white space, which would take long.
    begins = " ".join(text[: 8 * longest].split())
    whole = len(begins) <= longest and len(text) <= 8 * longest
    cut = begins if whole else f"{begins[: longest - 1].rstrip()}…"
    return "\u200d".join(printable(part) for part in _JOINER.split(cut))


def code(text: str) -> str:
    """Cleaned text as a Markdown code span that it cannot end."""
    return f"`{text.translate(_INERT_IN_CODE)}`"


def platform(value: object) -> str:
    """The display name of a platform."""
    named = shown(value, LONGEST_NAME)
    return _PLATFORMS.get(named, named)


def text(value: object) -> str | None:
    """The value if it is text and not empty, otherwise None."""
    return value if isinstance(value, str) and value else None


def number(value: object) -> float | None:
    """The value if it is a usable number, otherwise None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Excludes NaN, infinity and absurdly large numbers.
    return value if -_HUGE < value < _HUGE else None


def count(value: object) -> str:
    """A number with thousands separators and at most two decimals; a dash for None."""
    figure = number(value)
    if figure is None:
        return NOTHING
    return _digits(figure, 0 if isinstance(figure, int) else 2)


def gain(value: int) -> str:
    """A change, always with a sign."""
    return _digits(value, 0, "+")


def percent(ratio: float | None) -> str:
    """A relative change in percent; a dash for None."""
    if ratio is None:
        return NOTHING
    return f"{_digits(100 * ratio, 1 if abs(ratio) < 0.1 else 0, '+')}%"


def change(pct: float | None) -> str:
    """A change given in percent, with an arrow; a dash for None."""
    if pct is None:
        return NOTHING
    return f"{_ARROWS[direction(pct)]} {_digits(pct, 1, '+') if pct else 0}%"


def direction(pct: float | None) -> str:
    """The direction of a change: up, down or level."""
    return "level" if not pct else "up" if pct > 0 else "down"


def times(ratio: float | None) -> str:
    """A factor, for example `3.5×`; a dash for None."""
    return NOTHING if ratio is None else f"{_digits(ratio, 1)}×"


def short(value: float) -> str:
    """A round number in short form: 500, 2K, 10M."""
    for size, letter in _SIZES:
        if value >= size:
            return f"{value / size:,g}{letter}"
    return f"{value:g}"


def days(window: int) -> str:
    """A number of days in words."""
    return "1 day" if window == 1 else f"{window} days"


def span(days: Days | None) -> str:
    """The days of a report; empty if unknown."""
    return f"{days[0]} to {days[1]} UTC" if days else ""


def moment(made_at: dt.datetime | None) -> dt.datetime:
    """The time of a report in UTC: the given one, or now.

    Raises:
        UsageError: The given time has no time zone.
    """
    if made_at is None:
        return dt.datetime.fromtimestamp(clock.wall(), dt.UTC)
    if made_at.tzinfo is None:
        raise UsageError("made_at is a datetime without a zone; add tzinfo")
    return made_at.astimezone(dt.UTC)


def minute(moment: dt.datetime) -> str:
    """Format a timestamp for display, for example `15 Jun 2026, 12:00 UTC`."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _digits(value: float, decimals: int, sign: str = "") -> str:
    """Digits with thousands separators; very long numbers are rounded to three digits."""
    form = ".3g" if abs(value) >= _LONG else f",.{decimals}f"
    return f"{value:{sign}{form}}".replace("-", "−")
