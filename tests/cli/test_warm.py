"""Processes forked from a warm one, which most tests use, behave like new processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support import warm

if TYPE_CHECKING:
    from creatoraudit_sandbox import Sandbox

    from .conftest import Cli

posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and signals")
ENDS = (
    "import sys; print(*sys.argv); print(sys.stdin.read(), file=sys.stderr); sys.exit(3)",
    "import os; print(os.getcwd(), os.environ['MINE'], flush=True); os._exit(4)",
    "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "print('ü\\udc80', end=''); raise SystemExit('why')",
    "import atexit; atexit.register(print, 'the end')",
    "import sys, threading; threading.Thread(target=lambda: print(sys.stdin.read())).start()",
    "import sys; sys.stdout.close(); sys.exit(5)",
)


@pytest.mark.parametrize(
    "args", [("whoami",), ("breakouts", "--format", "json"), ("--version",), ("xyzzy",)]
)
def test_warm_command_prints_and_exits_as_a_cold_one(
    cli: Cli, sandbox: Sandbox, args: tuple[str, ...]
) -> None:
    anew = subprocess.run(
        cli.command(*args, anew=True),
        env=cli.environment(sandbox),
        capture_output=True,
        check=False,
    )
    ran = cli(*args, at=sandbox)
    assert (ran.stdout.encode(), ran.stderr.encode()) == (anew.stdout, anew.stderr)
    assert ran.returncode == anew.returncode


@posix
@pytest.mark.parametrize("code", ENDS)
def test_warm_command_has_streams_folder_environment_and_exit_code_of_its_own(
    tmp_path: Path, code: str
) -> None:
    both = [
        subprocess.run(
            [python, "-c", code, "a b", ""],
            env=os.environ | {"MINE": "yes", "PYTHONUTF8": "1"},
            cwd=tmp_path,
            input=b"given",
            capture_output=True,
            check=False,
        )
        for python in (warm.python(), sys.executable)
    ]
    first, second = [(ran.returncode, ran.stdout, ran.stderr) for ran in both]
    assert first == second


@posix
@pytest.mark.parametrize("closed", ["<&-", "2>&-", "<&- 2>&-", "<&- >&- 2>&-"])
def test_warm_command_lacks_the_streams_that_it_is_not_given(closed: str, tmp_path: Path) -> None:
    told = tmp_path / "told"
    code = (
        "import os, sys; number = os.open(os.devnull, os.O_RDONLY)\n"
        "streams = [stream and stream.fileno() for stream in (sys.stdin, sys.stdout, sys.stderr)]\n"
        f"open({str(told)!r}, 'a').write(f'{{number}} {{streams}}\\n')\n"
    )
    for python in (warm.python(), sys.executable):
        subprocess.run(["sh", "-c", f'"$@" {closed}', "sh", python, "-c", code], check=True)
    first, second = told.read_text().splitlines()
    assert "None" in second
    assert first == second


@posix
def test_warm_commands_share_no_state() -> None:
    code = "import os, creatoraudit; print(vars(creatoraudit).get('left')); creatoraudit.left = 1"
    for _ in range(2):
        ran = subprocess.run(
            [warm.python(), "-c", code], capture_output=True, text=True, check=True
        )
        assert ran.stdout == "None\n"


@posix
def test_settings_of_python_are_read_by_a_process_of_its_own() -> None:
    ran = subprocess.run(
        [warm.python(), "-c", "import sys; print(sys.flags.hash_randomization)"],
        env=os.environ | {"PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "0\n"


@posix
def test_signal_reaches_the_process() -> None:
    code = "import signal; print('ready', flush=True); signal.pause()"
    with subprocess.Popen([warm.python(), "-c", code], stdout=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stdout.readline() == b"ready\n"
        child.send_signal(signal.SIGTERM)
        assert child.wait() == -signal.SIGTERM
