"""What rows look like in a file: CSV and JSON lines here, Parquet in `_parquet`.

Decides how a page of rows is written into a part and how parts become one file. Where those files
lie, and when, is left to `_run`.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from .._core.text import json_text, no_formula, well_formed
from .._results.columns import OTHERS, Kind
from .._results.tables import Table
from ..errors import ConfigurationError, UsageError
from ._names import FORMATS


class Form(Protocol):
    """A format of files. What `encode` gives is only for `write`."""

    def encode(self, table: Table) -> Any:
        """A page of rows."""

    def write(self, file: BinaryIO, pages: Sequence[Any]) -> None:
        """Write pages into a part."""

    def join(self, file: BinaryIO, parts: Sequence[Path], about: Mapping[str, str]) -> None:
        """Write the file that parts make up, with what is said `about` it where it has a place."""


def form_of(name: str, columns: Mapping[str, Kind], *, raw: bool) -> Form:
    """The form of that name.

    Raises:
        UsageError: There is none, or it knows no formulas to be `raw` about.
        ConfigurationError: It needs a library that is not installed.
    """
    if name not in FORMATS:
        raise UsageError(f"format must be one of {', '.join(FORMATS)}, not {name!r:.40}")
    if raw and name != "csv":
        raise UsageError(f"raw goes with csv: {name} is never changed for a spreadsheet's sake")
    if name == "csv":
        return Csv(columns, raw)
    if name == "jsonl":
        return Jsonl()
    try:
        from ._parquet import Parquet  # noqa: PLC0415 - needs an extra
    except ImportError:
        raise ConfigurationError(
            "pyarrow is not installed; run: pip install 'creatoraudit[parquet]'"
        ) from None
    return Parquet(columns)


class Jsonl:
    """One JSON object per line, as the API sent it: members it did not send are not there."""

    header = b""

    def encode(self, table: Table) -> bytes:
        """A line per row, in UTF-8."""
        return "".join(f"{json_text(row)}\n" for row in table.rows).encode()

    def write(self, file: BinaryIO, pages: Sequence[bytes]) -> None:
        """Write pages one after the other."""
        file.writelines(pages)

    def join(self, file: BinaryIO, parts: Sequence[Path], about: Mapping[str, str]) -> None:  # noqa: ARG002 - has no place for it
        """Put parts one after the other."""
        file.write(self.header)
        for part in parts:
            with part.open("rb") as opened:
                shutil.copyfileobj(opened, file)


class Csv(Jsonl):
    """RFC 4180 in UTF-8. Text that a spreadsheet would run gets an apostrophe, unless `raw`."""

    def __init__(self, columns: Mapping[str, Kind], raw: bool) -> None:
        self._names = list(columns)
        self._raw = raw
        self.header = self._lines([self._names])

    def encode(self, table: Table) -> bytes:
        """A line per row; a row with line breaks in it takes several."""
        values, others = table.values()
        columns = [others if name == OTHERS else values[name] for name in self._names]
        return self._lines([map(self._cell, row) for row in zip(*columns, strict=True)])

    @staticmethod
    def _lines(rows: Iterable[Iterable[object]]) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        return well_formed(text.getvalue()).encode()

    def _cell(self, value: object) -> object:
        if isinstance(value, str):
            return value if self._raw else no_formula(value)
        # What has members is JSON text, and so are true and false; numbers stay as they are.
        return json_text(value) if isinstance(value, (bool, dict, list)) else value
