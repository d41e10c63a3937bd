"""The sandbox serves the openapi.json that it is given."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from creatoraudit_sandbox import Sandbox
from creatoraudit_sandbox import contract as contract_module
from creatoraudit_sandbox.contract import ENVIRONMENT, Contract, load

from .conftest import Api

ROOT = Path(__file__).parents[2]


@pytest.fixture
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((ROOT / "openapi.json").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture
def serve_document(
    start: Callable[..., Api], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[dict[str, Any]], Api]]:
    """Starts a sandbox by a document of the test's own."""

    def serve(document: dict[str, Any]) -> Api:
        path = tmp_path / "openapi.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        monkeypatch.setenv(ENVIRONMENT, str(path))
        load.cache_clear()
        return start()

    yield serve
    load.cache_clear()


Serve = Callable[[dict[str, Any]], Api]


def test_bounds_are_the_documents(serve_document: Serve, document: dict[str, Any]) -> None:
    limit = document["paths"]["/videos"]["get"]["parameters"][0]
    assert limit["name"] == "limit"
    limit["schema"] |= {"maximum": 7, "default": 3}
    # As OpenAPI 3.0 writes them.
    limit["schema"] |= {"minimum": 1, "exclusiveMinimum": True, "exclusiveMaximum": False}
    api = serve_document(document)
    assert api.get("/videos").json()["pagination"]["limit"] == 3
    assert [api.get(f"/videos?limit={n}").status_code for n in (1, 2, 7)] == [422, 200, 200]
    assert api.get("/videos?limit=8").json()["errors"] == [
        {"field": "limit", "message": "must be at most 7"}
    ]


def test_other_names_of_operations_and_path_parameters_change_nothing(
    serve_document: Serve, document: dict[str, Any]
) -> None:
    paths = json.dumps(document["paths"])
    for name in ("video_id", "account_id", "creator_id"):
        paths = paths.replace(f"{{{name}}}", f"{{{name}_x}}")
        paths = paths.replace(
            f'"name": "{name}", "in": "path"', f'"name": "{name}_x", "in": "path"'
        )
    document["paths"] = json.loads(paths)
    for item in document["paths"].values():
        for method, operation in item.items():
            if method != "parameters":
                operation["operationId"] = f"{operation['operationId']}_v2_x"
    api = serve_document(document)
    with Api(api.sandbox, api.sandbox.read_key) as reader:
        ids = [v["id"] for v in reader.get("/videos").json()["data"]]
        assert reader.post("/videos/deltas", json={"video_ids": ids}).status_code == 200
    for item in (api.walk("/videos")[0], api.walk("/accounts")[0]):
        assert api.get(f"/{item['type']}s/{item['id']}").json()["data"] == item
    headers = {"Idempotency-Key": "one"}
    first, again = (api.post("/creators", json={"name": "x"}, headers=headers) for _ in range(2))
    assert first.content == again.content


def test_documented_operation_that_is_not_served_says_so(
    serve_document: Serve, document: dict[str, Any]
) -> None:
    document["paths"]["/trends"] = {"get": document["paths"]["/overview"]["get"] | {}}
    document["paths"]["/trends"]["get"]["operationId"] = "get_trends"
    answer = serve_document(document).get("/trends")
    assert (answer.status_code, answer.json()["title"]) == (501, "Not Implemented")
    assert answer.json()["detail"] == (
        "The sandbox does not serve this operation yet: GET /trends."
    )
    assert "Retry-After" not in answer.headers


def as_fastapi_writes_it(document: dict[str, Any]) -> None:
    for operation in operations(document):
        for parameter in operation.get("parameters", []):
            if parameter.get("in") == "query" and not parameter.get("required"):
                schema = parameter["schema"]
                default = {"default": schema.pop("default")} if "default" in schema else {}
                parameter["schema"] = {"anyOf": [schema, {"type": "null"}], **default}
        if "requestBody" in operation:
            content = operation["requestBody"]["content"]["application/json"]
            content["schema"] = {"anyOf": [content["schema"], {"type": "null"}], "title": "Body"}


def in_version_3_0(document: dict[str, Any]) -> None:
    document["openapi"] = "3.0.3"

    def walk(node: Any) -> None:
        for child in node.values() if isinstance(node, dict) else node:
            if isinstance(child, dict | list):
                walk(child)
        if isinstance(node, dict) and isinstance(node.get("type"), list) and "null" in node["type"]:
            others = [name for name in node["type"] if name != "null"]
            node |= {"type": others[0], "nullable": True}

    walk(document)


def below_the_servers_path(document: dict[str, Any]) -> None:
    document["servers"] = [{"url": "https://api.example.com"}]
    document["paths"] = {f"/v2{path}": item for path, item in document["paths"].items()}


def with_more_operations(document: dict[str, Any]) -> None:
    paths = document["paths"]
    paths["/videos/{video-id}/series"] = {"get": paths["/videos/{video_id}"]["get"] | {}}
    paths["/uploads"] = {"post": {"requestBody": {"content": {"multipart/form-data": {}}}}}
    paths["/exports/videos.csv"] = {"get": {"responses": {"200": {"content": {"text/csv": {}}}}}}
    paths["/broken"] = {"get": None, "summary": "nothing", "parameters": [{}]}
    paths["/elsewhere"] = {"$ref": "#/nowhere"}


def with_fewer_rules(document: dict[str, Any]) -> None:
    for operation in operations(document):
        for parameter in operation.get("parameters", []):
            parameter["schema"] = {}
        if "requestBody" in operation:
            operation["requestBody"] = {"content": {"application/json": {}}}


def with_one_id_for_all(document: dict[str, Any]) -> None:
    for operation in operations(document):
        operation["operationId"] = "call"


def without_ids(document: dict[str, Any]) -> None:
    for operation in operations(document):
        del operation["operationId"]


def with_schemas_that_do_not_compile(document: dict[str, Any]) -> None:
    for operation in operations(document):
        for parameter in operation.get("parameters", []):
            if parameter.get("in") == "query":
                parameter["schema"]["pattern"] = "(?<no"
        if "requestBody" in operation:
            schema = {"$ref": "#/components/schemas/Nowhere"}
            operation["requestBody"]["content"]["application/json"]["schema"] = schema


def with_other_names_in_paths(document: dict[str, Any]) -> None:
    paths = json.dumps(document["paths"])
    for name in ("video_id", "account_id", "creator_id"):
        paths = paths.replace(f"{{{name}}}", "{the-id}", 1).replace(f"{{{name}}}", "{x.y}")
    document["paths"] = json.loads(paths)


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in document["paths"].values():
        yield from (each for name, each in item.items() if name != "parameters")


@pytest.mark.parametrize(
    "change",
    [
        as_fastapi_writes_it,
        in_version_3_0,
        below_the_servers_path,
        with_more_operations,
        with_fewer_rules,
        with_one_id_for_all,
        without_ids,
        with_schemas_that_do_not_compile,
        with_other_names_in_paths,
    ],
)
def test_later_document_is_served_as_far_as_it_is_known(
    serve_document: Serve, document: dict[str, Any], change: Callable[[dict[str, Any]], None]
) -> None:
    change(document)
    api = serve_document(document)
    video = api.walk("/videos", platform="tiktok", is_active="true")[0]
    account = api.walk("/accounts", q=video["account_username"][:1], include_total="true")[0]
    assert api.get(f"/videos/{video['id']}").json()["data"] == video
    assert api.get(f"/accounts/{account['id']}").json()["data"] == account
    assert api.get("/videos/deltas", params={"video_ids": [video["id"]]}).json()["data"]
    asked = {"video_ids": [video["id"]], "windows": [3]}
    assert api.post("/videos/deltas", json=asked).json()["data"][video["id"]].keys() == {"3d"}
    changed = api.patch(f"/videos/{video['id']}", json={"is_active": False})
    assert changed.json()["data"]["is_active"] is False
    made = api.post("/creators", json={"name": "x"}).json()["data"]
    assert api.put(f"/creators/{made['id']}/accounts/{account['id']}").status_code == 201
    assert api.post("/creators", json={}).status_code == 422
    assert api.post("/videos", json={"platform": "threads", "identifier": "1"}).status_code == 422
    for path in ("/creators/top", "/overview?period=30d", "/search?q=a&limit=3", "/whoami"):
        assert api.get(path).status_code == 200
    assert "/broken" not in document["paths"] or api.get("/broken").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/videos/x/series"), ("POST", "/uploads"), ("GET", "/exports/videos.csv")],
)
def test_operation_that_is_not_served_yet_says_so(
    serve_document: Serve, document: dict[str, Any], method: str, path: str
) -> None:
    with_more_operations(document)
    api = serve_document(document)
    answer = api.request(method, path)
    assert answer.status_code == 501
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "does not serve this operation yet" in answer.json()["detail"]
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"]
    with httpx.Client(base_url=api.base_url) as stranger:
        assert stranger.get("/videos/x/series").status_code == 401


WRONG_TYPES: list[tuple[str, object]] = [
    ("paths./videos", None),
    ("paths./videos.get.parameters", None),
    ("paths./videos.get.parameters", {"limit": 3}),
    ("paths./videos.post.requestBody", "x"),
    ("paths./videos.post.requestBody.content", [None]),
    ("paths./videos.get.operationId", ["x"]),
    ("paths./videos.get.responses", None),
    ("paths./videos.get.security", {}),
    ("components", None),
    ("components.schemas", []),
    ("security", None),
    ("servers", None),
]


@pytest.mark.parametrize(("place", "value"), WRONG_TYPES)
def test_wrong_types_in_a_document_harm_only_what_they_are_about(
    serve_document: Serve, document: dict[str, Any], place: str, value: object
) -> None:
    *parents, last = place.split(".")
    node = document
    for name in parents:
        node = node[name]
    node[last] = value
    api = serve_document(document)
    for path in ("/accounts?limit=3", "/overview", "/whoami"):
        assert api.get(path).status_code == 200
    assert api.get("/videos").status_code in (200, 404)


def test_rules_hold_that_a_document_leaves_out(
    serve_document: Serve, document: dict[str, Any]
) -> None:
    """Those that the sandbox needs itself: an order, a period, and its days."""
    for one in document["paths"]["/videos"]["get"]["parameters"]:
        one["schema"] = {}
    for name in ("VideoMetricsRequest", "TrackAccountRequest"):
        document["components"]["schemas"][name] = {"type": "object"}
    api = serve_document(document)
    assert api.get("/videos?order_by=mood").json()["errors"][0]["field"] == "order_by"
    assert api.get("/videos?order_by=mood&order_by=mood").status_code == 200
    for period, field in (
        ({"period": "2d"}, "period"),
        ({"period": "custom"}, "start_date"),
        ({"period": "custom", "start_date": "2026-06-01"}, "end_date"),
        ({"period": "custom", "start_date": "2026-06-01", "end_date": "soon"}, "end_date"),
    ):
        refused = api.post("/videos/metrics", json={"video_ids": [], **period})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    named = {"platform": "tiktok", "username": "someone"}
    tracked = api.post("/accounts", json={**named, "scrape_interval_hours": None, "category": 3})
    shown = tracked.json()["data"]
    assert (shown["scrape_interval_hours"], shown["category"]) == (24, None)


def test_reference_that_leads_nowhere_is_a_schema_without_rules() -> None:
    around = {"components": {"schemas": {"A": {"$ref": "#/components/schemas/A"}}}, "paths": {}}
    contract = Contract(around)
    for reference in ("#/components/schemas/A", "#/components/schemas/B", "#/paths/x/y"):
        assert contract.resolve({"$ref": reference}) == {}
    assert contract.resolve([]) == {}


def test_document_is_looked_for_in_a_checkout_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "creatoraudit_api", None)
    monkeypatch.setattr(contract_module, "__file__", str(tmp_path / "sandbox/package/contract.py"))
    load.cache_clear()
    with pytest.raises(FileNotFoundError, match="reinstall creatoraudit or set"):
        load()
    (tmp_path / "openapi.json").write_text('\ufeff{"paths": {}}', encoding="utf-8")
    assert load().operations == {}
    load.cache_clear()


def test_missing_document_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, "/nowhere/openapi.json")
    load.cache_clear()
    with pytest.raises(FileNotFoundError, match="nowhere"):
        Sandbox()


def test_failure_of_the_sandbox_itself_is_a_problem_document(fresh: Api) -> None:
    fresh.sandbox._store.close()
    answer = fresh.get("/videos")
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL_ERROR")
    assert "sqlite" not in answer.text.lower()


def test_client_that_leaves_amid_its_body_harms_nobody(fresh: Api) -> None:
    address = urlsplit(str(fresh.base_url))
    assert address.hostname
    assert address.port
    with socket.create_connection((address.hostname, address.port)) as raw:
        raw.sendall(
            b"POST /v2/creators HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 100\r\nAuthorization: Bearer "
            + fresh.sandbox.api_key.encode()
            + b'\r\n\r\n{"name"'
        )
    assert fresh.get("/creators").status_code == 200


def test_client_that_waits_for_a_continue_gets_its_refusal(fresh: Api) -> None:
    address = urlsplit(str(fresh.base_url))
    assert address.hostname
    assert address.port
    with socket.create_connection((address.hostname, address.port), timeout=5) as raw:
        raw.sendall(
            b"POST /v2/creators HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n"
        )
        assert raw.recv(4096).startswith(b"HTTP/1.1 401 ")


def test_ipv6_address_makes_a_url() -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    with Sandbox(host="::1", accounts=0, videos=0) as sandbox, Api(sandbox) as api:
        assert sandbox.base_url.startswith("http://[::1]:")
        assert api.get("/whoami").status_code == 200
