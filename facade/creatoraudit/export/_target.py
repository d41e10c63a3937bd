"""Reads the target of an export: a local file or standard output, format and compression."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from .._core.text import one_line
from ..errors import UsageError
from ._names import COMPRESSIONS, FORMATS, Compression

STDOUT = "-"
# A path collapses slashes, so `s3://bucket` becomes `s3:/bucket`.
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
_TEXT: Mapping[Compression, str] = {"none": "", "gzip": ".gz"}


class Target(NamedTuple):
    """The target of an export.

    Attributes:
        path: The file; None for standard output.
        format: `csv`, `jsonl` or `parquet`.
        compression: Compression of the whole file for text, of the columns for Parquet.
    """

    path: Path | None
    format: str
    compression: Compression

    @contextmanager
    def compressed(self, file: BinaryIO) -> Iterator[BinaryIO]:
        """Wrap a file in its compression. Equal content gives equal bytes."""
        if self.format == "parquet" or self.compression == "none":
            yield file
            return
        with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
            yield cast("BinaryIO", packed)


def target_of(
    out: str, what: str, format_name: str | None, compression: Compression | None
) -> Target:
    """The target for the argument `out`.

    Raises:
        UsageError: It is not a local file or folder, or its name contradicts another argument.
    """
    if compression is not None and compression not in COMPRESSIONS:
        known = ", ".join(COMPRESSIONS)
        raise UsageError(f"compression must be one of {known}, not {compression!r:.40}")
    if _URL.match(out):
        raise UsageError(
            f"{one_line(out, 80)!r} is a URL, and an export writes a local file; snapshots"
            " (creatoraudit snapshot) can write to s3:// and other URLs"
        )
    if out == STDOUT:
        name = format_name or "csv"
        if name == "parquet":
            raise UsageError("out='-' does not go with parquet, which is not written in one go")
        return Target(None, name, _checked(name, compression))
    path = Path(out)
    if path.exists() and not path.is_file() and not path.is_dir():
        raise UsageError(f"{one_line(out, 80)} is not a regular file; use out='-' for a pipe")
    named, packed = _suffixes(path)
    if path.is_dir() or not path.suffix or out.endswith(("/", os.sep)):
        if path.name.removeprefix(".") in FORMATS and not path.is_dir():
            raise UsageError(f"{path} has nothing before its suffix; name the file, or a folder")
        name = format_name or "csv"
        chosen = _checked(name, compression)
        ending = "" if name == "parquet" else _TEXT[chosen]
        return Target(path / f"{what}.{name}{ending}", name, chosen)
    if named in FORMATS and format_name not in (None, named):
        raise UsageError(
            f"{path} is named like a {named} file; name it .{format_name}, or drop"
            f" format={format_name!r}"
        )
    if named not in FORMATS and format_name is None:
        # Spreadsheets refuse CSV in a .xlsx file, and nobody expects CSV in a .json file.
        known = ", ".join(f".{one}" for one in FORMATS)
        said = f"{path} has no suffix that names a format ({known})"
        raise UsageError(f"{said}; rename it, or pass format=")
    name = format_name or named
    if packed:
        if name == "parquet":
            raise UsageError(f"{path}: a parquet file is compressed inside; drop .gz")
        if compression == "none":
            raise UsageError(f"{path} ends with .gz, but compression='none'; drop one of them")
        compression = "gzip"
    return Target(path, name, _checked(name, compression))


def _suffixes(path: Path) -> tuple[str, bool]:
    """The format in a file name, and whether the name is that of a compressed file."""
    packed = path.suffix.lower() == ".gz"
    inner = path.with_suffix("") if packed else path
    return inner.suffix.removeprefix(".").lower(), packed


def _checked(name: str, compression: Compression | None) -> Compression:
    if name == "parquet":
        return compression or "snappy"
    if compression not in (None, *_TEXT):
        raise UsageError(f"compression={compression!r} goes with parquet, not with {name}")
    return compression or "none"
