"""Checks the settings of a client and the base URL of its requests."""

from __future__ import annotations

import ipaddress
import os
import warnings
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from ..errors import ConfigurationError
from .arguments import number
from .text import one_line

ENV_BASE_URL = "CREATORAUDIT_BASE_URL"
ENV_ALLOW_HTTP = "CREATORAUDIT_ALLOW_HTTP"


class Placed(str):
    """A setting together with the place where it was written, which messages name."""

    __slots__ = ("place",)

    def __new__(cls, value: str, place: str = "") -> Self:
        """Make a value with its place."""
        made = super().__new__(cls, value)
        made.place = place
        return made

    place: str


def place_of(value: object, otherwise: str) -> str:
    """Where a setting was written; `otherwise` if it does not say so itself."""
    return value.place if isinstance(value, Placed) else otherwise


DEFAULT_BASE_URL = Placed("https://api.creatoraudit.com/v2", "the base URL")

_VENDOR = "creatoraudit.com"
# Hosts for which the warning about plain http was given.
_warned: set[str] = set()


class Origin(NamedTuple):
    """A checked base URL.

    Attributes:
        url: The URL without a trailing slash.
        secure: Whether it is https.
        loopback: Whether its host is this machine; if so, no proxy is used.
        place: Where it was written: an argument, a variable or a file.
    """

    url: str
    secure: bool
    loopback: bool
    place: str


def is_loopback(host: str) -> bool:
    """Whether a host, as parsed from a URL, is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def origin(base_url: str | None, allow_http: str | None = None) -> Origin:
    """Check `base_url`, which defaults to `CREATORAUDIT_BASE_URL` and then to production.

    Plain http is allowed for loopback, and for the one host and port that `allow_http` (or the
    environment's `CREATORAUDIT_ALLOW_HTTP`) names.

    Raises:
        ConfigurationError: It is not an http(s) URL, or is plain http to another machine, or has
            credentials, a query or a fragment.
    """
    given: object = base_url
    if given is not None and not isinstance(given, str):
        raise ConfigurationError(f"base_url= must be a string, not {type(given).__name__}")
    chosen, named = base_url, "base_url="
    if chosen is None:
        chosen, named = os.environ.get(ENV_BASE_URL) or DEFAULT_BASE_URL, ENV_BASE_URL
    place = place_of(chosen, named)
    text = chosen.strip()

    def refuse(why: str) -> ConfigurationError:
        return ConfigurationError(f"{place} {one_line(shown, 200)} {why}")

    shown = "(with credentials)" if "@" in text else repr(text)
    if "\\" in text or not text.isascii() or not text.isprintable() or " " in text:
        raise refuse("has characters that do not belong in a URL")
    try:
        parts = urlsplit(text)
        host = parts.hostname
        port = parts.port
    except ValueError:
        raise refuse("is not a URL") from None
    if parts.scheme not in ("http", "https") or not host:
        raise refuse(f"is not an http(s) URL; the production one is {DEFAULT_BASE_URL}")
    if "@" in parts.netloc:
        raise refuse("must not carry credentials; the key is a setting of its own")
    if parts.query or parts.fragment:
        raise refuse("must not have a query or a fragment")
    loopback = is_loopback(host)
    if parts.scheme == "http" and not loopback and not _allowed(host, port or 80, allow_http):
        raise refuse("would send the key unencrypted; use https (http is for loopback only)")
    secure = parts.scheme == "https"
    return Origin(url=text.rstrip("/"), secure=secure, loopback=loopback, place=place)


def _allowed(host: str, port: int, allow_http: object) -> bool:
    """Whether plain http to a host and port is explicitly allowed; warns about it once.

    Raises:
        ConfigurationError: The setting is not one host and port, or the host is the vendor's.
    """
    text = allow_http or os.environ.get(ENV_ALLOW_HTTP)
    if not text:
        return False
    where = "allow_http=" if allow_http else ENV_ALLOW_HTTP
    named: tuple[str | None, int | None] = None, None
    try:
        parts = urlsplit(f"//{text}" if isinstance(text, str) else "")
        named = parts.hostname, parts.port
        exact = None not in named and parts.netloc == text and "@" not in parts.netloc
    except ValueError:
        exact = False
    if not exact:
        shown = one_line(str(text), 60)
        raise ConfigurationError(
            f"{where} must name one host and port, such as sandbox:8787, not {shown!r}"
        )
    bare = host.rstrip(".")
    if bare == _VENDOR or bare.endswith(f".{_VENDOR}"):
        raise ConfigurationError(f"{where} cannot be used for {_VENDOR}: its API takes https only")
    if named != (host, port):
        return False
    if text not in _warned:
        _warned.add(str(text))
        warnings.warn(
            f"{where} {text}: the API key and all data are sent there unencrypted;"
            " use this for sandboxes only",
            RuntimeWarning,
            stacklevel=4,
        )
    return True


class Settings(NamedTuple):
    """Time limits, retries and concurrency of a client.

    Attributes:
        timeout: Seconds one try may take, from connecting to the last byte of the response.
        max_retries: Number of tries after the first.
        retry_budget: Seconds for all tries of a call, including back-off.
        concurrency: Number of requests in flight at a time, shared by all uses of the client.
        base_url_place: Where the base URL was written, for messages.
        max_wait: Seconds that a request may wait for the rate limit; None for no limit.
        max_response_bytes: Largest response in bytes, decompressed; None for the defaults.
    """

    timeout: float
    max_retries: int
    retry_budget: float
    concurrency: int
    base_url_place: str
    max_wait: float | None = None
    max_response_bytes: int | None = None

    @classmethod
    def of(cls, *, base_url_place: str, **given: object) -> Settings:
        """Check the settings that a caller passed.

        Raises:
            ConfigurationError: One of them is not valid.
        """
        numbers = {name: number(name, one, ConfigurationError) for name, one in given.items()}
        return cls(**numbers, base_url_place=base_url_place)
