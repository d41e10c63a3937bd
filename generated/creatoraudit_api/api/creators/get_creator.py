from __future__ import annotations

from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.creator_envelope import CreatorEnvelope
from ...operations import get_creator as _operation
from ...types import Response


def get_kwargs(creator_id: str) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs(creator_id=creator_id)


def decode(status_code: int, payload: Any) -> CreatorEnvelope:
    """Decode the body of a successful response."""
    return CreatorEnvelope.from_dict(payload)


def sync_detailed(creator_id: str, *, client: SupportsRequest) -> Response[CreatorEnvelope]:
    """Get a creator

    Reads one creator.
    """
    return _answer(client.request(**get_kwargs(creator_id)), decode)


async def asyncio_detailed(
    creator_id: str, *, client: AsyncSupportsRequest
) -> Response[CreatorEnvelope]:
    """Get a creator

    Reads one creator.
    """
    return _answer(await client.request(**get_kwargs(creator_id)), decode)
