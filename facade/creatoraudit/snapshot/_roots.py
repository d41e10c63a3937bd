"""Where snapshots are stored: a local folder, or a file system of fsspec.

A file that is put in place appears whole or not at all. Both kinds of root have the same methods,
which block; callers run them in worker threads.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, TypeAlias, cast
from urllib.parse import urlsplit
from urllib.request import url2pathname

from .._core import files
from .._core.text import one_line
from ..errors import ConfigurationError, ExportError, UsageError

# Larger files are uploaded piece by piece, so that they need not be in memory.
_AT_ONCE = 32 * 2**20
# Seconds after which a temporary file belongs to an attempt that was killed.
_ABANDONED = 24 * 3600.0


def root_of(place: object) -> Root:
    """Make the root of a local path or a URL.

    Raises:
        ConfigurationError: fsspec, or the library for this kind of URL, is not installed.
        UsageError: It is neither a path nor a URL.
    """
    try:
        location = os.fsdecode(place)  # type: ignore[arg-type]  # the call checks the type
    except TypeError:
        raise UsageError(f"root must be a path or a URL, not {type(place).__name__}") from None
    if not location:
        raise UsageError("root is empty; name a folder or a URL")
    if "://" not in location:
        return LocalRoot(Path(files.path_text("root", location)))
    if location.startswith("file://"):
        return LocalRoot(Path(url2pathname(urlsplit(location).path)))
    return RemoteRoot(location)


@contextmanager
def _export_errors(doing: str, path: object) -> Iterator[None]:
    """Turn the error of a file system into an `ExportError`."""
    try:
        yield
    except FileNotFoundError:
        raise
    except Exception as error:  # noqa: BLE001 - each file system of fsspec has exceptions of its own
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        why = one_line(why or type(error).__name__, 200)
    else:
        return
    raise ExportError(f"cannot {doing} {one_line(str(path), 300)}: {why}")


class LocalRoot:
    """A local folder."""

    mode = 0o666  # the permissions of any new file

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self.location = str(self._folder)

    def read(self, path: str) -> bytes | None:
        """Return the content of a file; None if there is no such file."""
        with suppress(FileNotFoundError), _export_errors("read", self._folder / path):
            return (self._folder / path).read_bytes()
        return None

    def write(self, path: str, content: bytes) -> None:
        """Put a small file in place."""
        target = self._folder / path
        with _export_errors("write", target):
            target.parent.mkdir(parents=True, exist_ok=True)
            files.replace(target, content)

    def put(self, path: str, part: Path) -> None:
        """Put a copy of a local file in place, by renaming a link to it."""
        target = self._folder / path
        with _export_errors("write", target):
            link = part.with_name(f"{part.name}-{secrets.token_hex(4)}.tmp")
            try:
                os.link(part, link)
            except OSError:  # a file system without links: there is only one try
                link = part
            files.move(link, target)
            # If the file is put again, both names are of one file, and the rename does nothing.
            if link != part:
                link.unlink(missing_ok=True)
            _sync_folder(target.parent)

    def part_for(self, path: str, attempt: str) -> Path:
        """Return a hidden path beside the file `path`; removes what killed attempts left."""
        target = self._folder / path
        with _export_errors("write", target.parent):
            target.parent.mkdir(parents=True, exist_ok=True)
            for left in target.parent.glob(f".{target.name}.*.tmp"):
                with suppress(OSError):
                    if time.time() - left.stat().st_mtime > _ABANDONED:
                        left.unlink()
        return target.with_name(f".{target.name}.{attempt}.tmp")

    def open(self, path: str) -> BinaryIO:
        """Open a file for reading."""
        with _export_errors("read", self._folder / path):
            return (self._folder / path).open("rb")

    def list(self, folder: str) -> list[str]:
        """Return the paths of all files in a folder and below."""
        with _export_errors("read", self._folder / folder):
            found = (self._folder / folder).rglob("*")
            return sorted(
                one.relative_to(self._folder).as_posix() for one in found if one.is_file()
            )


def _sync_folder(folder: Path) -> None:
    """Flush a rename to the disk, on systems that can flush folders."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class RemoteRoot:
    """A file system of fsspec, where one upload puts a file in place."""

    mode = 0o600  # other users share the folder for temporary files

    def __init__(self, url: str) -> None:
        self.location = url
        scheme = url.partition("://")[0]
        try:
            from fsspec.core import url_to_fs  # noqa: PLC0415 - an extra, loaded for URLs only
        except ImportError:
            raise ConfigurationError(
                f"{scheme}:// needs fsspec, which is not installed; run:"
                " pip install 'creatoraudit[snapshot]'"
            ) from None
        try:
            self._fs, base = url_to_fs(url, use_listings_cache=False)
        except ImportError as error:
            library = _LIBRARIES.get(scheme)
            advice = f"run: pip install {library}" if library else one_line(str(error), 200)
            raise ConfigurationError(
                f"{scheme}:// needs {library or 'a library'}, which is not installed; {advice}"
            ) from None
        except Exception as error:  # noqa: BLE001 - each file system has exceptions of its own
            raise ConfigurationError(
                f"{one_line(url, 200)} cannot be opened: {one_line(str(error), 200)}"
            ) from None
        self._base = base.rstrip("/")

    def read(self, path: str) -> bytes | None:
        """Return the content of a file; None if there is no such file."""
        with suppress(FileNotFoundError), _export_errors("read", self._at(path)):
            content: bytes = self._fs.cat_file(self._at(path))
            return content
        return None

    def write(self, path: str, content: bytes) -> None:
        """Put a small file in place."""
        with _export_errors("write", self._at(path)):
            self._fs.pipe_file(self._at(path), content)

    def put(self, path: str, part: Path) -> None:
        """Upload a copy of a local file under its final name."""
        with _export_errors("write", self._at(path)):
            if part.stat().st_size <= _AT_ONCE:
                self._fs.pipe_file(self._at(path), part.read_bytes())
            else:
                self._fs.put_file(str(part), self._at(path))

    def part_for(self, path: str, attempt: str) -> Path:
        """Return a path in the folder for temporary files."""
        name = PurePosixPath(path).name
        return Path(tempfile.gettempdir()) / f".creatoraudit-{name}.{attempt}.tmp"

    def open(self, path: str) -> BinaryIO:
        """Open a file for reading."""
        with _export_errors("read", self._at(path)):
            opened: BinaryIO = self._fs.open(self._at(path), "rb")
            return opened

    def list(self, folder: str) -> list[str]:
        """Return the paths of all files in a folder and below."""
        with _export_errors("read", self._at(folder)):
            found: Any = self._fs.find(self._at(folder))
            start = len(self._base) + 1
            return sorted(str(one)[start:] for one in found)

    def _at(self, path: str) -> str:
        return f"{self._base}/{path}"


Root: TypeAlias = LocalRoot | RemoteRoot

# The library for each common kind of URL.
_LIBRARIES = {
    "s3": "s3fs",
    "s3a": "s3fs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "az": "adlfs",
    "abfs": "adlfs",
    "abfss": "adlfs",
}


def sha256_of(root: Root, path: str) -> str:
    """Return the hash of a file of a root.

    Raises:
        FileNotFoundError: There is no such file.
    """
    with root.open(path) as file, _export_errors("read", path):
        return hashlib.file_digest(cast("BufferedReader", file), "sha256").hexdigest()
