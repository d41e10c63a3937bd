"""scripts/follow.py fetches the document of the API, compares it, and reports the result."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support import warm
from support.server import Answer, Request, ScriptedServer

ROOT = Path(__file__).parents[2]
CONTRACT = (ROOT / "openapi.json").read_bytes()


def follow(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    (root / "openapi.json").write_bytes(CONTRACT)
    # So far that no generator is needed: nothing below is about documents that can be used.
    return subprocess.run(
        [warm.python(), str(ROOT / "scripts" / "follow.py"), "--root", str(root), *options],
        env=os.environ
        | {"GITHUB_OUTPUT": str(root / "output"), "GITHUB_STEP_SUMMARY": str(root / "page")},
        cwd=root,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def api(openapi_url: Callable[[str], object], document: Answer) -> Callable[[Request], Answer]:
    def answer(request: Request) -> Answer:
        assert request.method == "GET"
        if request.path == "/meta":
            here = f"http://{request.headers['host']}/v2/openapi.json"
            return Answer(json={"data": {"openapi_url": openapi_url(here)}})
        return document

    return answer


def test_the_document_is_found_where_meta_says_and_nothing_to_do_is_told(tmp_path: Path) -> None:
    spaced = json.dumps(json.loads(CONTRACT), indent=7).encode()
    with ScriptedServer(api(lambda here: here, Answer(body=spaced))) as server:
        ran = follow(tmp_path, "--base-url", server.url, "--summary", "summary.md")
        assert [one.path for one in server.requests] == ["/meta", "/openapi.json"]
        assert "authorization" not in server.requests[0].headers
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert (tmp_path / "output").read_text() == "changed=false\n"
    said = (tmp_path / "summary.md").read_text()
    assert said == f"`{server.url}/openapi.json` is the same as `openapi.json`.\n"
    assert (tmp_path / "page").read_text() == f"{said}\n"
    assert (tmp_path / "openapi.json").read_bytes() == CONTRACT


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        (None, "has no data.openapi_url"),
        ("https://example.com/openapi.json", "which is not an https URL on 127.0.0.1"),
        ("http://user:word@127.0.0.1/openapi.json", "which is not an https URL on 127.0.0.1"),
        ("file:///etc/passwd", "which is not an https URL on 127.0.0.1"),
        ("http://[", "which is not a URL"),
    ],
)
def test_a_document_is_fetched_from_the_api_itself_only(
    tmp_path: Path, url: str | None, problem: str
) -> None:
    with ScriptedServer(api(lambda _: url, Answer(500))) as server:
        ran = follow(tmp_path, "--base-url", server.url)
        assert len(server.requests) == 1
    assert (ran.returncode, ran.stdout) == (2, "")
    assert problem in ran.stderr
    assert not (tmp_path / "output").exists()


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (Answer(503), "responds with status 503"),
        (Answer(302, headers={"Location": "https://example.com/"}), "responds with status 302"),
        (Answer(body=b"<h1>`|<b>\x1b</h1>"), "is not YAML or JSON"),
        (Answer(body=b"[]"), "it is not an object"),
        (Answer(json={"swagger": "2.0"}), "not an OpenAPI document"),
        (Answer(body=b" " * 20_000_001), "is longer than 20,000,000 bytes"),
        (Answer(body=b"{", declared=10), "cannot be read"),
    ],
)
def test_what_is_no_document_is_told_and_nothing_is_touched(
    tmp_path: Path, document: Answer, problem: str
) -> None:
    with ScriptedServer(api(lambda here: here, document)) as server:
        ran = follow(tmp_path, "--base-url", server.url)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert problem in ran.stderr
    assert (tmp_path / "openapi.json").read_bytes() == CONTRACT


def test_a_missing_file_is_wrong_usage(tmp_path: Path) -> None:
    ran = follow(tmp_path, "--from", "nowhere.json")
    assert ran.returncode == 2
    assert "nowhere.json" in ran.stderr


def test_without_options_the_server_of_the_contract_is_asked(tmp_path: Path) -> None:
    document: dict[str, Any] = json.loads(CONTRACT)
    assert document["servers"][0]["url"] == "https://api.creatoraudit.com/v2"
    ran = subprocess.run(
        [warm.python(), str(ROOT / "scripts" / "follow.py"), "--root", str(tmp_path)],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 2  # this folder has no contract, so nobody is asked
    assert "openapi.json" in ran.stderr
