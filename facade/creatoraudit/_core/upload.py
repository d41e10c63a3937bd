"""A file that is sent as the body of a request."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from typing import Any

from ..errors import UsageError

_CHUNK = 64 * 1024


class Upload:
    """A binary file. Each try reads it again, from its position at the time of the call.

    Attributes:
        rewinds: Whether it can be read again. If not, the request is not retried.
    """

    def __init__(self, file: Any, name: str) -> None:
        if isinstance(file, io.TextIOBase):
            raise UsageError(f"{name}: open the file in binary mode, with open(path, 'rb')")
        self._file = file
        self.name = getattr(file, "name", None)
        try:
            self._start = file.tell() if file.seekable() else None
        except (AttributeError, OSError):
            self._start = None
        self.rewinds = self._start is not None

    @property
    def size(self) -> int | None:
        """Number of bytes left to read; None if the file cannot tell."""
        if self._start is None:
            return None
        end: int = self._file.seek(0, os.SEEK_END)
        self._file.seek(self._start)
        return end - int(self._start)

    def read(self, size: int = -1) -> bytes:
        """Read the next bytes."""
        data: bytes = self._file.read(size)
        return data

    def tell(self) -> int:
        """The position, relative to where the file was at the call."""
        position: int = self._file.tell() - (self._start or 0)
        return position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a position, relative to where the file was at the call."""
        if self._start is None:
            raise io.UnsupportedOperation("seek")
        self._file.seek(offset + (self._start if whence == os.SEEK_SET else 0), whence)
        return self.tell()

    def __iter__(self) -> Iterator[bytes]:
        if self._start is not None:
            self._file.seek(self._start)
        while chunk := self.read(_CHUNK):
            yield chunk
