from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.video_deltas_response import VideoDeltasResponse
from ...operations import get_video_deltas as _operation
from ...types import UNSET, Response, Unset


def get_kwargs(
    *, video_ids: Sequence[str], windows: Sequence[int] | None | Unset = UNSET
) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs(video_ids=video_ids, windows=windows)


def decode(status_code: int, payload: Any) -> VideoDeltasResponse:
    """Decode the body of a successful response."""
    return VideoDeltasResponse.from_dict(payload)


def sync_detailed(
    *,
    client: SupportsRequest,
    video_ids: Sequence[str],
    windows: Sequence[int] | None | Unset = UNSET,
) -> Response[VideoDeltasResponse]:
    """Get view deltas by query

    Takes the request of the POST form as query parameters, for short id lists.
    """
    return _answer(client.request(**get_kwargs(video_ids=video_ids, windows=windows)), decode)


async def asyncio_detailed(
    *,
    client: AsyncSupportsRequest,
    video_ids: Sequence[str],
    windows: Sequence[int] | None | Unset = UNSET,
) -> Response[VideoDeltasResponse]:
    """Get view deltas by query

    Takes the request of the POST form as query parameters, for short id lists.
    """
    return _answer(await client.request(**get_kwargs(video_ids=video_ids, windows=windows)), decode)
