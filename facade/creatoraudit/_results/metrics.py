"""Windowed totals: reads a response and holds the results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Generic, Self, TypeVar
from uuid import UUID

from attrs import field, frozen

from creatoraudit_api.models import Platform, WindowedTotals

from .._core.arguments import same_id
from .._core.contract import Fault
from .columns import kinds_of
from .tables import Computed, Lookup, Table

Id = TypeVar("Id", str, int)
_TOTALS = WindowedTotals.__name__


@frozen
class Metrics(Lookup[str, WindowedTotals], Computed):
    """Totals over a period, by id.

    A mapping: `metrics[video.id].views`. A known id without data may be missing.

    Attributes:
        period: The preset, or `custom`, as the server resolved it.
        start_date: First UTC day, included, as the server resolved it.
        end_date: Last UTC day, included.
        days: Length in days.
        not_found: Ids that the organization does not track, in the order given.
    """

    by_id: Mapping[str, WindowedTotals] = field(factory=dict)
    period: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    days: int | None = None
    not_found: Sequence[str] = ()

    @classmethod
    def of(cls, totals: Totals[str]) -> Self:
        """Make the result of one request."""
        return cls(
            by_id=totals.found,
            period=totals.text("period"),
            start_date=totals.text("start_date"),
            end_date=totals.text("end_date"),
            days=totals.number("days"),
            not_found=tuple(totals.not_found),
        )

    @classmethod
    def merged(cls, parts: Sequence[Metrics]) -> Self:
        """Merge the totals of several requests; the period is that of the last one."""
        by_id: dict[str, WindowedTotals] = {}
        missing: list[str] = []
        for part in parts:
            by_id.update(part.by_id)
            missing.extend(part.not_found)
        last = parts[-1] if parts else cls()
        return cls(by_id, last.period, last.start_date, last.end_date, last.days, tuple(missing))

    def __getitem__(self, resource_id: UUID | str) -> WindowedTotals:
        return self.by_id[same_id(resource_id)]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_id)

    def __len__(self) -> int:
        return len(self.by_id)

    def __repr__(self) -> str:
        span = f", {self.start_date} to {self.end_date}" if self.start_date else ""
        return f"<Metrics of {len(self):,} ids{span}{_missing(self.not_found)}>"

    def _table(self) -> Table:
        rows = [{**totals.to_dict(), "id": one} for one, totals in self.items()]
        return Table(rows, {"id": "string", **kinds_of(_TOTALS)})


@frozen
class AccountVideoTotals:
    """Totals of one account video.

    Attributes:
        platform: Platform that `id` belongs to.
        id: The internal integer id, unique only within its platform.
        totals: The totals over the period.
    """

    platform: Platform
    id: int
    totals: WindowedTotals


@frozen
class AccountVideoMetrics(Computed):
    """Totals of account videos, as rows because ids of the two platforms may be equal.

    Attributes:
        rows: One row per id found, Instagram first, in the order given.
        not_found: Platform and id of each post that is not tracked.
    """

    rows: Sequence[AccountVideoTotals] = ()
    not_found: Sequence[tuple[Platform, int]] = ()

    @classmethod
    def of(cls, platform: Platform, totals: Totals[int]) -> Self:
        """Make the result of one request for posts of one platform."""
        return cls(
            [AccountVideoTotals(platform, one, totals.found[one]) for one in totals.found],
            [(platform, one) for one in totals.not_found],
        )

    @classmethod
    def merged(cls, parts: Sequence[AccountVideoMetrics]) -> Self:
        """Merge the totals of several requests."""
        return cls(
            [row for part in parts for row in part.rows],
            [one for part in parts for one in part.not_found],
        )

    def __iter__(self) -> Iterator[AccountVideoTotals]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"<AccountVideoMetrics of {len(self):,} posts{_missing(self.not_found)}>"

    def _table(self) -> Table:
        rows = [
            {**one.totals.to_dict(), "platform": one.platform, "id": one.id} for one in self.rows
        ]
        return Table(rows, {"platform": "string", "id": "integer", **kinds_of(_TOTALS)})


def _missing(not_found: Sequence[object]) -> str:
    return f", {len(not_found):,} not found" if not_found else ""


@frozen
class Totals(Generic[Id]):
    """The decoded totals of one response."""

    found: Mapping[Id, WindowedTotals]
    not_found: Sequence[Id]
    meta: Mapping[str, Any]

    def text(self, name: str) -> str | None:
        """A member of `meta` that should be text."""
        value = self.meta.get(name)
        return value if isinstance(value, str) else None

    def number(self, name: str) -> int | None:
        """A member of `meta` that should be a number."""
        value = self.meta.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None


def read_totals(payload: Any, asked: Sequence[Id]) -> Totals[Id]:
    """Read the payload of one response; the keys of its map are the ids as text.

    Raises:
        Fault: It does not have `data` by id and `meta`.
    """
    if not isinstance(payload, dict):
        raise Fault("$", "is not an object")
    for name in ("data", "meta"):
        if name not in payload:
            raise Fault(f"$.{name}", "is missing")
        if not isinstance(payload[name], dict):
            raise Fault(f"$.{name}", "is not an object")
    data, meta = payload["data"], payload["meta"]
    found: dict[Id, WindowedTotals] = {}
    for one in asked:
        entry = data.get(str(one))
        if entry is None and str(one) not in data:
            continue
        if not isinstance(entry, dict):
            raise Fault(f"$.data.{one}", "is not an object of totals")
        found[one] = WindowedTotals.from_dict(entry)
    missing = meta.get("not_found")
    if missing is not None and not isinstance(missing, list):
        raise Fault("$.meta.not_found", "is not a list of ids")
    said = {str(one) for one in missing or ()}
    return Totals(found, [one for one in asked if str(one) in said], meta)
