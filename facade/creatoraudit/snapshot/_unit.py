"""Units: one list of one organization on one day, and the schema of its file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self, get_args

from attrs import field, frozen

from .._core import clock
from .._core.lazy import LazyModule
from .._results.columns import Kind
from .._results.lists import ListName, kinds_of_list, windows_of_list
from .._results.tables import arrow_schema
from ..errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = LazyModule("pyarrow", optional=True)

DEFAULT_WHAT: tuple[ListName, ...] = get_args(ListName)
NO_TIME = dt.timedelta(0)
A_DAY = dt.timedelta(days=1)


@frozen
class Unit:
    """One list of one organization on one day: the content of one file of a snapshot.

    It can be pickled and written as JSON. It holds no key: the machine that runs it reads the key
    from where the configuration file says.

    Attributes:
        organization: Name of the organization in the configuration file.
        what: Name of the list.
        day: The day, in UTC.
        windows: Look-back windows of the deltas, in days; empty for lists without deltas.
        config: Path of the configuration file. None for the default file of the machine that runs
            the unit.
        late: How long after the end of the day the unit may still be read.
    """

    organization: str
    what: ListName
    day: dt.date
    windows: tuple[int, ...] = ()
    config: str | None = None
    late: dt.timedelta = field(default=NO_TIME)

    @property
    def name(self) -> str:
        """Name of the unit within its day, for example `acme.videos`."""
        return f"{self.organization}.{self.what}"

    @property
    def path(self) -> str:
        """Path of its file below the root."""
        day = f"snapshot_date={self.day.isoformat()}"
        return f"{self.what}/{day}/organization={self.organization}/part.parquet"

    @property
    def receipt_path(self) -> str:
        """Path of its receipt below the root."""
        return f"_receipts/{self.day.isoformat()}/{self.name}.json"

    def __str__(self) -> str:
        return f"{self.organization} {self.what} {self.day.isoformat()}"

    def check_time(self, instant: dt.datetime) -> None:
        """Check that the list can be read for this day at an instant.

        Raises:
            UsageError: The day has not begun, or is over.
        """
        begins = dt.datetime.combine(self.day, dt.time(), dt.UTC)
        if instant < begins:
            raise UsageError(
                f"{self}: the day (UTC) has not begun; the server says that it is {instant.date()}"
            )
        if instant >= begins + A_DAY + self.late:
            raise UsageError(
                f"{self}: the day (UTC) is over, and the API serves no other day than today, which"
                f" is {instant.date()} for the server; plan again, or allow a run to end after"
                " midnight with late="
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the unit as JSON."""
        return {
            "organization": self.organization,
            "what": self.what,
            "day": self.day.isoformat(),
            "windows": list(self.windows),
            "config": self.config,
            "late_seconds": self.late.total_seconds(),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Make a unit from what `to_dict` returned."""
        return cls(
            content["organization"],
            content["what"],
            dt.date.fromisoformat(content["day"]),
            tuple(content["windows"]),
            content.get("config"),
            dt.timedelta(seconds=content.get("late_seconds", 0)),
        )


def now() -> dt.datetime:
    """The current instant, in UTC."""
    return dt.datetime.fromtimestamp(clock.wall(), dt.UTC)


def by_organization(units: Iterable[Unit]) -> list[list[Unit]]:
    """Group units by organization, in order.

    An engine runs the units of one group one after another, because several workers with one key
    share its rate limit. Different groups may run side by side.

    Args:
        units: The units, from `plan`.
    """
    groups: dict[str, list[Unit]] = {}
    for unit in units:
        groups.setdefault(unit.organization, []).append(unit)
    return list(groups.values())


def kinds_of_file(what: str, windows: Sequence[int]) -> Mapping[str, Kind]:
    """The kind of each column of a file."""
    return {**kinds_of_list(what, windows), "observed_at": "datetime", "organization_id": "string"}


def schema(what: ListName, windows: Iterable[int] = ()) -> pa.Schema:
    """Return the Arrow schema of the files of a list. Sends no request.

    It is that of `creatoraudit.arrow.schema`, followed by `observed_at`, the time when the page
    with the row arrived, and `organization_id`.

    Args:
        what: Name of the list.
        windows: Windows of the deltas, in days; only for posts.

    Raises:
        ConfigurationError: pyarrow is not installed.
        UsageError: There is no such list, or a window is not valid for it.

    Example:
        >>> schema("videos", windows=[7]).names[-3:]
        ['delta_7d', 'observed_at', 'organization_id']
    """
    return arrow_schema(kinds_of_file(what, windows_of_list(what, windows)))
