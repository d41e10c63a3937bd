"""Values the contract names; the API may send others, which stay plain values."""

from typing import Literal, TypeAlias

Platform: TypeAlias = Literal["instagram", "tiktok"]

PLATFORM_VALUES: frozenset[str] = frozenset({"instagram", "tiktok"})
