from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.account_envelope import AccountEnvelope
from ...models.update_account_request import UpdateAccountRequest
from ...operations import update_account as _operation
from ...types import JSON, Response


def get_kwargs(
    account_id: str, *, body: UpdateAccountRequest | Mapping[str, JSON]
) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs(account_id=account_id, body=body)


def decode(status_code: int, payload: Any) -> AccountEnvelope:
    """Decode the body of a successful response."""
    return AccountEnvelope.from_dict(payload)


def sync_detailed(
    account_id: str, *, client: SupportsRequest, body: UpdateAccountRequest | Mapping[str, JSON]
) -> Response[AccountEnvelope]:
    """Update an account

    Changes the settings of a tracked account; `is_active` pauses it or takes it up again.
    """
    return _answer(client.request(**get_kwargs(account_id, body=body)), decode)


async def asyncio_detailed(
    account_id: str,
    *,
    client: AsyncSupportsRequest,
    body: UpdateAccountRequest | Mapping[str, JSON],
) -> Response[AccountEnvelope]:
    """Update an account

    Changes the settings of a tracked account; `is_active` pauses it or takes it up again.
    """
    return _answer(await client.request(**get_kwargs(account_id, body=body)), decode)
