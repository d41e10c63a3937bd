"""Values that the contract names; others that the API sends stay plain values."""

from typing import Literal, TypeAlias

Period: TypeAlias = Literal["30d", "7d", "90d"]

PERIOD_VALUES: frozenset[str] = frozenset({"30d", "7d", "90d"})
