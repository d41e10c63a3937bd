"""Turns rows into the JSON that the API returns: one function per documented resource.

Only members that openapi.json names are sent, with two exceptions where it leaves an object open:
`platform_data.internal_id` of account videos, and the link record.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Final

from . import identifiers, world
from ._types import Json, JsonObject
from .clock import iso
from .curve import share
from .database import Row
from .rows import UNKNOWN
from .store import TrackedPost

_CDN: Final = "https://cdn.example.com"
_SITES: Final = ("https://instagram.example", "https://tiktok.example")
#: The settings of an organization, which apply to accounts that override none.
_POSTS_PER_ACCOUNT: Final = 50
_LOOKBACK_DAYS: Final = 90


def _time(epoch: int) -> str | None:
    return None if epoch == UNKNOWN else iso(epoch)


def _tags(text: str | None) -> Json:
    value: Json = None if text is None else json.loads(text)
    return value


@lru_cache(maxsize=4096)
def _author_id(seed: int | str, platform: int, username: str) -> str:
    return world.platform_account_id(seed, platform, username)


def _internal_id(n: int) -> int:
    """The integer that POST /account-videos/metrics takes; it is unique within a platform only."""
    return n // 2


def account_video_row(platform: int, internal: int) -> int:
    """The row number that an internal id encodes."""
    return 2 * internal + platform


def video(post: TrackedPost, seed: int | str, *, found: bool = False) -> JsonObject:
    """A post; ``found`` is true for a post found through an account."""
    row, account_id = post
    curve = row.curve
    views, last = row.view_count, row.last_scrape_time
    known = last != UNKNOWN
    instagram = row.platform == world.INSTAGRAM
    name = world.PLATFORMS[row.platform]
    site = _SITES[row.platform]
    external_id = row.external_id
    number = int(external_id)
    image = instagram and number // 10 % 10 == 7
    return {
        "id": row.id,
        "type": "video",
        "platform": name,
        "external_id": external_id,
        "shortcode": identifiers.shortcode(external_id) if instagram else None,
        "is_active": bool(row.is_active),
        "scrape_interval_hours": row.scrape_interval_hours,
        "metadata": _tags(row.metadata),
        "added_at": _time(row.added_at),
        "updated_at": _time(row.updated_at),
        "first_scrape_time": _time(row.first_scrape_time),
        "last_scrape_time": _time(row.last_scrape_time),
        "description": row.caption if known else None,
        "create_time": _time(row.create_time),
        "media_type": ("IMAGE" if image else "VIDEO") if known else None,
        "duration": number % 880 / 10 + 4 if known and not image else None,
        "is_unavailable": bool(row.is_unavailable) if known else None,
        "cover_image_url": f"{_CDN}/covers/{name}/{external_id}.jpg" if known else None,
        "cover_image_url_original": f"{site}/covers/{external_id}.jpg" if known else None,
        "video_url": f"{_CDN}/videos/{name}/{external_id}.mp4" if known and not image else None,
        "video_url_original": f"{site}/videos/{external_id}.mp4" if known and not image else None,
        "view_count": views if known else None,
        "like_count": row.like_count if known else None,
        "comment_count": row.figure("comments", last, share(views, curve.comment_rate))
        if known
        else None,
        "share_count": row.figure("shares", last, share(views, curve.share_rate))
        if known
        else None,
        "play_count": row.play_count if known else None,
        "saved_count": row.figure("saves", last, share(views, curve.save_rate))
        if known and instagram
        else None,
        "total_views": views if known else None,
        "total_plays": row.play_count if known else None,
        "account_id": account_id,
        "account_username": row.author if known else None,
        "platform_account_id": _author_id(seed, row.platform, row.author) if known else None,
        "platform_data": {"internal_id": _internal_id(row.n)} if found else None,
    }


def account(row: Row) -> JsonObject:
    """A tracked profile."""
    platform: int = row["platform"]
    instagram = platform == world.INSTAGRAM
    known = row["last_scrape_time"] != UNKNOWN
    username: str = row["username"]
    plays: int = row["play_count"]
    facebook = share(plays, 400)
    return {
        "id": row["id"],
        "type": "account",
        "platform": world.PLATFORMS[platform],
        "username": username,
        "name": username.replace(".", " ").replace("_", " ").title() if known else None,
        "description": f"The profile of {username}." if known else None,
        "profile_pic_url": f"{_CDN}/profiles/{row['id']}.jpg" if known else None,
        "profile_pic_url_original": f"{_SITES[platform]}/profiles/{row['id']}.jpg"
        if known
        else None,
        "is_verified": bool(row["is_verified"]) and known,
        "is_active": bool(row["is_active"]),
        "is_unavailable": bool(row["is_unavailable"]),
        "link_in_bio": f"https://example.com/{row['id']}" if known and row["n"] % 3 else None,
        "creator_id": row["creator_id"],
        "creator_name": row["creator_name"],
        "category": row["category"],
        "metadata": None,
        "added_at": _time(row["added_at"]),
        "first_scrape_time": _time(row["first_scrape_time"]),
        "last_scrape_time": _time(row["last_scrape_time"]),
        "scrape_interval_hours": int(row["scrape_interval_hours"]),
        "follower_count": row["follower_count"],
        "following_count": row["following_count"] if known else 0,
        "profile_post_count": row["post_count"] + 7 if known else 0,
        "total_post_count": row["post_count"],
        "view_count": row["view_count"],
        "like_count": row["like_count"],
        "comment_count": row["comment_count"],
        "share_count": row["share_count"],
        "play_count": plays,
        "saved_count": row["saved_count"] if instagram else None,
        "fb_play_count": facebook if instagram else None,
        "ig_play_count": plays - facebook if instagram else None,
        "fb_like_count": share(row["like_count"], 300) if instagram else None,
        "max_recent_posts_per_account": None,
        "post_lookback_days": None,
        "effective_max_recent_posts_per_account": _POSTS_PER_ACCOUNT,
        "effective_post_lookback_days": _LOOKBACK_DAYS,
    }


def creator(row: Row, linked: list[Row]) -> JsonObject:
    """A creator; ``linked`` sums up its accounts per platform: platform, total, followers."""
    platforms: JsonObject = {world.PLATFORMS[r["platform"]]: r["total"] for r in linked}
    return {
        "id": row["id"],
        "type": "creator",
        "name": row["name"],
        "is_active": bool(row["is_active"]),
        "metadata": _tags(row["metadata"]),
        "accounts_summary": {
            "total": sum(r["total"] for r in linked),
            "platforms": platforms,
            "total_followers": sum(r["followers"] for r in linked),
        },
    }
