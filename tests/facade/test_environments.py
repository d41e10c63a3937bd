"""A bad setting in the environment is ignored, or named by its variable and entry."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import warnings

import pytest

from creatoraudit import ConfigurationError, CreatorAuditError
from creatoraudit._core.environment import proxy_for
from support.answers import WHOAMI
from support.server import Answer
from support.tls import certificate, server_context

API = "https://api.example/v2"
PROXY = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _no_certificates_of_the_environment(monkeypatch):
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


# --- entries that httpx cannot parse


@pytest.mark.parametrize(
    "entry",
    ["fe80::/10", "10.0.0.0/8", "[::1]", "::1", "[", "/", "a/b", "%", "http://", "é", " ,, "],
)
def test_entry_of_no_proxy_that_httpx_cannot_parse_stops_no_client(
    facade, serve, monkeypatch, entry
):
    monkeypatch.setenv("NO_PROXY", f"{entry},127.0.0.2")
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    facade(API)
    facade(serve(WHOAMI).url).do(lambda ca: ca.whoami())


def test_entry_of_no_proxy_that_nobody_understands_is_reported_by_its_name(
    facade, monkeypatch, caplog
):
    monkeypatch.setenv("NO_PROXY", "good.example, nonsense/of-ours ,")
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    with caplog.at_level(logging.WARNING, logger="creatoraudit"):
        for _ in range(2):
            facade(API)
    told = [message for message in caplog.messages if "nonsense/of-ours" in message]
    assert len(told) <= 1  # once in a process
    assert all("NO_PROXY" in message for message in told)


@pytest.mark.parametrize(
    ("entry", "host", "direct"),
    [
        ("*", "api.example", True),
        ("example", "api.example", True),
        (".example", "api.example", True),
        ("*.example", "api.example", True),
        ("API.example", "api.example", True),
        ("ample", "api.example", False),
        ("api.example:443", "api.example", True),
        ("api.example:8443", "api.example", False),
        ("https://api.example", "api.example", True),
        ("http://api.example", "api.example", False),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.0.0.0/8", "api.example", False),
        ("fe80::/10", "[fe80::1]", True),
        ("[fe80::1]", "[fe80::1]", True),
        ("[fe80::1]:443", "[fe80::1]", True),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3", "api.example", False),
        ("", "api.example", False),
    ],
)
def test_entry_of_no_proxy_means_what_other_tools_make_of_it(monkeypatch, entry, host, direct):
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:8080")
    monkeypatch.setenv("NO_PROXY", f"other.test,{entry}")
    found = proxy_for(f"https://{host}/v2")
    assert found == (None if direct else ("http://proxy.example:8080", "HTTPS_PROXY"))


def test_proxy_of_all_schemes_is_asked_too(facade, serve, monkeypatch):
    proxy = serve(Answer(403))
    monkeypatch.setenv("all_proxy", f"http://127.0.0.1:{proxy.port}")
    with pytest.raises(CreatorAuditError, match="cannot connect"):
        facade(API, max_retries=0).do(lambda ca: ca.whoami())
    assert proxy.requests[0].target == "api.example:443"


# --- variables that cannot be used are told by name, with the file

BAD = {
    "SSL_CERT_FILE": ("/nowhere/ca.pem", "SSL_CERT_FILE names '/nowhere/ca.pem': No such file"),
    "SSL_CERT_DIR": ("/nowhere/certs", "SSL_CERT_DIR names '/nowhere/certs': No such file"),
    "SSLKEYLOGFILE": ("/nowhere/keys.log", "SSLKEYLOGFILE names '/nowhere': No such file"),
    "HTTPS_PROXY": ("foo://me:s3cret@proxy.example", "HTTPS_PROXY: Unknown scheme"),
    "ALL_PROXY": ("http://me:s3cret/x@proxy.example", "ALL_PROXY: not a URL"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_variable_is_named_with_what_is_wrong(facade, monkeypatch, name):
    value, said = BAD[name]
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as caught:
        facade(API)
    assert said in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_bad_file_of_certificates_is_named(facade, monkeypatch, tmp_path):
    (tmp_path / "ca.pem").write_text("no certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with pytest.raises(ConfigurationError, match=r"SSL_CERT_FILE names '.*ca\.pem'"):
        facade(API)


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "HTTPS_PROXY", "ALL_PROXY"])
def test_bad_variable_that_is_not_needed_stops_nothing(facade, serve, monkeypatch, name):
    monkeypatch.setenv(name, BAD[name][0])
    facade(serve(WHOAMI).url).do(lambda ca: ca.whoami())


@pytest.fixture
def untrusted(tmp_path):
    """The port of a server whose certificate nobody trusts."""
    context = server_context(*certificate(tmp_path))
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        with contextlib.suppress(OSError):
            while True:
                accepted, _ = listening.accept()
                with contextlib.suppress(OSError), accepted:
                    context.wrap_socket(accepted, server_side=True).close()

    thread = threading.Thread(target=serve)
    thread.start()
    yield listening.getsockname()[1]
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()


@pytest.mark.parametrize("ignored", [None, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_bad_certificate_says_what_to_set_and_what_is_not_read(
    facade, untrusted, monkeypatch, ignored
):
    if ignored:
        monkeypatch.setenv(ignored, "/etc/ca.pem")
    with pytest.raises(CreatorAuditError, match="set SSL_CERT_FILE to its file") as caught:
        facade(f"https://127.0.0.1:{untrusted}/v2").do(lambda ca: ca.whoami())
    assert "after 1 try" in str(caught.value)
    assert (f"({ignored} is not read here)" in str(caught.value)) == (ignored is not None)


# --- plain http to one host that is named


@pytest.fixture
def named(monkeypatch):
    """A name that is this machine and does not look like it."""
    real = socket.getaddrinfo

    def lookup(host, *args, **settings):
        own = b"sandbox" if isinstance(host, bytes) else "sandbox"
        return real("127.0.0.1" if host == own else host, *args, **settings)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setenv("HTTP_PROXY", PROXY)  # which must not see the key


@pytest.mark.parametrize("given", ["argument", "variable"])
@pytest.mark.usefixtures("named")
def test_plain_http_to_the_one_host_that_is_allowed_is_warned_about_once(
    facade, serve, monkeypatch, given
):
    server = serve(WHOAMI, WHOAMI)
    settings = {}
    if given == "argument":
        settings["allow_http"] = f"sandbox:{server.port}"
    else:
        monkeypatch.setenv("CREATORAUDIT_ALLOW_HTTP", f"sandbox:{server.port}")
    url = f"http://sandbox:{server.port}/v2"
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for _ in range(2):
            ca = facade(url, "key-of-tests", **settings)
    assert [str(one.message).count("unencrypted") for one in warned] == [1]
    if facade.kind == "sync":  # the others resolve names elsewhere
        ca.do(lambda ca: ca.whoami())
        assert server.requests[0].headers["authorization"] == "Bearer key-of-tests"


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://sandbox:8788/v2", "sandbox:8787"),
        ("http://sandbox/v2", "sandbox:8787"),
        ("http://other:8787/v2", "sandbox:8787"),
        ("http://sandbox.evil.example:8787/v2", "sandbox:8787"),
        ("http://sandbox:8787/v2", ""),
    ],
)
def test_plain_http_to_any_other_place_is_refused(facade, url, allowed):
    with pytest.raises(ConfigurationError, match="would send the key unencrypted"):
        facade(url, "key-of-tests", allow_http=allowed)


@pytest.mark.parametrize(
    "allowed",
    [
        "sandbox",
        "*",
        "*:8787x",
        "http://sandbox:8787",
        "a:1,b:2",
        "me@sandbox:8787",
        ":8787",
        7,
        "[:1",
    ],
)
def test_plain_http_is_allowed_for_exactly_one_host_and_port(facade, allowed):
    with pytest.raises(ConfigurationError, match="allow_http= must name one host and port"):
        facade("http://sandbox:8787/v2", "key-of-tests", allow_http=allowed)


@pytest.mark.parametrize(
    "host", ["api.creatoraudit.com", "creatoraudit.com", "x.creatoraudit.com."]
)
def test_plain_http_is_never_allowed_for_the_vendor(facade, host):
    with pytest.raises(ConfigurationError, match="takes https only"):
        facade(f"http://{host}:80/v2", "key-of-tests", allow_http=f"{host}:80")
