"""The three standard streams, made usable whatever the process was started with.

A stream that was closed would be replaced by the first file that is opened, and every write to it
would fail. Standard input then reads as empty, and what goes to standard error is lost; so it is
when its disk is full or its reader is gone. Only standard output counts: what cannot be written
there makes a command fail.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import TextIO

_NAMES = ("<stdin>", "<stdout>", "<stderr>")


class _Unfailing(io.FileIO):
    """A stream whose content nobody needs: what cannot be written is dropped."""

    def write(self, data: bytes, /) -> int:  # type: ignore[override]  # any buffer, as FileIO
        """Write, or pretend to."""
        try:
            return super().write(data) or 0
        except OSError:
            return len(data)


def _text(raw: io.FileIO, errors: str) -> TextIO:
    # As Python calls its own, not by their numbers.
    raw.name = _NAMES[raw.fileno()]
    buffer = io.BufferedReader(raw) if raw.readable() else io.BufferedWriter(raw)
    return io.TextIOWrapper(buffer, encoding="utf-8", errors=errors, line_buffering=True)


def prepare() -> None:
    """Open what is missing, and let standard error take everything."""
    # The lowest number that is free is taken, so each of these lands where it belongs. What is
    # written to the second one fails, as it should: it is open for reading.
    for number, mode in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)
    if sys.stdin is None:
        sys.stdin = _text(io.FileIO(0, "rb", closefd=False), "strict")
    if sys.stdout is None:
        sys.stdout = _text(io.FileIO(1, "wb", closefd=False), "replace")
    # One that somebody else has put there, such as a test, is theirs.
    own = sys.stderr is sys.__stderr__
    if sys.stderr is None or (own and not sys.stderr.isatty()):
        sys.stderr = _text(_Unfailing(2, "wb", closefd=False), "backslashreplace")


def reader_left(error: OSError) -> bool:
    """Whether a write failed because nobody reads the pipe any more."""
    # Windows says that the argument is invalid.
    left = (errno.EPIPE, errno.EINVAL) if sys.platform == "win32" else (errno.EPIPE,)
    return error.filename is None and error.errno in left


def why(error: OSError) -> str:
    """Why standard output cannot be written."""
    return "it is closed" if error.errno == errno.EBADF else str(error.strerror or error)


def give_up_output() -> None:
    """Let standard output lead nowhere: Python writes what is left once more on its way out."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
