from __future__ import annotations

from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.video_envelope import VideoEnvelope
from ...operations import get_video as _operation
from ...types import Response


def get_kwargs(video_id: str) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs(video_id=video_id)


def decode(status_code: int, payload: Any) -> VideoEnvelope:
    """Decode the body of a successful response."""
    return VideoEnvelope.from_dict(payload)


def sync_detailed(video_id: str, *, client: SupportsRequest) -> Response[VideoEnvelope]:
    """Get a video

    Reads one individually tracked post.
    """
    return _answer(client.request(**get_kwargs(video_id)), decode)


async def asyncio_detailed(
    video_id: str, *, client: AsyncSupportsRequest
) -> Response[VideoEnvelope]:
    """Get a video

    Reads one individually tracked post.
    """
    return _answer(await client.request(**get_kwargs(video_id)), decode)
