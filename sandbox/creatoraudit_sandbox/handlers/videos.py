"""Posts tracked one by one, posts found through accounts, and view deltas of both."""

from __future__ import annotations

import sqlite3
from typing import Final

from .. import curve, views, world
from .._types import Json, JsonObject
from ..problems import not_found
from ._base import Call, Conditions, Result, Sorting, integers, page, single, strings

_SORTING: Final = Sorting(
    {
        "added_at": "added_at",
        "create_time": "create_time",
        "view_count": "view_count",
        "like_count": "like_count",
        "play_count": "play_count",
    }
)
_FOUND_SORTING: Final = Sorting({"added_at": "added_at"})
_DEFAULT_WINDOWS: Final = (1, 7, 14, 30)


def list_videos(call: Call) -> Result:
    """Posts tracked one by one."""
    conditions = Conditions(call)
    conditions.platform()
    conditions.is_active()
    conditions.contains("caption")
    account = (call.text("account_id") or "").lower()
    conditions.add("account_id", "t.account = (SELECT n FROM accounts WHERE id = ?)", account)
    seed = call.store.world.seed
    return page(
        call, "videos", conditions, _SORTING, lambda rows: [views.video(r, seed) for r in rows]
    )


def list_account_videos(call: Call) -> Result:
    """Posts found through tracked accounts."""
    conditions = Conditions(call)
    conditions.platform()
    seed = call.store.world.seed
    return page(
        call,
        "account_videos",
        conditions,
        _FOUND_SORTING,
        lambda rows: [views.video(r, seed, found=True) for r in rows],
    )


def find(call: Call) -> sqlite3.Row:
    """The individually tracked post that the path names."""
    row = call.store.get("videos", call.path["video_id"].lower())
    if row is None:
        raise not_found("Video")
    return row


def get_video(call: Call) -> Result:
    """One post."""
    return single(views.video(find(call), call.store.world.seed))


def batch_video_deltas(call: Call) -> Result:
    """View deltas, asked for in a body."""
    return _deltas(call, call.body)


def get_video_deltas(call: Call) -> Result:
    """View deltas, asked for in the query."""
    return _deltas(call, call.query)


def _deltas(call: Call, request: JsonObject) -> Result:
    """Answer with the change per window for every post that is tracked, in either way.

    A post that was refreshed once or never has not moved yet as far as anyone knows: its windows say 0.
    """
    ids = list(dict.fromkeys(i.lower() for i in strings(request.get("video_ids"))))
    windows = list(dict.fromkeys(integers(request.get("windows")) or _DEFAULT_WINDOWS))
    found = call.store.posts(ids)
    data: JsonObject = {}
    for video_id in ids:
        row = found.get(video_id)
        if row is not None:
            data[video_id] = _moves(row, windows)
    missing: list[Json] = [i for i in ids if i not in found]
    used: list[Json] = [*windows]
    return Result(
        {
            "data": data,
            "meta": {"windows": used, "video_count": len(data), "not_found": missing},
        }
    )


def _moves(row: sqlite3.Row, windows: list[int]) -> JsonObject:
    first, last = row["first_scrape"], row["last_scrape"]
    if last == world.UNKNOWN:
        return {f"{n}d": 0 for n in windows}
    growth = views.curve_of(row)
    return {f"{n}d": curve.delta(growth, first, last, n) for n in windows}
