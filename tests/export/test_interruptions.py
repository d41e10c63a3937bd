"""An interrupted export resumes and gives the same file, byte for byte."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from creatoraudit import CreatorAudit
from creatoraudit.errors import (
    ExportError,
    UnauthorizedError,
    UsageError,
    ValidationError,
)
from creatoraudit.export import ExportProgress, export
from creatoraudit_sandbox import Sandbox
from support import answers, warm
from support.faults import FaultyProxy, Injection
from support.server import Request, ScriptedServer, Step

from .conftest import PAGES, POSTS, Interrupter, content, read, settle

ClientOf = Callable[[ScriptedServer], CreatorAudit]
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals and limits")

KILLED = """
import os, signal, sys
from creatoraudit import CreatorAudit
from creatoraudit.export import export

def die(now):
    if now.rows >= int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

with CreatorAudit() as ca:
    export(ca, "videos", sys.argv[1], on_progress=die)
"""
LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
from creatoraudit.cli import main
sys.argv = ["creatoraudit", "export", "videos", "--out", sys.argv[1]]
main()
"""


def python(code: str, *args: object, at: Sandbox) -> subprocess.CompletedProcess[str]:
    env = {"CREATORAUDIT_BASE_URL": at.base_url, "CREATORAUDIT_API_KEY": at.api_key}
    return subprocess.run(
        [warm.python(), "-c", code, *map(str, args)],
        env=os.environ | env,
        capture_output=True,
        encoding="utf-8",
        timeout=240,
        check=False,
    )


def interrupted(ca: CreatorAudit, path: Path, rows: int = 2_000, **options: Any) -> str:
    with pytest.raises(KeyboardInterrupt) as caught:
        export(ca, "videos", path, on_progress=Interrupter(rows), **options)
    settle()
    assert not path.exists()
    return str(caught.value)


@posix
@pytest.mark.parametrize(
    ("form", "rows"),
    [("csv", 1), ("csv", 2_200), ("csv", POSTS), ("jsonl", 2_200), ("parquet", 2_800)],
)
def test_killed_and_run_again_it_ends_in_the_same_bytes(
    *,
    ca: CreatorAudit,
    posts: Sandbox,
    tmp_path: Path,
    form: str,
    rows: int,
    undisturbed: Mapping[str, bytes],
) -> None:
    path = tmp_path / f"posts.{form}"
    assert python(KILLED, path, rows, at=posts).returncode == -signal.SIGKILL
    assert not path.exists()
    posts.requests.clear()
    done = export(ca, "videos", path)
    kept = rows // 2_000 * 2_000  # whole parts
    assert (done.rows, done.resumed) == (POSTS, kept)
    # The sandbox may have been at a request of each of the two walks of the killed process.
    assert posts.requests["GET /videos"] - (PAGES - kept // 200) in (0, 1, 2)
    assert content(path.read_bytes(), form) == content(undisturbed[form], form)
    assert list(tmp_path.iterdir()) == [path]


def test_interrupted_by_the_keyboard_it_keeps_every_page_it_has(
    ca: CreatorAudit,
    posts: Sandbox,
    tmp_path: Path,
    form: str,
    undisturbed: Mapping[str, bytes],
) -> None:
    path = tmp_path / f"posts.{form}"
    said = interrupted(ca, path, 1_000)
    assert said == (
        f"interrupted; 1,000 rows are kept in {path}.partial: run the same again to resume"
    )
    interrupted(ca, path, 2_600)
    posts.requests.clear()
    assert export(ca, "videos", path).resumed == 2_600
    assert posts.requests["GET /videos"] == PAGES - 13
    assert content(path.read_bytes(), form) == content(undisturbed[form], form)


def test_part_that_was_not_noted_is_written_over(
    ca: CreatorAudit, tmp_path: Path, undisturbed: Mapping[str, bytes]
) -> None:
    path = tmp_path / "posts.csv"
    interrupted(ca, path, 2_000)
    folder = tmp_path / "posts.csv.partial"
    assert sorted(one.name for one in folder.glob("part-*")) == ["part-000000", "part-000001"]
    (folder / "part-000002").write_bytes(b"half a ro")
    (folder / "joined").write_bytes(b"half a file")
    assert export(ca, "videos", path).rows == POSTS
    assert path.read_bytes() == undisturbed["csv"]


def test_lost_network_keeps_what_came(
    posts: Sandbox,
    tmp_path: Path,
    undisturbed: Mapping[str, bytes],
) -> None:
    path = tmp_path / "posts.jsonl"
    with (
        FaultyProxy(posts.base_url, Injection("401", 8, "/videos")) as proxy,
        CreatorAudit(posts.api_key, base_url=proxy.url) as ca,
    ):
        with pytest.raises(UnauthorizedError, match=r"rows are kept in .* to resume") as caught:
            export(ca, "videos", path)
        settle()
        posts.requests.clear()
        kept = export(ca, "videos", path).resumed
    # How far both walks have come by then depends on the machine; what is kept is whole pages, at
    # least the one of each walk, and none of them is asked for again.
    assert kept in range(400, POSTS, 200)
    assert posts.requests["GET /videos"] == PAGES - kept // 200
    assert f"{kept:,} rows are kept" in str(caught.value)
    assert path.read_bytes() == undisturbed["jsonl"]


def test_refused_cursor_starts_over_without_writing_anything_twice(
    ca: CreatorAudit, posts: Sandbox, tmp_path: Path, form: str, undisturbed: Mapping[str, bytes]
) -> None:
    path = tmp_path / f"posts.{form}"
    interrupted(ca, path, 2_200)
    posts.requests.clear()
    posts.faults.add("status=422,operation=list_videos,times=1")
    assert export(ca, "videos", path).rows == POSTS
    # The walk that was refused begins at its first page; the other one goes on.
    assert PAGES - 11 + 1 < posts.requests["GET /videos"] < PAGES + 1
    assert content(path.read_bytes(), form) == content(undisturbed[form], form)


def test_cursor_refused_on_the_way_starts_over_too(
    posts: Sandbox, tmp_path: Path, undisturbed: Mapping[str, bytes]
) -> None:
    path, at = tmp_path / "posts.csv", {600, 2_000}

    def refuse(now: ExportProgress) -> None:
        if now.rows in at:
            at.remove(now.rows)
            posts.faults.add("status=422,operation=list_videos,times=1")

    # One request at a time: otherwise rows that arrived before the first refusal may be told after
    # it, and the second one would strike the page with which the walk starts over.
    with CreatorAudit(posts.api_key, base_url=posts.base_url, concurrency=1) as ca:
        assert export(ca, "videos", path, on_progress=refuse).rows == POSTS
    assert at == set()
    assert path.read_bytes() == undisturbed["csv"]


def test_new_items_are_met_when_a_walk_starts_over(
    serve: Callable[..., ScriptedServer], client_of: ClientOf, tmp_path: Path
) -> None:
    old, late, new = ([answers.video(n)] for n in range(3))
    refusal = answers.problem(422, "VALIDATION_ERROR")
    api = serve(
        *(answers.WHOAMI, answers.page(old, "a"), answers.page(late, "b"), refusal),
        *(answers.page([*new, *old], "c"), answers.page(late)),
    )
    path = export(client_of(api), "videos", tmp_path).path
    assert [row["external_id"] for row in read(path)] == ["0", "1", "2"]


def test_cursor_that_is_refused_forever_is_an_error(
    serve: Callable[..., ScriptedServer], client_of: ClientOf, tmp_path: Path
) -> None:
    def answer(request: Request) -> Step:
        if request.path == "/whoami":
            return answers.WHOAMI
        if "cursor" in request.query:
            return answers.problem(422, "VALIDATION_ERROR")
        return answers.page([answers.video(1)], "a")

    api = serve(answer)
    with pytest.raises(ValidationError, match="1 rows are kept"):
        export(client_of(api), "videos", tmp_path)
    assert [request.path for request in api.requests] == ["/whoami", *["/videos"] * 4]


def test_first_page_that_is_refused_is_an_error_at_once(
    ca: CreatorAudit, posts: Sandbox, tmp_path: Path
) -> None:
    posts.faults.add("status=422,operation=list_videos")
    with pytest.raises(ValidationError):
        export(ca, "videos", tmp_path)
    assert posts.requests["GET /videos"] == 1


def test_unfinished_export_of_something_else_is_refused(
    ca: CreatorAudit, posts: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / "posts.data"
    interrupted(ca, path, platform="tiktok", format="csv", rows=1_000)
    before = {one.name: one.read_bytes() for one in (tmp_path / "posts.data.partial").iterdir()}
    others: list[tuple[dict[str, Any], str]] = [
        ({"what": "account-videos"}, r'its subject "videos", here "account-videos"'),
        ({"platform": "instagram"}, r'its filters {"platform": "tiktok"}, here {"platform": "ins'),
        ({"format": "jsonl"}, r'its format "csv", here "jsonl"'),
        ({"raw": True}, r'its options {"style": "plain", .*}, here {"style": "raw", .*}'),
        ({"what": "deltas", "windows": [3]}, r"its columns {"),
    ]
    for other, said in others:
        arguments = {"what": "videos", "platform": "tiktok", "format": "csv", **other}
        with pytest.raises(UsageError, match=f"something else .*{said}.*restart=True"):
            export(ca, out=path, **arguments)
    with (
        FaultyProxy(posts.base_url) as elsewhere,
        CreatorAudit(posts.api_key, base_url=elsewhere.url) as there,
        pytest.raises(UsageError, match=f'its base URL "{posts.base_url}", here'),
    ):
        export(there, "videos", path, platform="tiktok", format="csv")
    kept = {one.name: one.read_bytes() for one in (tmp_path / "posts.data.partial").iterdir()}
    assert kept == before
    again = export(ca, "videos", path, platform="tiktok", format="csv")
    assert again.resumed == 1_000


def test_unfinished_export_of_another_organization_is_refused(
    serve: Callable[..., ScriptedServer], client_of: ClientOf, tmp_path: Path
) -> None:
    def whose(organization: str) -> Any:
        return answers.one({"organization_id": organization, "api_key_name": "tests"})

    broken = answers.problem(404, "NOT_FOUND")
    page = answers.page([answers.video(1)], "a")
    api = serve(whose("org-1"), page, broken, whose("org-2"), whose("org-1"), answers.page([]))
    ca = client_of(api)
    with pytest.raises(Exception, match="1 rows are kept"):
        export(ca, "videos", tmp_path)
    with pytest.raises(UsageError, match='its organization "org-1", here "org-2"'):
        export(ca, "videos", tmp_path)
    assert export(ca, "videos", tmp_path).rows == 1


def test_restart_throws_away_what_was_there(ca: CreatorAudit, tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    interrupted(ca, path, 1_000, platform="tiktok")
    done = export(ca, "videos", path, restart=True)
    assert (done.rows, done.resumed) == (POSTS, 0)
    assert list(tmp_path.iterdir()) == [path]


def test_file_that_exists_is_refused_before_anything_is_sent(
    ca: CreatorAudit, posts: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / "creators.csv"
    path.write_text("mine")
    with pytest.raises(UsageError, match=r"creators.csv exists; pass overwrite=True"):
        export(ca, "creators", tmp_path)
    assert (path.read_text(), posts.requests.total) == ("mine", 0)
    assert list(tmp_path.iterdir()) == [path]
    done = export(ca, "creators", tmp_path, overwrite=True)
    assert len(read(path)) == done.rows > 0


def test_file_to_be_overwritten_stays_until_the_new_one_is_complete(
    ca: CreatorAudit, tmp_path: Path
) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("mine")
    with pytest.raises(KeyboardInterrupt):
        export(ca, "videos", path, overwrite=True, on_progress=Interrupter(1_000))
    with pytest.raises(UsageError, match="exists"):
        export(ca, "videos", path)
    assert path.read_text() == "mine"
    assert export(ca, "videos", path, overwrite=True).resumed == 1_000
    assert len(read(path)) == POSTS


def stopped_at_the_end(ca: CreatorAudit, path: Path) -> Path:
    """An export whose file is complete but could not be moved to its place; its folder."""

    def occupy(now: ExportProgress) -> None:
        if now.rows == POSTS:
            (path / "occupied").mkdir(parents=True)

    with pytest.raises(ExportError, match=f"cannot write {path}.*3,000 rows are kept"):
        export(ca, "videos", path, on_progress=occupy)
    shutil.rmtree(path)
    return path.with_name(f"{path.name}.partial")


def test_complete_file_needs_no_list_to_be_moved_into_place(
    ca: CreatorAudit, posts: Sandbox, tmp_path: Path, undisturbed: Mapping[str, bytes]
) -> None:
    path = tmp_path / "posts.csv"
    stopped_at_the_end(ca, path)
    posts.requests.clear()
    assert export(ca, "videos", path, on_progress=Interrupter(0)).resumed == POSTS
    assert posts.requests.counts() == {"GET /whoami": 1}
    assert path.read_bytes() == undisturbed["csv"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_killed_between_moving_and_cleaning_up(
    ca: CreatorAudit,
    posts: Sandbox,
    tmp_path: Path,
    overwrite: bool,
    undisturbed: Mapping[str, bytes],
) -> None:
    path = tmp_path / "posts.csv"
    folder = stopped_at_the_end(ca, path)
    (folder / "joined").replace(path)
    posts.requests.clear()
    done = export(ca, "videos", path, overwrite=overwrite)
    # To overwrite is to want the list as it is now, not the one that was complete already.
    assert posts.requests["GET /videos"] == (1 + PAGES if overwrite else 0)
    assert done.rows == POSTS
    assert path.read_bytes() == undisturbed["csv"]
    assert list(tmp_path.iterdir()) == [path]


def test_complete_file_that_was_taken_away_before_cleaning_up_is_made_again(
    ca: CreatorAudit, tmp_path: Path, undisturbed: Mapping[str, bytes]
) -> None:
    path = tmp_path / "posts.csv"
    folder = stopped_at_the_end(ca, path)
    (folder / "joined").unlink()
    done = export(ca, "videos", path)
    assert (done.rows, done.resumed) == (POSTS, 0)
    assert path.read_bytes() == undisturbed["csv"]


def test_second_process_is_kept_out(ca: CreatorAudit, tmp_path: Path) -> None:
    path, refusals = tmp_path / "posts.csv", []

    def meanwhile(now: ExportProgress) -> None:
        if now.rows == 400:
            for options in ({}, {"restart": True}):
                with pytest.raises(UsageError) as caught:
                    export(ca, "videos", path, **options)  # type: ignore[arg-type]  # restart
                refusals.append(str(caught.value))

    assert export(ca, "videos", path, on_progress=meanwhile).rows == POSTS
    assert refusals == [f"another process is exporting into {path}.partial"] * 2


def test_damaged_checkpoint_is_one_line(ca: CreatorAudit, tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    interrupted(ca, path)
    (tmp_path / "posts.csv.partial" / "checkpoint.sqlite3").write_bytes(b"x" * 5_000)
    with pytest.raises(ExportError, match="file is not a database"):
        export(ca, "videos", path)


def test_a_foreign_file_in_the_folder_stays(ca: CreatorAudit, tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    interrupted(ca, path)
    own = tmp_path / "posts.csv.partial" / "notes.txt"
    own.write_text("mine")
    export(ca, "videos", path)
    assert list(own.parent.iterdir()) == [own]


@pytest.mark.parametrize("below", ["", "deeper"])
def test_folder_that_cannot_be_written_is_one_line(
    ca: CreatorAudit, tmp_path: Path, below: str
) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ExportError, match=r"cannot write .*file.*"):
        export(ca, "videos", tmp_path / "file" / below / "posts.csv")


@posix
@pytest.mark.parametrize(
    ("most", "kept"),
    [(500_000, 0), (1_300_000, POSTS)],
    ids=["part", "joined"],
)
def test_full_disk_is_one_line_and_loses_nothing(
    *,
    ca: CreatorAudit,
    posts: Sandbox,
    tmp_path: Path,
    most: int,
    kept: int,
    undisturbed: Mapping[str, bytes],
) -> None:
    path = tmp_path / "posts.csv"
    ran = python(LIMITED, path, most, at=posts)
    (line,) = ran.stderr.splitlines()
    assert ran.returncode == 1
    assert line.startswith(f"creatoraudit: cannot write {path}")
    assert f"{kept:,} rows are kept in {path}.partial" in line
    assert not path.exists()
    assert export(ca, "videos", path).resumed == kept
    assert path.read_bytes() == undisturbed["csv"]


def test_progress_counts_what_was_there_and_what_there_is(ca: CreatorAudit, tmp_path: Path) -> None:
    path, seen = tmp_path / "posts.csv", list[ExportProgress]()
    interrupted(ca, path, 1_000)
    export(ca, "videos", path, on_progress=seen.append)
    # The last page of each walk is a shorter one.
    rows = [now.rows for now in seen]
    assert rows == [*range(1_200, 2_601, 200), *rows[8:10], POSTS]
    assert {now.total for now in seen} == {POSTS}


def test_checkpoint_says_whose_it_is_and_not_the_key(
    ca: CreatorAudit, posts: Sandbox, tmp_path: Path
) -> None:
    interrupted(ca, tmp_path / "posts.csv", platform="tiktok", rows=1)
    db = sqlite3.connect(tmp_path / "posts.csv.partial" / "checkpoint.sqlite3")
    told = dict(db.execute("SELECT name, value FROM identity"))
    said = "".join(db.iterdump())
    db.close()
    assert {"base URL", "organization", "filters", "format"} <= set(told)
    assert told["organization"] == f'"{ca.whoami().organization_id}"'
    assert posts.api_key not in said
