"""Each safeguard against writes in a live run works alone."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from creatoraudit._core.key import ApiKey
from creatoraudit.contract import Exchange, _run
from creatoraudit.contract._wire import ReadOnly, RefusedRequestError, Rules
from creatoraudit_sandbox import Sandbox
from support import measure, warm
from support.conformance import ROOT
from support.server import Answer, Raw, Request, Reset, ScriptedServer, Step, Truncated

ASKED_FOR_EVERYTHING = ("--phases", "coverage", "--mode", "all", "-n", "1")
ONLY_GET = ("--include-method", "GET", "--exclude-method-regex", "^(?!GET$)")


@pytest.fixture
def own() -> Iterator[Sandbox]:
    with Sandbox(rate_limit=0) as sandbox:
        yield sandbox


def methods(sandbox: Sandbox) -> set[str]:
    return {operation.partition(" ")[0] for operation in sandbox.requests.counts()}


def schemathesis(
    sandbox: Sandbox, folder: Path, *options: str, config: str = "", hooks: bool = False
) -> None:
    (folder / "config.toml").write_text(config)
    live = {
        "CREATORAUDIT_API_KEY": sandbox.api_key,
        "CREATORAUDIT_CONTRACT_BASE_URL": sandbox.base_url,
        "CREATORAUDIT_CONTRACT_KNOWN": "{}",
        "CREATORAUDIT_CONTRACT_RATE": "0",
        "SCHEMATHESIS_HOOKS": "creatoraudit.contract._live",
    }
    subprocess.run(
        [
            *(warm.python(warm.CONTRACT), "-m", "schemathesis.cli", "--config-file", "config.toml"),
            *("run", str(ROOT / "openapi.json"), "--url", sandbox.base_url),
            *("-H", f"Authorization: Bearer {sandbox.api_key}"),
            *ASKED_FOR_EVERYTHING,
            *("--include-path", "/creators", *options),
        ],
        env=measure.unmeasured() | (live if hooks else {}),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=False,
    )


def test_a_run_that_nothing_restrains_would_write(own: Sandbox, tmp_path: Path) -> None:
    schemathesis(own, tmp_path)
    assert methods(own) >= {"GET", "POST", "PUT", "PATCH", "DELETE"}


def test_the_configuration_alone_keeps_a_run_from_writing(own: Sandbox, tmp_path: Path) -> None:
    schemathesis(own, tmp_path, config=_run.CONFIG)
    assert methods(own) == {"GET"}


def test_the_options_alone_keep_a_run_from_writing(own: Sandbox, tmp_path: Path) -> None:
    schemathesis(own, tmp_path, *ONLY_GET)
    assert methods(own) == {"GET"}


def test_the_hooks_alone_keep_a_run_from_writing(own: Sandbox, tmp_path: Path) -> None:
    schemathesis(own, tmp_path, hooks=True)
    assert methods(own) == {"GET"}


def test_a_case_that_got_past_the_filters_is_refused(own: Sandbox, tmp_path: Path) -> None:
    code = f"""
import schemathesis
import creatoraudit.contract._live
schema = schemathesis.openapi.from_path({str(ROOT / "openapi.json")!r})
schema.config.update(base_url={own.base_url!r})
case = schema["/creators"]["POST"].Case(body={{"name": "x"}}, media_type="application/json")
try:
    case.call()
except Exception as error:
    print(error)
"""
    live = {
        "CREATORAUDIT_API_KEY": own.api_key,
        "CREATORAUDIT_CONTRACT_BASE_URL": own.base_url,
        "CREATORAUDIT_CONTRACT_KNOWN": "{}",
        "CREATORAUDIT_CONTRACT_RATE": "0",
    }
    ran = subprocess.run(
        [warm.python(warm.CONTRACT), "-c", code],
        env=os.environ | live,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "RefusedRequestError: POST is not a read" in ran.stdout
    assert own.requests.total == 0


# ------------------------------------------------------------------------------------ the wire


@pytest.fixture
def noted() -> list[Exchange]:
    return []


@pytest.fixture
def session(noted: list[Exchange]) -> Iterator[Callable[..., requests.Session]]:
    with requests.Session() as opened:

        def start(
            url: str, *, key: str = "k", rate: float = 0, bodies: bool = False
        ) -> requests.Session:
            class Out(ReadOnly):
                rules = Rules(url, ApiKey(key), rate, bodies, noted.append)

            opened.trust_env = False
            opened.mount("http://", Out())
            return opened

        yield start


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD"])
def test_only_get_leaves_the_process(
    session: Callable[..., requests.Session], own: Sandbox, method: str
) -> None:
    with pytest.raises(RefusedRequestError, match=f"{method} is not a read"):
        session(own.base_url).request(method, f"{own.base_url}/creators")
    assert own.requests.total == 0


def test_the_key_goes_to_the_api_only(session: Callable[..., requests.Session]) -> None:
    with ScriptedServer([Answer(json={})]) as api, ScriptedServer() as other:
        out = session(api.url, key="secret")
        answer = out.get(f"{api.url}/meta", headers={"Authorization": "Bearer made-up"})
        with pytest.raises(RefusedRequestError, match="another server"):
            out.get(f"{other.url}/meta")
        assert [one.headers["authorization"] for one in api.requests] == ["Bearer secret"]
        assert other.requests == []
    assert "secret" not in repr((answer.request.headers, answer.request.url))


def test_an_echoed_key_is_in_no_report(
    session: Callable[..., requests.Session], noted: list[Exchange]
) -> None:
    key = "cak_live_Zq7RmWv2XtB9"
    coded = base64.b64encode(f"Bearer {key}".encode()).decode()
    echo = {"detail": f"bad {key}", key: coded, "%63": "".join(f"%{ord(one):x}" for one in key)}
    with ScriptedServer([Answer(401, json=echo, headers={"ETag": f'"{key}"'})]) as api:
        answer = session(api.url, key=key, bodies=True).get(f"{api.url}/meta")
    assert answer.json()["detail"] == "bad ****"
    shown = repr((noted, answer.json(), dict(answer.headers)))
    for trace in (key, key[4:], coded[12:30], echo["%63"]):
        assert trace not in shown


def test_a_busy_server_is_asked_again_when_it_says(
    session: Callable[..., requests.Session], waits: list[float], noted: list[Exchange]
) -> None:
    busy = [Answer(429, headers={"Retry-After": "7"}), Answer(503), Answer(json={"data": 1})]
    with ScriptedServer(busy) as api:
        assert session(api.url).get(f"{api.url}/meta").json() == {"data": 1}
    assert waits == [7.0, 4.0]
    assert [one.status for one in noted] == [429, 503, 200]


def test_a_server_that_has_had_enough_gets_no_more(
    session: Callable[..., requests.Session], waits: list[float]
) -> None:
    with ScriptedServer([Answer(429, headers={"Retry-After": "3600"})] * 3) as api:
        out = session(api.url)
        for _ in range(2):
            with pytest.raises(requests.exceptions.RetryError, match="keeps refusing requests"):
                out.get(f"{api.url}/meta")
        assert len(api.requests) == 3
    assert waits == [60.0, 60.0]


def test_a_server_that_keeps_failing_is_believed(
    session: Callable[..., requests.Session], waits: list[float]
) -> None:
    with ScriptedServer([Answer(502)] * 3) as api:
        assert session(api.url).get(f"{api.url}/meta").status_code == 502
    assert waits == [2.0, 4.0]


BREAKS = [Reset(), Truncated(), Raw(b""), Raw(b"HTTP/1.1 200 OK\r\nContent-Le")]


@pytest.mark.parametrize("again", [1, 2])
@pytest.mark.parametrize("broken", BREAKS, ids=repr)
def test_a_connection_that_breaks_is_repeated(
    session: Callable[..., requests.Session],
    waits: list[float],
    noted: list[Exchange],
    broken: Step,
    again: int,
) -> None:
    with ScriptedServer([broken] * again + [Answer(json={"data": 1})]) as api:
        assert session(api.url).get(f"{api.url}/meta").json() == {"data": 1}
    assert waits == [1.0] * (again - 1)
    assert [one.status for one in noted] == [200]


def test_an_address_that_always_breaks_gets_one_try_from_then_on(
    session: Callable[..., requests.Session], waits: list[float]
) -> None:
    with ScriptedServer([Reset()] * 4 + [Answer(json={})]) as api:
        out = session(api.url)
        for query in ("", "?limit=3"):
            with pytest.raises(requests.exceptions.ConnectionError):
                out.get(f"{api.url}/meta{query}")
        assert out.get(f"{api.url}/health").json() == {}
    assert waits == [1.0]


def test_requests_go_out_at_the_rate_that_was_agreed(
    session: Callable[..., requests.Session], waits: list[float]
) -> None:
    def answer(_: Request) -> Answer:
        return Answer(json={})

    with ScriptedServer(answer) as api:
        out = session(api.url, rate=0.1)
        for _ in range(3):
            out.get(f"{api.url}/meta")
    assert len(waits) == 2
    assert all(5 < wait <= 10 for wait in waits)


def test_what_is_written_down_holds_no_free_text(
    session: Callable[..., requests.Session], noted: list[Exchange]
) -> None:
    answer = Answer(json={"data": "private"}, headers={"ETag": '"e"', "Set-Cookie": "private=1"})
    with ScriptedServer([answer, answer]) as api:
        out = session(api.url)
        out.get(f"{api.url}/search", params={"q": "private", "limit": "3", "private": "1"})
        out.get(f"{api.url}/accounts/private", headers={"X-Private": "1", "Accept": b"a/b"})
    assert [one.url.removeprefix(api.url) for one in noted] == [
        "/search?q=left-out&limit=3&left-out=left-out",
        "/accounts/left-out",
    ]
    assert noted[1].request_headers["Accept"] == "a/b"
    assert noted[0].response_headers["ETag"] == '"e"'
    assert "rivate" not in json.dumps([repr(one) for one in noted])
