"""The reason that a server gives for a failure is available, in any format."""

from __future__ import annotations

import json
import logging
import pickle

import pytest

from creatoraudit import APIError
from support.answers import problem
from support.server import Answer

JSON_SHAPES = {
    "detail as text": ({"detail": "too big"}, "too big"),
    "detail as a list": (
        {"detail": [{"loc": ["query", "limit"], "msg": "too big", "type": "value_error"}]},
        "query.limit: too big",
    ),
    "detail as a list of texts": ({"detail": ["too big", "too old"]}, "too big; too old"),
    "detail as an object": ({"detail": {"reason": "too big"}}, "too big"),
    "message": ({"message": "too big"}, "too big"),
    "Message": ({"Message": "too big"}, "too big"),
    "error": ({"error": "too big"}, "too big"),
    "error.message": ({"error": {"code": 7, "message": "too big"}}, "too big"),
    "error_description": ({"error": "bad", "error_description": "too big"}, "too big"),
    "errors as texts": ({"errors": ["too big"]}, "too big"),
    "errors as objects": ({"errors": [{"title": "Bad", "detail": "too big"}]}, "too big"),
    "errors with a member": (
        {"errors": [{"field": "limit", "message": "too big"}]},
        "limit: too big",
    ),
    "errors by member": ({"errors": {"limit": ["too big"]}}, "limit: too big"),
    "by member": ({"limit": ["too big"]}, "limit: too big"),
    "fault": ({"fault": {"faultstring": "too big"}}, "too big"),
    "title": ({"title": "too big"}, "too big"),
    "a list": ([{"message": "too big"}], "too big"),
    "a text": ("too big", "too big"),
    "many": ({"errors": [f"e{n}" for n in range(9)]}, "e0; e1; e2; …"),
}
TEXT_SHAPES = {
    "plain text": (b"too big\n", "text/plain", "too big"),
    "HTML title": (b"<html><title>too\n big</title><h1>No</h1>", "text/html", "too big"),
    "HTML heading": (b"<html><h1 class=x>too &amp; big</h1>", "text/html", "too & big"),
    "HTML text": (b"<p>too <b>big</b><script>x()</script></p>", "text/html", "too big"),
    "XML": (b"<Error><Code>7</Code><Message>too big</Message></Error>", "text/xml", "too big"),
    "another charset": ("zu groß".encode("cp1252"), "text/plain; charset=iso-8859-1", "zu groß"),
    "half a document": (b'{"detail": "too b', "application/json", '{"detail": "too b'),
}


def failure(facade, serve, answer, **settings):
    with pytest.raises(APIError) as caught:
        facade(serve(answer).url, max_retries=0, **settings).do(lambda ca: ca.whoami())
    return caught.value


@pytest.mark.parametrize("shape", JSON_SHAPES)
@pytest.mark.parametrize("status", [400, 422, 502])
def test_reason_in_any_shape_of_json_is_in_message_event_and_log(
    facade, serve, caplog, shape, status
):
    body, reason = JSON_SHAPES[shape]
    events = []
    with caplog.at_level(logging.INFO, logger="creatoraudit"):
        error = failure(facade, serve, Answer(status, json=body), on_event=events.append)
    assert f": {reason}" in str(error)
    assert json.loads(error.body) == body
    assert events[0].reason == reason
    assert reason in caplog.text


@pytest.mark.parametrize("shape", TEXT_SHAPES)
def test_reason_in_any_shape_of_text_is_in_message_event_and_body(facade, serve, shape):
    body, kind, reason = TEXT_SHAPES[shape]
    events = []
    answer = Answer(503, body=body, headers={"content-type": kind})
    error = failure(facade, serve, answer, on_event=events.append)
    assert f"503: {reason} (the response is not a problem document)" in str(error)
    assert events[0].reason == reason
    assert error.body.strip()


NOTHING = [b"", b"null", b"7", b"{}", b"[]", b'{"detail": []}', b"\x00\x01\xff"]


@pytest.mark.parametrize("body", NOTHING)
def test_body_that_says_nothing_is_reported_as_such(facade, serve, body):
    error = failure(facade, serve, Answer(500, body=body))
    assert "500: the response is not a problem document" in str(error)
    assert (error.body is None) == (body == b"")


def test_members_that_other_frameworks_list_are_in_errors(facade, serve):
    entry = {"loc": ["query", "limit"], "msg": "too big"}
    error = failure(facade, serve, Answer(422, json={"detail": [entry, "and"]}))
    assert error.errors == [{"field": "query.limit", "message": "too big", **entry}]


def test_reason_of_a_problem_document_is_its_detail(facade, serve):
    events = []
    answer = problem(422, "VALIDATION_ERROR", errors=[{"field": "limit", "message": "too big"}])
    error = failure(facade, serve, answer, on_event=events.append)
    assert "What went wrong [limit: too big]" in str(error)
    assert events[0].reason == "What went wrong."
    assert json.loads(error.body)["errors"] == error.errors


def test_success_has_no_reason(facade, sandbox):
    events = []
    ca = facade(sandbox.base_url, sandbox.api_key, on_event=events.append)
    ca.do(lambda ca: ca.whoami())
    assert events[0].reason is None


HOSTILE = "\x1b[31mred\x07\r\nforged\u202ebidi\u2028\x9b\u3164"


@pytest.mark.parametrize("kind", ["text/html", "application/json"])
def test_hostile_body_is_inert_wherever_it_is_printed(facade, serve, caplog, kind):
    raw = HOSTILE.encode()
    if kind == "application/json":
        raw = json.dumps({"message": HOSTILE}).encode()
    events = []
    with caplog.at_level(logging.INFO, logger="creatoraudit"):
        answer = Answer(418, body=raw, headers={"content-type": kind})
        error = failure(facade, serve, answer, on_event=events.append)
    for text in (str(error), error.body, events[0].reason, caplog.messages[0]):
        assert "red" in text
        assert text.isprintable()
        assert "\u3164" not in text
    assert repr(pickle.loads(pickle.dumps(error)).body) == repr(error.body)


@pytest.mark.parametrize(
    "raw",
    [
        b"x" * 3_000_000,
        json.dumps({"message": "x" * 3_000_000}).encode(),
        json.dumps([["x"] * 9] * 20_000).encode(),
        b"<title" * 500_000,
        b"<script" * 400_000,
        b"<title>" + b"x" * 3_000_000,
    ],
    ids=["text", "JSON text", "JSON", "titles", "scripts", "title"],
)
def test_huge_body_is_kept_in_bounds(facade, serve, raw):
    error = failure(facade, serve, Answer(500, body=raw))
    assert len(error.body) <= 10_000
    assert len(str(error)) < 1_000
