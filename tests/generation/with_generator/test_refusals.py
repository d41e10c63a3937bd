"""Unsupported documents are refused by name, and the existing tree is unchanged."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.checkout import SCRIPTS, Checkout, Node

Change = Callable[[Node], Any]


def at(document: Node, *keys: str) -> Any:
    node: Any = document
    for key in keys:
        node = node[key]
    return node


def twice_the_same_id(document: Node) -> None:
    at(document, "paths", "/videos", "get")["operationId"] = "list_accounts"


def paths_that_differ_in_parameter_names(document: Node) -> None:
    item = copy.deepcopy(at(document, "paths", "/videos/{video_id}"))
    del item["get"]["operationId"], item["patch"]["operationId"], item["delete"]["operationId"]
    document["paths"]["/videos/{id}"] = item


def an_unknown_method(document: Node) -> None:
    at(document, "paths", "/videos")["query"] = {"responses": {}}


def a_missing_schema(document: Node) -> None:
    properties = at(document, "components", "schemas", "VideoResponse", "properties")
    properties["account_id"] = {"$ref": "#/components/schemas/Nothing"}


def a_reference_out_of_the_document(document: Node) -> None:
    at(document, "paths", "/videos", "get")["parameters"].append({"$ref": "https://x/y.json#/a"})


def a_body_that_is_not_json(document: Node) -> None:
    body = at(document, "paths", "/videos", "post", "requestBody")
    body["content"] = {"multipart/form-data": {"schema": {"type": "object"}}}


def an_answer_that_is_not_json(document: Node) -> None:
    answer = at(document, "paths", "/overview", "get", "responses", "200")
    answer["content"] = {"text/csv": {"schema": {"type": "string"}}}


def a_required_cookie(document: Node) -> None:
    parameter = {"name": "s", "in": "cookie", "required": True, "schema": {"type": "string"}}
    at(document, "paths", "/overview", "get")["parameters"].append(parameter)


def a_parameter_that_is_an_object(document: Node) -> None:
    parameter = {"name": "where", "in": "query", "schema": {"type": "object"}}
    at(document, "paths", "/overview", "get")["parameters"].append(parameter)


def arguments_that_would_be_one(document: Node) -> None:
    parameter = {"name": "Limit", "in": "query", "schema": {"type": "string"}}
    at(document, "paths", "/videos", "get")["parameters"].append(parameter)


def a_path_without_its_parameter(document: Node) -> None:
    at(document, "paths", "/videos/{video_id}", "get")["parameters"] = []


def something_only_the_generator_refuses(document: Node) -> None:
    schemas = document["components"]["schemas"]
    schemas["Either"] = {"anyOf": [{"$ref": "#/components/schemas/Filters"}, {"type": "string"}]}
    schemas["Odd"] = {"allOf": [{"$ref": "#/components/schemas/Either"}, {"type": "object"}]}


def members_that_would_be_one(document: Node) -> None:
    properties = at(document, "components", "schemas", "WhoAmI", "properties")
    properties["a b"] = properties["a-b"] = {"type": "string"}


def two_schemas_of_one_class(document: Node) -> None:
    schemas = document["components"]["schemas"]
    schemas["my.thing"] = schemas["my_thing"] = {"type": "object", "properties": {"a": {}}}


def paths_told_apart_by_a_fragment(document: Node) -> None:
    item = copy.deepcopy(at(document, "paths", "/overview"))
    document["paths"]["/overview#short"] = document["paths"]["/overview?a=1#b/c"] = item


def an_operation_that_is_a_reference(document: Node) -> None:
    document["x-parts"] = {"top": at(document, "paths", "/creators/top", "get")}
    document["paths"]["/creators/top"]["get"] = {"$ref": "#/x-parts/top"}


def bodies_where_http_allows_none(document: Node) -> None:
    answer = at(document, "paths", "/health", "get", "responses", "200")
    document["paths"]["/gone"] = {
        "delete": {"responses": {"204": answer}},
        "post": {"responses": {"205": answer}},
        "head": {"responses": {"200": answer}},
    }


def styles_of_path_and_header(document: Node) -> None:
    styles = [("m", "matrix", True), ("l", "label", False), ("s", "simple", True)]
    document["paths"]["/styled/{m}{l}/{s}"] = {
        "get": {
            "parameters": [
                *(
                    {
                        "name": name,
                        "in": "path",
                        "required": True,
                        "style": style,
                        "explode": explode,
                        "schema": {"type": "object", "additionalProperties": {"type": "string"}},
                    }
                    for name, style, explode in styles
                ),
                {"name": "X-List", "in": "header", "explode": True, "schema": {"type": "object"}},
            ],
            "responses": {"204": {"description": ""}},
        }
    }


def a_schema_named_like_what_the_code_uses(document: Node) -> None:
    schemas = document["components"]["schemas"]
    schemas["Mapping"] = {"type": "object", "properties": {"a": {"type": "string"}}}


def responses_that_are_no_object(document: Node) -> None:
    at(document, "paths", "/creators/top", "get")["responses"] = []


def a_required_that_is_no_list(document: Node) -> None:
    at(document, "paths", "/creators", "get")["parameters"].append(
        {"name": "x", "in": "query", "schema": {"type": "object", "required": True}}
    )


def a_type_that_json_does_not_know(document: Node) -> None:
    at(document, "paths", "/creators", "post", "requestBody", "content", "application/json")[
        "schema"
    ] = {"type": "object", "properties": {"a": {"type": "int"}}}


def a_key_in_the_query(document: Node) -> None:
    schemes = document["components"]["securitySchemes"]
    schemes["Query"] = {"type": "apiKey", "in": "query", "name": "key"}
    at(document, "paths", "/search", "get")["security"] = [{"Query": []}]


def a_stream_of_events(document: Node) -> None:
    answer = at(document, "paths", "/health", "get", "responses", "200")
    answer["content"] = {"text/event-stream": {"schema": {"type": "string"}}}


def parts_that_multiply(document: Node) -> None:
    """Each schema merges the next one, and again in a member, so each doubles what follows."""
    for number in range(40):
        following = {"$ref": f"#/components/schemas/Many{number + 1}"}
        member = {"allOf": [following, {"properties": {"more": {"type": "string"}}}]}
        document["components"]["schemas"][f"Many{number}"] = {
            "allOf": [following, {"properties": {f"member_{number}": member}}]
        }
    document["components"]["schemas"]["Many40"] = {"properties": {"last": {"type": "string"}}}
    answer = at(document, "paths", "/meta", "get", "responses", "200")
    answer["content"]["application/json"]["schema"] = {"$ref": "#/components/schemas/Many0"}


REFUSED: list[tuple[Change, str]] = [
    (
        paths_that_differ_in_parameter_names,
        "/paths/~1videos~1{id}/get: GET /videos/{id}: /videos/{id} and /videos/{video_id} differ",
    ),
    (an_unknown_method, "/paths/~1videos/query: QUERY /videos: is an operation nobody could send"),
    (a_missing_schema, "reference '#/components/schemas/Nothing' leads nowhere"),
    (
        a_reference_out_of_the_document,
        "GET /videos: reference 'https://x/y.json#/a' leads out of the document; bundle it first",
    ),
    (a_required_cookie, "/paths/~1overview/get: GET /overview: cookie 's' is required"),
    (
        responses_that_are_no_object,
        "/paths/~1creators~1top/get/responses: GET /creators/top: is not an object",
    ),
    (
        a_required_that_is_no_list,
        "/paths/~1creators/get/parameters/8/schema/required: GET /creators: is not a list of names",
    ),
    (a_type_that_json_does_not_know, "/properties/a/type: POST /creators: is not a type that JSON"),
    (parts_that_multiply, "GET /meta: expands to more than 20,000 schemas"),
    (a_key_in_the_query, "GET /search: needs a key in the query (Query)"),
    (a_stream_of_events, "GET /health: responds with a stream of events, which is not supported"),
]


def test_all_that_cannot_be_taken_is_reported_at_once_and_nothing_is_touched(
    checkout: Checkout, contract: Node, tmp_path: Path
) -> None:
    checkout.with_generated()
    before, old = checkout.files(), (checkout.root / "openapi.json").read_bytes()
    for change, _ in REFUSED:
        change(contract)
    new = tmp_path / "new.json"
    new.write_text(json.dumps(contract), encoding="utf-8")
    ran = checkout.regenerate("--from", str(new))
    assert ran.code == 1
    lines = ran.err.splitlines()
    for _, message in REFUSED:
        assert [line for line in lines if message in line], (message, ran.err)
    assert "--skip-unsupported" in lines[0]
    assert "Traceback" not in ran.err
    assert checkout.files() == before
    assert (checkout.root / "openapi.json").read_bytes() == old

    ran = checkout.regenerate("--from", str(new), "--skip-unsupported")
    assert ran.code == 0, ran.err
    for _, message in REFUSED:
        assert message in ran.out
    code = """
from creatoraudit_api.operations import LEFT_OUT, OPERATIONS
print(len(OPERATIONS), sorted(set(LEFT_OUT) & {"search", "get_health", "get_overview"}))
print("a key in the query" in LEFT_OUT["search"])
"""
    assert checkout.python(code).splitlines()[1:] == ["True"]
    stamp = json.loads((checkout.package / "stamp.json").read_text(encoding="utf-8"))
    assert "a stream of events" in stamp["left_out"]["get_health"]


def test_an_operation_is_left_out_by_name(
    checkout: Checkout, contract: Node, tmp_path: Path
) -> None:
    overlay = json.loads((checkout.scripts / "overlay.json").read_text(encoding="utf-8"))
    overlay["left_out"] = {"GET /health": "nobody needs it"}
    checkout.with_generated().data("overlay.json", overlay)
    a_stream_of_events(contract)
    new = tmp_path / "new.json"
    new.write_text(json.dumps(contract), encoding="utf-8")
    ran = checkout.regenerate("--from", str(new))
    assert ran.code == 0, ran.err
    assert "GET /health: nobody needs it" in ran.out
    code = "from creatoraudit_api.operations import LEFT_OUT; print(list(LEFT_OUT))"
    assert checkout.python(code) == "['get_health']"


def test_what_real_documents_have_is_taken(
    checkout: Checkout, contract: Node, tmp_path: Path
) -> None:
    for change in (
        twice_the_same_id,
        a_body_that_is_not_json,
        an_answer_that_is_not_json,
        a_parameter_that_is_an_object,
        arguments_that_would_be_one,
        a_path_without_its_parameter,
        something_only_the_generator_refuses,
        members_that_would_be_one,
        two_schemas_of_one_class,
        a_schema_named_like_what_the_code_uses,
        paths_told_apart_by_a_fragment,
        an_operation_that_is_a_reference,
        bodies_where_http_allows_none,
        styles_of_path_and_header,
    ):
        change(contract)
    checkout.with_generated()
    new = tmp_path / "new.json"
    new.write_text(json.dumps(contract), encoding="utf-8")
    ran = checkout.regenerate("--from", str(new))
    assert ran.code == 0, ran.err
    assert "operation ids used twice: list_accounts" in ran.out
    code = """
from creatoraudit_api.operations import OPERATIONS as all
print(len(all), all["track_video"].body_types, all["get_overview"].value)
print(all["list_videos"].get_kwargs(limit=1, limit_2="x")["params"])
print(all["get_overview"].get_kwargs(where={"a": 1, "b": [1, 2]})["params"])
print(all["get_overview"].decode(200, "a,b"))
print([o.path for o in all.values() if o.path.startswith("/overview")])
print(list(all["top_creators"].arguments))
print([all[f"{name}_gone"].decode(status, None) for name, status in (
    ("delete", 204), ("post", 205), ("head", 200))])
made = next(o for o in all.values() if o.path.startswith("/styled")).get_kwargs(
    m={"a": "1", "b": "2"}, l={"a": "."}, s={"c": "/"}, x_list={"a": [1]})
print(made["url"], made["headers"])
"""
    assert checkout.python(code).splitlines() == [
        "36 ('multipart/form-data',) text",
        "{'limit': 1, 'Limit': 'x'}",
        "{'a': 1, 'b': [1, 2]}",
        "a,b",
        "['/overview', '/overview', '/overview?a=1']",
        "['period', 'limit']",
        "[None, None, None]",
        "/styled/;a=1;b=2.a,./c=%2F {'X-List': 'a=[1]'}",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "is not an OpenAPI document"),
        ('{"swagger": "2.0", "paths": {"/a": {}}}', "is not an OpenAPI document"),
        ('{"openapi": "3.1.0", "info": null, "paths": {"/a": {}}}', "/info is not an object"),
        ('{"openapi": "3.1.0", "paths": {}}', "has no paths"),
    ],
)
def test_what_is_not_a_contract_is_refused(
    checkout: Checkout, tmp_path: Path, text: str, message: str
) -> None:
    checkout.with_generated()
    before = checkout.files()
    (tmp_path / "new.json").write_text(text, encoding="utf-8")
    ran = checkout.regenerate("--from", str(tmp_path / "new.json"))
    assert ran.code == 1
    assert message in ran.err
    assert checkout.files() == before


def test_a_contract_that_is_not_there_is_refused(checkout: Checkout) -> None:
    ran = checkout.with_generated().regenerate("--from", "nothing.json")
    assert ran.code == 1
    assert "nothing.json" in ran.err


@pytest.fixture
def small(checkout: Checkout, mini: Node) -> Checkout:
    """A checkout of a small contract, with a tree that was generated from another one."""
    checkout.with_generated().data("overlay.json", {})
    return checkout.with_contract(mini, names={"operations": {}})


@pytest.mark.parametrize("where", ["model.py.jinja", "endpoint_module.py.jinja"])
def test_a_module_that_does_not_import_is_refused(small: Checkout, where: str) -> None:
    before = small.files()
    template = small.scripts / "templates" / where
    template.write_text(
        template.read_text(encoding="utf-8").replace(
            "from __future__ import annotations\n",
            "from __future__ import annotations\nraise RuntimeError('broken on purpose')\n",
        ),
        encoding="utf-8",
    )
    ran = small.regenerate()
    assert ran.code == 1
    assert "RuntimeError: broken on purpose" in ran.err
    assert small.files() == before


def test_a_name_nobody_defined_is_refused(small: Checkout) -> None:
    before = small.files()
    template = small.scripts / "templates" / "operations.py.jinja"
    template.write_text(template.read_text(encoding="utf-8") + "\nx = nobody\n", encoding="utf-8")
    ran = small.regenerate()
    assert ran.code == 1
    assert "Undefined name `nobody`" in ran.err
    assert small.files() == before


def test_a_dropped_model_is_noticed(small: Checkout) -> None:
    before = small.files()
    template = small.scripts / "templates" / "model.py.jinja"
    text = template.read_text(encoding="utf-8")
    start = '{% if not extra.get("x-map") %}'
    assert start in text
    dropping = '{% if not extra.get("x-map") and class_name != "Price" %}'
    template.write_text(text.replace(start, dropping), encoding="utf-8")
    ran = small.regenerate()
    assert ran.code == 1
    assert "the generator dropped schema Price" in ran.err
    assert small.files() == before


def test_a_table_that_disagrees_with_the_functions_is_noticed(small: Checkout) -> None:
    template = small.scripts / "templates" / "endpoint_module.py.jinja"
    text = template.read_text(encoding="utf-8")
    dropping = text.replace(
        "endpoint.query_parameters + endpoint.header_parameters", "endpoint.query_parameters"
    )
    assert dropping != text
    template.write_text(dropping, encoding="utf-8")
    ran = small.regenerate()
    assert ran.code == 1
    assert "x_trace" in ran.err


def test_two_operations_of_one_name_are_refused(checkout: Checkout, contract: Node) -> None:
    names = json.loads((checkout.scripts / "names.json").read_text(encoding="utf-8"))
    names["operations"]["GET /videos"]["name"] = "list_accounts"
    ran = checkout.with_contract(contract, names=names).regenerate()
    assert ran.code == 1
    assert "GET /accounts and GET /videos would both become 'list_accounts'" in ran.err


@pytest.mark.parametrize("name", ["List", "list-videos", "import", "x y", "../x"])
def test_a_name_that_is_none_is_refused(checkout: Checkout, contract: Node, name: str) -> None:
    names = json.loads((checkout.scripts / "names.json").read_text(encoding="utf-8"))
    names["operations"]["GET /videos"]["name"] = name
    ran = checkout.with_contract(contract, names=names).regenerate()
    assert ran.code == 1
    assert "cannot be the name of an operation" in ran.err


def test_an_overlay_for_what_is_not_there_is_refused(checkout: Checkout, contract: Node) -> None:
    overlay = json.loads((checkout.scripts / "overlay.json").read_text(encoding="utf-8"))
    overlay["bounds"]["GET /videos"] = {"nothing": {"max_items": 5}}
    checkout.data("overlay.json", overlay)
    ran = checkout.with_contract(contract).regenerate()
    assert ran.code == 1
    assert "overlay.json: GET /videos has no 'nothing'" in ran.err


def test_another_generator_is_refused(checkout: Checkout) -> None:
    checkout.with_generated()
    code = f"""
import sys
sys.path.insert(0, {str(SCRIPTS)!r})
import generation.package, regenerate
generation.package.GENERATOR_VERSION = "0.29.2"
sys.exit(regenerate.main({checkout.places}))
"""
    ran = checkout.run(["-c", code])
    assert ran.code == 1
    assert "openapi-python-client is 0.29.1, but this project generates with 0.29.2" in ran.err


def test_what_is_not_generated_or_odd_is_reported_once(
    checkout: Checkout, contract: Node, tmp_path: Path
) -> None:
    for item in contract["paths"].values():
        for operation in item.values():
            operation.pop("security", None)
    contract["webhooks"] = {"refreshed": {"post": {"responses": {"200": {"description": ""}}}}}
    overview = at(contract, "paths", "/overview", "get")
    overview["callbacks"] = {"done": {"{$url}": {"post": {"responses": {}}}}}
    overview["parameters"].append({"name": "seen", "in": "cookie", "schema": {"type": "string"}})
    overview["servers"] = [{"url": "https://other.example"}]
    overview["parameters"] += [
        {"name": "url", "in": "query", "allowReserved": True, "schema": {"type": "string"}},
        {"name": "ids", "in": "query", "style": "deepObject", "schema": {"type": "array"}},
    ]
    form = {"encoding": {"meta": {"headers": {"X-Part": {"schema": {"type": "string"}}}}}}
    track = at(contract, "paths", "/videos", "post", "requestBody", "content")
    track["multipart/form-data"] = {**track["application/json"], **form}
    for path in ("/videos", "/accounts"):
        answer = at(contract, "paths", path, "get", "responses", "200")
        answer["headers"] = {"X-Odd": {"schema": {"type": "int"}}}
    checkout.with_generated()
    new = tmp_path / "new.json"
    new.write_text(json.dumps(contract), encoding="utf-8")
    ran = checkout.regenerate("--from", str(new))
    assert ran.code == 0, ran.err
    for line in (
        "webhooks are not generated: refreshed",
        "callbacks: GET /overview",
        "optional cookies are not sent: seen (GET /overview)",
        "servers of single operations are not used: GET /overview",
        "reserved characters are sent percent-encoded: url (GET /overview)",
        "lists in the style deepObject are repeated: ids (GET /overview)",
        "headers of parts are not sent: meta (POST /videos)",
        "WARNING, the document no longer requires a key, so none is sent: GET /accounts, ",
        "/paths/~1videos/get/responses/200/headers/X-Odd/schema/type: is not a type that JSON",
    ):
        assert ran.out.count(line) == 1, ran.out
    names = json.loads((checkout.scripts / "names.json").read_text(encoding="utf-8"))
    checkout.data("names.json", {**names, "insist_on_key": True})
    assert "WARNING" not in checkout.regenerate().out
    code = (
        "from creatoraudit_api.operations import OPERATIONS as all; print(all['whoami'].key_header)"
    )
    assert checkout.python(code) == "('Authorization', 'Bearer ')"


def test_regeneration_needs_no_generated_package(checkout: Checkout, mini: Node) -> None:
    checkout.data("overlay.json", {})
    checkout.with_contract(mini, names={"operations": {}})
    code = f"""
import sys
sys.modules["creatoraudit_api"] = None
sys.path.insert(0, {str(SCRIPTS)!r})
import regenerate
sys.exit(regenerate.main({checkout.places}))
"""
    ran = checkout.run(["-c", code], PYTHONHASHSEED="1")  # of its own, so that it imports all anew
    assert " operations, " in ran.out, ran.err


def test_the_class_of_a_schema_has_one_name_everywhere(checkout: Checkout) -> None:
    code = f"""
import sys
sys.path.insert(0, {str(SCRIPTS)!r})
from generation.names import pascal
for name in ("x_1_2y", "x__1y", "s2_1whole_json", "App.v1.Thing_2nd"):
    assert pascal(pascal(name)) == pascal(name), name
"""
    ran = checkout.run(["-c", code])
    assert ran.code == 0, ran.err
