"""The only module that imports httpx.

It builds clients (timeouts, TLS, proxies), adds the key to a request, classifies the exceptions of
httpx for retries, and silences its log, which contains whole URLs and headers, while it carries a
request of ours. `_async.transport` sends and reads.
"""

from __future__ import annotations

import importlib
import logging
import os
import selectors
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import httpx

from .._version import __version__
from ..errors import ConfigurationError, UsageError
from .clock import LATE, Exchange, Limit
from .config import Origin
from .environment import certificate_advice, certificates_problem, proxy_for
from .key import ApiKey
from .response import Failure
from .text import one_line
from .upload import Upload

if TYPE_CHECKING:
    from .request import PreparedRequest

AsyncClient: TypeAlias = httpx.AsyncClient
Client: TypeAlias = httpx.Client
AsyncResponse: TypeAlias = httpx.Response
Response: TypeAlias = httpx.Response
Request: TypeAlias = httpx.Request

# How one request authenticates: a function, which both httpx and httpx2 accept.
Auth: TypeAlias = Callable[[httpx.Request], httpx.Request]

C = TypeVar("C", httpx.Client, httpx.AsyncClient)

PYTHON = ".".join(str(part) for part in sys.version_info[:3])

_LIBRARIES = (
    *("httpx", "httpx2", "hpack.hpack", "hpack.table"),
    *(f"httpcore.{name}" for name in ("connection", "http11", "http2", "proxy", "socks")),
)

_carrying: ContextVar[bool] = ContextVar("creatoraudit_carrying", default=False)


def _not_ours(_record: logging.LogRecord) -> bool:
    return not _carrying.get()


for _name in _LIBRARIES:
    logging.getLogger(_name).addFilter(_not_ours)


@contextmanager
def libraries_silenced() -> Iterator[None]:
    """Silence the logs of httpx and httpcore for our own requests."""
    before = _carrying.get()
    _carrying.set(True)
    try:
        yield
    finally:
        _carrying.set(before)


class _KeyHeader:
    """Adds the key to a request at the last moment, so that nothing else holds the header."""

    def __init__(self, key: ApiKey, header: tuple[str, str]) -> None:
        self._key = key
        self._header = header

    def __call__(self, request: httpx.Request) -> httpx.Request:
        name, prefix = self._header
        # The caller's own client may add one although this API takes the key in another header.
        request.headers.pop("Authorization", None)
        request.headers[name] = f"{prefix}{self._key.reveal()}"
        return request


def _anonymous(request: httpx.Request) -> httpx.Request:
    """Sends no key, not even one that the caller's own client would add."""
    request.headers.pop("Authorization", None)
    return request


def auth_for(key: ApiKey | None, header: tuple[str, str]) -> Auth:
    """How one request authenticates: with the key in the header that the contract names."""
    return _anonymous if key is None else _KeyHeader(key, header)


class _NoCookies(httpx.Cookies):
    """Stores no cookies, because none is ever sent and a server may set any number."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Store nothing."""


def own_client(kind: type[C], origin: Origin, backend: object) -> C:
    """Make an httpx client of our own, whose connections `backend` opens.

    Raises:
        ConfigurationError: The environment's proxies or certificates are unusable.
    """
    proxy = proxy_for(origin.url) if origin.secure and not origin.loopback else None
    why = certificates_problem() if origin.secure else None
    if why is None:
        try:
            client = kind(**_client_settings(kind, origin, proxy))
        except (ImportError, OSError, ValueError) as error:
            why = one_line(str(error), 200)
        except httpx.InvalidURL:
            why = "not a URL"  # the message of httpx may quote a part of the password
        else:
            _open_with(client, backend)
            client._cookies = _NoCookies()  # a setting would be copied into a class of httpx
            return client
        if proxy is not None and ("proxy" in why.lower() or why == "not a URL"):
            why = f"{proxy[1]}: {why}"
        elif os.environ.get("SSL_CERT_FILE"):
            why = f"SSL_CERT_FILE names {one_line(os.environ['SSL_CERT_FILE'], 200)!r}: {why}"
    raise ConfigurationError(
        "the environment's proxy or certificate settings cannot be used (see HTTPS_PROXY,"
        f" ALL_PROXY, NO_PROXY, SSL_CERT_FILE): {why}"
    )


def _open_with(client: Any, backend: object) -> None:
    """Let `backend` open the connections of a client, including those to proxies.

    httpcore has a setting for this, but httpx does not expose it.
    """
    for transport in (client._transport, *client._mounts.values()):
        if transport is not None:  # None is for hosts without a proxy
            transport._pool._network_backend = backend


def _client_settings(
    kind: type[C], origin: Origin, proxy: tuple[str, str] | None
) -> dict[str, Any]:
    """Arguments for our own httpx client.

    The environment is read here and not by httpx. A plain-http origin gets a TLS context without
    certificates: it is never used, and loading the system's certificates would take longer than the
    first request.
    """
    settings: dict[str, Any] = {
        "verify": _trusting() if origin.secure else _trusting_nobody(),
        "trust_env": False,
        # The number of connections is bounded by `concurrency`, threads and tasks, not here.
        "limits": httpx.Limits(max_connections=None, max_keepalive_connections=32),
    }
    mounts = {}
    if proxy is not None:
        asynchronous = issubclass(kind, httpx.AsyncClient)
        transport: Any = httpx.AsyncHTTPTransport if asynchronous else httpx.HTTPTransport
        # Earlier releases of httpx take no URL here.
        mounts["all://"] = transport(proxy=httpx.Proxy(proxy[0]), **settings)
    return {**settings, "mounts": mounts, "follow_redirects": False}


def _trusting() -> ssl.SSLContext:
    """The TLS context for the environment. Clients share it, because creating one is slow."""
    names = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")
    return _context_for(tuple(_version_of(os.environ.get(name)) for name in names))


def _version_of(path: str | None) -> tuple[str | None, int]:
    """A path with its modification time, so that renewed certificates are read again."""
    try:
        return path, Path(path).stat().st_mtime_ns if path else 0
    except OSError:
        return path, 0


@lru_cache(maxsize=4)
def _context_for(_environment: object) -> ssl.SSLContext:
    return httpx.create_ssl_context()


@lru_cache(maxsize=1)
def _trusting_nobody() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Library:
    """The library that sends: httpx, or httpx2, which has the same names."""

    def __init__(self, module: ModuleType) -> None:
        self._httpx: Any = module
        # Programs send to a few URLs again and again, and httpx parses slowly.
        self._url: Callable[[str], Any] = lru_cache(maxsize=64)(self._httpx.URL)
        # A host name that cannot be encoded, as in a Location header, raises UnicodeError.
        self.errors: tuple[type[Exception], ...] = (
            self._httpx.HTTPError,
            self._httpx.InvalidURL,
            self._httpx.StreamError,
            UnicodeError,
        )
        self._headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            "User-Agent": (
                f"creatoraudit/{__version__} python/{PYTHON}"
                f" {module.__name__}/{self._httpx.__version__}"
            ),
        }

    @classmethod
    def of(cls, http_client: object, wanted: type[httpx.Client | httpx.AsyncClient]) -> Library:
        """The library of the given client; httpx if none is given.

        Raises:
            ConfigurationError: The client is async for a sync client or the reverse, or belongs to
                another library.
        """
        if http_client is None:
            return HTTPX
        for ancestor in type(http_client).__mro__:
            root = ancestor.__module__.partition(".")[0]
            if root in ("httpx", "httpx2") and ancestor.__name__ == wanted.__name__:
                return HTTPX if root == "httpx" else cls(importlib.import_module(root))
        name = wanted.__name__
        raise ConfigurationError(
            f"http_client= must be an httpx.{name} or httpx2.{name}, not {_described(http_client)}"
        )

    def build_request(
        self, request: PreparedRequest, origin: Origin, seconds: float, exchange: Exchange
    ) -> httpx.Request:
        """Build the request, without the key and without settings of the caller's client.

        Raises:
            UsageError: A URL, HTTP or JSON cannot carry a value.
        """
        params = {name: value for name, value in request.params.items() if value is not None}
        limit = Limit.of(seconds, exchange)
        try:
            url = self._url(origin.url + request.url)
            if params:
                # As an argument of the request, they would replace the query of the URL.
                url = url.copy_merge_params(params)
            headers = self._httpx.Headers(self._headers, encoding="ascii")
            for name, value in request.headers.items():
                headers[name] = value  # one by one, so that a name in another case replaces ours
            built: httpx.Request = self._httpx.Request(
                request.method,
                url,
                headers=headers,
                json=request.json,
                data=request.form,
                files=request.parts,
                content=None if isinstance(request.content, Upload) else request.content,
                extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), limit)},
            )
        except (TypeError, ValueError, AttributeError, self._httpx.InvalidURL) as error:
            raise UsageError(
                f"{request.operation}: cannot be sent: {one_line(str(error), 200)}"
            ) from None
        if isinstance(request.content, Upload):
            self._send_file(built, request.content)
        return built

    def _send_file(self, request: httpx.Request, upload: Upload) -> None:
        """Make a file the body of a request. It is read while it is sent."""

        class Stream(self._httpx.SyncByteStream, self._httpx.AsyncByteStream):  # type: ignore[misc, name-defined]  # of either library
            def __iter__(self) -> Iterator[bytes]:
                return iter(upload)

            async def __aiter__(self) -> AsyncIterator[bytes]:
                for chunk in upload:
                    yield chunk

        request.stream = Stream()
        request.headers.pop("Content-Length", None)
        size = upload.size
        name = "Transfer-Encoding" if size is None else "Content-Length"
        request.headers[name] = "chunked" if size is None else str(size)

    def classify(self, error: Exception) -> Failure:
        """Classify an exception of the library as a failure."""
        lib = self._httpx
        text = one_line(str(error), 300) or type(error).__name__
        # Our own URL was parsed before, so these are about a Location header, which httpx parses
        # although it does not follow it.
        if isinstance(error, (lib.InvalidURL, UnicodeError)) or "URL in location header" in text:
            what = "the response redirects to an unreadable URL"
            return Failure(what, text, written=True, permanent=True)
        if isinstance(error, (lib.UnsupportedProtocol, lib.LocalProtocolError)):
            return Failure("the request cannot be sent", text, written=False, permanent=True)
        before = (lib.ConnectError, lib.ConnectTimeout, lib.PoolTimeout, lib.ProxyError)
        if isinstance(error, lib.TimeoutException):
            written = not isinstance(error, before)
            if text == LATE and written:
                return out_of_time()
            what = "no response in time" if written else "no connection in time"
            return Failure(what, type(error).__name__, written=written, timed_out=True)
        if isinstance(error, before):
            distrusted = _distrust(error)
            if distrusted is None:
                return Failure("cannot connect", text, written=False)
            text = one_line(str(distrusted), 300)
            advice = certificate_advice()
            return Failure("cannot connect", text, written=False, permanent=True, advice=advice)
        return Failure("the connection broke", text, written=True)


HTTPX = Library(httpx)


def _distrust(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    """The refusal of a certificate behind an error, if there is one."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error


def _described(value: object) -> str:
    """The class of a value with the release of its library, for messages."""
    kind = type(value)
    root = kind.__module__.partition(".")[0]
    version = getattr(sys.modules.get(root), "__version__", None)
    release = f" of {root} {version}" if isinstance(version, str) else ""
    return one_line(f"{kind.__module__}.{kind.__qualname__}{release}", 120)


# Not the default one: epoll and similar are system objects, slow to create and to close.
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)


def readable(sock: Any) -> bool:
    """Whether there is something to read, which on an idle connection can only be its end."""
    if sock.fileno() < 0:
        return True  # it is closed
    with _Selector() as selector:
        selector.register(sock, selectors.EVENT_READ)
        return bool(selector.select(0))


def out_of_time() -> Failure:
    """Make the failure for a response that did not arrive in time."""
    return Failure("the response took too long", "deadline reached", written=True, timed_out=True)


def stalled(seconds: float) -> Failure:
    """Make the failure for a download that stopped arriving."""
    return Failure(
        "the download stalled", f"no data in {seconds:g} s", written=True, timed_out=True
    )
