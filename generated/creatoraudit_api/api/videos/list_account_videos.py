from __future__ import annotations

from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.account_video import AccountVideo
from ...models.account_video_page import AccountVideoPage
from ...models.platform import Platform
from ...operations import list_account_videos as _operation
from ...types import UNSET, Response, Unset


def get_kwargs(
    *,
    limit: int | None | Unset = UNSET,
    cursor: str | None | Unset = UNSET,
    include_total: bool | None | Unset = UNSET,
    platform: Platform | str | None | Unset = UNSET,
) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs(
        limit=limit, cursor=cursor, include_total=include_total, platform=platform
    )


def decode(status_code: int, payload: Any) -> AccountVideoPage:
    """Decode the body of a successful response."""
    return AccountVideoPage.from_dict(payload)


def decode_item(payload: Any) -> AccountVideo:
    """Decode one item of the list."""
    return AccountVideo.from_dict(payload)


def sync_detailed(
    *,
    client: SupportsRequest,
    limit: int | None | Unset = UNSET,
    cursor: str | None | Unset = UNSET,
    include_total: bool | None | Unset = UNSET,
    platform: Platform | str | None | Unset = UNSET,
) -> Response[AccountVideoPage]:
    """List account videos

    Returns a page of the posts that were discovered while refreshing tracked accounts. They
    are never added by hand.
    """
    return _answer(
        client.request(
            **get_kwargs(limit=limit, cursor=cursor, include_total=include_total, platform=platform)
        ),
        decode,
    )


async def asyncio_detailed(
    *,
    client: AsyncSupportsRequest,
    limit: int | None | Unset = UNSET,
    cursor: str | None | Unset = UNSET,
    include_total: bool | None | Unset = UNSET,
    platform: Platform | str | None | Unset = UNSET,
) -> Response[AccountVideoPage]:
    """List account videos

    Returns a page of the posts that were discovered while refreshing tracked accounts. They
    are never added by hand.
    """
    return _answer(
        await client.request(
            **get_kwargs(limit=limit, cursor=cursor, include_total=include_total, platform=platform)
        ),
        decode,
    )
