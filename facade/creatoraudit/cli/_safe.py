"""A stranger's text, made inert for where it is shown.

Captions and usernames come from people nobody here knows. This module decides how they look in a
terminal, in a CSV cell and in JSON, so that they can neither move a cursor nor reverse a line nor
start a formula nor break a parser. Every command takes its text through here.
"""

from __future__ import annotations

import json
import re

from .._text import printable

# A cell that begins with one of these is a formula to some spreadsheet, in some language.
_FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠")
# What JSON may hold unescaped and a terminal would nevertheless obey or hide.
_BEYOND_ASCII = re.compile(r"[^\x00-\x7e]")


def line(text: str) -> str:
    """`text` on one line: white space folded, control, bidi and format characters escaped."""
    return printable(" ".join(text.split()))


def cell(value: object) -> object:
    """A CSV cell: text is put on one line and cannot be a formula; numbers stay numbers."""
    if not isinstance(value, str):
        return value
    shown = line(value)
    return f"'{shown}" if shown.startswith(_FORMULA_STARTS) else shown


def to_json(value: object) -> bytes:
    """JSON that every strict UTF-8 parser takes and that does nothing to a terminal.

    Half a surrogate pair, which is no character, becomes U+FFFD.
    """
    text = json.dumps(value, ensure_ascii=False, indent=2)
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _BEYOND_ASCII.sub(_escaped, whole).encode()


def _escaped(match: re.Match[str]) -> str:
    char = match.group()
    return char if char.isprintable() else json.dumps(char)[1:-1]
