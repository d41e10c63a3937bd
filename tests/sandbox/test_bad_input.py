"""Any bad request gets a problem document, and the server keeps running."""

from __future__ import annotations

import json
import socket
from urllib.parse import urlsplit

import pytest

from .conftest import Api

JSON = {"Content-Type": "application/json"}
ID = "3c90c3cc-0d44-4b50-8888-8dd25736052a"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'a': 1}",
        b'{"video_ids": [NaN]}',
        b'{"video_ids": Infinity}',
        b'{"video_ids": 1e999}',
        b'{"video_ids": [], "video_ids": []}',
        b"1" * 5000,
        b"\xff\xfe",
        b'{"video_ids": ["\\ud800"]}',
        b"[" * 100_000,
        b'{"a":' * 70 + b"1" + b"}" * 70,
        b" " * (1 << 20) + b"{}",
        b"\xef\xbb\xbf{}",
    ],
    ids=range(14),
)
def test_malformed_body_is_a_bad_request(api: Api, body: bytes) -> None:
    answer = api.post("/videos/deltas", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST")
    assert api.get("/health").status_code == 200


@pytest.mark.parametrize("body", [b"null", b"[]", b'"text"', b"7", b"true", b"{}"])
def test_body_of_another_shape_fails_validation(api: Api, body: bytes) -> None:
    answer = api.post("/videos/deltas", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (422, "VALIDATION_ERROR")
    assert answer.json()["errors"]


def test_body_far_too_large_is_refused_with_a_response(api: Api) -> None:
    answer = api.post("/videos/deltas", content=b"x" * (8 << 20), headers=JSON)
    assert answer.status_code == 400


def test_large_body_with_a_wrong_key_is_refused_with_a_response(api: Api) -> None:
    headers = JSON | {"Authorization": "Bearer nobody"}
    answer = api.post("/videos/deltas", content=b"x" * (8 << 20), headers=headers)
    assert answer.status_code == 401


@pytest.mark.parametrize("query", ["q=%FF", "q=%ED%A0%80", "cursor=%FF"])
def test_query_that_is_not_utf8_fails_validation(api: Api, query: str) -> None:
    answer = api.get(f"/videos?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize("q", ["\0", "%", "_", "'; DROP TABLE videos; --", "\u202e", "\U0001f525"])
def test_odd_search_texts_are_served(api: Api, q: str) -> None:
    for path in ("/videos", "/accounts", "/search"):
        assert api.get(path, params={"q": q}).status_code == 200


@pytest.mark.parametrize("username", ["", "\0", "a\0b", "x" * 5000, "ß", "\u202e", "'\"`;--"])
def test_odd_usernames_come_back_as_they_were_sent(fresh: Api, username: str) -> None:
    body = {"platform": "instagram", "username": username}
    created = fresh.post("/accounts", json=body)
    assert created.status_code == 201
    fresh.sandbox.advance(2)
    found = fresh.get(created.headers["Location"]).json()["data"]
    assert found["username"] == username
    assert found["last_scrape_time"] is not None


@pytest.mark.parametrize("hours", [-5, 0, 10**40, 24.0, 1e300])
def test_interval_without_documented_bounds_takes_any_integer(fresh: Api, hours: float) -> None:
    body = {"platform": "instagram", "username": "someone", "scrape_interval_hours": hours}
    created = fresh.post("/accounts", json=body)
    assert created.status_code == 201
    assert created.json()["data"]["scrape_interval_hours"] == int(hours)
    fresh.sandbox.advance(90 * 86_400)
    assert fresh.get(created.headers["Location"]).json()["data"]["last_scrape_time"] is not None


@pytest.mark.parametrize(("hours", "refreshed"), [(-5, 12), (0, 12), (3, 12), (48, 0), (10**40, 0)])
def test_interval_is_kept_to_between_an_hour_and_ten_years(
    fresh: Api, hours: int, refreshed: int
) -> None:
    body = {"platform": "instagram", "username": "someone", "scrape_interval_hours": hours}
    url = fresh.post("/accounts", json=body).headers["Location"]
    fresh.sandbox.advance(12 * 3_600 + 1)
    last = fresh.get(url).json()["data"]["last_scrape_time"]
    assert last == f"2026-06-1{5 + (12 + refreshed) // 24}T{(12 + refreshed) % 24:02}:00:01Z"


def test_metadata_survives_whatever_is_in_it(fresh: Api) -> None:
    metadata = {"\0": "\u0000", "": None, "n": 10**30, "deep": {"a": [1.5, {"b": "\u202e"}]}}
    created = fresh.post("/creators", json={"name": "\U0001f525", "metadata": metadata})
    assert created.json()["data"]["metadata"] == metadata


@pytest.mark.parametrize(
    "metadata",
    [{str(i): 1 for i in range(21)}, {"k" * 256: 1}, {"k": "v" * 256}],
    ids=["21 keys", "long key", "long value"],
)
def test_metadata_beyond_its_limits_fails_validation(fresh: Api, metadata: object) -> None:
    answer = fresh.post("/creators", json={"name": "x", "metadata": metadata})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "metadata"


@pytest.mark.parametrize(
    "request_bytes",
    [b"\x00\x01\x02\r\n\r\n", b"GET /v2/videos\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"],
)
def test_bytes_that_are_not_http_do_not_stop_the_server(api: Api, request_bytes: bytes) -> None:
    address = urlsplit(str(api.base_url))
    assert address.hostname
    assert address.port
    with socket.create_connection((address.hostname, address.port), timeout=5) as raw:
        raw.sendall(request_bytes)
        raw.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: raw.recv(4096), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in head
    assert json.loads(body)["code"] == "BAD_REQUEST"
    assert api.get("/health").status_code == 200


def test_hostile_host_does_not_get_into_links(api: Api) -> None:
    answer = api.get("/videos?limit=1", headers={"Host": 'evil.example/">x'})
    assert "evil" not in answer.headers.get("Link", "")
    assert "evil" not in answer.text


def test_ids_beyond_64_bits_are_not_found(api: Api) -> None:
    body = {"instagram_post_ids": [10**30, -1, 0], "tiktok_video_ids": [2**63]}
    meta = api.post("/account-videos/metrics", json=body).json()["meta"]
    assert meta["not_found"] == [str(10**30), "-1", "0", str(2**63)]


def test_nul_in_a_path_is_not_found(api: Api) -> None:
    assert api.get(f"/videos/{ID}%00").status_code == 404
