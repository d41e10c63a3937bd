"""Reads an OpenAPI document, converts it to a plain form and leaves out unsupported operations.

After `normalised`, every operation holds its own parameters, body and responses. Shared schemas are
the objects with members that become models; all other schemas are inlined.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from creatoraudit.contract.openapi import (
    METHODS,
    inert,
    is_success,
    normalise,
    operation_key,
    parse,
    unescaped,
)
from creatoraudit.contract.openapi import DocumentRefused as ContractRefused

from . import bodies
from .simple import Simple

__all__ = ["METHODS", "ContractRefused", "is_success"]  # of the reader

Node: TypeAlias = dict[str, Any]
"""A JSON object of the document, of unknown content."""

_ITEM_WORDS = frozenset({"parameters", "summary", "description", "servers"})
SCHEMAS = "#/components/schemas/"

# A URL path with parameters in braces, whose names may hold any characters. A fragment
# distinguishes operations of one path and is never sent.
_CHARACTERS = r"[A-Za-z0-9._~!$&'()*+,;=:@%-]"
_PATH = re.compile(
    rf"(?:/(?:{_CHARACTERS}|\{{[^{{}}/]+\}})*)+"
    rf"(?:\?(?:{_CHARACTERS}|/)*)?(?:\#(?:{_CHARACTERS}|[/?])*)?"
)


class Place(NamedTuple):
    """One operation of a document."""

    method: str
    path: str
    node: Node

    @property
    def key(self) -> str:
        """The key of the operation, such as `GET /videos/{}`, without parameter names."""
        return operation_key(self.method, self.path)


class Unsupported(ContractRefused):
    """An unsupported part of an operation: where it is, what it is, and what to do."""

    def __init__(self, what: str, *, pointer: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.pointer = pointer
        self.remedy = remedy


class Reason(NamedTuple):
    """An operation that is left out, and why."""

    label: str
    """Method and path as in the document."""
    pointer: str
    what: str
    remedy: str
    asked: bool = False
    """Whether overlay.json leaves it out by name."""

    @property
    def line(self) -> str:
        """The reason on one line."""
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{self.pointer}: {self.label}: {self.what}{remedy}"


class LeftOut:
    """Collects the operations that are left out, by key, and notes for the summary."""

    def __init__(self, asked: Mapping[str, str] | None = None) -> None:
        self.asked = dict(asked or {})
        self.reasons: dict[str, Reason] = {}
        self.notes: dict[str, list[str]] = {}

    @contextmanager
    def taking(self, key: str, label: str, pointer: str) -> Iterator[None]:
        """Leave the operation out if the block raises a refusal."""
        try:
            yield
        except ContractRefused as error:
            self.add(key, label, pointer, error)

    def add(self, key: str, label: str, pointer: str, error: ContractRefused) -> None:
        """Leave an operation out because of an error."""
        where = getattr(error, "pointer", "") or pointer
        remedy = getattr(error, "remedy", "")
        what = " ".join(inert(str(error)).removeprefix(f"{label}: ").split())
        self.reasons.setdefault(key, Reason(label, inert(where), what, remedy))

    def note(self, topic: str, what: str) -> None:
        """Add a note to the summary, once."""
        told = self.notes.setdefault(topic, [])
        if what not in told:
            told.append(what)

    def drop(self, document: Node) -> None:
        """Remove the operations that are left out from a document."""
        paths: Node = {}
        for path, item in document["paths"].items():
            kept = {
                method: node
                for method, node in item.items()
                if method not in METHODS or operation_key(method, path) not in self.reasons
            }
            if any(method in METHODS for method in kept):
                paths[path] = kept
        document["paths"] = paths

    @property
    def unexpected(self) -> list[Reason]:
        """The operations left out that overlay.json does not name."""
        return [reason for reason in self.reasons.values() if not reason.asked]


def pointer_of(method: str, path: str) -> str:
    """JSON pointer of an operation."""
    return f"/paths/{path.replace('~', '~0').replace('/', '~1')}/{method}"


def load(text: str | bytes, source: str) -> Node:
    """Parse a document; `source` is its name in messages."""
    document: Node = {**parse(text, source).root}
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ContractRefused(f"{source} holds half a character (a lone surrogate)") from error
    if not isinstance(document.get("paths"), dict) or not document["paths"]:
        raise ContractRefused(f"{source} has no paths")
    for name in ("info", "components"):
        if name in document and not isinstance(document[name], dict):
            raise ContractRefused(f"{source}: /{name} is not an object")
    components: Node = document.get("components", {})
    for name in ("schemas", "parameters", "responses", "requestBodies", "securitySchemes"):
        if not isinstance(components.get(name, {}), dict):
            raise ContractRefused(f"{source}: /components/{name} is not an object")
    return document


def read(path: Path) -> Node:
    """Read the JSON object in a file of this folder (names, overlay)."""
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
    """Resolve a local reference."""
    if not pointer.startswith("#/"):
        raise Unsupported(
            f"reference {inert(pointer)!r} leads out of the document", remedy="bundle it first"
        )
    node: Any = document
    for part in pointer[2:].split("/"):
        key = unescaped(part)
        if not isinstance(node, dict) or key not in node:
            raise Unsupported(f"reference {inert(pointer)!r} leads nowhere")
        node = node[key]
    return node


def _resolved(document: Node, node: Any) -> Any:
    """A copy of `node`, or of what it refers to."""
    seen: set[str] = set()
    while isinstance(node, dict) and isinstance(target := node.get("$ref"), str):
        if target in seen:
            raise Unsupported(f"reference {inert(target)!r} refers to itself")
        seen.add(target)
        node = lookup(document, target)
    return copy.deepcopy(node)


def _plain_schema_references(document: Node) -> None:
    """Gives schemas plain names, so that references need no escapes."""
    found = schemas(document)
    plain: dict[str, str] = {}
    taken: set[str] = set()
    for name in sorted(found, key=lambda name: re.fullmatch(r"\w+", name, re.ASCII) is None):
        short = re.sub(r"[^A-Za-z0-9_]", "_", name) or "_"
        plain[name] = free(taken, short)
        taken.add(plain[name])
    for node in walk({key: value for key, value in document.items() if key != "openapi"}):
        target = node.get("$ref")
        if isinstance(target, str) and target.startswith(SCHEMAS):
            name = unescaped(target.removeprefix(SCHEMAS))
            node["$ref"] = SCHEMAS + plain.get(name, name)
    document["components"]["schemas"] = {plain[name]: schema for name, schema in found.items()}


def free(taken: Any, name: str) -> str:
    """The name, with a number appended if it is taken."""
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name}_{number}", number + 1
    return candidate


def _parameter(document: Node, simple: Simple, raw: Any, where: str) -> Node:
    """A parameter with its schema, which may be under `content`."""
    parameter = _mapping(_resolved(document, raw), "is not an object", where)
    name, kind = parameter.get("name"), parameter.get("in")
    if not isinstance(name, str) or kind not in ("path", "query", "header", "cookie"):
        raise Unsupported(f"parameter {name!r} is nowhere one can be sent", pointer=where)
    content = parameter.get("content")
    if isinstance(content, dict) and content:
        media_type, media = next(iter(content.items()))
        _mapping(media, "is not an object", f"{where}/content")
        style = "" if bodies.kind_of(media_type) == "text" else "json"
        parameter = {**parameter, "schema": media.get("schema", {}), "style": style}
    parameter["schema"] = simple.of(parameter.get("schema", {}), f"{where}/schema")
    parameter["x-wire"] = name  # path parameters are renamed, and `matrix` writes the name
    return parameter


def _complete(document: Node, simple: Simple, place: Place, shared: Any, left_out: LeftOut) -> Node:
    """An operation with its parameters (and those of its path), body and responses inlined."""
    at = pointer_of(place.method, place.path)
    operation = _mapping(place.node, "is not an object", at)
    if "$ref" in operation:
        lookup(document, str(operation["$ref"]))
    parameters: dict[tuple[str, str], Node] = {}
    for holder, pointer in ((operation.get("parameters", []), at), (shared, at.rpartition("/")[0])):
        if not isinstance(holder, list):
            raise Unsupported("is not an array", pointer=f"{pointer}/parameters")
        for index, raw in enumerate(holder):
            found = _parameter(document, simple, raw, f"{pointer}/parameters/{index}")
            parameters.setdefault((found["in"], found["name"]), found)
    _match_path(place.path, parameters)
    completed = {**operation, "parameters": list(parameters.values()), "responses": {}}
    tags = operation.get("tags")
    completed["tags"] = (
        [str(tag) for tag in tags if isinstance(tag, str | int) and str(tag).strip()]
        if isinstance(tags, list)
        else []
    )
    for word in ("summary", "description"):
        if not isinstance(completed.get(word, ""), str):
            del completed[word]
    if isinstance(operation.get("callbacks"), dict) and operation["callbacks"]:
        left_out.note("callbacks", place.key)
    if "requestBody" in operation:
        body = _mapping(
            _resolved(document, operation["requestBody"]), "is not an object", f"{at}/requestBody"
        )
        chosen = bodies.request(body, f"{at}/requestBody", simple)
        for name in bodies.parts_with_headers(body):
            left_out.note("headers of parts are not sent", f"{inert(name)} ({place.key})")
        if chosen is None:
            del completed["requestBody"]
        else:
            completed["requestBody"] = chosen
    responses = _mapping(operation.get("responses", {}), "is not an object", f"{at}/responses")
    for status, response in responses.items():
        if str(status).startswith("x-"):
            continue
        pointer = f"{at}/responses/{status}"
        found = _mapping(_resolved(document, response), "is not an object", pointer)
        if place.method == "head":
            found.pop("content", None)  # such responses have no body
        completed["responses"][str(status)] = bodies.response(found, str(status), pointer, simple)
        _note_odd_headers(document, simple, found, pointer, left_out)
    bodies.use_default(completed["responses"])
    bodies.refuse_streams(completed["responses"], at)
    return completed


def _note_odd_headers(
    document: Node, simple: Simple, response: Node, pointer: str, left_out: LeftOut
) -> None:
    """Note response headers that cannot be read; nothing is generated for them."""
    headers = response.get("headers", {})
    at = f"{pointer}/headers"
    try:
        for name, raw in _mapping(headers, "is not an object", at).items():
            where = f"{at}/{name.replace('~', '~0').replace('/', '~1')}"
            header = _mapping(_resolved(document, raw), "is not an object", where)
            simple.of(header.get("schema", {}), f"{where}/schema")
    except ContractRefused as error:
        place = inert(getattr(error, "pointer", "") or at)
        left_out.note("response headers that cannot be read", f"{place}: {inert(str(error))}")


def _match_path(path: str, parameters: dict[tuple[str, str], Node]) -> None:
    """Match the declared path parameters with those in the path."""
    written = re.findall(r"{([^{}]*)}", path)
    if len(set(written)) != len(written):
        raise Unsupported("the path has a parameter twice")
    for kind, name in list(parameters):
        if kind == "path" and name not in written:
            del parameters[kind, name]
    for name in written:
        parameters.setdefault(
            ("path", name),
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}},
        )


def _mapping(node: Any, what: str, pointer: str) -> Node:
    """The node if it is an object."""
    if not isinstance(node, dict):
        raise Unsupported(what, pointer=pointer)
    return node


def normalised(source: Mapping[str, Any], *, base_path: str, left_out: LeftOut) -> Node:
    """Copy the document with self-contained operations, and paths relative to the base URL.

    Unsupported operations are added to `left_out` and are missing in the copy.

    Args:
        source: The document.
        base_path: Path of the base URL (`/v2`); see `normalise`.
        left_out: Collects the operations that are left out.
    """
    document: Node = copy.deepcopy(dict(normalise(source, base_path=base_path)))
    _plain_schema_references(document)
    simple = Simple(schemas(document))
    _note_rest(source, left_out)
    paths: Node = {}
    keys: dict[str, str] = {}
    ids: set[str] = set()
    for path, item in document["paths"].items():
        if path.startswith("x-"):
            continue
        if not isinstance(item, dict):
            raise ContractRefused(f"{pointer_of('', path)[:-1]} is not an object")
        taken: Node = {}
        if "$ref" in item:
            at = pointer_of("", path)[:-1]
            error = Unsupported(f"reference {inert(str(item['$ref']))!r} leads out of the document")
            left_out.add(f"path {path}", inert(path), f"{at}/$ref", error)
            continue
        for method in (*METHODS, *_unknown_methods(item)):
            if method not in item:
                continue
            place = Place(method, path, item[method])
            label, at = f"{method.upper()} {inert(path)}", pointer_of(method, path)
            if _is_asked(place, left_out):
                why = left_out.asked.get(place.key) or "overlay.json leaves it out"
                left_out.reasons[place.key] = Reason(label, at, why, "", asked=True)
                continue
            known = keys.setdefault(place.key, path)
            with left_out.taking(place.key if known == path else f"{label} twice", label, at):
                if method not in METHODS:
                    raise Unsupported("is an operation nobody could send")
                if not _PATH.fullmatch(path):
                    raise Unsupported("holds characters a URL path cannot have")
                if known != path:
                    raise Unsupported(f"{path} and {known} differ only in parameter names")
                taken[method] = _complete(
                    document, simple, place, item.get("parameters", []), left_out
                )
                if item.get("servers") or item[method].get("servers"):
                    left_out.note("servers of single operations are not used", place.key)
                identity = str(taken[method].get("operationId", place.key))
                if identity in ids:
                    left_out.note("operation ids used twice", inert(identity))
                ids.add(identity)
        if taken:
            paths[path] = taken
    document["paths"] = paths
    schemes = document["components"].get("securitySchemes", {})
    document["components"] = {
        "schemas": simple.models(),
        "securitySchemes": {name: _resolved(document, scheme) for name, scheme in schemes.items()},
    }
    _only_used(document)
    return document


def _unknown_methods(item: Node) -> list[str]:
    """Members of a path that are neither supported methods nor annotations."""
    known = (*METHODS, *_ITEM_WORDS, "$ref")
    extra = item.get("additionalOperations")
    words = [word for word in item if word not in known and not word.startswith("x-")]
    return [word for word in words if word != "additionalOperations" or extra]


def _is_asked(place: Place, left_out: LeftOut) -> bool:
    """Whether overlay.json leaves the operation out."""
    return place.key in left_out.asked


def _only_used(document: Node) -> None:
    """Drop the shared schemas that no operation uses."""
    found = schemas(document)
    used: set[str] = set()
    waiting: list[Any] = [document["paths"]]
    while waiting:
        for node in walk(waiting.pop()):
            name = referenced(node)
            if name is not None and name not in used and name in found:
                used.add(name)
                waiting.append(found[name])
    document["components"]["schemas"] = {
        name: schema for name, schema in found.items() if name in used
    }


def _note_rest(source: Mapping[str, Any], left_out: LeftOut) -> None:
    """Note the webhooks and the unused schemas, for which nothing is generated."""
    webhooks = source.get("webhooks")
    for name in webhooks if isinstance(webhooks, dict) else ():
        left_out.note("webhooks are not generated", inert(name))
    for name in _unused(source):
        left_out.note("schemas that nothing refers to are not generated", inert(name))


def _unused(source: Mapping[str, Any]) -> list[str]:
    """The shared schemas that no other part of a document refers to, directly or indirectly."""
    components = source.get("components")
    components = components if isinstance(components, dict) else {}
    found = components.get("schemas")
    unused = dict(found) if isinstance(found, dict) else {}
    waiting: list[Any] = [
        *(part for name, part in source.items() if name != "components"),
        *(part for name, part in components.items() if name != "schemas"),
    ]
    while waiting:
        for node in walk(waiting.pop()):
            for target in node.values():
                if isinstance(target, str) and target.startswith(SCHEMAS):
                    name = unescaped(target.removeprefix(SCHEMAS).partition("/")[0])
                    if name in unused:
                        waiting.append(unused.pop(name))
    return list(unused)


def is_null(node: Any) -> bool:
    """Whether a schema allows only null."""
    return isinstance(node, dict) and (
        node.get("type") == "null" or ("const" in node and node["const"] is None)
    )


def alternatives(node: Node) -> list[Any] | None:
    """The branches of a union; None if the schema is not a union."""
    for keyword in ("anyOf", "oneOf"):
        branches = node.get(keyword)
        if isinstance(branches, list) and branches:
            return branches
    return None


def json_schema(body: Mapping[str, Any]) -> tuple[Node, str] | None:
    """The place of the schema of a JSON body: the object that holds it, and the key."""
    content = body.get("content") or {}
    media_type = bodies.json_media_type(content)
    if media_type is None or "schema" not in content[media_type]:
        return None
    return content[media_type], "schema"
