"""What kind of values each member of a model has, and a value as a typed column takes it.

The kinds follow from the generated models' annotations, so columns made of them (in frames and in
exported files) cannot drift away from the contract. A scalar of the wrong type, which a model keeps
as it was sent, is missing in a typed column.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import types
from collections.abc import Mapping
from typing import Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from creatoraudit_api.types import ReadModel

from .._core.text import well_formed

Kind: TypeAlias = Literal["string", "integer", "number", "boolean", "datetime", "json"]
Row: TypeAlias = Mapping[str, object]

OTHERS = "additional_properties"
_INT64 = 2**63
_PLAIN: Mapping[object, Kind] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    dt.datetime: "datetime",
}
_MODELS: dict[type[ReadModel], Mapping[str, Kind]] = {}


def members(model: ReadModel) -> dict[str, object]:
    """A value per declared member, nested models as JSON; unknown members under one name."""
    row: dict[str, object] = {}
    for name, attribute in model.MEMBERS:
        value = getattr(model, attribute)
        row[name] = value.to_dict() if isinstance(value, ReadModel) else value
    row[OTHERS] = model.additional_properties or None
    return row


def kinds_of(model: type[ReadModel]) -> Mapping[str, Kind]:
    """The kind of each value that `members` gives."""
    known = _MODELS.get(model)
    if known is None:
        hints = get_type_hints(model)
        kinds: dict[str, Kind] = {}
        for name, attribute in model.MEMBERS:
            kinds[name] = _kind_of(hints[attribute])
        kinds[OTHERS] = "json"
        known = _MODELS[model] = kinds
    return known


def _kind_of(hint: object) -> Kind:
    """The kind of an annotation such as `int | None` or `Literal[...] | str`."""
    options = get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    if get_origin(hint) is Union:
        options = get_args(hint)
    kinds: set[Kind] = {
        "string" if get_origin(one) is Literal else _PLAIN.get(one, "json")
        for one in options
        if one is not type(None)
    }
    return kinds.pop() if len(kinds) == 1 else "json"


def kind_seen(values: list[object]) -> Kind:
    """The kind of values that no type declares."""
    seen = {type(value) for value in values if value is not None}
    if seen == {int, float}:
        return "number"
    return _PLAIN.get(seen.pop(), "json") if len(seen) == 1 else "json"


def cell(value: object, kind: Kind) -> object:
    """The value as its column takes it, None when it does not fit."""
    match kind:
        case "string":
            return well_formed(value) if isinstance(value, str) else None
        case "boolean":
            return value if isinstance(value, bool) else None
        case "datetime":
            return value if isinstance(value, dt.datetime) else None
        case "integer":
            return value if _is_int64(value) else None
        case "number":
            return _finite(value) if isinstance(value, (int, float)) else None
        case "json":
            if value is None:
                return None
            return well_formed(json.dumps(value, default=str, ensure_ascii=False))


def _is_int64(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -_INT64 <= value < _INT64


def _finite(value: float) -> float | None:
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) and not isinstance(value, bool) else None
