"""What a snapshot reads: units, and the plan that makes them."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from attrs import field, frozen

from .._core import clock
from .._core.lazy import LazyModule
from .._core.organizations import Organizations
from .._results.columns import Kind
from .._results.deltas import DEFAULT_WINDOWS
from .._results.lists import ListName, kinds_of_list, windows_of_list
from .._results.tables import arrow_schema

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = LazyModule("pyarrow", optional=True)

DEFAULT_WHAT: tuple[ListName, ...] = ("accounts", "videos", "account-videos", "creators")
_NO_TIME = dt.timedelta(0)
_A_DAY = dt.timedelta(days=1)


@frozen
class Unit:
    """One list of one organization on one day: what one file of a snapshot holds.

    It can be pickled and written as JSON, and holds no key: whoever runs it reads the key from
    where the configuration file says.

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
    late: dt.timedelta = field(default=_NO_TIME)

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


def today() -> dt.date:
    """The current day, in UTC."""
    return now().date()


def now() -> dt.datetime:
    """The current instant, in UTC."""
    return dt.datetime.fromtimestamp(clock.wall(), dt.UTC)


def plan(
    organizations: Organizations | str | os.PathLike[str] | None = None,
    what: Iterable[ListName] = DEFAULT_WHAT,
    windows: Iterable[int] = DEFAULT_WINDOWS,
    *,
    only: Iterable[str] = (),
    day: dt.date | None = None,
    late: dt.timedelta = _NO_TIME,
    root: str | os.PathLike[str] | None = None,
) -> list[Unit]:
    """List the units of a snapshot. Sends no request and reads no key.

    Args:
        organizations: The organizations, or the path of the file that names them. Defaults to the
            default file; see `Organizations.load`.
        what: Names of the lists: `"accounts"`, `"videos"`, `"account-videos"`, `"creators"`.
        windows: Look-back windows in days for the deltas of posts, 1 to 365, at most 10. Pass `()`
            for no deltas.
        only: Names of the organizations to take. Defaults to all in the file.
        day: The day, in UTC. Defaults to today. The API serves no other day, so an earlier one is
            accepted only within `late` after its end.
        late: How long after midnight (UTC) units may still be read for the day before, less than
            a day.
        root: Where the units will land. With `late`, a run that was begun before midnight and is
            not complete is resumed: its day is taken instead of today.

    Returns:
        One unit per organization and list, organization by organization.

    Raises:
        ConfigurationError: The file, or an organization in `only`, is missing.
        UsageError: A list, a window or the day cannot be used.

    Example:
        >>> units = plan("creatoraudit.toml", what=["videos"], windows=[7])
        >>> units[0].name
        'acme.videos'
    """
    raise NotImplementedError


def by_organization(units: Iterable[Unit]) -> list[list[Unit]]:
    """Group units by organization, in order.

    An engine runs the units of one group one after another, because several workers on one key
    hinder each other. Different groups may run side by side.
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
