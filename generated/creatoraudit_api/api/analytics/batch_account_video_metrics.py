from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.account_video_metrics_request import AccountVideoMetricsRequest
from ...models.windowed_metrics_response import WindowedMetricsResponse
from ...operations import batch_account_video_metrics as _operation
from ...types import JSON, Response


def get_kwargs(*, body: AccountVideoMetricsRequest | Mapping[str, JSON]) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs(body=body)


def decode(status_code: int, payload: Any) -> WindowedMetricsResponse:
    """Decode the body of a successful response."""
    return WindowedMetricsResponse.from_dict(payload)


def sync_detailed(
    *, client: SupportsRequest, body: AccountVideoMetricsRequest | Mapping[str, JSON]
) -> Response[WindowedMetricsResponse]:
    """Get windowed metrics of account videos

    Returns totals over a period for many account videos at once, keyed by the internal
    integer id. Untracked ids are left out of `data` and named in `meta.not_found`.
    """
    return _answer(client.request(**get_kwargs(body=body)), decode)


async def asyncio_detailed(
    *, client: AsyncSupportsRequest, body: AccountVideoMetricsRequest | Mapping[str, JSON]
) -> Response[WindowedMetricsResponse]:
    """Get windowed metrics of account videos

    Returns totals over a period for many account videos at once, keyed by the internal
    integer id. Untracked ids are left out of `data` and named in `meta.not_found`.
    """
    return _answer(await client.request(**get_kwargs(body=body)), decode)
