from __future__ import annotations

from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.account_envelope import AccountEnvelope
from ...operations import get_account as _operation
from ...types import Response


def get_kwargs(account_id: str) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs(account_id=account_id)


def decode(status_code: int, payload: Any) -> AccountEnvelope:
    """Decode the body of a successful response."""
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
