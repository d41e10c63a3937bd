from __future__ import annotations

from typing import Any
from urllib.parse import quote as _quote

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.creator_envelope import CreatorEnvelope
from ...types import Response


def get_kwargs(creator_id: str) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return {
        "method": "GET",
        "url": "/creators/{creator_id}".format(creator_id=_quote(str(creator_id), safe="")),
        "extensions": {"creatoraudit_operation": "get_creator"},
    }


def decode(status_code: int, payload: Any) -> CreatorEnvelope:
    """The value of a success answer's JSON body."""
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
