"""A client of httpx2 as `http_client=`, and the message for any other client."""

from __future__ import annotations

import gzip
from http.client import HTTPConnection

import httpx
import pytest

from creatoraudit import (
    APIError,
    ConfigurationError,
    ContractError,
    NetworkError,
    RequestTimeoutError,
    UsageError,
)
from support.answers import WHOAMI, page, problem, video, video_id
from support.server import Answer, Drip, Raw, Stall, Truncated

httpx2 = pytest.importorskip("httpx2", reason="it needs a newer anyio than the oldest we support")


@pytest.fixture
def client(facade):
    """An httpx2 client of the right kind, with settings that must not be used."""
    kind = httpx2.Client if facade.portal is None else httpx2.AsyncClient
    made = kind(
        headers={"X-Theirs": "1", "Authorization": "Bearer theirs"},
        cookies={"c": "1"},
        auth=("user", "password"),
        follow_redirects=True,
        trust_env=False,
    )
    yield made
    facade.run(made.close if facade.portal is None else made.aclose)


def test_an_httpx2_client_only_carries_requests(facade, serve, client):
    target = serve()
    server = serve(
        page([video(1)], "next"),
        page([video(2)]),
        Answer(json={"data": {"status": "ok"}}),
        Answer(307, headers={"location": target.url}),
    )
    ca = facade(server.url, "ours-of-tests", http_client=client)
    walked = ca.collect(lambda ca: ca.videos.list(q="a b"))
    assert [one.id for one in walked] == [video_id(1), video_id(2)]
    ca.do(lambda ca: ca.health())
    with pytest.raises(APIError, match="redirected to"):
        ca.do(lambda ca: ca.whoami())
    for request in server.requests:
        assert not {"x-theirs", "cookie"} & set(request.headers)
        assert f" httpx2/{httpx2.__version__}" in request.headers["user-agent"]
    sent = [request.headers.get("authorization") for request in server.requests]
    assert sent == [*["Bearer ours-of-tests"] * 2, None, "Bearer ours-of-tests"]
    assert server.requests[1].query["cursor"] == ["next"]
    ca.close()
    assert not client.is_closed


FAULTS = {
    "nothing": (Raw(b""), NetworkError),
    "no HTTP": (Raw(b"SSH-2.0\r\n\r\n"), NetworkError),
    "truncated": (Truncated(), NetworkError),
    "stall": (Stall(), RequestTimeoutError),
    "drip": (Drip(), RequestTimeoutError),
    "too large": (
        Answer(body=gzip.compress(b" " * 2**25, 1), headers={"content-encoding": "gzip"}),
        ContractError,
    ),
    "404": (problem(404), APIError),
    "bad location": (Answer(302, headers={"location": "http://[::1"}), APIError),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_failures_of_an_httpx2_client_are_ours(facade, serve, client, fault):
    step, expected = FAULTS[fault]
    server = serve(step, WHOAMI)
    late = expected is RequestTimeoutError
    ca = facade(server.url, http_client=client, max_retries=0, timeout=0.3 if late else 20)
    with pytest.raises(expected) as caught:
        ca.do(lambda ca: ca.whoami())
    assert caught.value.__cause__ is None
    assert ca.do(lambda ca: ca.whoami(timeout=20)).api_key_name == "tests"


def test_what_cannot_be_sent_is_refused_with_httpx2_too(facade, serve, client):
    ca = facade(serve().url, http_client=client)
    with pytest.raises(UsageError, match="cannot be sent"):
        ca.do(lambda ca: ca.whoami(extra_headers={"X-A": "ä"}))


class Own(httpx.Client):
    """A subclass is what it inherits from."""


class Session:
    """Of a module of the tests."""


def test_what_is_not_a_client_is_named_with_module_and_version(facade):
    name = "Client" if facade.portal is None else "AsyncClient"
    other = "AsyncClient" if facade.portal is None else "Client"
    wanted = f"http_client= must be an httpx.{name} or httpx2.{name}, not "
    said = {
        f"httpx.{other} of httpx {httpx.__version__}": getattr(httpx, other)(trust_env=False),
        f"httpx2.{other} of httpx2 {httpx2.__version__}": getattr(httpx2, other)(trust_env=False),
        "http.client.HTTPConnection": HTTPConnection("127.0.0.1"),
        f"{__name__}.Session": Session(),
        "builtins.str": "https://127.0.0.1",
        "builtins.type": httpx.Client,
    }
    for words, value in said.items():
        with pytest.raises(ConfigurationError) as caught:
            facade("http://127.0.0.1:1", http_client=value)
        assert str(caught.value).startswith(wanted + words)
        if isinstance(value, (httpx.Client, httpx2.Client)):
            value.close()


def test_a_subclass_of_a_client_is_taken(serve):
    from creatoraudit import CreatorAudit

    with Own() as own, CreatorAudit("k", base_url=serve(WHOAMI).url, http_client=own) as ca:
        assert ca.whoami().api_key_name == "tests"
