"""Words and figures of a report.

Decides how a stranger's text looks on a page and in Markdown, so that it cannot hide, reorder,
address or run anything; and how numbers are written. Escaping for HTML is left to the templates.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from .._core import clock
from .._core.text import printable
from ..errors import UsageError

NOTHING = "–"
LONGEST_CAPTION = 160
LONGEST_NAME = 60

# The zero-width joiner is a format character, and half of all emoji of people are made with it.
# Between two symbols it can hide nothing, so there, and only there, it stays.
_SYMBOL = "\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_JOINER = re.compile(f"(?<=[{_SYMBOL}\ufe0f])\u200d(?=[{_SYMBOL}])")

# In a code span nothing is a link, a mention or markup in any dialect, but for what is replaced
# here: Slack obeys <!channel> in one, a backtick ends it, a pipe ends a table's cell.
_INERT_IN_CODE = str.maketrans({"`": "ʼ", "<": "‹", ">": "›", "@": "＠", "|": "¦"})

_PLATFORMS: Mapping[str, str] = {"instagram": "Instagram", "tiktok": "TikTok"}
_HUGE = 2**63
_LONG = 10**12
_ARROWS = {"up": "▲", "down": "▼", "level": "■"}
_SIZES = ((10**9, "B"), (10**6, "M"), (10**3, "K"))


def shown(text: object, longest: int) -> str:
    """A stranger's text on one line, nothing in it hidden, cut after `longest` characters."""
    if not isinstance(text, str):
        return ""
    # A caption of megabytes is not worth folding; how much of its beginning is white space?
    begins = " ".join(text[: 8 * longest].split())
    whole = len(begins) <= longest and len(text) <= 8 * longest
    cut = begins if whole else f"{begins[: longest - 1].rstrip()}…"
    return "\u200d".join(printable(part) for part in _JOINER.split(cut))


def code(text: str) -> str:
    """Text that was shown already, as a Markdown code span that it cannot leave."""
    return f"`{text.translate(_INERT_IN_CODE)}`"


def platform(value: object) -> str:
    """The name of a platform, as it writes itself."""
    named = shown(value, LONGEST_NAME)
    return _PLATFORMS.get(named, named)


def number(value: object) -> float | None:
    """The value if it can be a figure; a member may hold anything the server has sent."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Also not what is not a number, or more than anybody counts.
    return value if -_HUGE < value < _HUGE else None


def count(value: object) -> str:
    """A figure with its thousands apart, at most two decimals; a dash for none."""
    figure = number(value)
    if figure is None:
        return NOTHING
    return _digits(figure, 0 if isinstance(figure, int) else 2)


def gain(value: int) -> str:
    """A change, always with its sign."""
    return _digits(value, 0, "+")


def percent(ratio: float | None) -> str:
    """A change in relation to what was before; a dash for none."""
    if ratio is None:
        return NOTHING
    return f"{_digits(100 * ratio, 1 if abs(ratio) < 0.1 else 0, '+')}%"


def change(pct: float | None) -> str:
    """A change that is in percent already, with an arrow; a dash for none."""
    if pct is None:
        return NOTHING
    return f"{_ARROWS[direction(pct)]} {_digits(pct, 1, '+') if pct else 0}%"


def direction(pct: float | None) -> str:
    """Where a change goes: up, down or level."""
    return "level" if not pct else "up" if pct > 0 else "down"


def times(ratio: float | None) -> str:
    """How many times as much; a dash for none."""
    return NOTHING if ratio is None else f"{_digits(ratio, 1)}×"


def short(value: float) -> str:
    """A round number in few characters: 500, 2K, 10M."""
    for size, letter in _SIZES:
        if value >= size:
            return f"{value / size:,g}{letter}"
    return f"{value:g}"


def days(window: int) -> str:
    """A span of days."""
    return "1 day" if window == 1 else f"{window} days"


def moment(made_at: dt.datetime | None) -> dt.datetime:
    """The time of a report, in UTC: the one given, or now.

    Raises:
        UsageError: It has no zone.
    """
    if made_at is None:
        return dt.datetime.fromtimestamp(clock.wall(), dt.UTC)
    if made_at.tzinfo is None:
        raise UsageError("made_at is a datetime without a zone; add tzinfo")
    return made_at.astimezone(dt.UTC)


def minute(moment: dt.datetime) -> str:
    """A time, for people."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _digits(value: float, decimals: int, sign: str = "") -> str:
    """Digits with their thousands apart; of more than fit on a phone, the first three."""
    form = ".3g" if abs(value) >= _LONG else f",.{decimals}f"
    return f"{value:{sign}{form}}".replace("-", "−")
