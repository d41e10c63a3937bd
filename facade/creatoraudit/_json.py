"""Decoding JSON: strictly, and with msgspec's parser where the `speed` extra is installed.

Both give the same values and the same errors: whatever the fast parser refuses goes to the standard
one, whose word is final.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any, NoReturn


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def loads_standard(content: bytes) -> Any:
    """Decode with the standard library; NaN, Infinity and endless nesting are refused.

    Raises:
        ValueError: It is not JSON.
    """
    try:
        return json.loads(content, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None


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
            return decode(content)
        except (ValueError, RecursionError):
            return loads_standard(content)

    return loads_fast
