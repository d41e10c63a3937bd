from __future__ import annotations

from typing import Any
from urllib.parse import quote as _quote

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.video_envelope import VideoEnvelope
from ...types import Response


def get_kwargs(video_id: str) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return {
        "method": "GET",
        "url": "/videos/{video_id}".format(video_id=_quote(str(video_id), safe="")),
        "extensions": {"creatoraudit_operation": "get_video"},
    }


def decode(status_code: int, payload: Any) -> VideoEnvelope:
    """The value of a success answer's JSON body."""
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
