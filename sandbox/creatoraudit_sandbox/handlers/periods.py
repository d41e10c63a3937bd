"""Windows of UTC days: presets that end today, and custom ones with both ends included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from .._types import Json, JsonObject
from ..clock import DAY, day_of, day_start
from ..problems import FieldError, Problem, invalid

PRESETS: Final = {"7d": 7, "30d": 30, "90d": 90}
DEFAULT: Final = "30d"


@dataclass(frozen=True)
class Period:
    """UTC days from first to last, both included."""

    name: str
    first: date
    last: date

    @property
    def start(self) -> int:
        """Start of the period in epoch seconds."""
        return day_start(self.first)

    @property
    def end(self) -> int:
        """End of the period in epoch seconds (not included)."""
        return day_start(self.last) + DAY

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1

    def before(self) -> Period:
        """The period of equal length right before."""
        length = timedelta(days=self.days)
        return Period(self.name, self.first - length, self.last - length)


def preset(name: str, now: int) -> Period:
    """One of the named periods, ending with the current day."""
    if name not in PRESETS:
        raise invalid("period", f"must be one of: {', '.join(PRESETS)}")
    today = day_of(now)
    return Period(name, today - timedelta(days=PRESETS[name] - 1), today)


def parse_day(field: str, value: Json) -> date | None:
    """Parse a date of a valid form; 422 if the calendar has no such day."""
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise invalid(field, "is not a valid date") from None


def of_body(body: JsonObject, now: int) -> Period:
    """The period of a metrics request; dates next to a preset are ignored."""
    name = str(body.get("period", DEFAULT))
    if name != "custom":
        return preset(name, now)
    first = parse_day("start_date", body.get("start_date"))
    last = parse_day("end_date", body.get("end_date"))
    if first is None or last is None:
        raise invalid("start_date" if first is None else "end_date", "is required")
    in_order(first, last)
    return Period(name, first, last)


def in_order(first: date, last: date) -> None:
    """Refuse a start date after the end date."""
    if first > last:
        raise Problem(
            "VALIDATION_ERROR",
            "Request failed validation.",
            errors=[FieldError("end_date", "must not be before start_date")],
        )
