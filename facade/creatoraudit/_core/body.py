"""Collects and decompresses the body of a response, up to a limit of bytes."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from .response import Failure, RawResponse

if TYPE_CHECKING:
    from .download import Destination
    from .exchange import Exchange

# Limits in decompressed bytes: for JSON, for other requested types, and for errors.
JSON_BYTES = 8 * 2**20
OTHER_BYTES = 64 * 2**20
PROBLEM_BYTES = 2**20

_PIECE = 64 * 2**10
_CODINGS = frozenset({"gzip", "x-gzip", "deflate"})
_MOST_CODINGS = 3
_ZLIB_OR_GZIP = zlib.MAX_WBITS | 32
_GZIP = b"\x1f\x8b"
# Objects and lists cost up to sixty times their JSON in memory: a body of nothing else is refused.
_BYTES_PER_CONTAINER = 32
_FEW_BYTES = 2**20


class _Inflater:
    """Undoes one compression, piece by piece, whatever size a piece grows to."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(_ZLIB_OR_GZIP)
        self._begun = False

    @property
    def complete(self) -> bool:
        return self._inflate.eof or not self._begun

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """What `data` decompresses to, at most `_PIECE` bytes at a time."""
        full = False
        while data or full:
            if self._inflate.eof:
                if not data.startswith(_GZIP):
                    return  # padding behind the last member
                self._inflate = zlib.decompressobj(_ZLIB_OR_GZIP)
            elif not self._begun and self._is_bare(data):
                self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
            self._begun = True
            piece = self._inflate.decompress(data, _PIECE)
            full = len(piece) == _PIECE  # there may be more, even where all input is consumed
            data = self._inflate.unconsumed_tail or self._inflate.unused_data
            yield piece

    @staticmethod
    def _is_bare(data: bytes) -> bool:
        """Whether it is deflate without the header it should have, as some servers send it."""
        return data[:1] != b"\x1f" and data[0] & 0x0F != 8  # neither gzip nor zlib


class Body:
    """The body of one response, as far as it has arrived.

    Args:
        status: HTTP status; what explains a failure is cut short where a success is refused.
        headers: Headers of the response.
        most: Bytes that a body may have.
        decoded: Whether it arrives decompressed.
        into: The file that the body of a success is written into; kept in memory when None.

    Attributes:
        into: The same; None unless this is a success.
    """

    def __init__(
        self,
        status: int,
        headers: Mapping[str, str],
        most: int,
        *,
        decoded: bool,
        into: Destination | None = None,
    ) -> None:
        self._success = 200 <= status < 300
        self._most = most if self._success else min(most, PROBLEM_BYTES)
        self._more = "max_response_bytes="
        self._size = 0
        self._content = bytearray()
        self._keep: Callable[[bytes], str | None] = self._content.extend
        self.into = into if self._success else None
        if self.into is not None:
            self._most, self._more, self._keep = self.into.most, "max_bytes=", self.into.write
        self._refused: str | None = None
        self._broken: str | None = None
        self._inflaters: list[_Inflater] = []
        if not decoded:
            self._expect(headers.get("content-encoding", ""))

    def _expect(self, codings: str) -> None:
        names = [name.strip().lower() for name in codings.split(",")]
        names = [name for name in names if name not in ("", "identity")]
        if len(names) > _MOST_CODINGS or not _CODINGS.issuperset(names):
            self._refused = "uses a compression that was not requested"
            return
        self._inflaters = [_Inflater() for _ in names]

    def take(self, data: bytes, exchange: Exchange) -> bool:
        """Take in what arrived; False when the time of the exchange is up before that is done."""
        try:
            for piece in self._decompressed(data, 0):
                if piece:
                    self._add(piece)
                    exchange.arrived()
                if self._refused is not None:
                    break
                if exchange.left <= 0:
                    return False
        except zlib.error as error:
            self._broken = str(error)
        return True

    def _add(self, piece: bytes) -> None:
        room = self._most - self._size
        self._size += min(len(piece), room)
        try:
            self._refused = self._keep(piece[:room]) or self._refused
        except OSError as error:
            assert self.into is not None
            self.into.error = error
            self._refused = "cannot be written"
        if len(piece) > room:
            self._refused = f"is larger than {self._most:,} bytes; {self._more} allows more"

    def _decompressed(self, data: bytes, layer: int) -> Iterator[bytes]:
        if layer == len(self._inflaters):
            yield data
            return
        for piece in self._inflaters[layer].pieces(data):
            yield from self._decompressed(piece, layer + 1)

    @property
    def wanted(self) -> bool:
        """Whether more of it is wanted."""
        return self._refused is None and self._broken is None

    def end(self, status: int, headers: Mapping[str, str]) -> RawResponse | Failure:
        """Return the response with its body, or the failure if the body is not usable."""
        if self._broken is None and self.wanted:
            incomplete = [one for one in self._inflaters if not one.complete]
            self._broken = "the compressed body ends early" if incomplete else None
        if self.into is not None and self.into.error is not None:
            why = self.into.error.strerror or "no reason is known"
            return Failure("the file cannot be written", why, written=True, permanent=True)
        if self._broken is not None:
            return Failure("the response cannot be decompressed", self._broken, written=True)
        content = bytes(self._content)
        if self.wanted and self._success and _dense(content):
            self._refused = "has too many objects and lists for its size"
        if self._refused is not None and self._success:
            return RawResponse(status, headers, b"", refused=self._refused)
        return RawResponse(status, headers, content)


def _dense(content: bytes) -> bool:
    """Whether it would take too much memory when parsed."""
    if len(content) < _FEW_BYTES:
        return False
    return content.count(b"{") + content.count(b"[") > len(content) // _BYTES_PER_CONTAINER
