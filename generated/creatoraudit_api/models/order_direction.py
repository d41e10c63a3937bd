"""Values the contract names; the API may send others, which stay plain values."""

from typing import Literal, TypeAlias

OrderDirection: TypeAlias = Literal["asc", "desc"]

ORDER_DIRECTION_VALUES: frozenset[str] = frozenset({"asc", "desc"})
