"""Makes results for reports without a server."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from creatoraudit import Breakout, Breakouts, Overview, Skipped, TopCreator
from creatoraudit.report import Digest
from creatoraudit_api.models import AccountVideo

from . import answers

MADE_AT = dt.datetime(2026, 6, 15, 12, 0, tzinfo=dt.UTC)
DELTAS: Mapping[str, int | None] = {"1d": 5, "7d": 100, "14d": 120, "30d": 150}


def post(rank: int, **members: Any) -> Breakout:
    """A ranked post. All arguments except `deltas`, `growth` and `outlier` are its members."""
    deltas: Mapping[str, int | None] = members.pop("deltas", DELTAS)
    delta = deltas["7d"]
    assert delta is not None
    growth, outlier = members.pop("growth", 0.5), members.pop("outlier", 2.0)
    video = AccountVideo.from_dict(answers.video(rank, **members))
    count: object = video.view_count
    before = count - delta if isinstance(count, int) else None
    return Breakout(rank, video, deltas, delta, before, growth, outlier)


def breakouts(*posts: Breakout, values: Sequence[float] = (), **members: Any) -> Breakouts:
    """A result with these posts."""
    whole: dict[str, Any] = {
        "window": 7,
        "ranked_by": "views",
        "source": "account-videos",
        "windows": (1, 7, 14, 30),
        "considered": len(posts),
        "requests": 2,
        "skipped": Skipped(),
        "posts": posts,
        "values": values or [one.delta for one in posts],
    }
    return Breakouts(**whole | members)


def digest(overview: Mapping[str, Any], *creators: Mapping[str, Any], period: str = "7d") -> Digest:
    """A digest of data that the API may send."""
    return Digest(
        period, Overview.from_dict(overview), [TopCreator.from_dict(one) for one in creators]
    )


OVERVIEW: Mapping[str, Any] = {
    "type": "overview",
    "current": {
        "total_views": 1_234_567,
        "engagement_rate": 6.789,
        "active_accounts": 12,
        "account_videos": 340,
        "tracked_videos": 5,
    },
    "previous": {
        "total_views": 1_000_000,
        "engagement_rate": 7.5,
        "active_accounts": 12,
        "account_videos": 300,
        "tracked_videos": 0,
    },
    "changes": {
        "total_views_pct": 23.4567,
        "engagement_rate_pct": -9.5,
        "active_accounts_pct": 0.0,
        "account_videos_pct": 13.3,
        "tracked_videos_pct": None,
    },
}

HOSTILE = (
    "<script>document.title='owned'</script>",
    "</title></style></svg></table></body><script>alert(1)</script>",
    '" onmouseover="alert(1)" x="',
    "' onfocus='alert(1)' autofocus='",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "javascript:alert(1)",
    "]]><!--",
    "-->",
    "{{ 7*7 }} {% raw %} {# x #}",
    "&lt;b&gt; &amp;amp; &#60;",
    "abc\u202edcba\u2066x\u2069",
    "\x1b[2J\x00\x07\x9b31m",
    "zero\u200bwidth\ufeff \U000e0041",
    "half \ud83d pair",
    "line\nbreaks\r\nand\ttabs\u2028too",
    "a" + "\u0301" * 500,
    "مرحبا بالعالم",
    "https://evil.example/ www.evil.example evil@evil.example",
)
"""Texts that would have an effect if they were not escaped."""
