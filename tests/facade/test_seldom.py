"""What happens seldom: files that are not there yet, schemas in parts, bodies cut short, waits."""

from __future__ import annotations

import threading
from pathlib import Path

import httpx
import pytest

from creatoraudit import (
    AsyncCreatorAudit,
    ConfigurationError,
    ContractError,
    CreatorAudit,
    RequestTimeoutError,
)
from creatoraudit._core.contract import merged
from creatoraudit._core.naming import key_of, operation_key
from creatoraudit._sync import io
from support.answers import deltas, problem, video_id
from support.server import Answer

ID = "00000000-0000-4000-8000-000000000001"
KEPT = {"etag": '"a"'}


def test_a_body_cut_short_is_not_kept(facade, serve):
    server = serve(Answer(body=b'{"data": {', headers=KEPT), Answer(body=b"{", headers=KEPT))
    ca = facade(server.url, cache=True, max_retries=0)
    for _ in range(2):
        with pytest.raises(ContractError):
            ca.do(lambda ca: ca.whoami())
    assert ["if-none-match" in one.headers for one in server.requests] == [False, False]


def test_a_body_of_too_many_lists_is_not_parsed(facade, serve):
    ca = facade(serve(Answer(body=b"[" + b"[]," * 2**19 + b"[]]")).url)
    with pytest.raises(ContractError, match="has too many objects and lists for its size"):
        ca.do(lambda ca: ca.whoami())


@pytest.mark.parametrize("label", ["GET /videos/{video_id}", "get /videos/{id}", "GET /videos/{}"])
def test_an_operation_has_one_key_whatever_its_parameters_are_called(label):
    assert key_of(label) == operation_key("get", "/videos/{v}") == "GET /videos/{}"


def test_analytics_that_are_neither_list_nor_object_break_the_contract(facade, serve):
    ca = facade(serve(Answer(json={"data": "many"})).url)
    with pytest.raises(ContractError, match="is neither a list of objects nor an object"):
        ca.do(lambda ca: ca.creators.analytics(ID, "2026-06-01", "2026-06-03"))


def test_tls_keys_are_logged_into_a_file_that_is_not_there_yet(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keys = tmp_path / "keys.log"
    monkeypatch.setenv("SSLKEYLOGFILE", str(keys))
    with CreatorAudit("key-of-tests", base_url="https://api.example/v2"):
        assert keys.exists()


def test_a_schema_in_parts_is_put_together():
    """As `allOf` is in documents that the package can be regenerated from."""
    part = {"required": ["a"], "properties": {"a": {"type": "string"}, "b": {}}, "title": "A"}
    whole = {
        "allOf": [part, {"allOf": [{"required": ["c"]}]}],
        "properties": {"b": {"type": "null"}},
    }
    assert merged(whole) == {
        "title": "A",
        "required": ["a", "c"],
        "properties": {"a": {"type": "string"}, "b": {"type": "null"}},
    }


def test_a_wait_takes_its_time():
    io.sleep(0.001)


@pytest.mark.parametrize("client", [CreatorAudit, AsyncCreatorAudit])
def test_an_organization_needs_no_key_or_address_besides(client, tmp_path, monkeypatch):
    config = tmp_path / "creatoraudit.toml"
    config.write_text(
        '[organizations.acme]\nkey = "env:ACME_KEY"\nbase_url = "http://127.0.0.1:9/v2"\n'
    )
    monkeypatch.setenv("ACME_KEY", "key-of-tests")
    assert "127.0.0.1:9" in repr(client.for_organization("acme", config=config))
    with pytest.raises(ConfigurationError, match="do not pass base_url="):
        client.for_organization("acme", config=config, base_url="x")


class Late(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A transport of a caller's client that tells of time by the exception of Python itself."""

    def handle_request(self, _request: httpx.Request) -> httpx.Response:
        raise TimeoutError

    async def handle_async_request(self, _request: httpx.Request) -> httpx.Response:
        raise TimeoutError


def test_a_transport_that_is_late_in_words_of_its_own_is_a_timeout(facade):
    client = httpx.Client if facade.portal is None else httpx.AsyncClient
    ca = facade("http://127.0.0.1:9/v2", http_client=client(transport=Late()), max_retries=0)
    with pytest.raises(RequestTimeoutError):
        ca.do(lambda ca: ca.whoami())


def test_a_key_that_cannot_be_had_ends_a_batch_as_it_ends_a_call(facade, serve):
    def key():
        raise LookupError("the vault is closed")

    ca = facade(serve().url, key)
    ids = [video_id(number) for number in range(401)]
    with pytest.raises(LookupError, match="the vault is closed"):
        ca.do(lambda ca: ca.videos.deltas(ids))


def test_leaving_a_batch_ends_the_waits_of_its_requests(facade, serve):
    waiting = threading.Event()
    ids = [video_id(number) for number in range(400)]

    def respond(request):
        if ids[0] in request.json["video_ids"]:
            waiting.wait(240)
            return deltas({}, not_found=request.json["video_ids"])
        return problem(503, "SERVICE_UNAVAILABLE", headers={"retry-after": "3600"})

    server = serve(respond)
    ca = facade(server.url, concurrency=2, retry_budget=86_400, on_wait=lambda _: waiting.set())

    if facade.portal is None:
        with ca.client.videos.stream_deltas(ids) as parts:
            next(iter(parts))
    else:

        async def leave(client):
            async with client.videos.stream_deltas(ids) as parts:
                await anext(aiter(parts))

        ca.do(leave)
    assert len(server.requests) == 2
