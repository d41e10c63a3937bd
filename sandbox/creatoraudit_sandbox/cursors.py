"""Opaque page cursors: a signed sort key, valid for one list with its filters and sort."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from typing import Final, TypeAlias

from .problems import Problem, invalid

_TAG_BYTES: Final = 12
_ALPHABET: Final = re.compile("[A-Za-z0-9_-]*")

#: Where a page ends: the value that the list is sorted by, and the row number.
SortKey: TypeAlias = tuple[int | str, int]


class Cursors:
    """Writes and reads the cursors of one sandbox."""

    def __init__(self, seed: int | str) -> None:
        self._key = hashlib.blake2b(f"cursor:{seed}".encode()).digest()

    def _tag(self, payload: bytes, binding: str) -> bytes:
        message = payload + b"\0" + binding.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(message, key=self._key, digest_size=_TAG_BYTES).digest()

    def write(self, key: SortKey, binding: str) -> str:
        """Make a cursor for the page after ``key`` in the list that ``binding`` describes."""
        payload = json.dumps(key, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._tag(payload, binding) + payload).decode().rstrip("=")

    def read(self, cursor: str, binding: str) -> SortKey:
        """Read the sort key in a cursor; 422 if the cursor is invalid or of another list."""
        if not _ALPHABET.fullmatch(cursor):  # Python would take + and / as well
            raise _refusal()
        try:
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            raw = base64.b64decode(padded, altchars=b"-_", validate=True)
        except binascii.Error:
            raise _refusal() from None
        tag, payload = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
        if not hmac.compare_digest(tag, self._tag(payload, binding)):
            raise _refusal()
        value, row = json.loads(payload)
        return value, row


def _refusal() -> Problem:
    return invalid("cursor", "is not a cursor of this list with these filters and this sort")
