"""Everything that is httpx's: the only module that imports it.

Decides how clients are built (timeouts, TLS, proxies), how the key gets onto a request, and what
each of httpx's exceptions means for a retry. The reading and sending loops are in `_async.pipe`.
"""

from __future__ import annotations

import ssl
import sys
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import httpx

from .._version import __version__
from ..errors import ConfigurationError, UsageError
from .config import Origin
from .key import ApiKey
from .response import Failure, Timeouts
from .text import one_line

if TYPE_CHECKING:
    from .request import PreparedRequest

AsyncClient: TypeAlias = httpx.AsyncClient
Client: TypeAlias = httpx.Client
AsyncResponse: TypeAlias = httpx.Response
Response: TypeAlias = httpx.Response
# UnicodeError is what a host name that cannot be encoded gives, as a Location may name one.
Errors = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError)

C = TypeVar("C", httpx.Client, httpx.AsyncClient)

PYTHON = ".".join(str(part) for part in sys.version_info[:3])
USER_AGENT = f"creatoraudit/{__version__} python/{PYTHON} httpx/{httpx.__version__}"
_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": USER_AGENT,
}


class _Bearer(httpx.Auth):
    """Puts the key on a request at the last moment, so that nothing else ever holds the header."""

    def __init__(self, key: ApiKey) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._key.reveal()}"
        yield request


class _Anonymous(httpx.Auth):
    """Sends no key, not even one a caller's own client would add."""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers.pop("Authorization", None)
        yield request


def auth_for(key: ApiKey | None) -> httpx.Auth:
    """How one request authenticates."""
    return _Anonymous() if key is None else _Bearer(key)


def own_client(kind: type[C], origin: Origin) -> C:
    """An httpx client of our own.

    Raises:
        ConfigurationError: The environment's proxies or certificates are unusable.
    """
    try:
        return kind(**_client_settings(origin))
    except (ImportError, OSError, ValueError) as error:
        why = one_line(str(error), 200)
    except httpx.InvalidURL:
        why = "not a URL"  # what httpx says may quote a part of the password
    raise ConfigurationError(
        "the environment's proxy or certificate settings cannot be used (see HTTPS_PROXY,"
        f" ALL_PROXY, NO_PROXY, SSL_CERT_FILE): {why}"
    )


def _client_settings(origin: Origin) -> dict[str, Any]:
    """Arguments for our own httpx client.

    Proxies and CA settings of the environment are honoured, except that a proxy is never asked for
    loopback. A plain-http origin gets a TLS context that trusts nobody: it is never used, and
    loading the system's certificates for it would take longer than the first request.
    """
    verify = (
        httpx.create_ssl_context() if origin.secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    )
    return {
        "verify": verify,
        "trust_env": not origin.loopback,
        "follow_redirects": False,
        # The number of connections is bounded by `concurrency`, threads and tasks, not here.
        "limits": httpx.Limits(max_connections=None, max_keepalive_connections=32),
    }


def check_kind(http_client: object, wanted: type[httpx.Client | httpx.AsyncClient]) -> None:
    """Refuse an async client for a sync one and the other way round, before it answers oddly.

    Raises:
        ConfigurationError: It is of another kind.
    """
    if not isinstance(http_client, wanted):
        raise ConfigurationError(
            f"http_client= must be an httpx.{wanted.__name__}, not {type(http_client).__name__}"
        )


def build_request(request: PreparedRequest, origin: Origin, timeouts: Timeouts) -> httpx.Request:
    """The request, without the key and without anything from a caller's client.

    Raises:
        UsageError: A value is none that a URL, HTTP or JSON can carry.
    """
    params = {name: value for name, value in request.params.items() if value is not None}
    try:
        url = httpx.URL(origin.url + request.url)
        if params:
            # Not as an argument of the request: a query that the URL has would be dropped.
            url = url.copy_merge_params(params)
        headers = httpx.Headers(_HEADERS, encoding="ascii")
        for name, value in request.headers.items():
            headers[name] = value  # one by one: a name in another case replaces ours, too
        return httpx.Request(
            request.method,
            url,
            headers=headers,
            json=request.json,
            extensions={"timeout": httpx.Timeout(timeouts.read).as_dict()},
        )
    except (TypeError, ValueError, AttributeError, httpx.InvalidURL) as error:
        raise UsageError(
            f"{request.operation}: cannot be sent: {one_line(str(error), 200)}"
        ) from None


_BEFORE = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_PERMANENT = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)
# Our own URL was taken apart before, so these are about a Location, which httpx looks at although
# it is not to follow it.
_REDIRECT = (httpx.InvalidURL, UnicodeError)


def classify(error: Exception) -> Failure:
    """What an exception of httpx means."""
    text = one_line(str(error), 300) or type(error).__name__
    if isinstance(error, _REDIRECT) or "URL in location header" in text:
        what = "the answer redirects to an unreadable place"
        return Failure(what, text, written=True, permanent=True)
    if isinstance(error, _PERMANENT):
        return Failure("the request cannot be sent", text, written=False, permanent=True)
    if isinstance(error, httpx.TimeoutException):
        written = not isinstance(error, _BEFORE)
        what = "no answer in time" if written else "no connection in time"
        return Failure(what, type(error).__name__, written=written, timed_out=True)
    if isinstance(error, _BEFORE):
        bad_certificate = "CERTIFICATE_VERIFY_FAILED" in text
        return Failure("cannot connect", text, written=False, permanent=bad_certificate)
    return Failure("the connection broke", text, written=True)


def out_of_time() -> Failure:
    """The failure of an answer that was still arriving when its time was up."""
    return Failure("the answer took too long", "deadline reached", written=True, timed_out=True)
