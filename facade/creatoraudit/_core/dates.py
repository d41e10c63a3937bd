"""Days as the API takes them. Decides what may stand for a UTC day."""

from __future__ import annotations

import datetime as dt

from ..errors import UsageError

__all__ = ["utc_day"]


def utc_day(value: object, name: str) -> dt.date:
    """The UTC day of a date, an aware datetime, or an ISO 8601 string of either.

    Raises:
        UsageError: It is something else, or a datetime without a zone.
    """
    if isinstance(value, str):
        try:
            value = dt.date.fromisoformat(value)
        except ValueError:
            try:
                value = dt.datetime.fromisoformat(value)  # type: ignore[arg-type]  # still the str here
            except ValueError:
                raise UsageError(
                    f"{name} must be a day such as 2026-06-14, not {value!r:.60}"
                ) from None
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise UsageError(f"{name} is a datetime without a zone; add tzinfo or pass a date")
        return value.astimezone(dt.UTC).date()
    if isinstance(value, dt.date):
        return value
    raise UsageError(f"{name} must be a date, a datetime or a string, not {type(value).__name__}")
