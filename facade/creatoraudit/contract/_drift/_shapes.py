"""Converts schemas into shapes, a normal form that can be compared.

Schemas that mean the same have the same shape, however they are written: references are followed,
allOf is merged, a choice of one is that one, a choice between bare types is a list of types, a
choice between constants is an enum, and null is a flag, not a type, value or alternative. Bounds of
integers are inclusive. What any value satisfies is left out, and so is what other keywords imply.

Two readings are more lenient than the specification, because authors mean them so: `nullable: true`
counts in every version and next to every keyword, and a schema that lists members or items without
a type describes an object or an array.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sized
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ..openapi import Json, Place, below, canonical, is_array, is_number, is_object

UPPER: Final = frozenset({"maximum", "maxLength", "maxItems", "maxProperties"})
LOWER: Final = frozenset({"minimum", "minLength", "minItems", "minProperties"})
_EXCLUSIVE: Final = {"maximum": "exclusiveMaximum", "minimum": "exclusiveMinimum"}

_BOUNDS: Final = UPPER | LOWER | {*_EXCLUSIVE.values()}

TYPES: Final = frozenset({"string", "number", "integer", "boolean", "object", "array"})
_ANY: Final = TYPES - {"integer"}  # an integer is a number

ANNOTATIONS: Final[Mapping[str, str]] = {
    "description": "description-changed",
    "summary": "description-changed",
    "title": "title-changed",
    "example": "example-changed",
    "examples": "example-changed",
    "externalDocs": "external-docs-changed",
}
"""Members without effect on requests and responses, and the rule for a difference."""

_CONSTRAINTS: Final = frozenset(
    {
        *("not", "if", "then", "else", "contains", "minContains", "maxContains", "propertyNames"),
        *("dependentRequired", "dependentSchemas", "unevaluatedItems", "contentSchema"),
        *("contentEncoding", "multipleOf", "uniqueItems"),
    }
)
"""Keywords that are compared as a whole, by what they mean."""

_SCHEMAS: Final = frozenset(
    {
        *("not", "if", "then", "else", "contains", "propertyNames"),
        *("unevaluatedItems", "contentSchema", "dependentSchemas"),
    }
)
"""Those of them whose value is a schema, or several by name."""

_ANY_TEXT: Final = frozenset({"", "^", "$", ".*", "^.*", "^.*$"})
"""Patterns that any text matches."""

_CONCERNS: Final[Mapping[str, frozenset[str]]] = {
    name: frozenset(kinds)
    for names, kinds in (
        (("maxLength", "minLength", "pattern"), {"string"}),
        (("contentEncoding", "contentMediaType", "contentSchema"), {"string"}),
        (("maximum", "minimum", "multipleOf"), {"number", "integer"}),
        (("maxItems", "minItems", "uniqueItems", "unevaluatedItems"), {"array"}),
        (("contains", "minContains", "maxContains"), {"array"}),
        (("maxProperties", "minProperties", "propertyNames"), {"object"}),
        (("dependentRequired", "dependentSchemas"), {"object"}),
    )
    for name in names
}
"""The types whose values a keyword restricts; all others satisfy it."""

_ON_NULL: Final = frozenset({"type", "nullable", "enum", "const", "anyOf", "oneOf"})
_BRANCHES: Final = ("then", "else")
_FLAGS: Final = ("deprecated", "readOnly", "writeOnly")
# OpenAPI 3.0 uses a format where 3.1 uses a keyword of JSON Schema.
_BINARY: Final = "application/octet-stream"
_ENCODINGS: Final[Mapping[str, str]] = {"base64": "byte", "base64url": "byte"}


class Fact(NamedTuple):
    """The value of one keyword, and its place."""

    value: Json
    place: Place


class Group(NamedTuple):
    """Schemas that apply together to one value; empty if anything is allowed."""

    site: Place
    """The place of the value (a member, the items), or of the schema that would hold it."""
    parts: tuple[Place, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """The key of the group; groups with equal keys mean the same."""
        return tuple(part.pointer for part in self.parts)

    @property
    def place(self) -> Place:
        """The schema itself, with a reference resolved."""
        return self.parts[0] if self.parts else self.site


@dataclass(slots=True)
class Shape:
    """The combined meaning of a group of schemas."""

    place: Place
    types: frozenset[str] = _ANY
    any: bool = True
    """Whether the schema neither states nor implies a type."""
    types_at: Place | None = None
    """The keyword that states or implies the types."""
    nullable: bool = True
    nullable_at: Place | None = None
    """The schema of the group that decides about null."""
    values: dict[str, Fact] | None = None
    """The values of enum or const, null aside, by their canonical text."""
    values_at: Place | None = None
    bounds: dict[str, tuple[float, bool, Fact]] = field(default_factory=dict)
    """Limit, whether it is exclusive, and its fact, by the inclusive keyword."""
    rules: dict[str, dict[str, Fact]] = field(default_factory=dict)
    """pattern, format and constraints of each schema in the group, by canonical text."""
    notes: dict[str, Fact] = field(default_factory=dict)
    """Annotations, extensions, default and flags; the outermost schema wins."""
    members: dict[str, Group] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    closed: bool = False
    """Whether other members are forbidden."""
    others_at: Place | None = None
    """The place of the keyword about other members."""
    others: Group | None = None
    """The schema of members beyond those listed."""
    patterns: dict[str, Group] = field(default_factory=dict)
    """The schemas of members whose name matches a pattern."""
    items: Group | None = None
    prefix: list[Group] = field(default_factory=list)
    """The schemas of the first items, one by one."""
    choices: list[tuple[Place, list[Group]]] = field(default_factory=list)
    """Sets of alternatives, each with the place of its keyword."""
    discriminator: Place | None = None
    """The discriminator of the alternatives."""

    @property
    def plain(self) -> bool:
        """Whether it states types, or that there are none, and nothing else."""
        return self.values is None and self.only_values

    @property
    def only_values(self) -> bool:
        """Whether it states types and values, and nothing else."""
        return not (
            (self.bounds or self.rules or self.members or self.required or self.choices)
            or (self.closed or self.others or self.patterns or self.items or self.prefix)
        )

    @property
    def verdict(self) -> bool | None:
        """Whether any value satisfies it; False if none does, None if some do."""
        if not self.types and not self.nullable:
            return False
        return True if self.any and self.nullable and self.plain else None

    def concerned(self, keyword: str) -> bool:
        """Whether a keyword restricts any value of these types."""
        return not self.types.isdisjoint(_CONCERNS.get(keyword, self.types))

    def at(self, keyword: str) -> Place:
        """The place of a keyword, or of the schema if it has none."""
        return self.place.get(keyword) or self.place if is_object(self.place.node) else self.place


def group(place: Place) -> Group:
    """The group of the schema at a place, with references resolved."""
    target, seen = place, set[str]()
    while is_object(target.node) and target.node.keys() == {"$ref"}:
        if target.pointer in seen:
            place.refuse("refers to itself")
        seen.add(target.pointer)
        target = place.document.target(target.text("$ref"), target.pointer)
    return Group(place, (target,))


def tightness(keyword: str, limit: float, exclusive: bool) -> tuple[float, bool]:
    """A sort key for bounds; greater means stricter."""
    return (-limit if keyword in UPPER else limit, exclusive)


def _together(one: Group | None, other: Group) -> Group:
    if one is None:
        return other
    parts = {part.pointer: part for part in (*one.parts, *other.parts)}
    return Group(one.site, tuple(parts.values()))


def _meet(one: frozenset[str] | None, other: frozenset[str]) -> frozenset[str]:
    """The types that both sets allow."""
    if one is None:
        return other
    narrow = {"integer"} if "integer" in one | other and "number" in one | other else set[str]()
    return (one & other) | (narrow if not one & other & {"number"} else set())


def within(name: str, types: frozenset[str]) -> bool:
    """Whether a type is one of several, or an integer where numbers are."""
    return name in types or (name == "integer" and "number" in types)


def _size(value: Json) -> float:
    """What bounds are about: a number itself, or the length of anything else."""
    return value if is_number(value) else len(value) if isinstance(value, Sized) else 0


def _plain(types: frozenset[str]) -> frozenset[str]:
    return types - {"integer"} if "number" in types else types


def _type_of(value: Json) -> str:
    if isinstance(value, bool):
        return "boolean"
    if is_number(value):
        whole = isinstance(value, int) or value.is_integer()
        return "integer" if whole else "number"
    return "string" if isinstance(value, str) else "object" if is_object(value) else "array"


class Shapes:
    """The shapes of one document, each computed once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], Shape | None] = {}
        self._digests: dict[tuple[str, ...], str] = {}

    def of(self, schemas: Group) -> Shape:
        """The shape of a group; an empty group allows anything."""
        if not schemas.parts:
            return Shape(schemas.site)
        key = schemas.key
        if key not in self._known:
            self._known[key] = None
            self._known[key] = _Builder(self, schemas).built()
        # A schema that is its own alternative adds nothing there.
        return self._known[key] or Shape(schemas.place, any=False, nullable=False)

    def of_place(self, place: Place | None) -> Shape | None:
        """The shape of the schema at a place."""
        return self.of(group(place)) if place is not None else None

    def digest(self, schemas: Group) -> str:
        """Text of what a group of schemas means; equal if they mean the same."""
        key = schemas.key
        if key not in self._digests:
            if self._known.get(key, schemas) is None:
                return "around"
            self._digests[key] = "around"
            meaning = canonical(self._meaning(self.of(schemas)))
            self._digests[key] = hashlib.sha256(meaning.encode()).hexdigest()
        return self._digests[key]

    def _meaning(self, shape: Shape) -> Json:
        return {
            "types": sorted(shape.types),
            "nullable": shape.nullable,
            "values": None if shape.values is None else sorted(shape.values),
            "bounds": {name: [*bound[:2]] for name, bound in shape.bounds.items()},
            "rules": {name: sorted(facts) for name, facts in shape.rules.items()},
            "members": self._digests_of(shape.members),
            "required": sorted(shape.required),
            "patterns": self._digests_of(shape.patterns),
            "closed": shape.closed,
            "others": self.digest(shape.others) if shape.others else None,
            "items": self.digest(shape.items) if shape.items else None,
            "prefix": [self.digest(each) for each in shape.prefix],
            "choices": sorted(
                "".join(sorted(self.digest(branch) for branch in branches))
                for _, branches in shape.choices
            ),
        }

    def _digests_of(self, named: Mapping[str, Group]) -> Json:
        return {name: self.digest(each) for name, each in named.items()}


class _Builder:
    """Builds the shape of one group from its schemas and their references."""

    def __init__(self, shapes: Shapes, schemas: Group) -> None:
        self.shapes = shapes
        self.shape = Shape(schemas.place)
        self.types: frozenset[str] | None = None
        self.forced_null = False
        # Each with whether it decides about null, and whether it is the outermost schema.
        self.waiting = [(part, True, True) for part in reversed(schemas.parts)]

    def built(self) -> Shape:
        """The finished shape."""
        seen = set[str]()
        while self.waiting:
            place, on_null, itself = self.waiting.pop()
            if place.pointer in seen or place.node is True:
                continue
            seen.add(place.pointer)
            if place.node is False:
                self._types(frozenset(), on_null, null=False)
                continue
            self._type_and_values(place, on_null, itself)
            self._bounds(place)
            self._rules_and_notes(place)
            self._contents(place)
            self._parts(place, on_null)
        return self._finished()

    def _finished(self) -> Shape:
        shape, types = self.shape, self.types
        if types is None:
            if shape.members or shape.required or shape.closed or shape.others or shape.patterns:
                types = frozenset({"object"})
            elif shape.items is not None or shape.prefix:
                types = frozenset({"array"})
            if types is not None and shape.values is None:
                shape.nullable = False
        if shape.values is not None:
            types = self._listed(shape.values, types)
        shape.nullable = shape.nullable or self.forced_null
        shape.any = not shape.choices and (types is None or (types == _ANY and shape.nullable))
        shape.types = self._whole_numbers(_ANY if types is None else types)
        if shape.types == {"boolean"} and shape.values and len(shape.values) > 1:
            shape.values = None  # true and false are all there is
        if shape.types == {"integer"}:
            for keyword in _EXCLUSIVE:
                if keyword in shape.bounds:
                    limit, outside, fact = shape.bounds[keyword]
                    shape.bounds[keyword] = (_whole(keyword, limit, outside), False, fact)
        if shape.bounds.get("maxItems", (1,))[0] == 0:
            shape.items = None  # there are none
        if "minProperties" in shape.bounds and shape.bounds["minProperties"][0] <= len(
            shape.required
        ):
            del shape.bounds["minProperties"]
        return shape

    def _listed(self, values: Mapping[str, Fact], types: frozenset[str] | None) -> frozenset[str]:
        """Keep the values that types and bounds allow; returns their types."""
        kinds = {text: _type_of(fact.value) for text, fact in values.items()}
        kept = {
            text: fact
            for text, fact in values.items()
            if (types is None or within(kinds[text], types))
            and all(
                tightness(keyword, _size(fact.value), False) >= tightness(keyword, limit, outside)
                for keyword, (limit, outside, _) in self.shape.bounds.items()
                if kinds[text] in _CONCERNS[keyword]
            )
        }
        self.shape.bounds.clear()
        self.shape.values = kept or None  # null is not a value here
        return _plain(frozenset(kinds[text] for text in kept))

    def _whole_numbers(self, types: frozenset[str]) -> frozenset[str]:
        """The types, with `integer` for numbers that can only be whole; drops what that implies."""
        shape, steps = self.shape, self.shape.rules.get("multipleOf", {})
        numbers = [fact.place.node for fact in steps.values()]
        if "number" in types and any(_is_whole(one) for one in numbers):
            types = (types - {"number"}) | {"integer"}
        if "number" not in types:
            left = {text: each for text, each in steps.items() if not _divides_one(each.place.node)}
            shape.rules.pop("multipleOf", None)
            if left:
                shape.rules["multipleOf"] = left
        return types

    def _types(self, types: frozenset[str], on_null: bool, *, null: bool) -> None:
        self.types = _meet(self.types, _plain(types))
        self.shape.nullable &= null or not on_null

    def _type_and_values(self, place: Place, on_null: bool, itself: bool) -> None:
        node = place.members
        said_null = node.get("nullable") is True
        self.forced_null |= said_null and itself
        if on_null and not node.keys().isdisjoint(_ON_NULL):
            self.shape.nullable_at = self.shape.nullable_at or place
        if "type" in node:
            declared = node["type"]
            listed = declared if is_array(declared) else [declared]
            if is_array(declared):  # `[string, null]` in YAML
                listed = ["null" if name is None else name for name in declared]
            names = {name for name in listed if isinstance(name, str)}
            if len(names) < len(listed) or not names <= TYPES | {"null"}:
                place.refuse("has a `type` that JSON does not know")
            said_null |= "null" in names
            self.shape.types_at = self.shape.types_at or place.get("type")
            self._types(frozenset(names - {"null"}), on_null, null=said_null)
        every = [*place.items("enum")]
        if (const := place.get("const")) is not None:
            every = [const]
        if "enum" in node or const is not None:
            values = {
                canonical(each.node): Fact(each.node, each)
                for each in every
                if each.node is not None
            }
            self._values(values, place.get("const" if const is not None else "enum"))
            if all(each.node is not None for each in every) and not said_null and on_null:
                self.shape.nullable = False

    def _values(self, values: dict[str, Fact], where: Place | None) -> None:
        had = self.shape.values
        self.shape.values = (
            values if had is None else {text: had[text] for text in had if text in values}
        )
        self.shape.values_at = self.shape.values_at or where

    def _bounds(self, place: Place) -> None:
        node = place.members
        if node.keys().isdisjoint(_BOUNDS):
            return
        for keyword in UPPER | LOWER:
            exclusive = _EXCLUSIVE.get(keyword, "")
            for name in (keyword, exclusive):
                limit = _limit(place, name)
                if limit is None:
                    continue
                if limit == 0 and keyword in LOWER - {"minimum"}:
                    continue
                outside = name == exclusive or node.get(exclusive) is True
                bound = (limit, outside, Fact(limit, place.get(name) or place))
                had = self.shape.bounds.get(keyword)
                if had is None or tightness(keyword, *bound[:2]) > tightness(keyword, *had[:2]):
                    self.shape.bounds[keyword] = bound

    def _rules_and_notes(self, place: Place) -> None:
        shape = self.shape
        for name, each in place.each():
            if _says_nothing(place, name) or (name in _SCHEMAS and self._is_met(place, name)):
                continue
            if name in ("pattern", "format"):
                shape.rules.setdefault(name, {})[canonical(each.node)] = Fact(each.node, each)
            elif name == "discriminator":
                shape.discriminator = shape.discriminator or each
            elif (kind := _as_format(place, name)) is not None:
                shape.rules.setdefault("format", {})[canonical(kind)] = Fact(kind, each)
            elif name in _CONSTRAINTS:
                shape.rules.setdefault(name, {})[self._condition(each, name)] = Fact(None, each)
            elif name in _FLAGS:
                if each.node is True:
                    shape.notes.setdefault(name, Fact(True, each))
            elif name == "default":
                # Most servers treat a missing value like null, and generators differ here.
                if each.node is not None:
                    shape.notes.setdefault(name, Fact(each.node, each))
            elif name in ANNOTATIONS or name.startswith("x-"):
                shape.notes.setdefault(name, Fact(each.node, each))

    def _condition(self, place: Place, name: str) -> str:
        """Text of what a constraint means."""
        if name == "dependentSchemas":
            return canonical({key: self.shapes.digest(group(each)) for key, each in place.each()})
        if name in _SCHEMAS:
            return self.shapes.digest(group(place))
        if name == "dependentRequired":
            return canonical(
                {
                    key: sorted(canonical(each.node) for each in place.items(key))
                    for key in place.members
                }
            )
        return canonical(place.node)

    def _is_met(self, place: Place, name: str) -> bool:
        """Whether any value satisfies a keyword with a schema, or another part says it all."""
        if name == "dependentSchemas":
            holder = place.get(name) or place
            return all(self._verdict(holder, each) for each in holder.members)
        verdict = self._verdict(place, name)
        if name == "if":
            return verdict is not None or all(self._verdict(place, one) for one in _BRANCHES)
        if name in _BRANCHES and self._verdict(place, "if") is not None:
            return True
        if name == "not":
            denied = place.get(name) or place
            return verdict is not None or self._only_null(denied) or _not_in(denied) is not None
        if name == "propertyNames":
            names = self.shapes.of(group(place.get(name) or place))
            return names.plain and "string" in names.types
        if name == "contentSchema" and "contentMediaType" not in place.members:
            return True
        return verdict is True and name != "contains"

    def _verdict(self, place: Place, name: str) -> bool | None:
        """Whether all values (as where it is missing) or none satisfy the schema of a keyword."""
        schema = place.get(name)
        return True if schema is None else self.shapes.of(group(schema)).verdict

    def _only_null(self, place: Place) -> bool:
        shape = self.shapes.of(group(place))
        return shape.nullable and not shape.types

    def _contents(self, place: Place) -> None:
        shape = self.shape
        for name, each in place.each("properties"):
            shape.members[name] = _together(shape.members.get(name), group(each))
        for name, each in place.each("patternProperties"):
            if name in _ANY_TEXT:
                shape.others = _together(shape.others, group(each))
            else:
                shape.patterns[name] = _together(shape.patterns.get(name), group(each))
        shape.required |= {
            each.node for each in place.items("required") if isinstance(each.node, str)
        }
        others = place.get("additionalProperties") or place.get("unevaluatedProperties")
        shape.others_at = shape.others_at or others
        if others is not None and others.node is False:
            shape.closed = shape.closed or _ANY_TEXT.isdisjoint(
                dict(place.each("patternProperties"))
            )
        elif others is not None and others.node is not True:
            shape.others = _together(shape.others, group(others))
        # Older versions of JSON Schema list the first items under `items`.
        older = is_array(place.members.get("items"))
        for index, each in enumerate(place.items("items" if older else "prefixItems")):
            had = shape.prefix[index] if index < len(shape.prefix) else None
            shape.prefix[index : index + 1] = [_together(had, group(each))]
        if (items := place.get("additionalItems" if older else "items")) is not None:
            shape.items = _together(shape.items, group(items))

    def _parts(self, place: Place, on_null: bool) -> None:
        further = [(each, on_null, False) for each in place.items("allOf")]
        if "$ref" in place.members:
            target = place.document.target(place.text("$ref"), place.pointer)
            further.insert(0, (target, on_null, False))
        if "if" in place.members and (verdict := self._verdict(place, "if")) is not None:
            chosen = place.get("then" if verdict else "else")
            further += [(chosen, on_null, False)] if chosen else []
        if (denied := place.get("not")) is not None:
            if (twice := _not_in(denied)) is not None:
                further.append((twice, on_null, False))
            elif self._verdict(place, "not"):
                self._types(frozenset(), on_null, null=False)
            elif self._only_null(denied):
                self.shape.nullable &= not on_null
        for keyword in ("anyOf", "oneOf"):
            further += self._choice(place, keyword, on_null)
        self.waiting += reversed(further)

    def _choice(
        self, place: Place, keyword: str, on_null: bool
    ) -> Iterator[tuple[Place, bool, bool]]:
        """Read a set of alternatives; returns the only one if a single one is left."""
        every = [*_flattened(place, keyword)]
        branches = [*{_said(one.place.node): one for one in every}.values()]
        if not branches or (keyword == "oneOf" and len(branches) < len(every)):
            branches = every  # of two equal ones, both hold
        if not branches:
            return
        shapes = [self.shapes.of(branch) for branch in branches]
        if keyword == "anyOf" and any(shape.verdict for shape in shapes):
            return
        if on_null and not any(shape.nullable for shape in shapes):
            self.shape.nullable = False
        left = [branch for branch, shape in zip(branches, shapes, strict=True) if shape.types]
        chosen = [shape for shape in shapes if shape.types]
        types = frozenset[str]().union(*(shape.types for shape in chosen))
        if len(left) == 1:
            yield from ((part, False, False) for part in left[0].parts)
        elif all(shape.plain for shape in chosen):
            self._types(types, on_null=False, null=True)
        elif all(shape.only_values and shape.values for shape in chosen):
            self._types(types, on_null=False, null=True)
            values = {text: fact for shape in chosen for text, fact in (shape.values or {}).items()}
            self._values(values, place.get(keyword) or place)
        else:
            self.shape.choices.append((place.get(keyword) or place, left))


def _not_in(place: Place) -> Place | None:
    """What is denied by a schema that denies something and says nothing else."""
    inner = group(place).place
    said = inner.node.keys() - ANNOTATIONS.keys() if is_object(inner.node) else set[str]()
    return inner.get("not") if said == {"not"} else None


def _flattened(place: Place, keyword: str) -> Iterator[Group]:
    """The alternatives of a keyword, with nested choices flattened."""
    waiting, seen = [*place.items(keyword)][::-1], {below(place.pointer, keyword)}
    while waiting:
        branch = group(waiting.pop())
        node = branch.place.node
        said = node.keys() - ANNOTATIONS.keys() if is_object(node) else set[str]()
        inner = next((name for name in ("anyOf", "oneOf") if said == {name}), None)
        if inner is None or below(branch.place.pointer, inner) in seen:
            yield branch
        else:
            seen.add(below(branch.place.pointer, inner))
            waiting += [*branch.place.items(inner)][::-1]


def _as_format(place: Place, name: str) -> str | None:
    """The format that a keyword of JSON Schema stands for, if any."""
    node = place.members
    if name == "contentEncoding":
        return _ENCODINGS.get(str(node[name]))
    if name == "contentMediaType" and "contentEncoding" not in node:
        return "binary" if node[name] == _BINARY else str(node[name])
    return None


def _limit(place: Place, name: str) -> float | None:
    """The number of a keyword; a Boolean (OpenAPI 3.0) is not a limit."""
    limit = place.members.get(name)
    if limit is None or isinstance(limit, bool):
        return None
    if is_number(limit):
        return limit
    return place.refuse(f"has a `{name}` that is not a number")


def _whole(keyword: str, limit: float, outside: bool) -> float:
    """The inclusive bound of an integer that means the same as any bound of a number."""
    if isinstance(limit, int) or not math.isfinite(limit):
        return limit + (outside and (1, -1)[keyword in UPPER])
    if keyword in UPPER:
        return math.ceil(limit) - 1 if outside else math.floor(limit)
    return math.floor(limit) + 1 if outside else math.ceil(limit)


def _says_nothing(place: Place, name: str) -> bool:
    """Whether any value satisfies a keyword without a schema where it stands."""
    value, beside = place.members[name], place.members
    if name in ("minContains", "maxContains") and "contains" not in beside:
        return True
    if name == "minContains" and value == 1:
        return True
    if name in ("contains", "minContains") and "maxContains" not in beside:
        return beside.get("minContains") == 0
    if name == "uniqueItems":
        return value is False or beside.get("maxItems") in (0, 1)
    if name == "dependentRequired" and is_object(value):
        return all(not names or names == [each] for each, names in value.items())
    return name == "pattern" and isinstance(value, str) and value in _ANY_TEXT


def _said(node: Json) -> str:
    """What a schema says, as text. Schemas of one document with equal texts mean the same."""
    if is_object(node):
        return canonical({name: each for name, each in node.items() if name not in ANNOTATIONS})
    return canonical(node)


def _is_whole(step: Json) -> bool:
    return is_number(step) and step > 0 and (isinstance(step, int) or step.is_integer())


def _divides_one(step: Json) -> bool:
    """Whether every whole number is a multiple of a number, as of 1 and of 0.5."""
    return is_number(step) and step > 0 and (1 / step).is_integer()
