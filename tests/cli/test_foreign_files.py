"""Options that write a file replace an earlier file of their own, and never somebody else's."""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from creatoraudit.contract import _reports
from support import answers, extras

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.server import ScriptedServer

    from .conftest import Gained, Here

posix = pytest.mark.skipif(sys.platform == "win32", reason="names that Windows refuses")
NOTES = "print('two weeks of work')\n"
# Command lines, with the file that each would write.
WRITING = {
    "breakouts --html notes": "notes",
    "digest --html notes": "notes",
    "breakouts --seen notes": "notes",
    "contract --summary notes": "notes",
    "contract --report-dir .": "junit.xml",
    "contract --report-dir . --summary other.md": "contract.har",
    "contract --report-dir ./": "summary.md",
    "contract --baseline notes --baseline-update": "notes",
    "drift old.json new.json --baseline notes --baseline-update": "notes",
    "export videos --format csv --out notes.txt": "notes.txt",
    "accounts track --file urls.txt --state notes": "notes",
    "snapshot views s3://bucket/history --out .": "accounts_days.sql",
    "snapshot views s3://bucket/history --dialect dbt --out .": "accounts_latest.sql",
    "sandbox --port 0 --write-config notes": "notes",
    "sandbox --port 0 --data notes": "notes",
}


@pytest.mark.parametrize("content", [NOTES, "<!doctype html>\n<p>hers</p>"])
@pytest.mark.parametrize("line", extras.table(WRITING))
def test_file_of_somebody_else_is_never_written_over(
    here: Here, serve: Callable[..., ScriptedServer], inside: Path, line: str, content: str
) -> None:
    api = serve(answers.WHOAMI)
    file = Path(WRITING[line])
    (inside / "urls.txt").write_text("https://www.tiktok.com/@a")
    for name in ("old.json", "new.json"):
        (inside / name).write_text('{"openapi": "3.1.0", "info": {}, "paths": {}}')
    file.write_text(content)
    ran = here(*line.split(), at=api)
    assert ran.code in (1, 2)
    assert file.name in ran.complaint
    assert file.read_text() == content
    assert [one.path for one in api.requests if one.path != "/whoami"] == []


@pytest.mark.parametrize(
    "line",
    ["breakouts --seen endless", "accounts track --file urls.txt --state endless"],
)
def test_file_without_end_is_not_read_into_memory(
    here: Here, serve: Callable[..., ScriptedServer], inside: Path, line: str
) -> None:
    (inside / "urls.txt").write_text("https://www.tiktok.com/@a")
    (inside / "endless").touch()
    os.truncate(inside / "endless", 2**27)
    ran = here(*line.split(), at=serve(answers.WHOAMI))
    assert (ran.code, ran.complaint) == (1, "creatoraudit: endless: File too large")


@pytest.mark.parametrize("form", ["missing", "empty", "earlier"])
def test_page_replaces_an_earlier_page(here: Here, gained: Gained, inside: Path, form: str) -> None:
    api = gained((answers.video(1, view_count=1000), 500))
    page = inside / "report.html"
    if form == "empty":
        page.touch()
    for _ in range(2 if form == "earlier" else 1):
        ran = here("breakouts", "--html", "report.html", at=api)
        assert (ran.code, ran.err) == (0, f"wrote {page}\n")
    assert "creatoraudit" in page.read_text(encoding="utf-8")


@extras.needs_contract
def test_reports_of_the_checks_replace_earlier_ones(here: Here, inside: Path) -> None:
    args = ("contract", "--base-url", "nonsense", "--report-dir", "r", "--summary", "s.md")
    for _ in range(2):
        ran = here(*args)
        assert (ran.code, ran.err.count("wrote ")) == (2, 4)
    assert set(_reports.MARKS) == {file.name for file in (inside / "r").iterdir()}


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize("dialect", ["duckdb", "dbt"])
def test_views_replace_earlier_ones_of_either_dialect(here: Here, dialect: str) -> None:
    args = ("snapshot", "views", "s3://bucket/history", "--out", ".", "--dialect")
    for one in ("duckdb", "dbt", dialect):
        assert here(*args, one).code == 0


@pytest.mark.parametrize(
    "line", extras.table(["breakouts --html x", "digest --html x", "contract --summary x"])
)
def test_file_that_cannot_be_looked_into_is_left_alone(here: Here, inside: Path, line: str) -> None:
    for target in ("/dev/null", "x"):
        (inside / "x").symlink_to(target)
        complaint = here(*line.split()).complaint
        assert line.split()[1] in complaint
        assert "x is not a regular file" in complaint
        (inside / "x").unlink()


def test_database_of_another_program_is_left_alone(here: Here, inside: Path) -> None:
    with sqlite3.connect(inside / "theirs.db") as theirs:
        theirs.execute("CREATE TABLE settings (id)")
    theirs.close()
    before = (inside / "theirs.db").read_bytes()
    for args in (
        ("sandbox", "--port", "0", "--data", "theirs.db"),
        ("accounts", "track", "--file", "urls.txt", "--state", "theirs.db", "--sandbox"),
    ):
        (inside / "urls.txt").write_text("https://www.tiktok.com/@a")
        assert here(*args).code in (1, 2)
        assert (inside / "theirs.db").read_bytes() == before


@posix
@pytest.mark.parametrize("name", ["\x1b[31mred", "two\nlines", "\u202egnp"])
def test_name_of_a_file_is_shown_escaped(
    here: Here, serve: Callable[..., ScriptedServer], inside: Path, name: str
) -> None:
    whoami, none = answers.WHOAMI, answers.page([])
    api = serve(lambda request: whoami if request.path == "/whoami" else none)
    for at_end in (0, 2):  # where it is written, and where it exists
        ran = here("export", "creators", "--out", f"{name}.csv", at=api)
        assert (len(ran.err.splitlines()), ran.err.strip().isprintable()) == (1, True)
        assert ran.code == at_end
    assert len(list(inside.iterdir())) == 1
