"""What a command meets seldom: Ctrl-C amid an export, files of others, a part not installed."""

from __future__ import annotations

import itertools
import json
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from creatoraudit.cli._click import in_options
from support import answers
from support.server import Request, Step

if TYPE_CHECKING:
    from support.server import ScriptedServer

    from .conftest import Here

ORGANIZATION = answers.one({"organization_id": "org-1", "api_key_name": "tests"})
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
# What Python says of a Ctrl-C that arrives where nothing can be raised.
ignored = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


class Interrupter:
    """Lists posts without end, and presses Ctrl-C when the second page is asked for.

    Again if need be: Python ignores one that arrives where nothing can be raised.
    """

    def __init__(self) -> None:
        self._pages = itertools.count()

    def __call__(self, request: Request) -> Step:
        if request.path == "/whoami":
            return ORGANIZATION
        number = next(self._pages)
        if number % 30 == 1:
            main = threading.main_thread().ident
            assert main is not None
            signal.pthread_kill(main, signal.SIGINT)
        return answers.page([answers.video(number)], f"after-{number}")


@posix
@ignored
def test_interrupted_export_is_told_to_run_again(
    here: Here, serve: Callable[..., ScriptedServer], inside: Path
) -> None:
    ran = here("export", "videos", "--out", "a.csv", at=serve(Interrupter()))
    assert (ran.code, ran.out) == (130, "")
    assert "run the same again to resume" in ran.err
    assert (inside / "a.csv.partial").is_dir()


@posix
@ignored
def test_interrupted_export_from_a_sandbox_of_its_own_cannot_be_resumed(
    here: Here,
    serve: Callable[..., ScriptedServer],
    inside: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its sandbox is a scripted server here, which knows when to press Ctrl-C."""
    server = serve(Interrupter())
    stands_for_it = inside / "sandbox"
    stands_for_it.write_text(
        "#!/bin/sh\n"
        f"echo export CREATORAUDIT_BASE_URL={server.url}\n"
        "echo export CREATORAUDIT_API_KEY=made-up-key\n"
        "cat >/dev/null\n"
    )
    stands_for_it.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(stands_for_it))
    ran = here("export", "videos", "--sandbox", "--out", "a.csv")
    assert ran.code == 130
    assert "no export from it can be resumed: add --restart" in ran.err


def test_sandbox_that_is_not_installed_is_told_with_what_to_install(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    ran = here("whoami", "--sandbox")
    assert ran.code == 2
    assert "pip install 'creatoraudit[" in ran.complaint


def test_raw_text_is_not_for_a_terminal(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    ran = here("export", "videos", "--out", "-", "--raw", "--format", "csv")
    assert (ran.code, "--raw is not for a terminal" in ran.complaint) == (2, True)


def test_word_that_is_not_an_option_of_the_command_stays() -> None:
    assert in_options("colour='red' is not taken") == "colour='red' is not taken"


@pytest.mark.parametrize(("kind", "code"), [("text", 2), ("locked away", 1)])
def test_progress_that_is_not_one_of_tracking_is_left_alone(
    here: Here, serve: Callable[..., ScriptedServer], tmp_path: Path, kind: str, code: int
) -> None:
    api = serve(lambda _: answers.WHOAMI)
    lines, state = tmp_path / "urls.txt", tmp_path / "state"
    lines.write_text("https://www.tiktok.com/@someone/video/1\n")
    if kind == "text":
        state.write_text(json.dumps({"kind": "notes", "salt": "", "job": {}}) + "\n")
    else:
        with sqlite3.connect(state) as made:
            made.execute("CREATE TABLE notes (text)")
        made.close()
        (tmp_path / "state-journal").mkdir()  # so SQLite cannot write
    before = state.read_bytes()
    ran = here("videos", "track", "--file", str(lines), "--state", str(state), at=api)
    assert ran.code == code
    assert str(state) in ran.complaint
    assert state.read_bytes() == before


def test_progress_is_reported_on_the_way_to_standard_output(
    serve: Callable[..., ScriptedServer], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    from creatoraudit import CreatorAudit
    from creatoraudit.export import ExportProgress, export

    told: list[ExportProgress] = []
    page = answers.page([answers.video(1)])
    api = serve(lambda request: ORGANIZATION if request.path == "/whoami" else page)
    with CreatorAudit("made-up-key", base_url=api.url) as ca:
        export(ca, "videos", "-", format="jsonl", on_progress=told.append)
    assert [one.rows for one in told][-1] == 1
    assert json.loads(capsysbinary.readouterr().out)["id"] == answers.video_id(1)
