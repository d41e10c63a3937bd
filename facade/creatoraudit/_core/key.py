"""The API key: where it comes from, what it may look like, and that it shows nowhere.

A key lives in `ApiKey`, whose repr is redacted and which refuses to be pickled; only the pipe asks
it for the header value. No frame of this module holds the key when it raises, because tracebacks
are printed with their local variables by more tools than one would like.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NoReturn, TypeAlias

from ..errors import ConfigurationError, MissingKeyError

ENV_KEY = "CREATORAUDIT_API_KEY"

KeySource: TypeAlias = str | Callable[[], str] | None


class ApiKey:
    """A key that does not show itself."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The key itself, for the Authorization header only."""
        return self._value

    def __repr__(self) -> str:
        return "ApiKey(***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an API key is never pickled")


def _problem_with(value: object) -> str | None:
    if not isinstance(value, str):
        return f"the API key must be a string, not {type(value).__name__}"
    stripped = value.strip()
    if not stripped:
        return None
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

    __slots__ = ("_ask", "_fixed")

    def __init__(self, ask: Callable[[], str] | None, fixed: ApiKey | None) -> None:
        self._ask = ask
        self._fixed = fixed

    @classmethod
    def of(cls, held: list[KeySource]) -> KeyRing:
        """Take the key out of `held` (a list, so that no caller's frame keeps it as a local).

        The environment is not a local either: it shows itself with all its values.

        Raises:
            ConfigurationError: It cannot be a key.
        """
        if callable(held[0]):
            return cls(held.pop(), None)  # type: ignore[arg-type]  # just seen to be callable
        if held[0] is None:
            held[0] = os.environ.get(ENV_KEY, "")
        problem = _problem_with(held[0])
        if problem is not None:
            held.clear()
            raise ConfigurationError(problem)
        return cls(None, _key_in(held.pop()))

    def key(self, operation: str) -> ApiKey:
        """The key to use now.

        Raises:
            MissingKeyError: There is none.
            ConfigurationError: A callable gave one that cannot be a key.
        """
        key = self._fixed
        if self._ask is not None:
            # A callable that has no key now does not mean the one of the environment.
            key = KeyRing.of([self._ask() or ""])._fixed
        if key is None:
            raise MissingKeyError(
                f"{operation} needs an API key: set {ENV_KEY}, or pass api_key="
                " (only health and meta work without one)"
            )
        return key
