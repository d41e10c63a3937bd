from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.creator_envelope import CreatorEnvelope
from ...models.update_creator_request import UpdateCreatorRequest
from ...operations import update_creator as _operation
from ...types import JSON, Response


def get_kwargs(
    creator_id: str, *, body: UpdateCreatorRequest | Mapping[str, JSON]
) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs(creator_id=creator_id, body=body)


def decode(status_code: int, payload: Any) -> CreatorEnvelope:
    """Decode the body of a successful response."""
    return CreatorEnvelope.from_dict(payload)


def sync_detailed(
    creator_id: str, *, client: SupportsRequest, body: UpdateCreatorRequest | Mapping[str, JSON]
) -> Response[CreatorEnvelope]:
    """Update a creator

    Changes name, state or tags of a creator. `metadata` is replaced as a whole.
    """
    return _answer(client.request(**get_kwargs(creator_id, body=body)), decode)


async def asyncio_detailed(
    creator_id: str,
    *,
    client: AsyncSupportsRequest,
    body: UpdateCreatorRequest | Mapping[str, JSON],
) -> Response[CreatorEnvelope]:
    """Update a creator

    Changes name, state or tags of a creator. `metadata` is replaced as a whole.
    """
    return _answer(await client.request(**get_kwargs(creator_id, body=body)), decode)
