from __future__ import annotations

from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.creator import Creator
from ...models.creator_order import CreatorOrder
from ...models.creator_page import CreatorPage
from ...models.order_direction import OrderDirection
from ...operations import list_creators as _operation
from ...types import UNSET, Response, Unset


def get_kwargs(
    *,
    limit: int | None | Unset = UNSET,
    cursor: str | None | Unset = UNSET,
    sort: str | None | Unset = UNSET,
    order_by: CreatorOrder | str | None | Unset = UNSET,
    order_direction: OrderDirection | str | None | Unset = UNSET,
    is_active: bool | None | Unset = UNSET,
    include_total: bool | None | Unset = UNSET,
) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs(
        limit=limit,
        cursor=cursor,
        sort=sort,
        order_by=order_by,
        order_direction=order_direction,
        is_active=is_active,
        include_total=include_total,
    )


def decode(status_code: int, payload: Any) -> CreatorPage:
    """Decode the body of a successful response."""
    return CreatorPage.from_dict(payload)


def decode_item(payload: Any) -> Creator:
    """Decode one item of the list."""
    return Creator.from_dict(payload)


def sync_detailed(
    *,
    client: SupportsRequest,
    limit: int | None | Unset = UNSET,
    cursor: str | None | Unset = UNSET,
    sort: str | None | Unset = UNSET,
    order_by: CreatorOrder | str | None | Unset = UNSET,
    order_direction: OrderDirection | str | None | Unset = UNSET,
    is_active: bool | None | Unset = UNSET,
    include_total: bool | None | Unset = UNSET,
) -> Response[CreatorPage]:
    """List creators

    Returns a page of the creators, each with totals over its linked accounts.
    """
    return _answer(
        client.request(
            **get_kwargs(
                limit=limit,
                cursor=cursor,
                sort=sort,
                order_by=order_by,
                order_direction=order_direction,
                is_active=is_active,
                include_total=include_total,
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
    order_by: CreatorOrder | str | None | Unset = UNSET,
    order_direction: OrderDirection | str | None | Unset = UNSET,
    is_active: bool | None | Unset = UNSET,
    include_total: bool | None | Unset = UNSET,
) -> Response[CreatorPage]:
    """List creators

    Returns a page of the creators, each with totals over its linked accounts.
    """
    return _answer(
        await client.request(
            **get_kwargs(
                limit=limit,
                cursor=cursor,
                sort=sort,
                order_by=order_by,
                order_direction=order_direction,
                is_active=is_active,
                include_total=include_total,
            )
        ),
        decode,
    )
