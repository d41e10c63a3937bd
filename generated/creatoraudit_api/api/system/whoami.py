from __future__ import annotations

from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.who_am_i_envelope import WhoAmIEnvelope
from ...operations import whoami as _operation
from ...types import Response


def get_kwargs() -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs()


def decode(status_code: int, payload: Any) -> WhoAmIEnvelope:
    """Decode the body of a successful response."""
    return WhoAmIEnvelope.from_dict(payload)


def sync_detailed(*, client: SupportsRequest) -> Response[WhoAmIEnvelope]:
    """Identify the key

    Tells which organization and which named key the request was made with.
    """
    return _answer(client.request(**get_kwargs()), decode)


async def asyncio_detailed(*, client: AsyncSupportsRequest) -> Response[WhoAmIEnvelope]:
    """Identify the key

    Tells which organization and which named key the request was made with.
    """
    return _answer(await client.request(**get_kwargs()), decode)
