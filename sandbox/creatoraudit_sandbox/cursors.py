"""Opaque page cursors: a signed position, tied to the list, filters and sort it came from.

What a position consists of is the store's affair.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import Final

from .problems import Problem, invalid

_TAG_BYTES: Final = 12

Position = tuple[int | str, int]


class Cursors:
    """Writes and reads the cursors of one sandbox."""

    def __init__(self, seed: int) -> None:
        self._key = hashlib.blake2b(f"cursor:{seed}".encode()).digest()

    def _tag(self, payload: bytes, binding: str) -> bytes:
        message = payload + b"\0" + binding.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(message, key=self._key, digest_size=_TAG_BYTES).digest()

    def write(self, position: Position, binding: str) -> str:
        """A cursor for the page after ``position`` of the list that ``binding`` describes."""
        payload = json.dumps(position, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._tag(payload, binding) + payload).decode().rstrip("=")

    def read(self, cursor: str, binding: str) -> Position:
        """The position a cursor stands for; 422 for one of another list or of none."""
        try:
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            raw = base64.b64decode(padded, altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error):
            raise _refusal() from None
        tag, payload = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
        if not hmac.compare_digest(tag, self._tag(payload, binding)):
            raise _refusal()
        key, row = json.loads(payload)
        return key, row


def _refusal() -> Problem:
    return invalid("cursor", "is not a cursor of this list with these filters and this sort")
