"""`creatoraudit accounts|videos track`: tracks one, or every line of a file exactly once."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import stat
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from creatoraudit import CreatorAudit
from creatoraudit._core import clock
from creatoraudit.cli._journal import _TEXT_KIND as _KIND
from creatoraudit_sandbox import Sandbox
from support import answers, windows
from support.faults import FaultyProxy
from support.server import Held, Request, Step

if TYPE_CHECKING:
    from support.server import ScriptedServer

    from .conftest import Cli, Here, Ran

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
POST = "https://www.tiktok.com/@someone/video/{}"


@pytest.fixture
def fresh() -> Iterator[Sandbox]:
    """A sandbox that tracks no posts yet."""
    with Sandbox(accounts=1, videos=0, account_videos=0, rate_limit=0, account_quota=3) as running:
        yield running


@pytest.fixture
def urls(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file of lines."""

    def write(*lines: str) -> Path:
        file = tmp_path / "urls.txt"
        file.write_text("\n".join(lines), encoding="utf-8")
        return file

    return write


def tracked(at: Sandbox) -> list[str]:
    """The ids of the posts that the sandbox tracks."""
    with CreatorAudit(at.api_key, base_url=at.base_url) as ca:
        return sorted(one.id for one in ca.videos.list())


def outcomes(ran: Ran) -> list[tuple[int, str]]:
    return [(row["line"], row["outcome"]) for row in ran.jsonl]


def progress_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.progress")


def test_one_url_is_tracked_and_printed(here: Here, fresh: Sandbox) -> None:
    ran = here("videos", "track", POST.format(1), "--metadata", "k=v", "--format", "json", at=fresh)
    assert ran.code == 0
    assert (ran.json["platform"], ran.json["metadata"]) == ("tiktok", {"k": "v"})
    assert tracked(fresh) == [ran.json["id"]]
    again = here("videos", "track", POST.format(1), at=fresh)
    assert again.code == 1
    assert "409 CONFLICT" in again.complaint


def test_handle_needs_its_platform(here: Here, fresh: Sandbox) -> None:
    before = fresh.requests.total
    ran = here("accounts", "track", "someone", at=fresh)
    assert (ran.code, fresh.requests.total) == (2, before)
    assert "pass --platform with a username" in ran.complaint
    ran = here(
        *("accounts", "track", "@someone", "--platform", "tiktok", "--category", "food"),
        *("--scrape-interval-hours", "12", "--format", "json"),
        at=fresh,
    )
    assert [ran.json[name] for name in ("username", "category", "scrape_interval_hours")] == [
        "someone",
        "food",
        12,
    ]


def test_wait_option_prints_the_first_figures(here: Here) -> None:
    with (
        Sandbox(videos=0, now="2026-06-15T12:00:00Z", refresh_delay=30) as slow,
        clock.skipped_waits(slow.advance),
    ):
        ran = here("videos", "track", POST.format(1), "--wait", "60", "--format", "json", at=slow)
        assert ran.json["last_scrape_time"] is not None
        late = here("videos", "track", POST.format(2), "--wait", "5", "--format", "json", at=slow)
        assert late.code == 1
        assert late.json["last_scrape_time"] is None
        assert late.json["id"] in late.err


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ((), "give one post URL, id or shortcode, or --file FILE with one per line"),
        ((POST.format(1), "--file", "-"), "give one post URL"),
        ((POST.format(1), "--dry-run"), "--dry-run and --state go with --file"),
        ((POST.format(1), "--state", "x"), "--dry-run and --state go with --file"),
        (("--file", "-", "--wait", "5"), "--wait goes with a single one"),
        (("--file", "none.txt"), "No such file"),
        (("--file", "-", "--fields", "nope"), "--fields knows no 'nope'"),
    ],
)
def test_options_that_exclude_each_other_are_refused(
    here: Here, fresh: Sandbox, args: tuple[str, ...], says: str
) -> None:
    before = fresh.requests.total
    ran = here("videos", "track", *args, at=fresh)
    assert (ran.code, fresh.requests.total) == (2, before)
    assert says in ran.complaint


def test_every_line_gets_its_outcome(here: Here, fresh: Sandbox, urls: Callable[..., Path]) -> None:
    file = urls("# mine", "", POST.format(1), "foo", f"  {POST.format(2)}  ", POST.format(1))
    ran = here("videos", "track", "--file", str(file), "--format", "jsonl", at=fresh)
    assert ran.code == 1
    first, foo, second, again = ran.jsonl
    assert [first["line"], foo["line"], second["line"], again["line"]] == [3, 4, 5, 6]
    assert (first["outcome"], second["outcome"]) == ("tracked", "tracked")
    assert sorted((first["id"], second["id"])) == tracked(fresh)
    assert (foo["outcome"], foo["id"]) == ("invalid", None)
    assert "pass --platform" in foo["detail"]
    assert (again["outcome"], again["id"]) == ("already", first["id"])
    assert ran.err == "4 lines: 2 tracked, 1 invalid, 1 already tracked\n"


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_outcomes_come_in_every_form(
    here: Here, fresh: Sandbox, urls: Callable[..., Path], form: str
) -> None:
    file = urls(POST.format(1), POST.format(2))
    ran = here("videos", "track", "--file", str(file), "--format", form, at=fresh)
    assert ran.code == 0
    assert all(one in ran.out for one in tracked(fresh))
    if form == "table":
        assert [line.split()[0] for line in ran.out.splitlines()[2:]] == ["1", "2"]


def test_dry_run_checks_every_line_and_sends_nothing(here: Here, urls: Callable[..., Path]) -> None:
    file = urls(POST.format(1), "x" * 513, POST.format(1), "https://example.com/v/1")
    options = ("--dry-run", "--format", "jsonl")
    ran = here("videos", "track", "--file", str(file), *options)  # there is not even a key
    assert ran.code == 1
    assert outcomes(ran) == [(1, "valid"), (2, "invalid"), (3, "already"), (4, "invalid")]
    assert not progress_of(file).exists()
    file = urls("one", "two")
    ran = here(
        *("accounts", "track", "--file", str(file), "--platform", "instagram", *options),
    )
    assert (ran.code, outcomes(ran)) == (0, [(1, "valid"), (2, "valid")])
    ran = here("videos", "track", "--file", str(urls("x" * 513)), "--platform", "tiktok", *options)
    assert "between 1 and 512 characters" in ran.jsonl[0]["detail"]


def test_file_without_lines_says_so(here: Here, fresh: Sandbox, urls: Callable[..., Path]) -> None:
    ran = here("videos", "track", "--file", str(urls("# nothing", "")), at=fresh)
    assert (ran.code, ran.out) == (0, "")
    assert "nothing but blank lines and comments" in ran.err
    assert "0 lines: nothing to do" in ran.err


def test_second_run_tracks_nothing_twice(
    here: Here, fresh: Sandbox, urls: Callable[..., Path]
) -> None:
    file = urls(POST.format(1), POST.format(2))
    command = ("videos", "track", "--file", str(file), "--format", "jsonl")
    assert outcomes(here(*command, at=fresh)) == [(1, "tracked"), (2, "tracked")]
    assert not progress_of(file).exists()
    before = tracked(fresh)
    again = here(*command, at=fresh)
    assert (again.code, outcomes(again)) == (0, [(1, "already"), (2, "already")])
    assert again.jsonl[0]["code"] == "CONFLICT"
    assert tracked(fresh) == before


def test_run_after_one_with_mistakes_only_sends_what_is_left(
    here: Here, fresh: Sandbox, urls: Callable[..., Path]
) -> None:
    file = urls(POST.format(1), "foo")
    command = ("videos", "track", "--file", str(file), "--format", "jsonl")
    here(*command, at=fresh)
    urls(POST.format(1), POST.format(2))
    before = fresh.requests["POST /videos"]
    ran = here(*command, at=fresh)
    assert (ran.code, outcomes(ran)) == (0, [(1, "tracked"), (2, "tracked")])
    assert fresh.requests["POST /videos"] == before + 1
    assert "1 are done already, as " in ran.err
    assert not progress_of(file).exists()


def test_standard_input_keeps_its_progress_where_it_is_told_to(
    here: Here, fresh: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = f"{POST.format(1)}\nfoo\n"
    command = ("videos", "track", "--file", "-", "--format", "jsonl")
    ran = here(*command, at=fresh, stdin=lines)
    assert outcomes(ran) == [(1, "tracked"), (2, "invalid")]
    assert list(tmp_path.iterdir()) == []
    state = tmp_path / "state"
    here(*command, "--state", str(state), at=fresh, stdin=f"{POST.format(2)}\nfoo\n")
    with contextlib.closing(sqlite3.connect(state)) as db:
        assert db.execute("SELECT count(*) FROM done").fetchone() == (1,)
    assert os.name == "nt" or stat.S_IMODE(state.stat().st_mode) == 0o600


def test_account_cap_stops_at_once_and_says_what_is_left(
    here: Here, fresh: Sandbox, urls: Callable[..., Path]
) -> None:
    file = urls("one", "two", "three", "four", "five")
    command = ("accounts", "track", "--file", str(file), "--platform", "tiktok")
    before = fresh.requests["POST /accounts"]
    ran = here(*command, "--format", "json", at=fresh)
    assert ran.code == 1
    assert [row["outcome"] for row in ran.json] == ["tracked", "tracked", "failed"]
    assert ran.json[2]["code"] == "QUOTA_EXCEEDED"
    summary, why = ran.err.splitlines()
    assert summary == (
        "5 lines: 2 tracked, 1 failed, 2 not reached; run the same command again to resume"
    )
    assert "raise the cap first" in why
    assert fresh.requests["POST /accounts"] == before + 3


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("fault", ["401", "403", "429", "503", "reset after it was read"])
def test_failure_that_every_line_would_have_stops_the_run(
    here: Here,
    faulty: Callable[..., FaultyProxy],
    sandbox: Sandbox,
    urls: Callable[..., Path],
    fault: str,
) -> None:
    from support.faults import Injection

    proxy = faulty(Injection(fault, path="/videos", method="POST"))
    ran = here(
        *("videos", "track", "--file", str(urls(POST.format(1), POST.format(2)))),
        *("--format", "jsonl", "--base-url", proxy.url, "--api-key", sandbox.api_key),
    )
    assert (ran.code, outcomes(ran)) == (1, [(1, "failed")])
    assert "1 not reached" in ran.err


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [("422", "invalid"), ("400", "invalid"), ("500", "failed"), ("a JSON scalar", "failed")],
)
def test_failure_of_one_line_does_not_stop_the_others(
    here: Here, fresh: Sandbox, urls: Callable[..., Path], fault: str, outcome: str
) -> None:
    from support.faults import Injection

    with FaultyProxy(fresh.base_url, Injection(fault, 1, "/videos", "POST")) as proxy:
        command = (
            *("videos", "track", "--file", str(urls(POST.format(1), POST.format(2)))),
            *("--format", "jsonl", "--base-url", proxy.url, "--api-key", fresh.api_key),
        )
        ran = here(*command)
        assert (ran.code, outcomes(ran)) == (1, [(1, outcome), (2, "tracked")])
        again = here(*command)
        assert (again.code, outcomes(again)) == (0, [(1, "tracked"), (2, "tracked")])
    assert len(tracked(fresh)) == 2


def test_progress_of_another_organization_is_refused(
    here: Here, fresh: Sandbox, urls: Callable[..., Path], serve: Callable[..., ScriptedServer]
) -> None:
    file = urls(POST.format(1), "foo")
    command = ("videos", "track", "--file", str(file))
    here(*command, at=fresh)
    kept = progress_of(file).read_bytes()
    api = serve(answers.WHOAMI)
    ran = here(*command, at=api)
    assert ran.code == 2
    assert "is the progress of another run (other server, organization)" in ran.complaint
    assert len(api.requests) == 1
    assert progress_of(file).read_bytes() == kept


_HEADING = f'{{"kind": "{_KIND}", "job": {{}}, "salt": "s"}}\n'


@pytest.mark.parametrize(
    "content",
    [
        *("", "https://example.com/\n", '{"kind": "other"}\n', "[1]\n"),
        *(f'{{"kind": "{_KIND}"}}\n', f"{_HEADING}[1]\n", f"{_HEADING}7\n"),
    ],
)
def test_file_that_is_not_progress_is_left_alone(
    here: Here, fresh: Sandbox, urls: Callable[..., Path], tmp_path: Path, content: str
) -> None:
    state = tmp_path / "precious.txt"
    state.write_text(content)
    ran = here(
        "videos", "track", "--file", str(urls(POST.format(1))), "--state", str(state), at=fresh
    )
    assert ran.code == 2
    assert "precious.txt is not a progress file" in ran.complaint
    assert state.read_text() == content
    assert {one.name for one in tmp_path.iterdir()} == {"urls.txt", "precious.txt"}
    assert tracked(fresh) == []


def test_progress_of_an_earlier_release_is_continued_with_its_salt(
    here: Here, serve: Callable[..., ScriptedServer], urls: Callable[..., Path]
) -> None:
    file = urls(POST.format(1), POST.format(2), "foo")
    command = ("videos", "track", "--file", str(file), "--format", "jsonl")
    api = serve(
        lambda request: (
            answers.WHOAMI if request.path == "/whoami" else answers.one(answers.video(2), 201)
        )
    )
    job = {"server": api.url, "organization": "org-1", "command": "videos track"}
    salt = "0123456789abcdef" * 2

    def key(number: int) -> str:
        body = {"platform": "tiktok", "identifier": POST.format(number)}
        said = json.dumps([salt, body], sort_keys=True).encode()
        return hashlib.blake2b(said, digest_size=16).hexdigest()

    lines = [
        json.dumps({"kind": _KIND, "job": job, "salt": salt}),
        json.dumps([key(1), "tracked", answers.video_id(1)]),
        json.dumps([key(2), "tracked", "cut off"])[:-5],
    ]
    progress_of(file).write_text("\n".join(lines))
    ran = here(*command, at=api)
    assert outcomes(ran) == [(1, "tracked"), (2, "tracked"), (3, "invalid")]
    assert [row["id"] for row in ran.jsonl[:2]] == [answers.video_id(1), answers.video_id(2)]
    sent = [one.headers["idempotency-key"] for one in api.requests if one.path == "/videos"]
    assert sent == [key(2)]  # the line that was cut off is sent again under its key
    assert progress_of(file).read_bytes().startswith(b"SQLite format 3")
    assert outcomes(here(*command, at=api)) == outcomes(ran)
    assert len([one for one in api.requests if one.path == "/videos"]) == 1
    assert {one.name for one in file.parent.iterdir()} == {file.name, progress_of(file).name}
    other = serve(answers.one({"organization_id": "org-2", "api_key_name": "x"}))
    assert "(other server, organization)" in here(*command, at=other).complaint


def test_database_of_something_else_is_left_alone(
    here: Here, fresh: Sandbox, urls: Callable[..., Path], tmp_path: Path
) -> None:
    state = tmp_path / "precious.db"
    with contextlib.closing(sqlite3.connect(state)) as db:
        db.execute("CREATE TABLE mine (a)")
    kept = state.read_bytes()
    for content in (kept, kept[:200]):
        state.write_bytes(content)
        ran = here(
            "videos", "track", "--file", str(urls(POST.format(1))), "--state", str(state), at=fresh
        )
        assert (ran.code, "precious.db is not a progress file" in ran.complaint) == (2, True)
        assert state.read_bytes() == content
    assert tracked(fresh) == []


def test_progress_that_cannot_be_written_is_one_line(
    here: Here, fresh: Sandbox, urls: Callable[..., Path], tmp_path: Path
) -> None:
    state = tmp_path / "nowhere" / "state"
    ran = here(
        "videos", "track", "--file", str(urls(POST.format(1))), "--state", str(state), at=fresh
    )
    assert ran.code == 1
    assert "nowhere" in ran.complaint
    assert "No such file or directory" in ran.complaint
    assert not state.parent.exists()
    assert tracked(fresh) == []


@posix
@pytest.mark.parametrize("sent", ["SIGKILL", "SIGINT"])
def test_run_that_is_killed_resumes_and_tracks_every_line_once(
    cli: Cli, here: Here, fresh: Sandbox, urls: Callable[..., Path], sent: str
) -> None:
    file = urls(*(POST.format(n) for n in range(1, 9)))
    held = Held(answers.one({}))
    keys: list[str] = []

    class Proxy(FaultyProxy):
        def respond(self, request: Request) -> Step:
            answer = super().respond(request)
            if request.method == "POST":
                keys.append(request.headers["idempotency-key"])
            # The fifth is carried out, but its answer never arrives.
            return held if len(keys) == 5 and not held.reached.is_set() else answer

    with Proxy(fresh.base_url) as proxy:
        command = ("videos", "track", "--file", str(file), "--format", "jsonl")
        run = cli.start(*command, "--base-url", proxy.url, "--api-key", fresh.api_key, anew=True)
        assert held.reached.wait(240)
        assert len(tracked(fresh)) == 5
        if sent == "SIGINT":
            out, err = cli.interrupt(run)
            assert run.returncode == 130
            assert b"8 lines: 4 tracked, 4 not reached; run the same command again to resume" in err
        else:
            run.kill()
            out, _ = run.communicate(timeout=240)
        held.release.set()
        assert len(out.splitlines()) == 4
        again = here(*command, "--base-url", proxy.url, "--api-key", fresh.api_key)
    assert (again.code, [row["outcome"] for row in again.jsonl]) == (0, ["tracked"] * 8)
    assert sorted(row["id"] for row in again.jsonl) == tracked(fresh)
    assert Counter(Counter(keys).values()) == {1: 7, 2: 1}
    assert Counter(keys)[keys[4]] == 2
    assert not progress_of(file).exists()


def test_a_second_run_on_the_same_file_names_the_first(
    cli: Cli, here: Here, urls: Callable[..., Path], serve: Callable[..., ScriptedServer]
) -> None:
    file = urls(POST.format(1))
    held = Held(answers.one(answers.video(1), 201))
    api = serve(lambda request: answers.WHOAMI if request.path == "/whoami" else held)
    command = ("videos", "track", "--file", str(file), "--format", "jsonl")
    first = cli.start(*command, "--base-url", api.url, "--api-key", "k-1")
    assert held.reached.wait(240)
    kept = progress_of(file).read_bytes()
    second = here(*command, at=api)
    assert second.code == 2
    assert "another run is using" in second.complaint
    assert "name another file with --state" in second.complaint
    assert progress_of(file).read_bytes() == kept
    held.release.set()
    out, _ = first.communicate(timeout=240)
    assert json.loads(out)["outcome"] == "tracked"
    assert [request.path for request in api.requests].count("/videos") == 1
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def no_links(*_args: object) -> None:
    raise PermissionError("no links here")


@windows.needed
@pytest.mark.usefixtures("like_windows")
@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_on_windows_and_without_links_a_file_is_tracked_and_resumed(
    here: Here,
    fresh: Sandbox,
    urls: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    links: bool,
) -> None:
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    file = urls(POST.format(1), "foo", POST.format(2))
    ran = here("videos", "track", "--file", str(file), "--format", "jsonl", at=fresh)
    assert [outcome for _, outcome in outcomes(ran)] == ["tracked", "invalid", "tracked"]
    assert progress_of(file).exists()
    urls(POST.format(1), POST.format(2))
    again = here("videos", "track", "--file", str(file), "--format", "jsonl", at=fresh)
    assert (again.code, outcomes(again)) == (0, [(1, "tracked"), (2, "tracked")])
    assert fresh.requests["POST /videos"] == 2
    assert list(file.parent.iterdir()) == [file]


@posix
def test_reader_who_leaves_stops_no_tracking(
    cli: Cli, fresh: Sandbox, urls: Callable[..., Path]
) -> None:
    file = urls(*(POST.format(n) for n in range(1, 9)))
    run = cli.start("videos", "track", "--file", str(file), "--format", "jsonl", at=fresh)
    assert run.stdout
    run.stdout.close()
    assert run.wait(240) == 0
    assert run.stderr
    assert b"8 lines: 8 tracked" in run.stderr.read()
    assert len(tracked(fresh)) == 8


def test_progress_file_holds_no_key(here: Here, fresh: Sandbox, urls: Callable[..., Path]) -> None:
    file = urls(POST.format(1), "foo")
    here("videos", "track", "--file", str(file), at=fresh)
    kept = progress_of(file)
    assert fresh.api_key.encode() not in kept.read_bytes()
    if os.name == "posix":
        assert kept.stat().st_mode & 0o077 == 0
    with contextlib.closing(sqlite3.connect(kept)) as db:
        assert dict(db.execute("SELECT name, value FROM identity"))["organization"] != "null"


def test_line_that_is_hostile_is_inert(here: Here, urls: Callable[..., Path]) -> None:
    file = urls("\x1b[2J\u202e=1+1", "=cmd")
    for form in ("table", "csv", "jsonl", "json"):
        ran = here("videos", "track", "--file", str(file), "--dry-run", "--format", form)
        assert all(char.isprintable() or char == "\n" for char in ran.out + ran.err)
        if form == "csv":
            assert ran.csv[1]["input"] == "'=cmd"


def test_progress_that_cannot_be_kept_any_more_is_a_failure_of_its_file(tmp_path: Path) -> None:
    from creatoraudit.cli._journal import Done, journal_at

    state = tmp_path / "state"
    with journal_at(state, {"server": "x"}) as journal:
        assert journal._store is not None
        journal._store.close()
        with pytest.raises(OSError, match="closed database") as failed:
            journal.add("key", Done("tracked", None))
    assert failed.value.filename == str(state)
