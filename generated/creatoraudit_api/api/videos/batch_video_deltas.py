from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.video_deltas_request import VideoDeltasRequest
from ...models.video_deltas_response import VideoDeltasResponse
from ...operations import batch_video_deltas as _operation
from ...types import JSON, Response


def get_kwargs(*, body: VideoDeltasRequest | Mapping[str, JSON]) -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs(body=body)


def decode(status_code: int, payload: Any) -> VideoDeltasResponse:
    """Decode the body of a successful response."""
    return VideoDeltasResponse.from_dict(payload)


def sync_detailed(
    *, client: SupportsRequest, body: VideoDeltasRequest | Mapping[str, JSON]
) -> Response[VideoDeltasResponse]:
    """Get view deltas of many videos

    Tells by how much the views of each video moved over the look-back windows asked for. It
    changes nothing: the ids travel in a body because a URL would be too short. Ids that the
    organization does not track are left out of `data` and named in `meta.not_found`, hence a
    zero is a measured zero.
    """
    return _answer(client.request(**get_kwargs(body=body)), decode)


async def asyncio_detailed(
    *, client: AsyncSupportsRequest, body: VideoDeltasRequest | Mapping[str, JSON]
) -> Response[VideoDeltasResponse]:
    """Get view deltas of many videos

    Tells by how much the views of each video moved over the look-back windows asked for. It
    changes nothing: the ids travel in a body because a URL would be too short. Ids that the
    organization does not track are left out of `data` and named in `meta.not_found`, hence a
    zero is a measured zero.
    """
    return _answer(await client.request(**get_kwargs(body=body)), decode)
