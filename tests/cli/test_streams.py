"""Standard streams that are missing, full or closed: the exit code says what was done."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from creatoraudit import CreatorAudit
from support import answers, cases
from support.server import Answer

if TYPE_CHECKING:
    from creatoraudit_sandbox import Sandbox
    from support.server import ScriptedServer

    from .conftest import Cli, Here

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs sh and /dev/full")
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")


@pytest.fixture
def shell(cli: Cli) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a command with redirections of its streams."""

    def run(
        redirections: str, *args: str, at: Sandbox | ScriptedServer | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", f'"$@" {redirections}', "sh", *cli.command(*args)],
            env=cli.environment(at),
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=240,
            check=False,
        )

    return run


Shell = Callable[..., subprocess.CompletedProcess[str]]
LOST = ["2>&-", pytest.param("2>/dev/full", marks=FULL)]
UNWRITABLE = [(">&-", "it is closed"), pytest.param(">/dev/full", "No space left", marks=FULL)]


COMMANDS = [
    ("export", "accounts", "--out", "OUT"),
    ("accounts", "list", "--limit", "3", "--format", "csv"),
    ("breakouts", "--top", "1", "--html", "OUT"),
    ("whoami",),
    ("--version",),
    ("--help",),
]


@pytest.mark.parametrize(
    ("stderr", "args"),
    [
        *(("<&- 2>&-", args) for args in COMMANDS),
        # `nox -s faults` tries them all.
        *(("<&-", args) for args in (COMMANDS if cases.ALL else COMMANDS[::3])),
        *(("2>&-", args) for args in (COMMANDS if cases.ALL else COMMANDS[1::3])),
        *(
            pytest.param("2>/dev/full", args, marks=FULL)
            for args in (COMMANDS if cases.ALL else COMMANDS[2::3])
        ),
    ],
)
def test_command_needs_neither_stdin_nor_stderr(
    shell: Shell, sandbox: Sandbox, tmp_path: Path, stderr: str, args: tuple[str, ...]
) -> None:
    out = tmp_path / "out.csv"
    ran = shell(stderr, *(str(out) if one == "OUT" else one for one in args), at=sandbox)
    assert ran.returncode == 0
    assert out.exists() is ("OUT" in args)
    assert ran.stdout or args[0] == "export"


@pytest.mark.parametrize("stderr", LOST)
def test_mistake_ends_with_2_even_where_nobody_is_told(shell: Shell, stderr: str) -> None:
    assert shell(stderr, "breakouts", "--window", "x").returncode == 2
    assert shell(stderr, "accounts", "delete", "--yes").returncode == 2


@pytest.mark.parametrize(("stdout", "says"), UNWRITABLE)
@pytest.mark.parametrize(
    "args", [("accounts", "list", "--format", "json"), ("whoami",), ("--version",), ("--help",)]
)
def test_result_that_cannot_be_written_is_a_failure(
    shell: Shell, sandbox: Sandbox, stdout: str, says: str, args: tuple[str, ...]
) -> None:
    ran = shell(stdout, *args, at=sandbox)
    assert ran.returncode == 1
    assert ran.stderr.startswith(f"creatoraudit: standard output: {says}")
    assert len(ran.stderr.splitlines()) == 1


@pytest.mark.parametrize("stdout", [">&-", pytest.param(">/dev/full", marks=FULL)])
def test_export_needs_no_standard_output(
    shell: Shell, sandbox: Sandbox, tmp_path: Path, stdout: str
) -> None:
    out = tmp_path / "a.csv"
    assert shell(stdout, "export", "accounts", "--out", str(out), at=sandbox).returncode == 0
    assert out.read_text().startswith("id,")


def test_ids_from_a_standard_input_that_is_closed_are_none(shell: Shell, sandbox: Sandbox) -> None:
    ran = shell("<&-", "metrics", "videos", "--file", "-", at=sandbox)
    assert (ran.returncode, "there are no ids in <stdin>" in ran.stderr) == (2, True)


def test_work_continues_and_counts_when_its_reader_leaves(
    cli: Cli, serve: Callable[..., ScriptedServer]
) -> None:
    ids = [answers.video_id(n) for n in range(5)]
    api = serve(lambda _: answers.one(answers.video(1)))
    command = cli.start("videos", "resume", *ids, "--format", "jsonl", at=api)
    assert command.stdout
    command.stdout.close()
    assert command.wait(240) == 0
    assert [one.method for one in api.requests] == ["PATCH"] * 5
    assert command.stderr
    assert command.stderr.read() == b""


class Left(io.FileIO):
    """A pipe of Windows whose reader has gone: the first write fails like this, simulated."""

    failed = False

    def write(self, data: Any, /) -> int:
        if self.failed:
            return len(data)
        self.failed = True
        raise OSError(errno.EINVAL, "Invalid argument")


@pytest.mark.parametrize(
    "command", [("whoami",), ("accounts", "list", "--format", "csv"), ("export", "accounts")]
)
@pytest.mark.parametrize("platform", ["win32", "linux"])
def test_reader_who_leaves_on_windows_is_not_a_failure(
    here: Here,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    platform: str,
) -> None:
    out = ("--out", "-") if command[0] == "export" else ()
    with io.TextIOWrapper(io.BufferedWriter(Left(os.dup(2), "wb"))) as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        monkeypatch.setattr(sys, "platform", platform)
        ran = here(*command, *out, at=sandbox)
        monkeypatch.undo()
    failed = (1, "creatoraudit: standard output: Invalid argument\n")
    assert (ran.code, ran.err) == ((0, "") if platform == "win32" else failed)


def test_failure_of_work_counts_when_its_reader_has_left(
    cli: Cli, serve: Callable[..., ScriptedServer]
) -> None:
    steps: list[Answer] = [answers.one(answers.video(1)), answers.problem(403, "FORBIDDEN")]
    api = serve(*steps)
    ids = [answers.video_id(n) for n in range(3)]
    command = cli.start("videos", "resume", *ids, "--format", "jsonl", at=api)
    assert command.stdout
    command.stdout.close()
    assert command.wait(240) == 1
    assert command.stderr
    assert b"1 of 3 videos done" in command.stderr.read()


def test_command_line_does_not_change_the_library(own: Sandbox) -> None:
    before = sys.stderr
    with CreatorAudit(own.api_key, base_url=own.base_url) as ca:
        assert ca.whoami()
    assert sys.stderr is before
