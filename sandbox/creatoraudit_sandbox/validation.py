"""Checks the parameters and bodies of requests against openapi.json, by compiled JSON Schemas.

Query values are strings; each is converted to the type in its schema and then validated. Unknown
query parameters are ignored. Handlers check what the document cannot express, such as the list that
a cursor belongs to or the order of two dates.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final, NoReturn
from urllib.parse import parse_qsl

import jsonschema_rs

from ._types import Json, JsonObject
from .contract import Contract, Operation, Parameter
from .problems import FieldError, Problem, invalid

#: Bodies beyond these bounds are refused as malformed.
MAX_BODY: Final = 1 << 20
MAX_DEPTH: Final = 64

_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,30})")
_BOOLEANS: Final = {"true": True, "false": False}


def _options(kind: Mapping[str, Any]) -> str:
    return "must be one of: " + ", ".join(str(o) for o in kind["options"] if o is not None)


def _type(kind: Mapping[str, Any]) -> str:
    types = [t for t in kind["types"] if t != "null"]
    return "must be of type " + " or ".join(sorted(types))


_MESSAGES: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "required": lambda _: "is required",
    "enum": _options,
    "type": _type,
    "format": lambda kind: f"is not a valid {kind['format']}",
    "minimum": lambda kind: f"must be at least {kind['limit']}",
    "maximum": lambda kind: f"must be at most {kind['limit']}",
    "minLength": lambda kind: f"must have at least {kind['limit']} characters",
    "maxLength": lambda kind: f"must have at most {kind['limit']} characters",
    "minItems": lambda kind: f"must have at least {kind['limit']} items",
    "maxItems": lambda kind: f"must have at most {kind['limit']} items",
    "pattern": lambda kind: f"must match {kind['pattern']}",
}


def _field_error(error: jsonschema_rs.ValidationError) -> FieldError:
    kind = error.kind.as_dict()
    name = error.kind.name
    path = [str(part) for part in error.instance_path]
    if name == "required":
        path.append(str(kind["property"]))
    message = _MESSAGES[name](kind) if name in _MESSAGES else f"breaks the rule {name}"
    return FieldError(".".join(path) or "body", message)


def _refuse(errors: Iterable[FieldError]) -> NoReturn:
    found = list(errors)
    bounds = [f"{e.field} {e.message}" for e in found if e.message.endswith(" items")]
    detail = "Request failed validation" + (f": {'; '.join(bounds)}." if bounds else ".")
    raise Problem("VALIDATION_ERROR", detail, errors=found)


class Validator:
    """The compiled checks of one operation; compiled when first needed."""

    def __init__(self, contract: Contract, operation: Operation) -> None:
        self.operation = operation
        self._contract = contract
        self._query = operation.at("query")
        self._compiled = contract.compiled.setdefault(operation.key, {})

    def _check(self, place: str, value: Json) -> None:
        if place not in self._compiled:
            self._compiled[place] = self._compile(self._schema(place))
        validator = self._compiled[place]
        if validator is not None and not validator.is_valid(value):
            unique = {
                (e.field, e.message): e for e in map(_field_error, validator.iter_errors(value))
            }
            _refuse(unique.values())

    def _compile(self, schema: dict[str, Any]) -> jsonschema_rs.Validator | None:
        """Compile a schema; None if it cannot be compiled, which accepts everything."""
        closed = self._contract.closed(schema)
        try:
            return jsonschema_rs.Draft202012Validator(closed, validate_formats=True)
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError):
            return None

    def _schema(self, place: str) -> dict[str, Any]:
        if place == "body":
            return self.operation.body or {}
        parameters = self.operation.at(place)
        if place == "path":
            parameters = tuple(p for p in parameters if p.name in self.operation.path_names)
        return {
            "type": "object",
            "properties": {p.name: p.schema for p in parameters},
            "required": [p.name for p in parameters if p.required],
        }

    def path_is_valid(self, values: Mapping[str, str]) -> bool:
        """Whether the ids in a path have the documented form."""
        try:
            self._check("path", dict(values))
        except Problem:
            return False
        return True

    def query(self, raw: bytes) -> JsonObject:
        """The query parameters that were sent, typed, with the documented defaults filled in."""
        if not self._query:
            return {}
        try:
            pairs = parse_qsl(
                raw.decode("ascii"), keep_blank_values=True, errors="strict", separator="&"
            )
        except UnicodeDecodeError:
            raise invalid("query", "is not percent-encoded UTF-8") from None
        sent: dict[str, list[str]] = {}
        for name, value in pairs:
            sent.setdefault(name, []).append(value)
        values: JsonObject = {}
        for parameter in self._query:
            if parameter.name in sent:
                typed = _read(parameter, sent[parameter.name])
                if typed is not None:
                    values[parameter.name] = typed
        self._check("query", values)
        for parameter in self._query:
            default = self._contract.resolve(parameter.schema).get("default")
            if parameter.name not in values and default is not None:
                values[parameter.name] = default
        return values

    def body(self, raw: bytes) -> JsonObject:
        """The body as a JSON object; 422 if it breaks the document's rules."""
        value = parse_json(raw)
        self._check("body", value)
        return value if isinstance(value, dict) else {}


def _read(parameter: Parameter, sent: list[str]) -> Json:
    """The typed value of a parameter; None if it counts as absent.

    Where null is allowed, that is the word null, and an empty text where any text is.
    """
    if "array" in parameter.types:
        return [_typed(value, parameter.item_types) for value in sent]
    if len(sent) > 1 and not parameter.types:
        return [*sent]
    if len(sent) > 1:
        raise invalid(parameter.name, "must be given once")
    text = sent[0]
    any_text = "string" in parameter.types and not parameter.is_enum
    if "null" in parameter.types and (text == "null" or (not text and any_text)):
        return None
    return _typed(text, parameter.types)


def _typed(text: str, types: Collection[str]) -> Json:
    """Convert a query value to one of the types; the text itself if it does not fit."""
    if "integer" in types and _INTEGER.fullmatch(text):
        return int(text)
    if "boolean" in types and text in _BOOLEANS:
        return _BOOLEANS[text]
    return text


def _bad(detail: str) -> Problem:
    return Problem("BAD_REQUEST", detail)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is out of range")
    return value


def _unique(pairs: list[tuple[str, Json]]) -> JsonObject:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is repeated")
    return members


def parse_json(raw: bytes) -> Json:
    """Parse a body strictly: UTF-8, no repeated members, NaN or lone surrogates, bounded depth."""
    try:
        text = raw.decode("utf-8")
        value: Json = json.loads(
            text, parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_unique
        )
    except UnicodeDecodeError:
        raise _bad("The body is not UTF-8.") from None
    except RecursionError:
        raise _bad(f"The body is nested deeper than {MAX_DEPTH} levels.") from None
    except json.JSONDecodeError as error:
        raise _bad(f"The body is not JSON: {error.msg} at position {error.pos}.") from None
    except ValueError as error:
        message = "a number is too long" if "digit" in str(error) else str(error)
        raise _bad(f"The body cannot be read: {message}.") from None
    _bound_depth(value)
    if "\\u" in text:
        try:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            raise _bad("The body contains a lone surrogate.") from None
    return value


def _bound_depth(value: Json) -> None:
    level: list[Json] = [value]
    for _ in range(MAX_DEPTH):
        deeper: list[Json] = []
        for node in level:
            if isinstance(node, dict):
                deeper.extend(node.values())
            elif isinstance(node, list):
                deeper.extend(node)
        level = [node for node in deeper if isinstance(node, dict | list)]
        if not level:
            return
    raise _bad(f"The body is nested deeper than {MAX_DEPTH} levels.")
