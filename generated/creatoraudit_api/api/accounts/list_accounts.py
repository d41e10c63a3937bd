from __future__ import annotations

from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.account import Account
from ...models.account_order import AccountOrder
from ...models.account_page import AccountPage
from ...models.order_direction import OrderDirection
from ...models.platform import Platform
from ...operations import list_accounts as _operation
from ...types import UNSET, Response, Unset


def get_kwargs(
    *,
    limit: int | None | Unset = UNSET,
    cursor: str | None | Unset = UNSET,
    sort: str | None | Unset = UNSET,
    order_by: AccountOrder | str | None | Unset = UNSET,
    order_direction: OrderDirection | str | None | Unset = UNSET,
    platform: Platform | str | None | Unset = UNSET,
    q: str | None | Unset = UNSET,
    is_active: bool | None | Unset = UNSET,
    category: str | None | Unset = UNSET,
    creator_id: str | None | Unset = UNSET,
    include_total: bool | None | Unset = UNSET,
) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs(
        limit=limit,
        cursor=cursor,
        sort=sort,
        order_by=order_by,
        order_direction=order_direction,
        platform=platform,
        q=q,
        is_active=is_active,
        category=category,
        creator_id=creator_id,
        include_total=include_total,
    )


def decode(status_code: int, payload: Any) -> AccountPage:
    """Decode the body of a successful response."""
    return AccountPage.from_dict(payload)


def decode_item(payload: Any) -> Account:
    """Decode one item of the list."""
    return Account.from_dict(payload)


def sync_detailed(
    *,
    client: SupportsRequest,
    limit: int | None | Unset = UNSET,
    cursor: str | None | Unset = UNSET,
    sort: str | None | Unset = UNSET,
    order_by: AccountOrder | str | None | Unset = UNSET,
    order_direction: OrderDirection | str | None | Unset = UNSET,
    platform: Platform | str | None | Unset = UNSET,
    q: str | None | Unset = UNSET,
    is_active: bool | None | Unset = UNSET,
    category: str | None | Unset = UNSET,
    creator_id: str | None | Unset = UNSET,
    include_total: bool | None | Unset = UNSET,
) -> Response[AccountPage]:
    """List tracked accounts

    Returns a page of the Instagram and TikTok profiles the organization tracks. Filters
    narrow the list together (AND) and come back in `filters`; `creator_id` selects the
    accounts of one creator.
    """
    return _answer(
        client.request(
            **get_kwargs(
                limit=limit,
                cursor=cursor,
                sort=sort,
                order_by=order_by,
                order_direction=order_direction,
                platform=platform,
                q=q,
                is_active=is_active,
                category=category,
                creator_id=creator_id,
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
    order_by: AccountOrder | str | None | Unset = UNSET,
    order_direction: OrderDirection | str | None | Unset = UNSET,
    platform: Platform | str | None | Unset = UNSET,
    q: str | None | Unset = UNSET,
    is_active: bool | None | Unset = UNSET,
    category: str | None | Unset = UNSET,
    creator_id: str | None | Unset = UNSET,
    include_total: bool | None | Unset = UNSET,
) -> Response[AccountPage]:
    """List tracked accounts

    Returns a page of the Instagram and TikTok profiles the organization tracks. Filters
    narrow the list together (AND) and come back in `filters`; `creator_id` selects the
    accounts of one creator.
    """
    return _answer(
        await client.request(
            **get_kwargs(
                limit=limit,
                cursor=cursor,
                sort=sort,
                order_by=order_by,
                order_direction=order_direction,
                platform=platform,
                q=q,
                is_active=is_active,
                category=category,
                creator_id=creator_id,
                include_total=include_total,
            )
        ),
        decode,
    )
