"""Values the contract names; the API may send others, which stay plain values."""

from typing import Literal, TypeAlias

CreatorOrder: TypeAlias = Literal["name",]

CREATOR_ORDER_VALUES: frozenset[str] = frozenset({"name"})
