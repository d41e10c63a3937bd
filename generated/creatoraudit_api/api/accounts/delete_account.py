from __future__ import annotations

from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...operations import delete_account as _operation
from ...types import Response


def get_kwargs(account_id: str) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs(account_id=account_id)


def decode(status_code: int, payload: Any) -> None:
    """Decode the body of a successful response."""
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
