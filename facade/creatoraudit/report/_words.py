"""Words and figures of a report.

Decides how a stranger's text looks on a page and in Markdown, so that it cannot hide, reorder,
address or run anything; and how numbers are written. Escaping for HTML is left to the templates.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping

from .. import _time
from .._text import printable
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

_PLATFORMS: Mapping[object, str] = {"instagram": "Instagram", "tiktok": "TikTok"}
_ARROWS = {"up": "▲", "down": "▼", "level": "■"}
_SIZES = ((10**9, "B"), (10**6, "M"), (10**3, "K"))


def shown(text: object, longest: int) -> str:
    """A stranger's text on one line, nothing in it hidden, cut after `longest` characters."""
    if not isinstance(text, str):
        return ""
    # Cut first, so that a caption of megabytes costs nothing; white space may yet shrink.
    head = " ".join(text[: 8 * longest].split())
    cut = head[: longest - 1].rstrip() + "…" if len(head) > longest else head
    return "\u200d".join(printable(part) for part in _JOINER.split(cut))


def code(text: str) -> str:
    """Text that was shown already, as a Markdown code span that it cannot leave."""
    return f"`{text.translate(_INERT_IN_CODE)}`"


def platform(value: object) -> str:
    """The name of a platform, as it writes itself."""
    return _PLATFORMS.get(value) or shown(value, LONGEST_NAME)


def number(value: object) -> float | None:
    """The value if it is a finite number; a member may hold anything the server has sent."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value


def count(value: object) -> str:
    """A figure with its thousands apart, at most two decimals; a dash for none."""
    figure = number(value)
    if figure is None:
        return NOTHING
    return _minus(f"{figure:,}" if isinstance(figure, int) else f"{figure:,.2f}")


def gain(value: int) -> str:
    """A change, always with its sign."""
    return _minus(f"{value:+,}")


def percent(ratio: float | None) -> str:
    """A change in relation to what was before; a dash for none."""
    if ratio is None:
        return NOTHING
    decimals = 1 if abs(ratio) < 0.1 else 0
    return _minus(f"{ratio:+,.{decimals}%}")


def change(pct: float | None) -> str:
    """A change that is in percent already, with an arrow; a dash for none."""
    if pct is None:
        return NOTHING
    return f"{_ARROWS[direction(pct)]} {_minus(f'{pct:+,.1f}%') if pct else '0%'}"


def direction(pct: float | None) -> str:
    """Where a change goes: up, down or level."""
    return "level" if not pct else "up" if pct > 0 else "down"


def times(ratio: float | None) -> str:
    """How many times as much; a dash for none."""
    return NOTHING if ratio is None else _minus(f"{ratio:,.1f}×")


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
        return dt.datetime.fromtimestamp(_time.wall(), dt.UTC)
    if made_at.tzinfo is None:
        raise UsageError("made_at is a datetime without a zone; add tzinfo")
    return made_at.astimezone(dt.UTC)


def minute(moment: dt.datetime) -> str:
    """A time, for people."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _minus(text: str) -> str:
    return text.replace("-", "−")
