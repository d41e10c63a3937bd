"""Response bodies as in the contract, with only the members that a test needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .server import Answer


def video_id(number: int) -> str:
    """A UUID that contains its number."""
    return f"00000000-0000-4000-8000-{number:012d}"


def video(number: int, **members: Any) -> dict[str, Any]:
    """A post with a month of history; `...` takes a member away."""
    whole = {
        "id": video_id(number),
        "type": "video",
        "platform": "tiktok",
        "external_id": str(number),
        "description": f"caption {number}",
        "account_username": "someone",
        "account_id": None,
        "platform_account_id": None,
        "view_count": 1000 + number,
        "is_active": True,
        "added_at": "2026-05-01T00:00:00Z",
        "first_scrape_time": "2026-05-01T00:00:00Z",
        "last_scrape_time": "2026-06-15T00:00:00Z",
    } | members
    return {name: value for name, value in whole.items() if value is not ...}


def page(
    items: Sequence[Mapping[str, Any]],
    cursor: str | None = None,
    *,
    filters: Mapping[str, Any] | None = None,
    **pagination: Any,
) -> Answer:
    """A page; another one follows when there is a cursor. `...` takes a member away."""
    members = {"next_cursor": cursor, "has_next": cursor is not None, "limit": 200} | pagination
    kept = {name: value for name, value in members.items() if value is not ...}
    return Answer(json={"data": list(items), "pagination": kept, "filters": dict(filters or {})})


def one(item: Mapping[str, Any], status: int = 200) -> Answer:
    """A single resource."""
    return Answer(status, json={"data": item})


def deltas(
    data: Any, *, not_found: Sequence[str] = (), windows: Sequence[int] = (1, 7, 14, 30)
) -> Answer:
    """A response of the deltas operations."""
    meta = {"windows": list(windows), "video_count": len(data), "not_found": list(not_found)}
    return Answer(json={"data": data, "meta": meta})


def problem(status: int, code: str | None = None, **members: Any) -> Answer:
    """A problem document; `headers` are added to the response."""
    headers = members.pop("headers", {})
    body = {
        "type": f"urn:creatoraudit:error:{(code or 'none').lower()}",
        "title": "A title",
        "status": status,
        "detail": "What went wrong.",
        "instance": "/v2/somewhere",
    }
    if code is not None:
        body["code"] = code
    return Answer(
        status,
        json=body | members,
        headers={"content-type": "application/problem+json", **headers},
    )


WHOAMI = one({"type": "api_key", "organization_id": "org-1", "api_key_name": "tests"})
