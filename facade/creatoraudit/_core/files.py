"""Writes files atomically and keeps private files and folders from other users."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..errors import UsageError

# Links are not followed, except on Windows, which cannot guarantee it.
_NEW = os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
# Bytes at the beginning of a file that say what it is.
_HEAD = 4096
# Bytes of a file that is read as a whole.
_LARGEST = 64 * 2**20
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def path_text(name: str, value: object) -> str:
    """A path that a caller passed, as text that keeps a slash at its end.

    A home folder that nobody knows is left as `~`.

    Raises:
        UsageError: It is not a path.
    """
    try:
        text = os.fsdecode(value)  # type: ignore[arg-type]  # whether it can is the question
        usable = text and "\0" not in text and os.fsencode(text)
    except TypeError:
        raise UsageError(f"{name} must be a path, not {type(value).__name__}") from None
    except UnicodeError:
        text, usable = str(value), None
    if not usable:
        raise UsageError(f"{name} must be the name of a file or folder, not {text!r:.40}")
    return os.path.expanduser(text)  # noqa: PTH111 - a Path loses the slash at its end


def read_whole(path: Path) -> bytes:
    """Read a file into memory, if it is not too large. A device such as /dev/zero has no end.

    Raises:
        OSError: It cannot be read, or is too large.
    """
    with path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return content


def file_exists(path: Path) -> UsageError:
    """Make the error for a file that exists and is not to be replaced."""
    return UsageError(f"{path} exists; pass overwrite=True to replace it")


def why_not_ours(path: Path, name: str, mark: re.Pattern[bytes]) -> str | None:
    """Why a file must not be written over, as the end of a sentence about it.

    None if it is new, empty, or one of the same kind.

    Args:
        path: The file.
        name: What files of this kind are called.
        mark: What they begin with.
    """
    if not os.path.lexists(path):
        return None
    if not path.is_file():
        return "is not a regular file; name another file"
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        return f"cannot be read ({error.strerror}); name another file"
    if head and mark.match(head) is None:
        return f"exists and is not {name}; name another file, or delete it"
    return None


def replace(path: Path, content: bytes) -> Path:
    """Write a file in one step. A file that is replaced hands on its permissions.

    Raises:
        OSError: It cannot be written. The old file is unchanged.
    """
    part = path.with_name(f".creatoraudit-{secrets.token_hex(8)}.part")
    try:
        with on_disk(part, 0o666) as file:
            file.write(content)
        if path.exists():
            shutil.copymode(path, part)
        return move(part, path)
    finally:
        part.unlink(missing_ok=True)


def move(part: Path, path: Path) -> Path:
    """Move a complete file to its final name and replace any file of that name.

    Raises:
        OSError: It cannot be moved, for example because another program has the old file open on
            Windows. The error names the final file, not the temporary one.
    """
    try:
        return part.replace(path)
    except OSError as error:
        why = error.strerror
        if isinstance(error, PermissionError) and not _has_rights():
            why = "permission denied, or another program has it open"
        raise OSError(error.errno, why, str(path)) from None


def move_new(part: Path, path: Path) -> None:
    """Move a complete file to a name that does not exist yet.

    Raises:
        FileExistsError: The name exists.
        OSError: It cannot be moved.
    """
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        move(part, path)
    else:
        part.unlink()


def new_file(path: Path, mode: int = 0o600) -> BinaryIO:
    """Create a file for writing. A file of that name is removed first, never written into.

    Raises:
        OSError: It cannot be created.
    """
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | _NEW, mode), "wb")


@contextmanager
def on_disk(path: Path, mode: int) -> Iterator[BinaryIO]:
    """Create a file, and flush it to the disk at the end of the block."""
    with new_file(path, mode) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def own_file(path: Path) -> None:
    """Create a file that only its owner may use (0600), or accept an existing one.

    An existing file is not opened, because that would release SQLite's locks on it.

    Raises:
        OSError: It cannot be created, is a link or not a file, or belongs to another user.
    """
    try:
        os.close(os.open(path, os.O_RDWR | _NEW, 0o600))
    except FileExistsError:
        _ours(path, stat.S_ISREG, "a file")


def own_folder(path: Path) -> None:
    """Create a folder that only its owner may use (0700), or accept an existing one.

    Raises:
        OSError: It cannot be created, is a link or not a folder, belongs to another user, or others
            may write into it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.mkdir(0o700)
    except FileExistsError:
        mode = _ours(path, stat.S_ISDIR, "a folder")
        if _has_rights() and mode & _OTHERS_WRITE and any(path.iterdir()):
            raise OSError(f"others may write into {path}; delete it first") from None
        path.chmod(0o700)


def _ours(path: Path, is_kind: Callable[[int], bool], kind: str) -> int:
    found = path.lstat()
    if not is_kind(found.st_mode):
        raise OSError(f"{path} is not {kind} but a link or something else")
    if _has_rights() and found.st_uid != os.geteuid():
        raise OSError(f"{path} belongs to another user")
    return found.st_mode


def _has_rights() -> bool:
    """Whether files have owners and permissions; on Windows, every folder seems open to others."""
    return hasattr(os, "geteuid")
