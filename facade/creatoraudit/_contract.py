"""What exactly is wrong with an answer: a slow second look, taken only after decoding failed.

Walks a decoded body along its schema in the contract this release was built on and names the first
member that a client cannot live without: a missing required member, or an object or list that is
something else. Scalars are not judged here; they are kept as sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ._fault import Fault

_CONTAINERS: Mapping[str, type] = {"object": dict, "array": list}


@cache
def _document() -> Any:
    text = files("creatoraudit_api").joinpath("openapi.json").read_text(encoding="utf-8")
    return json.loads(text)


def _resolved(schema: Any) -> Any:
    while isinstance(schema, dict) and "$ref" in schema:
        target = _document()
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        schema = target
    return schema if isinstance(schema, dict) else {}


def _response_schema(method: str, path: str, status: int) -> Any:
    """The schema of an answer; `path` may name its parameters differently from the document."""
    blank = [part if not part.startswith("{") else "{}" for part in path.split("/")]
    for candidate, item in _document()["paths"].items():
        parts = [part if not part.startswith("{") else "{}" for part in candidate.split("/")]
        if parts == blank and method.lower() in item:
            responses = item[method.lower()]["responses"]
            success = [code for code in responses if code.startswith("2")]
            chosen = str(status) if str(status) in responses else min(success, default="")
            content = _resolved(responses.get(chosen)).get("content", {})
            return content.get("application/json", {}).get("schema", {})
    return {}


def first_fault(method: str, path: str, status: int, payload: object) -> Fault | None:
    """The first fault of a success body, or None when this look finds none."""
    return next(_faults(_response_schema(method, path, status), payload, "$"), None)


def _faults(schema: Any, value: object, path: str) -> Iterator[Fault]:
    schema = _resolved(schema)
    branches = [_resolved(one) for one in schema.get("anyOf", schema.get("oneOf", []))]
    if value is None and any(branch.get("type") == "null" for branch in branches):
        return
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if value is None and "null" in kinds:
        return
    branches = [branch for branch in branches if branch.get("type") != "null"]
    if branches:
        found = [next(_faults(branch, value, path), None) for branch in branches]
        if None not in found:
            yield found[0]  # type: ignore[misc]  # None was just excluded
        return
    wanted = [kind for kind in kinds if kind in _CONTAINERS]
    if wanted and not any(isinstance(value, _CONTAINERS[kind]) for kind in wanted):
        scalars = set(kinds) - set(wanted) - {"null"}
        if not scalars or isinstance(value, (dict, list)):
            article = "an" if wanted[0][0] in "ao" else "a"
            yield Fault(path, f"is {_kind(value)} where {article} {wanted[0]} belongs")
        return
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        for name in schema.get("required", []):
            if name not in value:
                yield Fault(f"{path}.{name}", "is missing")
        rest = schema.get("additionalProperties")
        for name, member in value.items():
            inner = properties.get(name, rest if isinstance(rest, dict) else None)
            if inner is not None:
                yield from _faults(inner, member, f"{path}.{name}")
    elif isinstance(value, list):
        for position, member in enumerate(value):
            yield from _faults(schema.get("items", {}), member, f"{path}[{position}]")


def _kind(value: object) -> str:
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean"}
    return "null" if value is None else names.get(type(value), "a number")
