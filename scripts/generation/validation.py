"""Runs openapi-spec-validator and groups its findings, which are only warnings."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from itertools import islice
from typing import Any

from creatoraudit.contract.openapi import below, inert

from .document import Node, walk

_MOST = 500
_SHOWN = 3


def findings(document: Node) -> list[str]:
    """One line per kind of finding, with its count and first JSON pointers."""
    if any(
        isinstance(node.get("$ref"), str) and not node["$ref"].startswith("#")
        for node in walk(document)
    ):
        return []  # the validator would fetch them
    try:
        validators = import_module("openapi_spec_validator")
    except ImportError:
        return ["not validated: openapi-spec-validator is not installed"]
    version = str(document.get("openapi", ""))[:3].replace(".", "")
    validator: Any = getattr(validators, f"OpenAPIV{version}SpecValidator", None)
    if validator is None:
        return [f"not validated: the validator lacks OpenAPI {version[:1]}.{version[1:]}"]
    grouped: dict[str, list[str]] = {}
    try:
        for error in islice(validator(document).iter_errors(), _MOST):
            message = inert(str(error.message).partition("\n")[0])
            pointer = _pointer(getattr(error, "absolute_path", ()))
            grouped.setdefault(message, []).append(inert(pointer) or "/")
    except Exception as error:  # noqa: BLE001 - some documents crash the validator
        return [f"not validated: the validator failed with {type(error).__name__}"]
    return [_line(message, pointers) for message, pointers in grouped.items()]


def _pointer(path: Iterable[str | int]) -> str:
    pointer = ""
    for part in path:
        pointer = below(pointer, part)
    return pointer


def _line(message: str, pointers: list[str]) -> str:
    shown = ", ".join(pointers[:_SHOWN])
    more = f" and {len(pointers) - _SHOWN} more" if len(pointers) > _SHOWN else ""
    return f"{shown}{more}: {message}"
