"""Documents that differ only in wording, order or OpenAPI version have no differences."""

from __future__ import annotations

import json
from typing import Any

import pytest
from drift_documents import (
    TEXT,
    Node,
    contract,
    drift,
    edited,
    found,
    reordered,
    rules,
    with_schema,
)
from drift_mutations import GONE, LIST
from drift_mutations import TEXT as STRING

OBJECT = {"type": "object", "properties": {"a": STRING}}
BINARY = {"type": "string", "format": "binary"}
MEDIA = {"contentMediaType": "application/octet-stream"}
LIST_OF = {"type": "array", "items": STRING}
BOOLEAN = {"type": "boolean", "enum": [True]}
NULL = {"type": "null"}
HERE = "#/components/schemas/"


def renamed_components(document: Node) -> Node:
    text = json.dumps(document)
    for kind, components in document["components"].items():
        for name in components:
            here = f"#/components/{kind}/{name}"
            text = text.replace(f'"{here}"', f'"{here}Renamed"')
    new: Node = json.loads(text)
    for kind, components in new["components"].items():
        if kind != "securitySchemes":
            new["components"][kind] = {f"{name}Renamed": each for name, each in components.items()}
    return new


def older(node: Any) -> Any:
    """The contract as OpenAPI 3.0 spells it: nullable, and one type at most."""
    if isinstance(node, list):
        return [older(item) for item in node]
    if not isinstance(node, dict):
        return node
    new = {name: older(value) for name, value in node.items()}
    if isinstance(kinds := new.get("type"), list) and "null" in kinds:
        (new["type"],) = (kind for kind in kinds if kind != "null")
        new["nullable"] = True
    if isinstance(several := new.get("anyOf"), list) and {"type": "null"} in several:
        del new["anyOf"]
        new |= {"allOf": [each for each in several if each != {"type": "null"}], "nullable": True}
    return new


def test_identical_documents_differ_in_nothing() -> None:
    assert drift(contract(), contract()) == []


def test_order_of_members_and_lists_says_nothing() -> None:
    other = reordered(contract())
    assert json.dumps(other) != TEXT
    assert drift(contract(), other) == []
    assert drift(other, contract()) == []


def test_names_of_components_say_nothing() -> None:
    other = renamed_components(contract())
    assert "PaginationRenamed" in other["components"]["schemas"]
    assert drift(contract(), other) == []


def test_a_renamed_security_scheme_says_nothing() -> None:
    text = TEXT.replace('"HTTPBearer"', '"bearerAuth"')
    assert text != TEXT
    assert drift(contract(), json.loads(text)) == []


def test_components_that_nothing_leads_to_say_nothing() -> None:
    head = edited(contract(), [("/components/schemas/New", OBJECT)])
    assert drift(contract(), head) == []


def test_nullability_of_openapi_3_0_and_3_1_is_the_same() -> None:
    other = older(contract()) | {"openapi": "3.0.3"}
    assert '"null"' not in json.dumps(other)
    assert drift(contract(), other) == []
    assert drift(other, contract()) == []


NULLS = [
    {"type": "string", "nullable": True},
    {"type": ["string", "null"]},
    {"anyOf": [STRING, {"type": "null"}]},
    {"oneOf": [{"const": None}, STRING]},
    {"anyOf": [{"type": ["null", "string"]}]},
    {"nullable": True, "allOf": [STRING]},
]


@pytest.mark.parametrize("direction", ["request", "response"])
@pytest.mark.parametrize("new", NULLS)
@pytest.mark.parametrize("old", NULLS)
def test_spellings_of_null_are_the_same(old: Node, new: Node, direction: str) -> None:
    assert drift(with_schema(old, direction), with_schema(new, direction)) == []


@pytest.mark.parametrize("spelling", NULLS)
def test_null_that_is_new_is_seen_in_every_spelling(spelling: Node) -> None:
    assert rules(with_schema(STRING), with_schema(spelling)) == ["response-became-nullable"]
    sent = with_schema(STRING, "request"), with_schema(spelling, "request")
    assert rules(*sent) == ["request-became-nullable"]
    assert rules(*sent[::-1]) == ["request-no-longer-nullable"]


def test_null_among_the_values_of_an_enum_is_nullability_not_a_value() -> None:
    old = {"type": ["string", "null"], "enum": ["a", None]}
    for new in (
        {"type": "string", "nullable": True, "enum": ["a"]},
        {"anyOf": [{"enum": ["a"]}, {"type": "null"}]},
        {"enum": [None, "a"]},
    ):
        assert drift(with_schema(old), with_schema(new)) == []


EQUAL = [
    (OBJECT, {"allOf": [{"type": "object"}, {"properties": {"a": STRING}}]}),
    (
        {"type": "object", "properties": {"a": STRING}, "required": ["a"]},
        {"allOf": [OBJECT, {"required": ["a"]}]},
    ),
    ({"type": ["string", "integer"]}, {"anyOf": [STRING, {"type": "integer"}]}),
    ({"const": "a"}, {"enum": ["a"]}),
    (
        {"type": "integer", "maximum": 5},
        {"allOf": [{"type": "integer", "maximum": 9}], "maximum": 5},
    ),
    ({"enum": [1, 2]}, {"enum": [2.0, 1.0], "type": "integer"}),
    ({}, True),
    (BINARY, {"type": "string", "contentMediaType": "application/octet-stream"}),
    ({"type": "string", "format": "byte"}, {"type": "string", "contentEncoding": "base64"}),
    ({"type": "array", "items": BINARY}, {"type": "array", "items": {**MEDIA, "type": "string"}}),
    ({"anyOf": [OBJECT, LIST_OF, BOOLEAN]}, {"anyOf": [{"oneOf": [OBJECT, LIST_OF]}, BOOLEAN]}),
    ({"anyOf": [OBJECT, LIST_OF, NULL]}, {"anyOf": [{"anyOf": [OBJECT, LIST_OF]}, NULL]}),
    ({"properties": {"a": {}}}, {"type": "object", "properties": {"a": True}}),
]


INTEGER = {"type": "integer"}
ARRAY = {"type": "array"}
CHOICE = {"oneOf": [{"const": "a", "description": "One."}, {"const": "b"}]}
# Bounds of integers, choices between constants, keywords that any value satisfies.
EQUAL += [
    ({**INTEGER, "exclusiveMinimum": 0}, {**INTEGER, "minimum": 1}),
    ({**INTEGER, "exclusiveMaximum": 10.5}, {**INTEGER, "maximum": 10}),
    ({**INTEGER, "minimum": 0.5, "maximum": 1e400}, {**INTEGER, "minimum": 1, "maximum": 1e400}),
    (CHOICE, {"enum": ["a", "b"], "type": "string"}),
    (
        {"anyOf": [{"enum": [1]}, {"enum": [2, 3], **INTEGER}, NULL]},
        {"enum": [1, 2, 3, None]},
    ),
    ({"enum": [True, False]}, {"type": "boolean"}),
    ({**INTEGER, "maxLength": 4, "pattern": "a", "multipleOf": 1}, INTEGER),
    ({**STRING, "pattern": "", "maxItems": 4, "minimum": 1, "not": False}, STRING),
    ({**STRING, "if": {"minLength": 2}}, {**STRING, "then": {"minLength": 2}}),
    (
        {**ARRAY, "prefixItems": [], "unevaluatedItems": True, "uniqueItems": False},
        {**ARRAY, "maxProperties": 4},
    ),
    ({**OBJECT, "dependentRequired": {}, "propertyNames": True, "patternProperties": {}}, OBJECT),
]
NUMBER = {"type": "number"}
# Numbers that can only be whole, alternatives that add nothing, further empty keywords.
EQUAL += [
    ({**NUMBER, "multipleOf": 1}, INTEGER),
    ({**NUMBER, "multipleOf": 1.0, "exclusiveMinimum": 0}, {**INTEGER, "minimum": 1}),
    ({**NUMBER, "multipleOf": 5}, {**INTEGER, "multipleOf": 5}),
    ({"allOf": [NUMBER, {"multipleOf": 1}]}, INTEGER),
    ({"type": ["number", "string"], "multipleOf": 1}, {"type": ["integer", "string"]}),
    ({**NUMBER, "enum": [1, 2.0]}, {**INTEGER, "enum": [1, 2]}),
    ({**INTEGER, "multipleOf": 0.5}, INTEGER),
    ({"anyOf": [OBJECT, OBJECT]}, OBJECT),
    ({"anyOf": [OBJECT, OBJECT, LIST_OF]}, {"anyOf": [OBJECT, LIST_OF]}),
    ({"anyOf": [OBJECT, {}]}, {}),
    ({"anyOf": [True, STRING], "description": "Anything."}, {"description": "Anything."}),
    ({**STRING, "pattern": ".*"}, STRING),
    ({**STRING, "pattern": "^"}, STRING),
    ({**ARRAY, "contains": STRING, "minContains": 1}, {**ARRAY, "contains": STRING}),
    ({**ARRAY, "contains": STRING, "minContains": 0}, ARRAY),
    ({**ARRAY, "minContains": 2, "maxContains": 3}, ARRAY),
    ({**ARRAY, "maxItems": 1, "uniqueItems": True}, {**ARRAY, "maxItems": 1}),
    ({**OBJECT, "dependentRequired": {"a": []}, "dependentSchemas": {"a": True}}, OBJECT),
    ({**OBJECT, "patternProperties": {"^x": {}}}, OBJECT),
]
HUGE = 10**400
EQUAL += [
    ({**INTEGER, "exclusiveMaximum": HUGE}, {**INTEGER, "maximum": HUGE - 1}),
    ({**INTEGER, "exclusiveMinimum": -HUGE}, {**INTEGER, "minimum": 1 - HUGE}),
    ({**NUMBER, "multipleOf": HUGE}, {**INTEGER, "multipleOf": HUGE}),
]
SHORT = {**STRING, "minLength": 2}
ANYTHING = {"type": ["string", "number", "boolean", "object", "array", "null"]}
NEEDED = {**OBJECT, "required": ["a"]}
# What is denied twice or decided, what other keywords imply, conditions and items in other words.
EQUAL += [
    ({**STRING, "not": {"not": {"minLength": 2}}}, SHORT),
    ({"not": {"description": "No text.", "not": STRING}}, STRING),
    ({"not": {}}, False),
    ({"type": ["string", "null"], "not": NULL}, STRING),
    ({**STRING, "if": True, "then": {"minLength": 2}, "else": False}, SHORT),
    ({**STRING, "if": False, "then": False, "else": {"minLength": 2}}, SHORT),
    ({**STRING, "if": {"not": {}}, "then": {"minLength": 2}}, STRING),
    ({**STRING, "if": {"pattern": "a"}, "then": {}, "else": True}, STRING),
    ({**NEEDED, "minProperties": 1}, NEEDED),
    ({**INTEGER, "enum": [1, 2, 3], "minimum": 2, "maximum": 9}, {"enum": [2, 3]}),
    ({"enum": ["a", "bb"], "maxLength": 1}, {"const": "a"}),
    ({"enum": [[], [1]], "minItems": 1}, {"const": [1]}),
    ({"enum": ["a", 1], **STRING}, {"enum": ["a"]}),
    ({"enum": [None]}, NULL),
    (ANYTHING, {}),
    ({"anyOf": [STRING, ANYTHING]}, {}),
    ({"anyOf": [STRING, {"minLength": 0}]}, {}),
    ({"oneOf": [OBJECT, STRING, {"not": True}]}, {"oneOf": [OBJECT, STRING]}),
    ({"anyOf": [OBJECT, False]}, OBJECT),
    ({"anyOf": [False]}, False),
    ({**OBJECT, "additionalProperties": {"not": {}}}, {**OBJECT, "additionalProperties": False}),
    ({**OBJECT, "patternProperties": {".*": STRING}}, {**OBJECT, "additionalProperties": STRING}),
    ({**OBJECT, "patternProperties": {"^x": {}}, "additionalProperties": True}, OBJECT),
    ({**OBJECT, "propertyNames": STRING}, OBJECT),
    ({**OBJECT, "dependentRequired": {"a": ["a"]}}, OBJECT),
    (
        {**OBJECT, "dependentRequired": {"a": ["b", "c"]}},
        {**OBJECT, "dependentRequired": {"a": ["c", "b"]}},
    ),
    (
        {**OBJECT, "dependentSchemas": {"type": {"allOf": [{"required": ["b"]}]}}},
        {**OBJECT, "dependentSchemas": {"type": {"required": ["b"]}}},
    ),
    ({**ARRAY, "prefixItems": [True, {}]}, ARRAY),
    (
        {**ARRAY, "items": [STRING], "additionalItems": False},
        {**ARRAY, "prefixItems": [{"type": ["string"]}], "items": False},
    ),
    ({**ARRAY, "items": STRING, "maxItems": 0}, {**ARRAY, "maxItems": 0}),
    ({**ARRAY, "contains": {"enum": [1]}}, {**ARRAY, "contains": {"const": 1}}),
    ({**STRING, "not": {"const": "a"}}, {**STRING, "not": {"enum": ["a"]}}),
    (
        {**STRING, "contentSchema": {"oneOf": [OBJECT]}, **MEDIA},
        {**STRING, "contentSchema": OBJECT, **MEDIA},
    ),
    ({**STRING, "contentSchema": OBJECT}, STRING),
    (
        {**OBJECT, "if": {"properties": {"a": {"const": "x"}}}, "then": {"required": ["a"]}},
        {**OBJECT, "if": {"properties": {"a": {"enum": ["x"]}}}, "then": {"required": ["a"]}},
    ),
]


@pytest.mark.parametrize("direction", ["request", "response"])
@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_schemas_in_other_words_are_the_same(one: Any, other: Any, direction: str) -> None:
    assert drift(with_schema(one, direction), with_schema(other, direction)) == []
    assert drift(with_schema(other, direction), with_schema(one, direction)) == []


@pytest.mark.parametrize(
    ("one", "other", "rule"),
    [
        ({**INTEGER, "exclusiveMinimum": 0}, {**INTEGER, "minimum": 2}, "request-bound-tightened"),
        (CHOICE, {"enum": ["a"]}, "request-enum-value-removed"),
        ({"enum": ["a", "b", "c"]}, CHOICE, "request-enum-value-removed"),
        (ARRAY, {**ARRAY, "unevaluatedItems": False}, "request-constraint-tightened"),
        (OBJECT, {**OBJECT, "propertyNames": False}, "request-constraint-tightened"),
        ({**STRING, "maxLength": 4}, {**INTEGER, "maxLength": 4}, "request-type-changed"),
        (NUMBER, {**NUMBER, "multipleOf": 1}, "request-type-narrowed"),
        (INTEGER, {**INTEGER, "multipleOf": 2}, "request-constraint-tightened"),
        (NUMBER, {**NUMBER, "multipleOf": 0.1}, "request-constraint-tightened"),
        (
            {**OBJECT, "patternProperties": {"^x": {}}, "additionalProperties": False},
            {**OBJECT, "additionalProperties": False},
            "request-other-members-refused",
        ),
        (
            {**STRING, "not": {"const": {"x-a": 1}}},
            {**STRING, "not": {"const": {"x-a": 2}}},
            "request-constraint-changed",
        ),
        ({**STRING, "not": {"not": {"minLength": 2}}}, STRING, "request-bound-loosened"),
        ({**STRING, "if": True, "then": {}}, {**SHORT, "if": False}, "request-bound-tightened"),
        (STRING, {**STRING, "not": {}}, "request-type-changed"),
        ({"enum": [1, 2]}, {"enum": [1, 2], "maximum": 1}, "request-enum-value-removed"),
        (ARRAY, {**ARRAY, "prefixItems": [STRING]}, "request-type-narrowed"),
        (OBJECT, {**OBJECT, "patternProperties": {"^x": STRING}}, "request-other-members-typed"),
    ],
)
def test_schemas_in_other_words_that_say_less_are_told(one: Any, other: Any, rule: str) -> None:
    assert rules(with_schema(one, "request"), with_schema(other, "request")) == [rule]


@pytest.mark.parametrize(
    ("one", "other", "rule"),
    [
        ({"prefixItems": [STRING]}, {"prefixItems": [INTEGER]}, "response-type-changed"),
        ({"prefixItems": [STRING]}, {"items": INTEGER}, "response-type-changed"),
        ({"prefixItems": [OBJECT]}, {"prefixItems": [NEEDED]}, "response-member-became-required"),
        ({"prefixItems": [STRING], "items": False}, {"items": False}, "response-type-changed"),
    ],
)
def test_each_of_the_first_items_is_compared(one: Any, other: Any, rule: str) -> None:
    assert rule in rules(with_schema({**ARRAY, **one}), with_schema({**ARRAY, **other}))


@pytest.mark.parametrize(
    ("one", "other", "rule"),
    [
        ({"^x": STRING}, {"^x": INTEGER}, "response-type-changed"),
        ({"^x": STRING}, {}, "response-other-members-untyped"),
        ({"^x": STRING}, {"^y": STRING}, "response-other-members-untyped"),
        ({"^x": {}}, {"^x": STRING}, "response-other-members-typed"),
    ],
)
def test_members_are_compared_by_the_pattern_of_their_names(
    one: Any, other: Any, rule: str
) -> None:
    old, new = ({**OBJECT, "patternProperties": each} for each in (one, other))
    assert rule in rules(with_schema(old), with_schema(new))
    closed = {**OBJECT, "additionalProperties": False}
    gone = rules(with_schema({**closed, "patternProperties": {"^x": STRING}}), with_schema(closed))
    assert gone == ["response-map-values-removed"]


def test_a_new_member_is_compared_with_the_values_of_the_map_that_it_was_in() -> None:
    old = {"type": "object", "additionalProperties": INTEGER}
    for direction in ("request", "response"):
        new = with_schema({**old, "properties": {"a": STRING}}, direction)
        found = rules(with_schema(old, direction), new)
        assert found == [f"{direction}-type-changed", f"{direction}-member-added"]


def test_a_member_that_no_value_satisfies_no_longer_comes() -> None:
    new = {"type": "object", "properties": {"a": False}}
    assert rules(with_schema(OBJECT), with_schema(new)) == ["response-type-changed"]


def test_exclusive_bounds_of_3_0_and_3_1_are_the_same() -> None:
    old = {"type": "number", "maximum": 5, "exclusiveMaximum": True}
    new = {"type": "number", "exclusiveMaximum": 5}
    assert drift(with_schema(old, version="3.0.3"), with_schema(new)) == []


def test_a_schema_in_place_and_behind_a_reference_is_the_same() -> None:
    new = with_schema({"$ref": "#/components/schemas/A"})
    new["components"]["schemas"]["A"] = {"allOf": [{"$ref": "#/components/schemas/B"}]}
    new["components"]["schemas"]["B"] = OBJECT
    assert drift(with_schema(OBJECT), new) == []


def test_a_reference_with_a_wording_of_its_own_differs_in_wording_only() -> None:
    old, new = (with_schema({"$ref": "#/components/schemas/A"}) for _ in range(2))
    for document in (old, new):
        document["components"]["schemas"]["A"] = OBJECT
    schema = found(new, "/paths/~1things/post/responses/200/content/application~1json/schema")
    schema["description"] = "A thing."
    assert rules(old, new) == ["description-changed"]


def test_a_condition_behind_a_reference_is_followed() -> None:
    old = with_schema({"type": "object", "not": {"$ref": "#/components/schemas/A"}})
    old["components"]["schemas"]["A"] = OBJECT
    assert drift(old, with_schema({"type": "object", "not": OBJECT})) == []
    new = edited(old, [("/components/schemas/A/required", ["a"])])
    assert rules(old, new) == ["response-constraint-changed"]


def test_media_types_are_known_without_case_and_parameters() -> None:
    old, new = with_schema(STRING), with_schema(STRING)
    content = found(new, "/paths/~1things/post/responses/200/content")
    content["Application/JSON; charset=utf-8"] = content.pop("application/json")
    assert drift(old, new) == []


def test_a_range_takes_what_it_covers() -> None:
    old, new = with_schema(STRING, "request"), with_schema(STRING, "request")
    content = found(new, "/paths/~1things/post/requestBody/content")
    content["application/*"] = content.pop("application/json")
    assert rules(old, new) == ["request-media-type-added"]
    assert rules(new, old) == ["request-media-type-removed"]


def test_a_status_said_by_its_range_is_still_compared() -> None:
    responses = f"{LIST}/responses"
    problem = found(contract(), f"{responses}/422")
    new = edited(contract(), [(f"{responses}/422", GONE), (f"{responses}/4XX", problem)])
    assert rules(contract(), new) == ["other-status-added"]
    elsewhere = {"description": "The request is refused member by member.", "content": {}}
    new = edited(new, [(f"{responses}/4xx", elsewhere), (f"{responses}/4XX", GONE)])
    assert "response-media-type-removed" in rules(contract(), new)


def test_fewer_statuses_of_a_range_are_still_compared() -> None:
    responses = "/paths/~1things/post/responses"
    yes = found(with_schema(STRING), f"{responses}/200")
    old = edited(with_schema(STRING), [(f"{responses}/2XX", yes), (f"{responses}/200", GONE)])
    assert drift(old, with_schema(STRING)) == []
    assert rules(old, with_schema({"type": "integer"})) == ["response-type-changed"]
    assert rules(with_schema(STRING), old) == ["success-status-added"]


def test_a_default_for_failures_does_not_stand_for_a_success() -> None:
    old = edited(with_schema(STRING), [("/paths/~1things/post/responses/default", {})])
    new = edited(
        old,
        [
            ("/paths/~1things/post/responses/201", {"description": "Yes."}),
            ("/paths/~1things/post/responses/200", GONE),
        ],
    )
    assert sorted(rules(old, new)) == ["success-status-added", "success-status-removed"]


def test_names_of_headers_are_known_without_case() -> None:
    headers = f"{LIST}/responses/200/headers"
    value = found(contract(), f"{headers}/ETag")
    new = edited(contract(), [(f"{headers}/ETag", GONE), (f"{headers}/etag", value)])
    assert drift(contract(), new) == []


def test_parameters_of_the_path_are_those_of_its_operations() -> None:
    shared = {"name": "org", "in": "query", "schema": STRING}
    old = edited(contract(), [("/paths/~1overview/parameters", [shared])])
    new = edited(contract(), [("/paths/~1overview/get/parameters/-", shared)])
    assert drift(old, new) == []


def test_security_of_the_document_holds_for_operations_without_their_own() -> None:
    new = edited(contract(), [("/security", [{"HTTPBearer": []}]), (f"{LIST}/security", GONE)])
    assert drift(contract(), new) == []
    open_again = edited(new, [("/security", [])])
    (finding,) = drift(new, open_again)
    assert (finding.rule.id, finding.location) == ("security-no-longer-required", "/security")
    assert finding.operations == ("GET /videos",)


def with_operation(member: Node, version: str = "3.1.0") -> Node:
    return edited(
        with_schema(STRING, version=version),
        [("/paths/~1things/post", {"responses": {"200": {"description": "Yes."}}, **member})],
    )


def with_parameter(**parameter: Any) -> Node:
    return with_operation({"parameters": [{"name": "q", "in": "query", **parameter}]})


def with_form(schema: Node, media_type: str = "application/x-www-form-urlencoded") -> Node:
    return with_operation({"requestBody": {"content": {media_type: schema}}})


FORM = {"type": "object", "properties": {"a": LIST_OF, "b": STRING, "c": OBJECT}}
MULTIPART = "multipart/form-data"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            with_parameter(schema=OBJECT, style="deepObject"),
            with_parameter(schema=OBJECT, style="deepObject", explode=True),
        ),
        (
            with_parameter(schema=LIST_OF),
            with_parameter(schema=LIST_OF, style="form", explode=True, allowReserved=False),
        ),
        *[
            (with_form({"schema": FORM}, kind), with_form({"schema": FORM, "encoding": said}, kind))
            for kind, said in (
                ("application/x-www-form-urlencoded", {"a": {"style": "form", "explode": True}}),
                ("application/x-www-form-urlencoded", {"a": {}, "b": {"headers": {}}}),
                ("application/x-www-form-urlencoded", {"a": {"style": "form", "x-a": 1}}),
                (MULTIPART, {"b": {"contentType": "text/plain"}}),
                (MULTIPART, {"c": {"contentType": "application/json"}}),
            )
        ],
        (with_operation({"tags": ["a", "b"]}), with_operation({"tags": ["b", "a"]})),
    ],
)
def test_a_default_written_out_is_the_same(one: Node, other: Node) -> None:
    assert drift(one, other) == []
    assert drift(other, one) == []


@pytest.mark.parametrize(
    ("member", "encoding"),
    [
        ("a", {"explode": False}),
        ("b", {"contentType": "application/json"}),
        ("c", {"style": "form"}),
        ("d", {"contentType": "text/plain"}),
    ],
)
def test_another_encoding_of_a_form_is_told(member: str, encoding: Node) -> None:
    form = {**FORM, "required": [member]}
    new = with_form({"schema": form, "encoding": {member: encoding}}, MULTIPART)
    assert rules(with_form({"schema": form}, MULTIPART), new) == ["request-encoding-changed"]


@pytest.mark.parametrize(
    ("one", "other", "rule"),
    [
        (
            {"application/json": {"schema": STRING}, "application/json; v=2": {"schema": STRING}},
            {"application/json; v=2": {"schema": INTEGER}, "application/json": {"schema": STRING}},
            ["response-type-changed"],
        ),
        (
            {"application/json": {"schema": STRING}, "application/json; v=2": {"schema": STRING}},
            {"application/json": {"schema": STRING}},
            ["response-media-type-removed"],
        ),
        (
            {"text/a": {}, "text/a; charset=UTF-8": {}, "text/a;charset=utf-8": {}},
            {"text/a": {}},
            [],
        ),
        (
            {"application/jsonl": {"itemSchema": STRING}},
            {"application/jsonl": {"itemSchema": INTEGER}},
            ["response-type-changed"],
        ),
    ],
)
def test_all_that_a_response_may_come_as_is_compared(
    one: Node, other: Node, rule: list[str]
) -> None:
    content = "/paths/~1things/post/responses/200/content"
    old, new = (edited(with_schema(STRING), [(content, each)]) for each in (one, other))
    assert rules(old, new) == rule


@pytest.mark.parametrize(
    "item",
    [
        {"query": {"responses": {}}},
        {"additionalOperations": {"COPY": {"responses": {}}}},
        {"additionalOperations": {"LOCK": {}, "UNLOCK": {}}},
    ],
)
def test_every_method_of_openapi_3_2_is_compared(item: Node) -> None:
    old = edited(with_schema(STRING, version="3.2.0"), [("/paths/~1other", item)])
    new = edited(old, [("/paths/~1other", GONE)])
    assert set(rules(old, new)) == {"operation-removed"}
    assert set(rules(new, old)) == {"operation-added"}


def test_the_whole_query_string_of_openapi_3_2_is_a_parameter() -> None:
    whole = {"in": "querystring", "name": "q", "content": {"application/json": {"schema": OBJECT}}}
    old = with_operation({"parameters": [whole]}, "3.2.0")
    assert rules(old, with_operation({}, "3.2.0")) == ["parameter-removed"]


def test_a_discriminator_value_that_is_the_name_of_a_schema_may_be_left_out() -> None:
    branches = [{"$ref": f"{HERE}{name}"} for name in ("Cat", "Dog")]
    documents = []
    for mapping in ({}, {"mapping": {"Cat": f"{HERE}Cat", "Dog": "Dog"}}):
        choice = {"oneOf": branches, "discriminator": {"propertyName": "kind", **mapping}}
        shared = {name: {"type": "object", "required": [name]} for name in ("Cat", "Dog")}
        documents.append(edited(with_schema(choice), [("/components/schemas", shared)]))
    assert drift(*documents) == []
    assert drift(*documents[::-1]) == []
