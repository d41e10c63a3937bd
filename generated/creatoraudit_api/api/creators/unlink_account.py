from __future__ import annotations

from typing import Any
from urllib.parse import quote as _quote

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...types import Response


def get_kwargs(creator_id: str, account_id: str) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return {
        "method": "DELETE",
        "url": "/creators/{creator_id}/accounts/{account_id}".format(
            creator_id=_quote(str(creator_id), safe=""), account_id=_quote(str(account_id), safe="")
        ),
        "extensions": {"creatoraudit_operation": "unlink_account"},
    }


def decode(status_code: int, payload: Any) -> None:
    """The value of a success answer's JSON body."""
    return None


def sync_detailed(creator_id: str, account_id: str, *, client: SupportsRequest) -> Response[None]:
    """Unlink an account from a creator

    Takes an account out of a creator.
    """
    return _answer(client.request(**get_kwargs(creator_id, account_id)), decode)


async def asyncio_detailed(
    creator_id: str, account_id: str, *, client: AsyncSupportsRequest
) -> Response[None]:
    """Unlink an account from a creator

    Takes an account out of a creator.
    """
    return _answer(await client.request(**get_kwargs(creator_id, account_id)), decode)
