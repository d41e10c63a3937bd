"""`creatoraudit api`: any endpoint, under the same policy as every other command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from creatoraudit import CreatorAudit
from support import answers
from support.server import Answer, ScriptedServer

if TYPE_CHECKING:
    from creatoraudit_sandbox import Sandbox

    from .conftest import Here

Serve = Callable[..., ScriptedServer]


def test_documented_endpoint_is_printed_as_it_answers(
    here: Here, own: Sandbox, client: CreatorAudit
) -> None:
    ran = here("api", "GET", "/accounts", "-f", "limit=2", "-f", "platform=tiktok", at=own)
    expected = client.request("GET", "/accounts", params={"limit": 2, "platform": "tiktok"}).json()
    assert ran.json == expected
    short = here("api", "GET", "accounts?limit=2&platform=tiktok", "--format", "jsonl", at=own)
    assert short.jsonl == [expected]


@pytest.mark.parametrize("path", ["/health", "/meta"])
def test_public_endpoint_needs_no_key(here: Here, serve: Serve, path: str) -> None:
    api = serve(Answer(json={"data": {}}))
    ran = here("api", "GET", path, at=api, key="")
    assert (ran.code, ran.json) == (0, {"data": {}})
    assert "authorization" not in api.requests[0].headers


def test_endpoint_that_nobody_described_is_called_anyway(here: Here, serve: Serve) -> None:
    api = serve(Answer(json={"data": [1]}), answers.problem(404, "NOT_FOUND"))
    assert here("api", "GET", "/timeseries", "-f", "days=7", at=api).json == {"data": [1]}
    assert api.requests[0].query == {"days": ["7"]}
    ran = here("api", "GET", "/none", at=api)
    assert (ran.code, "GET /none: 404 NOT_FOUND" in ran.complaint) == (1, True)


def test_fields_of_a_write_are_its_body_and_json_stays_json(here: Here, serve: Serve) -> None:
    api = serve(answers.one({"id": "1"}, 201), Answer(204), answers.one({}))
    fields = ("name=Me", "is_active=true", "tags=a", "tags=b", "tags=3", 'deep={"a": [null]}')
    ran = here("api", "POST", "/creators", *(w for one in fields for w in ("-f", one)), at=api)
    assert ran.json == {"data": {"id": "1"}}
    sent = api.requests[0]
    assert sent.json == {
        "name": "Me",
        "is_active": True,
        "tags": ["a", "b", 3],
        "deep": {"a": [None]},
    }
    assert sent.headers["idempotency-key"]
    gone = here("api", "DELETE", "/creators/1", at=api)
    assert (gone.code, gone.out) == (0, "")
    assert "idempotency-key" not in api.requests[1].headers
    here("api", "PATCH", "/new", "-f", "a=1", at=api)
    assert (api.requests[2].method, api.requests[2].json) == ("PATCH", {"a": 1})


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        (("metadata[team]=x", "metadata[n]=3"), {"metadata": {"team": "x", "n": 3}}),
        (("ids[]=a", "ids[]=b"), {"ids": ["a", "b"]}),
        (("a[b][c][]=true", "a[b][d]=null", "e=1"), {"a": {"b": {"c": [True], "d": None}}, "e": 1}),
    ],
)
def test_field_with_brackets_is_nested(
    here: Here, serve: Serve, fields: tuple[str, ...], body: object
) -> None:
    api = serve(Answer(json={}))
    here("api", "POST", "/new", *(word for one in fields for word in ("-f", one)), at=api)
    assert api.requests[0].json == body


@pytest.mark.parametrize("fields", [("a[=1",), ("a[b]c=1",), ("a=1", "a[b]=2"), ("a={}", "a[]=2")])
def test_field_that_cannot_be_nested_is_refused(
    here: Here, serve: Serve, fields: tuple[str, ...]
) -> None:
    api = serve()
    ran = here("api", "POST", "/x", *(word for one in fields for word in ("-f", one)), at=api)
    assert (ran.code, ran.complaint.count("'a["), api.requests) == (2, 1, [])


def test_body_comes_from_a_file_or_a_pipe_and_fields_go_into_the_query(
    here: Here, serve: Serve, tmp_path: Path
) -> None:
    api = serve(lambda _: Answer(json={}))
    file = tmp_path / "body.json"
    file.write_text('{"a": 1}')
    here("api", "POST", "/new", "--input", str(file), "-f", "dry=true", at=api)
    here("api", "POST", "/new", "--input", "-", at=api, stdin="[1, 2]")
    assert [one.json for one in api.requests] == [{"a": 1}, [1, 2]]
    assert api.requests[0].query == {"dry": ["true"]}
    file.write_text("{")
    assert (
        f"--input {file} is not JSON" in here("api", "POST", "/x", "--input", str(file)).complaint
    )


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_paginate_option_prints_the_items_of_every_page(
    here: Here, own: Sandbox, client: CreatorAudit, form: str
) -> None:
    def items(*options: str) -> list[Any]:
        ran = here("api", "GET", "/videos", "--paginate", *options, "--format", form, at=own)
        assert ran.code == 0
        return list(ran.json if form == "json" else ran.jsonl)

    expected = [one.to_dict() for one in client.videos.list()]
    assert items() == expected
    assert items("--limit", "5", "-f", "limit=2") == expected[:5]
    assert items("--limit", "2") == expected[:2]
    assert items("-f", "q=no such text") == []


def test_pages_that_fail_on_the_way_say_how_to_resume(here: Here, serve: Serve) -> None:
    api = serve(answers.page([{"id": 1}], cursor="c 2"), answers.problem(404, "NOT_FOUND"))
    ran = here("api", "GET", "/new", "--paginate", "--format", "jsonl", at=api)
    assert (ran.code, ran.jsonl) == (1, [{"id": 1}])
    assert ran.err.splitlines()[0].endswith("-f cursor='c 2'")
    over = serve(answers.page([{"id": 1}], cursor="a"), answers.page([{"id": 2}], cursor="a"))
    assert "repeats a cursor" in here("api", "GET", "/new", "--paginate", at=over).err


@pytest.mark.parametrize("body", [{"data": {}}, [], {"data": []}])
def test_what_has_no_pages_says_so(here: Here, serve: Serve, body: Any) -> None:
    ran = here("api", "GET", "/x", "--paginate", at=serve(Answer(json=body)))
    assert "GET /x is not a list with pages; drop --paginate" in ran.complaint


def test_body_that_is_not_json_is_passed_on(here: Here, serve: Serve) -> None:
    csv = Answer(body=b"a,b\n1,2\n", headers={"content-type": "text/csv"})
    assert here("api", "GET", "/report", at=serve(csv)).out == "a,b\n1,2\n"


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("GET", "https://api.example.com/v2/accounts"), "PATH must be below the base URL"),
        (("GET", "/accounts/../whoami"), "PATH must not have . or .. in it"),
        (("FETCH", "/accounts"), "METHOD must be one of GET, POST"),
        (("GET", "/accounts", "-f", "limit"), "'limit' is not NAME=VALUE"),
        (("GET", "/accounts", "--limit", "3"), "--limit goes with --paginate"),
        (("POST", "/accounts", "--paginate"), "--paginate goes with GET"),
    ],
)
def test_mistake_is_reported_before_anything_is_sent(
    here: Here, own: Sandbox, args: tuple[str, ...], says: str
) -> None:
    before = own.requests.total
    ran = here("api", *args, at=own)
    assert (ran.code, says in ran.complaint) == (2, True)
    assert own.requests.total == before


def test_every_operation_is_recognised_by_method_and_path() -> None:
    from creatoraudit.cli._api import operation_at
    from creatoraudit_api.operations import OPERATIONS

    for operation in OPERATIONS.values():
        path = operation.path.replace("{", "1").replace("}", "")
        assert operation_at(operation.method, path) is operation
    assert operation_at("GET", "/creators/top") is OPERATIONS["top_creators"]


def test_hostile_text_is_inert(here: Here, serve: Serve) -> None:
    ran = here("api", "GET", "/x", at=serve(Answer(json={"a": "\x1b[2J\u202e"})))
    assert all(char.isprintable() or char == "\n" for char in ran.out)
    assert json.loads(ran.out) == {"a": "\x1b[2J\u202e"}
