"""Results of the creators' operations that are more than a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from creatoraudit_api import models
from creatoraudit_api.types import JSON

from .._core.contract import Fault, contract_error
from .tables import Result, Table, table_of


@frozen
class Link:
    """An account that is linked to a creator now.

    Attributes:
        created: True when this call linked it (201), False when it was linked already (200).
        record: The link as the server describes it; an open object.
    """

    created: bool
    record: models.CreatorAccountLink


@frozen
class CreatorFigures(Result):
    """Figures of a creator between two days.

    Attributes:
        rows: One mapping per day, or a single one for the whole span; the members are not
            documented, `views`, `likes`, `comments`, `shares` and `followers` are likely.
        total: Whether the server sent a single object for the whole span.
    """

    rows: Sequence[Mapping[str, JSON]]
    total: bool

    def __iter__(self) -> Iterator[Mapping[str, JSON]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"<CreatorFigures: {'the whole span' if self.total else f'{len(self):,} rows'}>"

    def _table(self) -> Table:
        return table_of(self.rows)


def figures(data: JSON, operation: str, request_id: str | None) -> CreatorFigures:
    """Read the `data` of creator analytics: a list of objects, or one object.

    Raises:
        ContractError: It is neither.
    """
    if isinstance(data, dict):
        return CreatorFigures((data,), total=True)
    if not isinstance(data, list):
        raise contract_error(
            operation, Fault("$.data", "is neither a list of objects nor an object"), request_id
        )
    rows = [row for row in data if isinstance(row, dict)]
    if len(rows) != len(data):
        position = next(at for at, row in enumerate(data) if not isinstance(row, dict))
        raise contract_error(
            operation, Fault(f"$.data[{position}]", "is not an object"), request_id
        )
    return CreatorFigures(rows, total=False)
