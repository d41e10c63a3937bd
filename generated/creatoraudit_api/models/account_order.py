"""Values that the contract names; others that the API sends stay plain values."""

from typing import Literal, TypeAlias

AccountOrder: TypeAlias = Literal[
    "added_at",
    "follower_count",
    "last_scrape_time",
    "like_count",
    "play_count",
    "username",
    "view_count",
]

ACCOUNT_ORDER_VALUES: frozenset[str] = frozenset(
    {
        "added_at",
        "follower_count",
        "last_scrape_time",
        "like_count",
        "play_count",
        "username",
        "view_count",
    }
)
