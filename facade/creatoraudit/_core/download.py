"""Streams the body of a response into a file, which appears only when it is complete."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ..errors import UsageError
from . import clock
from .arguments import number
from .files import file_exists, move, move_new, new_file, path_text
from .key import ApiKey
from .text import one_line

ECHO = "repeats the API key, which is written into no file"


class Downloaded(NamedTuple):
    """A response body that was written into a file.

    Attributes:
        path: The file.
        size: Bytes in it, decompressed.
        media_type: Media type of the response, such as `text/csv`; None if it has none.
        headers: Headers of the response, case-insensitive.
        request_id: `X-Request-ID` of the response.
    """

    path: Path
    size: int
    media_type: str | None
    headers: Mapping[str, str]
    request_id: str | None


class Destination:
    """The file of a download. Each try writes to a temporary file in the same folder.

    Attributes:
        path: The file.
        most: Largest size in bytes.
        size: Bytes that this try has written.
        error: The error of a failed write.
    """

    def __init__(self, path: Path, *, overwrite: bool, most: int) -> None:
        self.path = path
        self.most = most
        self.size = 0
        self.error: OSError | None = None
        self._overwrite = overwrite
        self._part: Path | None = None
        self._file: BinaryIO | None = None
        self._key: ApiKey | None = None
        self._tail = b""
        self._body_began: float | None = None

    @classmethod
    def of(cls, path: object, *, overwrite: bool, max_bytes: object) -> Destination:
        """Check the path and the limit that a caller passed.

        Raises:
            UsageError: The path is not a file path or exists, or the limit is not a number.
        """
        text = path_text("path", path)
        place = Path(text)
        most = number("max_bytes", max_bytes)
        if place.is_dir() or text.endswith(("/", os.sep)):
            raise UsageError(f"{place} is a folder; name a file in it")
        if not overwrite and os.path.lexists(place):
            raise file_exists(place)
        return cls(place, overwrite=overwrite, most=sys.maxsize if most is None else most)

    def begin(self, key: ApiKey | None) -> None:
        """Begin a try with a new temporary file, into which this key is never written.

        Raises:
            OSError: The file cannot be created.
        """
        part = self.path.with_name(f".creatoraudit-{secrets.token_hex(8)}.part")
        self._file = new_file(part)
        self._part = part
        self._key = key
        self.size = 0
        self._tail = b""
        self._body_began = None

    def receive(self) -> None:
        """Record that the body begins to arrive."""
        self._body_began = clock.now()

    @property
    def body_seconds(self) -> float:
        """Seconds since the body of this try began; `retry_budget` does not count them."""
        return 0.0 if self._body_began is None else clock.now() - self._body_began

    def write(self, data: bytes) -> str | None:
        """Write data that arrived. Returns a reason if the rest of the body is refused.

        Raises:
            OSError: The data cannot be written.
        """
        assert self._file is not None
        if self._key is not None:
            # The key may arrive in two pieces.
            seen = self._tail + data
            if self._key.stands_in(seen):
                return ECHO
            self._tail = seen[-self._key.longest :]
        self._file.write(data)
        self.size += len(data)
        return None

    def discard(self) -> None:
        """Delete the temporary file of this try."""
        file, part, self._file, self._part = self._file, self._part, None, None
        if file is not None:
            with suppress(OSError):  # a full disk does not matter now
                file.close()
        if part is not None:
            part.unlink(missing_ok=True)

    def check(self) -> None:
        """Raise the error of a failed write, outside the frames that hold the request.

        Raises:
            OSError: The file could not be written.
        """
        if self.error is not None:
            raise OSError(self.error.errno, self.error.strerror, str(self.path))

    def finish(self, headers: Mapping[str, str], request_id: str | None) -> Downloaded:
        """Move the file to its path and describe it.

        Raises:
            UsageError: The path exists by now.
            OSError: The file cannot be written or moved.
        """
        assert self._file is not None
        assert self._part is not None
        with self._file as file:
            file.flush()
            os.fsync(file.fileno())
        if self._overwrite and self.path.exists():
            shutil.copymode(self.path, self._part)
        else:
            self._part.chmod(_usual_mode(self._part))
        if self._overwrite:
            move(self._part, self.path)
        else:
            try:
                move_new(self._part, self.path)
            except FileExistsError:
                raise file_exists(self.path) from None
        kind = one_line(headers.get("content-type", "").partition(";")[0].strip(), 120)
        return Downloaded(self.path, self.size, kind or None, headers, request_id)


def _usual_mode(part: Path) -> int:
    """The permissions of a new file in the same folder."""
    probe = part.with_suffix(".mode")
    try:
        with new_file(probe, 0o666) as file:
            return os.fstat(file.fileno()).st_mode & 0o777
    finally:
        probe.unlink(missing_ok=True)
