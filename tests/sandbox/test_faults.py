"""Faults, drift, and a clock that is moved from outside."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import anyio
import httpx
import jsonschema_rs
import pytest

from creatoraudit_sandbox import Sandbox
from creatoraudit_sandbox.contract import load

from .conftest import Api

PROBLEM = "application/problem+json"
pytest_plugins = ["pytester"]


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("status=500", 500, "INTERNAL_ERROR"),
        ("status=502", 502, "UPSTREAM_ERROR"),
        ("status=503,retry_after=7", 503, "SERVICE_UNAVAILABLE"),
        ("status=429,retry_after=7", 429, "RATE_LIMITED"),
        ("status=403,code=QUOTA_EXCEEDED", 403, "QUOTA_EXCEEDED"),
        ("status=504", 504, "INTERNAL_ERROR"),
        ("status=520", 520, "INTERNAL_ERROR"),
        ("status=418", 418, "BAD_REQUEST"),
    ],
)
def test_status_is_a_problem_document(
    start: Callable[..., Api], fault: str, status: int, code: str
) -> None:
    answer = start(faults=[fault]).get("/videos")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == PROBLEM
    assert answer.headers.get("Retry-After") == ("7" if "retry_after" in fault else None)


def test_status_can_come_as_a_page_of_html(start: Callable[..., Api]) -> None:
    answer = start(faults=["status=504,html=yes"]).get("/videos")
    assert (answer.status_code, answer.headers["Content-Type"]) == (504, "text/html; charset=utf-8")
    assert "504 Gateway Timeout" in answer.text


def test_fault_strikes_its_operation_only(start: Callable[..., Api]) -> None:
    api = start(faults=["status=503,operation=list_videos"])
    assert api.get("/videos").status_code == 503
    assert api.get("/accounts").status_code == 200


def test_fault_ends_after_its_times_and_when_cleared(start: Callable[..., Api]) -> None:
    api = start(faults=["status=503,times=2"])
    assert [api.get("/whoami").status_code for _ in range(3)] == [503, 503, 200]
    api.sandbox.faults.add("status=502")
    assert api.get("/whoami").status_code == 502
    api.sandbox.faults.clear()
    assert api.get("/whoami").status_code == 200


def test_rate_strikes_that_share_and_follows_from_the_seed(start: Callable[..., Api]) -> None:
    def codes(seed: int) -> list[int]:
        api = start(seed=seed, faults=["status=503,rate=0.3"])
        return [api.get("/health").status_code for _ in range(200)]

    first = codes(1)
    assert first == codes(1)
    assert first != codes(2)
    assert 40 <= Counter(first)[503] <= 80


def test_dropped_connection_gives_no_response(start: Callable[..., Api]) -> None:
    api = start(faults=["drop=start,times=1"])
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        api.get("/videos")
    assert api.get("/videos").status_code == 200


def test_dropped_connection_without_a_server_is_an_error(fresh: Api) -> None:
    fresh.sandbox.faults.add("drop=start")

    async def ask() -> None:
        transport = httpx.ASGITransport(fresh.sandbox.app)
        async with httpx.AsyncClient(transport=transport, base_url=fresh.base_url) as client:
            await client.post("/videos/deltas", content=b"{}")

    with pytest.raises(ConnectionResetError):
        anyio.run(ask)


def test_connection_can_break_amid_the_body(start: Callable[..., Api]) -> None:
    api = start(faults=["drop=body,times=1"])
    with api.stream("GET", "/videos") as answer:
        assert answer.status_code == 200
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            answer.read()
    assert api.get("/videos").status_code == 200


def test_slow_body_arrives_whole(start: Callable[..., Api]) -> None:
    api = start()
    whole = api.get("/health").content
    api.sandbox.faults.add(f"slow={len(whole) * 5}")
    begun = time.monotonic()
    assert api.get("/health").content == whole
    assert time.monotonic() - begun >= 0.14


def test_delay_and_jitter_hold_the_response_back(start: Callable[..., Api]) -> None:
    api = start(faults=["delay_ms=60,jitter_ms=5,operation=get_health"], jitter_ms=1)
    assert api.get("/health").elapsed.total_seconds() >= 0.06


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("", "not name=value"),
        ("status", "not name=value"),
        ("colour=red", "not name=value"),
        ("status=200", "between 400 and 599"),
        ("status=x", "status"),
        ("code=NOPE", "must be one of"),
        ("rate=2", "between 0 and 1"),
        ("rate=nan", "between 0 and 1"),
        ("rate=0.5", "give one of"),
        ("status=503,times=0", "at least 1"),
        ("delay_ms=-1", "between 0 and a day"),
        ("drop=later", "must be one of: start, body"),
        ("status=500,html=maybe", "yes or no"),
        ("status=500,operation=nothing", "no operation nothing"),
    ],
)
def test_malformed_fault_is_explained(fault: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Sandbox(faults=[fault])


# ------------------------------------------------------------------------------------ drift


def test_member_can_go_missing(start: Callable[..., Api]) -> None:
    api = start(drift=["remove=VideoResponse.view_count"])
    listed = api.get("/videos").json()["data"]
    assert listed
    assert not any("view_count" in video for video in listed)
    assert "view_count" not in api.get(f"/videos/{listed[0]['id']}").json()["data"]
    assert "view_count" in api.get("/account-videos").json()["data"][0]


@pytest.mark.parametrize(
    ("drift", "member", "value"),
    [
        ("add=Pagination.mood", "mood", "unexpected"),
        ("add=Pagination.mood:sunny", "mood", "sunny"),
        ("rename=Pagination.limit:size", "size", 50),
        ("retype=Pagination.limit", "limit", "50"),
        ("null=Pagination.limit", "limit", None),
        ("set=Pagination.limit:[7]", "limit", [7]),
    ],
)
def test_envelope_can_drift(
    start: Callable[..., Api], drift: str, member: str, value: object
) -> None:
    pagination = start(drift=[drift]).get("/videos").json()["pagination"]
    assert pagination[member] == value


def test_enum_can_grow(start: Callable[..., Api]) -> None:
    api = start(drift=["enum=AccountResponse.platform:threads"])
    assert {a["platform"] for a in api.walk("/accounts")} == {"threads"}


def test_problem_documents_can_drift(start: Callable[..., Api]) -> None:
    api = start(drift=["enum=ProblemDetail.code:TEAPOT"])
    assert api.get("/videos?limit=0").json()["code"] == "TEAPOT"


def test_member_that_may_be_null_can_drift(start: Callable[..., Api]) -> None:
    overview = start(drift=["add=OverviewFigures.mood"]).get("/overview").json()["data"]
    assert overview["current"]["mood"] == "unexpected"


def test_text_of_another_type_is_an_object(start: Callable[..., Api]) -> None:
    whoami = start(drift=["retype=WhoAmI.api_key_name"]).get("/whoami").json()["data"]
    assert whoami["api_key_name"] == {"value": "Sandbox admin key"}


def test_map_values_can_drift(start: Callable[..., Api]) -> None:
    api = start(drift=["retype=WindowedTotals.views"])
    ids = [v["id"] for v in api.get("/videos").json()["data"]]
    entries = api.post("/videos/metrics", json={"video_ids": ids}).json()["data"].values()
    assert {type(entry["views"]) for entry in entries} == {str}


def test_drift_is_noticed_by_the_schema(start: Callable[..., Api]) -> None:
    api = start()
    contract = load()
    schema = contract.answer(contract.operations["list_videos"], 200)
    assert schema
    validator = jsonschema_rs.Draft202012Validator(contract.closed(schema))
    assert validator.is_valid(api.get("/videos").json())
    api.sandbox.drift.add("remove=VideoResponse.external_id")
    assert not validator.is_valid(api.get("/videos").json())
    api.sandbox.drift.clear()
    assert validator.is_valid(api.get("/videos").json())


def test_envelope_can_be_called_otherwise_or_go(start: Callable[..., Api]) -> None:
    renamed = start(drift=["envelope=list_videos:items"]).get("/videos").json()
    assert list(renamed) == ["items", "pagination", "filters"]
    api = start(drift=["envelope=list_videos"])
    assert isinstance(api.get("/videos").json(), list)
    assert api.get("/videos?limit=0").json()["code"] == "VALIDATION_ERROR"
    assert "data" in api.get("/accounts").json()
    twice = ["envelope=get_health:items", "envelope=get_health:rows"]
    assert list(start(drift=twice).get("/health").json()) == ["items"]


def test_headers_and_status_can_drift(start: Callable[..., Api]) -> None:
    drift = ["header=list_videos:ETag", "header=list_videos:Content-Type=text/plain"]
    api = start(drift=[*drift, "status=list_videos:202"])
    answer = api.get("/videos")
    assert answer.status_code == 202
    assert "etag" not in answer.headers
    assert answer.headers["content-type"] == "text/plain"
    assert api.get("/videos?limit=0").status_code == 422
    assert api.get("/accounts").status_code == 200


def test_etags_can_lose_their_meaning(start: Callable[..., Api]) -> None:
    api = start(drift=["etag=list_videos"])
    etag = api.get("/videos").headers["etag"]
    assert api.get("/videos", headers={"If-None-Match": etag}).status_code == 200


def test_errors_can_change_their_shape(start: Callable[..., Api]) -> None:
    refused = start(drift=["error=list_videos"]).get("/videos?limit=0")
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/json"
    assert refused.json() == {"error": {"message": "Something went wrong."}}


def test_parameters_can_lose_their_effect(start: Callable[..., Api]) -> None:
    api = start(drift=["ignore=list_videos:cursor"])
    first = api.get("/videos?limit=2").json()
    cursor = first["pagination"]["next_cursor"]
    assert api.get(f"/videos?limit=2&cursor={cursor}").json()["data"] == first["data"]


@pytest.mark.parametrize(
    ("drift", "reason"),
    [
        ("", "give one of"),
        ("explode=VideoResponse.id", "give one of"),
        ("remove=Nothing.id", "no schema Nothing"),
        ("remove=VideoResponse", "no member"),
        ("remove=VideoResponse.colour", "no member 'colour'"),
        ("rename=VideoResponse.id", "say what follows"),
        ("enum=VideoResponse.platform", "say what follows"),
        ("set=Pagination.has_next:no", "no is not JSON"),
        ("etag=show_videos", "no operation show_videos"),
        ("ignore=list_videos", "say what follows"),
        ("status=list_videos:fine", "fine is not a status"),
    ],
)
def test_malformed_drift_is_explained(drift: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Sandbox(drift=[drift])


# ------------------------------------------------------------------------------------ control


def control(api: Api) -> str:
    return str(api.base_url.copy_with(path="/control/clock"))


def test_clock_is_moved_over_http(start: Callable[..., Api]) -> None:
    api = start(control=True)
    url = control(api)
    assert api.get(url).json() == {"data": {"now": "2026-06-15T12:00:00Z"}}
    moved = api.post(url, json={"seconds": 3600})
    assert moved.json() == {"data": {"now": "2026-06-15T13:00:00Z"}}
    assert api.get("/health").headers["Date"] == "Mon, 15 Jun 2026 13:00:00 GMT"


def test_control_does_not_exist_unless_asked_for(api: Api) -> None:
    assert api.get(control(api)).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://127.0.0.1"},
        {"Origin": "null"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "[::2]:80"},
        {"Host": ""},
    ],
)
def test_control_refuses_browsers_and_other_hosts(
    start: Callable[..., Api], headers: dict[str, str]
) -> None:
    api = start(control=True)
    answer = api.post(control(api), json={"seconds": 1}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
    assert api.get(control(api)).json()["data"]["now"] == "2026-06-15T12:00:00Z"


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.9", "[::1]:80"])
def test_control_admits_every_loopback_name(start: Callable[..., Api], host: str) -> None:
    api = start(control=True)
    assert api.get(control(api), headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("body", [b"", b"{}", b'{"seconds": -1}', b'{"seconds": true}', b"[1]"])
def test_control_refuses_what_it_cannot_do(start: Callable[..., Api], body: bytes) -> None:
    api = start(control=True)
    answer = api.post(control(api), content=body)
    assert answer.status_code in (400, 422)
    assert answer.headers["Content-Type"] == PROBLEM
    assert api.delete(control(api)).status_code == 405


# ------------------------------------------------------------------------------------ pytest plugin


def test_plugin_gives_users_a_sandbox_and_its_environment(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # those of others take time
    pytester.makefile(".ini", pytest="")  # nor the settings of a folder above
    pytester.makeconftest('pytest_plugins = ["creatoraudit_sandbox.pytest_plugin"]')
    pytester.makepyfile(
        """
        import os, urllib.request, pytest

        def test_environment(creatoraudit_environment, creatoraudit_sandbox):
            assert os.environ["CREATORAUDIT_BASE_URL"] == creatoraudit_sandbox.base_url
            url = creatoraudit_sandbox.base_url + "/health"
            assert urllib.request.urlopen(url).status == 200

        class TestOptions:
            @pytest.fixture
            def creatoraudit_sandbox_options(self):
                return {"api_key": "mine"}

            def test_options(self, creatoraudit_sandbox):
                assert creatoraudit_sandbox.api_key == "mine"
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)


def test_plugin_loads_only_when_asked_for(pytester: pytest.Pytester) -> None:
    path: Path = pytester.makepyfile("def test_it(creatoraudit_sandbox): ...")
    assert path.exists()
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(errors=1)
