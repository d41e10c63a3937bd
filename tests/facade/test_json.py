"""Decoding of JSON is strict, and equal with and without the fast parser."""

from __future__ import annotations

import subprocess
import sys

import pytest

from creatoraudit._core import response

WITHOUT_MSGSPEC = """
import sys
sys.modules["msgspec"] = None  # as if it were not installed
from creatoraudit._core import response
assert response.fastest() is response.loads_standard
"""

VALUES = [
    b'{"a": [1, 2.5, "x", null, true]}',
    b"123456789012345678901234567890",
    b'"\\ud800"',
    b'{"a": 1, "a": 2}',
    b"-0.0",
    b"1E5",
    "\ufeff1".encode(),
    b" 1 ",
]
REFUSED = [
    b"",
    b"NaN",
    b"[Infinity]",
    b"[1,]",
    b"01",
    b'"\xff"',
    b'"a\x01"',
    b"9" * 5000,
    b"[" * 200_000,
]


@pytest.mark.parametrize("content", VALUES)
def test_both_parsers_give_the_same_value(content: bytes) -> None:
    fast, standard = response.loads(content), response.loads_standard(content)
    assert repr(fast) == repr(standard)


@pytest.mark.parametrize("content", REFUSED, ids=lambda content: repr(content[:10]))
def test_both_parsers_refuse_with_the_same_error(content: bytes) -> None:
    with pytest.raises(ValueError) as fast:  # noqa: PT011 - the messages are compared
        response.loads(content)
    with pytest.raises(ValueError) as standard:  # noqa: PT011 - the messages are compared
        response.loads_standard(content)
    assert str(fast.value) == str(standard.value)


def test_the_fast_parser_is_used_where_it_is_installed() -> None:
    pytest.importorskip("msgspec", reason="the speed extra is not installed")
    assert response.fastest() is not response.loads_standard


def test_without_the_extra_the_standard_parser_is_used() -> None:
    subprocess.run([sys.executable, "-c", WITHOUT_MSGSPEC], check=True)
