"""The API key: where it comes from, how it is checked, and how it is kept hidden.

A key lives in `ApiKey`, whose repr is redacted and which refuses to be pickled; only the transport
asks it for the header value. Where a server echoes the key, it is replaced before anybody sees the
response. No frame of this module holds the key when it raises, because tracebacks are printed with
their local variables by more tools than one would like.
"""

from __future__ import annotations

import base64
import inspect
import json
import os
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, NoReturn, TypeAlias, cast
from urllib.parse import quote

from ..errors import ConfigurationError, MissingKeyError

ENV_KEY = "CREATORAUDIT_API_KEY"
# Shorter ones stand in ordinary text by chance: they are not replaced, and are for loopback only.
SHORTEST = 8
HIDDEN = "****"
# Bytes of a body that are looked through for spellings of all kinds.
THOROUGH_MOST = 256 * 1024
# JSON that escapes what needs no escape: no body of the API's does.
_ESCAPED = re.compile(rb"\\u00[2-7]")
_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}

ASYNC_FUNCTION = (
    "api_key= is an async function, which CreatorAudit cannot await; use AsyncCreatorAudit,"
    " or pass a plain function"
)

KeySource: TypeAlias = str | Callable[[], str] | None
AsyncKeySource: TypeAlias = str | Callable[[], str | Awaitable[str]] | None


class ApiKey:
    """A key that does not show itself."""

    __slots__ = ("_found", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
        self._found: _Spellings | None = None

    def reveal(self) -> str:
        """The key itself, for the Authorization header only."""
        return self._value

    def hidden_in(self, text: str) -> str:
        """`text` with the key replaced, in every usual spelling of it."""
        found = self._spellings
        return text if found is None else found.pattern().sub(HIDDEN, text)

    def hidden_in_headers(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        """Headers with the key replaced in names and values; the same object where it is absent."""
        found = self._spellings
        joined = "\n".join(f"{name} {value}" for name, value in headers.items())
        if found is None or found.pattern().search(joined) is None:
            return headers
        hidden = {self.hidden_in(name): self.hidden_in(value) for name, value in headers.items()}
        return cast("Callable[[object], Mapping[str, str]]", type(headers))(hidden)

    def hidden_in_body(self, content: bytes, *, thorough: bool) -> bytes:
        """A body with the key replaced; a thorough look finds spellings of all kinds."""
        found = self._spellings
        if found is None:
            return content
        encoding = json.detect_encoding(content)
        if not encoding.startswith("utf-8"):
            with suppress(UnicodeDecodeError):  # then it is not text, but bytes that begin like it
                text = content.decode(encoding, "surrogatepass")
                hidden = self.hidden_in(text)
                return content if hidden == text else hidden.encode(encoding, "surrogatepass")
        thorough = thorough and len(content) <= THOROUGH_MOST
        if thorough or any(one in content for one in found.plain) or _ESCAPED.search(content):
            return found.pattern_of_bytes().sub(HIDDEN.encode(), content)
        return content

    def stands_in(self, content: bytes) -> bool:
        """Whether the key stands in a part of a body, in one of its most likely spellings."""
        found = self._spellings
        return found is not None and any(one in content for one in found.plain)

    @property
    def longest(self) -> int:
        """Bytes of the longest of those spellings."""
        found = self._spellings
        return 1 if found is None else max(map(len, found.plain))

    @property
    def _spellings(self) -> _Spellings | None:
        if self._found is None and len(self._value) >= SHORTEST:
            self._found = _Spellings(self._value)
        return self._found

    def __repr__(self) -> str:
        return "ApiKey(***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an API key is never pickled")


class _Spellings:
    """How a key may be spelt where a server echoes it: encoded for URLs, JSON, HTML, or base64.

    Attributes:
        plain: The most likely spellings, for a quick look.
    """

    __slots__ = ("_bytes", "_key", "_parts", "_text", "plain")

    def __init__(self, key: str) -> None:
        raw = key.encode("ascii")
        coded = set()
        for before in range(3):  # base64 looks otherwise behind one or two bytes more
            whole = base64.b64encode(b"\0" * before + raw)
            # Without the characters that also stand for what is before and behind the key.
            coded.add(whole[(0, 2, 3)[before] : 8 * (before + len(raw)) // 6])
        self.plain = frozenset({raw, quote(key, safe="").encode(), *coded})
        self._key = key
        self._parts = {raw.hex().encode(), *coded}
        self._parts |= {one.replace(b"+", b"-").replace(b"/", b"_") for one in coded}
        self._text: re.Pattern[str] | None = None
        self._bytes: re.Pattern[bytes] | None = None

    def pattern(self) -> re.Pattern[str]:
        """Finds it in text, each character in an encoding of its own."""
        if self._text is None:
            mixed = "".join(map(_any_spelling, self._key))
            parts = [re.escape(part.decode()) for part in sorted(self._parts)]
            self._text = re.compile("|".join([mixed, *parts]), re.IGNORECASE)
        return self._text

    def pattern_of_bytes(self) -> re.Pattern[bytes]:
        """Finds it in a body."""
        if self._bytes is None:
            self._bytes = re.compile(self.pattern().pattern.encode(), re.IGNORECASE)
        return self._bytes

    def __repr__(self) -> str:
        return "_Spellings(***)"


def _any_spelling(char: str) -> str:
    code = f"{ord(char):02x}"
    return (
        rf"(?:\\?{re.escape(char)}|%(?:25)*{code}|\\+u00{code}|\\+x{code}"
        rf"|&#0*{ord(char)};|&#x0*{code};|&{_ENTITIES.get(char, 'amp;#')};)"
    )


def _problem_with(value: object) -> str | None:
    if not isinstance(value, str):
        return f"the API key must be a string, not {type(value).__name__}"
    stripped = value.strip()
    if not stripped:
        return None
    if stripped.lower().startswith("bearer "):
        return f'the API key begins with "Bearer"; drop that word (from {ENV_KEY} or api_key=)'
    for position, char in enumerate(stripped, 1):
        if not "!" <= char <= "~":
            what = "a line break" if char in "\r\n" else f"U+{ord(char):04X}"
            return (
                f"the API key has {what} at character {position}; "
                f"a key is visible ASCII only, so copy it again (from {ENV_KEY} or api_key=)"
            )
    return None


def _key_in(value: object) -> ApiKey | None:
    stripped = str(value).strip()
    return ApiKey(stripped) if stripped else None


class KeyRing:
    """Gives the key for each request: a fixed one, or what a callable says now."""

    __slots__ = ("_ask", "_key", "_short")

    def __init__(self, ask: Callable[[], str | Awaitable[str]] | None, key: ApiKey | None) -> None:
        self._ask = ask
        self._key = key
        self._short = True

    @classmethod
    def of(cls, held: list[Any], *, awaits: bool = False) -> KeyRing:
        """Take the key, or what gives it, out of `held`: a list, so no caller's frame keeps it.

        The environment is not a local either: it shows itself with all its values. `awaits` tells
        whether an async function may give it.

        Raises:
            ConfigurationError: It cannot be a key.
        """
        if callable(held[0]):
            if not awaits and _is_async(held[0]):
                raise ConfigurationError(ASYNC_FUNCTION)
            return cls(held.pop(), None)
        if held[0] is None:
            held[0] = os.environ.get(ENV_KEY, "")
        problem = _problem_with(held[0])
        if problem is not None:
            held.clear()
            raise ConfigurationError(problem)
        return cls(None, _key_in(held.pop()))

    def leave_this_machine(self) -> None:
        """Take it that the key goes to another machine, where a short one is a mistake.

        Raises:
            ConfigurationError: The key is too short for that.
        """
        self._short = False
        self._refuse_short()

    def _refuse_short(self) -> None:
        if not self._short and self._key is not None and len(self._key.reveal()) < SHORTEST:
            self._key = None
            raise ConfigurationError(
                f"the API key has fewer than {SHORTEST} characters, which is allowed only for"
                f" servers on your own machine; copy it again (from {ENV_KEY} or api_key=)"
            )

    def ask(self) -> list[Any]:
        """What the callable says now, in a list of one; an empty list where there is none."""
        return [] if self._ask is None else [self._ask()]

    def key(self, operation: str, said: list[Any]) -> ApiKey:
        """The key to use now; `said` is what `ask` gave, awaited.

        Raises:
            MissingKeyError: There is none.
            ConfigurationError: A callable gave one that cannot be a key.
        """
        if said:
            # A callable that has no key now does not mean the one of the environment.
            said[0] = said[0] or ""
            given = KeyRing.of(said)._key
            # One that stays the same is kept: how it may be spelt is worked out once.
            if self._key is None or given is None or given.reveal() != self._key.reveal():
                self._key = given
                self._refuse_short()
        if self._key is None:
            raise MissingKeyError(
                f"{operation} needs an API key: set {ENV_KEY}, or pass api_key="
                " (only health and meta work without one)"
            )
        return self._key


def _is_async(function: Any) -> bool:
    """Whether calling it gives something to await, as far as can be told without doing so."""
    inner = getattr(function, "func", function)
    return any(inspect.iscoroutinefunction(one) for one in (inner, type(inner).__call__))
