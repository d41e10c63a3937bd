"""Reads responses: the body within a limit of bytes, then its JSON, then the models in it.

Every failure of a decoder becomes a ContractError.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, NoReturn, TypeAlias, TypeVar

from ..errors import ContractError
from .contract import Fault, contract_error, first_fault
from .text import one_line

if TYPE_CHECKING:
    from creatoraudit_api.operations import Operation

    from .clock import Exchange
    from .download import Destination
    from .key import ApiKey

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

UNREAD = object()
# Most request ids match this and need no escaping or cutting.
SHORT_TOKEN = re.compile(r"[\w.:/+=-]{0,128}", re.ASCII).fullmatch


class RawResponse:
    """A complete undecoded response, with the attributes that generated functions use.

    Attributes:
        status_code: HTTP status.
        headers: Headers, case-insensitive.
        content: The body, decompressed.
        cached: Whether the body came from the cache, because the server said it is unchanged.
        refused: Why the body of a successful response was refused; None if it was not.
    """

    __slots__ = ("_json", "cached", "content", "headers", "refused", "status_code")

    def __init__(
        self,
        status_code: int,
        headers: Mapping[str, str],
        content: bytes,
        *,
        cached: bool = False,
        refused: str | None = None,
    ) -> None:
        self.status_code = status_code
        self.headers = headers
        self.content = content
        self.cached = cached
        self.refused = refused
        self._json: Any = UNREAD

    def __repr__(self) -> str:
        return f"<{self.status_code}, {len(self.content)} bytes>"

    @property
    def usable(self) -> bool:
        """Whether it is a success whose body was not refused."""
        return 200 <= self.status_code < 300 and self.refused is None

    @property
    def request_id(self) -> str | None:
        """`X-Request-ID`, if there is one, fit for one line."""
        sent = self.headers.get("x-request-id")
        return sent if sent is None or SHORT_TOKEN(sent) else one_line(sent, 128)

    def without_body(self) -> RawResponse:
        """A copy without the body, for use after the body was decoded."""
        return RawResponse(self.status_code, self.headers, b"", cached=self.cached)

    def without(self, key: ApiKey) -> RawResponse:
        """Replace the key where the server echoed it."""
        self.headers = key.hidden_in_headers(self.headers)
        self.content = key.hidden_in_body(self.content, thorough=self.status_code >= 300)
        return self

    def json(self) -> Any:
        """Decode the body as JSON; repeated calls return the same value.

        Raises:
            ValueError: It is not JSON.
        """
        if self._json is UNREAD:
            self._json = loads(self.content)
        return self._json


# A function that extracts another value than the operation's own model from a payload and its
# response. It raises `Fault`.
Read: TypeAlias = Callable[[Any, RawResponse], T]


class Failure(NamedTuple):
    """A try without a complete response. It is returned, not raised, so no traceback keeps frames.

    Attributes:
        kind: What failed, in words.
        cause: The message of the network library.
        written: Whether the server may have read the request.
        timed_out: Whether time ran out.
        permanent: Whether another try cannot help (a bad certificate, an unusable URL).
        advice: What to do about it, if known.
    """

    kind: str
    cause: str
    written: bool
    timed_out: bool = False
    permanent: bool = False
    advice: str = ""

    def without(self, key: ApiKey) -> Failure:
        """A copy in which the key is replaced where the server echoed it."""
        return self._replace(cause=key.hidden_in(self.cause))


class Timeouts(NamedTuple):
    """How long one try may take.

    Attributes:
        read: Seconds that `timeout` allows.
        total: Seconds for the whole try with its body: `read`, or less if the retry budget ends.
    """

    read: float
    total: float


# Limits in decompressed bytes: for JSON, for other requested types, and for errors.
JSON_BYTES = 8 * 2**20
OTHER_BYTES = 64 * 2**20
PROBLEM_BYTES = 2**20

_PIECE = 64 * 2**10
_CODINGS = frozenset({"gzip", "x-gzip", "deflate"})
_MOST_CODINGS = 3
_ZLIB_OR_GZIP = zlib.MAX_WBITS | 32
_GZIP = b"\x1f\x8b"
# Objects and lists take up to sixty times the memory of their JSON, so a body of nothing but them
# is refused.
_BYTES_PER_CONTAINER = 32
_FEW_BYTES = 2**20


class _Inflater:
    """Decompresses one layer, in pieces of limited size."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(_ZLIB_OR_GZIP)
        self._begun = False

    @property
    def complete(self) -> bool:
        return self._inflate.eof or not self._begun

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """Decompress `data`, at most `_PIECE` bytes at a time."""
        full = False
        while data or full:
            if self._inflate.eof:
                if not data.startswith(_GZIP):
                    return  # padding after the last member
                self._inflate = zlib.decompressobj(_ZLIB_OR_GZIP)
            elif not self._begun and self._is_bare(data):
                self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
            self._begun = True
            piece = self._inflate.decompress(data, _PIECE)
            full = len(piece) == _PIECE  # there may be more, even if all input is consumed
            data = self._inflate.unconsumed_tail or self._inflate.unused_data
            yield piece

    @staticmethod
    def _is_bare(data: bytes) -> bool:
        """Whether it is deflate without its zlib header, as some servers send it."""
        return data[:1] != b"\x1f" and data[0] & 0x0F != 8  # neither gzip nor zlib


class Body:
    """Collects the body of one response while it arrives.

    Args:
        status: HTTP status. A body that is too large is refused for a success and cut for an error.
        headers: Headers of the response.
        most: Largest body in bytes.
        decoded: Whether the body arrives decompressed.
        into: The file for the body of a success; None to keep the body in memory.

    Attributes:
        into: The same; None unless the response is a success.
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
        self._status = status
        self._headers = headers
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
        """Add data that arrived; False if the deadline passes before all of it is decompressed."""
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
        """Whether more data is wanted."""
        return self._refused is None and self._broken is None

    def end(self) -> RawResponse | Failure:
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
            return RawResponse(self._status, self._headers, b"", refused=self._refused)
        return RawResponse(self._status, self._headers, content)


def _dense(content: bytes) -> bool:
    """Whether the parsed body would take too much memory."""
    if len(content) < _FEW_BYTES:
        return False
    return content.count(b"{") + content.count(b"[") > len(content) // _BYTES_PER_CONTAINER


# Deepest nesting of lists and objects. The API's own responses have about five levels.
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
        except ValueError:  # the library recognises UTF-16 and byte order marks
            value = json.loads(content, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    return _followable(content, value)


def _followable(content: bytes, value: Any) -> Any:
    """Refuse a value that is nested too deeply to be copied, pickled or shown."""
    brackets = content.translate(None, _ALL_BUT_BRACKETS)
    for passes in range(DEEPEST // 2):
        left = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if left == brackets:
            # Each pass removes at most two levels. Brackets inside strings may keep the rest.
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
    """Decode with the fastest available parser.

    Raises:
        ValueError: It is not JSON.
    """
    return fastest()(content)


@cache
def fastest() -> Callable[[bytes], Any]:
    """The fastest available parser, chosen when the first response is read."""
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


# Exceptions that a generated decoder raises for a body that it cannot decode.
UNDECODABLE = (KeyError, TypeError, AttributeError, ValueError)


class Reply(NamedTuple, Generic[T_co]):
    """A decoded response together with its status, headers and request id.

    Attributes:
        value: The decoded body; None if the operation returns none.
        status: HTTP status.
        headers: Headers, case-insensitive.
        request_id: `X-Request-ID` of the response.
    """

    value: T_co
    status: int
    headers: Mapping[str, str]
    request_id: str | None


def payload_of(operation: str, sent: RawResponse) -> Any:
    """Read the JSON of a successful response; None if it has no body.

    Raises:
        ContractError: The body is not JSON.
    """
    if not sent.content:
        return None
    try:
        return sent.json()
    except ValueError as error:
        why = str(error)
    kind = one_line(sent.headers.get("content-type", "no content type"), 60)
    raise ContractError(
        f"{operation}: returned {sent.status_code} with a body that is not JSON ({kind}: {why}); "
        "is there a proxy or a login page in between?",
        request_id=sent.request_id,
    )


def decode(
    operation: Operation[T_co], sent: RawResponse, read: Read[T_co] | None = None
) -> Reply[T_co]:
    """Decode a success response, with the operation's own decoder or with `read`.

    Raises:
        ContractError: It lacks what the contract requires; `path` names the member.
    """
    # The declared media type decides, not the Content-Type of the response.
    if operation.value == "text":
        from creatoraudit_api.client import text_of  # noqa: PLC0415 - most responses are JSON

        text = text_of(sent.content, sent.headers.get("content-type", ""))
        return decode_payload(operation, sent, text)
    if operation.value == "bytes":
        return decode_payload(operation, sent, sent.content)
    payload = payload_of(operation.name, sent)
    if read is None:
        return decode_payload(operation, sent, payload)
    try:
        value = read(payload, sent)
    except Fault as found:
        fault = found
    else:
        return Reply(value, sent.status_code, sent.headers, sent.request_id)
    raise contract_error(operation.name, fault, sent.request_id)


def decode_payload(operation: Operation[T_co], sent: RawResponse, payload: Any) -> Reply[T_co]:
    """Decode a successful response whose JSON was already read.

    Raises:
        ContractError: It lacks what the contract requires; `path` names the member.
    """
    try:
        value = operation.decode(sent.status_code, payload)
    except UNDECODABLE as error:
        fault = fault_of(operation, sent.status_code, payload, error)
    else:
        return Reply(value, sent.status_code, sent.headers, sent.request_id)
    if payload is None and not sent.content:
        fault = Fault("$", "is empty where a JSON body belongs")
    raise contract_error(operation.name, fault, sent.request_id)


def fault_of(operation: Operation[T_co], status: int, payload: Any, error: Exception) -> Fault:
    """Describe why a payload could not be decoded."""
    fault = first_fault(operation, status, payload)
    return fault or Fault("$", f"cannot be decoded ({type(error).__name__}: {error})")
