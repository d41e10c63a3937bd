from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.create_creator_request import CreateCreatorRequest
from ...models.creator_envelope import CreatorEnvelope
from ...operations import create_creator as _operation
from ...types import JSON, UNSET, Response, Unset


def get_kwargs(
    *, body: CreateCreatorRequest | Mapping[str, JSON], idempotency_key: str | None | Unset = UNSET
) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs(body=body, idempotency_key=idempotency_key)


def decode(status_code: int, payload: Any) -> CreatorEnvelope:
    """Decode the body of a successful response."""
    return CreatorEnvelope.from_dict(payload)


def sync_detailed(
    *,
    client: SupportsRequest,
    body: CreateCreatorRequest | Mapping[str, JSON],
    idempotency_key: str | None | Unset = UNSET,
) -> Response[CreatorEnvelope]:
    """Create a creator

    Creates an empty group; accounts join it through the link operation.
    """
    return _answer(client.request(**get_kwargs(body=body, idempotency_key=idempotency_key)), decode)


async def asyncio_detailed(
    *,
    client: AsyncSupportsRequest,
    body: CreateCreatorRequest | Mapping[str, JSON],
    idempotency_key: str | None | Unset = UNSET,
) -> Response[CreatorEnvelope]:
    """Create a creator

    Creates an empty group; accounts join it through the link operation.
    """
    return _answer(
        await client.request(**get_kwargs(body=body, idempotency_key=idempotency_key)), decode
    )
