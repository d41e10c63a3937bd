"""Reads and checks the API key, and keeps it hidden.

The key is held by `ApiKey`, which has a redacted repr and cannot be pickled. Only the transport
asks for its value. If a server echoes the key, it is replaced before anybody sees the response. No
frame of this module holds the key when it raises, because some tools print tracebacks with local
variables.
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
from .config import place_of

ENV_KEY = "CREATORAUDIT_API_KEY"
# Shorter keys occur in ordinary text by chance: they are not replaced and are for loopback only.
SHORTEST = 8
HIDDEN = "****"
# Largest body in bytes that is searched for every spelling of the key.
THOROUGH_MOST = 256 * 1024
# JSON that escapes characters without need, which the API itself never does.
_ESCAPED = re.compile(rb"\\u00[2-7]")
_FEW_BACKSLASHES = 64
# What people copy together with a key: a part of the header, or the name of the variable.
_BEFORE = re.compile(
    rf"authorization\s*[:=]\s*bearer(?=[\s:])|(?:authorization|bearer)(?=[\s:=])"
    rf"|(?:export\s+)?{ENV_KEY}\s*=",
    re.IGNORECASE,
)
_QUOTES = "\"'`"
_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}

ASYNC_FUNCTION = (
    "api_key= is an async function, which CreatorAudit cannot await; use AsyncCreatorAudit,"
    " or pass a plain function"
)

_FUNCTION = "the function given as api_key="

KeySource: TypeAlias = str | Callable[[], str] | None
AsyncKeySource: TypeAlias = str | Callable[[], str | Awaitable[str]] | None


class ApiKey:
    """An API key that hides its value."""

    __slots__ = ("_found", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
        self._found: _Spellings | None = None

    def reveal(self) -> str:
        """The value of the key, for the Authorization header only."""
        return self._value

    def hidden_in(self, text: str) -> str:
        """Replace the key in `text`, in every usual spelling."""
        found = self._spellings
        return text if found is None else found.pattern().sub(HIDDEN, text)

    def hidden_in_headers(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        """Replace the key in names and values of headers; the same object if it does not occur."""
        found = self._spellings
        joined = "\n".join(f"{name} {value}" for name, value in headers.items())
        if found is None or found.pattern().search(joined) is None:
            return headers
        hidden = {self.hidden_in(name): self.hidden_in(value) for name, value in headers.items()}
        return cast("Callable[[object], Mapping[str, str]]", type(headers))(hidden)

    def hidden_in_body(self, content: bytes, *, thorough: bool) -> bytes:
        """Replace the key in a body; a thorough search finds every spelling."""
        found = self._spellings
        if found is None:
            return content
        encoding = json.detect_encoding(content)
        if not encoding.startswith("utf-8"):
            with suppress(UnicodeDecodeError):  # binary data that begins like text
                text = content.decode(encoding, "surrogatepass")
                hidden = self.hidden_in(text)
                return content if hidden == text else hidden.encode(encoding, "surrogatepass")
        thorough = thorough and len(content) <= THOROUGH_MOST
        if thorough or _escapes(content) or any(one in content for one in found.plain):
            return found.pattern_of_bytes().sub(HIDDEN.encode(), content)
        return content

    def stands_in(self, content: bytes) -> bool:
        """Whether a part of a body contains the key in one of its most likely spellings."""
        found = self._spellings
        return found is not None and any(one in content for one in found.plain)

    @property
    def longest(self) -> int:
        """Length of the longest of those spellings in bytes."""
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


def _escapes(content: bytes) -> bool:
    """Whether a body escapes characters without need."""
    at = -1
    # To find one byte again and again is quicker than any other search, if there are few.
    for _ in range(_FEW_BACKSLASHES):
        at = content.find(b"\\", at + 1)
        if at < 0:
            return False
        if _ESCAPED.match(content, at):
            return True
    return _ESCAPED.search(content, at) is not None


class _Spellings:
    """Spellings of a key that a server may echo: encoded for URLs, JSON, HTML, or base64.

    Attributes:
        plain: The most likely spellings, for a quick search.
    """

    __slots__ = ("_bytes", "_key", "_parts", "_text", "plain")

    def __init__(self, key: str) -> None:
        raw = key.encode("ascii")
        coded = set()
        for before in range(3):  # base64 depends on the number of bytes before
            whole = base64.b64encode(b"\0" * before + raw)
            # Leave out the characters that also encode bytes before or after the key.
            coded.add(whole[(0, 2, 3)[before] : 8 * (before + len(raw)) // 6])
        self.plain = frozenset({raw, quote(key, safe="").encode(), *coded})
        self._key = key
        self._parts = {raw.hex().encode(), *coded}
        self._parts |= {one.replace(b"+", b"-").replace(b"/", b"_") for one in coded}
        self._text: re.Pattern[str] | None = None
        self._bytes: re.Pattern[bytes] | None = None

    def pattern(self) -> re.Pattern[str]:
        """A pattern that finds the key in text, with each character in any encoding."""
        if self._text is None:
            mixed = "".join(map(_any_spelling, self._key))
            parts = [re.escape(part.decode()) for part in sorted(self._parts)]
            self._text = re.compile("|".join([mixed, *parts]), re.IGNORECASE)
        return self._text

    def pattern_of_bytes(self) -> re.Pattern[bytes]:
        """A pattern that finds the key in a body."""
        if self._bytes is None:
            self._bytes = re.compile(self.pattern().pattern.encode(), re.IGNORECASE)
        return self._bytes

    def __repr__(self) -> str:
        return "_Spellings(***)"


def _any_spelling(char: str) -> str:
    # JSON within JSON doubles backslashes, so there may be 1, 3, 7 or 15 before a character.
    code = f"{ord(char):02x}"
    return (
        rf"(?:\\{{0,15}}{re.escape(char)}|%(?:25)*{code}|\\+u00{code}|\\+x{code}"
        rf"|&#0*{ord(char)};|&#x0*{code};|&{_ENTITIES.get(char, 'amp;#')};)"
    )


def problem_with(value: object, source: str) -> str | None:
    """Why a value cannot be a key, without repeating it; None if it can be one, or is empty.

    Args:
        value: What was given as key.
        source: Where it is from, for the message.
    """
    if not isinstance(value, str):
        return f"the API key must be a string, not {type(value).__name__}"
    stripped = value.strip()
    if not stripped:
        return None
    if before := _BEFORE.match(stripped):
        said = " ".join(before[0].split())
        that = (
            f'"{said.capitalize()}"; drop that word' if said.isalpha() else f'"{said}"; drop that'
        )
        return f"the API key begins with {that} (from {source})"
    if stripped[0] in _QUOTES and stripped.endswith(stripped[0]):
        return f"the API key is in quotes; drop them (from {source})"
    for position, char in enumerate(stripped, 1):
        if not "!" <= char <= "~":
            what = "a line break" if char in "\r\n" else f"U+{ord(char):04X}"
            return (
                f"the API key has {what} at character {position}; "
                f"a key is visible ASCII only, so copy it again (from {source})"
            )
    return None


def _key_in(value: object) -> ApiKey | None:
    stripped = str(value).strip()
    return ApiKey(stripped) if stripped else None


class KeyRing:
    """Provides the key for each request: a fixed one, or the current result of a callable.

    Attributes:
        place: Where the key was written: an argument, a variable or a file.
    """

    __slots__ = ("_ask", "_key", "_short", "place")

    def __init__(
        self, ask: Callable[[], str | Awaitable[str]] | None, key: ApiKey | None, place: str
    ) -> None:
        self._ask = ask
        self._key = key
        self._short = True
        self.place = place

    @classmethod
    def of(cls, held: list[Any], *, awaits: bool = False, place: str = "api_key=") -> KeyRing:
        """Take the key or its callable out of the list `held`, so that no caller's frame keeps it.

        `os.environ` is not kept in a local variable either, because its repr shows all values.
        With `awaits`, the callable may be an async function.

        Raises:
            ConfigurationError: The value is not a valid key.
        """
        if callable(held[0]):
            if not awaits and _is_async(held[0]):
                raise ConfigurationError(ASYNC_FUNCTION)
            return cls(held.pop(), None, _FUNCTION)
        if held[0] is None:
            held[0], place = os.environ.get(ENV_KEY, ""), ENV_KEY
        place = place_of(held[0], place)
        problem = problem_with(held[0], place)
        if problem is not None:
            held.clear()
            raise ConfigurationError(problem)
        return cls(None, _key_in(held.pop()), place)

    def leave_this_machine(self) -> None:
        """Refuse short keys from now on, because the key is sent to another machine.

        Raises:
            ConfigurationError: The key is too short.
        """
        self._short = False
        self._refuse_short()

    def _refuse_short(self) -> None:
        if not self._short and self._key is not None and len(self._key.reveal()) < SHORTEST:
            self._key = None
            raise ConfigurationError(
                f"the API key has fewer than {SHORTEST} characters, which is allowed only for"
                f" servers on your own machine; copy it again (from {self.place})"
            )

    def ask(self) -> list[Any]:
        """Call the callable and return its result in a list; an empty list for a fixed key."""
        return [] if self._ask is None else [self._ask()]

    def key(self, operation: str, said: list[Any]) -> ApiKey:
        """The current key. `said` is the result of `ask`, awaited.

        Raises:
            MissingKeyError: There is no key.
            ConfigurationError: The callable returned a value that is not a valid key.
        """
        if said:
            # If the callable returns nothing, the key in the environment is not used instead.
            said[0] = said[0] or ""
            ring = KeyRing.of(said, place=_FUNCTION)
            given, self.place = ring._key, ring.place
            # An unchanged key is kept, so that its spellings are computed only once.
            if self._key is None or given is None or given.reveal() != self._key.reveal():
                self._key = given
                self._refuse_short()
        if self._key is None:
            why = f"{self.place} is empty"
            if self._ask is not None:
                why = f"{self.place} returned none"
            elif self.place == ENV_KEY and ENV_KEY not in os.environ:
                why = f"set {ENV_KEY}, or pass api_key="
            raise MissingKeyError(
                f"{operation} needs an API key: {why} (only health and meta work without one)"
            )
        return self._key


def _is_async(function: Any) -> bool:
    """Whether a callable is async, as far as that is known without calling it."""
    inner = getattr(function, "func", function)
    return any(inspect.iscoroutinefunction(one) for one in (inner, type(inner).__call__))
