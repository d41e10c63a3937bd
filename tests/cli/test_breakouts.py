"""`creatoraudit breakouts`, run as a process against real servers."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING
from unittest.mock import ANY

import pytest

from creatoraudit import CreatorAudit
from creatoraudit.cli._app import run
from creatoraudit_sandbox import Sandbox
from support import answers
from support.server import Reset

if TYPE_CHECKING:
    from support.server import Request, ScriptedServer, Step

    from .conftest import Cli, Gained


def one_line_on_stderr(ran: subprocess.CompletedProcess[str]) -> str:
    (line,) = ran.stderr.splitlines()
    assert line.startswith("creatoraudit: ")
    return line


def test_json_is_the_librarys_response(
    cli: Cli,
    sandbox: Sandbox,
) -> None:
    ran = cli(
        *("breakouts", "--format", "json", "--window", "14", "--top", "5", "--by", "growth"),
        at=sandbox,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    with CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as ca:
        expected = ca.breakouts(window=14, top=5, by="growth").to_dict()
    assert json.loads(ran.stdout) == {"provenance": ANY} | expected
    assert len(json.loads(ran.stdout)["breakouts"]) == 5


def test_options_reach_the_question(
    cli: Cli,
    sandbox: Sandbox,
) -> None:
    ran = cli(
        *("breakouts", "--format", "json", "--source", "both", "--platform", "tiktok"),
        *("--min-views", "5000", "--include-partial", "--by", "outlier", "--top", "3"),
        at=sandbox,
    )
    with CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as ca:
        expected = ca.breakouts(
            source="both",
            platform="tiktok",
            min_views=5000,
            include_partial=True,
            by="outlier",
            top=3,
        )
    assert json.loads(ran.stdout) == {"provenance": ANY} | expected.to_dict()
    assert {one.video.platform for one in expected} == {"tiktok"}


def test_csv_has_a_header_and_a_row_per_post(cli: Cli, sandbox: Sandbox) -> None:
    ran = cli("breakouts", "--format", "csv", "--top", "7", at=sandbox)
    assert (ran.returncode, ran.stderr) == (0, "")
    rows = list(csv.DictReader(io.StringIO(ran.stdout)))
    with CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as ca:
        expected = ca.breakouts(top=7)
    assert [row["id"] for row in rows] == [one.video.id for one in expected]
    assert [int(row["delta"]) for row in rows] == [one.delta for one in expected]
    assert [int(row["delta_30d"] or 0) for row in rows] == [
        one.deltas.get("30d") or 0 for one in expected
    ]


def test_table_shows_every_post_and_says_what_was_skipped(
    cli: Cli,
    sandbox: Sandbox,
) -> None:
    ran = cli("breakouts", at=sandbox)
    assert (ran.returncode, ran.stderr) == (0, "")
    with CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as ca:
        expected = ca.breakouts()
    lines = ran.stdout.splitlines()
    for one in expected:
        assert any(
            line.split()[:1] == [str(one.rank)]
            and f"@{one.video.account_username}" in line
            and f"{one.delta:+,}" in line
            for line in lines
        )
    assert (
        f"{expected.considered:,} posts considered in {expected.requests:,} requests" in ran.stdout
    )
    assert f"{expected.skipped.never_refreshed:,} never refreshed" in ran.stdout
    assert f"{expected.skipped.single_refresh:,} refreshed only once" in ran.stdout
    assert f"{expected.skipped.window_not_filled:,} history shorter" in ran.stdout


def test_outlier_table_shows_how_far_above_the_authors_median(cli: Cli, gained: Gained) -> None:
    same = {"account_id": "0000", "account_username": "one"}
    usual = [(answers.video(number, **same), 10) for number in range(4)]
    api = gained(*usual, (answers.video(9, **same), 125))
    ran = cli("breakouts", "--by", "outlier", at=api)
    assert "× median" in ran.stdout
    assert "12.5×" in ran.stdout


def test_unknown_growth_is_a_dash(cli: Cli, gained: Gained) -> None:
    members = {"view_count": None, "description": None, "account_username": None, "platform": ""}
    api = gained((answers.video(1, **members), 10))
    ran = cli("breakouts", at=api)
    assert ran.returncode == 0
    dashes = ["–"] * 4  # platform, account, caption, views
    assert ran.stdout.splitlines()[2].split()[:7] == ["1", *dashes, "+10", "–"]


def test_without_a_key_it_says_what_to_set(cli: Cli, sandbox: Sandbox) -> None:
    ran = cli("breakouts", "--base-url", sandbox.base_url)
    assert ran.returncode == 2
    assert "CREATORAUDIT_API_KEY" in one_line_on_stderr(ran)
    assert ran.stdout == ""


@pytest.mark.parametrize("key", ["with\nnewline", "schlüssel"])
def test_key_that_cannot_be_one_is_refused_without_showing_it(
    cli: Cli, sandbox: Sandbox, key: str
) -> None:
    ran = cli("breakouts", "--base-url", sandbox.base_url, env={"CREATORAUDIT_API_KEY": key})
    assert ran.returncode == 2
    assert "character" in one_line_on_stderr(ran)
    assert "newline" not in ran.stderr.replace("line break", "")
    assert "schl" not in ran.stderr


def test_wrong_key_is_one_line_with_code_and_request_id(cli: Cli, sandbox: Sandbox) -> None:
    ran = cli("breakouts", "--base-url", sandbox.base_url, "--api-key", "not-a-key")
    assert ran.returncode == 1
    line = one_line_on_stderr(ran)
    assert "401 UNAUTHORIZED" in line
    assert "request id" in line
    assert "not-a-key" not in line


@pytest.mark.parametrize("window", ["0", "366"])
def test_window_out_of_range_is_refused_before_any_request(
    cli: Cli,
    gained: Gained,
    window: str,
) -> None:
    api = gained()
    ran = cli("breakouts", "--window", window, at=api)
    assert ran.returncode == 2
    assert "1 and 365" in one_line_on_stderr(ran)
    assert api.requests == []


@pytest.mark.parametrize(
    "args",
    [("--by", "luck"), ("--format", "xml"), ("--window", "week"), ("--seed", "3"), ("--nonsense",)],
)
def test_wrong_usage_exits_2_and_says_why(
    cli: Cli,
    gained: Gained,
    args: tuple[str, ...],
) -> None:
    api = gained()
    ran = cli("breakouts", *args, at=api)
    assert ran.returncode == 2
    assert one_line_on_stderr(ran).endswith("(see creatoraudit breakouts --help)")
    assert api.requests == []


def test_server_gone_in_the_middle_is_one_line(
    serve: Callable[..., ScriptedServer],
    waits: list[float],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    first = answers.page([answers.video(1)], cursor="more")
    api = serve(lambda request: first if request.query.get("cursor") is None else Reset())
    monkeypatch.setenv("CREATORAUDIT_BASE_URL", api.url)
    monkeypatch.setenv("CREATORAUDIT_API_KEY", "made-up-key")
    assert run(["breakouts"]) == 1
    assert waits  # it did try again
    said = capsys.readouterr()
    *told, line = said.err.splitlines()  # told: the long waits
    assert all("waiting" in one for one in told)
    assert line.startswith("creatoraudit: ")
    assert "made-up-key" not in line
    assert said.out == ""


def test_key_that_may_not_post_is_told_the_option_that_helps(
    cli: Cli, serve: Callable[..., ScriptedServer]
) -> None:
    def answer(request: Request) -> Step:
        if request.path != "/videos/deltas":
            return answers.page([answers.video(1)])
        if request.method == "POST":
            return answers.problem(403, "INSUFFICIENT_SCOPE")
        return answers.deltas({answers.video_id(1): {"7d": 9}})

    api = serve(answer)
    ran = cli("breakouts", at=api)
    assert ran.returncode == 1
    assert one_line_on_stderr(ran).partition("by GET instead: ")[2].startswith("--via get")
    ran = cli("breakouts", "--via", "get", "--fields", "delta", "--format", "csv", at=api)
    assert (ran.returncode, ran.stdout) == (0, "delta\n9\n")


def test_response_that_breaks_the_contract_is_one_line_with_the_request_id(
    cli: Cli, gained: Gained
) -> None:
    ran = cli("breakouts", at=gained((answers.video(1, id=...), 1)))
    assert ran.returncode == 1
    assert "request id req-scripted" in one_line_on_stderr(ran)
    assert ran.stdout == ""


@pytest.mark.parametrize(
    ("source", "start"),
    [("account-videos", "accounts track URL"), ("videos", "videos track URL")],
)
def test_breakouts_of_an_empty_organization_say_how_to_start(
    cli: Cli, gained: Gained, source: str, start: str
) -> None:
    ran = cli("breakouts", "--source", source, at=gained())
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "No posts are tracked here" in ran.stdout
    assert f"creatoraudit {start}" in ran.stdout
    assert ("--source videos" in ran.stdout) == (source == "account-videos")


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_when_no_id_is_known_it_names_the_other_source_on_stderr(
    cli: Cli, gained: Gained, form: str
) -> None:
    never = answers.video(3, last_scrape_time=None)
    api = gained((answers.video(1), None), (answers.video(2), None), (never, None))
    ran = cli("breakouts", "--format", form, at=api)
    assert ran.returncode == 0
    assert "--source videos" in ran.stderr
    elsewhere = cli("breakouts", "--format", form, "--source", "videos", at=api)
    assert "knows none of these" in elsewhere.stderr
    assert "--source" not in elsewhere.stderr


def test_hint_is_left_out_when_one_id_is_known(cli: Cli, gained: Gained) -> None:
    ran = cli("breakouts", at=gained((answers.video(1), None), (answers.video(2), 5)))
    assert ran.stderr == ""
    assert "1 not found by the deltas endpoint" in ran.stdout


HOSTILE = {
    "account_username": "=cmd|' /C calc'!A0",
    "description": "[b]x[/b] [/i] \x1b]0;owned\x07\x1b[2J\u202egnp.exe\r\nfake row \x9b31m",
    "external_id": "-2+3",
    "platform": "@new",
}


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_hostile_text_is_inert(cli: Cli, gained: Gained, form: str) -> None:
    api = gained((answers.video(1, **HOSTILE), -5))
    ran = cli("breakouts", "--format", form, at=api)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert all(char.isprintable() or char == "\n" for char in ran.stdout)
    if form == "table":
        assert "[b]x[/b]" in ran.stdout
    if form == "json":
        (row,) = json.loads(ran.stdout)["breakouts"]
        assert {name: row[name] for name in HOSTILE} == HOSTILE
    if form == "csv":
        (row,) = csv.DictReader(io.StringIO(ran.stdout))
        assert row["account_username"].startswith("'=")
        assert row["external_id"] == "'-2+3"
        assert row["platform"] == "'@new"
        assert row["delta"] == "-5"


def test_half_a_surrogate_pair_in_a_caption_is_valid_utf_8_everywhere(
    cli: Cli, gained: Gained
) -> None:
    api = gained((answers.video(1, description="half \ud83d pair"), 5))
    for form in ("table", "json", "csv"):
        ran = cli("breakouts", "--format", form, at=api)
        assert ran.returncode == 0
        assert "pair" in ran.stdout


def test_terminal_that_lacks_a_character_gets_a_question_mark(cli: Cli, gained: Gained) -> None:
    api = gained((answers.video(1, description="ünï 日 🚀 end"), 5))
    ran = cli(
        "breakouts",
        encoding="cp1252",
        env={"PYTHONUTF8": "0", "PYTHONIOENCODING": "cp1252"},
        at=api,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "ünï ?  end" in ran.stdout  # a letter leaves a mark, a picture nothing


def test_drift_is_reported_on_stderr_when_asked_for(cli: Cli) -> None:
    with Sandbox(
        seed=7, drift=("add=AccountVideo.mood", "retype=AccountVideo.view_count")
    ) as other:
        ran = cli("breakouts", "--report-drift", "--format", "json", at=other)
        quiet = cli("breakouts", "--format", "json", at=other)
    assert (ran.returncode, quiet.stderr) == (0, "")
    assert sorted(line.rpartition(":")[0] for line in ran.stderr.splitlines()) == [
        "drift: list_account_videos $.data[].mood unknown-member",
        "drift: list_account_videos $.data[].view_count wrong-type",
    ]
    json.loads(ran.stdout)


def test_absence_of_drift_is_reported_too(cli: Cli, sandbox: Sandbox) -> None:
    ran = cli("breakouts", "--report-drift", "--format", "json", at=sandbox)
    assert (ran.returncode, ran.stderr) == (0, "drift: none\n")


def test_drift_report_is_inert_too(cli: Cli, gained: Gained) -> None:
    api = gained((answers.video(1, **{"\x1b[2J\u202enew": 1}), 5))
    ran = cli("breakouts", "--report-drift", at=api)
    assert ran.returncode == 0
    assert r"\x1b[2J\u202enew" in ran.stderr
    assert all(char.isprintable() or char == "\n" for char in ran.stderr)
