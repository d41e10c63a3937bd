"""Makes text from the network safe to show in messages, logs, files and streams.

In messages and logs, control, bidi and other format characters are escaped, so that a caption or a
proxy's error page cannot move the cursor, colour the terminal or fake a second line. Files and
streams share the rules for JSON text and for spreadsheet cells. Tables and pages have their own.
"""

from __future__ import annotations

import json
import math
import re
from functools import cache

# Some spreadsheet takes a cell that begins with one of these for a formula.
FORMULA_STARTS = "=+-@\t\r\n＝＋－＠"
_STARTS = tuple(FORMULA_STARTS)
# Characters that Python calls printable but that show nothing: fillers, blank patterns, joiners and
# selectors without a glyph (most of Default_Ignorable_Code_Point, and the blank Braille pattern).
# The two selectors that choose how an emoji is drawn are allowed only after an emoji.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0d\uffa0"
    "\U0001d159\U000e0100-\U000e01ef]"
    "|(?<![0-9#*\xa9\xae\u200d\u203c-\u3299\U0001f000-\U0001faff])[\ufe0e\ufe0f]"
)
# All characters that the pattern above can match. It quickly skips texts without any of them.
_MAYBE_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U0001d159\U000e0100-\U000e01ef]"
)
_ASCII = bytes(range(128))
# Characters that JSON allows unescaped but that a terminal may obey or hide.
_BEYOND_ASCII = re.compile(r"[^\x00-\x7e]")


def shows_itself(text: str) -> bool:
    """Whether every character of `text` is visible."""
    if not text.isprintable():
        return False
    if text.isascii():
        return True
    # Printable text has no lone surrogates, so it can be encoded.
    beyond_ascii = text.encode().translate(None, _ASCII).decode()
    return _MAYBE_INVISIBLE.search(beyond_ascii) is None or _INVISIBLE.search(text) is None


def printable(text: str) -> str:
    """Escape every character of `text` that is not visible."""
    if shows_itself(text):
        return text
    return "".join(
        char if char.isprintable() else _python_escape(char)
        for char in _INVISIBLE.sub(lambda match: _python_escape(match.group()), text)
    )


def _python_escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def one_line(text: str, longest: int) -> str:
    """Make `text` printable, and cut it with an ellipsis after `longest` characters."""
    return printable(text if len(text) <= longest else text[: longest - 1] + "…")


def no_formula(text: str) -> str:
    """Make `text` a cell that no spreadsheet takes for a formula."""
    runs = text.startswith(_STARTS) or text.lstrip().startswith(_STARTS)
    return f"'{text}" if runs else text


def well_formed(text: str) -> str:
    """Make `text` valid for UTF-8: a lone surrogate becomes U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


@cache
def _encoder(indent: int | None) -> json.JSONEncoder:
    return json.JSONEncoder(ensure_ascii=False, allow_nan=False, indent=indent)


def json_text(value: object, *, indent: int | None = None) -> str:
    """Write JSON that every strict UTF-8 parser accepts and that is safe to show in a terminal.

    A number that is too large for a float, such as 1e400, becomes null, because JSON has no
    infinity.
    """
    encode = _encoder(indent).encode
    try:
        text = encode(value)
    except ValueError:
        text = encode(finite(value))
    text = well_formed(text)
    if indent is None and shows_itself(text):
        return text
    text = _INVISIBLE.sub(lambda match: json.dumps(match.group())[1:-1], text)
    return _BEYOND_ASCII.sub(_escaped, text)


def finite(value: object) -> object:
    """Replace every number that JSON cannot express by null."""
    if isinstance(value, dict):
        return {name: finite(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _escaped(match: re.Match[str]) -> str:
    char = match.group()
    return char if char.isprintable() else json.dumps(char)[1:-1]
