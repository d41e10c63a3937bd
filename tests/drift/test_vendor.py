"""Documents as vendors write them: equal meaning is never a breaking difference."""

from __future__ import annotations

import re
from typing import Any

import pytest
from drift_documents import Node, contract, drift, edited
from drift_mutations import LIST, READ, SENT, TRACK
from drift_mutations import TEXT as STRING

from creatoraudit.contract._drift import Level

WORDING = ("description", "title", "default", "examples", "deprecated")


def spelled(node: Any) -> Any:
    """A part of a document as FastAPI and pydantic spell it: `anyOf` for null, no extensions."""
    if isinstance(node, list):
        return [spelled(item) for item in node]
    if not isinstance(node, dict):
        return node
    new = {name: spelled(value) for name, value in node.items() if not name.startswith("x-")}
    kinds = new.get("type")
    if isinstance(kinds, list) and "null" in kinds:
        words = {name: new.pop(name) for name in WORDING if name in new}
        (new["type"],) = (kind for kind in kinds if kind != "null")
        if "enum" in new:
            new["enum"] = [value for value in new["enum"] if value is not None]
        return {"anyOf": [new, {"type": "null"}], **words}
    return new


def vendors(paths: list[str] | None = None) -> Node:
    """The contract as its vendor would publish it, all of it or some paths."""
    document: Node = spelled(contract())
    for name, schema in document["components"]["schemas"].items():
        schema["title"] = name
        schema.pop("additionalProperties", None)
    for path, item in document["paths"].items():
        for method, operation in item.items():
            words = re.sub(r"\W+", "_", path)
            operation["operationId"] = f"{operation['operationId']}_v2{words}_{method}"
    chosen = paths or list(document["paths"])
    document["paths"] = {path: document["paths"][path] for path in chosen}
    return document


def matter(base: Node, head: Node) -> list[tuple[str, str]]:
    """The rules and sentences of what is more than cosmetic."""
    found = drift(base, head)
    return [(one.rule.id, one.sentence) for one in found if one.rule.level > Level.COSMETIC]


def test_the_vendors_document_says_what_ours_says() -> None:
    assert matter(contract(), vendors()) == []
    assert matter(vendors(), contract()) == []


@pytest.mark.parametrize("path", ["/videos", "/accounts/{account_id}", "/search"])
def test_a_document_of_some_operations_breaks_nothing_but_the_others(path: str) -> None:
    assert {rule for rule, _ in matter(contract(), vendors([path]))} == {"operation-removed"}
    ours = contract()
    ours["paths"] = {path: ours["paths"][path]}
    assert matter(ours, vendors([path])) == []


ANSWER = f"{LIST}/responses/200"
HARMLESS = [
    [(f"{READ}/properties/identifier", {"type": "string", "maxLength": 9})],
    [
        (f"{READ}/properties/shortcode/maxLength", 4000),
        (f"{READ}/properties/shortcode/format", "x"),
    ],
    [(f"{READ}/properties/shortcode/pattern", "^a")],
    [(f"{READ}/properties/shortcode/format", "password")],
    [(f"{SENT}/properties/identifier/format", "textarea")],
    [(f"{READ}/properties/id/format", "uuid4")],
    [(f"{ANSWER}/headers/X-New", {"schema": STRING})],
    [(f"{TRACK}/callbacks", {"done": {"{$url}": {"post": {"responses": {}}}}})],
    [("/webhooks", {"done": {"post": {"responses": {}}}})],
]


@pytest.mark.parametrize("edits", HARMLESS)
def test_what_a_client_does_not_look_at_is_not_breaking(edits: Any) -> None:
    findings = drift(contract(), edited(contract(), edits))
    assert {one.rule.level for one in findings} <= {Level.ADDITIVE, Level.COSMETIC}


LOOSER = [
    ({"type": "string", "maxLength": 9}, {"type": "string", "maxLength": 10}),
    ({"type": "array", "maxItems": 9}, {"type": "array"}),
    ({"type": "integer", "minimum": 1}, {"type": "integer", "minimum": 0}),
    ({"type": "number", "multipleOf": 0.5}, {"type": "number"}),
    ({"type": "string", "pattern": "a"}, {"type": "string", "pattern": "b"}),
    ({"type": "string", "format": "uuid"}, {"type": "string"}),
    ({"type": "array", "uniqueItems": True}, {"type": "array"}),
]


@pytest.mark.parametrize(("old", "new"), LOOSER)
def test_conditions_break_what_is_sent_and_not_what_is_read(old: Any, new: Any) -> None:
    def probed(schema: str, value: Any) -> Node:
        return edited(contract(), [(f"{schema}/properties/probe", value)])

    (read,) = drift(probed(READ, old), probed(READ, new))
    assert read.rule.level == Level.ADDITIVE
    (sent,) = drift(probed(SENT, new), probed(SENT, old))
    assert sent.rule.level == Level.BREAKING


ALTERNATIVES = [
    {"type": "object", "properties": {"kind": {"const": name}, name: STRING}} for name in "abc"
]


def tagged(names: str) -> Any:
    mapping = {name: f"#/components/schemas/{name}" for name in names}
    chosen = [ALTERNATIVES["abc".index(name)] for name in names]
    return {"oneOf": chosen, "discriminator": {"propertyName": "kind", "mapping": mapping}}


@pytest.mark.parametrize("schema", [READ, SENT])
def test_a_new_alternative_is_reported_once(schema: str) -> None:
    def probed(names: str) -> Node:
        return edited(contract(), [(f"{schema}/properties/probe", tagged(names))])

    way = "request" if schema == SENT else "response"
    assert [one.rule.id for one in drift(probed("ab"), probed("abc"))] == [
        f"{way}-alternative-added"
    ]
    (gone,) = drift(probed("abc"), probed("ab"))
    assert gone.rule.id == f"{way}-alternative-removed"


@pytest.mark.parametrize("swapped", [False, True])
def test_paths_may_begin_with_the_path_of_the_server(swapped: bool) -> None:
    from creatoraudit.contract import drift as compared

    longer = contract()
    longer["paths"] = {f"/v2{path}": item for path, item in longer["paths"].items()}
    longer["servers"] = [{"url": "https://api.creatoraudit.com"}, {"url": "https://[broken"}, {}, 7]
    del longer["paths"]["/v2/search"]["get"]["parameters"][0]
    pair = (longer, contract()) if swapped else (contract(), longer)
    found = [one for one in compared(*pair).differences if one.rule.level > Level.COSMETIC]
    assert [one.rule.id for one in found] == ["parameter-added" if swapped else "parameter-removed"]
    assert found[0].location == "/paths/~1search/get/parameters/0"
    del longer["paths"]["/v2/search"]["get"]
    found = [one for one in compared(*pair).differences if one.rule.id.startswith("operation-")]
    assert [one.location for one in found] == ["/paths/~1search/get"]


def test_a_location_is_one_of_the_document_with_longer_paths() -> None:
    from creatoraudit.contract import drift as compared

    longer = contract()
    longer["paths"] = {f"/v2{path}": item for path, item in longer["paths"].items()}
    longer["paths"]["/v2/new"] = {"get": {"responses": {}}}
    found = compared(contract(), longer).differences
    assert "/paths/~1v2~1new/get" in [one.location for one in found]
