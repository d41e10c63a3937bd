"""openapi.json itself: valid, complete, and each part with its evidence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

DOCUMENT = json.loads((Path(__file__).parents[2] / "openapi.json").read_text("utf-8"))
METHODS = ("get", "post", "put", "patch", "delete")
EVIDENCE = {"documented", "guide", "implied"}
OPERATIONS = {
    f"{method.upper()} {path}": item[method]
    for path, item in DOCUMENT["paths"].items()
    for method in METHODS
    if method in item
}
SCHEMAS = DOCUMENT["components"]["schemas"]


def resolved(part: Any) -> Any:
    while "$ref" in part:
        found: Any = DOCUMENT
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for member in part.values():
            yield from references(member)
    elif isinstance(part, list):
        for member in part:
            yield from references(member)


def test_the_document_is_valid_openapi() -> None:
    validate(DOCUMENT)


def test_all_thirty_operations_are_there() -> None:
    assert len(OPERATIONS) == 30
    assert len({operation["operationId"] for operation in OPERATIONS.values()}) == 30


@pytest.mark.parametrize("name", [*OPERATIONS, *SCHEMAS])
def test_each_part_says_how_firmly_and_where_it_is_established(name: str) -> None:
    part = OPERATIONS.get(name) or SCHEMAS[name]
    assert part["x-evidence"] in EVIDENCE
    assert part["x-sources"]
    assert all(source.startswith("https://docs.creatoraudit.com/") for source in part["x-sources"])
    assert part["description"]


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_declares_its_responses_with_their_headers(name: str) -> None:
    operation = OPERATIONS[name]
    answers = {status: resolved(part) for status, part in operation["responses"].items()}
    assert {"406", "500", "502", "503"} <= answers.keys()
    assert ("401" in answers) == bool(operation["security"])
    for status, answer in answers.items():
        assert "X-Request-ID" in answer["headers"]
        if int(status) >= 400:
            media = answer["content"]["application/problem+json"]
            assert media["schema"]["$ref"].endswith("/ProblemDetail")
    if operation["security"]:
        assert "Retry-After" in answers["429"]["headers"]
    if name.startswith("GET"):
        success = answers["200"]["headers"]
        assert {"ETag", "Cache-Control"} <= success.keys()
        assert "304" in answers


def test_no_response_header_is_required() -> None:
    # The API's documentation marks none; `contract/_presence.py` says where each is present.
    answers = [
        answer
        for operation in OPERATIONS.values()
        for answer in map(resolved, operation["responses"].values())
    ]
    headers = [resolved(one) for answer in answers for one in answer.get("headers", {}).values()]
    assert len(headers) > 100
    assert not [one for one in headers if "required" in one]


def test_every_schema_is_used() -> None:
    used = {reference.rpartition("/")[2] for reference in references(DOCUMENT)}
    assert SCHEMAS.keys() <= used


def test_objects_stay_open() -> None:
    for name, schema in SCHEMAS.items():
        assert schema.get("additionalProperties") is True, name


def test_each_success_says_whether_its_status_is_documented() -> None:
    bases = {
        (name, status): answer["x-status-basis"]
        for name, operation in OPERATIONS.items()
        for status, answer in operation["responses"].items()
        if status.startswith("2")
    }
    link = "PUT /creators/{creator_id}/accounts/{account_id}"
    printed = {("POST /videos", "201"), (link, "200"), (link, "201")}
    by_rule = {("POST /accounts", "201"), ("POST /creators", "201")}
    assert {place for place, basis in bases.items() if basis == "printed"} == printed
    assert {place for place, basis in bases.items() if basis == "api-wide"} == by_rule
    assert {bases[place] for place in bases.keys() - printed - by_rule} == {"chosen"}


def test_every_mark_of_evidence_has_a_known_level() -> None:
    def marks(part: Any) -> Iterator[tuple[str, str]]:
        if isinstance(part, dict):
            for name, member in part.items():
                if name.startswith("x-") and name.endswith("evidence"):
                    yield name, member
                else:
                    yield from marks(member)
        elif isinstance(part, list):
            for member in part:
                yield from marks(member)

    found = set(marks(DOCUMENT))
    assert {level for _, level in found} == EVIDENCE
    assert {"x-limits-evidence", "x-default-evidence"} <= {name for name, _ in found}


@pytest.mark.parametrize("name", ["GET /accounts", "GET /videos", "GET /creators"])
def test_a_sort_that_is_null_or_absent_is_a_sort_that_was_not_asked_for(name: str) -> None:
    sort = {
        parameter["name"]: parameter
        for parameter in map(resolved, OPERATIONS[name]["parameters"])
        if parameter["name"].startswith("order_")
    }
    for parameter in sort.values():
        assert not parameter["required"]
        assert parameter["schema"]["type"] == ["string", "null"]
        assert None in parameter["schema"]["enum"]
    direction = "ascending" if name == "GET /creators" else "descending"
    assert direction in sort["order_direction"]["description"]


def test_no_member_claims_more_than_is_known_of_it() -> None:
    hit = SCHEMAS["SearchVideo"]["properties"]
    assert "null" not in hit["account_id"]["description"]
    figures = SCHEMAS["OverviewFigures"]["properties"]["total_views"]["description"]
    assert figures != SCHEMAS["VideoResponse"]["properties"]["total_views"]["description"]


def query_parameter(operation: str, name: str) -> Any:
    parameters = map(resolved, OPERATIONS[operation]["parameters"])
    return next(parameter for parameter in parameters if parameter["name"] == name)


@pytest.mark.parametrize("name", ["GET /videos", "GET /creators"])
def test_a_documented_sort_takes_the_keys_of_order_by_with_an_optional_minus(name: str) -> None:
    sort = query_parameter(name, "sort")["schema"]
    keys = [key for key in query_parameter(name, "order_by")["schema"]["enum"] if key]
    for taken in (sort["default"], *keys, *(f"-{key}" for key in keys)):
        assert re.search(sort["pattern"], taken)
    for refused in ("", "size", f"--{keys[0]}", f"+{keys[0]}", f"{keys[0]},{keys[0]}"):
        assert not re.search(sort["pattern"], refused)


def test_a_sort_whose_keys_are_not_documented_has_no_pattern() -> None:
    assert "pattern" not in query_parameter("GET /accounts", "sort")["schema"]


@pytest.mark.parametrize(
    ("name", "types"),
    [
        ("OverviewFigures", [{"integer"}, {"number"}, {"integer"}, {"integer"}, {"integer"}]),
        ("OverviewChanges", [{"number", "null"}] * 5),
    ],
)
def test_the_figures_of_the_overview_default_to_zero(name: str, types: list[set[str]]) -> None:
    members = SCHEMAS[name]["properties"].values()
    assert [member["default"] for member in members] == [0] * 5
    kinds = [member["type"] for member in members]
    assert [{kind} if isinstance(kind, str) else set(kind) for kind in kinds] == types


def test_the_default_windows_are_documented_by_a_sample() -> None:
    windows = SCHEMAS["VideoDeltasRequest"]["properties"]["windows"]
    assert windows["default"] == SCHEMAS["VideoDeltasRequest"]["examples"][0]["windows"]
    assert (windows["x-default-evidence"], windows["x-default-basis"]) == ("documented", "sample")


def test_a_tag_says_what_it_names_without_describing_it() -> None:
    tags = {tag["name"]: tag for tag in DOCUMENT["tags"]}
    assert tags.keys() == {tag for one in OPERATIONS.values() for tag in one["tags"]}
    assert [name for name, tag in tags.items() if "x-not-described" in tag] == ["Analytics"]
    series, breakdowns = tags["Analytics"]["x-not-described"]
    assert series.startswith("Daily series")
    assert breakdowns.startswith("Daily breakdowns")
    for word in ("daily series", "daily breakdowns"):
        assert word in tags["Analytics"]["description"].lower()
    assert "`x-not-described`" in DOCUMENT["info"]["description"]


@pytest.mark.parametrize("name", DOCUMENT["components"]["headers"])
def test_each_response_header_says_where_it_is_present(name: str) -> None:
    description = DOCUMENT["components"]["headers"][name]["description"]
    assert re.search(r"(Every|Responses of) .*ha(s|ve) it", description)
