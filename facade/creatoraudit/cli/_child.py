"""Runs a sandbox in a child process while one command runs.

The child ends when its standard input closes, which happens even if this process is killed. It is
in its own process group, so Ctrl-C reaches only this process.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import click

from ._extras import missing

_START_LIMIT = 60.0  # seconds; a cold disk is slow, a child that hangs is slower
_STOP_LIMIT = 5.0  # it takes some tenths of a second
# Variables that the system and Python need. No key is passed on, whatever the name of its variable.
_NEEDED = re.compile(
    r"(?:path|pathext|home|userprofile|appdata|localappdata|systemroot|systemdrive|windir|comspec"
    r"|temp|tmp|tmpdir|tz|lang|language|virtual_env|conda_prefix"
    r"|(?:lc_|ld_|dyld_|python|cov|creatoraudit_sandbox_)\w*)\Z",
    re.IGNORECASE,
)


@contextmanager
def sandbox(seed: int | None) -> Iterator[tuple[str, str]]:
    """Run a sandbox and yield its base URL and its key.

    Raises:
        click.ClickException: It did not start. The message ends with its output.
    """
    if line := missing("sandbox"):
        raise _NotInstalled(line)
    # -P: do not import a file of that name from the current folder.
    command = [sys.executable, "-P", "-m", "creatoraudit_sandbox"]
    command += ["--port", "0", "--until-stdin-closes"]
    command += [] if seed is None else ["--seed", str(seed)]
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(  # noqa: S603 - our own module, our own arguments
            command,
            env={name: value for name, value in os.environ.items() if _NEEDED.match(name)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        try:
            yield _address(child, said)
        finally:
            _stop(child)


class _NotInstalled(click.ClickException):
    exit_code = 2


def _address(child: subprocess.Popen[bytes], said: IO[bytes]) -> tuple[str, str]:
    assert child.stdout is not None
    impatience = threading.Timer(_START_LIMIT, child.kill)
    impatience.daemon = True
    impatience.start()
    try:
        exported = dict(_exported(child.stdout.readline()) for _ in range(2))
    except ValueError:
        child.kill()
        child.wait()
        said.seek(0)
        last = said.read().decode(errors="replace").strip().splitlines()[-1:]
        raise click.ClickException(f"the sandbox did not start: {''.join(last)}") from None
    finally:
        impatience.cancel()
    return exported["CREATORAUDIT_BASE_URL"], exported["CREATORAUDIT_API_KEY"]


def _exported(line: bytes) -> tuple[str, str]:
    export, assignment = shlex.split(line.decode())
    name, equals, value = assignment.partition("=")
    if export != "export" or not equals:
        raise ValueError(line)
    return name, value


def _stop(child: subprocess.Popen[bytes]) -> None:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.close()
    try:
        child.wait(_STOP_LIMIT)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    child.stdout.close()
