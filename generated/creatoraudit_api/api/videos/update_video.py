from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.update_video_request import UpdateVideoRequest
from ...models.video_envelope import VideoEnvelope
from ...operations import update_video as _operation
from ...types import JSON, Response


def get_kwargs(video_id: str, *, body: UpdateVideoRequest | Mapping[str, JSON]) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs(video_id=video_id, body=body)


def decode(status_code: int, payload: Any) -> VideoEnvelope:
    """Decode the body of a successful response."""
    return VideoEnvelope.from_dict(payload)


def sync_detailed(
    video_id: str, *, client: SupportsRequest, body: UpdateVideoRequest | Mapping[str, JSON]
) -> Response[VideoEnvelope]:
    """Update a video

    Changes the settings of a tracked post; `is_active` pauses it or takes it up again.
    """
    return _answer(client.request(**get_kwargs(video_id, body=body)), decode)


async def asyncio_detailed(
    video_id: str, *, client: AsyncSupportsRequest, body: UpdateVideoRequest | Mapping[str, JSON]
) -> Response[VideoEnvelope]:
    """Update a video

    Changes the settings of a tracked post; `is_active` pauses it or takes it up again.
    """
    return _answer(await client.request(**get_kwargs(video_id, body=body)), decode)
