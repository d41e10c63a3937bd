"""Promises that hold for every method. The methods are found by inspection."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import pytest

from creatoraudit import (
    APIError,
    AsyncCreatorAudit,
    CreateOptions,
    CreatorAudit,
    RequestOptions,
    RequestTimeoutError,
    ServiceUnavailableError,
    UsageError,
    WaitOptions,
)
from support.answers import problem
from support.methods import METHODS
from support.server import Stall

CONTRACT = json.loads(Path(__file__).parents[2].joinpath("openapi.json").read_text("utf-8"))
VERBS = frozenset({"get", "post", "put", "patch", "delete"})
OPERATIONS = {
    (verb.upper(), path): operation
    for path, item in CONTRACT["paths"].items()
    for verb, operation in item.items()
    if verb in VERBS
}
TEAPOT = problem(418, "TEAPOT")

every_method = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
with_options = pytest.mark.parametrize(
    "method",
    [one for one in METHODS if one.options != "WaitOptions"],
    ids=lambda method: method.name,
)
creates = pytest.mark.parametrize(
    "method",
    [one for one in METHODS if one.options == "CreateOptions"],
    ids=lambda method: method.name,
)


def operation_of(request):
    """Verb and path template of a request, as the contract writes them."""
    for verb, path in OPERATIONS:
        pattern = re.sub(r"\{[^}]*\}", "[^/]+", path)
        if verb == request.method and re.fullmatch(pattern, request.path):
            # A fixed path such as /creators/top is listed before the ids it looks like.
            if (verb, request.path) in OPERATIONS:
                return verb, request.path
            return verb, path
    raise AssertionError(f"{request.method} {request.path} is not in the contract")


def test_every_operation_of_the_contract_has_a_method_that_sends_it(facade, serve):
    server = serve(lambda _: TEAPOT)
    ca = facade(server.url)
    exposed = {}
    for method in METHODS:
        before = len(server.requests)
        with pytest.raises(APIError):
            method.run(ca)
        for request in server.requests[before:]:
            exposed.setdefault(operation_of(request), []).append(method.name)
    missing = [f"{verb} {path}" for verb, path in OPERATIONS if (verb, path) not in exposed]
    assert missing == []
    assert len(exposed) == len(OPERATIONS) == 30


@every_method
def test_sync_and_async_methods_have_the_same_signature(method):
    def described(client):
        signature = inspect.signature(method.of(client))
        return re.sub(r"\bAsync(?=[A-Z])", "", str(signature))

    kwargs = {"api_key": "key-of-tests", "base_url": "http://127.0.0.1:9/v2"}
    with CreatorAudit(**kwargs) as client:
        assert described(client) == described(AsyncCreatorAudit(**kwargs))


@every_method
def test_nothing_but_what_the_call_is_about_can_be_given_by_position(method):
    with CreatorAudit("key-of-tests", base_url="http://127.0.0.1:9/v2") as client:
        signature = inspect.signature(method.of(client))
    by_position = [
        name for name, one in signature.parameters.items() if one.kind is one.POSITIONAL_OR_KEYWORD
    ]
    assert len(by_position) <= 3
    assert "options" not in by_position
    assert all(one.annotation is not one.empty for one in signature.parameters.values())
    assert signature.return_annotation is not signature.empty


@every_method
def test_every_method_is_documented_with_an_example_and_the_page_it_rests_on(method):
    with CreatorAudit("key-of-tests", base_url="http://127.0.0.1:9/v2") as client:
        text = inspect.getdoc(method.of(client))
    assert "Example:" in text
    assert ">>> " in text
    assert "Docs: https://docs.creatoraudit.com/" in text


@every_method
def test_extra_query_and_headers_are_sent(facade, serve, method):
    server = serve(TEAPOT)
    ca = facade(server.url)
    with pytest.raises(APIError):
        method.run(
            ca,
            extra_query={"brand_new": "a b&c", "many": ["1", "2"]},
            extra_headers={"X-Tracing": "abc"},
        )
    request = server.requests[0]
    assert request.query["brand_new"] == ["a b&c"]
    assert request.query["many"] == ["1", "2"]
    assert request.headers["x-tracing"] == "abc"


@with_options
def test_extra_body_is_added_to_a_body_and_refused_where_there_is_none(facade, serve, method):
    server = serve(lambda _: TEAPOT)
    ca = facade(server.url)
    extra = {"brand_new": {"deep": [1, None]}}
    with pytest.raises(APIError):
        method.run(ca)
    plain = server.requests[0]
    takes_body = "requestBody" in OPERATIONS[operation_of(plain)]
    if takes_body:
        with pytest.raises(APIError):
            method.run(ca, extra_body=extra)
        assert server.requests[1].json == {**plain.json, **extra}
        assert server.requests[1].headers["content-type"] == "application/json"
    else:
        assert plain.body == b""
        with pytest.raises(UsageError, match="takes no body"):
            method.run(ca, extra_body=extra)
        assert len(server.requests) == 1


@every_method
def test_max_retries_of_the_call_counts(facade, serve, waits, method):
    unavailable = problem(503, "SERVICE_UNAVAILABLE")
    server = serve(lambda _: unavailable)
    ca = facade(server.url, max_retries=7)
    with pytest.raises(ServiceUnavailableError):
        method.run(ca, max_retries=0)
    assert len(server.requests) == 1
    assert waits == []
    with pytest.raises(UsageError, match="max_retries"):
        method.run(ca, max_retries=-1)
    assert len(server.requests) == 1


@with_options
def test_timeout_of_the_call_counts(facade, serve, method):
    server = serve(lambda _: Stall())
    ca = facade(server.url, timeout=300.0)
    with pytest.raises(RequestTimeoutError):
        method.run(ca, timeout=0.03, max_retries=0)
    with pytest.raises(UsageError, match="timeout"):
        method.run(ca, timeout=0)
    assert len(server.requests) <= 1  # none where the machine is too busy to read it in time


@every_method
def test_the_key_cannot_be_replaced_through_headers(facade, serve, method):
    server = serve()
    ca = facade(server.url)
    with pytest.raises(UsageError, match="api_key="):
        method.run(ca, extra_headers={"AUTHORIZATION": "Bearer other"})
    assert server.requests == []


@creates
def test_a_create_sends_the_idempotency_key_it_is_given_or_one_of_its_own(facade, serve, method):
    server = serve(TEAPOT, TEAPOT, TEAPOT)
    ca = facade(server.url)
    for options in ({"idempotency_key": "order 17"}, {}, {}):
        with pytest.raises(APIError):
            method.run(ca, **options)
    given, own, other = (request.headers["idempotency-key"] for request in server.requests)
    assert given == "order 17"
    assert re.fullmatch(r"[0-9a-f]{32}", own)
    assert own != other


def test_only_creates_take_an_idempotency_key():
    taking = {method.name for method in METHODS if method.options == "CreateOptions"}
    assert taking == {"accounts.track", "videos.track", "creators.create"}
    assert set(CreateOptions.__annotations__) - set(RequestOptions.__annotations__) == {
        "idempotency_key"
    }


def test_options_are_what_every_method_is_said_to_take():
    assert set(RequestOptions.__annotations__) == {
        "timeout",
        "max_response_bytes",
        "max_retries",
        "max_wait",
        "retry_budget",
        "extra_headers",
        "extra_query",
        "extra_body",
    }
    assert set(RequestOptions.__annotations__) - set(WaitOptions.__annotations__) == {
        "max_wait",
        "timeout",
        "extra_body",
    }
    assert [method.name for method in METHODS if method.options is None] == []
    waiters = {method.name for method in METHODS if method.options == "WaitOptions"}
    assert waiters == {"accounts.wait_until_refreshed", "videos.wait_until_refreshed"}


@every_method
def test_an_option_nobody_knows_is_refused(facade, serve, method):
    """In code that no type checker saw, a misspelt filter must not give the whole list."""
    server = serve(lambda _: TEAPOT)
    ca = facade(server.url)
    with pytest.raises((TypeError, UsageError), match="max_retry"):
        method.run(ca, max_retry=3)
    assert server.requests == []
