from __future__ import annotations

from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...operations import delete_video as _operation
from ...types import Response


def get_kwargs(video_id: str) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs(video_id=video_id)


def decode(status_code: int, payload: Any) -> None:
    """Decode the body of a successful response."""
    return None


def sync_detailed(video_id: str, *, client: SupportsRequest) -> Response[None]:
    """Delete a video

    Ends the tracking of a post.
    """
    return _answer(client.request(**get_kwargs(video_id)), decode)


async def asyncio_detailed(video_id: str, *, client: AsyncSupportsRequest) -> Response[None]:
    """Delete a video

    Ends the tracking of a post.
    """
    return _answer(await client.request(**get_kwargs(video_id)), decode)
