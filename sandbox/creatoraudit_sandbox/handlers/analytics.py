"""Windowed totals, a creator's daily figures, the overview: sums over the growth of posts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from .. import recorded, views, world
from .._types import Json, JsonObject
from ..clock import day_of
from ..database import Row
from ..figures import Totals
from ..problems import invalid
from ..rows import UNKNOWN
from . import periods
from ._base import Call, Result, find, integers, single, strings

_MOST_IDS: Final = 200
_FIGURES: Final = ("views", "plays", "likes", "comments", "shares", "engagement")
_MONTH: Final = 30


def batch_video_metrics(call: Call) -> Result:
    """Totals of individually tracked posts."""
    ids = _unique(strings(call.required("video_ids")))
    period = periods.of_body(call.body, call.now)
    found = call.store.figures.by_id("videos", ids, period.start, period.end)
    return _answer(period, ids, found)


def batch_account_metrics(call: Call) -> Result:
    """Totals of accounts, over the posts found through them."""
    ids = _unique(strings(call.required("account_ids")))
    period = periods.of_body(call.body, call.now)
    found = call.store.figures.by_account(ids, period.start, period.end)
    return _answer(period, ids, found)


def batch_account_video_metrics(call: Call) -> Result:
    """Totals of posts found through accounts, by the platform's integer ids.

    If both platforms have the same integer, the TikTok one wins, as it is written last.
    """
    period = periods.of_body(call.body, call.now)
    found: dict[str, Totals] = {}
    asked: list[str] = []
    for platform, member in enumerate(("instagram_post_ids", "tiktok_video_ids")):
        numbers = list(dict.fromkeys(integers(call.body.get(member))))
        if len(numbers) > _MOST_IDS:
            message = f"must have at most {_MOST_IDS} items"
            raise invalid(member, message, f"Request failed validation: {member} {message}.")
        # Rows are 64-bit numbers; what does not fit is not a row.
        rows = {
            views.account_video_row(platform, number): number
            for number in numbers
            if 0 < number < 2**61
        }
        totals = call.store.figures.by_row("account_videos", list(rows), period.start, period.end)
        found |= {str(rows[n]): total for n, total in totals.items()}
        asked += [str(number) for number in numbers]
    return _answer(period, _unique(asked), found)


def _unique(ids: list[str]) -> list[str]:
    return list(dict.fromkeys(i.lower() for i in ids))


def _answer(period: periods.Period, ids: list[str], found: dict[str, Totals]) -> Result:
    data: JsonObject = {i: _figures(found[i]) for i in ids if i in found}
    missing: list[Json] = [i for i in ids if i not in found]
    return Result(
        {
            "data": data,
            "meta": {
                "period": period.name,
                "start_date": period.first.isoformat(),
                "end_date": period.last.isoformat(),
                "days": period.days,
                "not_found": missing,
            },
        }
    )


def _figures(total: Totals) -> JsonObject:
    return dict(zip(_FIGURES, (*total, total.engagement), strict=True))


def creator_analytics(call: Call) -> Result:
    """A creator's figures day by day, for the days of the range that have been collected."""
    creator = find(call, "creators")
    first, last = _range(call)
    linked = call.store.accounts_of(creator["n"])
    history = [row for row in linked if row["first_scrape_time"] != UNKNOWN]
    if not history or first > last:
        return Result({"data": []})
    first = max(first, day_of(min(row["first_scrape_time"] for row in history)))
    last = min(last, day_of(max(row["last_scrape_time"] for row in history)))
    days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    totals = call.store.figures.daily(creator["n"], [periods.Period("", d, d).start for d in days])
    data: list[Json] = [
        {
            "date": day.isoformat(),
            "views": total.views,
            "likes": total.likes,
            "comments": total.comments,
            "shares": total.shares,
            "followers": _followers(history, periods.Period("", day, day).end),
        }
        for day, total in zip(days, totals, strict=True)
    ]
    return Result({"data": data})


def _range(call: Call) -> tuple[date, date]:
    """The requested days; by default the thirty that end today or with end_date."""
    first = periods.parse_day("start_date", call.text("start_date"))
    last = periods.parse_day("end_date", call.text("end_date"))
    if first is not None and last is not None:
        periods.in_order(first, last)
    last = last or day_of(call.now)
    return first or last - min(timedelta(days=_MONTH - 1), last - date.min), last


def _followers(rows: list[Row], instant: int) -> int:
    total = 0
    for row in rows:
        if row["first_scrape_time"] < instant:
            at = min(instant, row["last_scrape_time"])
            base, daily, added = row["follower_base"], row["follower_daily"], row["added_at"]
            grown = world.follower_count(base, daily, added, at)
            total += recorded.count(row["recorded"], "followers", at, grown)
    return total


def get_overview(call: Call) -> Result:
    """Headline figures of the period, of the one before, and the change between them.

    total_views are the views gained in the period by every post, in both lists; the counts are
    those at its end.
    """
    period = periods.preset(call.text("period") or "7d", call.now)
    before = period.before()
    gained = call.store.figures.of_all((before.start, before.end, period.end))
    previous, current = (
        _headline(call, each, *gain) for each, gain in zip((before, period), gained, strict=True)
    )
    changes: JsonObject = {
        f"{name}_pct": _change(previous[name], current[name]) for name in current
    }
    return single(
        {"type": "overview", "current": {**current}, "previous": {**previous}, "changes": changes}
    )


def _headline(call: Call, period: periods.Period, views: int, engagement: int) -> dict[str, float]:
    rate = 100 * engagement / views if views else 0.0
    tracked = call.store.tracked_before(period.end)
    return {
        "total_views": views,
        "engagement_rate": round(rate, 4),
        **tracked._asdict(),
    }


def _change(before: float, now: float) -> float | None:
    """Change in percent; None if the earlier value is 0 and the later is not."""
    if before:
        return round(100 * (now - before) / before, 4)
    return None if now else 0.0
