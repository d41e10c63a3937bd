from __future__ import annotations

from typing import Any
from urllib.parse import quote as _quote

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.account_envelope import AccountEnvelope
from ...types import Response


def get_kwargs(account_id: str) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return {
        "method": "GET",
        "url": "/accounts/{account_id}".format(account_id=_quote(str(account_id), safe="")),
        "extensions": {"creatoraudit_operation": "get_account"},
    }


def decode(status_code: int, payload: Any) -> AccountEnvelope:
    """The value of a success answer's JSON body."""
    return AccountEnvelope.from_dict(payload)


def sync_detailed(account_id: str, *, client: SupportsRequest) -> Response[AccountEnvelope]:
    """Get an account

    Reads one tracked account, for instance to see whether its first refresh has happened.
    """
    return _answer(client.request(**get_kwargs(account_id)), decode)


async def asyncio_detailed(
    account_id: str, *, client: AsyncSupportsRequest
) -> Response[AccountEnvelope]:
    """Get an account

    Reads one tracked account, for instance to see whether its first refresh has happened.
    """
    return _answer(await client.request(**get_kwargs(account_id)), decode)
