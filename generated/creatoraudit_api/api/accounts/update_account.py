from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote as _quote

from ... import types as _types
from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.account_envelope import AccountEnvelope
from ...models.update_account_request import UpdateAccountRequest
from ...types import JSON, Response


def get_kwargs(
    account_id: str, *, body: UpdateAccountRequest | Mapping[str, JSON]
) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return {
        "method": "PATCH",
        "url": "/accounts/{account_id}".format(account_id=_quote(str(account_id), safe="")),
        "json": _types.encode_body(body),
        "extensions": {"creatoraudit_operation": "update_account"},
    }


def decode(status_code: int, payload: Any) -> AccountEnvelope:
    """The value of a success answer's JSON body."""
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
