"""Writes the Parquet file of one attempt, which is hidden until it is complete."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from .._core.files import new_file
from .._core.lazy import LazyModule
from .._core.text import one_line
from .._results.tables import pyarrow
from ..errors import ExportError

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = LazyModule("pyarrow", optional=True)

# Rows of a row group: enough for readers that skip groups, few enough for many units at once.
GROUP_ROWS = 5_000
ATTEMPT = "creatoraudit.attempt"


class Finished(NamedTuple):
    """A file that is complete and on the disk."""

    sha256: str
    size: int


class Part:
    """The temporary file of one attempt. Its methods block, except `add`.

    Args:
        path: Where to write it.
        fields: Schema of the file.
        about: Metadata for its footer.
        mode: Permissions of the file.
    """

    def __init__(self, path: Path, fields: pa.Schema, about: Mapping[str, str], mode: int) -> None:
        self.path = path
        self._mode = mode
        self.rows = 0
        self.fields = fields.with_metadata(dict(about))
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = 0
        self._file: Any = None
        self._writer: Any = None

    def add(self, batch: pa.RecordBatch) -> bool:
        """Take rows and return whether a row group is full. Writes nothing."""
        self._waiting.append(batch)
        self._waiting_rows += len(batch)
        self.rows += len(batch)
        return self._waiting_rows >= GROUP_ROWS

    def write(self) -> None:
        """Write the waiting rows as a row group.

        Raises:
            ExportError: The file cannot be written.
        """
        library = pyarrow()
        try:
            table = library.Table.from_batches(self._waiting, self.fields)
            self._opened().write_table(table.combine_chunks())
        except OSError as error:
            self._refused(error)
        self._waiting, self._waiting_rows = [], 0
        library.default_memory_pool().release_unused()

    def finish(self) -> Finished:
        """Write the waiting rows and complete the file.

        Raises:
            ExportError: The file cannot be written.
        """
        if self._waiting:
            self.write()
        try:
            self._opened().close()
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            with self.path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            return Finished(digest, self.path.stat().st_size)
        except OSError as error:
            self._refused(error)

    def discard(self) -> None:
        """Remove the file."""
        # A writer completes its file when it is garbage-collected, and needs it open for that.
        for opened in filter(None, (self._writer, self._file)):
            with suppress(OSError):
                opened.close()
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
        self._waiting = []

    def _opened(self) -> Any:
        if self._writer is None:
            from pyarrow import parquet  # noqa: PLC0415 - an extra, loaded when needed

            self._file = new_file(self.path, self._mode)
            self._writer = parquet.ParquetWriter(self._file, self.fields, compression="zstd")
        return self._writer

    def _refused(self, error: OSError) -> NoReturn:
        why = one_line(error.strerror or str(error), 200)
        raise ExportError(f"cannot write {self.path}: {why}") from None
