"""Results of the creator operations that are not plain models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from creatoraudit_api import models
from creatoraudit_api.types import JSON

from .._core.contract import Fault, contract_error
from .tables import Computed, Table, table_of


@frozen
class Link:
    """The link between an account and a creator.

    Attributes:
        created: True if this call created the link (201), False if it existed already (200).
        record: The link as the server sent it.
    """

    created: bool
    record: models.CreatorAccountLink


@frozen
class CreatorFigures(Computed):
    """Figures of a creator between two days.

    Attributes:
        rows: One mapping per day, or a single one for the whole span. The members are not
            documented; `views`, `likes`, `comments`, `shares` and `followers` are likely.
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
        ContractError: The data is neither.
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
