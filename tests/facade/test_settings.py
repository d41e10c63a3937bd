"""Settings of the client: key, base URL, numbers, logs, closing, and connections."""

from __future__ import annotations

import asyncio
import copy
import inspect
import logging
import multiprocessing
import os
import pickle
import socket
import threading
from pathlib import Path

import certifi
import httpx
import pytest

from creatoraudit import (
    APIError,
    AsyncCreatorAudit,
    ConfigurationError,
    CreatorAudit,
    CreatorAuditError,
    MissingKeyError,
    RequestTimeoutError,
    UnauthorizedError,
    UsageError,
)
from creatoraudit._core.cache import CachedResponse
from creatoraudit._core.config import Settings
from creatoraudit._core.request import PreparedRequest
from creatoraudit._core.response import Failure
from creatoraudit._core.retry import BACKOFF_MOST, Attempts
from support.answers import WHOAMI, one, page, problem, video, video_id
from support.server import Answer, Held, ScriptedServer

HEALTH = Answer(json={"data": {"status": "ok"}})
META = one({"type": "api_meta", "api_version": "v2", "status": "stable"})

# --- the key


def authorizations(server):
    return [request.headers.get("authorization") for request in server.requests]


def test_the_key_goes_into_the_authorization_header(facade, serve):
    server = serve(WHOAMI)
    facade(server.url, "  k-1 \n").do(lambda ca: ca.whoami())
    assert authorizations(server) == ["Bearer k-1"]


def test_key_and_base_url_come_from_the_environment(facade, serve, monkeypatch):
    server = serve(WHOAMI)
    monkeypatch.setenv("CREATORAUDIT_API_KEY", "from-env\n")
    monkeypatch.setenv("CREATORAUDIT_BASE_URL", server.url + "/")
    facade(api_key=None).do(lambda ca: ca.whoami())
    assert authorizations(server) == ["Bearer from-env"]
    assert server.requests[0].target == "/v2/whoami"


def test_arguments_win_over_the_environment(facade, serve, monkeypatch):
    server = serve(WHOAMI)
    monkeypatch.setenv("CREATORAUDIT_API_KEY", "from-env")
    monkeypatch.setenv("CREATORAUDIT_BASE_URL", "https://nowhere.example/v2")
    facade(server.url, "given").do(lambda ca: ca.whoami())
    assert authorizations(server) == ["Bearer given"]


@pytest.mark.parametrize("nothing", [None, "", "  \n", lambda: "", lambda: " "])
def test_without_a_key_only_health_and_meta_are_sent(facade, serve, nothing):
    server = serve(HEALTH, META)
    ca = facade(server.url, nothing)
    assert ca.do(lambda ca: ca.health()).to_dict() == {"data": {"status": "ok"}}
    assert ca.do(lambda ca: ca.meta()).api_version == "v2"
    why = "needs an API key: "
    why += "set CREATORAUDIT_API_KEY, or" if nothing is None else ""
    why += "the function given as api_key= returned none" if callable(nothing) else ""
    why += "api_key= is empty" if isinstance(nothing, str) else ""
    with pytest.raises(MissingKeyError, match=why) as caught:
        ca.do(lambda ca: ca.whoami())
    assert isinstance(caught.value, ValueError)
    assert authorizations(server) == [None, None]


def test_health_and_meta_carry_no_key_even_when_there_is_one(facade, serve):
    server = serve(HEALTH, META)
    ca = facade(server.url, "k-1", http_client=None)
    ca.do(lambda ca: ca.health())
    ca.do(lambda ca: ca.meta())
    assert authorizations(server) == [None, None]


BAD_KEYS = {
    "se\ncret": "a line break at character 3",
    "se\rcret": "a line break at character 3",
    "se cret": "U+0020 at character 3",
    "sécret": "U+00E9 at character 2",
    "secret\x00x": "U+0000 at character 7",
    "secret\u200b": "U+200B at character 7",
    "\ud800secret": "U+D800 at character 1",
}


@pytest.mark.parametrize("key", BAD_KEYS)
@pytest.mark.parametrize("source", ["argument", "environment", "callable"])
def test_a_key_with_other_characters_is_refused_without_being_shown(
    facade, serve, monkeypatch, key, source
):
    server = serve()
    if source == "environment":
        if "\x00" in key or "\ud800" in key:
            return  # no environment can hold these
        monkeypatch.setenv("CREATORAUDIT_API_KEY", key)
        with pytest.raises(ConfigurationError) as caught:
            facade(server.url, None)
    elif source == "argument":
        with pytest.raises(ConfigurationError) as caught:
            facade(server.url, key)
    else:
        ca = facade(server.url, lambda: key)
        with pytest.raises(ConfigurationError) as caught:
            ca.do(lambda ca: ca.whoami())
    assert BAD_KEYS[key] in str(caught.value)
    assert "cret" not in str(caught.value)
    assert str(caught.value).isprintable()
    assert server.requests == []


@pytest.mark.parametrize("key", [7, b"bytes", ["k"]])
def test_a_key_that_is_not_text_is_refused(facade, key):
    with pytest.raises(ConfigurationError, match="must be a string, not"):
        facade("http://127.0.0.1:1", key)


def test_a_callable_is_asked_for_the_key_before_each_try(facade, serve, waits):
    keys = iter(["k-1", "k-2", "k-3"])
    server = serve(problem(503), WHOAMI, WHOAMI)
    ca = facade(server.url, lambda: next(keys))
    ca.do(lambda ca: ca.whoami())
    ca.do(lambda ca: ca.whoami())
    assert authorizations(server) == ["Bearer k-1", "Bearer k-2", "Bearer k-3"]
    assert len(waits) == 1


def test_a_wrong_key_is_refused_by_the_server(facade, sandbox):
    with pytest.raises(UnauthorizedError):
        facade(sandbox.base_url, "wrong").do(lambda ca: ca.whoami())


# --- the base URL

REFUSED_URLS = {
    "http://api.creatoraudit.com/v2": "would send the key unencrypted",
    "http://127.0.0.1.example.com": "would send the key unencrypted",
    "http://127.0.0.1@example.com": "must not carry credentials",
    "http://localhost.example": "would send the key unencrypted",
    "http://0.0.0.0:1": "would send the key unencrypted",
    "https://user:secret@api.example/v2": "must not carry credentials",
    "ftp://127.0.0.1/v2": "is not an http(s) URL",
    " ": "is not an http(s) URL",
    "api.creatoraudit.com/v2": "is not an http(s) URL",
    "https:///v2": "is not an http(s) URL",
    "https://api.example/v2?x=1": "must not have a query or a fragment",
    "https://api.example/v2#x": "must not have a query or a fragment",
    "https://api.example:port/v2": "is not a URL",
    "https://[::1/v2": "is not a URL",
    "https://api.example/v 2": "has characters",
    "https://api.example\\@evil.example": "has characters",
    "https://äpi.example/v2": "has characters",
    "https://api.example/\x1b[31m": "has characters",
}


def test_base_url_that_is_empty_is_not_taken_for_none(facade, monkeypatch):
    monkeypatch.setenv("CREATORAUDIT_BASE_URL", "http://127.0.0.1:9/v2")
    with pytest.raises(ConfigurationError, match=r"^base_url= '' is not an http"):
        facade("")


@pytest.mark.parametrize("url", REFUSED_URLS)
def test_base_urls_that_are_refused(facade, monkeypatch, url):
    with pytest.raises(ConfigurationError) as caught:
        facade(url)
    assert REFUSED_URLS[url] in str(caught.value)
    assert str(caught.value).startswith("base_url=")
    assert "secret" not in str(caught.value)
    assert str(caught.value).isprintable()
    monkeypatch.setenv("CREATORAUDIT_BASE_URL", url)
    with pytest.raises(ConfigurationError, match="CREATORAUDIT_BASE_URL"):
        facade()


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "sub.localhost", "127.9.9.9", "[::1]"])
def test_plain_http_is_for_loopback(facade, host):
    assert f"//{host}" in repr(facade(f"http://{host}:1/v2").client)


def test_the_production_server_is_the_default(facade):
    assert repr(facade().client).endswith("https://api.creatoraudit.com/v2>")


def test_an_unreachable_https_origin_is_one_clear_error(facade, waits):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    ca = facade(f"https://127.0.0.1:{port}/v2", max_retries=1)
    with pytest.raises(CreatorAuditError, match="whoami: cannot connect after 2 tries"):
        ca.do(lambda ca: ca.whoami())
    assert len(waits) == 1


# --- numbers

WRONG_NUMBERS = [
    *({"timeout": wrong} for wrong in (0, -1, float("nan"), float("inf"), True, "30", None)),
    *({"retry_budget": wrong} for wrong in (0, -5, None)),
    *({"max_retries": wrong} for wrong in (-1, 1.5, True, "4", None)),
    *({"concurrency": wrong} for wrong in (0, -1, 2.0, False)),
]


@pytest.mark.parametrize("wrong", WRONG_NUMBERS, ids=str)
def test_numbers_that_make_no_sense_are_refused(facade, wrong):
    (name,) = wrong
    with pytest.raises(ConfigurationError, match=f"^{name} must be "):
        facade("http://127.0.0.1:1", **wrong)


@pytest.mark.parametrize(
    "wrong",
    [{"timeout": None}, {"timeout": -1}, {"max_retries": 0.5}, {"retry_budget": 0}],
    ids=str,
)
def test_numbers_of_one_call_are_checked_as_well(facade, serve, wrong):
    ca = facade(serve().url)
    (name,) = wrong
    with pytest.raises(UsageError, match=f"^{name} must be "):
        ca.do(lambda ca: ca.whoami(**wrong))


def test_a_wait_of_centuries_does_not_overflow(facade, serve):
    ca = facade(serve(WHOAMI).url, timeout=1e11, retry_budget=1e11)
    assert ca.do(lambda ca: ca.whoami()).api_key_name == "tests"


def test_the_next_pause_is_bounded_after_any_number_of_tries():
    settings = Settings(
        timeout=1, max_retries=10**6, retry_budget=1e9, concurrency=1, base_url_place=""
    )
    tries = Attempts(settings, PreparedRequest("x", "GET", "/x", {}, {}, repeatable=True), {})
    tries.made = 5000
    failure = Failure("cannot connect", "refused", written=False)
    assert 0 <= tries.after_failure(failure) <= BACKOFF_MOST


# --- what goes out


def test_what_every_request_carries(facade, serve):
    server = serve(WHOAMI)
    facade(server.url).do(lambda ca: ca.whoami())
    headers = server.requests[0].headers
    assert headers["accept"] == "application/json"
    assert headers["user-agent"].startswith("creatoraudit/")
    assert " python/" in headers["user-agent"]
    assert " httpx/" in headers["user-agent"]
    assert "content-type" not in headers
    assert "cookie" not in headers


def test_extra_headers_and_query_are_sent(facade, serve):
    server = serve(WHOAMI)
    facade(server.url).do(
        lambda ca: ca.whoami(extra_headers={"X-A": "1"}, extra_query={"new": True, "n": [1, 2]})
    )
    (request,) = server.requests
    assert request.headers["x-a"] == "1"
    assert request.query == {"new": ["true"], "n": ["1", "2"]}


def test_an_extra_header_replaces_ours_in_whatever_case(facade):
    """Sent twice, a header reaches the server as both values joined."""
    raw: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer():
            connection, _ = listener.accept()
            with connection:
                raw.append(connection.recv(65536))
                connection.sendall(WHOAMI.head + WHOAMI.content)

        thread = threading.Thread(target=answer)
        thread.start()
        ca = facade(f"http://127.0.0.1:{listener.getsockname()[1]}/v2")
        ca.do(lambda ca: ca.whoami(extra_headers={"user-agent": "mine", "ACCEPT": "text/x"}))
        thread.join()
    lines = raw[0].lower().split(b"\r\n")
    sent = [line for line in lines if line.startswith((b"user-agent:", b"accept:"))]
    assert sorted(sent) == [b"accept: text/x", b"user-agent: mine"]


def test_cookies_are_never_sent_back(facade, serve):
    baked = Answer(json=WHOAMI.json, headers={"set-cookie": "id=1; Path=/"})
    server = serve(baked, WHOAMI)
    ca = facade(server.url)
    ca.do(lambda ca: ca.whoami())
    ca.do(lambda ca: ca.whoami())
    assert "cookie" not in server.requests[1].headers


def test_the_environments_proxy_is_not_asked_for_loopback(facade, serve, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server = serve(WHOAMI)
    facade(server.url).do(lambda ca: ca.whoami())
    assert len(server.requests) == 1


BAD_ENVIRONMENTS = {
    "unknown proxy scheme": ({"HTTPS_PROXY": "foo://me:s3cret@proxy.example"}, "Unknown scheme"),
    "proxy that is not a URL": ({"ALL_PROXY": "http://me:s3cret/x@proxy.example"}, "not a URL"),
    "no certificates": ({"SSL_CERT_FILE": "/nowhere/ca.pem"}, "No such file"),
}


@pytest.mark.parametrize("case", BAD_ENVIRONMENTS)
def test_an_environment_that_cannot_be_used_is_one_clear_error(facade, monkeypatch, case):
    if case == "no certificates" and httpx.__version__.startswith(("0.25.", "0.26.", "0.27.")):
        pytest.skip("httpx before 0.28 ignores the name of a certificate file that is not there")
    variables, said = BAD_ENVIRONMENTS[case]
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=said) as caught:
        facade()
    assert "proxy or certificate settings cannot be used (see HTTPS_PROXY" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_the_environments_proxy_is_asked_for_other_hosts(facade, serve, monkeypatch):
    proxy = serve(Answer(403))
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    ca = facade("https://api.example/v2", max_retries=0)
    with pytest.raises(CreatorAuditError, match="cannot connect"):
        ca.do(lambda ca: ca.whoami())
    (request,) = proxy.requests
    assert (request.method, request.target) == ("CONNECT", "api.example:443")
    assert "authorization" not in request.headers


# --- logging


@pytest.fixture
def quiet_logger():
    logger = logging.getLogger("creatoraudit")
    handlers, level = list(logger.handlers), logger.level
    yield
    logger.handlers[:] = handlers
    logger.setLevel(level)


@pytest.mark.usefixtures("quiet_logger", "waits")
def test_each_try_is_one_line_of_allowed_facts(facade, serve, caplog):
    caplog.set_level("DEBUG", "creatoraudit")
    server = serve(problem(503, headers={"x-request-id": "r\x80"}), page([video(1)]))
    facade(server.url).do(lambda ca: ca.videos.list(q="private words").first())
    tried = [record for record in caplog.records if record.levelname == "INFO"]
    waited = [record for record in caplog.records if record.levelname == "DEBUG"]
    texts = [record.getMessage() for record in tried]
    assert len(texts) == 2
    assert texts[0].startswith(r"list_videos GET /videos try 1: 503 request_id=r\x80 in ")
    assert texts[1].startswith("list_videos GET /videos try 2: 200 request_id=req-scripted in ")
    assert "list_videos waits" in waited[0].getMessage()
    assert not [record for record in caplog.records if "private" in record.getMessage()]


@pytest.mark.usefixtures("quiet_logger")
def test_a_failed_try_is_logged_by_kind(facade, serve, caplog):
    caplog.set_level("INFO", "creatoraudit")
    server = serve()
    server.close()
    with pytest.raises(CreatorAuditError):
        facade(server.url, max_retries=0).do(lambda ca: ca.whoami())
    assert "whoami GET /whoami try 1: cannot connect in " in caplog.text


@pytest.mark.usefixtures("quiet_logger")
def test_a_query_in_a_raw_url_is_not_logged(facade, serve, caplog):
    caplog.set_level("INFO", "creatoraudit")
    facade(serve(Answer(json={})).url).do(lambda ca: ca.request("GET", "/videos?q=private"))
    assert "/videos" in caplog.text
    assert "private" not in caplog.text


@pytest.mark.parametrize("setting", [("info", 1), ("DEBUG", 1), ("", 0)])
@pytest.mark.usefixtures("quiet_logger")
def test_the_environment_can_show_the_log_once(facade, serve, monkeypatch, capsys, setting):
    level, lines = setting
    monkeypatch.setenv("CREATORAUDIT_LOG", level)
    server = serve(WHOAMI)
    facade("http://127.0.0.1:1")
    facade(server.url).do(lambda ca: ca.whoami())
    assert capsys.readouterr().err.count("whoami GET /whoami try 1: 200") == lines


def test_a_log_level_that_is_none_is_refused(facade, monkeypatch):
    monkeypatch.setenv("CREATORAUDIT_LOG", "loud\x1b[1m")
    with pytest.raises(
        ConfigurationError, match=r"CREATORAUDIT_LOG must be info or debug"
    ) as caught:
        facade("http://127.0.0.1:1")
    assert str(caught.value).isprintable()


# --- the end of a client


def test_a_closed_client_says_so(facade, serve):
    ca = facade(serve().url)
    ca.close()
    ca.close()
    with pytest.raises(UsageError, match="this client is closed; create a new one"):
        ca.do(lambda ca: ca.whoami())
    with pytest.raises(UsageError, match="this client is closed"):
        ca.collect(lambda ca: ca.videos.list())


def test_a_client_closed_between_two_tries_says_so(serve, waits):
    server = serve(problem(503, "SERVICE_UNAVAILABLE"))
    with (
        CreatorAudit("k", base_url=server.url, on_event=lambda _: ca.close()) as ca,
        pytest.raises(UsageError, match="this client is closed; create a new one"),
    ):
        ca.whoami()
    assert len(waits) == 1


def test_leaving_the_context_closes(serve):
    server = serve(WHOAMI, WHOAMI)
    with CreatorAudit("k", base_url=server.url) as ca:
        ca.whoami()
    with pytest.raises(UsageError, match="closed"):
        ca.whoami()

    async def main():
        async with AsyncCreatorAudit("k", base_url=server.url) as ca:
            await ca.whoami()
        with pytest.raises(UsageError, match="closed"):
            await ca.whoami()

    asyncio.run(main())


def _use_in_child(client, results):
    try:
        if isinstance(client, AsyncCreatorAudit):
            asyncio.run(client.whoami())
        else:
            client.whoami()
    except CreatorAuditError as error:
        results.put(f"{type(error).__name__}: {error}")
    else:
        results.put("sent")


def use_in_child_of_fork(client):
    """What a call comes to in a child process."""
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()
    child = context.Process(target=_use_in_child, args=(client, results))
    child.start()
    child.join()
    said = results.get()
    results.close()
    return said


forks = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform has no fork"),
    # Threads of other fixtures run.
    pytest.mark.filterwarnings("ignore:This process:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:This process:RuntimeWarning"),
]


def with_marks(function):
    for mark in forks:
        function = mark(function)
    return function


@with_marks
@pytest.mark.parametrize("cls", [CreatorAudit, AsyncCreatorAudit])
def test_a_client_made_before_a_fork_works_in_the_child(serve, cls):
    """As with gunicorn --preload, Celery and multiprocessing."""
    server = serve(WHOAMI)
    client = cls("k", base_url=server.url)
    assert use_in_child_of_fork(client) == "sent"
    assert len(server.requests) == 1


@with_marks
def test_a_client_used_before_a_fork_opens_connections_of_its_own_in_the_child(serve):
    server = serve(WHOAMI, WHOAMI, WHOAMI)
    with CreatorAudit("k", base_url=server.url) as client:
        client.whoami()
        assert use_in_child_of_fork(client) == "sent"
        client.whoami()
    # The parent's connection was not touched by the child: it served both of the parent's calls.
    assert len(server.requests) == 3
    assert len(server.connections) == 2


@with_marks
def test_a_request_of_the_parent_holds_no_slot_of_the_child(serve):
    held = Held(WHOAMI)
    server = serve(held, WHOAMI)
    with CreatorAudit("k", base_url=server.url, concurrency=1) as client:
        call = threading.Thread(target=client.whoami)
        call.start()
        held.reached.wait()
        assert use_in_child_of_fork(client) == "sent"
        held.release.set()
        call.join()


@with_marks
@pytest.mark.parametrize("cache", [True, "kept.db"])
def test_a_cache_that_the_parent_is_using_does_not_stop_the_child(serve, cache, tmp_path):
    server = serve(WHOAMI, WHOAMI)
    setting = cache if cache is True else tmp_path / cache
    with CreatorAudit("k", base_url=server.url, cache=setting) as client:
        inherited = client._cache._store
        with inherited._lock:
            assert use_in_child_of_fork(client) == "sent"
        client.whoami()
        assert client._cache._store is inherited
        client._cache._pid = -1  # as the child sees it
        client._cache.close()
        inherited.put(b"name", CachedResponse("etag", b"{}"))
        assert inherited.get(b"name")
        client._cache._pid = os.getpid()


@with_marks
def test_an_async_client_used_before_a_fork_opens_connections_of_its_own_in_the_child(serve):
    server = serve(WHOAMI, WHOAMI, WHOAMI)
    client = AsyncCreatorAudit("k", base_url=server.url)
    with asyncio.Runner() as runner:
        runner.run(_called(client.whoami))
        assert use_in_child_of_fork(client) == "sent"
        runner.run(_called(client.whoami))
        runner.run(client.aclose())
    assert len(server.requests) == 3
    assert len(server.connections) == 2


async def _called(call):
    result = call()
    return await result if inspect.isawaitable(result) else result


@with_marks
@pytest.mark.parametrize("cls", [CreatorAudit, AsyncCreatorAudit])
def test_a_client_used_before_a_fork_is_closed_in_the_child_without_harm(serve, cls):
    server = serve(WHOAMI, WHOAMI)
    client = cls("k", base_url=server.url)
    with asyncio.Runner() as runner:
        runner.run(_called(client.whoami))
        client._transport._pid = -1  # as the child sees it
        left = client._transport._client
        asyncio.run(_called(client.aclose if cls is AsyncCreatorAudit else client.close))
        assert not left.is_closed
        runner.run(_called(left.aclose if cls is AsyncCreatorAudit else left.close))


@with_marks
@pytest.mark.parametrize("cls", [CreatorAudit, AsyncCreatorAudit])
def test_a_callers_client_used_before_a_fork_says_what_to_do(serve, cls):
    server = serve(WHOAMI)
    own = httpx.Client() if cls is CreatorAudit else httpx.AsyncClient()
    client = cls("k", base_url=server.url, http_client=own)
    with asyncio.Runner() as runner:
        runner.run(_called(client.whoami))
        said = use_in_child_of_fork(client)
        runner.run(_called(own.close if cls is CreatorAudit else own.aclose))
    assert "http_client= was used before this process was forked" in said
    assert "create one in each process" in said


def test_clients_share_one_tls_context_until_the_environment_changes(facade, tmp_path, monkeypatch):
    def context(ca):
        return ca.client._transport._client._transport._pool._ssl_context

    assert context(facade()) is context(facade())
    assert context(facade("http://127.0.0.1:1")) is context(facade("http://127.0.0.1:2"))
    monkeypatch.setenv("SSL_CERT_FILE", certifi.where())
    changed = context(facade())
    assert changed is not context(facade("http://127.0.0.1:1"))
    copied = tmp_path / "ca.pem"
    copied.write_bytes(Path(certifi.where()).read_bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(copied))
    before = context(facade())
    assert before is context(facade())
    os.utime(copied, (1, 1))
    assert context(facade()) is not before


def test_a_client_in_another_event_loop_says_so(serve):
    server = serve(WHOAMI)
    ca = AsyncCreatorAudit("k", base_url=server.url)

    async def use_and_keep():
        await ca.whoami()

    async def use_elsewhere():
        with pytest.raises(UsageError, match="another event loop"):
            await ca.whoami()

    with asyncio.Runner() as first:
        first.run(use_and_keep())
        asyncio.run(use_elsewhere())
        first.run(ca.aclose())


def test_closing_in_another_event_loop_says_so(serve):
    ca = AsyncCreatorAudit("k", base_url=serve(WHOAMI).url)

    async def use_and_keep():
        await ca.whoami()

    with asyncio.Runner() as first:
        first.run(use_and_keep())
        with pytest.raises(UsageError, match="another event loop"):
            asyncio.run(ca.aclose())
        first.run(ca.aclose())


def test_a_sync_client_works_inside_a_running_loop(serve):
    server = serve(WHOAMI)

    async def notebook():
        with CreatorAudit("k", base_url=server.url) as ca:
            return ca.whoami().api_key_name

    assert asyncio.run(notebook()) == "tests"


def test_a_sync_client_is_shared_by_threads(serve, facade, sandbox):
    ca = facade(sandbox.base_url, sandbox.api_key)
    results = ca.gather(*[lambda ca: ca.videos.list(limit=50).first()] * 12)
    assert len({result.id for result in results}) == 1
    assert serve().requests == []


def test_clients_are_neither_pickled_nor_copied(facade):
    ca = facade("http://127.0.0.1:1")
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="create a new one"):
            attempt(ca.client)


def test_cancelling_a_call_leaves_a_usable_client(serve):
    held = Held(WHOAMI)
    server = serve(held, WHOAMI)

    async def main():
        async with AsyncCreatorAudit("k", base_url=server.url) as ca:
            task = asyncio.create_task(ca.whoami())
            await asyncio.to_thread(held.reached.wait)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (await ca.whoami()).api_key_name == "tests"

    asyncio.run(main())
    held.release.set()


# --- the caller's own httpx client


def own(facade, **settings):
    cls = httpx.Client if facade.portal is None else httpx.AsyncClient
    return cls(**settings)


def close(facade, client):
    facade.run(client.close if facade.portal is None else client.aclose)


def test_a_callers_client_only_carries_requests(facade, serve):
    target = serve()
    redirect = Answer(307, headers={"location": target.url, "set-cookie": "c=2"})
    server = serve(WHOAMI, HEALTH, redirect)
    client = own(
        facade,
        headers={"X-Theirs": "1", "Authorization": "Bearer theirs", "Accept": "text/html"},
        cookies={"c": "1"},
        auth=("user", "password"),
        params={"theirs": "1"},
        base_url="http://127.0.0.1:9/",
        follow_redirects=True,
        trust_env=False,
    )
    ca = facade(server.url, "ours", http_client=client)
    ca.do(lambda ca: ca.whoami())
    ca.do(lambda ca: ca.health())
    with pytest.raises(APIError, match="redirected to"):
        ca.do(lambda ca: ca.whoami())
    for request in server.requests:
        assert not {"x-theirs", "cookie"} & set(request.headers)
        assert request.headers["accept"] == "application/json"
        assert request.query == {}
    assert authorizations(server) == ["Bearer ours", None, "Bearer ours"]
    assert target.requests == []
    close(facade, client)


def test_a_callers_client_stays_open_and_keyless(facade, serve):
    server = serve(WHOAMI)
    other = serve(Answer(json={}))
    client = own(facade, trust_env=False)
    ca = facade(server.url, "ours", http_client=client)
    ca.do(lambda ca: ca.whoami())
    ca.close()
    assert not client.is_closed
    assert "authorization" not in client.headers
    facade.run(client.get, other.url)
    assert "authorization" not in other.requests[0].headers
    close(facade, client)


def test_a_callers_client_gets_our_timeouts(facade, serve):
    server = serve(Held(WHOAMI))
    client = own(facade, timeout=None, trust_env=False)
    ca = facade(server.url, http_client=client, timeout=0.3, max_retries=0)
    with pytest.raises(RequestTimeoutError):
        ca.do(lambda ca: ca.whoami())
    server.requests.clear()
    close(facade, client)


def test_a_callers_client_that_is_closed_is_named(facade, serve):
    client = own(facade, trust_env=False)
    close(facade, client)
    ca = facade(serve().url, http_client=client)
    with pytest.raises(UsageError, match="http_client= is closed"):
        ca.do(lambda ca: ca.whoami())


def test_a_client_of_the_other_kind_is_refused(facade):
    other = httpx.AsyncClient() if facade.portal is None else httpx.Client()
    wanted = "httpx.Client" if facade.portal is None else "httpx.AsyncClient"
    with pytest.raises(ConfigurationError, match=f"http_client= must be an {wanted}"):
        facade("http://127.0.0.1:1", http_client=other)
    asyncio.run(other.aclose()) if facade.portal is None else other.close()


def test_unclosed_scripted_servers_would_be_noticed():
    server = ScriptedServer([])
    with CreatorAudit("k", base_url=server.url) as ca, pytest.raises(CreatorAuditError):
        ca.videos.get(video_id(1))
    with pytest.raises(AssertionError, match="requests beyond the script: GET /v2/videos/"):
        server.close()
