"""The operations table: what operations.py says of each operation, read from the named contract.

Bounds, formats, choices and defaults come from the contract itself; overlay.json adds only what no
document can say (a POST that changes nothing) or what this project decided (a batch size the
contract does not print).
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from .document import (
    METHODS,
    ContractRefused,
    Node,
    Place,
    alternatives,
    is_null,
    is_success,
    json_schema,
    places,
    referenced,
    schemas,
)
from .names import directions, snake
from .overlay import Overlay

_NUMBERS = {
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_items",
    "maxItems": "max_items",
}


class Entry(NamedTuple):
    """One operation, as the template of operations.py and the endpoint template need it."""

    name: str
    returns: str
    models: tuple[str, ...]
    module: str
    fields: dict[str, str]
    """Python expressions of the plain fields."""
    bounds: dict[str, dict[str, str]]
    """Python expressions of each bound's fields."""
    arguments: dict[str, str]
    body: str | None
    comma_separated: tuple[str, ...]
    item: str | None
    """Model of the items of a list."""


class Column(NamedTuple):
    """One declared member of a model, as the template of columns.py needs it."""

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
    """Folder of an operation's module, as the generator makes it."""
    tags = place.node.get("tags") or ["default"]
    return snake(str(tags[0])) if not str(tags[0])[:1].isdigit() else f"tag{tags[0]}"


def build(document: Node, overlay: Overlay, package: str) -> list[Entry]:
    """The table of a named document, in document order."""
    unused = [
        key
        for key in [*overlay.read_only, *overlay.repeatable, *overlay.bounds]
        if key.split(" ")[0].lower() not in METHODS
    ]
    if unused:
        raise ContractRefused(f"overlay.json: {unused[0]!r} is not `METHOD /path`")
    entries = [_entry(document, place, overlay, package) for place in places(document)]
    modules: dict[str, str] = {}
    for entry in entries:
        if entry.module in modules:
            raise ContractRefused(
                f"{modules[entry.module]} and {entry.name} would share the module {entry.module}"
            )
        modules[entry.module] = entry.name
    return entries


def _entry(document: Node, place: Place, overlay: Overlay, package: str) -> Entry:
    node = place.node
    name = str(node["operationId"])
    arguments: dict[str, str] = {}
    wire_names: dict[str, str] = {}
    bounds: dict[str, Node] = {}
    required: set[str] = set()
    comma: list[str] = []
    extra = overlay.bounds.get(place.key, {})
    for parameter in _in_order(place):
        where, wire = parameter["in"], parameter["name"]
        if where == "header" and wire.lower() in overlay.dropped_headers:
            continue
        python = snake(wire)
        if python in arguments or python in ("body", "client", "url"):
            raise ContractRefused(f"{place.key}: the argument {python!r} would mean two things")
        arguments[python] = where
        if python != wire:
            wire_names[python] = wire
        if parameter.get("required") or where == "path":
            required.add(python)
        bounds[python] = _bound(document, parameter["schema"], extra.get(python, {}))
        if bounds[python]["kind"] == "object":
            raise ContractRefused(f"{place.key}: the parameter {wire!r} is an object")
        separate = parameter.get("explode", parameter.get("style", "form") == "form")
        if where == "query" and bounds[python]["kind"] == "array" and not separate:
            comma.append(wire)
    body: str | None = None
    members: Node = {}
    slot = json_schema(node.get("requestBody") or {})
    if slot:
        schema = slot[0][slot[1]]
        body = referenced(schema)
        resolved = _resolved(document, schema)
        members = resolved.get("properties") or {}
        if node["requestBody"].get("required"):
            required.update(
                member for member in resolved.get("required") or [] if member in members
            )
        for member, member_schema in members.items():
            if member in arguments:
                raise ContractRefused(f"{place.key}: {member!r} is an argument and a body member")
            bounds[member] = _bound(document, member_schema, extra.get(member, {}))
    for argument in extra:
        if argument not in bounds:
            raise ContractRefused(f"overlay.json: {place.key} has no {argument!r}")
    paged = arguments.get("cursor") == "query" and _is_page(document, node)
    limit = bounds["limit"].get("maximum") if paged and "limit" in bounds else None
    id_lists = tuple(key for key, bound in bounds.items() if _is_id_list(key, bound, extra))
    sizes = [bounds[key]["max_items"] for key in id_lists]
    read_only = place.method in ("get", "head", "options") or place.key in overlay.read_only
    returns, models = _returns(document, node)
    module = f"{package}.api.{tag_folder(place)}.{name}"
    fields: dict[str, Any] = {
        "name": name,
        "key": place.key,
        "method": place.method.upper(),
        "path": place.path,
        "tag": (node.get("tags") or ["default"])[0],
        "module": module,
        "arguments": arguments,
        "wire_names": wire_names,
        "body": body,
        "body_members": tuple(members),
        "required": sorted(required),
        "read_only": read_only,
        "repeatable": read_only or place.key in overlay.repeatable,
        "idempotency_key": arguments.get("idempotency_key") == "header",
        "paged": paged,
        "item": _item(document, node),
        "authenticated": _authenticated(document, node),
        "page_limit": limit,
        "id_lists": id_lists,
        "batch_size": min(sizes) if sizes else None,
    }
    expressions = {key: repr(value) for key, value in fields.items()}
    expressions["required"] = (
        f"frozenset({tuple(sorted(required))!r})" if required else "frozenset()"
    )
    return Entry(
        name=name,
        returns=returns,
        models=models,
        module=module,
        fields=expressions,
        bounds={
            repr(key): {word: repr(value) for word, value in bound.items()}
            for key, bound in bounds.items()
        },
        arguments=arguments,
        body=body,
        comma_separated=tuple(comma),
        item=fields["item"],
    )


def _in_order(place: Place) -> list[Node]:
    """Parameters as the generated function takes them: path (in path order), query, header."""
    path = [part.strip("{}") for part in re.findall(r"{[^}]*}", place.path)]
    kinds = ("path", "query", "header")
    return sorted(
        (parameter for parameter in place.node["parameters"] if parameter["in"] in kinds),
        key=lambda p: (kinds.index(p["in"]), path.index(p["name"]) if p["in"] == "path" else 0),
    )


def _authenticated(document: Node, node: Node) -> bool:
    """Whether every way in needs a key; an empty requirement means none is needed."""
    security: list[Node] = node.get("security", document.get("security")) or []
    return bool(security) and {} not in security


def _resolved(document: Node, node: Any) -> Node:
    """The schema meant, past references and nullability; parts of an allOf are put together."""
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
    """A bound as an integer; a fractional one is left to the server."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if float(value).is_integer() else None


def _range(schema: Node) -> Node:
    """Inclusive integer limits, from either spelling of exclusive ones."""
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
    """A list of ids that has to be split: told by its bound and its name or format."""
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
    """The model of the items of a list, if the answer is one: `data` is an array of a model."""
    for _, schema in _successes(node):
        if schema is not None:
            data = _resolved(document, schema).get("properties", {}).get("data", {})
            found = _resolved(document, data)
            if _kind(found) == "array":
                return _model(document, found.get("items"))
    return None


def _model(document: Node, node: Any) -> str | None:
    """The model that a schema is decoded into, if it is one."""
    name = referenced(node)
    if name is None:
        return None
    schema = schemas(document).get(name, {})
    return None if alternatives(schema) is not None else name


def _returns(document: Node, node: Node) -> tuple[str, tuple[str, ...]]:
    """Python type of a decoded answer, and the models named in it."""
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
