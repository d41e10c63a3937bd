"""Writes files atomically and keeps private files and folders from other users."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

# Links are not followed where the system can promise it, which Windows cannot.
_NEW = os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def replace(path: Path, content: bytes) -> Path:
    """Put a file with this content in place, at once; one that is there keeps its permissions.

    Raises:
        OSError: It could not be written; what was there is there still.
    """
    part = path.with_name(f".creatoraudit-{secrets.token_hex(8)}.part")
    try:
        with new_file(part, 0o666) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, part)
        return move(part, path)
    finally:
        part.unlink(missing_ok=True)


def move(part: Path, path: Path) -> Path:
    """Give a complete file its name; what had that name is replaced.

    Raises:
        OSError: It is refused, as Windows does while another program has the file open. The error
            names the file, not the temporary one.
    """
    try:
        return part.replace(path)
    except OSError as error:
        why = error.strerror
        if isinstance(error, PermissionError) and not _has_rights():
            why = "permission denied, or another program has it open"
        raise OSError(error.errno, why, str(path)) from None


def move_new(part: Path, path: Path) -> None:
    """Give a complete file a name that nothing has yet.

    Raises:
        FileExistsError: Something has the name, or has got it meanwhile.
        OSError: It is refused.
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
    """Make a file to write to; what had its name is removed and never written into.

    Raises:
        OSError: It cannot be made.
    """
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | _NEW, mode), "wb")


def own_file(path: Path) -> None:
    """Make a file that only its owner may use (0600), or take the one that is there.

    A file that is there is not opened: that would take the locks of SQLite off it.

    Raises:
        OSError: It cannot be made, or it is a link, something else than a file, or another user's.
    """
    try:
        os.close(os.open(path, os.O_RDWR | _NEW, 0o600))
    except FileExistsError:
        _ours(path, stat.S_ISREG, "a file")


def own_folder(path: Path) -> None:
    """Make a folder that only its owner may use (0700), or take the one that is there.

    Raises:
        OSError: It cannot be made, or it is a link, something else than a folder, another user's,
            or others could put something into it.
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
