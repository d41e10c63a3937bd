"""Runs the command line as users do: a process with an exit code, two streams and real HTTP."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from creatoraudit import CreatorAudit
from support import answers, warm
from support.server import Request, ScriptedServer, Step

if TYPE_CHECKING:
    from creatoraudit_sandbox import Sandbox

KEY = "made-up-key"
_NOT_FOR_CHILDREN = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")


def _environment(at: Sandbox | ScriptedServer | None) -> dict[str, str]:
    if at is None:
        return {}
    url, key = (at.url, KEY) if isinstance(at, ScriptedServer) else (at.base_url, at.api_key)
    return {"CREATORAUDIT_BASE_URL": url, "CREATORAUDIT_API_KEY": key}


@dataclass
class Cli:
    """Runs `creatoraudit` in a known environment."""

    env: dict[str, str]
    children: ExitStack

    def command(self, *args: str, anew: bool = False) -> list[str]:
        """A command line; `anew` starts Python as one in a shell does, not a warm process."""
        python = sys.executable if anew else warm.python()
        return [python, "-P", "-m", "creatoraudit", *args]

    def environment(
        self, at: Sandbox | ScriptedServer | None, env: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        return self.env | _environment(at) | dict(env or {})

    def __call__(
        self,
        *args: str,
        at: Sandbox | ScriptedServer | None = None,
        encoding: str = "utf-8",
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, against a server if one is given."""
        return subprocess.run(
            self.command(*args),
            env=self.environment(at, env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding=encoding,
            cwd=cwd,
            timeout=240,
            check=False,
        )

    def start(
        self, *args: str, at: Sandbox | ScriptedServer | None = None, anew: bool = False
    ) -> subprocess.Popen[bytes]:
        """Start a command. It ends with the test; what is to be killed has to start anew."""
        child = self.children.enter_context(
            subprocess.Popen(
                self.command(*args, anew=anew),
                env=self.environment(at),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        )
        self.children.callback(child.kill)
        return child

    def interrupt(self, command: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
        """Press Ctrl-C, repeatedly if necessary; return stdout and stderr.

        A signal that arrives just before a process begins to wait for the network does not end that
        wait: Python looks for signals before it, and the system during it.
        """
        for _ in range(5):
            command.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                return command.communicate(timeout=5)
        pytest.fail("the command went on after Ctrl-C")


@pytest.fixture
def cli() -> Iterator[Cli]:
    env = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_CHILDREN}
    with ExitStack() as children:
        yield Cli(env | {"PYTHONUTF8": "1"}, children)


@dataclass(frozen=True)
class Ran:
    """Result of a command line: exit code and two streams."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def jsonl(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def csv(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.out)))

    @property
    def complaint(self) -> str:
        """The single error line of a failed command."""
        assert (self.code != 0, self.out) == (True, "")
        *waits, line = self.err.splitlines()
        assert all(one.startswith("waiting ") for one in waits)
        return line


class _Stdin(io.BytesIO):
    name = "<stdin>"


Here = Callable[..., Ran]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """Runs a command line in this process, which is enough for most tests."""

    def invoke(
        *args: str,
        at: Sandbox | ScriptedServer | None = None,
        key: str | None = None,
        stdin: str = "",
    ) -> Ran:
        from creatoraudit.cli._app import run

        for name, value in _environment(at).items():
            monkeypatch.setenv(name, value)
        if key is not None:
            monkeypatch.setenv("CREATORAUDIT_API_KEY", key)
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(_Stdin(stdin.encode())))
        capsys.readouterr()
        code = run(args)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return invoke


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def own() -> Iterator[Sandbox]:
    """A sandbox of the test module, which its tests may change."""
    from creatoraudit_sandbox import Sandbox

    with Sandbox(accounts=10, videos=30, account_videos=30, rate_limit=0) as running:
        yield running


@pytest.fixture
def client(own: Sandbox) -> Iterator[CreatorAudit]:
    """A client of the sandbox of the test module."""
    with CreatorAudit(own.api_key, base_url=own.base_url) as ca:
        yield ca


Gained = Callable[..., ScriptedServer]


@pytest.fixture
def gained(serve: Callable[..., ScriptedServer]) -> Gained:
    """Starts a server that lists posts and returns their deltas.

    Takes pairs of a post and its views in every window; None is an id that the deltas endpoint does
    not know.
    """

    def start(*posts: tuple[Mapping[str, Any], int | None]) -> ScriptedServer:
        views = {post.get("id"): gain for post, gain in posts}

        def answer(request: Request) -> Step:
            if request.path != "/videos/deltas":
                return answers.page([post for post, _ in posts])
            ids, windows = request.json["video_ids"], request.json["windows"]
            known = [one for one in ids if views[one] is not None]
            return answers.deltas(
                {one: {f"{days}d": views[one] for days in windows} for one in known},
                not_found=[one for one in ids if one not in known],
                windows=windows,
            )

        return serve(answer)

    return start
