"""Defines the columns of a list and converts JSON values to the type of their column.

The columns follow the contract, not the data, so an empty list has the same columns as a full one.
Members that the contract does not declare are collected as JSON in the column `OTHERS`.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from creatoraudit_api.columns import COLUMNS
from creatoraudit_api.types import encode, timestamp

from .._core.text import finite, well_formed

if TYPE_CHECKING:
    from creatoraudit_api.columns import Column

Kind: TypeAlias = Literal["string", "integer", "number", "boolean", "datetime", "json"]
Row: TypeAlias = Mapping[str, object]

OTHERS = "additional_members"
# Names of the kinds in error messages.
CALLED: Mapping[Kind, str] = {
    "string": "a string",
    "integer": "an integer of 64 bits",
    "number": "a number",
    "boolean": "a boolean",
    "datetime": "a timestamp",
    "json": "JSON",
}
_INT64 = 2**63
_NONE = type(None)
_SEEN: Mapping[type, Kind] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    dt.datetime: "datetime",
}


@cache
def kinds_of(model: str) -> Mapping[str, Kind]:
    """The kind of each column of a model, in the contract's order, `OTHERS` at the end."""
    kinds: dict[str, Kind] = {column.name: _kind(column) for column in COLUMNS.get(model, ())}
    kinds[OTHERS] = "json"
    return kinds


@cache
def is_open(model: str) -> bool:
    """Whether the contract declares no members of the model except an id."""
    return {column.name for column in COLUMNS.get(model, ())} <= {"id"}


def _kind(column: Column) -> Kind:
    match column.kind:
        case "string":
            return "datetime" if column.format == "date-time" else "string"
        case "integer" | "number" | "boolean":
            return column.kind
        case _:
            return "json"


def kind_seen(values: Sequence[object]) -> Kind:
    """The kind of values that the contract does not declare."""
    seen = {type(value) for value in values if value is not None}
    if seen == {int, float}:
        return "number"
    return _SEEN.get(seen.pop(), "json") if len(seen) == 1 else "json"


def typed(values: Sequence[object], kind: Kind) -> tuple[Sequence[object], dict[int, object]]:
    """Convert values for a column of this kind; also return those that do not fit, by position.

    Null always fits. A value that does not fit is None in the column.
    """
    if fit_as_they_are(values, kind):
        return values, {}
    convert = _CONVERT[kind]
    cells: list[object] = []
    wrong: dict[int, object] = {}
    for position, value in enumerate(values):
        cell = None if value is None else convert(value)
        if cell is None and value is not None:
            wrong[position] = value
        cells.append(cell)
    return cells, wrong


def fit_as_they_are(values: Sequence[object], kind: Kind) -> bool:
    """Whether no value needs conversion, which is nearly always so."""
    types = {*map(type, values)}
    there = values
    if _NONE in types:
        types.remove(_NONE)
        there = [value for value in values if value is not None]
    if not types:
        return True
    if kind == "boolean":
        return types == {bool}
    if kind == "string":
        return types == {str} and "".join(there).isascii()  # type: ignore[arg-type]  # checked
    if kind == "integer":
        return types == {int} and min(there) >= -_INT64 and max(there) < _INT64  # type: ignore[type-var, operator]  # checked
    return kind == "number" and types == {float} and all(map(math.isfinite, there))  # type: ignore[arg-type]  # checked


def _string(value: object) -> str | None:
    return well_formed(value) if isinstance(value, str) else None


def _integer(value: object) -> int | None:
    if isinstance(value, float) and value.is_integer():  # 5.0 is an integer to JSON
        value = int(value)
    fits = isinstance(value, int) and not isinstance(value, bool) and -_INT64 <= value < _INT64
    return value if fits and isinstance(value, int) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _boolean(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _datetime(value: object) -> dt.datetime | None:
    if isinstance(value, str):
        value = timestamp(value)
    return value if isinstance(value, dt.datetime) else None


def _json(value: object) -> str:
    try:
        text = _ENCODER.encode(value)
    except ValueError:  # infinity, from a number too large for a float, is not valid JSON
        text = _ENCODER.encode(finite(encode(value)))
    return well_formed(text)


def _plain(value: object) -> object:
    plain: object = encode(value)
    return str(value) if plain is value else plain


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_plain)
_CONVERT: Mapping[Kind, Callable[[object], object]] = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "datetime": _datetime,
    "json": _json,
}
