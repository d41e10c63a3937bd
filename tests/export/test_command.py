"""`creatoraudit export` as a process, with its exit code and two streams."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from creatoraudit import CreatorAudit
from creatoraudit_sandbox import Sandbox
from support import answers, warm
from support.server import ScriptedServer

from .conftest import KEY, POSTS, Gate, Listing, read

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals and terminals")
EXPORT = ["-P", "-m", "creatoraudit", "export"]
COMMAND = [sys.executable, *EXPORT]


def environment(at: Sandbox | ScriptedServer) -> dict[str, str]:
    url, key = (at.base_url, at.api_key) if isinstance(at, Sandbox) else (at.url, KEY)
    own = {"CREATORAUDIT_BASE_URL": url, "CREATORAUDIT_API_KEY": key, "PYTHONUTF8": "1"}
    return {**os.environ, **own}


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the command in an empty folder."""

    def start(
        *args: str, at: Sandbox | ScriptedServer, key: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [warm.python(), *EXPORT, *args],
            env=environment(at) | ({} if key is None else {"CREATORAUDIT_API_KEY": key}),
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            timeout=240,
            check=False,
        )

    return start


@pytest.fixture
def begun(posts: Sandbox, tmp_path: Path) -> Iterator[Callable[[int], Any]]:
    """Starts an export of posts that hangs at a list request, through a gate before the sandbox."""
    with ExitStack() as running:

        def start(number: int) -> tuple[Gate, subprocess.Popen[str]]:
            gate = running.enter_context(Gate(posts.base_url, number))
            child = running.enter_context(
                subprocess.Popen(
                    [*COMMAND, "videos", "--out", "posts.csv"],
                    env=environment(gate) | {"CREATORAUDIT_API_KEY": posts.api_key},
                    cwd=tmp_path,
                    stderr=subprocess.PIPE,
                    stdin=subprocess.DEVNULL,
                    encoding="utf-8",
                )
            )
            running.callback(child.kill)
            assert gate.held.reached.wait(240)
            return gate, child

        yield start


def test_it_says_how_many_rows_are_where(run: Run, posts: Sandbox, tmp_path: Path) -> None:
    ran = run("creators", at=posts)
    rows = read(tmp_path / "creators.csv")
    assert (ran.returncode, ran.stdout) == (0, "")
    assert ran.stderr == f"{len(rows)} rows in creators.csv\n"


def test_options_reach_the_export(
    run: Run, posts: Sandbox, ca: CreatorAudit, tmp_path: Path
) -> None:
    ran = run(
        *("deltas", "--source", "videos", "--window", "3", "--window", "9", "--via", "get"),
        *("--platform", "tiktok", "--active", "--q", "home", "--order-by", "view_count"),
        *("--order-direction", "asc", "--format", "jsonl", "--out", "folder"),
        at=posts,
    )
    expected = ca.videos.list(
        platform="tiktok", is_active=True, q="home", order_by="view_count", order_direction="asc"
    ).to_list()
    rows = read(tmp_path / "folder" / "deltas.jsonl")
    assert ran.stderr == f"{len(expected):,} rows in folder/deltas.jsonl\n"
    assert [row["id"] for row in rows] == [video.id for video in expected]
    assert [name for name in rows[0] if name.startswith("delta_")] == ["delta_3d", "delta_9d"]


def test_raw_and_overwrite_are_options(run: Run, listing: Listing, tmp_path: Path) -> None:
    api = listing([answers.video(1, description="=1+1")])
    for options, shown in (([], "'=1+1"), (["--raw", "--overwrite"], "=1+1")):
        assert run("videos", *options, at=api).returncode == 0
        assert read(tmp_path / "videos.csv")[0]["description"] == shown
    ran = run("videos", at=api)
    assert ran.returncode == 2
    assert ran.stderr.startswith("creatoraudit: videos.csv exists; pass --overwrite to replace it")


def test_posts_without_figures_are_counted(run: Run, serve: Callable[..., ScriptedServer]) -> None:
    post = answers.video(1)
    ids = [post["id"]]
    api = serve(answers.WHOAMI, answers.page([post]), answers.deltas({}, not_found=ids))
    ran = run("deltas", at=api)
    assert ran.stderr == (
        "1 rows in deltas.csv; 1 without figures (found is false); another --source?\n"
    )


@posix
def test_ctrl_c_is_one_line_and_the_same_command_resumes(
    begun: Callable[[int], Any], posts: Sandbox, run: Run, tmp_path: Path, undisturbed: Any
) -> None:
    gate, child = begun(12)  # the first page has no cursor
    said = ""
    while child.poll() is None:
        # Again if need be: one that arrives just before a process begins to wait does not end that.
        child.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            _, said = child.communicate(timeout=15)
    assert child.returncode == 130
    # Python itself may say that it ignored the signal where nothing can be raised.
    (line,) = [line for line in said.splitlines() if line.startswith("creatoraudit: ")]
    found = re.fullmatch(
        r"creatoraudit: interrupted; ([\d,]+) rows are kept in posts.csv.partial:"
        r" run the same again to resume",
        line,
    )
    # The twelfth page was asked for while the ones before were worked on.
    assert found is not None, said
    assert int(found[1].replace(",", "")) in range(1_400, 2_401, 200)
    ran = run("videos", "--out", "posts.csv", at=gate, key=posts.api_key)
    assert ran.stderr == f"3,000 rows in posts.csv, {found[1]} of them from the run before\n"
    assert (tmp_path / "posts.csv").read_bytes() == undisturbed["csv"]


@posix
def test_kill_is_not_a_loss_either(
    begun: Callable[[int], Any], posts: Sandbox, run: Run, tmp_path: Path, undisturbed: Any
) -> None:
    gate, child = begun(14)
    child.kill()
    child.wait(timeout=240)
    ran = run("videos", "--out", "posts.csv", at=gate, key=posts.api_key)
    # Pages that had come and were in no part yet are asked for again.
    assert ran.stderr in (
        "3,000 rows in posts.csv, 2,000 of them from the run before\n",
        "3,000 rows in posts.csv\n",
    )
    assert (tmp_path / "posts.csv").read_bytes() == undisturbed["csv"]


@posix
def test_terminal_shows_progress(posts: Sandbox, tmp_path: Path) -> None:
    pexpect = pytest.importorskip("pexpect")
    child = pexpect.spawn(
        warm.python(),
        [*EXPORT, "videos"],
        env=environment(posts) | {"TERM": "xterm-256color"},
        cwd=str(tmp_path),
        dimensions=(50, 100),
        encoding="utf-8",
        timeout=240,
    )
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert f"{POSTS}/{POSTS}" in child.before
    assert f"{POSTS:,} rows in videos.csv" in child.before
    assert len(read(tmp_path / "videos.csv")) == POSTS


def test_help_has_examples() -> None:
    ran = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, check=True)
    assert "creatoraudit export videos --out videos.csv --sandbox" in ran.stdout
