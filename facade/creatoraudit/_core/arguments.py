"""Checks the arguments of a call against the generated table before anything is sent.

Numbers, booleans and days of other libraries, such as numpy, are converted to Python's own.
"""

from __future__ import annotations

import datetime as dt
import math
import operator
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar
from uuid import UUID

from ..errors import CreatorAuditError, UsageError
from .text import one_line

if TYPE_CHECKING:
    from creatoraudit_api.operations import Bound, Operation


def plain(value: object) -> Any:
    """Convert a numpy scalar to its Python value; return any other value unchanged."""
    if value.__class__ is str:  # most values are ids
        return value
    kind = getattr(getattr(value, "dtype", None), "kind", None)
    if not isinstance(kind, str) or kind not in "biufUM" or getattr(value, "ndim", 0) != 0:
        return value
    scalar: Any = value
    if kind == "M" and not str(scalar.dtype).endswith(("[D]", "[W]", "[M]", "[Y]")):
        scalar = scalar.astype("datetime64[us]")  # nanoseconds would become an integer
    found = scalar.item()
    return value if found is None else found


def as_int(value: object) -> int | None:
    """Convert an integer of any library to an int; None for anything else, including booleans."""
    found = plain(value)
    if isinstance(found, bool):
        return None
    try:
        return operator.index(found)
    except TypeError:
        return None


def as_number(value: object) -> int | float | None:
    """Convert a finite number of any library to Python's own; None for anything else."""
    found = plain(value)
    if isinstance(found, float):
        return found if math.isfinite(found) else None
    return as_int(found)


# The least value of settings and options; others are numbers of more than 0.
_LEAST = {"max_wait": 0, "max_retries": 0} | dict.fromkeys(
    ("concurrency", "max_response_bytes", "max_bytes", "keys"), 1
)
_WHOLE = _LEAST.keys() - {"max_wait"}
_OPTIONAL = frozenset({"max_wait", "max_response_bytes", "max_bytes", "min_growth"})


def number(name: str, value: object, refuse: type[CreatorAuditError] = UsageError) -> Any:
    """Check a number that is a setting or an option, and convert it to Python's own.

    Raises:
        CreatorAuditError: It is not a number or too small; the error is of the class `refuse`.
    """
    if value is None and name in _OPTIONAL:
        return None
    least = _LEAST.get(name)
    found = as_int(value) if name in _WHOLE else as_number(value)
    if found is None:
        kind = "whole number" if name in _WHOLE else "number"
        raise refuse(f"{name} must be a {kind}, not {value!r:.40}")
    if least is not None and found < least:
        raise refuse(f"{name} must be at least {least}, not {found}")
    if least is None and found <= 0:
        raise refuse(f"{name} must be more than 0, not {found}")
    return found


def sendable(operation: str, name: str, value: object) -> Any:
    """Convert a value, and all that it contains, to what JSON or a query can hold.

    Raises:
        UsageError: It is a missing value (NaN, NaT, NA), or of a type that neither can hold.
    """
    value = plain(value)
    if isinstance(value, (str, int)) or value is None:
        return value
    # The checks of a client's settings need no generated types, which take time to import.
    from creatoraudit_api.types import ReadModel, WriteModel, encode  # noqa: PLC0415

    if isinstance(value, (ReadModel, WriteModel)):
        return value
    if isinstance(value, (float, dt.date)):  # a datetime is a date
        if value != value or value in (math.inf, -math.inf):  # noqa: PLR0124 - NaN and NaT
            raise UsageError(
                f"{operation}: cannot be sent: {name} is {value}, which JSON cannot carry"
            )
        return encode(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    if isinstance(value, Mapping):
        return {
            plain(key): sendable(operation, f"{name}.{key!s:.40}", one)
            for key, one in value.items()
        }
    if isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray, memoryview)):
        return [
            one if one.__class__ is str else sendable(operation, f"each of {name}", one)
            for one in value
        ]
    raise UsageError(f"{operation}: cannot be sent: {name} is of type {type(value).__name__}")


def utc_day(value: object, name: str) -> dt.date:
    """Return the UTC day of a date, an aware datetime, or an ISO 8601 string of either.

    Raises:
        UsageError: It is something else, or a datetime without a zone.
    """
    value = plain(value)
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


Day: TypeAlias = dt.date | dt.datetime | str


def period_arguments(
    operation: Operation[object],
    period: str | None,
    start_date: Day | None,
    end_date: Day | None,
) -> dict[str, object]:
    """The arguments for a period: none (server's default), a preset, or `custom` with both days.

    Raises:
        UsageError: The preset is unknown or combined with days, or the days are missing, not valid
            or in the wrong order.
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
    """The arguments for the first and last day of a period, or none.

    Raises:
        UsageError: A day is missing or not valid, or they are in the wrong order.
    """
    if start_date is None and end_date is None:
        return {}
    if start_date is None or end_date is None:
        raise UsageError("start_date and end_date belong together; one of them is missing")
    first, last = utc_day(start_date, "start_date"), utc_day(end_date, "end_date")
    if first > last:
        raise UsageError(f"start_date {first} is after end_date {last}")
    return {"start_date": first, "end_date": last}


T = TypeVar("T")


_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def checked(operation: Operation[object], name: str, value: object, *, own: bool) -> object:
    """Check an argument against the contract's bounds and convert it for sending.

    Raises:
        UsageError: It is out of bounds or cannot be sent.
    """
    value = plain(value)
    if operation.arguments.get(name) == "path":
        bound = operation.bounds.get(name)
        if bound is not None and bound.kind in ("array", "object") and not isinstance(value, str):
            if isinstance(value, Collection) and not value:
                raise UsageError(f"{name} must not be empty")
            return sendable(operation.name, name, value)
        return _path_id(name, value, bound)
    bound = operation.bounds[name]
    if bound.kind == "array":
        items = _checked_items(name, value, bound, own=own)
        return [_one_id(item, name) for item in items] if name in operation.id_lists else items
    if bound.format == "uuid":
        return resource_id(value, name)
    if bound.format == "date":
        return utc_day(value, name).isoformat()
    if bound.choices and isinstance(value, str) and value not in bound.choices:
        raise UsageError(
            f"{name} must be one of {', '.join(bound.choices)}, not {one_line(value, 40)!r}"
        )
    value = sendable(operation.name, name, value)
    if isinstance(value, str):
        _between(name, len(value), bound.min_length, bound.max_length, "characters")
    elif bound.kind == "integer":
        found = as_int(value)
        if found is None:
            raise UsageError(f"{name} must be a whole number, not {value!r:.40}")
        _between(name, found, bound.minimum, bound.maximum, "")
        return found
    return value


def _checked_items(name: str, value: object, bound: Bound, *, own: bool) -> list[object]:
    """Check the items of a list. Ids are checked only if they come from the caller (`own`)."""
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise UsageError(f"{name} must be a list, not {type(value).__name__}")
    items: list[object] = [plain(item) for item in value]
    _between(name, len(items), bound.min_items, bound.max_items, "items")
    for item in items:
        if isinstance(item, int) and not isinstance(item, bool):
            _between(f"each of {name}", item, bound.item_minimum, bound.item_maximum, "")
    if own and bound.format == "uuid":
        return [resource_id(item, f"each of {name}") for item in items]
    return items


def _between(name: str, value: int, least: int | None, most: int | None, unit: str) -> None:
    if (least is None or value >= least) and (most is None or value <= most):
        return
    if least is not None and most is not None:
        allowed = f"between {least} and {most}"
    else:
        allowed = f"at least {least}" if least is not None else f"at most {most}"
    raise UsageError(f"{name} must be {allowed}{' ' + unit if unit else ''}, not {value}")


def _path_id(name: str, value: object, bound: Bound | None) -> str:
    if bound is not None and bound.format == "uuid":
        return resource_id(value, name)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date):  # a datetime is a date
        return str(sendable("", name, value))
    text = str(_one_id(value, name))
    # httpx collapses dot segments, so such an id would reach another endpoint.
    if text in ("", ".", ".."):
        raise UsageError(f"{name} must be an id, not {text!r}")
    return text


def _one_id(value: object, name: str) -> object:
    """Return an id, but refuse a model or a list."""
    if not isinstance(value, str) and isinstance(value, Collection):
        raise UsageError(f"{name} must be an id, not {type(value).__name__}")
    return value


def resource_id(value: object, name: str = "id") -> str:
    """Convert an id from the caller to the lower-case UUID string that the API uses.

    Raises:
        UsageError: It is not a UUID.
    """
    # Stricter than uuid.UUID(), which also accepts braces, a urn: prefix and missing hyphens.
    if type(value) is str and _UUID.fullmatch(value):
        return value
    text = same_id(value)
    if _UUID.fullmatch(text):
        return text
    shown = repr(one_line(value, 60)) if isinstance(value, str) else type(value).__name__
    raise UsageError(
        f"{name} must be a UUID such as 3c90c3cc-0d44-4b50-8888-8dd25736052a, not {shown}"
    )


def same_id(value: object) -> str:
    """Normalise an id, for sending and for look-up."""
    return str(value).strip().lower()


def resource_ids(values: Iterable[object], name: str) -> Iterator[str]:
    """Check any number of ids from the caller, lazily.

    Raises:
        UsageError: An id is not a UUID, or the argument is not a list.
    """
    return (resource_id(one, name) for one in several(values))


def several(ids: Iterable[T]) -> Iterable[T]:
    """Return a list of ids unchanged.

    Raises:
        UsageError: It is a single id, a model or mapping, or not iterable.
    """
    given: object = ids
    if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable):
        shown = type(given).__name__ if isinstance(given, Mapping) else f"{given!r:.60}"
        raise UsageError(f"ids must be a list, even for a single id, not {shown}")
    return ids
