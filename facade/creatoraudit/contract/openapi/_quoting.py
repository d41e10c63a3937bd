"""Escapes text from documents, so that it is harmless in text and Markdown reports.

Escaped text is printable ASCII on one line, of bounded length, without the characters that end a
code span, a table cell or a tag.
"""

from __future__ import annotations

import json

_LONGEST_VALUE = 80
_LONGEST_LINE = 400
# Valid JSON escapes, so that a quoted value can still be read back.
_ESCAPES = str.maketrans({character: f"\\u{ord(character):04x}" for character in "`|<>&\x7f"})


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}..."


def quoted(value: object) -> str:
    """A JSON value as escaped JSON."""
    return _cut(json.dumps(value, sort_keys=True).translate(_ESCAPES), _LONGEST_VALUE)


def inert(text: str) -> str:
    """A name, path or pointer, escaped and without quotes."""
    return _cut(json.dumps(text)[1:-1].replace('\\"', '"').translate(_ESCAPES), _LONGEST_LINE)
