"""Values that the contract names; others that the API sends stay plain values."""

from typing import Literal, TypeAlias

VideoOrder: TypeAlias = Literal["added_at", "create_time", "like_count", "play_count", "view_count"]

VIDEO_ORDER_VALUES: frozenset[str] = frozenset(
    {"added_at", "create_time", "like_count", "play_count", "view_count"}
)
