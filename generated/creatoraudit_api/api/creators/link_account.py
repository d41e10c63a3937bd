from __future__ import annotations

from typing import Any
from urllib.parse import quote as _quote

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.creator_account_link_envelope import CreatorAccountLinkEnvelope
from ...types import Response


def get_kwargs(creator_id: str, account_id: str) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return {
        "method": "PUT",
        "url": "/creators/{creator_id}/accounts/{account_id}".format(
            creator_id=_quote(str(creator_id), safe=""), account_id=_quote(str(account_id), safe="")
        ),
        "extensions": {"creatoraudit_operation": "link_account"},
    }


def decode(status_code: int, payload: Any) -> CreatorAccountLinkEnvelope:
    """The value of a success answer's JSON body."""
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
