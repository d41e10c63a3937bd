"""Compares the credentials that operations need.

Schemes whose name exists on one side only are matched by their content, so that renaming a scheme
is not a difference. A scheme that changed is reported once, not at every operation that uses it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from ..openapi import Document, DocumentRefused, Json, Place, canonical, is_array, operations
from ._schemas import compare_notes
from ._walk import Scope

Needs: TypeAlias = Mapping[str, frozenset[str]]
"""Schemes that are needed together, and the scopes of each."""

_IDENTITY: Final = ("type", "scheme", "in", "name", "openIdConnectUrl")


class SecurityComparison:
    """Compares the security of two documents, operation by operation."""

    def __init__(self, base: Document, head: Document) -> None:
        self.base = base
        self.head = head
        self.refused: list[DocumentRefused] = []
        self.old = _schemes(base, self.refused)
        self.new = _schemes(head, self.refused)
        spare = {
            canonical(_significant(place)): name
            for name, place in self.old.items()
            if name not in self.new
        }
        self.known_as = {
            name: spare.get(canonical(_significant(place)), name)
            for name, place in self.new.items()
            if name not in self.old
        }

    def compare(self, scope: Scope, base: Place, head: Place) -> None:
        """Compare the credentials of one operation."""
        where = head.get("security") or self.head.top.get("security") or head
        old = _alternatives(base.get("security") or self.base.top.get("security"), {})
        new = _alternatives(head.get("security") or self.head.top.get("security"), self.known_as)
        for name in sorted({name for needs in (*old, *new) for name in needs}):
            self._scheme(scope, name)
        if not _scopes(scope, where, old, new):
            _needs(scope, where, old, new)

    def unused(self, scope: Scope) -> None:
        """Report different security of the document if no operation relies on it."""
        for refused in self.refused:
            scope.unreadable(refused)
        was, now = self.base.top.get("security"), self.head.top.get("security")
        if _relied_on(self.base) or _relied_on(self.head):
            return
        if canonical(_as_json(_alternatives(was, {}))) != canonical(
            _as_json(_alternatives(now, self.known_as))
        ):
            scope.report("unused-security-changed", now or was or self.head.top)

    def _scheme(self, scope: Scope, name: str) -> None:
        """Plan the comparison of a scheme that both documents have."""
        here = next((new for new, old in self.known_as.items() if old == name), name)
        was, now = self.old.get(name), self.new.get(here)
        if was is None or now is None:
            return
        old, new = was, now
        key = ("scheme", was.pointer, now.pointer)
        scope.visit(key, lambda inner: _compare_schemes(inner, name, old, new))


def _schemes(document: Document, refused: list[DocumentRefused]) -> dict[str, Place]:
    """The security schemes by name, and what is wrong with those that cannot be read."""
    found: dict[str, Place] = {}
    try:
        components = document.top.get("components")
        for name, each in components.each("securitySchemes") if components else ():
            found[name] = each.resolved()
    except DocumentRefused as error:
        refused.append(error)
    return found


def _significant(scheme: Place) -> dict[str, Json]:
    """The content of each scheme by name, without descriptive text."""
    said: dict[str, Json] = {
        name: scheme.members[name] for name in _IDENTITY if name in scheme.members
    }
    if isinstance(kind := said.get("scheme"), str):
        said["scheme"] = kind.lower()
    for flow_name, flow in scheme.each("flows"):
        for name, value in flow.members.items():
            if name == "scopes":
                said |= {f"{flow_name} scope {each}": True for each, _ in flow.each("scopes")}
            elif not name.startswith("x-"):
                said[f"{flow_name} {name}"] = value
    return said


def _compare_schemes(scope: Scope, name: str, base: Place, head: Place) -> None:
    compare_notes(scope, base, head)
    if base.members.get("bearerFormat") != head.members.get("bearerFormat"):
        scope.report("bearer-format-changed", head.get("bearerFormat") or head)
    old, new = _significant(base), _significant(head)
    changed = {each for each, value in old.items() if new.get(each) != value}
    added = new.keys() - old.keys()
    if changed or added & {*_IDENTITY}:
        told = sorted(changed | (added & {*_IDENTITY}))
        scope.report(
            "security-scheme-changed",
            head,
            name=name,
            old={each: old[each] for each in told if each in old},
            new={each: new[each] for each in told if each in new},
        )
    elif added:
        scope.report("security-scheme-extended", head, name=name, new=sorted(added))


def _alternatives(security: Place | None, known_as: Mapping[str, str]) -> list[Needs]:
    """The alternative sets of credentials; the empty set means that none are needed."""
    if security is None:
        return [{}]
    if not is_array(security.node):
        security.refuse("is not an array")
    found: list[Needs] = []
    for index, _ in enumerate(security.node):
        each = Place(security.document, f"{security.pointer}/{index}", security.node[index])
        found.append(
            {
                known_as.get(name, name): frozenset(str(scope.node) for scope in each.items(name))
                for name in each.members
            }
        )
    return found or [{}]


def _relied_on(document: Document) -> bool:
    """Whether an operation uses the security of the document."""
    return any("security" not in each.place.members for each in operations(document, []).values())


def _enough(given: Needs, asked: Needs) -> bool:
    """Whether credentials `given` satisfy `asked`."""
    return all(name in given and scopes <= given[name] for name, scopes in asked.items())


def _scopes(scope: Scope, where: Place, old: list[Needs], new: list[Needs]) -> bool:
    """Report different scopes of the same schemes; false if anything else differs."""
    if len(old) != 1 or len(new) != 1 or old[0].keys() != new[0].keys():
        return False
    for name in sorted(old[0]):
        for each in new[0][name] - old[0][name]:
            scope.report("security-scope-added", where, name=name, new=each)
        for each in old[0][name] - new[0][name]:
            scope.report("security-scope-removed", where, name=name, old=each)
    return True


def _needs(scope: Scope, where: Place, old: list[Needs], new: list[Needs]) -> None:
    gone = [needs for needs in old if not any(_enough(needs, asked) for asked in new)]
    added = [needs for needs in new if not any(_enough(needs, had) for had in old)]
    free_before, free_now = {} in old, {} in new
    if free_now and not free_before:
        scope.report("security-no-longer-required", where)
    elif free_before and not free_now:
        scope.report("security-required", where, new=_as_json(new))
    elif gone and added:
        scope.report("security-changed", where, old=_as_json(old), new=_as_json(new))
    elif gone:
        scope.report("security-alternative-removed", where, old=_as_json(gone))
    elif added:
        scope.report("security-alternative-added", where, new=_as_json(added))


def _as_json(alternatives: list[Needs]) -> list[Json]:
    """Requirements as JSON, sorted."""
    told = [{name: sorted(scopes) for name, scopes in needs.items()} for needs in alternatives]
    return [*sorted(told, key=canonical)]
