"""Individually tracked posts, those found through accounts, and view deltas of both."""

from __future__ import annotations

import json
from typing import Final

from .. import identifiers
from .._types import Json, JsonObject
from ..texts import Text, mapped
from ._base import (
    Call,
    Filters,
    Result,
    Sorting,
    conflict,
    created,
    find,
    integers,
    page,
    platform_index,
    single,
    strings,
    tags,
)

_SORTING: Final = Sorting(("added_at", "create_time", "view_count", "like_count", "play_count"))
_FOUND_SORTING: Final = Sorting(("added_at",))
_DEFAULT_WINDOWS: Final = (1, 7, 14, 30)


def list_videos(call: Call) -> Result:
    """List posts tracked one by one."""
    filters = Filters(call)
    filters.platform()
    filters.is_active()
    filters.text()
    filters.add("account_id", (call.text("account_id") or "").lower())
    return page(call, "videos", filters, _SORTING, lambda rows: call.posts.shown("videos", rows))


def list_account_videos(call: Call) -> Result:
    """List posts found through tracked accounts."""
    filters = Filters(call)
    filters.platform()
    return page(
        call,
        "account_videos",
        filters,
        _FOUND_SORTING,
        lambda rows: call.posts.shown("account_videos", rows),
    )


def get_video(call: Call) -> Result:
    """Return one post."""
    return single(_shown(call, find(call, "videos")["n"]))


def _shown(call: Call, n: int) -> Text:
    return Text(call.posts.shown("videos", [n])[0])


def track_video(call: Call) -> Result:
    """Track a post; its first refresh follows by itself if it is active."""
    store, body = call.store, call.body
    platform = platform_index(call.required("platform"))
    external_id, author = identifiers.parse(platform, str(call.required("identifier")))
    metadata = tags(body)
    active = body.get("is_active") is not False
    hours = body.get("scrape_interval_hours", 24)
    if store.post("videos", platform, external_id) is not None:
        raise conflict("This video is tracked already.")
    with store.write():
        row = store.new_video(platform, external_id, author, call.now)
        row = row._replace(
            is_active=int(active),
            scrape_interval_hours=int(hours) if isinstance(hours, int | float) else 24,
            metadata=None if metadata is None else json.dumps(metadata),
        )
        store.add("videos", row)
        if active:
            store.refreshes.schedule("videos", row.n, call.now)
    return created(_shown(call, row.n), f"{call.base_url}/videos/{row.id}")


def update_video(call: Call) -> Result:
    """Pause or resume a post; undocumented members are ignored."""
    row = find(call, "videos")
    active = call.body.get("is_active")
    if isinstance(active, bool):
        with call.store.write():
            call.store.activate("videos", row, active, call.now)
    return get_video(call)


def delete_video(call: Call) -> Result:
    """Stop tracking a post."""
    row = find(call, "videos")
    with call.store.write():
        call.store.remove("videos", row["n"])
    return Result(status=204)


def batch_video_deltas(call: Call) -> Result:
    """Return view deltas for ids in the body."""
    return _deltas(call, call.body)


def get_video_deltas(call: Call) -> Result:
    """Return view deltas for ids in the query."""
    return _deltas(call, call.query)


def _deltas(call: Call, request: JsonObject) -> Result:
    """Return the change per window for every post tracked in either way."""
    ids = list(dict.fromkeys(i.lower() for i in strings(request.get("video_ids"))))
    windows = list(dict.fromkeys(integers(request.get("windows")) or _DEFAULT_WINDOWS))
    found = call.posts.deltas(ids, windows)
    missing: list[Json] = [i for i in ids if i not in found]
    used: list[Json] = [*windows]
    meta: JsonObject = {"windows": used, "video_count": len(found), "not_found": missing}
    return Result({"data": mapped(found), "meta": meta})
