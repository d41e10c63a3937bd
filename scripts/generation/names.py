"""Public names: operations, path arguments and models get the names of names.json, whatever the document calls them.

An operation is found by method and path with parameter names blanked, a model by its position in that operation
(`response.data[]`). What the table does not know keeps a name derived from the document; names never clash in silence.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from openapi_python_client.strings import ClassName, PythonIdentifier

from .document import (
    SCHEMAS,
    ContractRefused,
    Node,
    Place,
    alternatives,
    is_null,
    is_success,
    json_schema,
    places,
    reference,
    referenced,
    schemas,
    walk,
)

_STEP = re.compile(r"\.([A-Za-z0-9_]+)|(\[\])|(\{\})")
_NOT_COMPARED = ("title", "description", "examples", "example", "default", "deprecated")


class Slot(NamedTuple):
    """Where a schema is held, so that it can be replaced."""

    holder: Any
    key: Any

    @property
    def node(self) -> Any:
        return self.holder[self.key]

    def put(self, node: Any) -> None:
        self.holder[self.key] = node


def snake(text: str) -> str:
    """A Python name made of any text."""
    return str(PythonIdentifier(text, prefix="field_"))


def pascal(text: str) -> str:
    """A class name made of any text."""
    return str(ClassName(text, prefix="Model"))


def derived(place: Place) -> str:
    """A name for an operation nobody has named: its method, the words of its path, and what it is looked up by."""
    words = [part for part in place.path.split("/") if part and not part.startswith("{")]
    last = place.path.rstrip("/").split("/")[-1]
    if last.startswith("{"):
        words += ["by", last.strip("{}")]
    return snake("_".join([place.method, *words]))


def _unwrapped(document: Node, slot: Slot) -> tuple[Slot, Slot]:
    """The slot of the schema meant (past nullability and references) and the slot whose reference led there."""
    outer = slot
    for _ in range(64):
        node = slot.node
        if not isinstance(node, dict):
            return outer, slot
        name = referenced(node)
        branches = alternatives(node) or (node.get("allOf") if "properties" not in node else None)
        real = [index for index, branch in enumerate(branches or []) if not is_null(branch)]
        if name is not None:
            outer, slot = slot, Slot(schemas(document), name)
        elif branches and len(real) == 1:
            outer = slot = Slot(branches, real[0])
        else:
            return outer, slot
    raise ContractRefused("references run in a circle")


def _member(document: Node, node: Node, name: str) -> Slot | None:
    """The slot of a property, looked for in allOf parts as well."""
    if name in (node.get("properties") or {}):
        return Slot(node["properties"], name)
    for index in range(len(node.get("allOf") or [])):
        part = _unwrapped(document, Slot(node["allOf"], index))[1].node
        found = _member(document, part, name) if isinstance(part, dict) else None
        if found:
            return found
    return None


def _find(document: Node, start: Slot, steps: str) -> tuple[Slot, Slot] | None:
    """The slots at a position below `start`; None where the document does not go that far."""
    outer, slot = _unwrapped(document, start)
    for member, items, _ in _STEP.findall(steps):
        node = slot.node
        if not isinstance(node, dict):
            return None
        if member:
            inner = _member(document, node, member)
        else:
            keyword = "items" if items else "additionalProperties"
            inner = Slot(node, keyword) if isinstance(node.get(keyword), dict) else None
        if inner is None:
            return None
        outer, slot = _unwrapped(document, inner)
    return outer, slot


def _roots(place: Place) -> Iterator[tuple[str, Slot]]:
    """Where bodies of an operation start: `request`, `response` (first success), `problem` (first error)."""
    body = json_schema(place.node.get("requestBody") or {})
    if body:
        yield "request", Slot(*body)
    for root, wanted in (("response", True), ("problem", False)):
        for status, response in place.node["responses"].items():
            found = json_schema(response)
            if found and is_success(status) is wanted:
                yield root, Slot(*found)
                if not wanted:
                    break


def _same(document: Node, one: Any, other: Any, seen: frozenset[tuple[str, str]] = frozenset()) -> bool:
    """Whether two schemas admit the same, as far as their words tell."""
    first, second = referenced(one), referenced(other)
    if first and second and (first == second or (first, second) in seen):
        return True
    if first and second:
        seen |= {(first, second)}
    one = schemas(document)[first] if first else one
    other = schemas(document)[second] if second else other
    if isinstance(one, dict) and isinstance(other, dict):
        keys = {key for key in {*one, *other} if key not in _NOT_COMPARED and not key.startswith("x-")}
        return all(key in one and key in other and _same(document, one[key], other[key], seen) for key in keys)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(
            _same(document, left, right, seen) for left, right in zip(one, other, strict=True)
        )
    return bool(one == other)


class Names:
    """names.json: what operations, path arguments and models are called."""

    def __init__(self, data: Node) -> None:
        self.base_path: str = data.get("base_path", "")
        self.problem: str = data.get("problem", "ProblemDetail")
        self.operations: dict[str, Node] = data["operations"]

    def apply(self, document: Node) -> Node:
        """A copy of a normalised document under public names; every object schema with members gets a name."""
        document = copy.deepcopy(document)
        self._name_operations(document)
        self._name_path_arguments(document)
        _inline_plain(document)
        self._name_models(document)
        _name_the_rest(document)
        return document

    def _name_operations(self, document: Node) -> None:
        owners: dict[str, Place] = {}
        for place in places(document):
            name = self.operations.get(place.key, {}).get("name") or derived(place)
            if snake(name) != name or not name.isidentifier():
                raise ContractRefused(f"{place.key}: {name!r} cannot be the name of an operation")
            if name in owners:
                raise ContractRefused(
                    f"{owners[name].key} and {place.key} would both become {name!r}; give one a name in names.json"
                )
            owners[name] = place
            place.node["operationId"] = name

    def _name_path_arguments(self, document: Node) -> None:
        paths: Node = {}
        for path, item in document["paths"].items():
            written = re.findall(r"{([^}]*)}", path)
            wanted = written
            for place in (Place(method, path, node) for method, node in item.items()):
                wanted = self.operations.get(place.key, {}).get("path", wanted)
            if len(wanted) != len(written):
                raise ContractRefused(f"names.json names {len(wanted)} path arguments for {path}")
            renamed = dict(zip(written, wanted, strict=True))
            for node in item.values():
                declared = [p["name"] for p in node["parameters"] if p["in"] == "path"]
                if sorted(declared) != sorted(written):
                    raise ContractRefused(f"{node['operationId']}: {path} and its path parameters do not match")
                for parameter in node["parameters"]:
                    if parameter["in"] == "path":
                        parameter["name"] = renamed[parameter["name"]]
            paths[re.sub(r"{([^}]*)}", lambda match: "{" + renamed[match[1]] + "}", path)] = item
        document["paths"] = paths

    def _name_models(self, document: Node) -> None:
        """Names by position, outermost first: a copied parent then has children of its own."""
        wanted: list[tuple[int, str, Slot, str, str]] = []
        for place in places(document):
            models = {"problem": self.problem, **self.operations.get(place.key, {}).get("models", {})}
            for root, slot in _roots(place):
                for position, name in models.items():
                    start, steps = re.match(r"(\w+)(.*)", position).groups()  # type: ignore[union-attr]  # a key of our own table
                    if start == root:
                        wanted.append((len(_STEP.findall(steps)), steps, slot, name, f"{place.key} {position}"))
        found = schemas(document)
        assigned: dict[str, str] = {}
        public: dict[str, str] = {}
        for _, steps, start_slot, name, where in sorted(wanted, key=lambda entry: entry[0]):
            located = _find(document, start_slot, steps)
            if located is None or not isinstance(located[1].node, dict):
                continue
            outer, slot = located
            current = slot.key if slot.holder is found else None
            if current is not None and assigned.get(current) == name:
                continue
            if name in public:
                if not _same(document, found[public[name]], slot.node):
                    raise ContractRefused(
                        f"{where}: {name} already names another schema ({public[name]}); "
                        "give one of them another name in names.json"
                    )
                outer.put(reference(public[name]))
                continue
            if current is None or current in assigned:
                current = _free(found, f"{name}_")
                _share(document, outer, copy.deepcopy(slot.node), current)
            assigned[current] = name
            public[name] = current
        _rename(document, assigned)


def _is_plain(schema: Any) -> bool:
    """Whether a shared schema is a mere value (text, number, list, set of values): it needs no class of its own."""
    return isinstance(schema, dict) and (
        "enum" in schema or "const" in schema or schema.get("type") in ("string", "integer", "number", "boolean", "array")
    )


def _reaches(document: Node, name: str, schema: Any) -> bool:
    """Whether a shared schema refers to itself, directly or not."""
    seen: set[str] = set()
    waiting = [schema]
    while waiting:
        for node in walk(waiting.pop()):
            target = referenced(node)
            if target == name:
                return True
            if target is not None and target not in seen:
                seen.add(target)
                waiting.append(schemas(document).get(target))
    return False


def _inline_plain(document: Node) -> None:
    """Puts shared values where they are used: what they are called there decides their name."""
    found = schemas(document)
    plain = {
        name: schema for name, schema in found.items() if _is_plain(schema) and not _reaches(document, name, schema)
    }
    document["components"]["schemas"] = {name: schema for name, schema in found.items() if name not in plain}
    for node in walk([document["paths"], schemas(document)]):
        name = referenced(node)
        if name in plain:
            del node["$ref"]
            node.update({**copy.deepcopy(plain[name]), **node})


def _share(document: Node, slot: Slot, node: Node, name: str) -> None:
    """Makes a shared schema of `node` and refers to it from the slot, which stays as nullable as it was."""
    kinds = node.get("type")
    nullable = isinstance(kinds, list) and "null" in kinds
    if isinstance(kinds, list) and nullable:
        real = [kind for kind in kinds if kind != "null"]
        node = {**node, "type": real[0] if len(real) == 1 else real}
    schemas(document)[name] = node
    slot.put({"anyOf": [reference(name), {"type": "null"}]} if nullable else reference(name))


def _free(taken: Node, name: str) -> str:
    while name in taken:
        name += "_"
    return name


def _rename(document: Node, assigned: dict[str, str]) -> None:
    """Gives shared schemas their public names, and all others class names that do not clash with them."""
    taken = set(assigned.values())
    renamed: dict[str, str] = {}
    for name in schemas(document):
        new = assigned.get(name)
        if new is None:
            new = pascal(name)
            if new in taken:
                new = pascal(f"{name}_schema")
            if new in taken:
                raise ContractRefused(f"schema {name} needs a name of its own in names.json ({new} is taken)")
            taken.add(new)
        elif pascal(new) != new:
            raise ContractRefused(f"names.json: {new!r} cannot be the name of a model")
        renamed[name] = new
    for node in walk(document["paths"]):
        _follow(node, renamed)
    for node in walk(schemas(document)):
        _follow(node, renamed)
    document["components"]["schemas"] = {renamed[name]: node for name, node in schemas(document).items()}


def _follow(node: Node, renamed: dict[str, str]) -> None:
    name = referenced(node)
    if name is not None:
        node["$ref"] = SCHEMAS + renamed[name]


def _name_the_rest(document: Node) -> None:
    """Makes shared schemas of inline objects that have members, named after where they are."""
    for place in places(document):
        base = pascal(place.node["operationId"])
        for root, slot in _roots(place):
            if root != "problem":
                _hoist(document, slot, base + root.capitalize(), base + root.capitalize())
    for name in list(schemas(document)):
        _hoist_members(document, schemas(document)[name], name)


def _hoist(document: Node, slot: Slot, name: str, path: str) -> None:
    node = slot.node
    if not isinstance(node, dict) or "$ref" in node:
        return
    branches = alternatives(node)
    if branches:
        real = [index for index, branch in enumerate(branches) if not is_null(branch)]
        for number, index in enumerate(real):
            _hoist(document, Slot(branches, index), name if len(real) == 1 else f"{name}{number + 1}", path)
        return
    if isinstance(node.get("items"), dict):
        _hoist(document, Slot(node, "items"), f"{name}Item", path)
    if isinstance(node.get("additionalProperties"), dict) and not node.get("properties"):
        _hoist(document, Slot(node, "additionalProperties"), f"{name}Value", path)
    if node.get("properties") or len(node.get("allOf") or []) > 1:
        found = schemas(document)
        for candidate in (pascal(name), pascal(f"{name}_schema")):
            if candidate not in found:
                break
        else:
            raise ContractRefused(f"no free name for the object at {path}; name it in names.json")
        _share(document, slot, node, candidate)
        _hoist_members(document, found[candidate], candidate)


def _hoist_members(document: Node, node: Any, owner: str) -> None:
    if not isinstance(node, dict):
        return
    for part in node.get("allOf") or []:
        _hoist_members(document, part, owner)
    branches = alternatives(node) or []
    for index in range(len(branches)):
        _hoist(document, Slot(branches, index), f"{owner}{index + 1}", owner)
    for name in node.get("properties") or {}:
        label = owner + pascal(name)
        _hoist(document, Slot(node["properties"], name), label, f"{owner}.{name}")
    for keyword in ("items", "additionalProperties"):
        if isinstance(node.get(keyword), dict):
            _hoist(document, Slot(node, keyword), owner + ("Item" if keyword == "items" else "Value"), owner)


def dumps(node: Any) -> str:
    """JSON text in which equal documents are equal."""
    return json.dumps(node, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
