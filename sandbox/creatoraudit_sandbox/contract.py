"""openapi.json as the sandbox reads it: one `Operation` per documented operation.

The document may be a later version from the vendor. The sandbox ignores the parts that it does not
understand and serves the rest. `validation` checks requests.
"""

from __future__ import annotations

import itertools
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import unquote

if TYPE_CHECKING:
    import jsonschema_rs

BASE_PATH: Final = "/v2"
ENVIRONMENT: Final = "CREATORAUDIT_SANDBOX_OPENAPI"
_METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_PATH_NAME: Final = re.compile(r"\{([^{}]*)\}")
_UNIONS: Final = ("anyOf", "oneOf", "allOf")

# The document is trusted input of arbitrary shape; only this module takes it apart.
Schema = dict[str, Any]


@dataclass(frozen=True)
class Parameter:
    """One documented parameter.

    ``types`` are the JSON types it may have, ``item_types`` those of its items if it is an array.
    """

    name: str
    place: str
    required: bool
    schema: Schema
    types: frozenset[str]
    item_types: frozenset[str]
    is_enum: bool


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

    @property
    def key(self) -> str:
        """Method and path with blanked parameter names, which identify an operation."""
        return operation_key(self.method, self.path)

    @property
    def path_names(self) -> list[str]:
        """The names of the parameters in its path, in order."""
        return path_names(self.path)

    def at(self, place: str) -> tuple[Parameter, ...]:
        """The parameters in one place: query, path or header."""
        return tuple(p for p in self.parameters if p.place == place)


def operation_key(method: str, path: str) -> str:
    """Method and path with blanked parameter names."""
    return f"{method} {_PATH_NAME.sub('{}', path).rstrip('/')}"


def numbered(path: str) -> str:
    """The path with its parameters renamed to p0, p1 and so on."""
    numbers = itertools.count()
    return _PATH_NAME.sub(lambda _: f"{{p{next(numbers)}}}", path)


def path_names(path: str) -> list[str]:
    """The names of the parameters in a path, in order."""
    return _PATH_NAME.findall(path)


class Contract:
    """The operations of an OpenAPI document, and the schemas they refer to."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document: Any = _without_nullable(document)
        self.components: Schema = _table(self._document.get("components"))
        self.schemas: Schema = _table(self.components.get("schemas"))
        self.every = tuple(self._operations())
        #: By operationId, which need not be unique in a document that the sandbox can serve.
        self.operations = {operation.id: operation for operation in reversed(self.every)}
        #: Compiled schemas of requests, by operation and place, for all sandboxes of the process.
        self.compiled: dict[str, dict[str, jsonschema_rs.Validator | None]] = {}

    def _operations(self) -> Iterator[Operation]:
        for path, unresolved in _table(self._document.get("paths")).items():
            item = self.resolve(unresolved)
            below = path.removeprefix(BASE_PATH) if path.startswith(f"{BASE_PATH}/") else path
            for method in _METHODS:
                if isinstance(item.get(method), dict):
                    yield self._operation(
                        below, method, item[method], _list(item.get("parameters"))
                    )

    def _operation(self, path: str, method: str, raw: Schema, shared: list[Schema]) -> Operation:
        named: dict[tuple[str, str], Parameter] = {}
        for unresolved in (*shared, *_list(raw.get("parameters"))):
            entry = self.resolve(unresolved)
            if isinstance(entry.get("in"), str) and isinstance(entry.get("name"), str):
                named[entry["in"], entry["name"]] = self._parameter(entry)
        content = _table(self.resolve(raw.get("requestBody")).get("content"))
        bodies = [
            _table(_table(media).get("schema")) for name, media in content.items() if _is_json(name)
        ]
        return Operation(
            id=str(raw.get("operationId") or operation_key(method.upper(), path)),
            method=method.upper(),
            path=path,
            parameters=tuple(named.values()),
            body=bodies[0] if bodies else None,
            responses=_table(raw.get("responses")),
            secured=bool(raw.get("security", self._document.get("security", []))),
        )

    def _parameter(self, entry: Schema) -> Parameter:
        schema = _table(entry.get("schema"))
        shapes = list(self._shapes(schema))
        items = [shape.get("items", {}) for shape in shapes]
        return Parameter(
            name=entry["name"],
            place=entry["in"],
            required=entry.get("required") is True,
            schema=schema,
            types=_types(shapes),
            item_types=_types([each for item in items for each in self._shapes(item)]),
            is_enum=any("enum" in shape or "const" in shape for shape in shapes),
        )

    def _shapes(self, schema: Schema, depth: int = 0) -> Iterator[Schema]:
        """A schema and the branches it consists of."""
        schema = self.resolve(schema)
        yield schema
        if depth < 8:
            for union in _UNIONS:
                for branch in _list(schema.get(union)):
                    yield from self._shapes(branch, depth + 1)

    def resolve(self, node: Any) -> Schema:
        """Resolve a reference into the document; anything else is returned as it is."""
        for _ in range(16):
            if not isinstance(node, dict):
                return {}
            reference = node.get("$ref")
            if not isinstance(reference, str):
                return node
            node = self._document
            for token in reference.removeprefix("#/").split("/"):
                name = unquote(token).replace("~1", "/").replace("~0", "~")
                node = node.get(name) if isinstance(node, dict) else None
        return {}

    def answer(self, operation: Operation, status: int) -> Schema | None:
        """The schema of a response body of an operation, if one is documented."""
        content = _table(self.resolve(operation.responses.get(str(status))).get("content"))
        for media_type in ("application/json", "application/problem+json"):
            schema = _table(content.get(media_type)).get("schema")
            if isinstance(schema, dict):
                return schema
        return None

    def closed(self, schema: Schema) -> Schema:
        """The schema with everything that its references point to, so that it compiles alone."""
        return {"components": self.components, "allOf": [schema]}


def _table(node: Any) -> Schema:
    return node if isinstance(node, dict) else {}


def _list(node: Any) -> list[Any]:
    return node if isinstance(node, list) else []


def _is_json(media_type: str) -> bool:
    name = media_type.partition(";")[0].strip().lower()
    return name == "application/json" or name.endswith("+json")


def _types(shapes: list[Schema]) -> frozenset[str]:
    declared = [shape.get("type") for shape in shapes]
    names = [name for each in declared for name in (_list(each) or [each])]
    return frozenset(name for name in names if isinstance(name, str))


def _without_nullable(node: Any) -> Any:
    """The document with OpenAPI 3.0's ``nullable`` and exclusive bounds written as 3.1 does."""
    if isinstance(node, list):
        return [_without_nullable(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    plain = {name: _without_nullable(item) for name, item in node.items()}
    for name, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if plain.get(name) is True and bound in plain:
            plain[name] = plain.pop(bound)
        elif plain.get(name) in (True, False):
            del plain[name]
    if plain.get("nullable") is True:
        del plain["nullable"]
        plain = {"anyOf": [plain, {"type": "null"}]}
    return plain


def _locate() -> str:
    """The text of openapi.json: the named file, package data, or the top of a source checkout."""
    if named := os.environ.get(ENVIRONMENT):
        return Path(named).read_text(encoding="utf-8-sig")
    try:
        packaged = files("creatoraudit_api").joinpath("openapi.json")
        if packaged.is_file():
            return packaged.read_text(encoding="utf-8-sig")
    except ModuleNotFoundError:
        pass
    checkout = Path(__file__).resolve().parents[2] / "openapi.json"
    if checkout.is_file():
        return checkout.read_text(encoding="utf-8-sig")
    raise FileNotFoundError(
        f"openapi.json was not found; reinstall creatoraudit or set {ENVIRONMENT}"
    )


@lru_cache(maxsize=1)
def load() -> Contract:
    """The contract that this installation was built from, read once per process."""
    return Contract(cast("Mapping[str, Any]", json.loads(_locate())))
