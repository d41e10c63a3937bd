"""A stranger's text on one line of ours.

Decides how text that came over the network is shown in messages and logs: control, bidi and other
format characters are escaped, so that a caption or a proxy's error page cannot move the cursor,
colour the terminal or fake a second line. Tables, pages and spreadsheets have rules of their own.
"""

from __future__ import annotations


def printable(text: str) -> str:
    """`text` with every character escaped that does not simply show itself."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def one_line(text: str, longest: int) -> str:
    """`text` made printable, and cut with an ellipsis after `longest` characters."""
    return printable(text if len(text) <= longest else text[: longest - 1] + "…")
