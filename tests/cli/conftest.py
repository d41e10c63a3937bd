"""The command line as its users have it: a process, its exit code, its two streams, real HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support import answers
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
    """Runs `creatoraudit` in an environment of which a test knows everything that matters."""

    env: dict[str, str]
    children: ExitStack

    def command(self, *args: str) -> list[str]:
        return [sys.executable, "-P", "-m", "creatoraudit.cli", *args]

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
            timeout=90,
            check=False,
        )

    def start(
        self, *args: str, at: Sandbox | ScriptedServer | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a command; it is gone when the test ends."""
        child = self.children.enter_context(
            subprocess.Popen(
                self.command(*args),
                env=self.environment(at),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        )
        self.children.callback(child.kill)
        return child


@pytest.fixture
def cli() -> Iterator[Cli]:
    env = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_CHILDREN}
    with ExitStack() as children:
        yield Cli(env | {"PYTHONUTF8": "1"}, children)


Gained = Callable[..., ScriptedServer]


@pytest.fixture
def gained(serve: Callable[..., ScriptedServer]) -> Gained:
    """Starts a server that lists posts and knows what they gained.

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
