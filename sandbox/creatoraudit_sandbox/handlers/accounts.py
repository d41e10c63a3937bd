"""Tracked profiles."""

from __future__ import annotations

from typing import Final

from .. import views
from .._types import Json
from ..clock import HOUR
from ..problems import Problem
from ..texts import write
from ._base import (
    Call,
    Filters,
    Result,
    Sorting,
    conflict,
    created,
    find,
    page,
    platform_index,
    single,
)

_SORTING: Final = Sorting(
    (
        "added_at",
        "username",
        "last_scrape_time",
        "follower_count",
        "view_count",
        "like_count",
        "play_count",
    )
)
_TEN_YEARS: Final = 10 * 365 * 24


def list_accounts(call: Call) -> Result:
    """List the tracked profiles."""
    filters = Filters(call)
    filters.platform()
    filters.is_active()
    filters.text()
    filters.add("category", call.text("category") or "")
    filters.add("creator_id", (call.text("creator_id") or "").lower())
    return page(
        call,
        "accounts",
        filters,
        _SORTING,
        lambda rows: [write(views.account(row)) for row in call.store.rows("accounts", rows)],
    )


def get_account(call: Call) -> Result:
    """Return one profile."""
    return single(views.account(find(call, "accounts")))


def track_account(call: Call) -> Result:
    """Track a profile; its first refresh follows by itself."""
    store, body = call.store, call.body
    platform = platform_index(call.required("platform"))
    username = str(call.required("username"))
    if store.account_named(platform, username) is not None:
        raise conflict("This account is tracked already.")
    quota = call.account_quota
    if quota is not None and store.account_count() >= quota:
        raise Problem("QUOTA_EXCEEDED", f"The organization tracks at most {quota} accounts.")
    category = body.get("category")
    hours = _whole(body.get("scrape_interval_hours", 24))
    with store.write():
        row = store.world.account(store.next_row("accounts"), platform, username, call.now)
        row = row._replace(
            category=category if isinstance(category, str) else None,
            # Kept as text: the documents state no bounds, and SQLite's integers have some.
            scrape_interval_hours=str(hours),
            refresh_every=min(max(hours, 1), _TEN_YEARS) * HOUR,
        )
        store.add("accounts", row)
        store.refreshes.schedule("accounts", row.n, call.now)
    shown = store.get("accounts", row.id)
    assert shown is not None
    return created(views.account(shown), f"{call.base_url}/accounts/{row.id}")


def _whole(value: Json) -> int:
    return int(value) if isinstance(value, int | float) else 24


def update_account(call: Call) -> Result:
    """Pause or resume a profile; undocumented members are ignored."""
    row = find(call, "accounts")
    active = call.body.get("is_active")
    if isinstance(active, bool):
        with call.store.write():
            call.store.activate("accounts", row, active, call.now)
    return single(views.account(find(call, "accounts")))


def delete_account(call: Call) -> Result:
    """Stop tracking a profile and its posts; individually tracked posts stay."""
    row = find(call, "accounts")
    with call.store.write():
        call.store.remove_account(row["n"])
    return Result(status=204)
