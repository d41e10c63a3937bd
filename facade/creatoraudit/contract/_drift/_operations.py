"""Compares everything but schemas: operations, parameters, bodies, responses and the document.

Operations are matched by method and path with blanked parameter names, parameters by place and
name, responses by status. Webhooks and callbacks are compared the other way round: the client reads
what they send. Components that no operation uses are not compared.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from ..openapi import (
    HOLDER,
    METHODS,
    Document,
    DocumentRefused,
    Json,
    Operation,
    Place,
    Unchanged,
    canonical,
    is_array,
    operations,
)
from ._schemas import Direction, SchemaComparison, compare_notes
from ._security import SecurityComparison
from ._shapes import ANNOTATIONS, Shape
from ._walk import ABSENT, Absent, Difference, Scope, Walk

_PARAMETER_NAME = re.compile(r"\{([^{}]*)\}")

# Header parameters that OpenAPI ignores, because other parts of the document state them.
_NOT_PARAMETERS: Final = frozenset({"accept", "content-type", "authorization"})

# Bodies whose members are encoded one by one; `encoding` applies to no others.
_FORM: Final = "application/x-www-form-urlencoded"
_ENCODED: Final = ("multipart/", _FORM)

_STYLES: Final[Mapping[str, str]] = {
    "query": "form",
    "cookie": "form",
    "path": "simple",
    "header": "simple",
    "querystring": "form",
}


class Parameter(NamedTuple):
    """One parameter of an operation; path parameters are identified by position."""

    name: str
    kind: str
    place: Place

    @property
    def required(self) -> bool:
        """Whether every call must send it."""
        return self.kind == "path" or self.place.flag("required")


def compare(base: Document, head: Document) -> list[Difference]:
    """All differences in `head` for a client made from `base`."""
    walk = Walk(base, head)
    comparison = _Comparison(base, head)
    walk.start(("document",), comparison.document)
    unreadable: list[DocumentRefused] = []
    old, new = operations(base, unreadable), operations(head, unreadable)
    for refused in unreadable:
        Scope(walk, ("document",)).unreadable(refused)
    for key in {**old, **new}:
        was, now = old.get(key), new.get(key)
        there = now or was
        assert there is not None

        def work(scope: Scope, was: Operation | None = was, now: Operation | None = now) -> None:
            comparison.operation(scope, was, now)

        walk.start(("operation", key), work, there.label)
    Scope(walk, ("document",)).attempt(comparison.webhooks)
    return walk.findings()


def webhooks(document: Document) -> dict[str, Place]:
    """The webhooks of a document by method and name."""
    return _sent(document.top, "webhooks", "webhook")


def _callbacks(operation: Place) -> dict[str, Place]:
    """The callbacks of an operation by method, name and URL."""
    found: dict[str, Place] = {}
    for name, each in operation.each("callbacks"):
        callback = each.resolved()
        if not name.startswith("x-"):
            found |= _sent(callback, "", f"callback {name}")
    return found


def _sent(holder: Place, member: str, what: str) -> dict[str, Place]:
    """The operations below the names of an object."""
    found: dict[str, Place] = {}
    for name, each in holder.each(member):
        if name.startswith("x-"):
            continue
        item = each.resolved()
        for method in METHODS:
            if (place := item.get(method)) is not None:
                found[f"{method.upper()} {what} {name}"] = place
    return found


def _only(places: Mapping[str, Place], name: str) -> dict[str, Place]:
    return {name: places[name]} if name in places else {}


def _unbundled(top: Place) -> Place:
    """A document without the files that were bundled into it."""
    members = {name: node for name, node in top.members.items() if name != HOLDER}
    return Place(top.document, top.pointer, members)


def _shared(item: Place) -> Place:
    """A path, without its operations."""
    members = {name: node for name, node in item.members.items() if name not in METHODS}
    return Place(item.document, item.pointer, members)


def _encoding(place: Place | None, shape: Shape | None, media_type: str) -> str:
    """How a member of a form is encoded; equal for the default and for a default written out."""
    said = {
        name: value
        for name, value in (place.members if place else {}).items()
        if name not in ANNOTATIONS and not name.startswith("x-") and value != {}
    }
    if said.keys() & {"style", "explode", "allowReserved"}:
        # Then the media type says nothing, and a form is what it is without an encoding.
        style = str(said.get("style", "form"))
        said.pop("contentType", None)
        said |= {"style": style, "explode": said.get("explode", style == "form")}
        usual = {"style": "form", "explode": True, "allowReserved": False}
        if media_type == _FORM and {**usual, **said} == usual:
            return ""
    elif said.get("contentType", "") == _part_type(shape):
        del said["contentType"]
    return canonical(said) if said else ""


def _part_type(shape: Shape | None) -> str | None:
    """The media type of a part of a form for which none is given; None where it depends."""
    if shape is None or not shape.types:
        return None
    if shape.types == {"object"}:
        return "application/json"
    return None if shape.types & {"array", "object"} else "text/plain"


class _Comparison:
    """The comparison of two documents, object by object."""

    def __init__(self, base: Document, head: Document) -> None:
        self.base = base
        self.head = head
        self.unchanged = Unchanged(base, head)
        self.schemas = SchemaComparison(self.unchanged)
        self.security = SecurityComparison(base, head)

    # ------------------------------------------------------------------------ the document

    def webhooks(self, scope: Scope) -> None:
        """Plan the comparison of all webhooks."""
        hooks, others = webhooks(self.base), webhooks(self.head)
        for name in {**hooks, **others}:

            def come(inner: Scope, name: str = name) -> None:
                self.incoming(inner, _only(hooks, name), _only(others, name))

            scope.walk.start(("webhook", name), come, name)

    def document(self, scope: Scope) -> None:
        """Compare the document as a whole: info, servers, tags."""
        base, head = self.base.top, self.head.top
        _report_member(scope, base, head, "servers", "servers-changed")
        _report_member(
            scope, base, head, "tags", "document-tags-changed", told=False, unordered=True
        )
        compare_notes(scope, _unbundled(base), _unbundled(head))
        info_base, info_head = base.get("info"), head.get("info")
        if info_base and info_head:
            for name in {**info_base.members, **info_head.members}:
                _report_member(scope, info_base, info_head, name, "info-changed", called=name)
        self.security.unused(scope)

    # ----------------------------------------------------------------------- an operation

    def operation(self, scope: Scope, was: Operation | None, now: Operation | None) -> None:
        """Compare an operation, or report that it is gone or new."""
        if was is None or now is None:
            there, rule = (was, "operation-removed") if was else (now, "operation-added")
            assert there is not None
            scope.report(rule, there.place, name=there.label)
            return
        base, head = was.place, now.place
        if self._unchanged(was, now):
            scope.attempt(lambda _: self.security.compare(scope, base, head))
            return
        compare_notes(scope, base, head)
        compare_notes(scope, was.item, now.item)
        _report_member(scope, base, head, "operationId", "operation-id-changed")
        _report_member(scope, base, head, "tags", "operation-tags-changed", unordered=True)
        _report_member(scope, base, head, "servers", "servers-changed")
        _report_member(scope, was.item, now.item, "servers", "servers-changed")
        _deprecation(scope, base, head, "operation", name=now.label)
        scope.attempt(lambda _: self.incoming(scope, _callbacks(base), _callbacks(head)))
        scope.attempt(lambda _: self.parameters(scope, was, now))
        scope.attempt(lambda _: self.body(scope, base, head))
        scope.attempt(lambda _: self.responses(scope, base, head))
        scope.attempt(lambda _: self.security.compare(scope, base, head))

    def _unchanged(self, was: Operation, now: Operation) -> bool:
        """Whether all that describes an operation is written alike, but for security schemes."""
        return (
            was.label == now.label
            and self.unchanged(was.place, now.place)
            and self.unchanged(_shared(was.item), _shared(now.item))
        )

    # ------------------------------------------------------------------------- parameters

    def parameters(self, scope: Scope, was: Operation, now: Operation) -> None:
        """Compare the parameters of an operation."""
        old, new = _parameters(scope, was), _parameters(scope, now)
        for key in old.keys() & new.keys():
            self.parameter(scope, old.pop(key), new.pop(key))
        # A path parameter may be in the path without being declared.
        gone = {each.name: each for each in old.values() if each.kind != "path"}
        added = {each.name: each for each in new.values() if each.kind != "path"}
        for name in gone.keys() & added.keys():
            one, other = gone.pop(name), added.pop(name)
            scope.report(
                "parameter-location-changed", other.place, name=name, old=one.kind, new=other.kind
            )
        for each in gone.values():
            scope.report("parameter-removed", each.place, name=each.name, place=each.kind)
        for each in added.values():
            rule = "required-parameter-added" if each.required else "parameter-added"
            scope.report(rule, each.place, name=each.name, place=each.kind)

    def parameter(self, scope: Scope, was: Parameter, now: Parameter) -> None:
        """Compare a parameter; one shared by several operations is compared once."""
        if was.name == now.name and self.unchanged(was.place, now.place):
            return
        key = ("parameter", was.place.pointer, now.place.pointer)
        scope.visit(key, lambda inner: self._parameter(inner, was, now))

    def _parameter(self, scope: Scope, was: Parameter, now: Parameter) -> None:
        base, head = was.place, now.place
        named = {"name": now.name, "place": now.kind}
        compare_notes(scope, base, head)
        if was.name != now.name and now.kind == "path":
            scope.report("path-parameter-renamed", head, old=was.name, new=now.name)
        if was.required != now.required:
            how = "required" if now.required else "optional"
            scope.report(f"parameter-became-{how}", head, **named)
        if base.flag("allowEmptyValue") != head.flag("allowEmptyValue"):
            how = "allowed" if head.flag("allowEmptyValue") else "refused"
            scope.report(f"parameter-empty-value-{how}", head, **named)
        _deprecation(scope, base, head, "parameter", **named)
        self._written(scope, base, head, now.kind, "parameter-serialization-changed", **named)
        self._content(scope, base, head, "request")

    def _written(
        self, scope: Scope, base: Place, head: Place, kind: str, rule: str, **named: Json
    ) -> None:
        """Report a different serialization in a query, a path or a header."""
        # A single value is serialized the same way, exploded or not.
        several = any(
            shape is not None and shape.types & {"array", "object"}
            for shape in (
                self.schemas.old.of_place(base.get("schema")),
                self.schemas.new.of_place(head.get("schema")),
            )
        )
        old, new = (_way(place, kind, several) for place in (base, head))
        if old != new:
            scope.report(rule, head, old=old, new=new, **named)

    def _content(self, scope: Scope, base: Place, head: Place, direction: Direction) -> None:
        """Compare the schema of a parameter or a header, directly or in its content."""
        old, new = _described(base), _described(head)
        self.schemas.at(scope, old, new, direction)

    # ---------------------------------------------------------------------------- the body

    def body(self, scope: Scope, base: Place, head: Place) -> None:
        """Compare the request bodies of an operation."""
        was, now = base.get("requestBody"), head.get("requestBody")
        if was is None or now is None:
            if was is not None:
                scope.report("request-body-removed", was)
            elif now is not None:
                required = now.resolved().flag("required")
                scope.report(
                    "required-request-body-added" if required else "request-body-added", now
                )
            return
        old, new = was.resolved(), now.resolved()
        key = ("body", old.pointer, new.pointer)
        scope.visit(key, lambda inner: self._body(inner, old, new))

    def _body(self, scope: Scope, base: Place, head: Place) -> None:
        compare_notes(scope, base, head)
        _requirement(scope, base, head, "request-body")
        self._media_types(scope, base, head, "request")

    def _media_types(self, scope: Scope, base: Place, head: Place, direction: Direction) -> None:
        old, new = _media(base), _media(head)
        for name, was in old.items():
            # A range covers the types that a request sends; of a range read, a type may remain.
            found = new.get(name) or next(
                (
                    each
                    for other, each in new.items()
                    if (_covers(other, name) if direction == "request" else _covers(name, other))
                ),
                None,
            )
            if found is None:
                scope.report(f"{direction}-media-type-removed", was, name=name)
                continue
            compare_notes(scope, was, found)
            if direction == "request" and name.startswith(_ENCODED):
                self._encodings(scope, was, found, name)
            for member in ("schema", "itemSchema"):
                self.schemas.at(scope, was.get(member), found.get(member), direction)
        for name, now in new.items():
            if not any(_covers(other, name) for other in old):
                scope.report(f"{direction}-media-type-added", now, name=name)

    def _encodings(self, scope: Scope, base: Place, head: Place, media_type: str) -> None:
        """Compare the encodings of the members of a form, where they are not the default."""
        old, new = dict(base.each("encoding")), dict(head.each("encoding"))
        shape = self.schemas.new.of_place(head.get("schema"))
        required = shape.required if shape else frozenset()
        for name in sorted(old.keys() | new.keys()):
            was, now = old.get(name), new.get(name)
            member = shape.members.get(name) if shape else None
            kinds = self.schemas.new.of(member) if member else None
            if _encoding(was, kinds, media_type) == _encoding(now, kinds, media_type):
                continue
            there = now or was
            assert there is not None
            added = was is None and name not in required
            scope.report(f"request-encoding-{'added' if added else 'changed'}", there, name=name)

    # ------------------------------------------------------------- webhooks and callbacks

    def incoming(self, scope: Scope, old: Mapping[str, Place], new: Mapping[str, Place]) -> None:
        """Compare requests that the API sends."""
        for name in sorted(old.keys() | new.keys()):
            was, now = old.get(name), new.get(name)
            if was is not None and now is not None:
                self._incoming(scope, name, was, now)
            elif was is not None:
                scope.report("webhook-removed", was, name=name)
            elif now is not None:
                scope.report("webhook-added", now, name=name)

    def _incoming(self, scope: Scope, name: str, base: Place, head: Place) -> None:
        compare_notes(scope, base, head)
        _deprecation(scope, base, head, "webhook", name=name)
        was, now = base.get("requestBody"), head.get("requestBody")
        if was is not None and now is not None:
            old, new = was.resolved(), now.resolved()
            _requirement(scope, old, new, "webhook-body", name=name)
            self._media_types(scope, old, new, "response")
        elif was is not None:
            scope.report("webhook-body-removed", was, name=name)
        elif now is not None:
            scope.report("webhook-body-added", now, name=name)
        taken, given = _statuses(base), _statuses(head)
        for status in sorted(taken.keys() | given.keys()):
            one, other = taken.get(status), given.get(status)
            if one is not None and other is not None:
                self._media_types(scope, one.resolved(), other.resolved(), "request")
            elif one is not None:
                scope.report("webhook-status-removed", one, name=name, status=status)
            elif other is not None:
                scope.report("webhook-status-added", other, name=name, status=status)

    # ----------------------------------------------------------------------- the responses

    def responses(self, scope: Scope, base: Place, head: Place) -> None:
        """Compare the responses of an operation, status by status."""
        old, new = _statuses(base), _statuses(head)
        for status, was in old.items():
            if (now := _replacement(status, new)) is not None:
                self.response(scope, was, now)
            else:
                scope.report(_status_rule(status, "removed"), was, name=status)
        for status, now in new.items():
            if status in old:
                continue
            if (before := _response_for(old, status)) is not None:
                self.response(scope, before, now)
            else:
                scope.report(_status_rule(status, "added"), now, name=status)

    def response(self, scope: Scope, base: Place, head: Place) -> None:
        """Compare a response; one shared by several operations is compared once."""

        def visit(_: Scope) -> None:
            old, new = base.resolved(), head.resolved()
            key = ("response", old.pointer, new.pointer)
            scope.visit(key, lambda inner: self._response(inner, old, new))

        scope.attempt(visit)

    def _response(self, scope: Scope, base: Place, head: Place) -> None:
        compare_notes(scope, base, head)
        _report_member(scope, base, head, "links", "response-links-changed", told=False)
        self._media_types(scope, base, head, "response")
        old, new = _headers(base), _headers(head)
        for name, (said, was) in old.items():
            if name not in new:
                scope.report("response-header-removed", was, name=said)
                continue
            self._header(scope, said, was, new[name][1])
        for name in new.keys() - old.keys():
            said, now = new[name]
            scope.report("response-header-added", now, name=said)

    def _header(self, scope: Scope, name: str, base: Place, head: Place) -> None:
        def visit(_: Scope) -> None:
            old, new = base.resolved(), head.resolved()
            key = ("header", old.pointer, new.pointer)
            scope.visit(key, lambda inner: self._one_header(inner, name, old, new))

        scope.attempt(visit)

    def _one_header(self, scope: Scope, name: str, base: Place, head: Place) -> None:
        compare_notes(scope, base, head)
        _requirement(scope, base, head, "response-header", name=name)
        _deprecation(scope, base, head, "response-header", name=name)
        rule = "response-header-serialization-changed"
        self._written(scope, base, head, "header", rule, name=name)
        self._content(scope, base, head, "response")


def _report_member(
    scope: Scope,
    base: Place,
    head: Place,
    member: str,
    rule: str,
    *,
    called: str | None = None,
    told: bool = True,
    unordered: bool = False,
) -> None:
    """Report a member that is compared as a whole."""
    was, now = base.get(member), head.get(member)
    where = now or was
    if where is None or (was and now and _same(was.node, now.node, unordered=unordered)):
        return
    fields: dict[str, Json | Absent] = {} if called is None else {"name": called}
    if told:
        fields["old"] = was.node if was else ABSENT
        fields["new"] = now.node if now else ABSENT
    scope.report(rule, where, **fields)


def _same(one: Json, other: Json, *, unordered: bool) -> bool:
    if unordered and is_array(one) and is_array(other):
        return sorted(map(canonical, one)) == sorted(map(canonical, other))
    return canonical(one) == canonical(other)


def _requirement(scope: Scope, base: Place, head: Place, what: str, **named: Json) -> None:
    if base.flag("required") != head.flag("required"):
        how = "required" if head.flag("required") else "optional"
        scope.report(f"{what}-became-{how}", head, **named)


def _deprecation(scope: Scope, base: Place, head: Place, what: str, **named: Json) -> None:
    if base.flag("deprecated") != head.flag("deprecated"):
        how = "deprecated" if head.flag("deprecated") else "no-longer-deprecated"
        scope.report(f"{what}-{how}", head, **named)


def _parameters(scope: Scope, operation: Operation) -> dict[tuple[str, str], Parameter]:
    """The parameters of an operation and its path, by place and name or position."""
    positions = {name: index for index, name in enumerate(_PARAMETER_NAME.findall(operation.path))}
    found: dict[tuple[str, str], Parameter] = {}
    for holder in (operation.item, operation.place):
        for each in holder.items("parameters"):
            try:
                place = each.resolved()
                name, kind = place.text("name"), place.text("in")
                if kind not in _STYLES:
                    place.refuse("is a parameter in no place that OpenAPI knows")
            except DocumentRefused as refused:
                scope.unreadable(refused)
                continue
            known = str(positions.get(name, name)) if kind == "path" else name
            if kind == "header":
                known = name.lower()
                if known in _NOT_PARAMETERS:
                    continue
            found[kind, known] = Parameter(name, kind, place)
    return found


def _way(place: Place, kind: str, several: bool) -> str:
    """The serialization of a parameter, in words; equal if the bytes sent are equal."""
    if media := next(iter(dict(place.each("content"))), None):
        return _essence(media)
    style = place.members.get("style", _STYLES[kind])
    words = [str(style)]
    explode = place.members.get("explode", style == "form") is True
    if several and style != "deepObject":  # which is always exploded
        words.append("exploded" if explode else "in one")
    if place.flag("allowReserved"):
        words.append("reserved characters as they are")
    return ", ".join(words)


def _described(place: Place) -> Place | None:
    """The schema of a parameter or header."""
    for _, media in place.each("content"):
        return media.get("schema")
    return place.get("schema")


def _essence(media_type: str) -> str:
    """A media type without its parameters."""
    return media_type.partition(";")[0].strip().lower()


def _media(holder: Place) -> dict[str, Place]:
    """The media types of a body; of those that differ in parameters only, one has none."""
    found: dict[str, Place] = {}
    for name, place in sorted(holder.each("content"), key=lambda member: member[0].lower()):
        plain = "".join(name.lower().split()).replace(";charset=utf-8", "")
        found.setdefault(plain if _essence(name) in found else _essence(name), place)
    return found


def _covers(wide: str, narrow: str) -> bool:
    """Whether a media type or range includes another one."""
    if wide in (narrow, "*/*"):
        return True
    return wide.endswith("/*") and narrow.startswith(wide[:-1])


def _statuses(operation: Place) -> dict[str, Place]:
    return {
        status.upper() if status != "default" else status: place
        for status, place in operation.each("responses")
        if not status.startswith("x-")
    }


def _response_for(statuses: Mapping[str, Place], status: str) -> Place | None:
    """The response that describes a status: for the status itself, its range, or the default.

    If a success is listed, the default describes failures only.
    """
    left = not status.startswith("2") or not any(name.startswith("2") for name in statuses)
    names = (status, f"{status[:1]}XX", *(["default"] if left else []))
    return next((statuses[name] for name in names if name in statuses), None)


def _replacement(status: str, statuses: Mapping[str, Place]) -> Place | None:
    """The response that replaces a status; for a range, one of its statuses may remain."""
    narrower = (
        place for name, place in statuses.items() if status[1:] == "XX" and name[:1] == status[:1]
    )
    return _response_for(statuses, status) or next(narrower, None)


def _status_rule(status: str, how: str) -> str:
    if status == "default":
        return f"default-response-{how}"
    return f"{'success' if status.startswith('2') else 'other'}-status-{how}"


def _headers(response: Place) -> dict[str, tuple[str, Place]]:
    return {
        name.lower(): (name, place)
        for name, place in response.each("headers")
        if name.lower() != "content-type"
    }
