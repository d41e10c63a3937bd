"""Values that the contract names; others that the API sends stay plain values."""

from typing import Literal, TypeAlias

Platform: TypeAlias = Literal["instagram", "tiktok"]

PLATFORM_VALUES: frozenset[str] = frozenset({"instagram", "tiktok"})
