"""View deltas: checks the windows and reads the two documented shapes of the response.

The API reference shows a map `id -> {"<n>d": change}`, the tutorial reads a list of rows. Both are
accepted; anything else is a ContractError, never a silent zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from attrs import field, frozen

from .._core.arguments import as_int, same_id
from .._core.contract import Fault
from ..errors import UsageError
from .columns import Kind, fit_as_they_are
from .tables import Computed, Lookup, Table

if TYPE_CHECKING:
    from creatoraudit_api.operations import Bound

# Ids per request when they travel in the URL: 50 UUIDs make a query of 2.5 kB.
GET_BATCH = 50
DEFAULT_WINDOWS = (1, 7, 14, 30)
_HUGE = 2**63


@frozen
class VideoDeltas(Lookup[str, Mapping[str, "int | None"]], Computed):
    """View changes by video id and window.

    A mapping: `deltas[video.id]["7d"]` is the change over seven days, or None if the server sent
    no value for that window.

    Attributes:
        windows: The windows asked for, in days.
        not_found: Ids that the organization does not track, in the order given.
    """

    by_id: Mapping[str, Mapping[str, int | None]] = field(factory=dict)
    windows: tuple[int, ...] = DEFAULT_WINDOWS
    not_found: Sequence[str] = ()

    @classmethod
    def merged(cls, parts: Iterable[VideoDeltas], windows: tuple[int, ...]) -> Self:
        """Merge the deltas of several requests."""
        by_id: dict[str, Mapping[str, int | None]] = {}
        missing: list[str] = []
        for part in parts:
            by_id.update(part.by_id)
            missing.extend(part.not_found)
        return cls(by_id, windows, not_found=tuple(missing))

    def __getitem__(self, video_id: UUID | str) -> Mapping[str, int | None]:
        return self.by_id[same_id(video_id)]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_id)

    def __len__(self) -> int:
        return len(self.by_id)

    def __repr__(self) -> str:
        days = ", ".join(map(str, self.windows))
        missing = f", {len(self.not_found):,} not found" if self.not_found else ""
        return f"<VideoDeltas of {len(self):,} posts over {days} days{missing}>"

    def _table(self) -> Table:
        kinds: dict[str, Kind] = {"id": "string", **delta_kinds(self.windows)}
        return Table([{"id": one} | delta_row(deltas) for one, deltas in self.items()], kinds)


def delta_kinds(windows: Iterable[int]) -> dict[str, Kind]:
    """The column of each window."""
    return dict.fromkeys([f"delta_{days}d" for days in windows], "integer")


def delta_row(deltas: Mapping[str, int | None]) -> dict[str, object]:
    """The deltas of one post by column name."""
    return {f"delta_{window}": change for window, change in deltas.items()}


def checked_windows(windows: Iterable[int], bound: Bound) -> tuple[int, ...]:
    """Check the windows against the bound of their operation, and drop repetitions.

    Raises:
        UsageError: There are none or too many, or one is not a whole number of days in range.
    """
    least, most = bound.item_minimum or 1, bound.item_maximum or 365
    count = bound.max_items or 10
    wanted: list[int] = []
    given: object = windows
    if not isinstance(given, Iterable):
        raise UsageError(f"windows must be a list of days, such as [7], not {given!r:.40}")
    for one in given:
        days = as_int(one)
        if days is None or not least <= days <= most:
            raise UsageError(f"window must be between {least} and {most} days, not {one!r:.40}")
        if days not in wanted:
            wanted.append(days)
    if not 1 <= len(wanted) <= count:
        raise UsageError(f"windows must name 1 to {count} windows, not {len(wanted)}")
    return tuple(wanted)


def read_deltas(payload: Any, asked: Sequence[str], windows: tuple[int, ...]) -> VideoDeltas:
    """Read the payload of one response.

    Raises:
        Fault: It has neither documented shape.
    """
    if not isinstance(payload, dict):
        raise Fault("$", "is not an object")
    if "data" not in payload:
        raise Fault("$.data", "is missing")
    data = payload["data"]
    names = [f"{days}d" for days in windows]
    if isinstance(data, dict):
        found = {video_id: _entry(entry, names, video_id) for video_id, entry in data.items()}
    elif isinstance(data, list):
        found = _rows(data, names)
    else:
        raise Fault("$.data", "is neither a map by video id nor a list of rows")
    missing = set(_not_found(payload))
    return VideoDeltas(
        {video_id: found[video_id] for video_id in asked if video_id in found},
        windows,
        not_found=tuple(video_id for video_id in asked if video_id in missing),
    )


def _not_found(payload: dict[str, Any]) -> list[str]:
    if "meta" not in payload:
        raise Fault("$.meta", "is missing")
    meta = payload["meta"]
    if not isinstance(meta, dict):
        raise Fault("$.meta", "is not an object")
    missing = meta.get("not_found")
    if missing is None:
        return []
    if not isinstance(missing, list) or not all(isinstance(one, str) for one in missing):
        raise Fault("$.meta.not_found", "is not a list of ids")
    return missing


def _fits_as_it_is(data: dict[str, Any], names: Sequence[str]) -> bool:
    """Whether all entries have these windows and valid changes, which is nearly always so."""
    entries = data.values()
    if {*map(type, entries)} != {dict} or {*map(tuple, entries)} != {tuple(names)}:
        return False
    return fit_as_they_are([*chain.from_iterable(map(dict.values, entries))], "integer")


def _entry(entry: Any, names: Sequence[str], place: str | int) -> dict[str, int | None]:
    """Read the deltas of one video. The path is built only for a fault."""
    if not isinstance(entry, dict):
        raise Fault(_at(place), "is not an object of windows")
    changes = {name: entry.get(name) for name in names}
    for name, value in changes.items():
        if not (value is None or (value.__class__ is int and -_HUGE <= value < _HUGE)):
            huge = "is not a valid view count: it needs more than 64 bits"
            what = huge if value.__class__ is int else "is not an integer"
            raise Fault(f"{_at(place)}.{name}", what)
    return changes


def _at(place: str | int) -> str:
    return f"$.data[{place}]" if isinstance(place, int) else f"$.data.{place}"


def _rows(rows: list[Any], names: Sequence[str]) -> dict[str, dict[str, int | None]]:
    found: dict[str, dict[str, int | None]] = {}
    for position, row in enumerate(rows):
        path = _at(position)
        if not isinstance(row, dict):
            raise Fault(path, "is not a row")
        video_id = row.get("id")
        if not isinstance(video_id, str):
            raise Fault(f"{path}.id", "is missing or not a string")
        if video_id in found:
            raise Fault(f"{path}.id", "repeats a row")
        found[video_id] = _row(row, position, names)
    return found


def _row(row: dict[str, Any], position: int, names: Sequence[str]) -> dict[str, int | None]:
    if any(name in row for name in names):
        return _entry(row, names, position)
    plain = next((name for name in ("views_delta", "views") if name in row), None)
    path = _at(position)
    if plain is None:
        raise Fault(path, f"has none of {', '.join(names)}")
    if len(names) != 1:
        raise Fault(f"{path}.{plain}", "does not say which of several windows it is")
    return {names[0]: _entry(row, [plain], position)[plain]}
