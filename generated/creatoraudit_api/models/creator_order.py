"""Values that the contract names; others that the API sends stay plain values."""

from typing import Literal, TypeAlias

CreatorOrder: TypeAlias = Literal["name",]

CREATOR_ORDER_VALUES: frozenset[str] = frozenset({"name"})
