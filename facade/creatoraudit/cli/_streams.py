"""Makes the three standard streams usable, however the process was started.

If a stream is closed, the next opened file would take its place. So closed streams are replaced:
standard input reads as empty, and standard error drops what it cannot write, as it also does when
its disk is full or its reader is gone. Only a failed write to standard output makes a command fail.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import TextIO

_NAMES = ("<stdin>", "<stdout>", "<stderr>")


class _Unfailing(io.FileIO):
    """A stream that drops what it cannot write."""

    def write(self, data: bytes, /) -> int:  # type: ignore[override]  # any buffer, as FileIO
        """Write, and ignore errors."""
        try:
            return super().write(data) or 0
        except OSError:
            return len(data)


def _text(raw: io.FileIO, errors: str) -> TextIO:
    # Python's names for its streams, not their numbers.
    raw.name = _NAMES[raw.fileno()]
    buffer = io.BufferedReader(raw) if raw.readable() else io.BufferedWriter(raw)
    return io.TextIOWrapper(buffer, encoding="utf-8", errors=errors, line_buffering=True)


def prepare() -> None:
    """Open missing streams, and make standard error ignore failures."""
    # The system takes the lowest free number, so each stream gets its own. Writes to the second one
    # fail, as they should, because it is open for reading.
    for number, mode in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)
    if sys.stdin is None:
        sys.stdin = _text(io.FileIO(0, "rb", closefd=False), "strict")
    if sys.stdout is None:
        sys.stdout = _text(io.FileIO(1, "wb", closefd=False), "replace")
    # A stream that somebody else has set, such as a test, stays.
    own = sys.stderr is sys.__stderr__
    if sys.stderr is None or (own and not sys.stderr.isatty()):
        sys.stderr = _text(_Unfailing(2, "wb", closefd=False), "backslashreplace")


def reader_left(error: OSError) -> bool:
    """Whether a write failed because the reader of the pipe is gone."""
    # Windows reports an invalid argument.
    left = (errno.EPIPE, errno.EINVAL) if sys.platform == "win32" else (errno.EPIPE,)
    return error.filename is None and error.errno in left


def why(error: OSError) -> str:
    """Describe why standard output cannot be written."""
    return "it is closed" if error.errno == errno.EBADF else str(error.strerror or error)


def give_up_output() -> None:
    """Redirect standard output to nowhere, because Python flushes the rest again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
