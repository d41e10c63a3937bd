from __future__ import annotations

from typing import Any
from urllib.parse import quote as _quote

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...types import Response


def get_kwargs(account_id: str) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return {
        "method": "DELETE",
        "url": "/accounts/{account_id}".format(account_id=_quote(str(account_id), safe="")),
        "extensions": {"creatoraudit_operation": "delete_account"},
    }


def decode(status_code: int, payload: Any) -> None:
    """The value of a success answer's JSON body."""
    return None


def sync_detailed(account_id: str, *, client: SupportsRequest) -> Response[None]:
    """Delete an account

    Ends the tracking of an account.
    """
    return _answer(client.request(**get_kwargs(account_id)), decode)


async def asyncio_detailed(account_id: str, *, client: AsyncSupportsRequest) -> Response[None]:
    """Delete an account

    Ends the tracking of an account.
    """
    return _answer(await client.request(**get_kwargs(account_id)), decode)
