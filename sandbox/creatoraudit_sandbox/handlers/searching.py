"""Search in usernames, creator names and captions."""

from __future__ import annotations

from typing import Final

from .. import world
from .._types import Json
from ._base import Call, Result

#: Maximum number of hits per section, whatever the limit.
CAPS: Final = {"accounts": 10, "creators": 10, "videos": 10}


def search(call: Call) -> Result:
    """Return hits per section; none for a blank text. Videos are individually tracked posts."""
    text = call.text("q") or ""
    limit = call.integer("limit", max(CAPS.values()))
    caps = {section: min(limit, cap) for section, cap in CAPS.items()}
    # Spaces around the text are significant: it is searched as it was sent.
    needle = text.casefold() if text.strip() else ""
    sections: dict[str, list[Json]] = {section: [] for section in CAPS}
    if needle:
        store = call.store
        sections["accounts"] = [
            {
                "id": row["id"],
                "platform": world.PLATFORMS[row["platform"]],
                "username": row["username"],
                "display_name": row["username"],
            }
            for row in store.accounts_like(needle, caps["accounts"])
        ]
        sections["creators"] = [
            {"id": row["id"], "name": row["name"]}
            for row in store.creators_like(needle, caps["creators"])
        ]
        sections["videos"] = [
            {
                "id": row["id"],
                "platform": world.PLATFORMS[row["platform"]],
                "caption": row["caption"],
                "account_id": row["account_id"],
                "account_username": row["author"],
            }
            for row in store.videos_like(needle, caps["videos"])
        ]
    return Result(
        {
            "data": {**sections},
            "meta": {"query": text, "limit_per_section": limit, "effective_caps": {**caps}},
        }
    )
