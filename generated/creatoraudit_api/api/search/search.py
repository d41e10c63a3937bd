from __future__ import annotations

from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.search_response import SearchResponse
from ...operations import search as _operation
from ...types import UNSET, Response, Unset


def get_kwargs(
    *, q: str | None | Unset = UNSET, limit: int | None | Unset = UNSET
) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs(q=q, limit=limit)


def decode(status_code: int, payload: Any) -> SearchResponse:
    """Decode the body of a successful response."""
    return SearchResponse.from_dict(payload)


def sync_detailed(
    *, client: SupportsRequest, q: str | None | Unset = UNSET, limit: int | None | Unset = UNSET
) -> Response[SearchResponse]:
    """Search

    Finds accounts by username, creators by name and videos by caption. A blank text finds
    nothing and is no error. Sections may be capped below `limit`; `meta.effective_caps` tells
    the caps used.
    """
    return _answer(client.request(**get_kwargs(q=q, limit=limit)), decode)


async def asyncio_detailed(
    *,
    client: AsyncSupportsRequest,
    q: str | None | Unset = UNSET,
    limit: int | None | Unset = UNSET,
) -> Response[SearchResponse]:
    """Search

    Finds accounts by username, creators by name and videos by caption. A blank text finds
    nothing and is no error. Sections may be capped below `limit`; `meta.effective_caps` tells
    the caps used.
    """
    return _answer(await client.request(**get_kwargs(q=q, limit=limit)), decode)
