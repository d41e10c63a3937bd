"""Every rule of the drift report: when it applies alone, and when it must not apply."""

from __future__ import annotations

import json
from typing import Any

import pytest
from drift_documents import contract, drift, edited, found, rules
from drift_mutations import MUTATIONS, PAIRS, READ, SENT, Edit, Mutation, Pair

from creatoraudit.contract._drift import RULES

WHOLE = contract()
# Where a change can be seen; the other paths would cost time.
SEEN_AT = (
    *("/videos", "/videos/{video_id}", "/videos/deltas", "/videos/metrics"),
    *("/creators/{creator_id}/analytics", "/overview", "/health"),
)
CONTRACT = WHOLE | {"paths": {path: WHOLE["paths"][path] for path in SEEN_AT}}
# As much of it as a schema that is sent and one that is read need.
SMALL = CONTRACT | {"paths": {"/videos": CONTRACT["paths"]["/videos"]}}
DIRECTIONS = {"request": SENT, "response": READ}
BOTH_WAYS = [(pair, direction) for pair in PAIRS for direction in pair.directions]


def named(value: object) -> str | None:
    if isinstance(value, Mutation):
        return f"{value.rule}@{value.at}"
    return f"{value.what}@{value.at}" if isinstance(value, Pair) else None


def with_probe(direction: str, schema: Any) -> list[Edit]:
    return [(f"{DIRECTIONS[direction]}/properties/probe", schema)]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=named)
def test_a_mutation_is_reported_under_its_rule_and_no_other(mutation: Mutation) -> None:
    base = edited(CONTRACT, mutation.given)
    head = edited(base, mutation.edits)
    findings = drift(base, head)
    assert [(each.rule.id, each.location) for each in findings] == [(mutation.rule, mutation.at)]
    found({"base": base, "head": head}[findings[0].document], mutation.at)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=named)
def test_a_mutation_undone_is_reported_under_the_opposite_rule(mutation: Mutation) -> None:
    base = edited(CONTRACT, mutation.given)
    head = edited(base, mutation.edits)
    findings = drift(head, base)
    assert [(each.rule.id, each.location) for each in findings] == [
        (mutation.back, mutation.back_at or mutation.at)
    ]
    found({"base": head, "head": base}[findings[0].document], findings[0].location)


@pytest.mark.parametrize("mutation", [each for each in MUTATIONS if each.quiet], ids=named)
def test_a_change_that_says_the_same_is_not_reported(mutation: Mutation) -> None:
    base = edited(CONTRACT, mutation.given)
    head = edited(base, mutation.quiet)
    assert json.dumps(head) != json.dumps(base)
    assert drift(base, head) == []
    assert drift(head, base) == []


@pytest.mark.parametrize(("pair", "direction"), BOTH_WAYS, ids=named)
def test_schemas_differ_by_their_rule_in_both_directions(pair: Pair, direction: str) -> None:
    base = edited(SMALL, with_probe(direction, pair.old))
    head = edited(SMALL, with_probe(direction, pair.new))
    where = f"{DIRECTIONS[direction]}/properties/probe{pair.at}"
    assert [(each.rule.id, each.location) for each in drift(base, head)] == [
        (f"{direction}-{pair.what}", where)
    ]
    assert rules(head, base) == [f"{direction}-{pair.back}"]


@pytest.mark.parametrize(
    ("pair", "direction"), [each for each in BOTH_WAYS if each[0].quiet is not None], ids=named
)
def test_another_spelling_of_a_schema_is_not_reported(pair: Pair, direction: str) -> None:
    base = edited(SMALL, with_probe(direction, pair.old))
    head = edited(SMALL, with_probe(direction, pair.quiet))
    assert json.dumps(head) != json.dumps(base)
    assert drift(base, head) == []
    assert drift(head, base) == []


def test_every_rule_has_a_pair_that_fires_it_and_one_that_must_not() -> None:
    fired, silent = set[str](), set[str]()
    for mutation in MUTATIONS:
        fired.add(mutation.rule)
        if mutation.quiet or mutation.back != mutation.rule:
            silent.add(mutation.rule)
    for pair, direction in BOTH_WAYS:
        fired.add(f"{direction}-{pair.what}")
        if pair.quiet is not None or pair.back != pair.what:
            silent.add(f"{direction}-{pair.what}")
    assert fired == RULES.keys()
    assert silent == RULES.keys()


def test_at_least_sixty_rules_fire_on_a_single_mutation_of_the_contract() -> None:
    single = {mutation.rule for mutation in MUTATIONS if not mutation.given}
    assert len(single) >= 60, sorted(single)
