"""Remembers the ids of a long list in little memory."""

from __future__ import annotations

from collections import defaultdict
from hashlib import blake2b

DIGEST = 16


class Seen:
    """Digests of ids, packed; a set of as many objects would take four times the memory.

    Digests are spread over buckets by their first two bytes; a bucket holds the other bytes of its
    digests, one after the other. That a digest is taken for another one, or for the end of one and
    the beginning of the next, is as unlikely as two digests being equal.
    """

    def __init__(self) -> None:
        self._buckets: defaultdict[bytes, bytearray] = defaultdict(bytearray)

    def add(self, digest: bytes) -> bool:
        """Remember a digest and return whether it is new."""
        bucket, rest = self._buckets[digest[:2]], digest[2:]
        if rest in bucket:
            return False
        bucket += rest
        return True


def digest_of(identifier: object) -> bytes:
    """Return a digest of an id, which may be any text."""
    text = str(identifier).encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=DIGEST).digest()
