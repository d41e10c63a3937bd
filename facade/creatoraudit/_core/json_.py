"""Decoding JSON: strictly, and with msgspec's parser where the `speed` extra is installed.

Both give the same values and the same errors: whatever the fast parser refuses goes to the standard
one, whose word is final.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any, NoReturn

# Levels of lists and objects; the API's own answers have about five.
DEEPEST = 100
_TOO_DEEP = "nested too deeply"
_CONTAINERS = (dict, list)
_ALL_BUT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_decode = json.JSONDecoder(parse_constant=_no_constant).decode


def loads_standard(content: bytes) -> Any:
    """Decode with the standard library; NaN, Infinity and deep nesting are refused.

    Raises:
        ValueError: It is not JSON, or nested deeper than `DEEPEST`.
    """
    try:
        try:
            value = _decode(content.decode())
        except ValueError:  # perhaps UTF-16, or with a byte order mark: let the library find out
            value = json.loads(content, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    return _followable(content, value)


def _followable(content: bytes, value: Any) -> Any:
    """The value, unless it is nested so deeply that no copy, pickle or repr of it can be made."""
    brackets = content.translate(None, _ALL_BUT_BRACKETS)
    for passes in range(DEEPEST // 2):
        left = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if left == brackets:
            # Each pass took off two levels at most; what is left stands around brackets in texts.
            if 2 * passes + len(left) <= DEEPEST:
                return value
            break
        brackets = left
    if _depth_exceeds(value, DEEPEST):
        raise ValueError(_TOO_DEEP)
    return value


def _depth_exceeds(value: Any, most: int) -> bool:
    level: list[Any] = [[value]]
    for _ in range(most + 1):
        level = [
            inner
            for one in level
            for inner in (one.values() if one.__class__ is dict else one)
            if inner.__class__ in _CONTAINERS
        ]
        if not level:
            return False
    return True


def loads(content: bytes) -> Any:
    """Decode with the fastest parser there is.

    Raises:
        ValueError: It is not JSON.
    """
    return fastest()(content)


@cache
def fastest() -> Callable[[bytes], Any]:
    """The fastest parser there is; looked for when the first answer is read."""
    try:
        from msgspec.json import Decoder  # noqa: PLC0415 - an extra
    except ImportError:
        return loads_standard
    decode = Decoder().decode

    def loads_fast(content: bytes) -> Any:
        try:
            value = decode(content)
        except (ValueError, RecursionError):
            return loads_standard(content)
        return _followable(content, value)

    return loads_fast
