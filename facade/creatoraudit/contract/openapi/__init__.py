"""Reads OpenAPI documents, for regeneration, drift reports, contract checks and the sandbox.

    from creatoraudit.contract.openapi import load, normalise

    document = load("openapi.yaml")
    for operation in operations(document):
        print(operation.key)

It needs only the standard library (and PyYAML for YAML), so it works without the generated package.
"""

from __future__ import annotations

from ..._core.naming import operation_key
from ._bundle import HOLDER, bundled
from ._document import (
    Document,
    DocumentRefused,
    Json,
    Place,
    Unchanged,
    below,
    canonical,
    is_array,
    is_number,
    is_object,
    unescaped,
)
from ._normalise import normalise, structured
from ._operations import METHODS, Operation, is_success, operations, unprefixed
from ._quoting import inert, quoted
from ._reading import MOST_BYTES, check_depth, load, parse
from ._schemas import Slot, subschemas, walk_schemas

__all__ = [
    "HOLDER",
    "METHODS",
    "MOST_BYTES",
    "Document",
    "DocumentRefused",
    "Json",
    "Operation",
    "Place",
    "Slot",
    "Unchanged",
    "below",
    "bundled",
    "canonical",
    "check_depth",
    "inert",
    "is_array",
    "is_number",
    "is_object",
    "is_success",
    "load",
    "normalise",
    "operation_key",
    "operations",
    "parse",
    "quoted",
    "structured",
    "subschemas",
    "unescaped",
    "unprefixed",
    "walk_schemas",
]
