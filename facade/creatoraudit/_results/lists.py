"""Names the lists that are read whole, and the columns that their deltas add."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias, get_args

from creatoraudit_api import operations

from .._core.text import one_line
from ..errors import UsageError
from .columns import Kind, kinds_of
from .deltas import checked_windows, delta_kinds

ListName: TypeAlias = Literal["accounts", "videos", "account-videos", "creators"]

LISTS: Mapping[str, operations.Operation[Any]] = {
    "accounts": operations.list_accounts,
    "videos": operations.list_videos,
    "account-videos": operations.list_account_videos,
    "creators": operations.list_creators,
}
WITH_DELTAS = ("videos", "account-videos")


def kinds_of_list(what: str, windows: Sequence[int] = ()) -> Mapping[str, Kind]:
    """The kind of each column of a list, those of its deltas at the end."""
    return {**kinds_of(LISTS[what].item or ""), **delta_kinds(windows)}


def windows_of_list(what: str, windows: Iterable[int]) -> tuple[int, ...]:
    """Check the name of a list and the windows of its deltas.

    Raises:
        UsageError: There is no such list, or a window is not valid for it.
    """
    if what not in LISTS:
        known = ", ".join(get_args(ListName))
        raise UsageError(f"what must be one of {known}, not {one_line(str(what), 40)!r}")
    given: object = windows
    if isinstance(given, (tuple, list)) and not given:
        return ()
    if what not in WITH_DELTAS:
        raise UsageError(f"windows goes with {' and '.join(WITH_DELTAS)}, not with {what}")
    return checked_windows(windows, operations.batch_video_deltas.bounds["windows"])
