"""Encodes rows for a file: CSV and JSON lines here, Parquet in `_parquet`.

Pages of rows are written into parts, and parts are joined into one file. `_run` decides where and
when.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from .._core.lazy import installed
from .._core.text import json_text
from .._results.columns import OTHERS, Kind
from .._results.tables import Table
from ..errors import UsageError
from . import _csv
from ._csv import Style
from ._names import FORMATS
from ._target import Target


class Form(Protocol):
    """A file format. Only `write` uses the result of `encode`."""

    def encode(self, table: Table) -> Any:
        """Encode a page of rows."""

    def write(self, file: BinaryIO, pages: Sequence[Any]) -> None:
        """Write pages into a part."""

    def join(self, file: BinaryIO, parts: Sequence[Path], about: Mapping[str, str]) -> None:
        """Join parts into one file, with the metadata `about` it if the format stores any."""


def form_of(target: Target, columns: Mapping[str, Kind], style: Style) -> Form:
    """The file format for a target.

    Raises:
        UsageError: The format does not exist, or a CSV option was given for another format.
        ConfigurationError: The format needs a library that is not installed.
    """
    name = target.format
    if name not in FORMATS:
        raise UsageError(f"format must be one of {', '.join(FORMATS)}, not {name!r:.40}")
    if style != "plain" and name != "csv":
        raise UsageError(f"{style}=True goes with csv, not with {name}")
    if name == "csv":
        return Csv(columns, style)
    if name == "jsonl":
        return Jsonl()
    installed("pyarrow", "parquet")
    from ._parquet import Parquet  # noqa: PLC0415 - needs this extra

    return Parquet(columns, target.compression)


class Jsonl:
    """One JSON object per line, with exactly the members that the API sent."""

    header = b""

    def encode(self, table: Table) -> bytes:
        """Encode a line per row, in UTF-8."""
        return "".join(f"{json_text(row)}\n" for row in table.rows).encode()

    def write(self, file: BinaryIO, pages: Sequence[bytes]) -> None:
        """Write pages in order."""
        file.writelines(pages)

    def join(self, file: BinaryIO, parts: Sequence[Path], about: Mapping[str, str]) -> None:  # noqa: ARG002 - has no place for it
        """Join parts in order."""
        file.write(self.header)
        for part in parts:
            with part.open("rb") as opened:
                shutil.copyfileobj(opened, file)


class Csv(Jsonl):
    """A line per row, in a style of CSV."""

    def __init__(self, columns: Mapping[str, Kind], style: Style) -> None:
        self._names = list(columns)
        self._style: Style = style
        self.header = _csv.heading(self._names, style)

    def encode(self, table: Table) -> bytes:
        """Encode rows as lines. A row with line breaks in a cell takes several."""
        values, others = table.values()
        columns = [others if name == OTHERS else values[name] for name in self._names]
        return _csv.lines_of_columns(columns, self._style)
