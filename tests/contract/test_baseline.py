"""Baselines: which findings an entry accepts, what a file may hold, and how runs change one."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from creatoraudit._core.contract import document
from creatoraudit.cli import _app
from creatoraudit.contract import (
    Baseline,
    BaselineError,
    Facts,
    Finding,
    Outcome,
    _reports,
    check,
)
from creatoraudit.contract._baseline import Entry
from creatoraudit_sandbox import Sandbox
from support import measure, warm

TODAY = dt.date(2026, 6, 15)
FINDING = Finding(
    "response_schema_conformance", "GET /videos/{video_id}", "$.data.id", "type", "is wrong"
)
OTHERS = [
    Finding("undocumented_member", "GET /videos/{video_id}", "$.data.id", "type", "is wrong"),
    Finding("response_schema_conformance", "GET /videos", "$.data.id", "type", "is wrong"),
    Finding(
        "response_schema_conformance", "GET /videos/{video_id}", "$.data.name", "type", "is wrong"
    ),
    Finding(
        "response_schema_conformance", "GET /videos/{video_id}", "$.data.id", "required", "is gone"
    ),
]


def baseline(tmp_path: Path, *entries: dict[str, Any]) -> Path:
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps({"version": 1, "entries": entries}), encoding="utf-8")
    return path


def entry(**members: Any) -> dict[str, Any]:
    return {
        "operation": "GET /videos/{}",
        "rule": "response_schema_conformance",
        "location": "$.data.id",
        "problem": "type",
        "reason": "agreed",
    } | members


@pytest.mark.parametrize("other", OTHERS)
def test_an_entry_accepts_one_finding_and_no_other(other: Finding) -> None:
    written = Baseline((Entry.of(FINDING),))
    verdict = written.judge([FINDING, other], TODAY)
    assert [one.finding for one in verdict.accepted] == [FINDING]
    assert verdict.new == verdict.counting == [other]


@pytest.mark.parametrize(
    "member", [{"operation": None}, {"problem": None}, {"operation": None, "problem": None}]
)
def test_what_an_entry_leaves_open_may_be_anything(tmp_path: Path, member: dict[str, Any]) -> None:
    read = Baseline.load(baseline(tmp_path, entry(**member)))
    verdict = read.judge([FINDING, *OTHERS], TODAY)
    expected = {FINDING} | ({OTHERS[1]} if "operation" in member else set())
    expected |= {OTHERS[3]} if "problem" in member else set()
    assert {one.finding for one in verdict.accepted} == expected


@pytest.mark.parametrize("name", ["video_id", "id", ""])
def test_the_names_of_path_parameters_do_not_matter(tmp_path: Path, name: str) -> None:
    read = Baseline.load(baseline(tmp_path, entry(operation=f"get /videos/{{{name}}}")))
    assert len(read.judge([FINDING], TODAY).accepted) == 1


@pytest.mark.parametrize(
    ("expires", "accepted"),
    [
        (None, True),
        ("2026-06-16", True),
        ("2026-06-15", True),  # the last day counts
        ("2026-06-14", False),
    ],
)
def test_an_entry_accepts_until_its_last_day_is_over(
    tmp_path: Path, expires: str | None, accepted: bool
) -> None:
    read = Baseline.load(baseline(tmp_path, entry(expires=expires)))
    verdict = read.judge([FINDING], TODAY)
    assert bool(verdict.accepted) == accepted
    assert bool(verdict.expired) == bool(verdict.counting) == (not accepted)
    assert verdict.new == verdict.unmatched == []


def test_a_file_survives_being_read_and_written(tmp_path: Path) -> None:
    path = baseline(tmp_path, entry(expires="2027-01-31", ticket="API-7"), entry(problem="enum"))
    read = Baseline.load(path)
    read.save(path)
    assert set(map(repr, Baseline.load(path).entries)) == set(map(repr, read.entries))
    written = json.loads(path.read_text("ascii"))
    assert written["entries"][1]["ticket"] == "API-7"
    assert written["entries"][1]["expires"] == "2027-01-31"
    assert [len(one["id"]) for one in written["entries"]] == [8, 8]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is not JSON"),
        ("[" * 10_000, "is not JSON"),
        ("{}", "is not a baseline"),
        ('{"entries": []}', "has version null"),
        ('{"version": 2, "entries": []}', "has version 2"),
        ('{"version": 1, "entries": [7]}', "entry 0 is not an object"),
        ('{"version": 1, "entries": [{"rule": "a"}]}', "entry 0 has no text `location`"),
        ('{"version": 1, "entries": [{"rule": 1, "location": ""}]}', "no text `rule`"),
        (json.dumps({"version": 1, "entries": [entry(reason=7)]}), "no text `reason`"),
        (json.dumps({"version": 1, "entries": [entry(expires="soon")]}), "is not a date such as"),
        (json.dumps({"version": 1, "entries": [entry(expires=2027)]}), "is not a date such as"),
        ("[7]", "entry 0 is not an object"),
    ],
)
def test_what_is_not_a_baseline_is_refused_in_one_line(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BaselineError) as refused:
        Baseline.load(path)
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)


def test_nothing_of_a_response_gets_into_a_file(tmp_path: Path) -> None:
    finding = Finding(
        *("content_type_conformance", "GET /meta", "Content-Type", "200"),
        detail="is text/secret in a 200 response",
        evidence="secret",
    )
    path = tmp_path / "baseline.json"
    Baseline().updated([finding]).save(path)
    assert "secret" not in path.read_text("ascii")
    (read,) = Baseline.load(path).entries
    assert (read.operation, read.location, read.problem) == ("GET /meta", "Content-Type", "200")


# ----------------------------------------------------------------------------------- outcomes


def judged(*entries: Entry, facts: Facts | None = None, reason: str | None = None) -> Outcome:
    found = facts or Facts(
        findings=[FINDING, OTHERS[1]], answers={"GET /videos/{video_id}": {"200": 3}}
    )
    return Outcome("https://api.example.com", found, reason, Baseline(entries))


LONG_AGO, FAR = dt.date(2000, 1, 1), dt.date(2999, 12, 31)
ACCEPTED = Entry.of(FINDING)._replace(reason="a`|<b>\n agreed", expires=FAR)
EXPIRED = Entry.of(OTHERS[1])._replace(reason="was agreed", expires=LONG_AGO)


def test_new_and_expired_findings_fail_a_run_and_accepted_ones_do_not() -> None:
    assert judged().code == 1
    assert judged(ACCEPTED).code == 1
    assert judged(ACCEPTED, EXPIRED).code == 1
    assert judged(ACCEPTED, Entry.of(OTHERS[1])).code == 0
    assert judged(ACCEPTED, Entry.of(OTHERS[1]), reason="broke").code == 2


def test_reports_tell_new_expired_and_accepted_findings_apart() -> None:
    outcome = judged(ACCEPTED, EXPIRED)
    assert _reports.headline(outcome) == (
        "The API breaks the contract in 1 place, with 1 accepted finding"
    )
    lines = list(_reports.findings(outcome))
    assert lines[0].endswith("no longer accepted: it was until 2000-01-01 (was agreed)")
    assert lines[1].endswith("accepted until 2999-12-31 (a`|<b>\\n agreed)")
    record: Any = _reports.record(outcome)
    assert record["findings"] == []
    assert [one["expires"] for one in record["expired"]] == ["2000-01-01"]
    assert [one["id"] for one in record["accepted"]] == [ACCEPTED.id]
    suite = ET.fromstring(_reports.junit(outcome)).find("testsuite")
    assert suite is not None
    assert suite.attrib.items() >= {"failures": "1", "skipped": "1", "tests": "2"}.items()
    assert [[child.tag for child in case] for case in suite] == [["failure"], ["skipped"]]
    text = _reports.markdown(outcome)
    assert "Accepted by the baseline:" in text
    assert "<" not in text


def test_an_operation_with_new_and_accepted_findings_fails_and_tells_both() -> None:
    facts = Facts(findings=[FINDING, OTHERS[3]])
    suite = ET.fromstring(_reports.junit(judged(ACCEPTED, facts=facts))).find("testsuite")
    assert suite is not None
    assert [child.tag for case in suite for child in case] == ["failure", "system-out"]
    assert suite.attrib["skipped"] == "0"


def test_stale_entries_are_those_that_a_whole_run_has_tested_and_not_met() -> None:
    gone = Entry.of(OTHERS[2])
    elsewhere = gone._replace(operation="GET /creators")
    anywhere = gone._replace(operation=None, problem="enum")
    assert judged(gone, elsewhere, anywhere).stale == [gone, anywhere]
    assert judged(gone, reason="broke").stale == []
    assert any(gone.id in line for line in _reports.details(judged(gone)))


# -------------------------------------------------------------------------------- the command


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def moved() -> Any:
    drift = ["add=WhoAmI.plan", "header=get_meta:X-Request-ID"]
    with Sandbox(rate_limit=0, drift=drift) as sandbox:
        yield sandbox


@pytest.fixture
def _few_operations(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Runs check some operations only, in a process that starts at once and is not measured."""
    paths = {path: document()["paths"][path] for path in ("/meta", "/whoami")}
    monkeypatch.setitem(document(), "paths", paths)
    monkeypatch.setattr(sys, "executable", warm.python(warm.CONTRACT))
    with measure.paused_for_processes():
        yield


def ran(sandbox: Sandbox, *options: str) -> int:
    return _app.run(
        [
            *("contract", "--rate", "0", "--max-examples", "1", "--format", "json"),
            *("--random-seed", "1"),
            *("--base-url", sandbox.base_url, "--api-key", sandbox.api_key, *options),
        ]
    )


@pytest.mark.usefixtures("_few_operations")
def test_a_baseline_is_recorded_held_to_expires_and_is_pruned(
    moved: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "baseline.json"
    assert ran(moved, "--baseline", str(path), "--baseline-update") == 0
    entries = json.loads(path.read_text("ascii"))["entries"]
    assert {(one["operation"], one["location"]) for one in entries} >= {
        ("GET /whoami", "$.data.plan"),
        ("GET /meta", "X-Request-ID"),
    }
    told = capsys.readouterr()
    assert f"{len(entries)} recorded" in told.err
    assert len(json.loads(told.out)["accepted"]) == len(entries)

    for one in entries:
        one["expires"] = "2000-01-01" if one["location"] == "$.data.plan" else "2999-01-01"
    gone = entry(operation="GET /meta", location="$.data.gone")
    path.write_text(json.dumps({"version": 1, "entries": [*entries, gone]}))
    assert ran(moved, "--baseline", str(path), "--baseline-prune", "--baseline-update") == 1
    told = capsys.readouterr()
    assert "0 recorded, 1 dropped" in told.err
    outcome = json.loads(told.out)
    assert outcome["findings"] == outcome["stale"] == []
    assert {one["member"] for one in outcome["expired"]} == {"$.data.plan"}
    left = json.loads(path.read_text("ascii"))["entries"]
    assert {one["id"] for one in left} == {one["id"] for one in entries}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--baseline-update",), "--baseline-update needs a file"),
        (("--baseline-prune",), "--baseline-prune needs a file"),
        (("--baseline", "none.json"), "--baseline-update writes a new one"),
        (("--baseline", "none.json", "--baseline-prune"), "none.json: cannot be read"),
        (("--baseline", "other.json"), "is not a baseline"),
    ],
)
def test_a_baseline_that_cannot_be_used_ends_with_two_before_anything_is_sent(
    moved: Sandbox, folder: Path, capsys: pytest.CaptureFixture[str], options: Any, said: str
) -> None:
    (folder / "other.json").write_text("{}")
    before = moved.requests.total
    assert ran(moved, *options) == 2
    assert said in capsys.readouterr().err
    assert moved.requests.total == before


@pytest.mark.usefixtures("_few_operations")
def test_a_baseline_that_cannot_be_written_ends_with_two(
    moved: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "none" / "baseline.json"
    assert ran(moved, "--baseline", str(path), "--baseline-update") == 2
    assert "the baseline was not written" in capsys.readouterr().err


def test_a_list_of_accepted_findings_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "accepted.json"
    old = {"rule": FINDING.check, "location": FINDING.location, "level": "breaking"}
    path.write_text(json.dumps([old, old | {"sentence": "type", "reason": "agreed"}]))
    whole, one = Baseline.load(path).entries
    assert (whole.problem, whole.reason, whole.operation) == (None, "", None)
    assert (one.problem, one.reason, one.others) == ("type", "agreed", {})
    assert len(Baseline.load(path).judge([FINDING], TODAY).accepted) == 1


def test_a_run_takes_its_baseline_as_a_file_too(tmp_path: Path) -> None:
    with Sandbox(accounts=1, videos=1, account_videos=1) as sandbox:
        outcome = check(
            base_url=sandbox.base_url,
            api_key="of-somebody-else",
            baseline=baseline(tmp_path, entry()),
        )
    assert outcome.code == 2
    assert outcome.baseline is not None
    assert [one.operation for one in outcome.baseline.entries] == ["GET /videos/{}"]
