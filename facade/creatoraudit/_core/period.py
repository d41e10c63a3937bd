"""The period of windowed figures: a preset, or two days. Checked before anything is sent."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Literal, TypeAlias

from ..errors import UsageError
from .dates import utc_day

if TYPE_CHECKING:
    from creatoraudit_api.operations import Operation

Period: TypeAlias = Literal["7d", "30d", "90d"]
MetricsPeriod: TypeAlias = Literal["7d", "30d", "90d", "custom"]
Day: TypeAlias = "dt.date | dt.datetime | str"


def period_arguments(
    operation: Operation[object],
    period: str | None,
    start_date: Day | None,
    end_date: Day | None,
) -> dict[str, object]:
    """The members to send: nothing (the server's default), a preset, or `custom` with both days.

    Raises:
        UsageError: It is no preset of the operation, a day is missing or no day, they are in the
            wrong order, or a preset came with days as well.
    """
    presets = operation.bounds["period"].choices
    if period is not None and period not in presets:
        raise UsageError(f"period must be one of {', '.join(presets)}, not {period!r:.40}")
    if start_date is None and end_date is None:
        if period == "custom":
            raise UsageError("period='custom' needs start_date and end_date")
        return {} if period is None else {"period": period}
    if period not in (None, "custom"):
        raise UsageError(f"pass either period={period!r} or start_date and end_date, not both")
    return {"period": "custom", **day_arguments(start_date, end_date)}


def day_arguments(start_date: Day | None, end_date: Day | None) -> dict[str, object]:
    """Both days, both included, or neither.

    Raises:
        UsageError: One is missing or no day, or they are in the wrong order.
    """
    if start_date is None and end_date is None:
        return {}
    if start_date is None or end_date is None:
        raise UsageError("start_date and end_date belong together; one of them is missing")
    first, last = utc_day(start_date, "start_date"), utc_day(end_date, "end_date")
    if first > last:
        raise UsageError(f"start_date {first} is after end_date {last}")
    return {"start_date": first, "end_date": last}
