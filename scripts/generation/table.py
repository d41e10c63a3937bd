"""Builds the operations table of operations.py from the named contract.

Bounds, formats, choices and defaults come from the contract. overlay.json adds what a document
cannot express (a POST that changes nothing) and what this project decided (a batch size that the
contract does not state).
"""

from __future__ import annotations

import keyword
import re
from typing import Any, NamedTuple

from creatoraudit.contract.openapi import inert

from . import bodies
from .document import (
    METHODS,
    ContractRefused,
    LeftOut,
    Node,
    Place,
    alternatives,
    free,
    is_null,
    is_success,
    json_schema,
    places,
    pointer_of,
    referenced,
    schemas,
)
from .names import RESERVED, Names, directions, snake
from .overlay import Overlay
from .security import authentication

_NUMBERS = {
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_items",
    "maxItems": "max_items",
}


class Entry(NamedTuple):
    """One operation, as the templates of operations.py and of endpoints need it."""

    name: str
    key: str
    returns: str
    models: tuple[str, ...]
    module: str
    folder: str
    fields: dict[str, str]
    """Python expressions of the plain fields."""
    bounds: dict[str, dict[str, str]]
    """Python expressions of each bound's fields."""
    arguments: dict[str, str]
    wired: dict[str, str]
    """Python names of the arguments, by `place name`."""
    label: str
    value: str
    takes_body: bool
    body_required: bool
    body_type: str
    """Annotation of `body` in the generated function."""
    body_model: str | None
    item: str | None
    """Model of the items of a list."""


class Column(NamedTuple):
    """One declared member of a model, for the template of columns.py."""

    name: str
    kind: str
    nullable: bool
    format: str | None


def columns(document: Node) -> dict[str, list[Column]]:
    """The declared members of every model that is read, in document order."""
    read, _ = directions(document)
    found: dict[str, list[Column]] = {}
    for name, schema in schemas(document).items():
        members = _resolved(document, schema).get("properties") if name in read else None
        if members:
            found[name] = [_column(document, member, node) for member, node in members.items()]
    return dict(sorted(found.items()))


def _column(document: Node, name: str, node: Any) -> Column:
    schema = _resolved(document, node)
    form = schema.get("format")
    return Column(
        name, _kind(schema), _nullable(document, node), form if isinstance(form, str) else None
    )


def tag_folder(place: Place) -> str:
    """The folder of an operation's module: a plain name made from its first tag."""
    tag = next(iter(place.node.get("tags") or []), "")
    name = re.sub(r"[^a-z0-9_]", "", snake(tag)).strip("_") or "default"
    if name[0].isdigit():
        name = f"tag{name}"
    return name if snake(name) == name else f"{name}_calls"


def build(
    document: Node, overlay: Overlay, names: Names, package: str, left_out: LeftOut
) -> list[Entry]:
    """The table of a named document, in document order."""
    unused = [
        key
        for key in [*overlay.read_only, *overlay.repeatable, *overlay.bounds, *overlay.left_out]
        if key.split(" ")[0].lower() not in METHODS
    ]
    if unused:
        raise ContractRefused(f"overlay.json: {unused[0]!r} is not `METHOD /path`")
    entries: list[Entry] = []
    modules: set[str] = set()
    for place in places(document):
        label = f"{place.method.upper()} {place.path}"
        with left_out.taking(place.key, label, pointer_of(place.method, place.path)):
            entry = _Builder(document, place, overlay, names, left_out).entry(package)
            if entry.module.lower() in modules:
                raise ContractRefused(f"another operation has the module {entry.module}")
            modules.add(entry.module.lower())
            entries.append(entry)
    return entries


class _Builder:
    """Builds the table entry of one operation."""

    def __init__(
        self, document: Node, place: Place, overlay: Overlay, names: Names, left_out: LeftOut
    ) -> None:
        self.document = document
        self.names = names
        self.place = place
        self.overlay = overlay
        self.left_out = left_out
        self.extra = overlay.bounds.get(place.key, {})
        self.arguments: dict[str, str] = {}
        self.wired: dict[str, str] = {}
        self.wire_names: dict[str, str] = {}
        self.styles: dict[str, str] = {}
        self.bounds: dict[str, Node] = {}
        self.required: set[str] = set()
        self.body: Node = {}
        """Add the body to the entry."""
        self.takes_body = False
        self.body_type = "JSON"
        self.body_model: str | None = None

    def entry(self, package: str) -> Entry:
        """The finished entry."""
        node, name = self.place.node, str(self.place.node["operationId"])
        for parameter in _in_order(self.place):
            self._argument(parameter)
        self._body()
        for argument in self.extra:
            if argument not in self.bounds:
                raise ContractRefused(f"overlay.json: {self.place.key} has no {argument!r}")
        bounds, arguments = self.bounds, self.arguments
        paged = arguments.get("cursor") == "query" and _is_page(self.document, node)
        id_lists = tuple(
            key for key, bound in bounds.items() if _is_id_list(key, bound, self.extra)
        )
        sizes = [bounds[key]["max_items"] for key in id_lists]
        key = self.place.key
        read_only = self.place.method in ("get", "head", "options") or key in self.overlay.read_only
        value, accept = _value(node)
        returns, models = _returns(self.document, node)
        if value != "json":
            returns, models = {"text": "str"}.get(value, "bytes"), ()
        sent = authentication(self.document, node, key, self.left_out, self.names)
        folder = tag_folder(self.place)
        module = f"{package}.api.{folder}.{name}"
        item = _item(self.document, node)
        fields: dict[str, Any] = {
            "name": name,
            "key": key,
            "method": self.place.method.upper(),
            "path": self.place.path.partition("#")[0],
            "tag": (node.get("tags") or ["default"])[0],
            "module": module,
            "arguments": arguments,
            "wire_names": self.wire_names,
            "styles": self.styles,
            **self.body,
            "required": sorted(self.required),
            "read_only": read_only,
            "repeatable": read_only or key in self.overlay.repeatable,
            "idempotency_key": arguments.get("idempotency_key") == "header",
            "paged": paged,
            "item": item,
            "value": value,
            "accept": accept,
            "authenticated": sent is not None,
            "key_header": tuple(sent) if sent is not None else None,
            "page_limit": bounds["limit"].get("maximum") if paged and "limit" in bounds else None,
            "id_lists": id_lists,
            "batch_size": min(sizes) if sizes else None,
        }
        expressions = {
            word: repr(value) for word, value in fields.items() if value != _DEFAULTS.get(word, ...)
        }
        if self.required:
            expressions["required"] = f"frozenset({tuple(sorted(self.required))!r})"
        return Entry(
            name=name,
            key=key,
            returns=returns,
            models=models,
            module=module,
            folder=folder,
            fields=expressions,
            bounds={
                repr(key): {word: repr(value) for word, value in bound.items()}
                for key, bound in bounds.items()
            },
            arguments=arguments,
            wired=self.wired,
            label=f"{self.place.method.upper()} {self.place.path}",
            value=value,
            takes_body=self.takes_body,
            body_required=bool(self.body.get("body_required")),
            body_type=self.body_type,
            body_model=self.body_model,
            item=item,
        )

    def _argument(self, parameter: Node) -> None:
        where, wire = parameter["in"], parameter["name"]
        if where == "header" and wire.lower() in self.overlay.dropped_headers:
            return
        if where == "cookie":
            if parameter.get("required"):
                raise ContractRefused(f"cookie {wire!r} is required, and cookies are not sent")
            self.left_out.note("optional cookies are not sent", f"{wire} ({self.place.key})")
            return
        name = wire if where == "path" else argument_name(wire, where)
        python = free(self.arguments, name)
        self.wired[f"{where} {wire}"] = python
        self.arguments[python] = where
        if python != wire and where != "path":
            self.wire_names[python] = wire
        if parameter.get("required") is True or where == "path":
            self.required.add(python)
        bound = _bound(self.document, parameter["schema"], self.extra.get(python, {}))
        self.bounds[python] = bound
        style = _style(parameter, bound["kind"])
        told = f"{inert(wire)} ({self.place.key})"
        if where == "query" and parameter.get("allowReserved"):
            self.left_out.note("reserved characters are sent percent-encoded", told)
        if style == "deepObject" and bound["kind"] == "array":
            self.left_out.note("lists in the style deepObject are repeated", told)
        if style:
            self.styles[python] = style
        if style.startswith("matrix") and parameter["x-wire"] != python:
            self.wire_names[python] = parameter["x-wire"]

    def _body(self) -> None:
        node = self.place.node
        body = node.get("requestBody")
        if not body:
            return
        self.takes_body = True
        ((first, media),) = body["content"].items()
        kind = bodies.kind_of(first, media.get("schema"))
        schema = media.get("schema", {})
        nullable = kind == "json" and bool(schema) and _nullable(self.document, schema)
        required = bool(body.get("required")) and not nullable
        self.body = {"body_types": tuple(body["x-media-types"]), "body_required": required}
        if encodings := body.get("x-encodings"):
            self.body["encodings"] = {
                form: {name: tuple(own) for name, own in members.items()}
                for form, members in encodings.items()
            }
        if kind in ("text", "bytes"):
            self.body_type = {"text": "str", "bytes": "bytes"}[kind]
            return
        resolved = _resolved(self.document, schema)
        members: Node = resolved.get("properties") or {}
        if kind == "json":
            self.body_model = _sole_model(self.document, schema)
            self.body_type = (
                f"{self.body_model} | Mapping[str, JSON]" if self.body_model else "JSON"
            )
        else:
            self.body_type = "Mapping[str, Any]"
        self.body["body"] = self.body_model or ("object" if members else None)
        needed = resolved.get("required") or []
        names: list[str] = []
        for wire, member in members.items():
            python = member_name(wire)
            # The argument keeps the keyword; the member is passed in `body=`.
            if python in self.arguments or python in names:
                continue
            names.append(python)
            if python != wire:
                self.wire_names[python] = wire
            if wire in needed and required:
                self.required.add(python)
            self.bounds[python] = _bound(self.document, member, self.extra.get(python, {}))
        self.body["body_members"] = tuple(names)
        if kind == "multipart":
            self.body["files"] = tuple(
                name
                for name in names
                if _is_file(self.document, members[self.wire_names.get(name, name)])
            )


_DEFAULTS: dict[str, Any] = {
    "wire_names": {},
    "styles": {},
    "encodings": {},
    "body": None,
    "body_types": (),
    "body_required": False,
    "body_members": (),
    "files": (),
    "required": [],
    "idempotency_key": False,
    "paged": False,
    "item": None,
    "value": "json",
    "accept": "application/json",
    "key_header": ("Authorization", "Bearer "),
    "page_limit": None,
    "id_lists": (),
    "batch_size": None,
}
"""Default values of fields, which the table omits."""


def argument_name(wire: str, where: str) -> str:
    """The Python name of an argument; it never equals an option of the methods that take it."""
    name = snake(wire)
    if name == "idempotency_key" and where == "header":
        return name
    return f"{name}_" if name in RESERVED else name


def member_name(wire: str) -> str:
    """The argument name of a member of a body: the same name, if Python allows it."""
    name = wire if wire.isidentifier() and wire.isascii() else snake(wire)
    if keyword.iskeyword(name) or name in RESERVED:
        return f"{name}_"
    return name


def _style(parameter: Node, kind: str) -> str:
    """The serialization of a value that is not a scalar; empty if it is the default.

    In a path or a header, `*` marks an exploded value.
    """
    where, style = parameter["in"], parameter.get("style")
    if style == "json":
        return "json"
    if where in ("path", "header"):
        exploded = parameter.get("explode") is True and kind in ("array", "object", "any")
        return f"{style if style in ('label', 'matrix') else ''}{'*' if exploded else ''}"
    if style in ("deepObject", "spaceDelimited", "pipeDelimited"):
        return str(style)
    if parameter.get("explode", True) is False and kind in ("array", "object", "any"):
        return "comma"
    return ""


def _value(node: Node) -> tuple[str, str]:
    """The kind that a success is decoded to (json, text or bytes), and its media type."""
    for _, answer in _answers(node):
        for media_type, media in (answer.get("content") or {}).items():
            kind = bodies.kind_of(media_type, media.get("schema"))
            name = bodies.essence(media_type)
            return kind, "application/json" if kind == "json" and "*" in name else name
    return "json", "application/json"


def _answers(node: Node) -> list[tuple[str, Node]]:
    """Successes, those with a body first."""
    found = [(s, answer) for s, answer in node["responses"].items() if is_success(s)]
    return sorted(found, key=lambda one: not one[1].get("content"))


def _is_file(document: Node, node: Any) -> bool:
    schema = _resolved(document, node)
    if _kind(schema) == "array":
        return _is_file(document, schema.get("items", {}))
    return schema.get("format") in ("binary", "byte") or "contentMediaType" in schema


def _sole_model(document: Node, node: Any) -> str | None:
    """The model of a body, null aside."""
    branches = [one for one in alternatives(node) or [node] if not is_null(one)]
    return _model(document, branches[0]) if len(branches) == 1 else None


def _in_order(place: Place) -> list[Node]:
    """Parameters in the order of the generated function: path (in path order), query, header."""
    path = [part.strip("{}") for part in re.findall(r"{[^}]*}", place.path)]
    kinds = ("path", "query", "header", "cookie")
    return sorted(
        place.node["parameters"],
        key=lambda p: (kinds.index(p["in"]), path.index(p["name"]) if p["in"] == "path" else 0),
    )


def _resolved(document: Node, node: Any) -> Node:
    """The schema without references and null, with the parts of an allOf merged."""
    for _ in range(64):
        name = referenced(node)
        branches = alternatives(node) if isinstance(node, dict) else None
        real = [branch for branch in branches or [] if not is_null(branch)]
        if name is not None:
            node = schemas(document).get(name, {})
        elif len(real) == 1:
            node = real[0]
        elif isinstance(node, dict) and node.get("allOf"):
            parts = [_resolved(document, part) for part in node["allOf"]]
            merged: Node = {key: value for key, value in node.items() if key != "allOf"}
            for part in parts:
                merged = {
                    **part,
                    **merged,
                    "properties": {**part.get("properties", {}), **merged.get("properties", {})},
                    "required": [*part.get("required", []), *merged.get("required", [])],
                }
            return {key: value for key, value in merged.items() if value}
        else:
            return node if isinstance(node, dict) else {}
    return {}


def _nullable(document: Node, node: Any) -> bool:
    if not isinstance(node, dict):
        return True
    name = referenced(node)
    if name is not None:
        return _nullable(document, schemas(document).get(name, {}))
    kinds = node.get("type")
    if (
        node.get("nullable") is True
        or kinds == "null"
        or (isinstance(kinds, list) and "null" in kinds)
    ):
        return True
    return any(_nullable(document, branch) for branch in alternatives(node) or [])


def _kind(schema: Node) -> str:
    kinds = schema.get("type")
    real = [
        kind
        for kind in (kinds if isinstance(kinds, list) else [kinds])
        if kind not in (None, "null")
    ]
    if len(real) == 1:
        return str(real[0])
    return "object" if "properties" in schema else "any"


def _whole(value: Any) -> int | None:
    """A bound as an integer; the server checks fractional bounds."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, int):
        return value
    return int(value) if value.is_integer() else None


def _range(schema: Node) -> Node:
    """Inclusive integer limits, from either form of exclusive bounds."""
    found: Node = {}
    for word, step in (("minimum", 1), ("maximum", -1)):
        inclusive, exclusive = schema.get(word), schema.get(f"exclusive{word.capitalize()}")
        if exclusive is True:
            inclusive, exclusive = None, inclusive
        limits = [_whole(inclusive)]
        strict = _whole(exclusive)
        limits.append(strict + step if strict is not None else None)
        known = [limit for limit in limits if limit is not None]
        if known:
            found[word] = max(known) if step > 0 else min(known)
    return found


def _bound(document: Node, node: Any, extra: Node) -> Node:
    """The fields of one Bound that differ from its defaults."""
    schema = _resolved(document, node)
    items = _resolved(document, schema.get("items", {}))
    kind = _kind(schema)
    told = items if kind == "array" else schema
    bound: Node = {"kind": kind, "nullable": _nullable(document, node), **_range(schema)}
    for word, field in _NUMBERS.items():
        if _whole(schema.get(word)) is not None:
            bound[field] = _whole(schema[word])
    bound.update({f"item_{word}": value for word, value in _range(items).items()})
    bound["format"] = told.get("format") if isinstance(told.get("format"), str) else None
    bound["choices"] = tuple(value for value in told.get("enum") or [] if isinstance(value, str))
    outer = node if isinstance(node, dict) else {}
    bound["default"] = outer.get("default", schema.get("default"))
    for field, value in extra.items():
        bound.setdefault(field, value)
    if not bound["nullable"]:
        del bound["nullable"]
    return {field: value for field, value in bound.items() if value is not None and value != ()}


def _is_id_list(name: str, bound: Node, extra: Node) -> bool:
    """A list of ids that must be split into batches, found by its bound and its name or format."""
    if bound["kind"] != "array" or "max_items" not in bound:
        return False
    return name in extra or name == "ids" or name.endswith("_ids") or bound.get("format") == "uuid"


def _successes(node: Node) -> list[tuple[str, Any]]:
    """Success statuses and their schemas; None where there is no JSON body."""
    found = []
    for status, response in node["responses"].items():
        if is_success(status):
            slot = json_schema(response)
            found.append((status, slot[0][slot[1]] if slot else None))
    return found


def _is_page(document: Node, node: Node) -> bool:
    for _, schema in _successes(node):
        properties = _resolved(document, schema).get("properties", {}) if schema is not None else {}
        if (
            "pagination" in properties
            and _kind(_resolved(document, properties.get("data", {}))) == "array"
        ):
            return True
    return False


def _item(document: Node, node: Node) -> str | None:
    """The model of the items if the response is a list: `data` is an array of a model."""
    for _, schema in _successes(node):
        if schema is not None:
            data = _resolved(document, schema).get("properties", {}).get("data", {})
            found = _resolved(document, data)
            if _kind(found) == "array":
                return _model(document, found.get("items"))
    return None


def _model(document: Node, node: Any) -> str | None:
    """The model that a schema is decoded into, if any."""
    name = referenced(node)
    if name is None:
        return None
    schema = schemas(document).get(name, {})
    return None if alternatives(schema) is not None else name


def _returns(document: Node, node: Node) -> tuple[str, tuple[str, ...]]:
    """The Python type of a decoded response, and the models named in it."""
    types: list[str] = []
    models: set[str] = set()
    for status, schema in _successes(node):
        text = (
            "None"
            if schema is None and status in ("204", "205")
            else _annotation(document, schema, models)
        )
        if text not in types:
            types.append(text)
    return " | ".join(sorted(types)) or "JSON", tuple(sorted(models))


def _annotation(document: Node, schema: Any, models: set[str]) -> str:
    name = _model(document, schema)
    if name is not None:
        models.add(name)
        return name
    if not isinstance(schema, dict):
        return "JSON"
    branches = alternatives(schema) or []
    real = [branch for branch in branches if not is_null(branch)]
    if len(real) == 1:
        inner = _annotation(document, real[0], models)
        return inner if inner == "JSON" or len(real) == len(branches) else f"{inner} | None"
    if schema.get("type") == "array":
        return f"list[{_annotation(document, schema.get('items', {}), models)}]"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"dict[str, {_annotation(document, schema['additionalProperties'], models)}]"
    return "JSON"
