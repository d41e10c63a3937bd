"""Refuses files and folders that another user may have prepared."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def check_is_ours(path: Path) -> None:
    """Refuse a link, a device, or anything that belongs to another user.

    Raises:
        PermissionError: The path is one of these.
    """
    status = path.lstat()
    ours = not hasattr(os, "geteuid") or status.st_uid == os.geteuid()  # Windows has no owners
    if not ours or not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
        raise PermissionError(errno.EPERM, "is a link, a device or another user's", str(path))
