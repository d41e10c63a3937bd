from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.account_envelope import AccountEnvelope
from ...models.track_account_request import TrackAccountRequest
from ...operations import track_account as _operation
from ...types import JSON, UNSET, Response, Unset


def get_kwargs(
    *, body: TrackAccountRequest | Mapping[str, JSON], idempotency_key: str | None | Unset = UNSET
) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs(body=body, idempotency_key=idempotency_key)


def decode(status_code: int, payload: Any) -> AccountEnvelope:
    """Decode the body of a successful response."""
    return AccountEnvelope.from_dict(payload)


def sync_detailed(
    *,
    client: SupportsRequest,
    body: TrackAccountRequest | Mapping[str, JSON],
    idempotency_key: str | None | Unset = UNSET,
) -> Response[AccountEnvelope]:
    """Track an account

    Puts a profile under tracking. The record and its id exist immediately while the first
    figures are collected in the background, so `last_scrape_time` is null at first; read the
    account again until it is set. Every post of the profile is then refreshed at the
    interval. An organization with an account cap gets QUOTA_EXCEEDED once it is used up.
    """
    return _answer(client.request(**get_kwargs(body=body, idempotency_key=idempotency_key)), decode)


async def asyncio_detailed(
    *,
    client: AsyncSupportsRequest,
    body: TrackAccountRequest | Mapping[str, JSON],
    idempotency_key: str | None | Unset = UNSET,
) -> Response[AccountEnvelope]:
    """Track an account

    Puts a profile under tracking. The record and its id exist immediately while the first
    figures are collected in the background, so `last_scrape_time` is null at first; read the
    account again until it is set. Every post of the profile is then refreshed at the
    interval. An organization with an account cap gets QUOTA_EXCEEDED once it is used up.
    """
    return _answer(
        await client.request(**get_kwargs(body=body, idempotency_key=idempotency_key)), decode
    )
