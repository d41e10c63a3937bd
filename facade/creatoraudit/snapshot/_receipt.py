"""Results of units: receipts, failures, and the result of a whole run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Self, TypeAlias

from attrs import field, fields_dict, frozen

from ._unit import Unit

# Version of the receipt's format, and of the schema of the files.
RECEIPT_VERSION = 1
SCHEMA_VERSION = 1


@frozen
class Receipt:
    """Proof that a unit is complete, stored beside the data when its file is in place.

    Attributes:
        unit: The unit.
        attempt: Id of the attempt that wrote the file; it is also in the file's footer.
        organization_id: Id of the organization.
        rows: Rows of the file; each id once.
        duplicates: Rows that were dropped because their id had already come.
        requests: Requests that the attempt sent, retries included.
        not_found: Posts that the deltas endpoint does not know.
        total_first: Length of the list in the first response; None if it did not say.
        total_last: Length of the list in a response after the last page.
        moved: Whether the list changed while it was read: `rows` is not between the two totals.
        via: How the deltas were fetched: `"post"`, `"get"`, or None if there are none.
        notes: What a reader of the file should know, for example why deltas are null.
        sha256: Hash of the file.
        size: Bytes of the file.
        schema_version: Version of the file's schema.
        contract: Hash of the API contract that the columns follow.
        version: Version of this package.
        began_at: When the attempt began.
        ended_at: When the list had been read.
        skipped: Whether the unit was complete before, so that nothing was read. Not stored.
    """

    unit: Unit
    attempt: str
    organization_id: str
    rows: int
    duplicates: int
    requests: int
    not_found: int
    total_first: int | None
    total_last: int | None
    moved: bool
    via: str | None
    notes: tuple[str, ...]
    sha256: str
    size: int
    schema_version: int
    contract: str
    version: str
    began_at: dt.datetime
    ended_at: dt.datetime
    skipped: bool = field(default=False, eq=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the receipt as JSON, as it is stored."""
        unit = self.unit
        return {
            "receipt_version": RECEIPT_VERSION,
            "organization": unit.organization,
            "what": unit.what,
            "day": unit.day.isoformat(),
            "windows": list(unit.windows),
            "path": unit.path,
            **{name: getattr(self, name) for name in _STORED},
            "notes": list(self.notes),
            "began_at": self.began_at.isoformat(),
            "ended_at": self.ended_at.isoformat(),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Make a receipt from what `to_dict` returned.

        Raises:
            KeyError, TypeError, ValueError: It is not a receipt of this version.
        """
        if content["receipt_version"] != RECEIPT_VERSION:
            raise ValueError("the receipt has another version")
        unit = Unit.from_dict(content)
        members: dict[str, Any] = {name: content[name] for name in _STORED}
        members["notes"] = tuple(members["notes"])
        for name in ("began_at", "ended_at"):
            members[name] = dt.datetime.fromisoformat(members[name])
        return cls(unit=unit, **members)


# The members of a receipt of its own, which are stored under their names.
_STORED = [name for name in fields_dict(Receipt) if name not in ("unit", "skipped")]


@frozen
class Failure:
    """A unit that could not be landed. Nothing of it is visible below the root.

    Attributes:
        unit: The unit.
        kind: Name of the exception's class, for example `UnauthorizedError`.
        reason: What happened and what to do next, on one line.
        request_id: `X-Request-ID` of the response, if there was one.
    """

    unit: Unit
    kind: str
    reason: str
    request_id: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the failure as JSON."""
        unit = self.unit
        return {
            "organization": unit.organization,
            "what": unit.what,
            "day": unit.day.isoformat(),
            "kind": self.kind,
            "reason": self.reason,
            "request_id": self.request_id,
        }


Outcome: TypeAlias = Receipt | Failure


@frozen
class Landed:
    """Result of `land`.

    Attributes:
        receipts: A receipt per complete unit, in the order of the units.
        failures: The units that failed, in the order of the units.
    """

    receipts: tuple[Receipt, ...]
    failures: tuple[Failure, ...]

    @property
    def ok(self) -> bool:
        """Whether every unit is complete."""
        return not self.failures

    @property
    def skipped(self) -> int:
        """Number of units that were complete before."""
        return sum(receipt.skipped for receipt in self.receipts)

    @property
    def rows(self) -> int:
        """Rows of all complete units."""
        return sum(receipt.rows for receipt in self.receipts)

    @property
    def requests(self) -> int:
        """Requests that this run sent for units that it completed."""
        return sum(receipt.requests for receipt in self.receipts if not receipt.skipped)
