"""openapi.json as the sandbox reads it: one `Operation` per documented operation.

Finds the document and says what each operation takes. Checking a request against that is
`validation`'s job, answering it the handlers'.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, cast

ENVIRONMENT: Final = "CREATORAUDIT_SANDBOX_OPENAPI"
_METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

# The document is trusted input of arbitrary shape; it is taken apart here and nowhere else.
Schema = dict[str, Any]


@dataclass(frozen=True)
class Parameter:
    """One documented parameter with its schema, references resolved."""

    name: str
    place: str
    required: bool
    schema: Schema

    @property
    def types(self) -> tuple[str, ...]:
        """The JSON types it may have."""
        return _types(self.schema)

    @property
    def item_types(self) -> tuple[str, ...]:
        """The JSON types of its items, if it is an array."""
        return _types(self.schema.get("items", {}))


@dataclass(frozen=True)
class Operation:
    """One documented operation."""

    id: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    body: Schema | None
    responses: Schema
    secured: bool

    def at(self, place: str) -> tuple[Parameter, ...]:
        """The parameters in one place: query, path or header."""
        return tuple(p for p in self.parameters if p.place == place)


class Contract:
    """The operations of an OpenAPI 3.1 document, and the schemas they refer to."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.components: Schema = document.get("components", {})
        self.operations: dict[str, Operation] = {}
        for path, item in document["paths"].items():
            shared = item.get("parameters", [])
            for method in _METHODS:
                if method in item:
                    operation = self._operation(path, method, item[method], shared, document)
                    self.operations[operation.id] = operation

    def _operation(
        self,
        path: str,
        method: str,
        raw: Schema,
        shared: list[Schema],
        document: Mapping[str, Any],
    ) -> Operation:
        named: dict[tuple[str, str], Parameter] = {}
        for unresolved in (*shared, *raw.get("parameters", [])):
            entry = self.resolve(unresolved)
            key = (entry["in"], entry["name"])
            named[key] = Parameter(
                entry["name"], entry["in"], entry.get("required", False), entry.get("schema", {})
            )
        body = self.resolve(raw.get("requestBody", {})).get("content", {}).get("application/json")
        return Operation(
            id=raw["operationId"],
            method=method.upper(),
            path=path,
            parameters=tuple(named.values()),
            body=None if body is None else body["schema"],
            responses=raw.get("responses", {}),
            secured=bool(raw.get("security", document.get("security", []))),
        )

    def resolve(self, node: Schema) -> Schema:
        """What a reference to a component stands for; anything else stands for itself."""
        while "$ref" in node:
            section, name = node["$ref"].removeprefix("#/components/").split("/")
            node = self.components[section][name]
        return node

    def answer(self, operation: Operation, status: int) -> Schema | None:
        """The schema of a body that an operation answers with, if one is documented."""
        response = self.resolve(operation.responses.get(str(status), {}))
        for media_type in ("application/json", "application/problem+json"):
            schema: Schema | None = response.get("content", {}).get(media_type, {}).get("schema")
            if schema is not None:
                return schema
        return None

    def closed(self, schema: Schema) -> Schema:
        """A schema that can be compiled alone: it carries what its references point to."""
        return {"components": self.components, "allOf": [schema]}


def _types(schema: Schema) -> tuple[str, ...]:
    declared = schema.get("type", ())
    return (declared,) if isinstance(declared, str) else tuple(declared)


def _locate() -> str:
    """The text of openapi.json: the named file, package data, or the top of a source checkout."""
    if named := os.environ.get(ENVIRONMENT):
        return Path(named).read_text(encoding="utf-8")
    try:
        packaged = files("creatoraudit_api").joinpath("openapi.json")
        if packaged.is_file():
            return packaged.read_text(encoding="utf-8")
    except ModuleNotFoundError:
        pass
    checkout = Path(__file__).resolve().parents[2] / "openapi.json"
    if checkout.is_file():
        return checkout.read_text(encoding="utf-8")
    raise FileNotFoundError(
        f"openapi.json was not found; install creatoraudit whole or set {ENVIRONMENT}"
    )


@lru_cache(maxsize=1)
def load() -> Contract:
    """The contract this installation was built on, read once per process."""
    return Contract(cast("Mapping[str, Any]", json.loads(_locate())))
