"""Values that the contract names; others that the API sends stay plain values."""

from typing import Literal, TypeAlias

OrderDirection: TypeAlias = Literal["asc", "desc"]

ORDER_DIRECTION_VALUES: frozenset[str] = frozenset({"asc", "desc"})
