"""Ways in which an API can deviate from its contract, as data: one line each.

Each has the drift setting of the sandbox, the operations to check, and the operation and member
that must be reported. A member is a JSON path without positions, or a header.
"""

from __future__ import annotations

from typing import NamedTuple


class Drifted(NamedTuple):
    """One drift, and what a contract run must report."""

    drift: str
    operations: tuple[str, ...]
    named: str
    member: str | None


VIDEOS, VIDEO = "GET /videos", "GET /videos/{video_id}"
ACCOUNTS, ACCOUNT = "GET /accounts", "GET /accounts/{account_id}"
CREATORS = "GET /creators"

DRIFTS = [
    # a member is gone
    Drifted("remove=VideoResponse.view_count", ("list_videos",), VIDEOS, "$.data[].view_count"),
    Drifted("remove=VideoResponse.external_id", ("get_video",), VIDEO, "$.data.external_id"),
    Drifted(
        "remove=Pagination.total_count", ("list_accounts",), ACCOUNTS, "$.pagination.total_count"
    ),
    Drifted("remove=Page_CreatorResponse_.filters", ("list_creators",), CREATORS, "$.filters"),
    Drifted(
        "remove=OverviewFigures.engagement_rate",
        ("get_overview",),
        "GET /overview",
        "$.data.current.engagement_rate",
    ),
    Drifted("remove=SearchVideo.caption", ("search",), "GET /search", "$.data.videos[].caption"),
    Drifted("remove=ProblemDetail.request_id", ("list_creators",), CREATORS, "$.request_id"),
    # called otherwise
    Drifted("rename=VideoResponse.like_count:likes", ("list_videos",), VIDEOS, "$.data[].likes"),
    Drifted("rename=AccountResponse.username:handle", ("get_account",), ACCOUNT, "$.data.username"),
    Drifted(
        "rename=Pagination.has_next:more", ("list_accounts",), ACCOUNTS, "$.pagination.has_next"
    ),
    Drifted(
        "rename=WindowedTotals.likes:hearts",
        ("batch_video_metrics",),
        "POST /videos/metrics",
        "$.data.{}.likes",
    ),
    # of another type
    Drifted(
        "retype=AccountResponse.follower_count", ("get_account",), ACCOUNT, "$.data.follower_count"
    ),
    Drifted(
        "retype=VideoDeltasMeta.windows",
        ("batch_video_deltas",),
        "POST /videos/deltas",
        "$.meta.windows",
    ),
    Drifted("retype=ProblemDetail.status", ("list_videos",), VIDEOS, "$.status"),
    Drifted('set=VideoResponse.added_at:"last week"', ("get_video",), VIDEO, "$.data.added_at"),
    # null
    Drifted("null=VideoResponse.id", ("list_videos",), VIDEOS, "$.data[].id"),
    Drifted("null=CreatorResponse.name", ("list_creators",), CREATORS, "$.data[].name"),
    # a new value
    Drifted(
        "enum=AccountResponse.platform:threads", ("list_accounts",), ACCOUNTS, "$.data[].platform"
    ),
    Drifted("enum=ProblemDetail.code:TEAPOT", ("search",), "GET /search", "$.code"),
    # a member nobody documented
    Drifted("add=VideoResponse.mood", ("track_video",), "POST /videos", "$.data.mood"),
    Drifted("add=Pagination.page", ("list_videos",), VIDEOS, "$.pagination.page"),
    Drifted("add=WhoAmI.plan", ("whoami",), "GET /whoami", "$.data.plan"),
    # envelopes
    Drifted("envelope=list_videos:items", ("list_videos",), VIDEOS, "$.data"),
    Drifted("envelope=whoami", ("whoami",), "GET /whoami", "$.data"),
    # headers
    Drifted("header=list_videos:X-Request-ID", ("list_videos",), VIDEOS, "X-Request-ID"),
    Drifted("header=get_video:ETag", ("get_video",), VIDEO, "ETag"),
    Drifted(
        "header=list_accounts:X-RateLimit-Limit=many",
        ("list_accounts",),
        ACCOUNTS,
        "X-RateLimit-Limit",
    ),
    Drifted("header=track_video:Location", ("track_video",), "POST /videos", "Location"),
    # media types
    Drifted("header=get_meta:Content-Type=text/plain", ("get_meta",), "GET /meta", "Content-Type"),
    # statuses
    Drifted("status=list_videos:202", ("list_videos",), VIDEOS, None),
    Drifted("status=create_creator:202", ("create_creator",), "POST /creators", None),
    Drifted("status=delete_video:202", ("delete_video",), "DELETE /videos/{video_id}", None),
    # ETags
    Drifted("etag=get_overview", ("get_overview",), "GET /overview", "ETag"),
    Drifted("etag=list_accounts", ("list_accounts",), ACCOUNTS, "ETag"),
    # error bodies
    Drifted("error=list_videos", ("list_videos",), VIDEOS, "Content-Type"),
    Drifted("error=get_account", ("get_account",), ACCOUNT, "Content-Type"),
    # cursors and pages
    Drifted("ignore=list_videos:cursor", ("list_videos",), VIDEOS, "$.pagination.next_cursor"),
    Drifted(
        'set=Pagination.next_cursor:"again"',
        ("list_account_videos",),
        "GET /account-videos",
        "$.pagination.next_cursor",
    ),
    Drifted(
        "null=Pagination.next_cursor", ("list_accounts",), ACCOUNTS, "$.pagination.next_cursor"
    ),
    Drifted("ignore=list_creators:limit", ("list_creators",), CREATORS, "$.data"),
    Drifted("set=Pagination.has_next:false", ("list_videos",), VIDEOS, "$.pagination.has_next"),
]
