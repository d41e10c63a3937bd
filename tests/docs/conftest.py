"""A shell for the commands of a page, with an empty folder and a sandbox for the page."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from creatoraudit_sandbox import Sandbox
from support import pages, warm

NOW = "2026-06-15T12:00:00Z"  # the day the pages speak of
_SEPARATOR = "\x1e"
_SERVED = re.compile(r"127\.0\.0\.1:\d+")
_NOT_FOR_CHILDREN = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")


class Shell:
    """Runs the blocks of a page."""

    def __init__(self, folder: Path, sandbox: Sandbox, left: ExitStack) -> None:
        self._left = left
        self._served = ""
        self.folder = folder / "here"
        self.folder.mkdir()
        if sys.platform != "win32":  # where it takes a privilege; commands are not run there
            for name in ("scripts", "openapi.json"):  # what pages on work in a clone speak of
                (self.folder / name).symlink_to(pages.ROOT / name)
        programs = folder / "bin"
        programs.mkdir()
        for name, words in (("creatoraudit", ("-P", "-m", "creatoraudit")), ("python", ())):
            program = programs / name
            program.write_text(f'#!/bin/sh\nexec {shlex.join([warm.python(), *words])} "$@"\n')
            program.chmod(0o755)
        self.env = {
            name: value for name, value in os.environ.items() if name not in _NOT_FOR_CHILDREN
        } | {
            "CREATORAUDIT_API_KEY": sandbox.api_key,
            "CREATORAUDIT_BASE_URL": sandbox.base_url,
            "HOME": str(folder),
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONUTF8": "1",
        }

    def python(self, blocks: list[pages.Block]) -> subprocess.CompletedProcess[str]:
        """Run the Python blocks of a page, one after the other, in one process."""
        runner = Path(pages.__file__).with_name("run_page.py")
        return self._run([warm.python(), "-W", "error", str(runner)], pages.as_json(blocks))

    def script(self, text: str) -> subprocess.CompletedProcess[str]:
        """Run a script; it ends at the first command that fails."""
        ran = self._run(["bash", "-euo", "pipefail", "-c", self._at_the_server(text)])
        ran.stdout = self._moved(ran.stdout)
        return ran

    def commands(self, lines: list[str]) -> list[tuple[int, str]]:
        """Run commands in one shell; exit code and output (stdout and stderr) of each."""
        script = "".join(
            f"{self._at_the_server(line)}\nprintf '{_SEPARATOR}%s{_SEPARATOR}' $?\n"
            for line in lines
        )
        ran = self._run(["bash", "-c", f"exec 2>&1\n{script}"])
        parts = self._moved(ran.stdout).split(_SEPARATOR)
        return [(int(code), out) for out, code in zip(parts[::2], parts[1::2], strict=False)]

    def serve(self, command: str) -> str:
        """Start a sandbox that a page starts, until the page ends; what it prints.

        On any free port, because the one it would take may be in use on this machine.
        """
        server = self._left.enter_context(
            subprocess.Popen(
                ["bash", "-c", f"exec {command} --port 0"],
                env=self.env,
                cwd=self.folder,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="utf-8",
            )
        )
        self._left.callback(server.send_signal, signal.SIGINT)
        assert server.stdout
        printed = server.stdout.readline() + server.stdout.readline()
        found = _SERVED.search(printed)
        assert found, printed
        self._served = found[0]
        return _SERVED.sub("127.0.0.1:8787", printed)

    def _at_the_server(self, text: str) -> str:
        return text.replace("127.0.0.1:8787", self._served) if self._served else text

    def _moved(self, printed: str) -> str:
        """What is printed, as if the folder were the one that the pages speak of."""
        return printed.replace(str(self.folder.resolve()), "/home/you")

    def _run(self, args: list[str], stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            args,
            input=stdin,
            env=self.env,
            cwd=self.folder,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    # Without a delay before the first refresh: the clock stands still.
    with Sandbox(now=NOW, rate_limit=0, refresh_delay=0) as sandbox, ExitStack() as left:
        yield Shell(tmp_path, sandbox, left)
