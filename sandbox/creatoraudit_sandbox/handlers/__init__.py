"""The operations by their operationId: what the app looks up for each documented operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from . import accounts, analytics, creators, searching, system, videos
from ._base import Call, Handler, Result

HANDLERS: Final[Mapping[str, Handler]] = {
    handler.__name__: handler
    for handler in (
        accounts.list_accounts,
        accounts.track_account,
        accounts.get_account,
        accounts.update_account,
        accounts.delete_account,
        videos.list_videos,
        videos.track_video,
        videos.get_video,
        videos.update_video,
        videos.delete_video,
        videos.batch_video_deltas,
        videos.get_video_deltas,
        videos.list_account_videos,
        creators.list_creators,
        creators.create_creator,
        creators.get_creator,
        creators.update_creator,
        creators.delete_creator,
        creators.link_account,
        creators.unlink_account,
        creators.top_creators,
        analytics.batch_account_metrics,
        analytics.batch_video_metrics,
        analytics.batch_account_video_metrics,
        analytics.creator_analytics,
        analytics.get_overview,
        searching.search,
        system.get_health,
        system.get_meta,
        system.whoami,
    )
}

__all__ = ["HANDLERS", "Call", "Handler", "Result"]
