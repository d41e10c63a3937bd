"""Reports of `breakouts` and `digest`: their files, and refusals before any request."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import ANY

import pytest

from creatoraudit import CreatorAudit
from creatoraudit.cli._app import run
from creatoraudit_sandbox import Sandbox
from support import answers, windows
from support.markup import parse
from support.reports import OVERVIEW
from support.server import Answer, Request, Step

if TYPE_CHECKING:
    from support.server import ScriptedServer

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other names for these")


class Ran(NamedTuple):
    code: int
    out: str
    err: str


Command = Callable[..., Ran]
# What an earlier page begins with, as far as it matters here.
YESTERDAY = '<!doctype html><meta name="generator" content="creatoraudit 0"> of yesterday'


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command line in this process, against a server."""

    def run_at(at: Sandbox | ScriptedServer, *args: str) -> Ran:
        url, key = (at.base_url, at.api_key) if isinstance(at, Sandbox) else (at.url, "made-up-key")
        monkeypatch.setenv("CREATORAUDIT_BASE_URL", url)
        monkeypatch.setenv("CREATORAUDIT_API_KEY", key)
        code = run(args)
        return Ran(code, *capsys.readouterr())

    return run_at


ME = {
    "type": "whoami",
    "organization_id": "0b3f2c14-9a6d-4f1e-8b2a-1c2d3e4f5a6b",
    "api_key_name": "Reports",
}


@pytest.fixture
def reporting(serve: Callable[..., ScriptedServer]) -> Callable[..., ScriptedServer]:
    """Starts a server with an overview, some creators and one post."""

    def start(
        *creators: Mapping[str, Any], overview: Mapping[str, Any] = OVERVIEW
    ) -> ScriptedServer:
        def answer(request: Request) -> Step:
            if request.path == "/videos/deltas":
                ids, windows = request.json["video_ids"], request.json["windows"]
                gains = {one: {f"{days}d": 5 for days in windows} for one in ids}
                return answers.deltas(gains, windows=windows)
            return {
                "/overview": answers.one(overview),
                "/whoami": answers.one(ME),
                "/creators/top": Answer(json={"data": list(creators)}),
                "/account-videos": answers.page([answers.video(1)]),
            }[request.path]

        return serve(answer)

    return start


@pytest.mark.parametrize("name", ["breakouts", "digest"])
def test_page_is_written_beside_the_table(
    name: str, command: Command, sandbox: Sandbox, tmp_path: Path
) -> None:
    target = tmp_path / "report.html"
    plain = command(sandbox, name)
    ran = command(sandbox, name, "--html", str(target))
    assert (plain.code, plain.err) == (0, "")
    assert (ran.code, ran.out) == (0, plain.out)
    assert ran.err == f"wrote {target}\n"
    assert parse(target.read_text(encoding="utf-8")).one("h1").text
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("name", ["breakouts", "digest"])
def test_markdown_is_printed_in_place_of_the_table(
    name: str, command: Command, sandbox: Sandbox, tmp_path: Path
) -> None:
    ran = command(sandbox, name, "--markdown", "--html", str(tmp_path / "report.html"))
    assert ran.code == 0
    assert ran.out.startswith("**The ")
    assert "\n1. " in ran.out
    assert (tmp_path / "report.html").exists()


@pytest.mark.parametrize(
    "more", [("--format", "json"), ("--fields", "rank"), ("--format", "csv", "--raw")]
)
def test_markdown_does_not_mix_with_other_forms(
    more: tuple[str, ...], command: Command, reporting: Callable[..., ScriptedServer]
) -> None:
    api = reporting()
    ran = command(api, "digest", "--markdown", *more)
    assert ran.code == 2
    assert "--markdown does not go with" in ran.err
    assert api.requests == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("-", "needs the name of a file"),
        ("", "needs the name of a file"),
        (".", "is a folder; name a file"),
        ("nowhere/report.html", "a folder that does not exist; make it first"),
        ("\x1b[2J\u202e/report.html", r"--html \x1b[2J\u202e/report.html is in a folder"),
        pytest.param(os.devnull, "is not a regular file", marks=posix),
        pytest.param(300 * "n" + ".html", "cannot be written", marks=posix),
    ],
)
def test_page_that_cannot_be_written_is_refused_before_anything_is_asked(
    name: str,
    said: str,
    command: Command,
    reporting: Callable[..., ScriptedServer],
    tmp_path: Path,
) -> None:
    api = reporting()
    for which in ("breakouts", "digest"):
        with contextlib.chdir(tmp_path):
            ran = command(api, which, "--html", name)
        assert ran.code == 2
        assert said in " ".join(ran.err.split())
        assert ran.out == ""
    assert api.requests == []
    assert list(tmp_path.iterdir()) == []


@windows.rights
def test_page_that_is_there_is_replaced_and_keeps_its_mode(
    command: Command, reporting: Callable[..., ScriptedServer], tmp_path: Path
) -> None:
    target = tmp_path / "report.html"
    target.write_text(YESTERDAY)
    target.chmod(0o640)
    mode = target.stat().st_mode
    link = tmp_path / "latest.html"
    link.symlink_to(target)
    ran = command(reporting(), "digest", "--html", str(link))
    assert (ran.code, ran.err) == (0, f"wrote {target}\n")
    assert link.is_symlink()
    assert "yesterday" not in target.read_text(encoding="utf-8")
    assert target.stat().st_mode == mode
    assert sorted(tmp_path.iterdir()) == [link, target]


@posix
def test_a_reader_of_the_last_page_reads_it_to_its_end(
    command: Command, reporting: Callable[..., ScriptedServer], tmp_path: Path
) -> None:
    target = tmp_path / "report.html"
    target.write_text(YESTERDAY)
    with target.open() as reading:
        assert command(reporting(), "digest", "--html", str(target)).code == 0
        assert reading.read() == YESTERDAY


@windows.needed
@pytest.mark.usefixtures("like_windows")
def test_page_that_is_open_on_windows_is_named_and_kept(
    command: Command, reporting: Callable[..., ScriptedServer], tmp_path: Path
) -> None:
    target = tmp_path / "report.html"
    target.write_text(YESTERDAY)
    with target.open():
        ran = command(reporting(), "digest", "--html", str(target))
    assert ran.code == 1
    assert "report.html was not written: permission denied, or another program has it" in ran.err
    assert [one.read_text() for one in tmp_path.iterdir()] == [YESTERDAY]


def test_page_that_is_refused_at_last_leaves_no_half_of_it(
    command: Command, serve: Callable[..., ScriptedServer], tmp_path: Path
) -> None:
    target = tmp_path / "report.html"

    def answer(request: Request) -> Step:
        target.mkdir(exist_ok=True)  # somebody was faster
        body = OVERVIEW if request.path == "/overview" else []
        return Answer(json={"data": body})

    ran = command(serve(answer), "digest", "--html", str(target))
    assert ran.code == 1
    assert f"{target} was not written: " in ran.err
    assert ran.out == ""
    assert [*tmp_path.iterdir(), *target.iterdir()] == [target]


def test_failure_of_the_api_leaves_the_last_page_alone(
    command: Command, serve: Callable[..., ScriptedServer], tmp_path: Path
) -> None:
    target = tmp_path / "report.html"
    target.write_text(YESTERDAY)
    api = serve(answers.problem(401, "UNAUTHORIZED"))
    ran = command(api, "digest", "--html", str(target))
    assert ran.code == 1
    assert target.read_text() == YESTERDAY
    assert list(tmp_path.iterdir()) == [target]


def test_digest_asks_twice_and_for_the_same_period(
    command: Command, reporting: Callable[..., ScriptedServer]
) -> None:
    api = reporting()
    command(api, "digest", "--period", "30d", "--top", "3")
    assert [request.target.removeprefix("/v2") for request in api.requests] == [
        "/overview?period=30d",
        "/creators/top?period=30d&limit=3",
    ]


@pytest.mark.parametrize("args", [("--period", "8d"), ("--top", "0"), ("--top", "26")])
def test_digest_refuses_what_the_api_would(
    args: tuple[str, ...], command: Command, reporting: Callable[..., ScriptedServer]
) -> None:
    api = reporting()
    assert command(api, "digest", *args).code == 2
    assert api.requests == []


CREATORS = (
    {"id": "c1", "name": "=cmd()", "views": 10_000, "likes": 7},
    {"id": "c2", "name": None},
)


def test_digest_as_tables(command: Command, reporting: Callable[..., ScriptedServer]) -> None:
    ran = command(reporting(*CREATORS), "digest")
    assert (ran.code, ran.err) == (0, "")
    lines = [line.split() for line in ran.out.splitlines()]
    assert ["Views", "1,234,567", "1,000,000", "▲", "+23.5%"] in lines
    assert ["Posts", "tracked", "one", "by", "one", "5", "0", "–"] in lines
    assert ["1", "=cmd()", "10,000", "7"] in lines
    assert ["2", "c2", "–", "–"] in lines


def test_digest_without_creators_says_so(
    command: Command, reporting: Callable[..., ScriptedServer]
) -> None:
    assert "No top creators" in command(reporting(), "digest").out


def test_digest_as_json_leaves_nothing_out(
    command: Command, reporting: Callable[..., ScriptedServer]
) -> None:
    ran = command(reporting(*CREATORS), "digest", "--format", "json")
    assert json.loads(ran.out) == {
        "provenance": {
            "organization": None,
            "organization_id": ME["organization_id"],
            "api_key_name": "Reports",
            "as_of": None,
            "made_up": False,
        },
        "covers": ANY,
        "period": "7d",
        "overview": OVERVIEW,
        "top_creators": list(CREATORS),
    }


def test_digest_as_rows_has_one_per_figure(
    command: Command, reporting: Callable[..., ScriptedServer]
) -> None:
    api = reporting(*CREATORS)
    rows = list(csv.DictReader(io.StringIO(command(api, "digest", "--format", "csv").out)))
    assert [(row["section"], row["rank"], row["name"], row["figure"]) for row in rows] == [
        ("overview", "", "", "total_views"),
        ("overview", "", "", "engagement_rate"),
        ("overview", "", "", "active_accounts"),
        ("overview", "", "", "account_videos"),
        ("overview", "", "", "tracked_videos"),
        ("top_creators", "1", "'=cmd()", "views"),
        ("top_creators", "1", "'=cmd()", "likes"),
        ("top_creators", "2", "", ""),
    ]
    assert (rows[1]["current"], rows[1]["previous"], rows[1]["change_pct"]) == (
        "6.789",
        "7.5",
        "-9.5",
    )
    raw = command(api, "digest", "--format", "csv", "--raw").out
    assert ",=cmd()," in raw
    lines = command(api, "digest", "--format", "jsonl").out.splitlines()
    assert [json.loads(line)["figure"] for line in lines] == [row["figure"] or None for row in rows]
    some = command(api, "digest", "--format", "json", "--fields", "figure,current").out
    assert json.loads(some)[0] == {"figure": "total_views", "current": 1_234_567}


@pytest.mark.parametrize("name", ["breakouts", "digest"])
def test_unknown_field_is_refused_before_anything_is_asked(
    name: str, command: Command, reporting: Callable[..., ScriptedServer]
) -> None:
    api = reporting()
    ran = command(api, name, "--fields", "rank,mood")
    assert ran.code == 2
    assert "--fields knows no 'mood'" in ran.err
    assert api.requests == []


def test_breakouts_as_json_lines_are_the_posts(command: Command, sandbox: Sandbox) -> None:
    lines = command(sandbox, "breakouts", "--format", "jsonl", "--top", "4").out.splitlines()
    with CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as ca:
        expected = ca.breakouts(top=4).to_dict()["breakouts"]
    assert [json.loads(line) for line in lines] == expected


def test_fields_of_breakouts_can_be_chosen_in_every_form(
    command: Command, reporting: Callable[..., ScriptedServer]
) -> None:
    api = reporting()

    def said(form: str) -> str:
        chosen = ("--fields", "description,delta_14d", "--format", form)
        return command(api, "breakouts", "--window", "3", *chosen).out

    chosen = {"description": "caption 1", "delta_14d": 5}
    assert said("csv").splitlines() == ["description,delta_14d", "caption 1,5"]
    assert json.loads(said("jsonl")) == chosen
    assert json.loads(said("json"))["breakouts"] == [chosen]
    assert said("table").splitlines()[0].split() == ["caption", "delta_14d"]


@pytest.mark.parametrize("name", ["breakouts", "digest"])
def test_reports_say_whose_figures_they_are_of_which_days_and_that_they_are_made_up(
    name: str, command: Command, tmp_path: Path
) -> None:
    target = tmp_path / "report.html"
    with Sandbox(now="2026-06-15T12:00:00Z", accounts=12, account_videos=96, videos=0) as sandbox:
        markdown = command(sandbox, name, "--markdown", "--html", str(target)).out
        told = json.loads(command(sandbox, name, "--format", "json").out)
    me = {"organization_id": ME["organization_id"], "api_key_name": "Sandbox admin key"}
    moment = {"as_of": "2026-06-15T12:00:00+00:00", "made_up": True, "organization": None}
    assert told["provenance"] == me | moment
    assert told["covers"] == {"from": ANY, "to": "2026-06-15"}
    days = f"{told['covers']['from']} to 2026-06-15 UTC"
    head = parse(target.read_text(encoding="utf-8")).one("header").text
    for text in (head, markdown):
        assert "Made up: these figures come from a sandbox" in text
        assert "2026-06-15 12:00 UTC" in text
        for said in (*me.values(), days):
            assert said in text


def test_reports_of_a_named_organization_name_it_and_are_not_called_made_up(
    command: Command,
    reporting: Callable[..., ScriptedServer],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    api = reporting(*CREATORS)
    monkeypatch.setenv("ACME_KEY", "made-up-key")
    config = tmp_path / "creatoraudit.toml"
    config.write_text(f'[organizations.acme]\nkey = "env:ACME_KEY"\nbase_url = "{api.url}"\n')
    ran = command(api, "digest", "--markdown", "--org", "acme", "--config", str(config))
    whose = f"Organization `acme`; organization id `{ME['organization_id']}`; key `Reports`; days "
    assert f"\n{whose}" in ran.out
    assert "Made up" not in ran.out


@pytest.mark.parametrize("broken", [answers.problem(403, "FORBIDDEN"), Answer(200, json={})])
def test_report_is_written_although_nobody_says_whose_it_is(
    broken: Answer, command: Command, serve: Callable[..., ScriptedServer]
) -> None:
    def answer(request: Request) -> Step:
        found: dict[str, Step] = {
            "/overview": answers.one(OVERVIEW),
            "/creators/top": Answer(json={"data": []}),
        }
        return found.get(request.path, broken)

    ran = command(serve(answer), "digest", "--markdown")
    assert ran.code == 0
    assert "Made up" not in ran.out
    assert "Organization" not in ran.out
