from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.track_video_request import TrackVideoRequest
from ...models.video_envelope import VideoEnvelope
from ...operations import track_video as _operation
from ...types import JSON, UNSET, Response, Unset


def get_kwargs(
    *, body: TrackVideoRequest | Mapping[str, JSON], idempotency_key: str | None | Unset = UNSET
) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs(body=body, idempotency_key=idempotency_key)


def decode(status_code: int, payload: Any) -> VideoEnvelope:
    """Decode the body of a successful response."""
    return VideoEnvelope.from_dict(payload)


def sync_detailed(
    *,
    client: SupportsRequest,
    body: TrackVideoRequest | Mapping[str, JSON],
    idempotency_key: str | None | Unset = UNSET,
) -> Response[VideoEnvelope]:
    """Track a video

    Puts one Instagram post or TikTok video under tracking. The record exists immediately; the
    figures of an active one follow in the background. The author need not be tracked, in
    which case `account_id` is null.
    """
    return _answer(client.request(**get_kwargs(body=body, idempotency_key=idempotency_key)), decode)


async def asyncio_detailed(
    *,
    client: AsyncSupportsRequest,
    body: TrackVideoRequest | Mapping[str, JSON],
    idempotency_key: str | None | Unset = UNSET,
) -> Response[VideoEnvelope]:
    """Track a video

    Puts one Instagram post or TikTok video under tracking. The record exists immediately; the
    figures of an active one follow in the background. The author need not be tracked, in
    which case `account_id` is null.
    """
    return _answer(
        await client.request(**get_kwargs(body=body, idempotency_key=idempotency_key)), decode
    )
