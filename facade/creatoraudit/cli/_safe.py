"""A stranger's text, made inert for where it is shown.

Captions and usernames come from people nobody here knows. This module decides how they look in a
terminal and in JSON, so that they can neither move a cursor nor reverse a line nor break a parser.
Every command takes its text through here; CSV has its rules in `creatoraudit.export`.
"""

from __future__ import annotations

from .._core.text import json_text, printable


def line(text: str) -> str:
    """`text` on one line: white space folded, control, bidi and format characters escaped."""
    return printable(" ".join(text.split()))


def flat(value: object) -> object:
    """A value for one cell: what has members becomes JSON text, and so do true and false."""
    return json_text(value) if isinstance(value, (bool, dict, list)) else value


def to_json(value: object, *, indent: int | None = 2) -> bytes:
    """JSON that every strict UTF-8 parser takes and that does nothing to a terminal."""
    return json_text(value, indent=indent).encode()
