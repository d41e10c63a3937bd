from __future__ import annotations

from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.overview_envelope import OverviewEnvelope
from ...models.period import Period
from ...operations import get_overview as _operation
from ...types import UNSET, Response, Unset


def get_kwargs(*, period: Period | str | None | Unset = UNSET) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs(period=period)


def decode(status_code: int, payload: Any) -> OverviewEnvelope:
    """Decode the body of a successful response."""
    return OverviewEnvelope.from_dict(payload)


def sync_detailed(
    *, client: SupportsRequest, period: Period | str | None | Unset = UNSET
) -> Response[OverviewEnvelope]:
    """Get the organization overview

    Returns the headline figures of the organization for a period, those of the equally long
    period before, and the change in percent.
    """
    return _answer(client.request(**get_kwargs(period=period)), decode)


async def asyncio_detailed(
    *, client: AsyncSupportsRequest, period: Period | str | None | Unset = UNSET
) -> Response[OverviewEnvelope]:
    """Get the organization overview

    Returns the headline figures of the organization for a period, those of the equally long
    period before, and the change in percent.
    """
    return _answer(await client.request(**get_kwargs(period=period)), decode)
