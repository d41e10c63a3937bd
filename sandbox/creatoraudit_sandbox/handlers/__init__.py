"""The operations by their operationId: what the app looks up for each documented operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from . import system, videos
from ._base import Call, Handler, Result

HANDLERS: Final[Mapping[str, Handler]] = {
    handler.__name__: handler
    for handler in (
        videos.list_videos,
        videos.get_video,
        videos.batch_video_deltas,
        videos.get_video_deltas,
        videos.list_account_videos,
        system.get_health,
        system.get_meta,
        system.whoami,
    )
}

__all__ = ["HANDLERS", "Call", "Handler", "Result"]
