"""Shared and recursive schemas: each pair is compared once, and findings name their operations."""

from __future__ import annotations

from typing import Any

import pytest
from drift_documents import Node, contract, drift, edited, rules, with_schema
from drift_mutations import GONE, READ
from drift_mutations import TEXT as STRING

SCHEMAS = "#/components/schemas"


def recursive(leaf: Any) -> Node:
    document = with_schema({"$ref": f"{SCHEMAS}/Tree"})
    document["components"]["schemas"] = {
        "Tree": {
            "type": "object",
            "properties": {
                "leaf": leaf,
                "parent": {"anyOf": [{"$ref": f"{SCHEMAS}/Tree"}, {"type": "null"}]},
                "children": {"type": "array", "items": {"$ref": f"{SCHEMAS}/Tree"}},
                "by_name": {
                    "type": "object",
                    "additionalProperties": {"$ref": f"{SCHEMAS}/Forest"},
                },
            },
        },
        "Forest": {"allOf": [{"$ref": f"{SCHEMAS}/Tree"}], "not": {"$ref": f"{SCHEMAS}/Forest"}},
    }
    return document


def test_a_difference_in_a_recursive_schema_is_found_once() -> None:
    assert drift(recursive(STRING), recursive(STRING)) == []
    found = drift(recursive(STRING), recursive({"type": "integer"}))
    assert [finding.rule.id for finding in found].count("response-type-changed") == 1


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": [{"$ref": f"{SCHEMAS}/A"}], "type": "object"},
        {"anyOf": [{"$ref": f"{SCHEMAS}/A"}, STRING]},
        {"anyOf": [{"$ref": f"{SCHEMAS}/A"}, {"type": "null"}]},
        {"not": {"$ref": f"{SCHEMAS}/A"}},
        {"items": {"$ref": f"{SCHEMAS}/A"}},
        {"contains": {"items": {"$ref": f"{SCHEMAS}/A"}}},
    ],
)
def test_a_schema_that_leads_to_itself_ends(schema: Node) -> None:
    document = with_schema({"$ref": f"{SCHEMAS}/A"})
    document["components"]["schemas"]["A"] = schema
    assert drift(document, document) == []
    other = edited(document, [("/components/schemas/A/format", "new")])
    around = {"response-constraint-tightened"} if "not" in schema else set[str]()
    assert set(rules(document, other)) == {"response-format-tightened"} | around


def test_a_finding_in_a_shared_schema_names_its_operations() -> None:
    (finding,) = drift(contract(), edited(contract(), [(f"{READ}/properties/duration", GONE)]))
    assert finding.operations == (
        "GET /videos",
        "GET /videos/{video_id}",
        "PATCH /videos/{video_id}",
        "POST /videos",
    )


@pytest.mark.parametrize(
    ("kind", "rule"),
    [("string", "type-changed"), (["object", "null"], "became-nullable"), (GONE, "type-widened")],
)
def test_a_schema_referred_to_with_wordings_of_their_own_is_reported_once(
    kind: Any, rule: str
) -> None:
    where = "/components/schemas/Filters"
    (finding,) = drift(contract(), edited(contract(), [(f"{where}/type", kind)]))
    assert finding.rule.id == f"response-{rule}"
    assert finding.location == (where if rule == "became-nullable" else f"{where}/type")
    assert len(finding.operations) > 1


def test_one_schema_sent_and_read_is_compared_for_each() -> None:
    def document(kind: str) -> Node:
        made = with_schema({"$ref": f"{SCHEMAS}/A"}, "request")
        read = with_schema({"$ref": f"{SCHEMAS}/A"})["paths"]["/things"]["post"]["responses"]
        made["paths"]["/things"]["post"]["responses"] = read
        made["components"]["schemas"]["A"] = {"type": kind}
        return made

    assert sorted(rules(document("integer"), document("number"))) == [
        "request-type-widened",
        "response-type-widened",
    ]


def test_alternatives_are_matched_by_tag_and_name_not_by_position() -> None:
    def document(*branches: Node) -> Node:
        made = with_schema({"oneOf": list(branches)})
        made["components"]["schemas"]["Named"] = {"type": "object", "properties": {"z": STRING}}
        return made

    def tagged(tag: str, kind: str) -> Node:
        return {"type": "object", "properties": {"tag": {"const": tag}, "value": {"type": kind}}}

    named = {"$ref": f"{SCHEMAS}/Named"}
    old = document(tagged("a", "string"), tagged("b", "string"), named)
    new = document(named, tagged("b", "integer"), tagged("a", "string"))
    (finding,) = drift(old, new)
    assert finding.rule.id == "response-type-changed"
    assert "/oneOf/1/properties/value" in finding.location


def large(operations: int, *, changed: bool) -> Node:
    """Operations with schemas of their own and, through each other, all the shared ones."""
    size = operations
    kind = "integer" if changed else "string"
    schemas: Node = {
        f"S{i}": {
            "type": "object",
            "properties": {
                "own": {"type": kind if i % 10 == 0 else "string"},
                "next": {"$ref": f"{SCHEMAS}/S{(i + 1) % size}"},
                "far": {"type": "array", "items": {"$ref": f"{SCHEMAS}/S{(i * 7) % size}"}},
                "maybe": {"anyOf": [{"$ref": f"{SCHEMAS}/S{(i * 3) % size}"}, {"type": "null"}]},
            },
        }
        for i in range(size)
    }
    page = {"limit": {"type": "integer", "maximum": 100 if changed else 200}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Large", "version": "1"},
        "paths": {
            f"/things{i}/{{id}}": {
                "post": {
                    "operationId": f"op{i}",
                    "parameters": [
                        {"name": "id", "in": "path", "required": True, "schema": STRING},
                        *(
                            {"name": f"p{n}", "in": "query", "schema": {"type": "integer"}}
                            for n in range(8)
                        ),
                    ],
                    "requestBody": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "allOf": [
                                        {"$ref": f"{SCHEMAS}/S{i}"},
                                        {"type": "object", "properties": page},
                                    ]
                                }
                            }
                        }
                    },
                    "responses": {
                        str(status): {
                            "description": "Yes.",
                            "content": {
                                "application/json": {"schema": {"$ref": f"{SCHEMAS}/S{i}"}}
                            },
                        }
                        for status in (200, 404, 422)
                    },
                }
            }
            for i in range(operations)
        },
        "components": {"schemas": schemas},
    }


# Were it to compare each pair of schemas wherever it is referred to, this would not end in time.
@pytest.mark.parametrize("changed", [False, True])
def test_a_thousand_operations_that_share_schemas_are_compared(changed: bool) -> None:
    base, head = large(1000, changed=False), large(1000, changed=changed)
    assert bool(drift(base, head)) == changed
