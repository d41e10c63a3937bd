"""Responses: how one try may end, status to exception, bytes to JSON, JSON to models.

It turns every failure of a decoder into a ContractError.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, NoReturn, TypeAlias, TypeVar

from ..errors import ContractError
from .contract import Fault, contract_error
from .text import one_line

if TYPE_CHECKING:
    from creatoraudit_api.operations import Operation

    from .key import ApiKey

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

UNREAD = object()
# Most request ids: nothing in them has to be escaped or cut.
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
    def request_id(self) -> str | None:
        """`X-Request-ID`, if there is one, fit for one line."""
        sent = self.headers.get("x-request-id")
        return sent if sent is None or SHORT_TOKEN(sent) else one_line(sent, 128)

    def without_body(self) -> RawResponse:
        """The same without its body, for what is kept after the body was decoded."""
        return RawResponse(self.status_code, self.headers, b"", cached=self.cached)

    def without(self, key: ApiKey) -> RawResponse:
        """The same with the key replaced where the server echoed it."""
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


# Takes a value out of a payload (and its response) where that is not the operation's own model;
# raises `Fault`.
Read: TypeAlias = Callable[[Any, RawResponse], T]


class Failure(NamedTuple):
    """A try without a complete response. It is a value, so that no traceback keeps frames.

    Attributes:
        kind: What failed, in words.
        cause: The message of the network library.
        written: Whether the server may have read the request.
        timed_out: Whether time ran out.
        permanent: Whether another try cannot help (a bad certificate, an unusable URL).
        advice: What to do about it, if that is known.
    """

    kind: str
    cause: str
    written: bool
    timed_out: bool = False
    permanent: bool = False
    advice: str = ""

    def without(self, key: ApiKey) -> Failure:
        """The same with the key replaced where the server echoed it."""
        return self._replace(cause=key.hidden_in(self.cause))


class Timeouts(NamedTuple):
    """How long one try may take.

    Attributes:
        read: Seconds that one try may take as far as `timeout` goes.
        total: Seconds that it may take, the body included: those, or what all tries have left.
    """

    read: float
    total: float


# Levels of lists and objects; the API's own responses have about five.
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
    """The fastest parser there is; chosen when the first response is read."""
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


# What a generated decoder raises for a body that it cannot take apart.
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
    # What is declared decides, not what the response calls itself.
    if operation.value == "text":
        return decode_payload(operation, sent, sent.content.decode("utf-8", "replace"))
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
    """Decode a successful response whose JSON was read before.

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
    """Why a payload could not be decoded."""
    from .contract import first_fault  # noqa: PLC0415 - needed only after a failure

    fault = first_fault(operation, status, payload)
    return fault or Fault("$", f"cannot be decoded ({type(error).__name__}: {error})")
