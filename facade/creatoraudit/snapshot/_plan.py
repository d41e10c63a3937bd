"""Plans a snapshot: which lists of which organizations, on which day."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from typing import TypeVar

from .._core.arguments import utc_day
from .._core.organizations import Organizations
from .._results.deltas import DEFAULT_WINDOWS
from .._results.lists import WITH_DELTAS, ListName, windows_of_list
from ..errors import UsageError
from ._place import day_to_resume
from ._roots import root_of
from ._unit import A_DAY, DEFAULT_WHAT, NO_TIME, Unit, now

N = TypeVar("N", bound=str)


def plan(
    organizations: Organizations | str | os.PathLike[str] | None = None,
    what: Iterable[ListName] = DEFAULT_WHAT,
    windows: Iterable[int] = DEFAULT_WINDOWS,
    *,
    only: Iterable[str] = (),
    day: dt.date | None = None,
    late: dt.timedelta = NO_TIME,
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
        day: The day, in UTC. Defaults to today. The API serves no other day: a unit fails if the
            server says that its day has not begun, or is over for longer than `late`.
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
    listed = organizations
    if not isinstance(listed, Organizations):
        listed = Organizations.load(listed)
    names = [listed[name].name for name in dict.fromkeys(_several(only, "only"))] or list(listed)
    lists: dict[ListName, tuple[int, ...]] = {
        one: _windows_for(one, windows) for one in _several(what, "what")
    }
    given: object = late
    if not isinstance(given, dt.timedelta) or not NO_TIME <= given < A_DAY:
        raise UsageError(f"late must be a timedelta of less than a day, not {given!r:.60}")
    config = str(listed.path.absolute())

    def units_of(that: dt.date) -> list[Unit]:
        return [
            Unit(name, one, that, asked, config, late)
            for name in names
            for one, asked in lists.items()
        ]

    if day is None and root is not None and late:
        day = day_to_resume(root_of(root), late, units_of)
    return units_of(now().date() if day is None else utc_day(day, "day"))


def _windows_for(what: ListName, windows: Iterable[int]) -> tuple[int, ...]:
    return windows_of_list(what, windows if what in WITH_DELTAS else ())


def _several(names: Iterable[N], argument: str) -> list[N]:
    given: object = names
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise UsageError(f"{argument} must be a list of names, not {given!r:.60}")
    return list(given)
