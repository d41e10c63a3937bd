"""`creatoraudit.contract.drift`: arguments, results and refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from drift_documents import Node, contract, edited, rules, with_schema
from drift_mutations import GONE, LIST, READ, TRACK
from drift_mutations import TEXT as STRING

from creatoraudit.contract import Baseline, BaselineError, DocumentRefused, drift
from creatoraudit.contract._drift import Level
from creatoraudit.contract.openapi import Document

CHANGED = edited(contract(), [(f"{READ}/properties/view_count", GONE), ("/info/version", "9")])


def test_documents_are_files_mappings_or_read_already(tmp_path: Path) -> None:
    for name, document in (("old", contract()), ("new", CHANGED)):
        (tmp_path / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    found = [
        drift(old, new),
        drift(str(old), CHANGED),
        drift(contract(), new),
        drift(Document("ours", contract()), Document("theirs", CHANGED)),
    ]
    assert len({tuple(one.differences) for one in found}) == 1
    assert [one.old for one in found] == [str(old), str(old), "old", "ours"]
    assert found[0].reaches(Level.BREAKING)
    assert [one.rule.level for one in found[0].differences] == [Level.BREAKING, Level.COSMETIC]


@pytest.mark.parametrize(
    ("edits", "level"),
    [
        ([("/info/version", "9")], Level.COSMETIC),
        ([(f"{READ}/properties/new", STRING)], Level.ADDITIVE),
        ([(f"{READ}/properties/view_count", GONE)], Level.BREAKING),
    ],
    ids=["cosmetic", "additive", "breaking"],
)
def test_a_difference_reaches_its_level_and_none_above(edits: list[Any], level: Level) -> None:
    found = drift(contract(), edited(contract(), edits))
    assert [found.reaches(each) for each in Level] == [level >= each for each in Level]
    assert len(Level) == 3


def test_a_baseline_is_a_file_or_read_already(tmp_path: Path) -> None:
    path = tmp_path / "accepted.json"
    Baseline().updated(drift(contract(), CHANGED).differences).save(path)
    for baseline in (path, str(path), Baseline.load(path)):
        found = drift(contract(), CHANGED, baseline=baseline)
        assert found.differences == []
        assert len(found.verdict.accepted) == 2
    with pytest.raises(BaselineError, match="cannot be read"):
        drift(contract(), contract(), baseline=tmp_path / "none.json")


def test_an_entry_of_a_baseline_survives_a_renamed_path_parameter() -> None:
    where = "/paths/~1videos~1{video_id}"
    deprecated = edited(contract(), [(f"{where}/get/deprecated", True)])
    accepted = Baseline().updated(drift(contract(), deprecated).differences)
    text = json.dumps([contract(), deprecated]).replace("{video_id}", "{id}")
    old, new = json.loads(
        text.replace('"name": "video_id", "in": "path"', '"name": "id", "in": "path"')
    )
    assert drift(old, new, baseline=accepted).differences == []


@pytest.mark.parametrize("kind", ["items", "not", "allOf"])
def test_a_document_nested_too_deeply_is_refused(kind: str) -> None:
    def nested(leaf: Any) -> Node:
        schema: Any = {"type": leaf}
        for _ in range(5000):
            schema = {kind: [schema] if kind == "allOf" else schema}
        return with_schema(schema)

    with pytest.raises(DocumentRefused, match="nested too deeply"):
        drift(nested("string"), nested("integer"))


def test_a_chain_of_references_that_is_too_long_is_refused() -> None:
    def chained(leaf: str) -> Node:
        schemas: Node = {
            f"S{i}": {"not": {"$ref": f"#/components/schemas/S{i + 1}"}} for i in range(5000)
        }
        document = with_schema({"$ref": "#/components/schemas/S0"})
        return {
            **document,
            "components": {"schemas": {**schemas, "S5000": {"type": leaf}}},
        }

    with pytest.raises(DocumentRefused, match="nested too deeply"):
        drift(chained("string"), chained("integer"))


REST = f"{LIST}/parameters"
ODD = [
    # parameters that OpenAPI says are to be ignored
    ([(f"{REST}/-", {"name": "Accept", "in": "header", "schema": STRING})], []),
    ([(f"{REST}/0/allowReserved", True)], ["parameter-serialization-changed"]),
    # a parameter described by a media type
    (
        [
            (
                f"{REST}/0",
                {
                    "name": "limit",
                    "in": "query",
                    "content": {"application/json": {"schema": {"type": "integer"}}},
                },
            )
        ],
        None,
    ),
    ([("/webhooks", {"x-note": {}}), (f"{LIST}/callbacks", {"x-note": {}})], []),
]


@pytest.mark.parametrize(("edits", "expected"), ODD)
def test_what_is_rarely_written_is_read(edits: Any, expected: list[str] | None) -> None:
    found = rules(contract(), edited(contract(), edits))
    assert found == expected if expected is not None else "parameter-serialization-changed" in found


SCHEMAS = [
    (
        {
            "anyOf": [{"type": "object", "required": ["a"]}, STRING],
            "oneOf": [{"minLength": 1}, {"maxLength": 9}],
        },
        {"anyOf": [{"type": "object", "required": ["a"]}, STRING]},
        ["response-constraint-loosened"],
    ),
    (
        {"anyOf": [{"type": "object", "required": ["a"]}, STRING]},
        {
            "anyOf": [{"type": "object", "required": ["a"]}, STRING],
            "oneOf": [{"minLength": 1}, {"maxLength": 9}],
        },
        ["response-constraint-tightened"],
    ),
    ({"type": "array", "items": {}}, {"type": "array"}, []),
    ({"enum": [1.5, True]}, {"enum": [True, 1.5]}, []),
    ({"const": {"a": 1}}, {"const": {"a": 1.0}}, []),
    ({"const": [1]}, {"const": [2]}, ["response-const-changed"]),
    (
        {"allOf": [{"properties": {"a": STRING}}, {"properties": {"a": {"maxLength": 9}}}]},
        {"properties": {"a": {"type": "string", "maxLength": 9}}},
        [],
    ),
    ({"not": {"type": "string", "title": "A"}}, {"not": {"type": "string", "x-b": 1}}, []),
    (
        {"oneOf": [{"properties": {"a": {"type": "integer"}}}, {"type": "array", "maxItems": 3}]},
        {"oneOf": [{"type": "array", "maxItems": 3}, {}]},
        None,
    ),
    ({"allOf": [False, STRING]}, {"allOf": [STRING, False]}, []),
]


@pytest.mark.parametrize(("old", "new", "expected"), SCHEMAS)
def test_schemas_that_are_rarely_written_are_compared(old: Any, new: Any, expected: Any) -> None:
    found = rules(with_schema(old), with_schema(new))
    assert found == expected if expected is not None else found


def test_a_changed_enum_of_one_value_is_reported_at_the_whole_enum() -> None:
    found = drift(with_schema({"enum": ["a"]}), with_schema({"enum": ["b"]})).differences
    ((rule, where),) = ((each.rule.id, each.location) for each in found)
    assert rule == "response-const-changed"
    assert where.endswith("/schema/enum")


def test_a_scheme_that_is_nowhere_described_is_known_by_its_name() -> None:
    old = edited(contract(), [(f"{LIST}/security", [{"Unknown": []}])])
    new = edited(contract(), [(f"{LIST}/security", [{"Another": []}])])
    assert rules(old, new) == ["security-changed"]
    assert rules(old, old) == []


FORM = f"{TRACK}/requestBody/content/multipart~1form-data"


def test_an_encoding_that_stays_is_not_reported() -> None:
    html = {"contentType": "text/html"}
    old = edited(contract(), [(FORM, {"encoding": {"a": html, "b": {}}})])
    worded = {"a": html | {"description": "As a page."}, "b": {}}
    assert rules(old, edited(old, [(f"{FORM}/encoding", worded)])) == []
    assert rules(old, edited(old, [(f"{FORM}/encoding/b", html)])) == ["request-encoding-changed"]


def test_a_media_type_without_a_schema_on_both_sides_is_the_same() -> None:
    table = f"{LIST}/responses/200/content/text~1csv"
    old = edited(contract(), [(table, {})])
    assert rules(old, edited(old, [(table, {"example": "a,b"})])) == ["example-changed"]


def test_words_beside_a_reference_in_a_condition_say_nothing() -> None:
    old, new = (with_schema({"not": {"$ref": "#/components/schemas/A"}}) for _ in range(2))
    for document in (old, new):
        document["components"]["schemas"]["A"] = STRING
    schema = "/paths/~1things/post/responses/200/content/application~1json/schema/not"
    assert rules(old, edited(new, [(f"{schema}/description", "Not that.")])) == []
