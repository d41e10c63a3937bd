from __future__ import annotations

from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.period import Period
from ...models.top_creator import TopCreator
from ...models.top_creators import TopCreators
from ...operations import top_creators as _operation
from ...types import UNSET, Response, Unset


def get_kwargs(
    *, period: Period | str | None | Unset = UNSET, limit: int | None | Unset = UNSET
) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs(period=period, limit=limit)


def decode(status_code: int, payload: Any) -> TopCreators:
    """Decode the body of a successful response."""
    return TopCreators.from_dict(payload)


def decode_item(payload: Any) -> TopCreator:
    """Decode one item of the list."""
    return TopCreator.from_dict(payload)


def sync_detailed(
    *,
    client: SupportsRequest,
    period: Period | str | None | Unset = UNSET,
    limit: int | None | Unset = UNSET,
) -> Response[TopCreators]:
    """List top creators

    Returns a short list of creators in rank order. It has no cursor.
    """
    return _answer(client.request(**get_kwargs(period=period, limit=limit)), decode)


async def asyncio_detailed(
    *,
    client: AsyncSupportsRequest,
    period: Period | str | None | Unset = UNSET,
    limit: int | None | Unset = UNSET,
) -> Response[TopCreators]:
    """List top creators

    Returns a short list of creators in rank order. It has no cursor.
    """
    return _answer(await client.request(**get_kwargs(period=period, limit=limit)), decode)
