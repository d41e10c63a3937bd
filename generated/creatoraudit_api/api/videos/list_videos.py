from __future__ import annotations

from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.order_direction import OrderDirection
from ...models.platform import Platform
from ...models.video import Video
from ...models.video_order import VideoOrder
from ...models.video_page import VideoPage
from ...operations import list_videos as _operation
from ...types import UNSET, Response, Unset


def get_kwargs(
    *,
    limit: int | None | Unset = UNSET,
    cursor: str | None | Unset = UNSET,
    sort: str | None | Unset = UNSET,
    order_by: VideoOrder | str | None | Unset = UNSET,
    order_direction: OrderDirection | str | None | Unset = UNSET,
    account_id: str | None | Unset = UNSET,
    include_total: bool | None | Unset = UNSET,
    platform: Platform | str | None | Unset = UNSET,
    is_active: bool | None | Unset = UNSET,
    q: str | None | Unset = UNSET,
) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs(
        limit=limit,
        cursor=cursor,
        sort=sort,
        order_by=order_by,
        order_direction=order_direction,
        account_id=account_id,
        include_total=include_total,
        platform=platform,
        is_active=is_active,
        q=q,
    )


def decode(status_code: int, payload: Any) -> VideoPage:
    """Decode the body of a successful response."""
    return VideoPage.from_dict(payload)


def decode_item(payload: Any) -> Video:
    """Decode one item of the list."""
    return Video.from_dict(payload)


def sync_detailed(
    *,
    client: SupportsRequest,
    limit: int | None | Unset = UNSET,
    cursor: str | None | Unset = UNSET,
    sort: str | None | Unset = UNSET,
    order_by: VideoOrder | str | None | Unset = UNSET,
    order_direction: OrderDirection | str | None | Unset = UNSET,
    account_id: str | None | Unset = UNSET,
    include_total: bool | None | Unset = UNSET,
    platform: Platform | str | None | Unset = UNSET,
    is_active: bool | None | Unset = UNSET,
    q: str | None | Unset = UNSET,
) -> Response[VideoPage]:
    """List tracked videos

    Returns a page of the posts that are tracked individually, each with its most recent
    figures. A cursor only fits the filter and sort it was issued for; anything else is
    answered with 422.
    """
    return _answer(
        client.request(
            **get_kwargs(
                limit=limit,
                cursor=cursor,
                sort=sort,
                order_by=order_by,
                order_direction=order_direction,
                account_id=account_id,
                include_total=include_total,
                platform=platform,
                is_active=is_active,
                q=q,
            )
        ),
        decode,
    )


async def asyncio_detailed(
    *,
    client: AsyncSupportsRequest,
    limit: int | None | Unset = UNSET,
    cursor: str | None | Unset = UNSET,
    sort: str | None | Unset = UNSET,
    order_by: VideoOrder | str | None | Unset = UNSET,
    order_direction: OrderDirection | str | None | Unset = UNSET,
    account_id: str | None | Unset = UNSET,
    include_total: bool | None | Unset = UNSET,
    platform: Platform | str | None | Unset = UNSET,
    is_active: bool | None | Unset = UNSET,
    q: str | None | Unset = UNSET,
) -> Response[VideoPage]:
    """List tracked videos

    Returns a page of the posts that are tracked individually, each with its most recent
    figures. A cursor only fits the filter and sort it was issued for; anything else is
    answered with 422.
    """
    return _answer(
        await client.request(
            **get_kwargs(
                limit=limit,
                cursor=cursor,
                sort=sort,
                order_by=order_by,
                order_direction=order_direction,
                account_id=account_id,
                include_total=include_total,
                platform=platform,
                is_active=is_active,
                q=q,
            )
        ),
        decode,
    )
