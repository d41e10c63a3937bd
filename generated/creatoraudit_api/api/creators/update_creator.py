from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote as _quote

from ... import types as _types
from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.creator_envelope import CreatorEnvelope
from ...models.update_creator_request import UpdateCreatorRequest
from ...types import JSON, Response


def get_kwargs(
    creator_id: str, *, body: UpdateCreatorRequest | Mapping[str, JSON]
) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return {
        "method": "PATCH",
        "url": "/creators/{creator_id}".format(creator_id=_quote(str(creator_id), safe="")),
        "json": _types.encode_body(body),
        "extensions": {"creatoraudit_operation": "update_creator"},
    }


def decode(status_code: int, payload: Any) -> CreatorEnvelope:
    """The value of a success answer's JSON body."""
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
