from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.video_metrics_request import VideoMetricsRequest
from ...models.windowed_metrics_response import WindowedMetricsResponse
from ...operations import batch_video_metrics as _operation
from ...types import JSON, Response


def get_kwargs(*, body: VideoMetricsRequest | Mapping[str, JSON]) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs(body=body)


def decode(status_code: int, payload: Any) -> WindowedMetricsResponse:
    """Decode the body of a successful response."""
    return WindowedMetricsResponse.from_dict(payload)


def sync_detailed(
    *, client: SupportsRequest, body: VideoMetricsRequest | Mapping[str, JSON]
) -> Response[WindowedMetricsResponse]:
    """Get windowed metrics of videos

    Returns totals over a period for many individually tracked videos at once. Too many ids
    are refused with VALIDATION_ERROR.
    """
    return _answer(client.request(**get_kwargs(body=body)), decode)


async def asyncio_detailed(
    *, client: AsyncSupportsRequest, body: VideoMetricsRequest | Mapping[str, JSON]
) -> Response[WindowedMetricsResponse]:
    """Get windowed metrics of videos

    Returns totals over a period for many individually tracked videos at once. Too many ids
    are refused with VALIDATION_ERROR.
    """
    return _answer(await client.request(**get_kwargs(body=body)), decode)
