"""Next versions of the API's document: names of the facade hold, and it works against the sandbox.

Each version changes openapi.json as a vendor might. It is taken with `--from`, every operation of
the package is called against a recording server, and the facade against a sandbox that serves the
new document.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.checkout import Checkout, Node

NULLABLE_BODY = {"anyOf": [{"$ref": "#/components/schemas/UpdateVideoRequest"}, {"type": "null"}]}
PAGE_AND_OFFSET = [
    {"name": name, "in": "query", "schema": {"type": "integer", "minimum": 0}}
    for name in ("page", "offset", "timeout", "data", "overwrite", "max_bytes")
]

# Runs where the new package is the one that is imported.
USE = """
import json, sys
from creatoraudit import CreatorAudit
from creatoraudit_api.operations import OPERATIONS
from creatoraudit_sandbox import Sandbox
from support import roundtrip

document = json.load(open("openapi.json", encoding="utf-8"))
total, wrong = roundtrip.run(document, "/v2")
assert not wrong, wrong
assert total == len(OPERATIONS), (total, len(OPERATIONS))
with Sandbox(accounts=3, videos=12, account_videos=30) as sandbox:
    with CreatorAudit(api_key=sandbox.api_key, base_url=sandbox.base_url) as ca:
        videos = ca.videos.list(platform="tiktok", limit=5, max_items=5).to_list()
        assert len(videos) == 5 and videos[0].platform == "tiktok"
        one = ca.videos.get(videos[0].id)
        assert one.id == videos[0].id
        assert ca.videos.update(one.id, is_active=False).is_active is False
        assert ca.videos.get(one.id).is_active is False
        assert ca.videos.deltas([video.id for video in videos])[one.id] is not None
        assert ca.breakouts(window=7).considered
        assert ca.whoami().organization_id
        assert ca.creators.create(name="Somebody").name == "Somebody"
        assert ca.call("track_account", platform="tiktok", username="somebody").status == 201
print("done")
"""


def renamed_ids_schemas_parameters_and_tags(document: Node) -> Node:
    text = json.dumps(document)
    for name in document["components"]["schemas"]:
        text = text.replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/V3.{name}"')
    changed: Node = json.loads(text)
    found = changed["components"]["schemas"]
    changed["components"]["schemas"] = {f"V3.{name}": node for name, node in found.items()}
    paths: Node = {}
    for path, item in changed["paths"].items():
        for operation in item.values():
            operation["operationId"] = f"v3-{operation['operationId']}"
            operation["tags"] = [f"New {operation['tags'][0]}"]
            for parameter in operation.get("parameters", []):
                if parameter.get("in") == "path":
                    parameter["name"] = f"the-{parameter['name']}"
        paths[re.sub(r"{(\w+)}", r"{the-\1}", path)] = item
    changed["paths"] = paths
    return changed


def time_series(document: Node) -> Node:
    point = {"type": "object", "properties": {"day": {"type": "string", "format": "date"}}}
    schema = {"type": "object", "properties": {"data": {"type": "array", "items": point}}}
    document["paths"]["/videos/{video_id}/timeseries"] = {
        "get": {
            "parameters": [
                {"name": "video_id", "in": "path", "required": True, "schema": {"type": "string"}},
                {"name": "metrics", "in": "query", "explode": False,
                 "schema": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}},
            ],
            "responses": {"2XX": {"content": {"application/json": {"schema": schema}}}},
        }
    }  # fmt: skip
    return document


def as_openapi_3_0(document: Node) -> Node:
    def older(node: Any) -> None:
        for inner in list(node.values()) if isinstance(node, dict) else node:
            if isinstance(inner, dict | list):
                older(inner)
        if isinstance(node, dict) and isinstance(node.get("type"), list):
            kinds = [kind for kind in node["type"] if kind != "null"]
            if len(kinds) == 1:
                node["type"], node["nullable"] = kinds[0], True
            elif len(kinds) == len(node["type"]):
                node["oneOf"] = [{"type": kind} for kind in node.pop("type")]

    older(document["components"]["schemas"])
    older(document["paths"])
    document["openapi"] = "3.0.3"
    return document


def everything_inline(document: Node) -> Node:
    def inlined(node: Any) -> Any:
        if isinstance(node, list):
            return [inlined(one) for one in node]
        if not isinstance(node, dict):
            return node
        if isinstance(node.get("$ref"), str):
            target: Any = document
            for part in node["$ref"][2:].split("/"):
                target = target[part]
            return inlined(target)
        return {key: inlined(value) for key, value in node.items()}

    document["paths"] = inlined(document["paths"])
    document["components"] = {"securitySchemes": document["components"]["securitySchemes"]}
    return document


def a_new_value(document: Node) -> Node:
    text = json.dumps(document).replace('["instagram", "tiktok"]', '["instagram", "tiktok", "x"]')
    changed: Node = json.loads(text)
    return changed


def pages_by_number(document: Node) -> Node:
    for path in ("/videos", "/accounts"):
        document["paths"][path]["get"]["parameters"] += copy.deepcopy(PAGE_AND_OFFSET)
    return document


def an_upload(document: Node) -> Node:
    form = {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "more": {"type": "array", "items": {"type": "string", "format": "binary"}},
            "note": {"type": "string"},
            "body": {"type": "object", "properties": {"a": {"type": "integer"}}},
        },
    }
    document["paths"]["/videos/{video_id}/thumbnail"] = {
        "post": {
            "requestBody": {
                "required": True,
                "content": {
                    "multipart/form-data": {
                        "schema": form,
                        "encoding": {
                            "more": {"contentType": "image/png"},
                            "note": {"contentType": "text/markdown"},
                        },
                    }
                },
            },
            "responses": {"204": {"description": ""}},
        }
    }
    return document


def an_export(document: Node) -> Node:
    for path, kind in (("/videos/export", "text/csv"), ("/videos/archive", "application/zip")):
        content = {kind: {"schema": {"type": "string", "format": "binary"}}}
        document["paths"][path] = {
            "get": {"responses": {"200": {"description": "", "content": content}}}
        }
    return document


def other_security(document: Node) -> Node:
    document["components"]["securitySchemes"] = {
        "HTTPBearer": {"type": "oauth2", "flows": {}},
        "Header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    }
    document["paths"]["/overview"]["get"]["security"] = [{"Header": []}]
    return document


def optional_bodies_as_fastapi_writes_them(document: Node) -> Node:
    document["paths"]["/videos/{video_id}"]["patch"]["requestBody"] = {
        "content": {"application/json": {"schema": {**NULLABLE_BODY, "title": "Body"}}}
    }
    for name, schema in (
        ("list", {"type": "array", "items": {"type": "integer"}}),
        ("map", {"type": "object", "additionalProperties": {"type": "string"}}),
        (
            "union",
            {"oneOf": [{"$ref": "#/components/schemas/UpdateVideoRequest"}, {"type": "string"}]},
        ),
        ("alias", {"$ref": "#/components/schemas/Alias"}),
        ("whole", {"allOf": [{"$ref": "#/components/schemas/UpdateVideoRequest"}]}),
    ):
        document["paths"][f"/bodies/{name}"] = {
            "put": {
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": schema}},
                },
                "responses": {"204": {"description": ""}},
            }
        }
    document["components"]["schemas"]["Alias"] = {"$ref": "#/components/schemas/UpdateVideoRequest"}
    return document


def below_the_path_of_the_server(document: Node) -> Node:
    document["paths"] = {f"/v2{path}": item for path, item in document["paths"].items()}
    document["servers"] = [{"url": "https://api.creatoraudit.com"}]
    return document


#: The changes of each version, which touch different parts, and what the summary says.
VERSIONS: list[tuple[list[Callable[[Node], Node]], list[str]]] = [
    ([renamed_ids_schemas_parameters_and_tags, below_the_path_of_the_server], ["30 operations"]),
    (
        [pages_by_number, as_openapi_3_0],
        ["30 operations", "changed operations (2): GET /accounts, GET /videos"],
    ),
    ([a_new_value, everything_inline], ["30 operations", "changed operations ("]),
    ([other_security], ["changed operations ("]),
    (
        [time_series, an_upload, an_export, optional_bodies_as_fastapi_writes_them],
        [
            "added operations (9): GET /videos/archive, GET /videos/export, GET /videos/{}/times",
            ", POST /videos/{}/thumbnail, PUT /bodies/alias, PUT /bodies/list, ",
            "PATCH /videos/{}",
        ],
    ),
]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("changes", "told"), VERSIONS, ids=[v[0].__name__ for v, _ in VERSIONS])
def test_the_facade_works_with_the_next_version(
    checkout: Checkout,
    contract: Node,
    tmp_path: Path,
    changes: list[Callable[[Node], Node]],
    told: list[str],
) -> None:
    for change in changes:
        contract = change(contract)
    new = tmp_path / "next.json"
    new.write_text(json.dumps(contract), encoding="utf-8")
    summary = adopted(checkout, new)
    assert [text for text in told if text not in summary] == []


@pytest.mark.timeout(300)
def test_a_document_in_yaml_with_a_byte_order_mark_is_taken_as_json(
    checkout: Checkout, contract: Node, tmp_path: Path
) -> None:
    new = tmp_path / "next.yaml"
    text = yaml.safe_dump(contract, sort_keys=False, allow_unicode=True)
    new.write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    before = checkout.with_generated().files()
    ran = checkout.regenerate("--from", str(new))
    assert ran.code == 0, ran.err
    after = checkout.files()
    assert {name for name in before if after.get(name) != before[name]} <= {
        "creatoraudit_api/openapi.json",
        "creatoraudit_api/stamp.json",
    }
    assert after.keys() == before.keys()
    taken = (checkout.root / "openapi.json").read_text(encoding="utf-8")
    assert json.loads(taken) == contract
    assert list(json.loads(taken)["paths"]) == list(contract["paths"])


def adopted(checkout: Checkout, new: Path) -> str:
    """Takes the document, uses what comes of it, and gives the summary."""
    checkout.with_generated()
    ran = checkout.regenerate("--from", str(new))
    assert ran.code == 0, ran.err
    assert checkout.python(USE) == "done"
    return ran.out
