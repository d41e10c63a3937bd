"""An OpenAPI document and places in it, each with its JSON pointer for error messages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Final, NamedTuple, NoReturn, TypeAlias, TypeGuard
from urllib.parse import unquote

from ._quoting import inert

Json: TypeAlias = Mapping[str, "Json"] | Sequence["Json"] | str | int | float | bool | None
"""Any JSON value."""


class Refusal(NamedTuple):
    """A place in a document that cannot be read, and why."""

    document: Document
    pointer: str
    why: str
    reference: str = ""
    """The reference at the place, if it leads nowhere."""

    def concerns(self, other: Document) -> bool:
        """Whether another document has the same fault in the same place."""
        same = False
        try:
            same = canonical(other.at(self.pointer)) == canonical(self.document.at(self.pointer))
            if same and self.reference:
                other.target(self.reference, self.pointer)
        except DocumentRefused:
            return same
        return same and not self.reference


class DocumentRefused(Exception):
    """A document that cannot be used; the message says which, where and why, on one line.

    Attributes:
        refusal: The place to blame, if the rest of the document can be read.
    """

    def __init__(self, message: str, refusal: Refusal | None = None) -> None:
        super().__init__(message)
        self.refusal = refusal


def is_object(node: Json) -> TypeGuard[Mapping[str, Json]]:
    """Whether a node is a JSON object."""
    return isinstance(node, dict)


def is_array(node: Json) -> TypeGuard[Sequence[Json]]:
    """Whether a node is a JSON array."""
    return isinstance(node, list)


def is_number(node: Json) -> TypeGuard[int | float]:
    """Whether a node is a JSON number."""
    return isinstance(node, int | float) and not isinstance(node, bool)


def below(pointer: str, key: str | int) -> str:
    """The JSON pointer of a member or an item of what `pointer` points at."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def unescaped(part: str) -> str:
    """Decode one part of a JSON pointer in a URL fragment."""
    return unquote(part).replace("~1", "/").replace("~0", "~")


def follow(root: Any, keys: Iterable[str]) -> Any:
    """What the keys of a JSON pointer lead to.

    Raises:
        LookupError: There is nothing.
    """
    node = root
    for key in keys:
        if isinstance(node, dict):
            node = node[key]
        elif isinstance(node, list) and key.isdecimal():
            node = node[int(key)]
        else:
            raise LookupError(key)
    return node


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """An OpenAPI document, and its name for messages."""

    name: str
    root: Mapping[str, Json]
    _targets: dict[str, Place] = field(default_factory=dict, repr=False)

    @property
    def top(self) -> Place:
        """The whole document."""
        return Place(self, "", self.root)

    def refuse(self, why: str) -> NoReturn:
        """Refuse the document."""
        raise DocumentRefused(f"{inert(self.name)}: {why}")

    def refuse_part(self, pointer: str, why: str, reference: str = "") -> NoReturn:
        """Refuse the document because of one place; its other parts can be read."""
        where = inert(pointer) or "the document"
        refusal = Refusal(self, pointer, why, reference)
        raise DocumentRefused(f"{inert(self.name)}: {where} {why}", refusal)

    def at(self, pointer: str) -> Json:
        """What a JSON pointer leads to; None if there is nothing."""
        keys = (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])
        found: Json = None
        with suppress(LookupError):
            found = follow(self.root, keys)
        return found

    def target(self, reference: str, origin: str) -> Place:
        """Resolve a local reference, found at `origin`."""
        found = self._targets.get(reference)
        if found is None:
            if not reference.startswith("#/"):
                why = f"refers to {inert(reference)}, which is not in the document; bundle it"
                self.refuse_part(origin, why, reference)
            found = self._targets[reference] = self._lookup(reference, origin)
        return found

    def _lookup(self, reference: str, origin: str) -> Place:
        keys = [unescaped(part) for part in reference[2:].split("/")]
        try:
            node = follow(self.root, keys)
        except LookupError:
            why = f"refers to {inert(reference)}, which is not there"
            self.refuse_part(origin, why, reference)
        return Place(self, reduce(below, keys, ""), node)


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A node of a document and the JSON pointer that leads to it."""

    document: Document
    pointer: str
    node: Json

    def refuse(self, why: str) -> NoReturn:
        """Refuse the document because of this place."""
        self.document.refuse_part(self.pointer, why)

    @property
    def members(self) -> Mapping[str, Json]:
        """The object here; refuses anything else."""
        if not is_object(self.node):
            self.refuse("is not an object")
        return self.node

    def get(self, key: str) -> Place | None:
        """The member of that name, if there is one."""
        if key not in self.members:
            return None
        return Place(self.document, below(self.pointer, key), self.members[key])

    def each(self, key: str = "") -> Iterator[tuple[str, Place]]:
        """The members of this object, or of its member `key`, in order and without extensions."""
        holder = self.get(key) if key else self
        if holder is None:
            return
        for name, node in holder.members.items():
            yield name, Place(self.document, below(holder.pointer, name), node)

    def items(self, key: str) -> Iterator[Place]:
        """The items of the array `key`; empty if it is missing."""
        holder = self.get(key)
        if holder is None:
            return
        if not is_array(holder.node):
            holder.refuse("is not an array")
        for index, node in enumerate(holder.node):
            yield Place(self.document, below(holder.pointer, index), node)

    def text(self, key: str) -> str:
        """The string `key`; refuses anything else."""
        found = self.members.get(key)
        if not isinstance(found, str):
            self.refuse(f"has no text `{key}`")
        return found

    def flag(self, key: str) -> bool:
        """Whether the member `key` is true."""
        return self.members.get(key) is True

    def resolved(self) -> Place:
        """This place, or the one that its `$ref` finally leads to."""
        place, seen = self, set[str]()
        while is_object(place.node) and isinstance(reference := place.node.get("$ref"), str):
            if reference in seen:
                place.refuse("refers to itself")
            seen.add(reference)
            place = self.document.target(reference, place.pointer)
        return place


class Unchanged:
    """Tells whether parts of two documents are written alike, with all that they refer to.

    It is a cheap way to skip unchanged parts; `False` does not mean that they differ.
    """

    def __init__(self, base: Document, head: Document) -> None:
        self._changed = _changed(base, head)

    def __call__(self, one: Place, other: Place) -> bool:
        """Whether a place of the first document is as one of the second."""
        text = json.dumps(one.node)
        return text == json.dumps(other.node) and self._changed.isdisjoint(_references(text))


_REFERENCE: Final = re.compile(r'"\$ref": ("(?:[^"\\]|\\.)*")')


def _references(text: str) -> set[str]:
    """All references in a JSON text, as they are written there."""
    return set(_REFERENCE.findall(text))


def _changed(base: Document, head: Document) -> set[str]:
    """The references that lead, at once or by others, to what is not the same in both."""
    users: dict[str, set[str]] = {}
    changed: list[str] = []
    for reference in _references(json.dumps(base.root)):
        users.setdefault(reference, set())
        try:
            name = json.loads(reference)
            one, other = (json.dumps(each.target(name, "").node) for each in (base, head))
        except DocumentRefused:
            changed.append(reference)
            continue
        if one != other:
            changed.append(reference)
            continue
        for inner in _references(one):
            users.setdefault(inner, set()).add(reference)
    found = set[str]()
    while changed:
        if (reference := changed.pop()) not in found:
            found.add(reference)
            changed += users[reference]
    return found


_sorted: Final = json.JSONEncoder(sort_keys=True).encode


def canonical(node: Json) -> str:
    """Canonical text of a JSON value; 1 equals 1.0, and the order of members is ignored."""
    return _sorted(_canonical(node))


def _canonical(node: Json) -> Json:
    if isinstance(node, float) and node.is_integer():
        return int(node)
    if is_object(node):
        return {name: _canonical(value) for name, value in node.items()}
    if is_array(node):
        return [_canonical(value) for value in node]
    return node
