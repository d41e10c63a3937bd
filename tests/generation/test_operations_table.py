"""operations.py agrees with the contract about every operation."""

from __future__ import annotations

import inspect
import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import creatoraudit_api
from creatoraudit.contract.openapi import operation_key
from creatoraudit_api import models, operations
from creatoraudit_api.columns import COLUMNS
from creatoraudit_api.operations import OPERATIONS, Bound, Operation
from creatoraudit_api.types import UNSET

CONTRACT = json.loads(
    (Path(creatoraudit_api.__path__[0]) / "openapi.json").read_text(encoding="utf-8")
)
DOCUMENTED = {
    node["operationId"]: (method.upper(), path, node)
    for path, item in CONTRACT["paths"].items()
    for method, node in item.items()
}
NOT_OURS = {"If-None-Match", "X-Request-ID"}


def deref(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = CONTRACT
        for part in node["$ref"][2:].split("/"):
            target = target[part]
        node = target
    return node


def parameters(node: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = [deref(parameter) for parameter in node["parameters"]] if "parameters" in node else []
    return {
        parameter["name"].replace("-", "_").lower(): parameter
        for parameter in found
        if parameter["name"] not in NOT_OURS
    }


def body_schema(node: dict[str, Any]) -> dict[str, Any] | None:
    if "requestBody" not in node:
        return None
    return deref(node["requestBody"]["content"]["application/json"]["schema"])


def members(node: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Schemas of everything an operation takes, by argument or member name."""
    found = {name: parameter["schema"] for name, parameter in parameters(node).items()}
    body = body_schema(node)
    return {**found, **(body["properties"] if body else {})}


def test_the_table_has_exactly_the_operations_of_the_contract() -> None:
    assert set(OPERATIONS) == set(DOCUMENTED)
    assert len(OPERATIONS) == 30
    for name, operation in OPERATIONS.items():
        assert operation is getattr(operations, name)


@pytest.mark.parametrize("name", sorted(DOCUMENTED))
def test_an_operation_is_addressed_as_documented(name: str) -> None:
    method, path, node = DOCUMENTED[name]
    operation = OPERATIONS[name]
    assert (operation.name, operation.method, operation.path) == (name, method, path)
    assert operation.tag == node["tags"][0]
    assert operation.authenticated is bool(node["security"])
    takes = {key: parameter["in"] for key, parameter in parameters(node).items()}
    assert dict(operation.arguments) == takes
    assert operation.wire_names == (
        {"idempotency_key": "Idempotency-Key"} if "idempotency_key" in takes else {}
    )
    body = body_schema(node)
    assert operation.body == (body["title"] if body else None)
    assert operation.body_members == tuple(body["properties"] if body else ())
    required = {key for key, parameter in parameters(node).items() if parameter.get("required")}
    assert operation.required == required | set(body.get("required", []) if body else [])


@pytest.mark.parametrize("name", sorted(DOCUMENTED))
def test_bounds_are_those_of_the_contract(name: str) -> None:
    schemas = members(DOCUMENTED[name][2])
    assert set(OPERATIONS[name].bounds) == set(schemas)
    for member, schema in schemas.items():
        bound = OPERATIONS[name].bounds[member]
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        items = schema.get("items", {})
        told = items or schema
        assert bound.kind == next(kind for kind in kinds if kind != "null")
        assert bound.nullable is ("null" in kinds)
        assert (bound.minimum, bound.maximum) == (schema.get("minimum"), schema.get("maximum"))
        assert (bound.min_length, bound.max_length) == (
            schema.get("minLength"),
            schema.get("maxLength"),
        )
        assert bound.min_items == schema.get("minItems")
        if not member.startswith(("instagram_", "tiktok_")):
            assert bound.max_items == schema.get("maxItems")
        assert (bound.item_minimum, bound.item_maximum) == (
            items.get("minimum"),
            items.get("maximum"),
        )
        assert bound.format == told.get("format")
        assert bound.choices == tuple(v for v in told.get("enum", []) if v is not None)
        assert bound.default == schema.get("default")


def test_lists_are_paged_with_the_contracts_page_limit() -> None:
    paged = {name: op.page_limit for name, op in OPERATIONS.items() if op.paged}
    assert paged == {
        "list_accounts": 200,
        "list_videos": 200,
        "list_account_videos": 200,
        "list_creators": 200,
    }
    assert OPERATIONS["top_creators"].page_limit is None


def test_id_lists_are_split_at_two_hundred_also_where_no_bound_is_printed() -> None:
    batched = {name: (op.id_lists, op.batch_size) for name, op in OPERATIONS.items() if op.id_lists}
    assert batched == {
        "batch_video_deltas": (("video_ids",), 200),
        "get_video_deltas": (("video_ids",), 200),
        "batch_account_metrics": (("account_ids",), 200),
        "batch_video_metrics": (("video_ids",), 200),
        "batch_account_video_metrics": (("instagram_post_ids", "tiktok_video_ids"), 200),
    }


def test_only_what_changes_nothing_or_may_be_repeated_is_marked_so() -> None:
    read_only_posts = {n for n, op in OPERATIONS.items() if op.read_only and op.method != "GET"}
    assert read_only_posts == {
        "batch_video_deltas",
        "batch_account_metrics",
        "batch_video_metrics",
        "batch_account_video_metrics",
    }
    assert all(op.read_only for op in OPERATIONS.values() if op.method == "GET")
    assert {n for n, op in OPERATIONS.items() if op.repeatable and not op.read_only} == {
        "link_account"
    }


def test_creates_take_an_idempotency_key_and_nothing_else_does() -> None:
    assert {name for name, op in OPERATIONS.items() if op.idempotency_key} == {
        "track_account",
        "track_video",
        "create_creator",
    }


def test_only_health_and_meta_go_without_a_key() -> None:
    assert {name for name, op in OPERATIONS.items() if not op.authenticated} == {
        "get_health",
        "get_meta",
    }


@pytest.mark.parametrize("name", sorted(DOCUMENTED))
def test_the_generated_function_takes_what_the_table_says(name: str) -> None:
    operation = OPERATIONS[name]
    signature = inspect.signature(import_module(operation.module).get_kwargs)
    taken = dict(signature.parameters)
    if operation.body:
        assert taken.pop("body").default is inspect.Parameter.empty
    assert list(taken) == list(operation.arguments)
    for argument, parameter in taken.items():
        wanted = inspect.Parameter.empty if argument in operation.required else UNSET
        assert parameter.default is wanted
    path = [argument for argument, where in operation.arguments.items() if where == "path"]
    assert re.findall(r"{(\w+)}", operation.path) == path
    kwargs = operation.get_kwargs(
        **dict.fromkeys(path, "x"),
        **({"body": {"a": 1}} if operation.body else {}),
        **({"video_ids": ["v"]} if name == "get_video_deltas" else {}),
    )
    assert kwargs["method"] == operation.method
    assert kwargs["url"] == re.sub(r"{\w+}", "x", operation.path)
    assert kwargs["extensions"] == {"creatoraudit_operation": name}


def test_models_named_in_the_table_exist() -> None:
    for operation in OPERATIONS.values():
        assert operation.body is None or hasattr(models, operation.body)


def test_operations_can_be_keys_and_cannot_be_changed() -> None:
    first = OPERATIONS["list_videos"]
    assert {first: 1}[operations.list_videos] == 1
    assert isinstance(first, Operation)
    assert isinstance(first.bounds["limit"], Bound)
    with pytest.raises(AttributeError):
        first.page_limit = 5  # type: ignore[misc]  # the point of the test


def test_every_operation_is_known_by_its_method_and_blanked_path() -> None:
    for operation in OPERATIONS.values():
        assert operation.key == operation_key(operation.method, operation.path)
    assert len({operation.key for operation in OPERATIONS.values()}) == len(OPERATIONS)


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("list_videos", "Video"),
        ("list_creators", "Creator"),
        ("list_account_videos", "AccountVideo"),
    ],
)
def test_an_item_of_a_list_is_decoded_without_a_page(name: str, item: str) -> None:
    operation = OPERATIONS[name]
    assert operation.item == item
    row = dict.fromkeys(getattr(models, item).REQUIRED, "x")
    assert type(operation.decode_item(row)) is getattr(models, item)
    with pytest.raises((TypeError, KeyError)):
        operation.decode_item({})


def test_what_is_not_a_list_of_models_has_no_item() -> None:
    lists = {name for name, operation in OPERATIONS.items() if operation.item}
    paged = {name for name, operation in OPERATIONS.items() if operation.paged}
    assert lists == {*paged, "top_creators"}


def test_columns_are_the_declared_members_of_each_model_in_order() -> None:
    for name, found in COLUMNS.items():
        model = getattr(models, name)
        assert {column.name for column in found} == {wire for wire, _ in model.MEMBERS}
    response = DOCUMENTED["list_videos"][2]["responses"]["200"]
    page = deref(response["content"]["application/json"]["schema"])
    row = deref(page["properties"]["data"]["items"])
    assert [column.name for column in COLUMNS["Video"]] == list(row["properties"])
    video = {column.name: column for column in COLUMNS["Video"]}
    assert video["added_at"][1:] == ("string", True, "date-time")
    assert video["view_count"].kind == "integer"
