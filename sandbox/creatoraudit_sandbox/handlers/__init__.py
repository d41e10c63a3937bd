"""The handlers of all operations, by method and path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from . import accounts, analytics, creators, searching, system, videos
from ._base import Call, Handler, Result

ROUTES: Final[Mapping[str, Handler]] = {
    "GET /accounts": accounts.list_accounts,
    "POST /accounts": accounts.track_account,
    "GET /accounts/{account_id}": accounts.get_account,
    "PATCH /accounts/{account_id}": accounts.update_account,
    "DELETE /accounts/{account_id}": accounts.delete_account,
    "GET /videos": videos.list_videos,
    "POST /videos": videos.track_video,
    "GET /videos/{video_id}": videos.get_video,
    "PATCH /videos/{video_id}": videos.update_video,
    "DELETE /videos/{video_id}": videos.delete_video,
    "POST /videos/deltas": videos.batch_video_deltas,
    "GET /videos/deltas": videos.get_video_deltas,
    "GET /account-videos": videos.list_account_videos,
    "GET /creators": creators.list_creators,
    "POST /creators": creators.create_creator,
    "GET /creators/{creator_id}": creators.get_creator,
    "PATCH /creators/{creator_id}": creators.update_creator,
    "DELETE /creators/{creator_id}": creators.delete_creator,
    "PUT /creators/{creator_id}/accounts/{account_id}": creators.link_account,
    "DELETE /creators/{creator_id}/accounts/{account_id}": creators.unlink_account,
    "GET /creators/top": creators.top_creators,
    "POST /accounts/metrics": analytics.batch_account_metrics,
    "POST /videos/metrics": analytics.batch_video_metrics,
    "POST /account-videos/metrics": analytics.batch_account_video_metrics,
    "GET /creators/{creator_id}/analytics": analytics.creator_analytics,
    "GET /overview": analytics.get_overview,
    "GET /search": searching.search,
    "GET /health": system.get_health,
    "GET /meta": system.get_meta,
    "GET /whoami": system.whoami,
}

__all__ = ["ROUTES", "Call", "Handler", "Result"]
