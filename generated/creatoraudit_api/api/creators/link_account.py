from __future__ import annotations

from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.creator_account_link_envelope import CreatorAccountLinkEnvelope
from ...operations import link_account as _operation
from ...types import Response


def get_kwargs(creator_id: str, account_id: str) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs(creator_id=creator_id, account_id=account_id)


def decode(status_code: int, payload: Any) -> CreatorAccountLinkEnvelope:
    """Decode the body of a successful response."""
    return CreatorAccountLinkEnvelope.from_dict(payload)


def sync_detailed(
    creator_id: str, account_id: str, *, client: SupportsRequest
) -> Response[CreatorAccountLinkEnvelope]:
    """Link an account to a creator

    Makes a tracked account part of a creator. The first call answers 201, a repetition 200.
    An account has at most one creator; one that has another is answered with 409 until it is
    unlinked there.
    """
    return _answer(client.request(**get_kwargs(creator_id, account_id)), decode)


async def asyncio_detailed(
    creator_id: str, account_id: str, *, client: AsyncSupportsRequest
) -> Response[CreatorAccountLinkEnvelope]:
    """Link an account to a creator

    Makes a tracked account part of a creator. The first call answers 201, a repetition 200.
    An account has at most one creator; one that has another is answered with 409 until it is
    unlinked there.
    """
    return _answer(await client.request(**get_kwargs(creator_id, account_id)), decode)
