"""The same API, described differently: the public surface does not change."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from support.checkout import ROOT, Checkout, Node

COMMITTED = ROOT / "generated" / "creatoraudit_api"
UNTYPED: Node = {"type": "object", "title": "Data", "additionalProperties": True}


def nullable_by_any_of(node: Any) -> None:
    """Rewrites `type: [x, null]` the way FastAPI spells it."""
    for inner in list(node.values()) if isinstance(node, dict) else node:
        if isinstance(inner, dict | list):
            nullable_by_any_of(inner)
    if not isinstance(node, dict) or not isinstance(node.get("type"), list):
        return
    kinds = [kind for kind in node["type"] if kind != "null"]
    if len(kinds) == len(node["type"]):
        return
    outer = {key: node.pop(key) for key in ("description", "default") if key in node}
    inner = {**node, "type": kinds[0]}
    if "enum" in inner:
        inner["enum"] = [value for value in inner["enum"] if value is not None]
    node.clear()
    node.update({"anyOf": [inner, {"type": "null"}], "title": "A Title", **outer})


def other_schema_name(name: str) -> str:
    for ours, theirs in (("Single_", "SingleResponse_"), ("Page_", "PaginatedResponse_")):
        if name.startswith(ours):
            return theirs + name.removeprefix(ours).replace("Response", "Out")
    if name.endswith("Request"):
        return name.removesuffix("Request") + "Payload-Input"
    return f"app.schemas.{name.removesuffix('Response')}"


def in_another_hand(contract: Node) -> Node:
    """The contract as a FastAPI application might print it."""
    text = json.dumps(contract)
    for name in contract["components"]["schemas"]:
        prefix = "#/components/schemas/"
        text = text.replace(f'"{prefix}{name}"', f'"{prefix}{other_schema_name(name)}"')
    document: Node = json.loads(text)
    components = document["components"]
    components["schemas"] = {
        other_schema_name(name): {**schema, "title": other_schema_name(name)}
        for name, schema in components["schemas"].items()
    }
    components["schemas"]["HTTPValidationError"] = {
        "type": "object",
        "properties": {"detail": {"type": "array", "items": {"type": "object"}}},
    }
    paths: Node = {}
    for path, item in document["paths"].items():
        renamed = dict(zip(re.findall(r"{(\w+)}", path), ("id", "other_id"), strict=False))
        theirs = f"/v2{path}"
        for ours, other in renamed.items():
            theirs = theirs.replace(f"{{{ours}}}", f"{{{other}}}")
        for method, operation in item.items():
            words = re.sub(r"\W+", "_", theirs)
            operation["operationId"] = f"{operation['operationId']}{words}_{method}"
            for parameter in operation.get("parameters", []):
                parameter["name"] = renamed.get(parameter.get("name"), parameter.get("name"))
            operation["parameters"] = [
                p for p in operation.get("parameters", []) if "$ref" not in p
            ]
            operation["responses"]["422"] = {
                "description": "Validation Error",
                "content": {
                    "application/json": {
                        "schema": {"$ref": "#/components/schemas/HTTPValidationError"}
                    }
                },
            }
        paths[theirs] = item
    document["paths"] = paths
    document["servers"] = [{"url": "https://api.creatoraudit.com"}]
    for node in (components["schemas"], paths):
        nullable_by_any_of(node)
    return document


def regenerated(checkout: Checkout, document: Node, tmp_path: Path) -> str:
    checkout.with_generated()
    new = tmp_path / "new.json"
    new.write_text(json.dumps(document), encoding="utf-8")
    ran = checkout.regenerate("--from", str(new))
    assert ran.code == 0, ran.err
    return ran.out


def model_files(package: Path) -> dict[str, str]:
    return {
        path.name: path.read_text(encoding="utf-8")
        for path in (package / "models").glob("*.py")
        if path.name != "__init__.py"
    }


def test_other_names_for_everything_change_no_public_name(
    checkout: Checkout, contract: Node, tmp_path: Path
) -> None:
    regenerated(checkout, in_another_hand(contract), tmp_path)
    for name in ("operations.py", "types.py", "client.py"):
        ours = (COMMITTED / name).read_text(encoding="utf-8")
        assert (checkout.package / name).read_text(encoding="utf-8") == ours
    ours_by_file, theirs = model_files(COMMITTED), model_files(checkout.package)
    assert {name: theirs.get(name) for name in ours_by_file} == ours_by_file
    assert set(theirs) == set(ours_by_file)  # what only failures refer to is not generated


def test_bare_objects_keep_the_names_that_are_still_clear(
    checkout: Checkout, contract: Node, tmp_path: Path
) -> None:
    document = in_another_hand(contract)
    for name in ("VideoDeltas", "WindowedMetrics", "Search"):
        schema = document["components"]["schemas"][f"app.schemas.{name}"]
        schema["properties"] = {"data": copy.deepcopy(UNTYPED), "meta": copy.deepcopy(UNTYPED)}
    out = regenerated(checkout, document, tmp_path)
    assert "the contract does not have: SearchAccount, SearchCaps, SearchCreator, " in out
    ours = (COMMITTED / "operations.py").read_text(encoding="utf-8")
    assert (checkout.package / "operations.py").read_text(encoding="utf-8") == ours
    code = (
        "from creatoraudit_api.operations import search;"
        "print(search.decode(200, {'data': {'accounts': []}, 'meta': {}}).data['accounts'])"
    )
    assert checkout.python(code) == "[]"


def test_one_model_reads_two_schemas_of_the_same_thing(
    checkout: Checkout, contract: Node, tmp_path: Path
) -> None:
    schemas = contract["components"]["schemas"]
    detail = copy.deepcopy(schemas["VideoResponse"])
    detail["properties"]["transcript"] = {"type": "string"}
    detail["required"] = [*detail["required"], "transcript"]
    schemas["VideoDetail"] = detail
    schemas["Single_VideoResponse_"]["properties"]["data"]["$ref"] = (
        "#/components/schemas/VideoDetail"
    )
    out = regenerated(checkout, contract, tmp_path)
    assert "models of names.json that stand for several schemas: Video" in out
    code = (
        "from creatoraudit_api.models import VideoPage, VideoEnvelope;"
        "item = {'id': 'v', 'platform': 'tiktok', 'external_id': 'x'};"
        "page = VideoPage.from_dict({'data': [item], 'pagination': {'has_next': 0, 'limit': 1}});"
        "one = VideoEnvelope.from_dict({'data': {**item, 'transcript': 't'}});"
        "print(type(page.data[0]) is type(one.data), page.data[0].transcript, one.data.transcript)"
    )
    assert checkout.python(code) == "True None t"


def test_one_schema_for_two_things_becomes_two_models(
    checkout: Checkout, contract: Node, tmp_path: Path
) -> None:
    schemas = contract["components"]["schemas"]
    del schemas["AccountVideo"]
    schemas["Page_AccountVideo_"]["properties"]["data"]["items"] = {
        "$ref": "#/components/schemas/VideoResponse"
    }
    regenerated(checkout, contract, tmp_path)
    code = (
        "from creatoraudit_api.models import Video, AccountVideo;"
        "print(Video is not AccountVideo, Video.MEMBERS == AccountVideo.MEMBERS)"
    )
    assert checkout.python(code) == "True True"


def test_an_operation_nobody_named_is_typed_paged_and_batched(
    checkout: Checkout, contract: Node, tmp_path: Path
) -> None:
    page = copy.deepcopy(contract["components"]["schemas"]["Page_AccountResponse_"])
    page["properties"]["data"]["items"] = {
        "type": "object",
        "required": ["day"],
        "properties": {"day": {"type": "string"}, "views": {"type": "integer"}},
    }
    answer = {"200": {"description": "", "content": {"application/json": {"schema": page}}}}
    cursor = {"name": "cursor", "in": "query", "schema": {"type": "string"}}
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 90}}
    id_ = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    ids = {"type": "array", "items": {"type": "string", "format": "uuid"}, "maxItems": 40}
    contract["paths"] |= {
        "/accounts/{id}/timeseries": {
            "parameters": [id_],
            "get": {"parameters": [cursor, limit], "responses": answer},
        },
        "/accounts/timeseries": {
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {"type": "object", "properties": {"account_ids": ids}}
                        }
                    },
                },
                "responses": answer,
            },
            "get": {"responses": answer},
        },
    }
    out = regenerated(checkout, contract, tmp_path)
    assert (
        "operations without a name in names.json: get_accounts_by_id_timeseries, "
        "get_accounts_timeseries, post_accounts_timeseries"
    ) in out
    code = """
from creatoraudit_api.operations import OPERATIONS as all
one, many = all["get_accounts_by_id_timeseries"], all["post_accounts_timeseries"]
print(one.paged, one.page_limit, one.get_kwargs(id="a/b", limit=5)["url"])
print(many.id_lists, many.batch_size, many.body, many.read_only)
page = one.decode(200, {"data": [{"day": "d"}], "pagination": {"has_next": True, "limit": 1}})
print(page.data[0].day, page.data[0].views, page.pagination.has_next)
"""
    assert checkout.python(code).splitlines() == [
        "True 90 /accounts/a%2Fb/timeseries",
        "('account_ids',) 40 PostAccountsTimeseriesRequest False",
        "d None True",
    ]


@pytest.mark.timeout(300)  # a hang, not a slow machine
def test_a_large_document_takes_seconds(checkout: Checkout, tmp_path: Path) -> None:
    schemas: Node = {}
    for number in range(100):
        members: Node = {f"member_{n}": {"type": ["string", "null"]} for n in range(12)}
        members["next"] = {"$ref": f"#/components/schemas/Thing{(number * 7 + 1) % 100}"}
        schemas[f"Thing{number}"] = {"type": "object", "properties": members}
    paths = {
        f"/things{number}": {
            "get": {
                "tags": [f"tag {number % 9}"],
                "responses": {
                    "200": {
                        "description": "",
                        "content": {
                            "application/json": {
                                "schema": {"$ref": f"#/components/schemas/Thing{number}"}
                            }
                        },
                    }
                },
            }
        }
        for number in range(50)
    }
    document = {"openapi": "3.1.0", "paths": paths, "components": {"schemas": schemas}}
    checkout.data("overlay.json", {})
    assert "\n50 operations, " in regenerated(checkout, document, tmp_path)
