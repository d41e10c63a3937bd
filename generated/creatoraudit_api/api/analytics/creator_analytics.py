from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import quote as _quote

from ... import types as _types
from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.creator_analytics import CreatorAnalytics
from ...types import UNSET, Response, Unset


def get_kwargs(
    creator_id: str,
    *,
    start_date: datetime.date | str | None | Unset = UNSET,
    end_date: datetime.date | str | None | Unset = UNSET,
) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return {
        "method": "GET",
        "url": "/creators/{creator_id}/analytics".format(
            creator_id=_quote(str(creator_id), safe="")
        ),
        "params": _types.encode_query({"start_date": start_date, "end_date": end_date}),
        "extensions": {"creatoraudit_operation": "creator_analytics"},
    }


def decode(status_code: int, payload: Any) -> CreatorAnalytics:
    """The value of a success answer's JSON body."""
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
