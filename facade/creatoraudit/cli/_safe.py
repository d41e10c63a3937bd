"""A stranger's text, made inert for where it is shown.

Captions and usernames come from people nobody here knows. This module decides how they look in a
terminal and in JSON, so that they can neither move a cursor nor reverse a line nor break a parser.
Every command takes its text through here; CSV has its rules in `creatoraudit.export`.
"""

from __future__ import annotations

import unicodedata

from .._core.text import json_text, printable


def line(text: str) -> str:
    """`text` on one line: white space folded, control, bidi and format characters escaped."""
    return printable(" ".join(text.split()))


# What an output of few characters gets in place of our own signs.
_PLAIN = str.maketrans(
    {"–": "-", "−": "-", "Δ": "d", "×": "x", "…": "~", "▲": "+", "▼": "-", "■": "="}
    | dict(zip("▁▂▃▄▅▆▇█", ".:-=+*#@", strict=True))
)


def in_encoding(text: str, encoding: str) -> str:
    """`text` with what an encoding lacks replaced: signs by plain ones, letters by a question mark.

    Pictures are left out, with the blank that would stay behind.
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
    """A value for one cell: what has members becomes JSON text, and so do true and false."""
    return json_text(value) if isinstance(value, (bool, dict, list)) else value


def to_json(value: object, *, indent: int | None = 2) -> bytes:
    """JSON that every strict UTF-8 parser takes and that does nothing to a terminal."""
    return json_text(value, indent=indent).encode()
