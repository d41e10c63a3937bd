"""openapi.json itself: valid, complete, and each part with its evidence."""

from __future__ import annotations

import json
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
def test_each_operation_declares_its_answers_with_their_headers(name: str) -> None:
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


def test_every_schema_is_used() -> None:
    used = {reference.rpartition("/")[2] for reference in references(DOCUMENT)}
    assert SCHEMAS.keys() <= used


def test_objects_stay_open() -> None:
    for name, schema in SCHEMAS.items():
        assert schema.get("additionalProperties") is True, name
