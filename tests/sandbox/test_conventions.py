"""Conventions of every response: negotiation, validators, ids, methods, problem documents."""

from __future__ import annotations

import json
from typing import Any

import httpx
import jsonschema_rs
import pytest

from creatoraudit_sandbox.contract import load

from .conftest import Api

PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    "accept",
    [
        "application/json",
        "*/*",
        "application/*",
        "text/html, application/json;q=0.1",
        "text/html;q=0, */*",
        "APPLICATION/JSON",
        "application/json; charset=utf-8",
        "",
    ],
)
def test_accept_that_admits_json_is_served(api: Api, accept: str) -> None:
    assert api.get("/whoami", headers={"Accept": accept}).status_code == 200


@pytest.mark.parametrize(
    "accept",
    ["text/html", "application/json;q=0, */*", "application/*;q=0.0", "application/xml", "json"],
)
def test_accept_that_excludes_json_is_not_acceptable(api: Api, accept: str) -> None:
    answer = api.get("/whoami", headers={"Accept": accept})
    assert (answer.status_code, answer.json()["code"]) == (406, "NOT_ACCEPTABLE")
    assert answer.headers["Content-Type"] == PROBLEM


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonx"]
)
def test_body_of_another_type_is_unsupported(api: Api, content_type: str) -> None:
    answer = api.post("/videos/deltas", content=b"{}", headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_charset_of_a_json_body_does_not_matter_if_it_is_utf8(api: Api) -> None:
    body = json.dumps({"video_ids": ["3c90c3cc-0d44-4b50-8888-8dd25736052a"]})
    headers = {"Content-Type": 'Application/JSON; charset="UTF-8"'}
    assert api.post("/videos/deltas", content=body, headers=headers).status_code == 200


def test_etag_is_strong_and_stays_while_the_representation_does(api: Api) -> None:
    first, again = api.get("/videos?limit=3"), api.get("/videos?limit=3")
    assert first.headers["ETag"] == again.headers["ETag"]
    assert first.headers["ETag"].startswith('"')
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert api.get("/videos?limit=4").headers["ETag"] != first.headers["ETag"]


def test_etag_changes_with_the_representation(fresh: Api) -> None:
    path = f"/videos/{fresh.walk('/videos', is_active='true')[0]['id']}"
    before = fresh.get(path).headers["ETag"]
    fresh.patch(path, json={"is_active": False})
    assert fresh.get(path).headers["ETag"] != before


@pytest.mark.parametrize("pattern", ["{}", "W/{}", '"other", {}', "*", '"a,b" , W/{}'])
def test_matching_if_none_match_gives_an_empty_304(api: Api, pattern: str) -> None:
    etag = api.get("/videos").headers["ETag"]
    answer = api.get("/videos", headers={"If-None-Match": pattern.format(etag)})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == etag
    assert answer.headers["X-RateLimit-Limit"]


@pytest.mark.parametrize("pattern", ['"other"', "", "no-quotes", '"'])
def test_other_if_none_match_gives_the_representation(api: Api, pattern: str) -> None:
    assert api.get("/videos", headers={"If-None-Match": pattern}).status_code == 200


def test_request_id_is_echoed(api: Api) -> None:
    answer = api.get("/videos/none", headers={"X-Request-ID": "mine-1"})
    assert answer.headers["X-Request-ID"] == answer.json()["request_id"] == "mine-1"


@pytest.mark.parametrize("sent", ["", "x" * 129, "two words", "caf\xe9"])
def test_unfit_request_id_is_replaced(api: Api, sent: str) -> None:
    headers = httpx.Headers([(b"X-Request-ID", sent.encode("latin-1"))])
    given = api.get("/whoami", headers=headers).headers["X-Request-ID"]
    assert given != sent
    assert given.isalnum()


def test_date_follows_the_clock_and_nothing_names_the_server(api: Api) -> None:
    headers = api.get("/health").headers
    assert headers.get_list("Date") == ["Mon, 15 Jun 2026 12:00:00 GMT"]
    assert "Server" not in headers


def test_head_is_get_without_the_body(api: Api) -> None:
    got, head = api.get("/videos"), api.head("/videos")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("ETag", "Content-Length", "Content-Type", "Link"):
        assert head.headers[name] == got.headers[name]


def test_options_lists_the_methods(api: Api) -> None:
    answer = api.options("/videos/deltas")
    assert (answer.status_code, answer.headers["Allow"]) == (204, "GET, HEAD, OPTIONS, POST")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE", "PROPFIND"])
def test_undocumented_method_is_405_with_allow(api: Api, method: str) -> None:
    answer = api.request(method, "/videos")
    assert (answer.status_code, answer.json()["code"]) == (405, "BAD_REQUEST")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST"


@pytest.mark.parametrize(
    "path", ["/nothing", "/videos/", "/videos//", "/accounts/x/y/z", "/openapi.json", "/docs"]
)
def test_unknown_path_is_a_problem_document(api: Api, path: str) -> None:
    answer = api.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    assert answer.headers["Content-Type"] == PROBLEM


def test_path_outside_the_api_is_a_problem_document(api: Api) -> None:
    answer = api.get(str(api.base_url.join("/")))
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, PROBLEM)


@pytest.mark.parametrize(
    "video_id", ["x", "1", "%00", "3c90c3cc0d444b5088888dd25736052a", "%2E%2E"]
)
def test_malformed_id_is_not_found(api: Api, video_id: str) -> None:
    answer = api.get(f"/videos/{video_id}")
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


def test_id_in_capitals_is_the_same_id(api: Api) -> None:
    video_id = api.get("/videos?limit=1").json()["data"][0]["id"]
    assert api.get(f"/videos/{video_id.upper()}").json()["data"]["id"] == video_id


def test_problem_document_has_the_documented_members(api: Api) -> None:
    answer = api.get("/accounts?platform=myspace")
    problem = answer.json()
    assert problem == {
        "type": "urn:creatoraudit:error:validation-error",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "Request failed validation.",
        "code": "VALIDATION_ERROR",
        "instance": "/v2/accounts",
        "request_id": answer.headers["X-Request-ID"],
        "errors": [{"field": "platform", "message": "must be one of: instagram, tiktok"}],
    }


def test_every_failing_parameter_is_named(api: Api) -> None:
    problem = api.get("/videos?limit=0&order_by=size&account_id=x&is_active=yes").json()
    fields = {error["field"] for error in problem["errors"]}
    assert fields == {"limit", "order_by", "account_id", "is_active"}


def test_detail_names_the_bound_of_a_batch(api: Api) -> None:
    ids = ["3c90c3cc-0d44-4b50-8888-8dd25736052a"] * 201
    problem = api.post("/videos/deltas", json={"video_ids": ids}).json()
    assert "200" in problem["detail"]


def test_unknown_query_parameters_are_ignored(api: Api) -> None:
    assert api.get("/videos?colour=red&limit=1").status_code == 200


@pytest.mark.parametrize("query", ["order_by=", "is_active=", "order_direction=&limit=5"])
def test_empty_value_is_none_of_those_listed(api: Api, query: str) -> None:
    assert api.get(f"/creators?{query}").status_code == 422


@pytest.mark.parametrize("query", ["cursor=", "cursor=null", "order_by=null"])
def test_null_counts_as_absent_where_it_is_allowed(api: Api, query: str) -> None:
    assert api.get(f"/videos?{query}").status_code == 200


def test_scalar_given_twice_is_refused(api: Api) -> None:
    problem = api.get("/videos?limit=1&limit=2").json()
    assert problem["errors"] == [{"field": "limit", "message": "must be given once"}]


@pytest.mark.parametrize("query", ["limit=1.0", "limit=+1", "limit=%201", "limit=1e1", "limit=٣"])
def test_integers_are_written_as_json_writes_them(api: Api, query: str) -> None:
    assert api.get(f"/videos?{query}").status_code == 422


def _answer_schema(path: str, method: str, status: str) -> dict[str, Any]:
    contract = load()
    document = {"components": contract.components}
    raw = json.loads(_document())["paths"][path][method]["responses"][status]
    return document | {"allOf": [raw["content"]["application/json"]["schema"]]}


def _document() -> str:
    from creatoraudit_sandbox.contract import _locate

    return _locate()


@pytest.mark.parametrize("path", ["/videos", "/account-videos", "/accounts", "/creators"])
def test_whole_lists_keep_the_documented_schema(api: Api, path: str) -> None:
    schema = _answer_schema(path, "get", "200")
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    page = api.get(path, params={"limit": 200, "include_total": "true"}).json()
    assert page["data"]
    assert [error.message for error in validator.iter_errors(page)] == []
