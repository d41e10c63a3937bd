"""Whatever stands in a document, a comparison gives findings or a refusal.

Each piece of junk is put in each place, and the document is compared as the old one, the new one or
both, in turn. With CREATORAUDIT_TEST_EVERY_CASE, which `nox -s faults` sets, it is all three.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from drift_documents import Node, drift, edited
from drift_mutations import KEY, OAUTH
from drift_mutations import TEXT as STRING

from creatoraudit.contract import DocumentRefused
from support import cases

JUNK = [
    *(None, True, False, 0, -1, 10**400, 1e400, 0.5, "", "x", "string", "#/components", "#"),
    *([], [None], [[]], [{}], ["a", 1], {}, {"": {}}, {"$ref": 5}, {"$ref": "#/paths"}),
    {"$ref": "#/components/schemas/Thing"},
]

RICH: Node = {
    "openapi": "3.1.0",
    "info": {"title": "Rich", "version": "1"},
    "servers": [{"url": "/"}],
    "tags": [{"name": "a"}],
    "security": [{"Key": []}, {"OAuth": ["read"]}],
    "paths": {
        "/things/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": STRING}],
            "put": {
                "operationId": "put",
                "tags": ["a"],
                "parameters": [
                    {"name": "q", "in": "query", "explode": False, "schema": {"type": "array"}},
                    {"name": "f", "in": "query", "content": {"application/json": {"schema": {}}}},
                ],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/Thing"},
                            "encoding": {"a": {"contentType": "text/plain"}},
                        }
                    },
                },
                "responses": {
                    "200": {
                        "description": "Yes.",
                        "headers": {"ETag": {"required": True, "schema": STRING}},
                        "content": {"application/json": {"schema": {"$ref": "#/x-schema"}}},
                    },
                    "default": {"$ref": "#/components/responses/Problem"},
                },
            },
        }
    },
    "x-schema": {"allOf": [{"$ref": "#/components/schemas/Thing"}], "title": "Read"},
    "components": {
        "responses": {"Problem": {"description": "No."}},
        "securitySchemes": {"Key": KEY, "OAuth": OAUTH},
        "schemas": {
            "Thing": {
                "type": ["object", "null"],
                "required": ["a"],
                "properties": {
                    "a": {"type": "string", "enum": ["a", "b"], "default": "a"},
                    "n": {"type": "number", "minimum": 1, "exclusiveMaximum": 5},
                    "l": {"type": "array", "items": {"const": 1}, "maxItems": 3},
                    "m": {"type": "object", "additionalProperties": STRING},
                },
                "oneOf": [
                    {"type": "object", "properties": {"kind": {"const": "x"}}},
                    {"$ref": "#/components/schemas/Other"},
                    {"type": "null"},
                ],
                "discriminator": {"propertyName": "kind", "mapping": {"x": "#/x"}},
                "if": {"properties": {"a": {"const": "a"}}},
                "then": {"required": ["n"], "not": {"$ref": "#/components/schemas/Thing"}},
            },
            "Other": {"properties": {"o": {"readOnly": True, "pattern": "x", "format": "y"}}},
        },
    },
}


def pointers(node: Any, at: str = "") -> Iterator[str]:
    members: Any = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in members:
        pointer = f"{at}/{str(key).replace('~', '~0').replace('/', '~1')}"
        yield pointer
        if isinstance(value, dict | list):
            yield from pointers(value, pointer)


def compared(base: Node, head: Node) -> tuple[str, list[str]]:
    """What came of it, and the sentences a user reads."""
    try:
        findings = drift(base, head)
    except DocumentRefused as refused:
        return "refused", [str(refused)]
    return ("found" if findings else "nothing"), [finding.sentence for finding in findings]


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: json.dumps(junk)[:20])
def test_junk_anywhere_gives_findings_or_a_refusal(junk: Any) -> None:
    outcomes = set[str]()
    for number, pointer in enumerate(pointers(RICH)):
        if pointer == "/paths":
            continue  # such a file is refused before
        broken = edited(RICH, [(pointer, junk)])
        pairs = ((RICH, broken), (broken, RICH), (broken, broken))
        # In turn: each place is tried with half of the junk, each time with another pair.
        turn = (number + JUNK.index(junk)) % 6
        for pair in pairs if cases.ALL else pairs[turn : turn + 1]:
            outcome, told = compared(*pair)
            assert pair[0] is not pair[1] or outcome != "found"
            assert all(re.fullmatch(r"[ -~]+", line) for line in told)
            outcomes.add(outcome)
    assert "found" in outcomes


def test_the_rich_document_itself_is_compared() -> None:
    assert drift(RICH, edited(RICH, [])) == []
