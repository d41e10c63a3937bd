"""The command line as a process: the child it starts, signals, pipes, terminals, missing extras."""

from __future__ import annotations

import csv
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest

from creatoraudit import CreatorAudit
from creatoraudit.cli import _child, main
from creatoraudit.cli._app import _COMMANDS, run
from support import answers
from support.server import Answer, Held

if TYPE_CHECKING:
    from creatoraudit_sandbox import Sandbox
    from support.server import ScriptedServer

    from .conftest import Cli, Here

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs signals, /proc or a pty")
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def sandbox_of(command: subprocess.Popen[bytes]) -> psutil.Process:
    """The sandbox that a command has started, as soon as it has."""
    while True:
        for child in psutil.Process(command.pid).children():
            with suppress(psutil.NoSuchProcess):  # of another child, which has ended meanwhile
                if "creatoraudit_sandbox" in child.cmdline():
                    return child
        with suppress(subprocess.TimeoutExpired):
            command.wait(0.01)
            pytest.fail("the command ended without a sandbox")


def test_sandbox_option_needs_nothing_else(cli: Cli) -> None:
    ran = cli("breakouts", "--sandbox", "--format", "json")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert len(json.loads(ran.stdout)["breakouts"]) == 10


def test_sandbox_option_ignores_key_and_url_of_the_environment(cli: Cli) -> None:
    nowhere = {"CREATORAUDIT_API_KEY": "bad\nkey", "CREATORAUDIT_BASE_URL": "ftp://nowhere"}
    ran = cli("whoami", "--sandbox", env=nowhere)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_sandbox_option_works_behind_a_proxy_setting(cli: Cli) -> None:
    names = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY")
    proxies = dict.fromkeys(names, "http://127.0.0.1:9")
    ran = cli("whoami", "--sandbox", env=proxies)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_seed_chooses_the_world(cli: Cli) -> None:
    def usernames(seed: str) -> list[Any]:  # figures would move with the time between two runs
        ran = cli("accounts", "list", "--sandbox", "--seed", seed, "--format", "jsonl")
        return [json.loads(line)["username"] for line in ran.stdout.splitlines()]

    assert usernames("7") == usernames("7")
    assert usernames("7") != usernames("8")


def test_sandbox_whose_port_is_taken_says_what_else_there_is(cli: Cli, sandbox: Sandbox) -> None:
    port = str(httpx.URL(sandbox.base_url).port)
    ran = cli("sandbox", "--port", port)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert f"port {port}: " in ran.stderr
    assert ran.stderr.endswith("try another --port, or use --port 0 to pick a free one\n")


def test_file_named_like_the_sandbox_is_not_run(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "creatoraudit_sandbox.py").write_text("raise SystemExit('hijacked')")
    ran = cli("whoami", "--sandbox", cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.fixture
def in_place_of_the_sandbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], None]:
    """Lets a program of the test's own be started where the sandbox would be."""

    def write(program: str) -> None:
        folder = tmp_path / "creatoraudit_sandbox"
        folder.mkdir()
        (folder / "__init__.py").touch()
        (folder / "__main__.py").write_text(program)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    return write


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("raise SystemExit('no room at all')", "no room at all"),
        ("print('hello')\nprint('there')", ""),
        ("print('export CREATORAUDIT_BASE_URL')", ""),
    ],
)
def test_sandbox_that_does_not_start_says_why(
    in_place_of_the_sandbox: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
    program: str,
    said: str,
) -> None:
    in_place_of_the_sandbox(program)
    assert run(["breakouts", "--sandbox"]) == 1
    assert f"the sandbox did not start: {said}".rstrip() in capsys.readouterr().err


@pytest.mark.parametrize(
    "name", ["CREATORAUDIT_API_KEY", "ACME_KEY", "AWS_SECRET_ACCESS_KEY", "creatoraudit_api_key"]
)
def test_sandbox_gets_no_secret_of_the_environment(
    in_place_of_the_sandbox: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    in_place_of_the_sandbox("import os; raise SystemExit(str(dict(os.environ)))")
    monkeypatch.setenv(name, "canary")
    assert run(["breakouts", "--sandbox"]) == 1
    said = capsys.readouterr().err
    assert "PYTHONPATH" in said
    assert "canary" not in said


def test_sandbox_that_does_not_end_is_ended(
    in_place_of_the_sandbox: Callable[[str], None],
    serve: Callable[..., ScriptedServer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_child, "_STOP_LIMIT", 0.05)
    api = serve(answers.WHOAMI)
    in_place_of_the_sandbox(
        "import threading\n"
        f"print('export CREATORAUDIT_BASE_URL={api.url}')\n"
        "print('export CREATORAUDIT_API_KEY=any', flush=True)\n"
        "threading.Event().wait()\n"
    )
    before = psutil.Process().children()
    assert run(["whoami", "--sandbox"]) == 0
    assert [request.path for request in api.requests] == ["/whoami"]
    assert set(psutil.Process().children()) <= set(before)


@posix
@pytest.mark.parametrize("sent", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_no_sandbox_survives_its_command(cli: Cli, sent: str) -> None:
    command = cli.start("breakouts", "--sandbox", anew=True)
    child = sandbox_of(command)
    command.send_signal(signal.Signals[sent])
    command.wait(240)
    child.wait(240)


@posix
@pytest.mark.parametrize(
    ("args", "before"),
    [
        (("whoami",), ()),
        (("breakouts",), ()),
        (("breakouts",), (answers.page([answers.video(1)]),)),
    ],
)
def test_interrupt_ends_with_130_and_one_word(
    cli: Cli,
    serve: Callable[..., ScriptedServer],
    args: tuple[str, ...],
    before: tuple[Answer, ...],
) -> None:
    stuck = Held(answers.WHOAMI)
    command = cli.start(*args, at=serve(*before, stuck), anew=True)
    assert stuck.reached.wait(240)
    _, stderr = cli.interrupt(command)
    stuck.release.set()
    assert command.returncode == 130
    assert stderr.split() == [b"creatoraudit:", b"interrupted"]


def test_interrupt_while_it_is_loaded_is_not_a_traceback(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("""
import sys
class Interrupted:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "creatoraudit.cli._app":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupted)
""")
    ran = cli("whoami", env={"PYTHONPATH": str(tmp_path)})
    assert (ran.returncode, ran.stderr) == (130, "creatoraudit: interrupted\n")


def test_reader_of_a_pipe_that_leaves_is_not_an_error(cli: Cli, sandbox: Sandbox) -> None:
    command = cli.start("breakouts", "--format", "csv", "--top", "3000", at=sandbox)
    assert command.stdout
    command.stdout.close()
    assert command.wait(240) == 0
    assert command.stderr
    assert command.stderr.read() == b""


def test_pipe_gets_neither_colours_nor_progress(cli: Cli, sandbox: Sandbox) -> None:
    ran = cli("breakouts", at=sandbox)
    assert "\x1b" not in ran.stdout
    assert ran.stderr == ""


@pytest.fixture
def terminal(cli: Cli) -> Callable[..., str]:
    """Runs a command on a terminal and returns all that appears there."""
    pexpect = pytest.importorskip("pexpect")

    def run(
        *args: str,
        at: Sandbox | ScriptedServer,
        columns: int = 100,
        no_color: str = "",
        into: str = "",
        ends: int = 0,
        anew: bool = False,
    ) -> str:
        program, *rest = cli.command(*args, anew=anew)
        if into:
            program, rest = "sh", ["-c", '"$@" > "$0"', into, program, *rest]
        child = pexpect.spawn(
            program,
            rest,
            env=cli.environment(at, {"TERM": "xterm-256color", "NO_COLOR": no_color}),
            dimensions=(50, columns),
            encoding="utf-8",
            timeout=240,
        )
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == ends
        said: str = child.before
        return said

    return run


@posix
def test_terminal_gets_a_progress_bar(terminal: Any, sandbox: Sandbox) -> None:
    said = terminal("breakouts", at=sandbox, anew=True)
    assert "Posts" in said
    assert "\x1b[?25l" in said  # the cursor is hidden while the bar moves
    assert said.rindex("\x1b[?25h") < said.index("Δviews")  # and back before the table


@posix
def test_list_into_a_file_shows_its_progress(
    terminal: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    file = tmp_path / "posts.csv"
    args = ("account-videos", "list", "--format", "csv", "--limit", "700")
    said = ANSI.sub("", terminal(*args, at=sandbox, into=str(file)))
    with file.open(newline="") as opened:
        assert len(list(csv.reader(opened))) == 701
    assert "account-videos" in said
    assert "700/700" in said  # the size was asked for, and is no more than was asked for
    assert re.search(r"[0-9]/s", said)
    assert re.search(r"ETA +0:00:00\s*$", said.strip())


@posix
def test_list_on_a_terminal_is_progress_enough(terminal: Any, sandbox: Sandbox) -> None:
    said = terminal("videos", "list", "--limit", "3", at=sandbox)
    assert "\x1b[?25l" not in said
    assert "caption" in said


@posix
def test_raw_text_is_not_for_a_terminal(terminal: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    args = ("videos", "list", "--format", "csv", "--raw")
    assert "--raw is not for a terminal" in terminal(*args, at=sandbox, ends=2)
    terminal(*args, at=sandbox, into=str(tmp_path / "raw.csv"))


@posix
def test_text_of_an_endpoint_is_inert_on_a_terminal(
    terminal: Any, serve: Callable[..., ScriptedServer]
) -> None:
    api = serve(Answer(body=b"one\n\x1b[2Jtwo", headers={"content-type": "text/plain"}))
    said = terminal("api", "GET", "/report", at=api)
    assert r"\x1b[2Jtwo" in said
    assert "\x1b[2J" not in said


@posix
def test_no_color_is_respected(terminal: Any, sandbox: Sandbox) -> None:
    colour = re.compile(r"\x1b\[[0-9;]*3[0-7][0-9;]*m")
    assert not colour.search(terminal("breakouts", at=sandbox, no_color="1"))


@posix
@pytest.mark.parametrize("columns", [30, 45, 65, 100])
def test_table_fits_the_terminal(terminal: Any, sandbox: Sandbox, columns: int) -> None:
    from rich.cells import cell_len

    said = ANSI.sub("", terminal("breakouts", columns=columns, at=sandbox))
    table = said[said.index("#") :].split("trend: ")[0]
    assert "@" in table
    assert max(cell_len(line) for line in table.splitlines()) <= columns


@posix
@pytest.mark.parametrize(
    ("plural", "known", "columns"),
    [("accounts", "username", 40), ("videos", "views", 80), ("creators", "name", 40)],
)
def test_list_fits_the_terminal(
    terminal: Any, sandbox: Sandbox, plural: str, known: str, columns: int
) -> None:
    from rich.cells import cell_len

    said = ANSI.sub("", terminal(plural, "list", "--limit", "9", columns=columns, at=sandbox))
    assert known in said
    assert ("id" in said.split()) is (columns == 80)
    assert max(cell_len(line) for line in said.splitlines()) <= columns


@posix
def test_narrow_terminal_says_which_columns_it_lacks(terminal: Any, sandbox: Sandbox) -> None:
    said = ANSI.sub("", terminal("accounts", "list", "--limit", "3", columns=60, at=sandbox))
    assert "too narrow for: id, views, creator, active, refreshed" in " ".join(said.split())
    wide = ANSI.sub("", terminal("accounts", "list", "--limit", "3", columns=200, at=sandbox))
    assert "too narrow" not in wide


def test_ascii_output_has_neither_pictures_nor_question_marks_for_them(
    cli: Cli, sandbox: Sandbox
) -> None:
    plain = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    ran = cli("breakouts", "--top", "40", at=sandbox, env=plain)
    assert ran.returncode == 0
    assert ran.stdout.isascii()
    assert "dviews 7d" in ran.stdout
    assert "trend: views per day" in ran.stdout


@posix
def test_single_resource_fits_a_narrow_terminal(terminal: Any, sandbox: Sandbox) -> None:
    with CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as ca:
        account = next(iter(ca.accounts.list(max_items=1)))
    said = ANSI.sub("", terminal("accounts", "get", account.id, columns=40, at=sandbox))
    assert ["username", account.username] in [line.split() for line in said.splitlines()]


def test_whoami_names_organization_and_key(cli: Cli, sandbox: Sandbox) -> None:
    shown = cli("whoami", at=sandbox)
    known = json.loads(cli("whoami", "--format", "json", at=sandbox).stdout)
    lines = [line.split() for line in shown.stdout.splitlines()]
    assert ["organization_id", known["organization_id"]] in lines
    assert ["api_key_name", *known["api_key_name"].split()] in lines


def test_name_of_a_key_is_a_strangers_text_too(
    cli: Cli, serve: Callable[..., ScriptedServer]
) -> None:
    api = serve(answers.one({"organization_id": None, "api_key_name": "\x1b[31mme"}))
    assert r"\x1b[31mme" in cli("whoami", at=api).stdout


@pytest.mark.parametrize("group", [(), ("accounts",), ("metrics",)])
def test_group_alone_shows_its_help(here: Here, group: tuple[str, ...]) -> None:
    ran = here(*group)
    assert "Commands:" in (ran.out + ran.err).splitlines()


def test_unknown_command_is_wrong_usage(cli: Cli) -> None:
    ran = cli("xyzzy")
    assert ran.returncode == 2
    assert "there is no command 'xyzzy'" in ran.stderr
    assert "did you mean" not in ran.stderr


@pytest.mark.parametrize(("typo", "meant"), [("breakout", "breakouts"), ("acounts", "accounts")])
def test_mistyped_command_names_the_one_that_was_meant(here: Here, typo: str, meant: str) -> None:
    said = f"creatoraudit: there is no command {typo!r}; did you mean {meant!r}?"
    assert here(typo).complaint == f"{said} (see creatoraudit --help)"


def test_option_before_its_command_is_told_where_it_goes(here: Here) -> None:
    complaint = here("--sandbox", "breakouts").complaint
    assert "o such option" in complaint
    assert "options follow their command, as in: creatoraudit breakouts --sandbox" in complaint
    assert "--version" in here("--verison").complaint
    assert "follow" not in here("--verison").complaint


@posix
def test_figures_are_whole_in_a_narrow_terminal(terminal: Any, sandbox: Sandbox) -> None:
    with CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as ca:
        ids = [one.id for one in ca.accounts.list(max_items=3)]
        views = [f"{one.views:,}" for one in ca.accounts.metrics(ids).values()]
    said = terminal("metrics", "accounts", *ids, columns=40, at=sandbox)
    assert [one for one in views if one not in said] == []


@pytest.mark.parametrize("extra_missing", [False, True])
def test_shell_completion_knows_the_commands(cli: Cli, tmp_path: Path, extra_missing: bool) -> None:
    env = {
        "_CREATORAUDIT_COMPLETE": "bash_complete",
        "COMP_WORDS": "creatoraudit ",
        "COMP_CWORD": "1",
    }
    if extra_missing:
        (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['uvicorn'] = None")
        env["PYTHONPATH"] = str(tmp_path)
    ran = cli(env=env)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.split() == [f"plain,{name}" for name in _COMMANDS]


def test_version_is_printed(cli: Cli) -> None:
    import creatoraudit

    for args in (("--version",), ("--version", "whoami")):
        ran = cli(*args)
        assert (ran.returncode, ran.stdout) == (0, f"creatoraudit {creatoraudit.__version__}\n")


def ends_with(argv: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["creatoraudit", *argv])
    with pytest.raises(SystemExit) as ended:
        main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.mark.parametrize(
    ("module", "argv", "extra"),
    [
        ("click", ["breakouts"], "cli"),
        ("rich", ["whoami"], "cli"),
        ("jinja2", ["videos", "track", "--file", "urls.txt"], "cli"),
        ("uvicorn", ["sandbox"], "sandbox"),
        ("uvicorn", ["sandbox", "--help", "--port", "0"], "sandbox"),
        ("starlette", ["breakouts", "--sandbox"], "sandbox"),
    ],
)
def test_missing_extra_is_named_in_one_line(
    module: str,
    argv: list[str],
    extra: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, module, None)  # what Python does for "not installed"
    assert ends_with(argv, monkeypatch) == 2
    said = capsys.readouterr()
    assert f"pip install 'creatoraudit[{extra}]'" in said.err
    assert len(said.err.splitlines()) == 1
    assert said.out == ""


def test_version_needs_no_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "click", None)
    assert ends_with(["--version"], monkeypatch) == 0
    assert capsys.readouterr().out.startswith("creatoraudit ")


LIMITED = {
    "x-ratelimit-limit": "20",
    "x-ratelimit-remaining": "0",
    "x-ratelimit-reset": "1781524842",
    "date": "Mon, 15 Jun 2026 12:00:00 GMT",
}


def test_a_long_wait_is_reported_on_stderr_and_a_short_one_is_not(here, serve, waits) -> None:
    first = answers.page([answers.video(1)], "more")
    limited = Answer(json=first.json, headers=LIMITED)
    later = Answer(503, headers={"retry-after": "9"})
    soon = answers.problem(503, "SERVICE_UNAVAILABLE")
    server = serve(limited, later, soon, answers.page([answers.video(2)]))
    ran = here("videos", "list", "--format", "jsonl", at=server)
    assert ran.code == 0
    assert ran.err.splitlines() == [
        "waiting for the rate limit, 42 s",
        "waiting before the next try, 9 s",
    ]
    assert len(waits) == 3
