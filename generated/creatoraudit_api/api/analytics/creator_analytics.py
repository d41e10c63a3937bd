from __future__ import annotations

import datetime
from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.creator_analytics import CreatorAnalytics
from ...operations import creator_analytics as _operation
from ...types import UNSET, Response, Unset


def get_kwargs(
    creator_id: str,
    *,
    start_date: datetime.date | str | None | Unset = UNSET,
    end_date: datetime.date | str | None | Unset = UNSET,
) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs(creator_id=creator_id, start_date=start_date, end_date=end_date)


def decode(status_code: int, payload: Any) -> CreatorAnalytics:
    """Decode the body of a successful response."""
    return CreatorAnalytics.from_dict(payload)


def sync_detailed(
    creator_id: str,
    *,
    client: SupportsRequest,
    start_date: datetime.date | str | None | Unset = UNSET,
    end_date: datetime.date | str | None | Unset = UNSET,
) -> Response[CreatorAnalytics]:
    """Get analytics of a creator

    Returns the figures of a creator between two days, rolled up over its accounts.
    """
    return _answer(
        client.request(**get_kwargs(creator_id, start_date=start_date, end_date=end_date)), decode
    )


async def asyncio_detailed(
    creator_id: str,
    *,
    client: AsyncSupportsRequest,
    start_date: datetime.date | str | None | Unset = UNSET,
    end_date: datetime.date | str | None | Unset = UNSET,
) -> Response[CreatorAnalytics]:
    """Get analytics of a creator

    Returns the figures of a creator between two days, rolled up over its accounts.
    """
    return _answer(
        await client.request(**get_kwargs(creator_id, start_date=start_date, end_date=end_date)),
        decode,
    )
