"""What the file system of Windows refuses, on one that does not: simulated, as no test can do more.

Nobody has owners or permissions there, and a file that is open in this process can be neither
replaced nor deleted. What opens a file so that others may delete it does not exist here either:
SQLite and Python do not do that.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

OPEN = Path("/proc/self/fd")
needed = pytest.mark.skipif(
    sys.platform != "win32" and not OPEN.exists(), reason="which files are open is not known here"
)

rights = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no such permissions, and links need a privilege"
)


def _identities() -> Iterator[tuple[int, int]]:
    for descriptor in os.listdir(OPEN):  # noqa: PTH208 - numbers, not files
        with suppress(OSError):  # that of the listing itself
            found = os.fstat(int(descriptor))
            if stat.S_ISREG(found.st_mode):
                yield found.st_dev, found.st_ino


def _is_open(path: Any) -> bool:
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return (found.st_dev, found.st_ino) in set(_identities())


def _refusing(function: Callable[..., Any], *, onto: bool = True) -> Callable[..., Any]:
    """A function that refuses files that are open, and, where it may not, one that exists."""

    @wraps(function)
    def refuse(*paths: Any, **others: Any) -> Any:
        for path in paths:
            if _is_open(path):
                why = "The process cannot access the file because it is being used"
                raise PermissionError(errno.EACCES, why, str(path))
        if not onto and os.path.lexists(paths[-1]):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(paths[-1]))
        return function(*paths, **others)

    return refuse


def behave(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process see such a file system; Windows itself needs none of this."""
    if sys.platform == "win32":
        return
    for name in ("replace", "unlink", "remove"):
        monkeypatch.setattr(os, name, _refusing(getattr(os, name)))
    monkeypatch.setattr(os, "rename", _refusing(os.rename, onto=False))
    for name in ("geteuid", "fork"):
        monkeypatch.delattr(os, name)
    make, change = os.mkdir, os.chmod

    def mkdir(path: Any, mode: int = 0o777, **others: Any) -> None:
        make(path, mode, **others)
        change(path, 0o777)

    def chmod(path: Any, mode: int, **others: Any) -> None:
        change(path, 0o777 if mode & stat.S_IWRITE else 0o555, **others)

    monkeypatch.setattr(os, "mkdir", mkdir)
    monkeypatch.setattr(os, "chmod", chmod)
