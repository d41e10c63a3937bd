"""Compares two schemas in the same position and in one direction, request or response.

It compares the shapes that `_shapes` makes of schemas, and finds the rule for each difference. A
pair that appears again in the same direction is not compared again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Final, Literal, TypeAlias

from ..openapi import DocumentRefused, Json, Place, Unchanged, below, canonical
from ._shapes import ANNOTATIONS, Fact, Group, Shape, Shapes, group, tightness, within
from ._walk import ABSENT, Absent, Scope

Direction: TypeAlias = Literal["request", "response"]
_Rest: TypeAlias = Group | Literal[False] | None
"""The schema of members beyond those listed; None if they are free, False if there are none."""

# Each format and a wider one.
_WIDER: Final = frozenset({('"int32"', '"int64"'), ('"float"', '"double"')})
# Formats that the client decodes; it leaves values of other formats as they are.
_DECODED: Final = frozenset({'"date-time"'})
# Formats that a server checks. Others, such as "password" or "markdown", are for people.
_CHECKED: Final = _DECODED | {
    f'"{name}"'
    for name in (
        *(
            "date",
            "time",
            "duration",
            "email",
            "idn-email",
            "hostname",
            "idn-hostname",
            "ipv4",
            "ipv6",
        ),
        *("uri", "uri-reference", "uri-template", "iri", "iri-reference", "url", "uuid", "regex"),
        *("json-pointer", "relative-json-pointer", "int32", "float", "byte", "binary", "decimal"),
    )
}

_WHOLE: Final[Mapping[str, str]] = {"pattern": "pattern", "format": "format"}

# The keyword that excludes a member from one direction.
_HIDDEN: Final[Mapping[Direction, str]] = {"request": "readOnly", "response": "writeOnly"}
_MARKS: Final = (("readOnly", "read-only"), ("writeOnly", "write-only"))

# Members beyond those listed: what the documents say, old and new, and the rule.
_OTHERS: Final[Mapping[tuple[str, str], str]] = {
    ("open", "closed"): "other-members-refused",
    ("typed", "closed"): "other-members-refused",
    ("closed", "open"): "other-members-allowed",
    ("closed", "typed"): "other-members-allowed",
    ("open", "typed"): "other-members-typed",
    ("typed", "open"): "other-members-untyped",
}


def compare_notes(scope: Scope, base: Place, head: Place) -> None:
    """Report differences in annotations and extensions of two objects that are not schemas."""
    _compare_notes(scope, _notes(base), _notes(head))


def _notes(place: Place) -> dict[str, Fact]:
    return {
        name: Fact(each.node, each)
        for name, each in place.each()
        if name in ANNOTATIONS or name.startswith("x-")
    }


def _compare_notes(scope: Scope, old: Mapping[str, Fact], new: Mapping[str, Fact]) -> None:
    for name in sorted({*old, *new}):
        was, now = old.get(name), new.get(name)
        where = now or was
        if where is None or _same(was, now):
            continue
        if name in ANNOTATIONS:
            told = {"old": _value(was), "new": _value(now)} if name == "title" else {}
            scope.report(ANNOTATIONS[name], where.place, **told)
        elif name.startswith("x-"):
            scope.report(
                "extension-changed", where.place, name=name, old=_value(was), new=_value(now)
            )


def _same(one: Fact | None, other: Fact | None) -> bool:
    if one is None or other is None:
        return one is other
    return canonical(one.value) == canonical(other.value)


def _value(fact: Fact | None) -> Json | Absent:
    return ABSENT if fact is None else fact.value


class SchemaComparison:
    """Compares schemas of two documents, anywhere in them."""

    def __init__(self, unchanged: Unchanged) -> None:
        self.old = Shapes()
        self.new = Shapes()
        self.unchanged = unchanged

    def alike(self, base: Group, head: Group) -> bool:
        """Whether two groups are one schema each, and these are written alike."""
        single = len(base.parts) == len(head.parts) == 1
        return single and self.unchanged(base.place, head.place)

    def at(
        self, scope: Scope, base: Place | None, head: Place | None, direction: Direction
    ) -> None:
        """Compare two schemas; a missing schema allows anything."""
        there = head or base
        if there is None:
            return
        one = group(base) if base else Group(there, ())
        other = group(head) if head else Group(there, ())
        self.compare(scope, one, other, direction)

    def compare(
        self, scope: Scope, base: Group, head: Group, direction: Direction, *, nulls: bool = True
    ) -> None:
        """Plan the comparison; if `nulls` is false, an enclosing schema decides about null."""
        if not base.parts and not head.parts:
            return
        if self.alike(base, head):
            return
        key = ("schema", base.key or base.site.pointer, head.key or head.site.pointer)
        scope.visit(
            (*key, direction, nulls),
            lambda inner: _Pair(self, inner, (base, head), direction, nulls=nulls).compare(),
        )


class _Pair:
    """One comparison of two groups."""

    def __init__(
        self,
        comparison: SchemaComparison,
        scope: Scope,
        groups: tuple[Group, Group],
        direction: Direction,
        *,
        nulls: bool,
    ) -> None:
        self.comparison = comparison
        self.scope = scope
        self.direction: Direction = direction
        self.nulls = nulls
        self.groups = groups
        self.alternatives_removed = self.alternatives_added = False
        self.paired: dict[str, str] = {}
        self.old: Shape = comparison.old.of(groups[0])
        self.new: Shape = comparison.new.of(groups[1])

    def compare(self) -> None:
        """Report the differences, and plan the comparison of nested schemas."""
        old, new = self.old, self.new
        if old.any != new.any:
            # A schema on one side and an empty one on the other are one difference, not many.
            self._types()
            return
        self._annotations()
        if bool(old.choices) != bool(new.choices):
            self._one_and_several()
        else:
            if self._types():
                return
            for one, other in zip_longest(old.choices, new.choices):
                self._choices(one, other)
            self._discriminator()
        self._nullability()
        if bool(old.choices) == bool(new.choices):
            self._values()
            self._default()
            self._bounds()
            self._rules()
            if "object" in old.types & new.types:
                self._members()
                self._others()
            if "array" in old.types & new.types:
                self._items()

    def _report(self, what: str, where: Place, **fields: Json | Absent) -> None:
        self.scope.report(f"{self.direction}-{what}", where, **fields)

    def _annotations(self) -> None:
        old, new = self.old, self.new
        _compare_notes(self.scope, old.notes, new.notes)
        was, now = old.notes.get("deprecated"), new.notes.get("deprecated")
        if now and not was:
            self.scope.report("schema-deprecated", now.place)
        if was and not now:
            self.scope.report("schema-no-longer-deprecated", was.place)

    def _types(self) -> bool:
        """Report different types; true if nothing else can be compared."""
        old, new = self.old, self.new
        if old.types == new.types and old.any == new.any:
            return False
        fewer = old.any or (
            bool(new.types or new.nullable) and all(within(name, old.types) for name in new.types)
        )
        more = new.any or all(within(name, new.types) for name in old.types)
        what = (
            "type-narrowed" if fewer and not new.any else "type-widened" if more else "type-changed"
        )
        where = new.types_at or old.types_at or new.place
        self._report(what, where, old=_types(old), new=_types(new))
        return old.any != new.any or not (fewer or more)

    def _nullability(self) -> None:
        if not self.nulls or self.old.nullable == self.new.nullable:
            return
        what = "became-nullable" if self.new.nullable else "no-longer-nullable"
        self._report(what, self.new.nullable_at or self.new.place)

    def _values(self) -> None:
        old, new = self.old.values, self.new.values
        if old is None and new is None:
            return
        if old is None or new is None:
            shape, what = (self.new, "enum-added") if old is None else (self.old, "enum-removed")
            told = [fact.value for fact in (shape.values or {}).values()]
            self._report(
                what, shape.values_at or shape.place, **{"new" if old is None else "old": told}
            )
            return
        if len(old) == len(new) == 1 and old.keys() != new.keys():
            was, now = next(iter(old.values())), next(iter(new.values()))
            self._report(
                "const-changed", self.new.values_at or now.place, old=was.value, new=now.value
            )
            return
        for text in old.keys() - new.keys():
            self._report("enum-value-removed", old[text].place, old=old[text].value)
        for text in new.keys() - old.keys():
            self._report("enum-value-added", new[text].place, new=new[text].value)

    def _default(self) -> None:
        was, now = self.old.notes.get("default"), self.new.notes.get("default")
        where = now or was
        if where is None or _same(was, now):
            return
        what = "changed" if was and now else "added" if now else "removed"
        fields = {"old": _value(was)} if was else {}
        if now:
            fields["new"] = now.value
        self._report(f"default-{what}", where.place, **fields)

    def _concerned(self, keyword: str) -> bool:
        """Whether a keyword restricts values before and after; if not, the types say it all."""
        return self.old.concerned(keyword) and self.new.concerned(keyword)

    def _bounds(self) -> None:
        old, new = self.old.bounds, self.new.bounds
        for keyword in filter(self._concerned, old.keys() | new.keys()):
            was, now = old.get(keyword), new.get(keyword)
            if was and now and was[:2] == now[:2]:
                continue
            tighter = not was or (
                now is not None and tightness(keyword, *now[:2]) > tightness(keyword, *was[:2])
            )
            there = now or was
            assert there is not None
            self._report(
                f"bound-{'tightened' if tighter else 'loosened'}",
                there[2].place,
                name=there[2].place.pointer.rpartition("/")[2],
                old=_value(was[2] if was else None),
                new=_value(now[2] if now else None),
            )

    def _rules(self) -> None:
        for name in filter(self._concerned, self.old.rules.keys() | self.new.rules.keys()):
            old, new = self.old.rules.get(name, {}), self.new.rules.get(name, {})
            if old.keys() == new.keys():
                continue
            pair = ("".join(old), "".join(new))
            if not old or old.keys() < new.keys() or pair[::-1] in _WIDER:
                how = "tightened"
            elif not new or old.keys() > new.keys() or pair in _WIDER:
                how = "loosened"
            else:
                how = "changed"
            if name == "format" and not self._format_matters(old, new):
                how = "hint-changed"
            what = _WHOLE.get(name, "constraint")
            fields: dict[str, Json | Absent] = (
                {"old": _fact_values(old), "new": _fact_values(new)}
                if name in _WHOLE
                else {"name": name}
            )
            added = [new[text] for text in new.keys() - old.keys()] or [*new.values()]
            where = min((added or [*old.values()]), key=lambda fact: fact.place.pointer).place
            self._report(f"{what}-{how}", where, **fields)

    def _format_matters(self, old: Mapping[str, Fact], new: Mapping[str, Fact]) -> bool:
        """Whether a different format affects what is sent or decoded."""
        if self.direction == "response":
            return not old or bool(old.keys() & _DECODED)
        return bool((old.keys() | new.keys()) & _CHECKED) and not (
            not old and new.keys() <= {'"int64"', '"double"'}
        )

    def _discriminator(self) -> None:
        """Report a different discriminator, and its values."""
        old, new = self.old.discriminator, self.new.discriminator
        if old is None or new is None:
            return  # a discriminator does not change the alternatives
        was, now = old.members.get("propertyName"), new.members.get("propertyName")
        if was != now:
            self._report("discriminator-changed", new, old=was, new=now)
            return
        values, others = dict(old.each("mapping")), dict(new.each("mapping"))
        for name in values.keys() & others.keys():
            target = _chosen(others[name])
            if self.paired.get(_chosen(values[name]), target) != target:
                self._report("discriminator-value-moved", others[name], new=name)
        # A value for a new alternative is part of that difference.
        if not self.alternatives_removed:
            for name in values.keys() - others.keys():
                if not _implied(values[name], name):
                    self._report("discriminator-value-removed", values[name], old=name)
        if not self.alternatives_added:
            for name in others.keys() - values.keys():
                if not _implied(others[name], name):
                    self._report("discriminator-value-added", others[name], new=name)

    def _members(self) -> None:
        for name in self.old.members.keys() | self.new.members.keys():
            was, now = self.old.members.get(name), self.new.members.get(name)
            if was is not None and now is not None:
                self._member(name, was, now)
            elif was is not None and not self._hidden(self.comparison.old.of(was)):
                self._report("member-removed", was.site, name=name)
            elif now is not None and not self._hidden(self.comparison.new.of(now)):
                self._member_added(name, now)
        known = self.old.members.keys() | self.new.members.keys()
        for name in (self.old.required ^ self.new.required) - known:
            self._required(name, self.new.at("required"))

    def _hidden(self, shape: Shape) -> bool:
        return _HIDDEN[self.direction] in shape.notes

    def _member_added(self, name: str, now: Group) -> None:
        if self.direction == "request" and name in self.new.required:
            self._report("required-member-added", now.site, name=name)
        else:
            self._report("member-added", now.site, name=name)
        if isinstance(before := _rest(self.old, self.comparison.old), Group):
            self.comparison.compare(self.scope, before, now, self.direction)

    def _member(self, name: str, was: Group, now: Group) -> None:
        as_required = (name in self.old.required) == (name in self.new.required)
        if as_required and self.comparison.alike(was, now):
            return
        old, new = self.comparison.old.of(was), self.comparison.new.of(now)
        for mark, word in _MARKS:
            if (mark in old.notes) == (mark in new.notes):
                continue
            if mark in new.notes:
                self._report(f"member-became-{word}", now.site, name=name)
            elif self._hidden(old) and self.direction == "request" and name in self.new.required:
                self._report("required-member-added", now.site, name=name)
            else:
                self._report(f"member-no-longer-{word}", now.site, name=name)
        if self._hidden(old) or self._hidden(new):
            return
        if (name in self.old.required) != (name in self.new.required):
            self._required(name, now.site)
        self.comparison.compare(self.scope, was, now, self.direction)

    def _required(self, name: str, where: Place) -> None:
        now = name in self.new.required
        self._report(f"member-became-{'required' if now else 'optional'}", where, name=name)

    def _others(self) -> None:
        """Compare members beyond those listed, also by the patterns of their names."""
        old, new = _rest(self.old, self.comparison.old), _rest(self.new, self.comparison.new)
        where = self.new.others_at or self.old.others_at or self.new.place
        self._rest(old, new, where)
        for name in sorted(self.old.patterns.keys() | self.new.patterns.keys()):
            was, now = self.old.patterns.get(name), self.new.patterns.get(name)
            site = (now or was or self.groups[1]).site
            self._rest(
                old if was is None else _typed(was, self.comparison.old),
                new if now is None else _typed(now, self.comparison.new),
                site,
            )

    def _rest(self, old: _Rest, new: _Rest, where: Place) -> None:
        was, now = _state(old), _state(new)
        if isinstance(old, Group) and isinstance(new, Group):
            self.comparison.compare(self.scope, old, new, self.direction)
        elif (self.direction, was, now) == ("response", "typed", "closed"):
            self._report("map-values-removed", where)
        elif was != now:
            self._report(_OTHERS[was, now], where)

    def _items(self) -> None:
        for one, other in zip_longest(self.old.prefix, self.new.prefix):
            self._item(one, other)
        self._item(None, None)

    def _item(self, one: Group | None, other: Group | None) -> None:
        """Compare the schemas of an item; the general one holds where it has none of its own."""
        old = one or self.old.items or Group(self.old.place, ())
        new = other or self.new.items or Group(self.new.place, ())
        self.comparison.compare(self.scope, old, new, self.direction)

    def _one_and_several(self) -> None:
        """Compare alternatives on one side with a single schema on the other."""
        base, head = self.groups
        if self.old.choices:
            self._match(self.old.choices[0][1], [head])
        else:
            self._match([base], self.new.choices[0][1])

    def _choices(
        self, old: tuple[Place, list[Group]] | None, new: tuple[Place, list[Group]] | None
    ) -> None:
        if old is not None and new is not None:
            self._match(old[1], new[1])
        elif new is not None:
            self._report("constraint-tightened", new[0], name=new[0].pointer.rpartition("/")[2])
        elif old is not None:
            self._report("constraint-loosened", old[0], name=old[0].pointer.rpartition("/")[2])

    def _match(self, old: list[Group], new: list[Group]) -> None:
        """Pair the most similar alternatives; those left over are gone or new."""
        gone, added = dict(enumerate(old)), dict(enumerate(new))
        for one, other in self._pairs(old, new):
            if one in gone and other in added:
                base, head = gone.pop(one), added.pop(other)
                self.paired[base.place.pointer] = head.place.pointer
                self.comparison.compare(self.scope, base, head, self.direction, nulls=False)
        self.alternatives_removed |= bool(gone)
        self.alternatives_added |= bool(added)
        for alternative in gone.values():
            self._report("alternative-removed", alternative.site)
        for alternative in added.values():
            self._report("alternative-added", alternative.site)

    def _pairs(self, old: list[Group], new: list[Group]) -> Iterator[tuple[int, int]]:
        """All pairs that may be the same alternative, most similar first."""
        likeness = sorted(
            (-_similarity(self.comparison, one, other), abs(i - j), i, j)
            for i, one in enumerate(old)
            for j, other in enumerate(new)
        )
        yield from ((i, j) for negative, _, i, j in likeness if negative)


def _similarity(comparison: SchemaComparison, one: Group, other: Group) -> int:
    """How similar two alternatives are; 0 means that they are not the same."""
    if _text(one) == _text(other):
        return 100
    old, new = comparison.old.of(one), comparison.new.of(other)
    listed = old.members.keys() | new.members.keys()
    shared = old.members.keys() & new.members.keys()
    for name in shared:
        was = comparison.old.of(old.members[name]).values
        now = comparison.new.of(new.members[name]).values
        if was and now and len(was) == len(now) == 1:  # a tag
            return 90 if was.keys() == now.keys() else 0
    if old.any or new.any:
        return 1
    either_way = ((old.types, new.types), (new.types, old.types))
    if not any(within(name, types) for names, types in either_way for name in names):
        return 0
    if _component(one) == _component(other) is not None:
        return 80
    return 10 + (50 * len(shared) // len(listed) if listed else 25)


def _chosen(value: Place) -> str:
    """The pointer of the alternative that a value chooses, by its reference or its name."""
    name = str(value.node)
    reference = name if name.startswith("#") else f"#{below('/components/schemas', name)}"
    try:
        return group(value.document.target(reference, value.pointer)).place.pointer
    except DocumentRefused:
        return name


def _implied(value: Place, name: str) -> bool:
    """Whether a value is the name of the schema it chooses, as without a mapping."""
    return _chosen(value) == below("/components/schemas", name)


def _component(alternative: Group) -> str | None:
    pointer = alternative.place.pointer
    return pointer if pointer.startswith("/components/") else None


def _text(alternative: Group) -> str:
    """The schema as written; two that are written alike are the same alternative."""
    return canonical([part.node for part in alternative.parts])


def _types(shape: Shape) -> Json:
    if shape.any:
        return "anything"
    if shape.choices:
        return "one of several"
    names = sorted(shape.types)
    return names[0] if len(names) == 1 else names


def _fact_values(facts: Mapping[str, Fact]) -> Json | Absent:
    values = [fact.value for _, fact in sorted(facts.items())]
    return values[0] if len(values) == 1 else values or ABSENT


def _rest(shape: Shape, shapes: Shapes) -> _Rest:
    """What members beyond those listed are like."""
    if shape.closed:
        return False
    return None if shape.others is None else _typed(shape.others, shapes)


def _typed(schemas: Group, shapes: Shapes) -> _Rest:
    shape = shapes.of(schemas)
    return False if shape.verdict is False else None if shape.any else schemas


def _state(rest: _Rest) -> str:
    return "closed" if rest is False else "open" if rest is None else "typed"
