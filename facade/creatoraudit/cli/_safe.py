"""A stranger's text, made inert for where it is shown.

Captions and usernames come from people nobody here knows. This module decides how they look in a
terminal, in a CSV cell and in JSON, so that they can neither move a cursor nor reverse a line nor
start a formula nor break a parser. Every command takes its text through here.
"""

from __future__ import annotations

import json

from .._text import json_text, no_formula, printable, well_formed


def line(text: str) -> str:
    """`text` on one line: white space folded, control, bidi and format characters escaped."""
    return printable(" ".join(text.split()))


def flat(value: object) -> object:
    """A value for one cell: what has members becomes JSON text, true and false are spelt so too."""
    if isinstance(value, (bool, dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return value


def cell(value: object, *, raw: bool = False) -> object:
    """A CSV cell: text is put on one line and cannot be a formula; numbers stay numbers.

    With `raw` text stays as it is, for readers that are no spreadsheet.
    """
    value = flat(value)
    if not isinstance(value, str):
        return value
    if raw:
        return well_formed(value)
    return no_formula(line(value))


def to_json(value: object, *, indent: int | None = 2) -> bytes:
    """JSON that every strict UTF-8 parser takes and that does nothing to a terminal.

    Half a surrogate pair, which is no character, becomes U+FFFD. Without an indent it is one line.
    """
    return json_text(value, indent=indent).encode()
