"""Makes text from the API safe for terminals and JSON.

Captions and usernames come from strangers. Cleaned here, they cannot move the cursor, reverse a
line or break a parser. Every command uses this module; `creatoraudit.export` has the rules for CSV.
"""

from __future__ import annotations

import unicodedata

from .._core.text import json_text, printable


def line(text: str) -> str:
    """Put `text` on one line: fold white space, and escape control, bidi and format characters."""
    return printable(" ".join(text.split()))


# Replacements for our own signs in encodings that lack them.
_PLAIN = str.maketrans(
    {"–": "-", "−": "-", "Δ": "d", "×": "x", "…": "~", "▲": "+", "▼": "-", "■": "="}
    | dict(zip("▁▂▃▄▅▆▇█", ".:-=+*#@", strict=True))
)


def in_encoding(text: str, encoding: str) -> str:
    """Replace what an encoding lacks: signs by plain ones, letters by a question mark.

    Emoji are left out, together with the blank beside them.
    """
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        pass
    else:
        return text
    shown = []
    for char in text.translate(_PLAIN):
        try:
            char.encode(encoding)
        except UnicodeEncodeError:
            if unicodedata.category(char)[0] in "SMC":
                continue
            char = "?"  # noqa: PLW2901 - what stands for it
        shown.append(char)
    return "".join(shown)


def flat(value: object) -> object:
    """Convert a value for one cell: objects, lists and booleans become JSON text."""
    return json_text(value) if isinstance(value, (bool, dict, list)) else value


def to_json(value: object, *, indent: int | None = 2) -> bytes:
    """Write JSON that every strict parser accepts and that is safe in a terminal."""
    return json_text(value, indent=indent).encode()
