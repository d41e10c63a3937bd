"""How one try may end, and how long it may take. Apart, because making a client needs no more."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class RawResponse(NamedTuple):
    """A complete answer as it came: the shape generated functions expect of httpx."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes
    cached: bool = False

    def __repr__(self) -> str:
        return f"<{self.status_code}, {len(self.content)} bytes>"

    @property
    def request_id(self) -> str | None:
        """`X-Request-ID`, if there is one."""
        return self.headers.get("x-request-id")

    def json(self) -> Any:
        """The body, decoded.

        Raises:
            ValueError: It is not JSON.
        """
        from .json_ import loads  # noqa: PLC0415 - not needed to make a client

        return loads(self.content)


class Failure(NamedTuple):
    """A try that brought no complete answer; a value, so that no traceback hangs on to frames.

    Attributes:
        kind: What failed, in words.
        cause: The network library's own words.
        written: Whether the server may have read the request.
        timed_out: Whether time ran out.
        permanent: Whether another try cannot help (a bad certificate, an unusable URL).
    """

    kind: str
    cause: str
    written: bool
    timed_out: bool = False
    permanent: bool = False


class Timeouts(NamedTuple):
    """How long one try may take.

    Attributes:
        step: Seconds for each wait for the network (connect, write, read).
        whole: Seconds for the whole exchange, the body included.
    """

    step: float
    whole: float
