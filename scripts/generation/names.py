"""Gives operations, path arguments and models their public names from names.json.

An operation is found by method and path with blanked parameter names, a model by its position in
that operation (`response.data[]`). Anything that the table does not name gets a name derived from
the document. A clash of names is refused.
"""

from __future__ import annotations

import builtins
import copy
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from openapi_python_client.strings import ClassName, PythonIdentifier

from creatoraudit.contract.openapi import Slot

from .document import (
    SCHEMAS,
    ContractRefused,
    LeftOut,
    Node,
    Place,
    Unsupported,
    alternatives,
    free,
    is_null,
    is_success,
    json_schema,
    places,
    pointer_of,
    reference,
    referenced,
    schemas,
    walk,
)

PROBLEM = "application/problem+json"

_POSITION = re.compile(r"(request|response|problem)((?:\.[A-Za-z0-9_]+|\[\]|\{\})*)")
# Names that generated modules use for other things; no model may have one of them.
TAKEN = frozenset(
    {
        *("Any", "AsyncSupportsRequest", "Awaitable", "Bound", "Callable", "ClassVar", "Column"),
        *("Final", "Generic", "Iterable", "JSON", "Literal", "Mapping", "NamedTuple", "Operation"),
        *("Protocol", "ReadModel", "Response", "Self", "Sequence", "Shapes", "SupportsRequest"),
        *("SupportsResponse", "TypeAlias", "TypeVar", "Unset", "UNSET", "WriteModel", "T"),
        *dir(builtins),
    }
)
RESERVED = frozenset(
    {
        # Arguments of generated functions and of facade methods for any operation.
        *("self", "client", "operation", "ids", "id_list", "max_items", "concurrency"),
        *("body", "files", "data", "path", "method", "overwrite", "max_bytes"),
        # Options that every method takes.
        *("timeout", "retry_budget", "max_retries", "idempotency_key"),
        *("extra_headers", "extra_query", "extra_body", "max_wait", "max_response_bytes"),
    }
)
"""Reserved names; an argument with one of them gets a `_` appended."""
_NOT_COMPARED = ("title", "description", "examples", "example", "default", "deprecated")


class _Wanted(NamedTuple):
    """A public name, and the position it belongs to."""

    root: Slot
    steps: tuple[str, ...]
    name: str
    position: str
    place: Place

    @property
    def key(self) -> str:
        return self.place.key

    @property
    def label(self) -> str:
        return f"{self.place.method.upper()} {self.place.path}"

    @property
    def pointer(self) -> str:
        return pointer_of(self.place.method, self.place.path)

    @property
    def where(self) -> str:
        return f"{self.key} {self.position}"


@cache
def snake(text: str) -> str:
    """Make a Python name from any text."""
    return str(PythonIdentifier(text, prefix="field_"))


@cache
def pascal(text: str) -> str:
    """Make a class name from any text."""
    # The generator does this to its own results, of which `X1Y` would become `X1y`.
    return str(ClassName(ClassName(text, prefix="Model"), prefix="Model"))


def derived(place: Place, *, full: bool) -> str:
    """Derive a name for an operation from its method, path and path arguments.

    The full form includes every path argument, the short one only one at the end.
    """
    words = []
    parts = [part for part in place.path.split("/") if part]
    for number, part in enumerate(parts):
        if not part.startswith("{"):
            words.append(part)
        elif full or number == len(parts) - 1:
            words += ["by", part.strip("{}")]
    return snake("_".join([place.method, *words]))


def _unwrapped(document: Node, slot: Slot) -> tuple[Slot, Slot]:
    """The slot whose reference led to a schema, and the slot of the schema itself.

    For a nullable schema, it is the schema without null.
    """
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
    raise ContractRefused("references are circular")


def _member(document: Node, node: Node, name: str) -> Slot | None:
    """The slot of a property, also searched in allOf."""
    if name in (node.get("properties") or {}):
        return Slot(node["properties"], name)
    for index in range(len(node.get("allOf") or [])):
        part = _unwrapped(document, Slot(node["allOf"], index))[1].node
        found = _member(document, part, name) if isinstance(part, dict) else None
        if found:
            return found
    return None


def _find(document: Node, start: Slot, steps: tuple[str, ...]) -> tuple[Slot, Slot] | None:
    """The slots at a position below `start`; None if the document has no such position."""
    outer, slot = _unwrapped(document, start)
    for step in steps:
        node = slot.node
        if not isinstance(node, dict):
            return None
        if step.startswith("."):
            inner = _member(document, node, step[1:])
        else:
            keyword = "items" if step == "[]" else "additionalProperties"
            inner = Slot(node, keyword) if isinstance(node.get(keyword), dict) else None
        if inner is None:
            return None
        outer, slot = _unwrapped(document, inner)
    return outer, slot


def _roots(place: Place) -> Iterator[tuple[str, Slot]]:
    """The places of the bodies of an operation: `request`, `response` (success), `problem`."""
    body = json_schema(place.node.get("requestBody") or {})
    if body:
        yield "request", Slot(*body)
    for status, response in place.node["responses"].items():
        problem = (response.get("content") or {}).get(PROBLEM, {})
        found = json_schema(response)
        if found and is_success(status):
            yield "response", Slot(*found)
        elif "schema" in problem:
            yield "problem", Slot(problem, "schema")


def _same(
    document: Node, one: Any, other: Any, seen: frozenset[tuple[str, str]] = frozenset()
) -> bool:
    """Whether two schemas allow the same values, judging by their keywords."""
    first, second = referenced(one), referenced(other)
    if first and second and (first == second or (first, second) in seen):
        return True
    if first and second:
        seen |= {(first, second)}
    one = schemas(document)[first] if first else one
    other = schemas(document)[second] if second else other
    if isinstance(one, dict) and isinstance(other, dict):
        keys = {
            key for key in {*one, *other} if key not in _NOT_COMPARED and not key.startswith("x-")
        }
        return all(
            key in one and key in other and _same(document, one[key], other[key], seen)
            for key in keys
        )
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(
            _same(document, left, right, seen) for left, right in zip(one, other, strict=True)
        )
    return bool(one == other)


class Names:
    """names.json: the names of operations, path arguments and models."""

    def __init__(self, data: Node) -> None:
        self.base_path: str = data.get("base_path", "")
        self.problem: str = data.get("problem", "ProblemDetail")
        self.operations: dict[str, Node] = data["operations"]
        self.keyless = frozenset(data.get("keyless", []))
        """Operations of the table that need no key."""
        self.insist_on_key: bool = data.get("insist_on_key", False)
        """Whether all others get one, even if the document requires none."""
        self.enums: dict[str, list[Any]] = data.get("enums", {})
        """Sets of values that the facade imports, with their values if a document has none."""
        self.read_models = {
            model
            for entry in self.operations.values()
            for position, model in entry.get("models", {}).items()
            if position.startswith("response")
        }
        self.absent: set[str] = set()
        """Models of the table for which the last document had no schema."""
        self.merged: set[str] = set()
        """Models of the table that stand for several schemas of the last document."""
        for key, entry in self.operations.items():
            for position in entry.get("models", {}):
                if not _POSITION.fullmatch(position):
                    raise ContractRefused(f"names.json: {key} has no position {position!r}")

    def apply(self, document: Node, left_out: LeftOut) -> Node:
        """Copy a normalised document and name every object with members."""
        self.absent, self.merged = set(), set()
        document = copy.deepcopy(document)
        self._name_operations(document)
        self._name_path_arguments(document)
        self._name_models(document, left_out)
        _name_the_rest(document)
        _separate_inputs(document)
        return document

    def keep_used(self, document: Node) -> None:
        """Drop the models of a named document that no operation leads to."""
        found = schemas(document)
        used = _reachable(document, [document["paths"]])
        document["components"]["schemas"] = {k: v for k, v in found.items() if k in used}

    def of(self, place: Place) -> str:
        """The name of an operation, by itself."""
        return str(self.operations.get(place.key, {}).get("name") or derived(place, full=False))

    def _name_operations(self, document: Node) -> None:
        owners: dict[str, Place] = {}
        short = Counter(self.of(place) for place in places(document))
        # Named operations first; derived names must avoid their names.
        for place in sorted(places(document), key=lambda place: place.key not in self.operations):
            named = place.key in self.operations
            name = self.of(place)
            if short[name] > 1 and not named:
                name = free(owners, derived(place, full=True))
            if snake(name) != name or not name.isidentifier():
                raise ContractRefused(f"{place.key}: {name!r} cannot be the name of an operation")
            if name in owners:
                raise ContractRefused(
                    f"{owners[name].key} and {place.key} would both become {name!r}; "
                    "give one a name in names.json"
                )
            owners[name] = place
            place.node["operationId"] = name

    def _name_path_arguments(self, document: Node) -> None:
        """Give path parameters the names of the table, and other parameters Python names."""
        paths: Node = {}
        for path, item in document["paths"].items():
            written = re.findall(r"{([^}]*)}", path)
            wanted: list[str] = []
            for name in written:
                python = f"{snake(name)}_" if snake(name) in RESERVED else snake(name)
                wanted.append(free(wanted, python))
            for method, node in item.items():
                entry = self.operations.get(Place(method, path, node).key, {})
                wanted = entry.get("path", wanted)
            if len(wanted) != len(written):
                raise ContractRefused(f"{path} and the path arguments in names.json do not match")
            renamed = dict(zip(written, wanted, strict=True))
            for node in item.values():
                for parameter in node["parameters"]:
                    if parameter["in"] == "path":
                        parameter["name"] = renamed[parameter["name"]]
            for old, new in renamed.items():
                path = path.replace(f"{{{old}}}", f"{{\0{new}}}")  # noqa: PLW2901  # replaced one by one
            # Two paths can become equal; their operations do not.
            held = paths.setdefault(path.replace("\0", ""), {})
            held.update(item)
        document["paths"] = paths

    def _name_models(self, document: Node, left_out: LeftOut) -> None:
        """Names by position, outermost first, so that a copied parent has its own children."""
        found = schemas(document)
        public: dict[str, str] = {}
        for wanted in sorted(self._wanted(document), key=lambda wanted: len(wanted.steps)):
            located = _find(document, wanted.root, wanted.steps)
            if located is None or not _is_object(located[1].node):
                continue
            outer, slot = located
            current = slot.key if slot.holder is found else None
            if public.get(wanted.name, "") == current:
                continue
            if wanted.name in public:
                with left_out.taking(wanted.key, wanted.label, wanted.pointer):
                    self._merge(document, public[wanted.name], slot.node, wanted)
                    outer.put(reference(public[wanted.name]))
                continue
            if current is None or current in public.values():
                current = free(found, f"{wanted.name}_")
                _share(document, outer, copy.deepcopy(slot.node), current)
            public[wanted.name] = current
        self.absent = self._all_models() - set(public)
        _rename(document, {key: name for name, key in public.items()})

    def _wanted(self, document: Node) -> Iterator[_Wanted]:
        for place in places(document):
            entry = self.operations.get(place.key, {})
            for root, slot in _roots(place):
                for position, name in {"problem": self.problem, **entry.get("models", {})}.items():
                    start, *steps = re.split(r"(?=[.\[{])", position)
                    if start == root:
                        yield _Wanted(slot, tuple(steps), name, position, place)

    def _all_models(self) -> set[str]:
        entries = self.operations.values()
        return {name for entry in entries for name in entry.get("models", {}).values()}

    def _merge(self, document: Node, known: str, other: Node, wanted: _Wanted) -> None:
        """Merge two schemas into one model: all members, common ones required."""
        one = schemas(document)[known]
        if _same(document, one, other):
            return
        plain = all(
            not alternatives(node) and not node.get("allOf") and "$ref" not in node
            for node in (one, other)
        )
        if wanted.where.split(" ")[-1].startswith("request") or not plain:
            raise Unsupported(
                f"{wanted.where}: {wanted.name} already names a schema that differs ({known})",
                remedy="give one of them another name in names.json",
            )
        one["properties"] = {**(other.get("properties") or {}), **(one.get("properties") or {})}
        one["required"] = [
            name for name in one.get("required") or [] if name in (other.get("required") or [])
        ]
        self.merged.add(wanted.name)


def _is_object(node: Any) -> bool:
    """Whether a schema describes an object, which can become a class."""
    if not isinstance(node, dict):
        return False
    kinds = node.get("type")
    return kinds == "object" or "properties" in node or "allOf" in node or "object" in (kinds or [])


def _share(document: Node, slot: Slot, node: Node, name: str) -> None:
    """Turn `node` into a shared schema that the slot refers to; nullability is kept."""
    kinds = node.get("type")
    nullable = isinstance(kinds, list) and "null" in kinds
    if isinstance(kinds, list) and nullable:
        real = [kind for kind in kinds if kind != "null"]
        node = {**node, "type": real[0] if len(real) == 1 else real}
    schemas(document)[name] = node
    slot.put({"anyOf": [reference(name), {"type": "null"}]} if nullable else reference(name))


def _rename(document: Node, assigned: dict[str, str]) -> None:
    """Give shared schemas their public names, and others names that do not clash."""
    classes = _Classes()
    for name in assigned.values():
        if pascal(name) != name or name in TAKEN:
            raise ContractRefused(f"names.json: {name!r} cannot be the name of a model")
        classes.take(name)
    renamed = {
        name: assigned[name] if name in assigned else classes.new(name)
        for name in schemas(document)
    }
    for node in walk(document["paths"]):
        _follow(node, renamed)
    for node in walk(schemas(document)):
        _follow(node, renamed)
    document["components"]["schemas"] = {
        renamed[name]: node for name, node in schemas(document).items()
    }


class _Classes:
    """Class names in use; no two share a module."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._modules = {snake(name) for name in taken}

    def take(self, name: str) -> None:
        self._modules.add(snake(name))

    def new(self, *wanted: str) -> str:
        """The first wanted name that is free, or one with a number appended."""
        numbered = (f"{wanted[-1]}_schema_{number}" for number in range(2, 1000))
        for name in map(pascal, chain(wanted, [f"{wanted[-1]}_schema"], numbered)):
            if name not in TAKEN and snake(name) not in self._modules:
                self.take(name)
                return name
        raise ContractRefused(f"no free name for the schema {wanted[0]}")


def _follow(node: Node, renamed: dict[str, str]) -> None:
    name = referenced(node)
    if name is not None:
        node["$ref"] = SCHEMAS + renamed.get(name, name)


def _name_the_rest(document: Node) -> None:
    """Turn inline objects with members into shared schemas, named after their place."""
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
            _hoist(
                document,
                Slot(branches, index),
                name if len(real) == 1 else f"{name}{number + 1}",
                path,
            )
        return
    if isinstance(node.get("items"), dict):
        _hoist(document, Slot(node, "items"), f"{name}Item", path)
    if isinstance(node.get("additionalProperties"), dict) and not node.get("properties"):
        _hoist(document, Slot(node, "additionalProperties"), f"{name}Value", path)
    if node.get("properties"):
        found = schemas(document)
        candidate = _Classes(found).new(name)
        _share(document, slot, node, candidate)
        _hoist_members(document, found[candidate], candidate)


def _hoist_members(document: Node, node: Any, owner: str) -> None:
    if not isinstance(node, dict):
        return
    branches = alternatives(node) or []
    for index in range(len(branches)):
        _hoist(document, Slot(branches, index), f"{owner}{index + 1}", owner)
    for name in node.get("properties") or {}:
        label = owner + pascal(name)
        _hoist(document, Slot(node["properties"], name), label, f"{owner}.{name}")
    for keyword in ("items", "additionalProperties"):
        if isinstance(node.get(keyword), dict):
            _hoist(
                document,
                Slot(node, keyword),
                owner + ("Item" if keyword == "items" else "Value"),
                owner,
            )


def _reachable(document: Node, roots: Iterable[Any]) -> set[str]:
    """Names of all shared schemas below some nodes."""
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        for node in walk(waiting.pop()):
            name = referenced(node)
            if name is not None and name not in found and name in schemas(document):
                found.add(name)
                waiting.append(schemas(document)[name])
    return found


def directions(document: Node) -> tuple[set[str], set[str]]:
    """Schemas that are read and schemas that are written; those that are neither count as read."""
    operations = [place.node for place in places(document)]
    read = _reachable(document, (node["responses"] for node in operations))
    written = _reachable(document, (node.get("requestBody") for node in operations))
    return read | (set(schemas(document)) - written), written


def _separate_inputs(document: Node) -> None:
    """Split a schema that is read and written into two models, using None and UNSET."""
    found = schemas(document)
    read, written = directions(document)
    both = read & written
    classes = _Classes(found)
    inputs = {name: classes.new(f"{name}Input", f"{name}Body") for name in sorted(both)}
    for name, twin in inputs.items():
        found[twin] = copy.deepcopy(found[name])
    bodies = [place.node.get("requestBody") for place in places(document)]
    inner = [found[name] for name in sorted({*inputs.values(), *(written - both)})]
    for node in walk([bodies, inner]):
        target = referenced(node)
        if target in inputs:
            node.update(reference(inputs[target]))


def dumps(node: Any) -> str:
    """Canonical JSON text, equal for equal documents."""
    return json.dumps(node, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
