"""Values the contract names; the API may send others, which stay plain values."""

from typing import Literal, TypeAlias

VideoOrder: TypeAlias = Literal["added_at", "create_time", "like_count", "play_count", "view_count"]

VIDEO_ORDER_VALUES: frozenset[str] = frozenset(
    {"added_at", "create_time", "like_count", "play_count", "view_count"}
)
