"""Reading an OpenAPI document and bringing it into one plain shape.

Decides what is accepted at all, and by what name a refusal is reported. After `normalised` every
operation holds its own parameters, body and responses; only schemas are still shared by
reference. Which names things get is decided in names.py, what the generator must not see in
overlay.py.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from creatoraudit.contract.openapi import (
    METHODS,
    is_success,
    normalise,
    operation_key,
    parse,
    unescaped,
)
from creatoraudit.contract.openapi import DocumentRefused as ContractRefused

Node: TypeAlias = dict[str, Any]
"""A JSON object of the document; what is in it is found out by walking it."""

__all__ = ["METHODS", "ContractRefused", "is_success"]  # of the reader

_ITEM_WORDS = frozenset({"parameters", "summary", "description", "servers"})

SCHEMAS = "#/components/schemas/"

_PATH = re.compile(r"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@%-]|\{[A-Za-z_-][A-Za-z0-9_-]*\})*)+")


class Place(NamedTuple):
    """One operation of a document."""

    method: str
    path: str
    node: Node

    @property
    def key(self) -> str:
        """`GET /videos/{}`: what an operation is known by, whatever its parameters are called."""
        return operation_key(self.method, self.path)


def load(text: str | bytes, source: str) -> Node:
    """The document in `text`; `source` is what a refusal calls it."""
    document = dict(parse(text, source).root)
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ContractRefused(f"{source} holds half a character (a lone surrogate)") from error
    if not isinstance(document.get("paths"), dict) or not document["paths"]:
        raise ContractRefused(f"{source} has no paths")
    return document


def read(path: Path) -> Node:
    """The JSON object in a file of this folder (names, overlay)."""
    data = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict):
        raise ContractRefused(f"{path.name} must hold an object")
    return data


def places(document: Node) -> Iterator[Place]:
    """Every operation, in document order."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield Place(method, path, item[method])


def schemas(document: Node) -> dict[str, Any]:
    """The shared schemas, by name."""
    components: Node = document.setdefault("components", {})
    found: dict[str, Any] = components.setdefault("schemas", {})
    return found


def walk(node: Any) -> Iterator[Node]:
    """Every object at or below `node`."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


def reference(name: str) -> Node:
    """A reference to the shared schema `name`."""
    return {"$ref": SCHEMAS + name}


def referenced(node: Any) -> str | None:
    """Name of the shared schema that `node` refers to."""
    target = node.get("$ref") if isinstance(node, dict) else None
    return (
        target.removeprefix(SCHEMAS)
        if isinstance(target, str) and target.startswith(SCHEMAS)
        else None
    )


def lookup(document: Node, pointer: str) -> Any:
    """What a local reference points at."""
    if not pointer.startswith("#/"):
        raise ContractRefused(f"reference {pointer!r} leads out of the document; bundle it first")
    node: Any = document
    for part in pointer[2:].split("/"):
        key = unescaped(part)
        if not isinstance(node, dict) or key not in node:
            raise ContractRefused(f"reference {pointer!r} leads nowhere")
        node = node[key]
    return node


def _resolved(document: Node, node: Any) -> Any:
    """A copy of `node`, or of what it refers to."""
    seen: set[str] = set()
    while isinstance(node, dict) and "$ref" in node:
        if node["$ref"] in seen:
            raise ContractRefused(f"reference {node['$ref']!r} refers to itself")
        seen.add(node["$ref"])
        node = lookup(document, node["$ref"])
    return copy.deepcopy(node)


def _refuse_duplicates(document: Node) -> None:
    """Refuses a shared operationId, and paths that differ in parameter names only."""
    ids: dict[str, Place] = {}
    keys: dict[str, Place] = {}
    for place in places(document):
        name = place.node.get("operationId")
        if name is not None and name in ids:
            first = ids[name]
            raise ContractRefused(
                f"operationId {name!r} is used twice: by {first.method.upper()} {first.path} "
                f"and by {place.method.upper()} {place.path}"
            )
        if name is not None:
            ids[name] = place
        if place.key in keys:
            raise ContractRefused(
                f"{place.method.upper()} {place.path} and {keys[place.key].path} "
                "differ only in parameter names"
            )
        keys[place.key] = place


def _plain_schema_references(document: Node) -> None:
    """Gives schemas plain names, so that a reference is a prefix and the name, nothing escaped."""
    found = schemas(document)
    plain = {name: re.sub(r"[^A-Za-z0-9_]", "_", name) or "_" for name in found}
    if len(set(plain.values())) < len(plain):
        twice = sorted(name for name in plain if list(plain.values()).count(plain[name]) > 1)
        raise ContractRefused(f"schema names too alike to be told apart: {', '.join(twice)}")
    for node in walk({key: value for key, value in document.items() if key != "openapi"}):
        target = node.get("$ref")
        if isinstance(target, str) and target.startswith(SCHEMAS):
            name = unescaped(target.removeprefix(SCHEMAS))
            if name not in plain:
                raise ContractRefused(f"reference {target!r} leads nowhere")
            node["$ref"] = SCHEMAS + plain[name]
    document["components"]["schemas"] = {plain[name]: schema for name, schema in found.items()}


def _complete(document: Node, key: str, operation: Any, shared: list[Any]) -> Node:
    """An operation with its own and its path's parameters, body and responses inline."""
    parameters: dict[tuple[str, str], Node] = {}
    for raw in [*_mapping(operation, key).get("parameters", []), *shared]:
        parameter = _mapping(_resolved(document, raw), f"a parameter of {key}")
        name, where = parameter.get("name"), parameter.get("in")
        if not isinstance(name, str) or where not in ("path", "query", "header", "cookie"):
            raise ContractRefused(f"{key}: parameter {name!r} is nowhere one can be sent")
        if not isinstance(parameter.get("schema"), dict):
            raise ContractRefused(f"{key}: parameter {name!r} has no schema")
        parameters.setdefault((where, name), parameter)
    completed = {**operation, "parameters": list(parameters.values()), "responses": {}}
    if "requestBody" in operation:
        body = _resolved(document, operation["requestBody"])
        completed["requestBody"] = _mapping(body, f"the body of {key}")
    for status, response in _mapping(operation.get("responses", {}), f"{key}: responses").items():
        found = _mapping(_resolved(document, response), f"{key}: response {status}")
        completed["responses"][str(status)] = found
    return completed


def _mapping(node: Any, what: str) -> Node:
    """The node itself when it is an object."""
    if not isinstance(node, dict):
        raise ContractRefused(f"{what} must be an object, not {type(node).__name__}")
    return node


def normalised(source: Mapping[str, Any], *, base_path: str) -> Node:
    """A copy in which every operation is complete in itself and paths are relative to the base URL.

    `base_path` (`/v2`) is taken off when every path starts with it: some documents put it there,
    some into servers.
    """
    document: Node = copy.deepcopy(dict(normalise(source, base_path=base_path)))
    for path, item in document["paths"].items():
        if not _PATH.fullmatch(path):
            raise ContractRefused(f"path {path!r} holds characters a URL path cannot have")
        if not isinstance(item, dict) or "$ref" in item:
            raise ContractRefused(f"path {path} is not an inline path item")
        for word in item:
            if word not in METHODS and word not in _ITEM_WORDS and not word.startswith("x-"):
                raise ContractRefused(f"{word.upper()} {path} is an operation nobody could send")
    _plain_schema_references(document)
    _refuse_duplicates(document)
    for path, item in document["paths"].items():
        document["paths"][path] = {
            method: _complete(
                document, f"{method.upper()} {path}", item[method], item.get("parameters", [])
            )
            for method in METHODS
            if method in item
        }
    components = document["components"]
    document["components"] = {
        "schemas": components["schemas"],
        "securitySchemes": components.get("securitySchemes", {}),
    }
    return document


def is_null(node: Any) -> bool:
    """Whether a schema admits null and nothing else."""
    return isinstance(node, dict) and (
        node.get("type") == "null" or ("const" in node and node["const"] is None)
    )


def alternatives(node: Node) -> list[Any] | None:
    """The branches of a union; None when the schema is none."""
    for keyword in ("anyOf", "oneOf"):
        branches = node.get(keyword)
        if isinstance(branches, list) and branches:
            return branches
    return None


def json_media_type(content: Mapping[str, Any]) -> str | None:
    """The media type of a body that is JSON, `application/json` before any `+json`."""
    plain = [name for name in content if name.split(";")[0].strip().lower() == "application/json"]
    suffixed = [name for name in content if name.split(";")[0].strip().lower().endswith("+json")]
    return next(iter([*plain, *suffixed]), None)


def json_schema(body: Mapping[str, Any]) -> tuple[Node, str] | None:
    """Where the schema of a JSON body is: its holder and key there."""
    content = body.get("content") or {}
    media_type = json_media_type(content)
    if media_type is None or "schema" not in content[media_type]:
        return None
    return content[media_type], "schema"
