"""`creatoraudit contract`: reads only, an exit code, and reports without anything secret."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import creatoraudit_api
from creatoraudit.contract import _run
from creatoraudit_api import operations
from creatoraudit_sandbox import Sandbox
from support import measure, warm
from support.server import Answer, ScriptedServer

NOW = "2026-06-15T12:00:00Z"


@dataclass
class Ran:
    """A command that has ended, and the folder it ran in with everything it left there."""

    code: int
    stdout: str
    stderr: str
    folder: Path

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    @property
    def left(self) -> Iterator[Path]:
        return (path for path in self.folder.rglob("*") if path.is_file())

    @property
    def har(self) -> Any:
        return json.loads((self.reports / "contract.har").read_text("ascii"))["log"]

    @property
    def junit(self) -> ET.Element:
        suite = ET.parse(self.reports / "junit.xml").getroot().find("testsuite")
        assert suite is not None
        return suite


def contract(
    folder: Path,
    *options: str,
    url: str | None,
    key: str | None,
    env: dict[str, str] | None = None,
    measured: bool | None = None,
) -> Ran:
    """Run the command. It is measured if the test is; always or never if that is given."""
    (folder / "tmp").mkdir()
    given = {"CREATORAUDIT_BASE_URL": url, "CREATORAUDIT_API_KEY": key}
    folder_of_reports = () if "--report-dir" in options else ("--report-dir", "reports")
    ran = subprocess.run(
        [
            *(warm.python(warm.CONTRACT), "-P", "-m", "creatoraudit", "contract"),
            *("--rate", "0", "--random-seed", "1", *folder_of_reports, *options),
        ],
        env=(measure.unmeasured() if measured is False else os.environ)
        | (measure.OF_PROCESSES if measured else {})
        | {name: value for name, value in given.items() if value is not None}
        | {"TMPDIR": str(folder / "tmp"), "GITHUB_STEP_SUMMARY": str(folder / "step.md")}
        | (env or {}),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr, folder)


@dataclass
class Kept(Ran):
    """A run against a sandbox that keeps the contract."""

    key: str
    served: dict[str, int]
    private: set[str]


def private_text(sandbox: Sandbox) -> set[str]:
    """Text that a customer would not want in an artifact of a public CI job."""
    import httpx

    with httpx.Client(
        headers={"Authorization": f"Bearer {sandbox.api_key}"}, trust_env=False
    ) as http:
        videos = http.get(f"{sandbox.base_url}/videos?limit=200").json()["data"]
        accounts = http.get(f"{sandbox.base_url}/accounts?limit=200").json()["data"]
        creators = http.get(f"{sandbox.base_url}/creators?limit=200").json()["data"]
    texts = {video["description"] for video in videos} | {one["username"] for one in accounts}
    texts |= {one["name"] for one in creators}
    return {text for text in texts if text and len(text) > 5}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    with Sandbox(now=NOW, rate_limit=0) as sandbox:
        private = private_text(sandbox)
        sandbox.requests.clear()
        ran = contract(
            tmp_path_factory.mktemp("kept"),
            *("--max-examples", "3"),
            url=sandbox.base_url,
            key=sandbox.api_key,
            measured=False,  # others pass the same lines
        )
        served = sandbox.requests.counts()
        return Kept(ran.code, ran.stdout, ran.stderr, ran.folder, sandbox.api_key, served, private)


def test_kept_contract_ends_with_zero(kept: Kept) -> None:
    assert kept.code == 0, kept.stdout + kept.stderr
    assert kept.stdout.startswith("The API keeps the contract.\n")


def test_nothing_but_get_went_over_the_wire(kept: Kept) -> None:
    assert {operation.partition(" ")[0] for operation in kept.served} == {"GET"}
    reads = {operation for operation in kept.served if operation != "GET /*"}
    assert len(reads) == 15
    assert sum(kept.served.values()) > 300


def test_junit_has_every_read(kept: Kept) -> None:
    assert kept.junit.attrib.items() >= {"tests": "15", "failures": "0", "errors": "0"}.items()
    assert {case.attrib["name"] for case in kept.junit} == kept.served.keys() - {"GET /*"}


def test_har_has_every_request_and_no_body(kept: Kept) -> None:
    entries = kept.har["entries"]
    assert {entry["request"]["method"] for entry in entries} == {"GET"}
    # The first requests, which look for a key that works and for ids, are the SDK's own.
    assert sum(kept.served.values()) - 10 < len(entries) <= sum(kept.served.values())
    assert {200, 304, 404, 422} <= {entry["response"]["status"] for entry in entries}
    assert not any("text" in entry["response"]["content"] for entry in entries)


def test_neither_the_key_nor_a_customers_text_is_in_what_is_left(kept: Kept) -> None:
    assert {path.name for path in kept.left} == {
        *("junit.xml", "contract.har", "summary.md", "step.md")
    }
    assert len(kept.private) > 100
    written = {path: path.read_text("utf-8") for path in kept.left}
    for name, text in [("stdout", kept.stdout), ("stderr", kept.stderr), *written.items()]:
        assert kept.key not in text, name
        unescaped = text + json.dumps(text, ensure_ascii=False)
        assert not [one for one in kept.private if one in unescaped], name


def test_summary_is_added_to_the_page_of_the_job(kept: Kept) -> None:
    summary = (kept.reports / "summary.md").read_text("utf-8")
    assert summary.startswith("### ✅ The API keeps the contract\n")
    assert (kept.folder / "step.md").read_text("utf-8") == f"{summary}\n"


HOSTILE = "a`|b<img src=x>@all\n# [c](d)\x1b[31m\u202ee"


@pytest.fixture(scope="module")
def drifted(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("drifted")
    (folder / "step.md").write_text("## the step before\n")
    drift = [
        "remove=VideoResponse.view_count",
        f"add=Pagination.{HOSTILE}",
        "header=get_meta:Content-Type=text/x`|<b>",
        "etag=get_overview",
        "retype=OverviewFigures.active_accounts",
        "retype=WhoAmI.api_key_name",
        "envelope=list_creators:items",
        "header=get_video:X-Request-ID",
        "header=list_accounts:X-RateLimit-Limit=many",
        "status=search:202",
    ]
    faults = [
        "status=422,operation=list_account_videos",
        "status=500,operation=get_creator",
        "status=404,html=yes,operation=get_account",
        "drop=start,operation=get_health",
    ]
    with Sandbox(now=NOW, rate_limit=0, drift=drift, faults=faults) as sandbox:
        options = ("--max-examples", "1", "--with-bodies")
        options += ("--summary", "summary.md")
        ran = contract(
            folder,
            *options,
            url=sandbox.base_url,
            key=sandbox.api_key,
            measured=True,  # whichever of its tests comes first
        )
        assert sandbox.api_key not in "".join(path.read_text("utf-8") for path in ran.left)
    return ran


NAMED = """\
GET /account-videos: it returns status 422 for a valid request [positive_data_acceptance]
GET /accounts/{account_id}: Content-Type is text/html; charset=utf-8 in a 404 response \
[content_type_conformance]
GET /accounts: X-RateLimit-Limit breaks 'type' in its schema [response_headers_conformance]
GET /creators/{creator_id}: it fails with status 500 [not_a_server_error]
GET /creators: $.data is missing [response_schema_conformance]
GET /meta: Content-Type is text/x`|<b> in a 200 response [content_type_conformance]
GET /overview: ETag changes with every response, so it never leads to 304 [etag_revalidation]
GET /overview: $.data.current.active_accounts has the wrong type [response_schema_conformance]
GET /whoami: $.data.api_key_name breaks 'type' in its schema [response_schema_conformance]
GET /search: it returns status 202, which is not documented [status_code_conformance]
GET /videos/{video_id}: X-Request-ID is missing from a 200 response [header_presence]
GET /videos: $.data[].view_count was in no response of the run [documented_member_missing]
"""


@pytest.mark.parametrize("line", NAMED.splitlines())
def test_drift_ends_with_one_and_is_named_line_by_line(drifted: Ran, line: str) -> None:
    assert drifted.code == 1, drifted.stderr
    first, *lines = drifted.stdout.splitlines()
    assert first.startswith("The API breaks the contract in ")
    assert line in lines


def test_what_could_not_be_asked_is_reported_as_well(drifted: Ran) -> None:
    assert "Reason: the run did not finish: GET /health: " in drifted.stdout
    assert drifted.junit.attrib["errors"] == "1"


def test_drift_is_a_failure_of_its_operation_in_junit(drifted: Ran) -> None:
    failures = {
        case.attrib["name"]: [failure.attrib["message"] for failure in case]
        for case in drifted.junit
    }
    assert any("$.data[].view_count" in message for message in failures["GET /videos"])
    assert failures["GET /creators/top"] == []
    del failures["run"]  # which is an error: not all could be asked
    assert int(drifted.junit.attrib["failures"]) == sum(map(bool, failures.values()))


def test_bodies_are_kept_when_they_are_asked_for(drifted: Ran) -> None:
    told = "".join(entry["response"]["content"]["text"] for entry in drifted.har["entries"])
    assert "external_id" in told
    (creators,) = [case for case in drifted.junit if case.attrib["name"] == "GET /creators"]
    assert any('"items"' in (failure.text or "") for failure in creators)


def test_hostile_names_break_neither_table_nor_terminal(drifted: Ran) -> None:
    summary = (drifted.folder / "summary.md").read_text("utf-8")
    assert (drifted.reports / "summary.md").read_text("utf-8") == summary
    step = (drifted.folder / "step.md").read_text("utf-8")
    assert step == f"## the step before\n{summary}\n"
    rows = [line for line in summary.splitlines() if line.startswith("|")]
    assert len(rows) > 5
    for row in rows[2:]:
        assert row.count("|") == 5, row
        assert row.count("`") == 8 - 2 * row.count("|  |"), row
    assert "<" not in summary
    assert "@" not in summary
    assert any("\\x1b[31m\\u202ee" in row for row in rows)
    assert [row for row in drifted.stdout.splitlines() if "a`|b<img src=x>@all\\n# [c]" in row]
    for text in (summary, drifted.stdout, drifted.stderr):
        assert text.replace("\n", "").isprintable()


def test_a_document_with_other_names_of_path_parameters_is_checked_alike(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    generated = tmp_path / "generated" / "creatoraudit_api"
    shutil.copytree(Path(creatoraudit_api.__file__).parent, generated)
    contract_file = generated / "openapi.json"
    text = contract_file.read_text("utf-8")
    for name in ("video_id", "account_id", "creator_id"):
        text = text.replace(f"{{{name}}}", "{id}")
    document = json.loads(text)
    document["paths"] = {p: item for p, item in document["paths"].items() if "s/{" in p}
    for path, item in document["paths"].items():
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                if parameter.get("in") == "path" and path.count("{") == 1:
                    parameter["name"] = "id"
    contract_file.write_text(json.dumps(document), "utf-8")
    ran = contract(
        *(tmp_path, "--max-examples", "1"),
        url=sandbox.base_url,
        key=sandbox.api_key,
        env={"PYTHONPATH": str(tmp_path / "generated")},
        measured=False,  # others pass the same lines
    )
    assert ran.code == 0, ran.stdout + ran.stderr
    assert "GET /videos/{id}" in {case.attrib["name"] for case in ran.junit}
    assert "No successful response" not in ran.stdout


def test_a_key_that_is_refused_ends_with_two(tmp_path: Path, sandbox: Sandbox) -> None:
    ran = contract(tmp_path, url=sandbox.base_url, key="not-a-key-of-this-sandbox")
    assert ran.code == 2
    assert "Reason: the API refused: " in ran.stdout
    assert "not-a-key" not in ran.stdout + ran.stderr + "".join(p.read_text() for p in ran.left)
    assert (
        (ran.folder / "step.md").read_text("utf-8").startswith("### ⚠️ The check could not finish")
    )
    assert ran.junit.attrib["errors"] == "1"
    assert ran.har["entries"] == []


@pytest.mark.parametrize(
    ("options", "key", "reason"),
    [
        ((), None, "set CREATORAUDIT_API_KEY"),
        (("--base-url", "ftp://example.com"), "k", "is not an http(s) URL"),
        (("--base-url", "http://127.0.0.1:1/v2"), "k", "could not be reached"),
    ],
)
def test_what_keeps_a_run_from_starting_ends_with_two(
    tmp_path: Path, options: tuple[str, ...], key: str | None, reason: str
) -> None:
    ran = contract(tmp_path, "--format", "json", *options, url=None, key=key)
    assert ran.code == 2
    told = json.loads(ran.stdout)
    assert (told["code"], told["findings"], told["unverified"]) == (2, [], None)
    assert reason in told["reason"]
    assert reason in (ran.folder / "step.md").read_text("utf-8")


def test_a_foreign_server_ends_with_two(tmp_path: Path) -> None:
    page = Answer(body=b"<h1>Welcome</h1>", headers={"Content-Type": "text/html"})
    with ScriptedServer(lambda _: page) as server:
        ran = contract(tmp_path, url=server.url, key="k")
    assert ran.code == 2
    assert "there is no CreatorAudit API at this URL" in ran.stdout


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--report-dir", "file/reports"), "--report-dir file"),
        (("--summary", "nowhere/summary.md"), "there is no folder nowhere"),
        (("--seed", "3"), "--seed goes with --sandbox"),
    ],
)
def test_wrong_options_end_with_two_before_anything_is_sent(
    tmp_path: Path, options: tuple[str, ...], problem: str, sandbox: Sandbox
) -> None:
    (tmp_path / "file").touch()
    before = sandbox.requests.total
    ran = contract(tmp_path, *options, url=sandbox.base_url, key=sandbox.api_key)
    assert ran.code == 2
    assert problem in ran.stderr
    assert sandbox.requests.total == before


def test_a_report_that_cannot_be_written_ends_with_two(tmp_path: Path) -> None:
    nowhere = {"GITHUB_STEP_SUMMARY": str(tmp_path / "nowhere" / "step.md")}
    ran = contract(tmp_path, url=None, key=None, env=nowhere)
    assert ran.code == 2
    assert "a report was not written" in ran.stderr


def test_a_contract_without_whoami_is_checked_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("whoami", "list_accounts", "list_videos", "list_creators"):
        gone = getattr(operations, name)._replace(method="")
        monkeypatch.setattr(operations, name, gone)
    known = _run._known_values(lambda: "k", "http://127.0.0.1:9/v2", 1)
    assert (known["/accounts"], known["video_ids"]) == ([], [])
