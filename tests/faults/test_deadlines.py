"""No server can exceed the time limit of a call, however slowly it responds."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

import httpx
import pytest

from creatoraudit import CreatorAudit, NetworkError, RequestTimeoutError
from creatoraudit._core import clock
from creatoraudit.cli._app import run
from support import cases
from support.answers import WHOAMI
from support.server import Endless
from support.tls import certificate, server_context

pytestmark = pytest.mark.every_kind  # each kind of client has a clock of its own

LIMIT = 0.3
# How much later than its time a call may end on a machine that is busy.
SLACK = 5.0

OK = b"HTTP/1.1 200 OK\r\n"
GZIP = OK + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
# A gzip header with the flag for a file name, whose end never comes.
NAMED = b"a\r\n\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03\r\n"

ENDLESS = {
    "status line": Endless(b"HTTP/1.1 2", b"0"),
    "header value": Endless(OK + b"X-Long: ", b"a"),
    "headers": Endless(OK, b"X: y\r\n"),
    "informational responses": Endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.001),
    "content": Endless(OK + b"Content-Length: 1000000\r\n\r\n", b" "),
    "content without length": Endless(OK + b"\r\n", b" "),
    "chunks": Endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "chunk size": Endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "chunk extension": Endless(OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"a"),
    "trailers": Endless(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
    "gzip header": Endless(GZIP + NAMED, b"1\r\na\r\n"),
    "gzip header at full speed": Endless(GZIP + NAMED, b"400\r\n" + b"a" * 1024 + b"\r\n", 0),
    "gzip members without content": Endless(
        GZIP, b"14\r\n\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00" + b"\x00" * 8 + b"\r\n", 0
    ),
    "deflate without content": Endless(
        GZIP.replace(b"gzip", b"deflate") + b"2\r\nx\x9c\r\n", b"5\r\n\x00\x00\x00\xff\xff\r\n"
    ),
    "nothing at all": Endless(b"", b""),
}
BUDGETS = ("timeout", "retry_budget")


def late(call, **expected):
    """Call, and expect that it ends in time with a timeout."""
    began = time.monotonic()
    with pytest.raises(RequestTimeoutError) as caught:
        call()
    assert time.monotonic() - began < LIMIT + SLACK
    for name, value in expected.items():
        assert getattr(caught.value, name) == value
    return caught.value


@pytest.mark.parametrize(
    ("endless", "budget"),
    [
        (endless, budget)
        for turn, endless in enumerate(ENDLESS)
        for budget in (BUDGETS if cases.ALL else [BUDGETS[turn % 2]])
    ],
)
def test_a_response_that_never_ends_is_given_up_in_time(facade, serve, endless, budget):
    server = serve(ENDLESS[endless])
    ca = facade(server.url, max_retries=0, **{budget: LIMIT})
    error = late(lambda: ca.do(lambda ca: ca.whoami()))
    # On a busy machine the time may be up before there is a connection.
    assert error.written or not server.requests
    assert "whoami: " in str(error)


@pytest.mark.parametrize("endless", ["headers", "content", "gzip header"])
def test_a_callers_client_is_held_to_the_deadline_where_it_can_be(facade, serve, endless):
    """Always when async; a sync one between two reads, unless its own decoder swallows them."""
    if facade.kind == "sync" and endless == "headers":
        pytest.skip("documented: reads of a head are the caller's client's own")
    client = httpx.Client() if facade.portal is None else httpx.AsyncClient()
    server = serve(ENDLESS[endless])
    ca = facade(server.url, max_retries=0, timeout=LIMIT, http_client=client)
    late(lambda: ca.do(lambda ca: ca.whoami()))
    facade.run(client.close if facade.portal is None else client.aclose)


def test_a_server_that_does_not_read_a_long_body_is_given_up_in_time(facade):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        ca = facade(
            f"http://127.0.0.1:{listener.getsockname()[1]}/v2", max_retries=0, timeout=LIMIT
        )
        body = {"name": "x" * 30_000_000}
        late(lambda: ca.do(lambda ca: ca.request("POST", "/creators", json=body)))


def test_addresses_that_do_not_answer_share_the_time(facade, monkeypatch):
    """A host with many addresses, none of which answers, costs no more than one would."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        waiting = []
        for _ in range(3):  # fill the queue: what comes next is neither accepted nor refused
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.1", port))
            waiting.append(sock)
        ca = facade(f"http://127.0.0.1:{port}/v2", max_retries=0, timeout=LIMIT)
        with monkeypatch.context() as patch:
            patch.setattr(socket, "getaddrinfo", found_at(*[("127.0.0.1", port)] * 20))
            late(lambda: ca.do(lambda ca: ca.whoami()), written=False)
        for sock in waiting:
            sock.close()


def found_at(*addresses):
    """What looking up a name gives, without asking anybody."""
    return lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", one) for one in addresses]


def test_the_next_address_is_tried_when_one_refuses(serve, monkeypatch):
    server = serve(WHOAMI)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refusing = taken.getsockname()
    answering = ("127.0.0.1", server.port)
    with CreatorAudit("key-of-tests", base_url=server.url) as ca, monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", found_at(refusing, answering))
        assert ca.whoami().api_key_name == "tests"


def test_when_no_address_answers_the_last_one_says_why(serve, monkeypatch):
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as two,
    ):
        refusing = [one.getsockname(), two.getsockname()]
    ca = CreatorAudit("key-of-tests", base_url=serve().url, max_retries=0)
    with ca, monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", found_at(*refusing))
        with pytest.raises(NetworkError, match="refused") as caught:
            ca.whoami()
    assert not caught.value.written


def test_a_host_without_an_address_is_a_failed_connection(serve, monkeypatch):
    ca = CreatorAudit("key-of-tests", base_url=serve().url, max_retries=0)
    with ca, monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", found_at())
        with pytest.raises(NetworkError, match="has no address") as caught:
            ca.whoami()
    assert not caught.value.written


# --- TLS, with and without a proxy


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("tls"))


class Relay:
    """Listens on loopback; what it does with a connection is a function."""

    def __init__(self, serve_one):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.ended = threading.Event()
        self._sockets = []
        self._serve_one = serve_one
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            same = sock.dup()  # as TLS takes the first one over
            self._sockets.append(same)
            thread = threading.Thread(target=self._one, args=(sock, same), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _one(self, sock, same):
        with same, sock, contextlib.suppress(OSError):  # the client has had enough
            self._serve_one(sock, self.ended)

    def close(self):
        self.ended.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._sockets:
            with contextlib.suppress(OSError):  # the client may have closed it
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()


@pytest.fixture
def relay():
    started = []

    def start(serve_one):
        started.append(Relay(serve_one))
        return started[-1]

    yield start
    for one in started:
        one.close()


def trickle(sock, ended, first=b"", again=b"a"):
    sock.sendall(first)
    while not ended.wait(0.01):
        sock.sendall(again)


def drip_handshake(sock, ended):
    """The head of a TLS record that promises much, then a byte now and then."""
    sock.recv(65536)
    trickle(sock, ended, b"\x16\x03\x03\x40\x00", b"\x02")


def answer_in_tls(context, respond):
    def serve_one(sock, ended):
        with context.wrap_socket(sock, server_side=True) as secure:
            while request := secure.recv(65536):
                respond(secure, request, ended)

    return serve_one


def tunnel_to(port, again=None):
    """A proxy that opens a tunnel, or answers CONNECT without end."""

    def respond(client, _request, ended):
        if again is not None:
            trickle(client, ended, b"HTTP/1.1 200 OK\r\n", again)
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with socket.create_connection(("127.0.0.1", port)) as upstream:
            back = threading.Thread(target=carry, args=(upstream, client), daemon=True)
            back.start()
            carry(client, upstream)
            back.join()

    return respond


def carry(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def good(secure, _request, _ended):
    secure.sendall(WHOAMI.head + WHOAMI.content)


def dripping(secure, _request, ended):
    trickle(secure, ended, b"HTTP/1.1 200 OK\r\nX-Long: ")


@pytest.fixture
def trusted(tls, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(tls[0]))
    return server_context(*tls)


def test_a_good_response_over_tls(facade, relay, trusted):
    server = relay(answer_in_tls(trusted, good))
    ca = facade(f"https://127.0.0.1:{server.port}/v2")
    assert ca.do(lambda ca: [ca.whoami()][0]).api_key_name == "tests"
    assert ca.do(lambda ca: ca.whoami()).api_key_name == "tests"


def test_garbage_within_tls_is_a_broken_connection(facade, relay, trusted):
    def serve_one(sock, _ended):
        secure = trusted.wrap_socket(sock, server_side=True)
        secure.recv(65536)
        with socket.socket(fileno=secure.detach()) as bare:
            bare.sendall(b"HTTP/1.1 200 OK, in clear" * 10)

    ca = facade(f"https://127.0.0.1:{relay(serve_one).port}/v2", max_retries=0)
    with pytest.raises(NetworkError, match="the connection broke") as caught:
        ca.do(lambda ca: ca.whoami())
    assert caught.value.written


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    "sent", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x15\x03\x03\x00\x02\x02\x28"]
)
def test_a_handshake_that_fails_is_a_failed_connection(facade, relay, sent):
    def serve_one(sock, _ended):
        sock.recv(65536)
        sock.sendall(sent)

    ca = facade(f"https://127.0.0.1:{relay(serve_one).port}/v2", max_retries=0)
    with pytest.raises(NetworkError, match="cannot connect") as caught:
        ca.do(lambda ca: ca.whoami())
    assert not caught.value.written


@pytest.mark.usefixtures("trusted")
def test_a_handshake_that_never_ends_is_given_up_in_time(facade, relay):
    server = relay(drip_handshake)
    ca = facade(f"https://127.0.0.1:{server.port}/v2", max_retries=0, timeout=LIMIT)
    late(lambda: ca.do(lambda ca: ca.whoami()), written=False)


def test_a_head_over_tls_that_never_ends_is_given_up_in_time(facade, relay, trusted):
    server = relay(answer_in_tls(trusted, dripping))
    ca = facade(f"https://127.0.0.1:{server.port}/v2", max_retries=0, timeout=LIMIT)
    # Not whether it was written: on a busy machine the time may be up during the handshake.
    late(lambda: ca.do(lambda ca: ca.whoami()))


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("again", [b"X: y\r\n", b"a"])
def test_a_proxy_whose_answer_never_ends_is_given_up_in_time(facade, relay, monkeypatch, again):
    proxy = relay(lambda sock, ended: tunnel_to(0, again)(sock, sock.recv(65536), ended))
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    ca = facade("https://api.example/v2", max_retries=0, timeout=LIMIT)
    late(lambda: ca.do(lambda ca: ca.whoami()))


@pytest.fixture(params=["http", "https"])
def proxy(request, relay, trusted, monkeypatch):
    """Starts a proxy that speaks plainly, or TLS, and opens tunnels to a port."""

    def start(port):
        tunnel = tunnel_to(port)
        if request.param == "https":
            started = relay(answer_in_tls(trusted, tunnel))
        else:
            started = relay(lambda sock, ended: tunnel(sock, sock.recv(65536), ended))
        monkeypatch.setenv("HTTPS_PROXY", f"{request.param}://127.0.0.1:{started.port}")

    if request.param == "https" and httpx.__version__.startswith("0.25."):
        pytest.skip("httpx before 0.26 has no TLS settings for proxies")
    return start


@pytest.mark.parametrize("server_does", ["good", "drip handshake", "drip head", "close"])
def test_tls_through_a_proxy_keeps_the_deadline(facade, relay, trusted, proxy, server_does):
    does = {
        "good": answer_in_tls(trusted, good),
        "drip handshake": drip_handshake,
        "drip head": answer_in_tls(trusted, dripping),
        "close": lambda sock, _ended: sock.recv(65536),
    }[server_does]
    proxy(relay(does).port)
    limit = 20.0 if server_does in ("good", "close") else LIMIT
    ca = facade("https://api.example/v2", max_retries=0, timeout=limit)
    if server_does == "good":
        assert ca.do(lambda ca: ca.whoami()).api_key_name == "tests"
        assert ca.do(lambda ca: ca.whoami()).api_key_name == "tests"
    elif server_does == "close":
        with pytest.raises(NetworkError, match="cannot connect"):
            ca.do(lambda ca: ca.whoami())
    else:
        late(lambda: ca.do(lambda ca: ca.whoami()))


# --- the command line


def test_the_timeout_of_a_command_is_the_time_for_one_response(serve, monkeypatch, capsys):
    """`--timeout` ends a head that drips, which no single read would."""
    server = serve(*[ENDLESS["header value"]] * 5)
    monkeypatch.setenv("CREATORAUDIT_BASE_URL", server.url)
    monkeypatch.setenv("CREATORAUDIT_API_KEY", "key-of-tests")
    with clock.skipped_waits():
        assert run(["whoami", "--timeout", "0.3"]) == 1
    said = capsys.readouterr().err
    assert "after 5 tries" in said
    assert "give it more time with --timeout" in said
    assert len(server.requests) == 5
