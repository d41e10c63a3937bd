"""Writes CSV for lists and exports: RFC 4180 in UTF-8, with line feeds at the end of lines.

Text is written as the API sent it, with an apostrophe before anything that a spreadsheet would run.
`raw` leaves the apostrophe out. `excel` is for people who open the file with a double click: it
starts with a byte order mark, keeps ids from being rounded, puts each text on one line, and finds
formulas after any separator, because Excel uses other separators in some countries.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeAlias, cast

from .._core.text import FORMULA_STARTS, json_text, no_formula, well_formed
from ..errors import UsageError

Style: TypeAlias = Literal["plain", "raw", "excel"]

BOM = b"\xef\xbb\xbf"
# Text that Excel would read as a number and round.
_NUMBER_LIKE = re.compile(r"[0-9]+(?:[eE][0-9]+)?")
_BOOLEANS: Mapping[object, str] = {True: "true", False: "false"}
_BEHIND_A_SEPARATOR = re.compile(rf"([;,|]\s*)(?=[{re.escape(FORMULA_STARTS)}])")


def style_of(*, raw: bool, excel: bool) -> Style:
    """The style of CSV for two flags.

    Raises:
        UsageError: Both flags are set.
    """
    if raw and excel:
        raise UsageError("raw=True does not go with excel=True")
    return "raw" if raw else "excel" if excel else "plain"


def cell(value: object, style: Style) -> object:
    """Convert a value to a cell: numbers stay, and lists and objects become JSON."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bool):
        return _BOOLEANS[value]
    if isinstance(value, (dict, list)):
        value = json_text(value)
    if not isinstance(value, str) or style == "raw":
        return value
    if style == "plain":
        return no_formula(value)
    if _NUMBER_LIKE.fullmatch(value):
        return f'="{value}"'
    text = " ".join(value.split())
    return no_formula(_BEHIND_A_SEPARATOR.sub(r"\1'", text))


class _Lines(list[str]):
    """Collects lines of a writer that quotes carriage returns."""

    def write(self, line: str) -> None:
        """Collect a line."""
        self.append(f"{line[:-2]}\n")


def cells(values: Sequence[object], style: Style) -> Sequence[object]:
    """Convert a column to cells. Most columns need no change, which one check finds out."""
    types = {*map(type, values)} - {type(None)}
    if types <= {int} or (types == {str} and _stay(values, style)):
        return values
    if types == {bool}:
        return [*map(_BOOLEANS.get, values)]
    if types == {float} and all(map(math.isfinite, filter(None, cast("Sequence[float]", values)))):
        return values
    return [cell(value, style) for value in values]


def _stay(texts: Sequence[object], style: Style) -> bool:
    """Whether each of these texts is a cell without any change; None counts as one."""
    if style == "plain":
        first = {text[:1] for text in cast("Sequence[str]", texts) if text}
        return first.isdisjoint(FORMULA_STARTS) and not any(map(str.isspace, first))
    return style == "raw"


def lines(rows: Iterable[Iterable[object]], style: Style) -> bytes:
    """Write rows as lines. A row with line breaks in a cell takes several."""
    return lines_of_columns([*zip(*rows, strict=True)], style)


def lines_of_columns(columns: Iterable[Sequence[object]], style: Style) -> bytes:
    """Write rows, given as columns, as lines."""
    written = _Lines()
    columns = [cells(values, style) for values in columns]
    csv.writer(written).writerows(zip(*columns, strict=True))
    return well_formed("".join(written)).encode()


def heading(names: Iterable[str], style: Style) -> bytes:
    """Write the header line of a file."""
    return (BOM if style == "excel" else b"") + lines([names], "raw")
