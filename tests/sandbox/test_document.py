"""openapi.json is what the sandbox serves by, whichever one it is given."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from creatoraudit_sandbox import Sandbox
from creatoraudit_sandbox.contract import ENVIRONMENT, load

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
    api = serve_document(document)
    assert api.get("/videos").json()["pagination"]["limit"] == 3
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
    assert (answer.status_code, answer.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert answer.headers["Retry-After"]
    assert "GET /trends" in answer.json()["detail"]


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
