"""The breakouts job as a plain loop: one request after another with bare httpx.

The result of the facade is compared with this one. It follows the rules of the documentation and
uses nothing of the package under test.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import httpx

ENDPOINTS = {"account-videos": "/account-videos", "videos": "/videos"}
BATCH = 200
REASONS = ("never_refreshed", "single_refresh", "window_not_filled", "not_found", "no_delta")


@dataclass
class Found:
    """Result of the loop."""

    posts: list[dict[str, Any]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    considered: int = 0
    pages: int = 0
    batches: int = 0

    @property
    def ids(self) -> list[str]:
        return [post["id"] for post in self.posts]


class PlainLoop:
    """Reads each list and each batch of deltas once, and ranks any number of times."""

    def __init__(self, base_url: str, api_key: str) -> None:
        self._http = httpx.Client(
            base_url=base_url, headers={"Authorization": f"Bearer {api_key}"}, trust_env=False
        )
        self._lists: dict[tuple[str, str | None], tuple[list[dict[str, Any]], int]] = {}

    def close(self) -> None:
        self._http.close()

    def _list(self, name: str, platform: str | None) -> tuple[list[dict[str, Any]], int]:
        if (name, platform) not in self._lists:
            posts: list[dict[str, Any]] = []
            pages = 0
            query = {"limit": "200"} | ({"platform": platform} if platform else {})
            while True:
                body = self._http.get(ENDPOINTS[name], params=query).raise_for_status().json()
                pages += 1
                posts += body["data"]
                if not body["pagination"]["has_next"]:
                    break
                query["cursor"] = body["pagination"]["next_cursor"]
            self._lists[name, platform] = posts, pages
        return self._lists[name, platform]

    def find(
        self,
        window: int = 7,
        *,
        top: int = 10,
        by: str = "views",
        source: str = "account-videos",
        platform: str | None = None,
        min_views: int | None = None,
        include_partial: bool = False,
    ) -> Found:
        """Return the same result as `breakouts`."""
        found = Found()
        names = ["videos", "account-videos"] if source == "both" else [source]
        seen: set[tuple[str, str]] = set()
        asked: list[dict[str, Any]] = []
        for name in names:
            posts, pages = self._list(name, platform)
            found.pages += pages
            for post in posts:
                if min_views is not None and (post["view_count"] or 0) < min_views:
                    continue
                identity = post["platform"], post["external_id"]
                if source == "both" and identity in seen:
                    continue
                seen.add(identity)
                found.considered += 1
                reason = _no_history(post, window, include_partial)
                if reason is None:
                    asked.append(post)
                else:
                    found.skipped[reason] += 1
        deltas: dict[str, Any] = {}
        for start in range(0, len(asked), BATCH):
            ids = [post["id"] for post in asked[start : start + BATCH]]
            body = {"video_ids": ids, "windows": [window]}
            deltas |= self._http.post("/videos/deltas", json=body).raise_for_status().json()["data"]
            found.batches += 1
        ranked = [post | {"delta": deltas[post["id"]][f"{window}d"]} for post in asked]
        found.posts = rank(ranked, by)[:top]
        return found


def _no_history(post: Mapping[str, Any], window: int, include_partial: bool) -> str | None:
    first, last = post["first_scrape_time"], post["last_scrape_time"]
    if last is None:
        return "never_refreshed"
    if first == last:
        return "single_refresh"
    span = dt.datetime.fromisoformat(last) - dt.datetime.fromisoformat(first)
    if span < dt.timedelta(days=window) and not include_partial:
        return "window_not_filled"
    return None


def rank(posts: list[dict[str, Any]], by: str) -> list[dict[str, Any]]:
    """Rank posts by `delta`, best first, and add `growth` and `outlier`."""
    by_author: dict[object, list[int]] = defaultdict(list)
    for post in posts:
        by_author[_author(post)].append(post["delta"])
    for post in posts:
        before = None if post["view_count"] is None else post["view_count"] - post["delta"]
        post["views_before"] = before
        post["growth"] = post["delta"] / before if before is not None and before > 0 else None
        others = by_author[_author(post)]
        middle = median(others)
        known = _author(post) is not None and len(others) >= 5 and middle > 0
        post["outlier"] = post["delta"] / middle if known else None
    member = {"views": "delta"}.get(by, by)

    def place(post: dict[str, Any]) -> tuple[bool, float, str]:
        value = post[member]
        return value is None, -(value or 0), post["id"]

    return sorted(posts, key=place)


def _author(post: Mapping[str, Any]) -> object:
    for member in ("account_id", "platform_account_id", "account_username"):
        if post.get(member):
            return member, post["platform"], post[member]
    return None
