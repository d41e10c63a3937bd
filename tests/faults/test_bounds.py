"""Whatever a server sends, a call keeps a bounded part of it, and says what was too much."""

from __future__ import annotations

import functools
import gzip
import json
import tracemalloc
import zlib

import httpx
import pytest

from creatoraudit import ConfigurationError, ContractError, InternalError, NetworkError, UsageError
from support.answers import WHOAMI, page, video
from support.server import Answer, Endless

MIB = 2**20
# Of memory that a call may take beside what it returns.
MEMORY = 100 * MIB


def packed(data, *codings):
    """A response with a body that was compressed once or several times."""
    for coding in codings:
        data = gzip.compress(data, 1) if coding == "gzip" else zlib.compress(data, 1)
    return Answer(body=data, headers={"content-encoding": ", ".join(codings)})


def bare(data):
    """Deflate without a header, as some servers send it."""
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return Answer(
        body=deflate.compress(data) + deflate.flush(), headers={"content-encoding": "deflate"}
    )


def members(data):
    """Gzip in two members, with padding behind them."""
    half = len(data) // 2
    body = gzip.compress(data[:half]) + gzip.compress(data[half:]) + b"\0" * 8
    return Answer(body=body, headers={"content-encoding": "gzip"})


WHOLE = WHOAMI.content
COMPRESSED = {
    "gzip": packed(WHOLE, "gzip"),
    "x-gzip": Answer(body=gzip.compress(WHOLE), headers={"content-encoding": "X-GZip"}),
    "deflate": packed(WHOLE, "deflate"),
    "bare deflate": bare(WHOLE),
    "twice": packed(WHOLE, "deflate", "gzip"),
    "identity": Answer(body=WHOLE, headers={"content-encoding": "identity"}),
    "members": members(WHOLE),
    "one piece exactly": packed(WHOLE + b" " * (64 * 1024 - len(WHOLE)), "gzip"),
    "many pieces": packed(WHOLE + b" " * (5 * MIB), "gzip"),
}


@pytest.mark.parametrize("how", COMPRESSED)
def test_a_compressed_body_is_read_whole(facade, serve, how):
    ca = facade(serve(COMPRESSED[how]).url)
    assert ca.do(lambda ca: ca.whoami()).api_key_name == "tests"


def test_a_204_that_claims_to_be_compressed_has_no_body(facade, serve):
    server = serve(Answer(204, headers={"content-encoding": "gzip"}))
    ca = facade(server.url)
    assert ca.do(lambda ca: ca.videos.delete(video(1)["id"])) is None


NOT_READABLE = {
    "no gzip": Answer(body=b"plain text", headers={"content-encoding": "gzip"}),
    "cut gzip": Answer(body=gzip.compress(WHOLE)[:-9], headers={"content-encoding": "gzip"}),
    "cut deflate": Answer(body=zlib.compress(WHOLE)[:-5], headers={"content-encoding": "deflate"}),
    "wrong sum": Answer(
        body=gzip.compress(WHOLE)[:-8] + b"\0" * 8, headers={"content-encoding": "gzip"}
    ),
}


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("how", NOT_READABLE)
def test_a_body_that_cannot_be_decompressed_is_a_failed_try(facade, serve, how):
    server = serve(NOT_READABLE[how], NOT_READABLE[how])
    ca = facade(server.url, max_retries=1)
    with pytest.raises(NetworkError, match="the response cannot be decompressed after 2 tries"):
        ca.do(lambda ca: ca.whoami())


@pytest.mark.parametrize("codings", ["br", "zstd", "compress", "gzip, br", "gzip," * 4, "\xe9"])
def test_a_compression_that_was_not_requested_breaks_the_contract(facade, serve, codings):
    server = serve(Answer(body=WHOLE, headers={"content-encoding": codings}))
    with pytest.raises(ContractError, match="uses a compression that was not requested"):
        facade(server.url).do(lambda ca: ca.whoami())


# Made when they are needed: it takes a second.
BIG = {
    "plain": lambda: Answer(body=b" " * 9 * MIB),
    "gzip": lambda: packed(b" " * 64 * MIB, "gzip"),
    "deflate": lambda: packed(b" " * 64 * MIB, "deflate"),
    "bare deflate": lambda: bare(b" " * 64 * MIB),
    "twice": lambda: packed(b" " * 64 * MIB, "gzip", "gzip"),
    "three times": lambda: packed(b" " * 64 * MIB, "gzip", "gzip", "gzip"),
    "without end": lambda: Endless(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"40000\r\n" + b" " * 0x40000 + b"\r\n",
        0,
    ),
}


@functools.cache
def big(how):
    """A response that is too large."""
    return BIG[how]()


def peak_of(call):
    """Bytes that a call took at most."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("how", BIG)
def test_a_body_beyond_the_bound_breaks_the_contract_in_bounded_memory(facade, serve, how):
    ca = facade(serve(big(how), WHOAMI).url, max_retries=0)

    def call():
        with pytest.raises(ContractError, match="whoami: the response is larger than 8,388,608"):
            ca.do(lambda ca: ca.whoami())

    assert peak_of(call) < MEMORY
    # The connection was left behind, and the client is as good as before.
    assert ca.do(lambda ca: ca.whoami()).api_key_name == "tests"


DENSE = {
    "objects": b"[" + b"{}," * 2_700_000 + b"{}]",
    "lists": b"[" + b"[]," * 2_700_000 + b"[]]",
    "small objects": b"[" + b'{"a":1},' * 1_000_000 + b"{}]",
}


@pytest.mark.parametrize("what", DENSE)
def test_a_body_that_would_explode_when_parsed_breaks_the_contract(serve, facade, what):
    ca = facade(serve(Answer(body=DENSE[what])).url, max_retries=0)

    def call():
        with pytest.raises(ContractError, match="too many objects and lists"):
            ca.do(lambda ca: ca.whoami())

    assert peak_of(call) < MEMORY


@pytest.mark.parametrize(("size", "why"), [(MIB, "too many objects"), (MIB - 1, "not JSON")])
def test_a_body_of_a_mebibyte_counts_as_large(serve, facade, size, why):
    body = b"x" + b"[" * (size - 1)
    with pytest.raises(ContractError, match=why):
        facade(serve(Answer(body=body)).url, max_retries=0).do(lambda ca: ca.whoami())


def test_the_bound_is_the_clients_or_the_calls(facade, serve):
    padded = Answer(body=WHOLE + b" " * 10 * MIB)
    server = serve(padded, padded, padded, WHOAMI)
    ca = facade(server.url, max_retries=0, max_response_bytes=11 * MIB)
    assert ca.do(lambda ca: ca.whoami()).api_key_name == "tests"
    with pytest.raises(ContractError, match="larger than 1,000 bytes; max_response_bytes="):
        ca.do(lambda ca: ca.whoami(max_response_bytes=1000))
    ca = facade(server.url, max_retries=0)
    assert ca.do(lambda ca: ca.whoami(max_response_bytes=11 * MIB)).api_key_name == "tests"
    exact = facade(server.url, max_response_bytes=len(WHOLE))
    assert exact.do(lambda ca: ca.whoami()).api_key_name == "tests"


@pytest.mark.parametrize("wrong", [0, -1, 1.5, True, "8MB"])
def test_a_bound_that_makes_no_sense_is_refused(facade, serve, wrong):
    with pytest.raises(ConfigurationError, match="max_response_bytes must be"):
        facade("http://127.0.0.1:1", max_response_bytes=wrong)
    ca = facade(serve().url)
    with pytest.raises(UsageError, match="max_response_bytes must be"):
        ca.do(lambda ca: ca.whoami(max_response_bytes=wrong))


def test_a_list_page_beyond_the_bound_can_be_resumed(facade, serve):
    big = Answer(body=json.dumps(page([video(2)]).json).encode() + b" " * 9 * MIB)
    server = serve(page([video(1)], "next"), big)
    ca = facade(server.url, max_retries=0)
    with pytest.raises(ContractError, match="larger than") as caught:
        ca.collect(lambda ca: ca.videos.list())
    assert caught.value.resume_cursor == "next"


def test_other_types_that_were_asked_for_may_be_larger(facade, serve):
    body = b"x" * 20 * MIB
    server = serve(Answer(body=body, headers={"content-type": "text/csv"}))
    ca = facade(server.url)
    sent = ca.do(lambda ca: ca.request("GET", "/report", headers={"accept": "text/csv"}))
    assert sent.content == body


@pytest.mark.parametrize("how", ["plain", "gzip"])
def test_the_body_of_a_failure_is_cut_and_the_failure_stays_what_it_is(facade, serve, how):
    body = b'{"title": "x"}' + b" " * 20 * MIB
    answer = Answer(500, body=body) if how == "plain" else packed(body, "gzip")
    server = serve(Answer(500, body=answer.content, headers=answer.headers))
    ca = facade(server.url, max_retries=0)

    def call():
        with pytest.raises(InternalError):
            ca.do(lambda ca: ca.whoami())

    assert peak_of(call) < MEMORY


HEADS = {
    "a long value": b"X: " + b"a" * 300_000 + b"\r\n",
    "many headers": b"".join(b"X-%d: y\r\n" % number for number in range(50_000)),
    "many cookies": b"".join(b"Set-Cookie: c%d=y\r\n" % number for number in range(48_000)),
    "folded lines": b"X: y\r\n" + b" z\r\n" * 100_000,
}


@pytest.mark.parametrize("head", HEADS)
def test_a_head_beyond_the_bound_is_a_broken_connection(facade, serve, head):
    raw = b"HTTP/1.1 200 OK\r\n" + HEADS[head] + b"Content-Length: 2\r\n\r\n{}"
    ca = facade(serve(Endless(raw, b"")).url, max_retries=0)

    def call():
        with pytest.raises(NetworkError, match="the connection broke"):
            ca.do(lambda ca: ca.whoami())

    assert peak_of(call) < MEMORY


def test_cookies_are_not_kept(facade, serve):
    baked = Endless(
        WHOAMI.head[:-2]
        + b"".join(b"Set-Cookie: c%d=y; Path=/\r\n" % number for number in range(3000))
        + b"\r\n"
        + WHOAMI.content,
        b"",
    )
    ca = facade(serve(baked).url)
    ca.do(lambda ca: ca.whoami())
    assert len(ca.client._transport._client.cookies.jar) == 0


def test_a_callers_client_with_a_transport_of_its_own_is_read_as_it_comes(facade):
    """What tests put in place of the network has its response whole and decompressed."""

    def respond(_request):
        body = gzip.compress(WHOLE)
        return httpx.Response(200, content=body, headers={"content-encoding": "gzip"})

    kind = httpx.Client if facade.portal is None else httpx.AsyncClient
    client = kind(transport=httpx.MockTransport(respond))
    ca = facade("http://127.0.0.1:1/v2", http_client=client)
    assert ca.do(lambda ca: ca.whoami()).api_key_name == "tests"
    with pytest.raises(ContractError, match="larger than 5 bytes"):
        ca.do(lambda ca: ca.whoami(max_response_bytes=5))
    facade.run(client.close if facade.portal is None else client.aclose)
