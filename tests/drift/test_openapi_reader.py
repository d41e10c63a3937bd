"""The reader of OpenAPI documents: encodings, formats, bounds, and refusals that name the place."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from drift_documents import drift, with_schema

from creatoraudit.contract import openapi
from creatoraudit.contract.openapi import DocumentRefused, _reading, parse

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Small", "version": "1"},
    "paths": {
        "/v2/things/{id}": {"get": {"responses": {"200": {"description": "é"}}}},
        "/v2/things": {"get": {"responses": {}}, "x-note": 1},
    },
}
TEXT = json.dumps(DOCUMENT, ensure_ascii=False, indent=1)
YAML = """\
openapi: 3.1.0
info: &info {title: Small, version: '1'}
paths:
  /v2/things/{id}:
    get:
      responses:
        200: {description: é}
  /v2/things:
    get: {responses: {}}
    x-note: 1
"""


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-be"),
        TEXT.replace("\n", "\r\n").encode(),
        YAML,
        YAML.encode("utf-8-sig"),
        YAML.encode("utf-16"),
        YAML.replace("\n", "\r\n").encode(),
    ],
)
def test_every_encoding_and_format_gives_the_same_document(content: str | bytes) -> None:
    assert parse(content, "small").root == DOCUMENT


@pytest.fixture
def split(tmp_path: Path) -> Path:
    """A document in several files, in YAML and JSON."""
    (tmp_path / "parts" / "deeper").mkdir(parents=True)
    (tmp_path / "openapi.yaml").write_text(
        "openapi: 3.1.0\npaths:\n  /a:\n    $ref: parts/paths.yaml#/a\n"
        "  /b: {get: {parameters: [{$ref: '#/p'}], x: {example: {$ref: nothing.json}}}}\n"
    )
    (tmp_path / "parts" / "paths.yaml").write_text(
        "a:\n  get:\n    responses:\n      '200': {$ref: '#/answer'}\n"
        "answer: {description: '', content: {application/json: {schema: "
        "{$ref: deeper/thing.json}}}}\n"
    )
    (tmp_path / "parts" / "deeper" / "thing.json").write_text(
        '{"properties": {"next": {"$ref": "#"}, "kind": {"$ref": "../paths.yaml#/kind"}}}'
    )
    return tmp_path / "openapi.yaml"


@pytest.mark.parametrize(
    ("written", "name"),
    [("a%20b.json", "a b.json"), ("a b.json", "a b.json"), ("%C3%BC/50%25.json", "ü/50%.json")],
)
def test_a_file_may_be_named_percent_encoded(tmp_path: Path, written: str, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text('{"type": "string"}')
    old, new = with_schema({"type": "string"}), with_schema({"$ref": written})
    document = openapi.bundled(openapi.Document("d.json", new), tmp_path)
    assert list(document.root["x-bundled"]) == [name]  # type: ignore[arg-type]  # an object
    assert drift(old, dict(document.root)) == []


def test_the_files_beside_a_document_are_put_into_it(split: Path) -> None:
    document = openapi.bundled(openapi.load(split), split.parent)
    held: Any = document.root["x-bundled"]
    assert set(held) == {"parts/paths.yaml", "parts/deeper/thing.json"}
    thing = held["parts/deeper/thing.json"]["properties"]
    assert thing["next"]["$ref"] == "#/x-bundled/parts~1deeper~1thing.json"
    assert thing["kind"]["$ref"] == "#/x-bundled/parts~1paths.yaml/kind"
    plain: Any = openapi.normalise(document.root)
    answer = document.target("#/x-bundled/parts~1paths.yaml/answer", "/a").node
    assert "get" in plain["paths"]["/a"]
    assert isinstance(answer, dict)
    whole = openapi.Document("whole", DOCUMENT)
    assert openapi.bundled(whole, split.parent) is whole


def test_a_reference_to_a_link_that_leads_around_stays(tmp_path: Path) -> None:
    (tmp_path / "loop.json").symlink_to("loop.json")
    document = openapi.Document("d.json", {"paths": {"/a": {"$ref": "loop.json"}}})
    assert openapi.bundled(document, tmp_path) is document


@pytest.mark.parametrize(
    "target", ["https://example.com/a.json#/b", "//example.com/a.json", "http://127.0.0.1:9/a"]
)
def test_a_reference_to_a_url_stays_and_is_not_followed(tmp_path: Path, target: str) -> None:
    document = openapi.Document("d.json", {"paths": {"/a": {"$ref": target}}})
    assert openapi.bundled(document, tmp_path) is document


@pytest.mark.parametrize(
    "target", ["../../../etc/passwd", "/etc/passwd", "absent.yaml", "text.md", "code.py", "a\0b"]
)
def test_a_reference_to_no_document_beside_it_stays(tmp_path: Path, target: str) -> None:
    (tmp_path / "text.md").write_text("Only text.", encoding="utf-8")
    (tmp_path / "code.py").write_text("a: [1", encoding="utf-8")
    document = openapi.Document(
        "d.json", {"paths": {"/a": {"$ref": target}, "/b": {"$ref": target}}}
    )
    assert openapi.bundled(document, tmp_path) is document


def test_names_that_are_also_keywords_are_read_as_names(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"type": "string", "nullable": true}', encoding="utf-8")
    away = {"$ref": "a.json"}
    root: Any = {
        "paths": {
            "/a": {"get": {"responses": {"default": {"content": {"a/json": {"schema": away}}}}}}
        },
        "components": {
            "schemas": {
                "A": {
                    "properties": {"default": away, "enum": away, "example": away, "x-a": away},
                    "default": away,
                    "example": away,
                }
            },
            "headers": {"x-a": {"schema": away}},
        },
    }
    root = json.loads(json.dumps(root))  # nothing is shared
    whole: Any = openapi.bundled(openapi.Document("d.json", root), tmp_path).root
    schema = whole["components"]["schemas"]["A"]
    assert [schema[name] for name in ("default", "example")] == [away, away]
    assert all(each["$ref"].startswith("#/x-bundled/") for each in schema["properties"].values())
    plain: Any = openapi.normalise(whole)
    (shared,) = [schema for name, schema in plain["components"]["schemas"].items() if name != "A"]
    assert shared == {"type": ["string", "null"]}
    answer = plain["paths"]["/a"]["get"]["responses"]["default"]["content"]["a/json"]["schema"]
    assert answer == plain["components"]["headers"]["x-a"]["schema"]
    assert answer["$ref"].startswith("#/components/schemas/")


GET: Any = {"parameters": [{"name": "q", "in": "query"}], "responses": {"200": {}}}


@pytest.mark.parametrize(
    "root",
    [
        {"paths": {"/a": {"get": {"$ref": "#/x-parts/get"}}}},
        {"paths": {"/a": {"$ref": "#/x-parts/item"}}},
        {"paths": {"$ref": "#/x-parts/paths"}},
        {"paths": {"/a": {"get": {**GET, "parameters": {"$ref": "#/x-parts/get/parameters"}}}}},
        {"paths": {"/a": {"get": {**GET, "responses": {"$ref": "#/x-parts/get/responses"}}}}},
    ],
)
def test_a_reference_for_any_part_is_followed(root: Any) -> None:
    parts = {"get": GET, "item": {"get": GET}, "paths": {"/a": {"get": GET}}}
    document = {"openapi": "3.1.0", **root, "x-parts": parts}
    before = json.dumps(document)
    assert openapi.structured(document)["paths"] == {"/a": {"get": GET}}
    assert openapi.normalise(document)["paths"] == {"/a": {"get": GET}}
    assert json.dumps(document) == before


def test_a_reference_for_a_part_that_leads_nowhere_stays() -> None:
    document: Any = {"paths": {"/a": {"get": {"$ref": "#/paths/~1a/get"}}, "/b": {"$ref": "#/c"}}}
    assert openapi.structured(document) is document


SPELT: list[tuple[Any, Any]] = [
    ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
    ({"type": "string", "nullable": False}, {"type": "string"}),
    ({"type": ["string"], "nullable": True}, {"type": ["string", "null"]}),
    ({"type": "null", "nullable": True}, {"type": "null"}),
    (
        {"enum": ["a"], "type": "string", "nullable": True},
        {"enum": ["a", None], "type": ["string", "null"]},
    ),
    (
        {"$ref": "#/components/schemas/B", "nullable": True},
        {"anyOf": [{"$ref": "#/components/schemas/B"}, {"type": "null"}]},
    ),
    (
        {"oneOf": [{"type": "string"}, {"type": "integer"}], "nullable": True},
        {"oneOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
    ),
    (
        {"allOf": [{"$ref": "#/components/schemas/B"}], "description": "d", "title": "T"},
        {"$ref": "#/components/schemas/B", "description": "d"},
    ),
    (
        {"oneOf": [{"$ref": "#/components/schemas/B"}], "discriminator": {"propertyName": "k"}},
        {"$ref": "#/components/schemas/B"},
    ),
    (
        {"type": "object", "allOf": [{"$ref": "#/components/schemas/B"}]},
        {"$ref": "#/components/schemas/B"},
    ),
    (
        {"type": "string", "anyOf": [{"type": "integer"}]},
        {"type": "string", "anyOf": [{"type": "integer"}]},
    ),
    (
        {"properties": {"a": {}}, "allOf": [{"$ref": "#/components/schemas/B"}]},
        {"properties": {"a": {}}, "allOf": [{"$ref": "#/components/schemas/B"}]},
    ),
    ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
    ({"minimum": 1, "exclusiveMinimum": False}, {"minimum": 1}),
    ({"exclusiveMaximum": True}, {}),
    ({"$ref": "#/components/schemas/Alias"}, {"$ref": "#/components/schemas/B"}),
    ({"$ref": "#/components/schemas/B/properties/b"}, {"$ref": "#/components/schemas/B_b_"}),
    ({"$ref": "#/x/0"}, {"$ref": "#/components/schemas/x_0"}),
    ({"$ref": "#/x/7"}, {"$ref": "#/x/7"}),
    ({"$ref": "#/x"}, {"$ref": "#/x"}),
    ({"items": {"$ref": "elsewhere.json"}}, {"items": {"$ref": "elsewhere.json"}}),
]


@pytest.mark.parametrize(("written", "plain"), SPELT)
def test_spellings_of_one_meaning_become_one(written: Any, plain: Any) -> None:
    document: dict[str, Any] = {
        "openapi": "3.0.3",
        "paths": {
            "/a": {"get": {"parameters": [{"schema": written, "example": {"schema": 1}}]}},
            "/c": {"$ref": "#/paths/~1a", "summary": "s"},
            "/d": None,
        },
        "webhooks": {"w": {"post": {"x-note": {"schema": {"nullable": True}}}}},
        "components": {
            "schemas": {
                "Alias": {"$ref": "#/components/schemas/Second"},
                "Second": {"$ref": "#/components/schemas/B"},
                "Circle": {"$ref": "#/components/schemas/Circle"},
                "B": {"type": "object", "properties": {"b": {"type": "string"}}},
                "B_b": True,
            },
            "headers": {"H": {"schema": written}},
            "x-list": [],
        },
        "x": [{"type": "string"}],
    }
    once: Any = openapi.normalise(document)
    assert once["paths"]["/a"]["get"]["parameters"][0]["schema"] == plain
    assert once["components"]["headers"]["H"]["schema"] == plain
    assert once["paths"]["/c"] == {**once["paths"]["/a"], "summary": "s"}
    assert {"Alias", "Second"}.isdisjoint(once["components"]["schemas"])
    assert openapi.normalise(once) is once


def test_our_own_document_is_in_normal_form() -> None:
    ours = openapi.load(Path(__file__).resolve().parents[2] / "openapi.json")
    assert openapi.normalise(ours.root, base_path="/v2") is ours.root
    for odd in ({"paths": []}, {"paths": {}, "components": []}, {"components": {"schemas": []}}):
        assert openapi.normalise(odd) is odd


def test_yaml_values_are_those_of_json() -> None:
    text = (
        "openapi: '3.0.3'\npaths: {}\nx:\n  - [on, no, 2024-01-01, 1_000, 0x1f, '5']\n"
        "  - [5, -1, 1.5, 1e3, true, null, ~]\n  - {<<: {a: 1, b: 1}, a: 2}\n"
        "  - {<<: [{a: 1}, {a: 3, b: 3}, 7]}\n"
    )
    assert parse(text, "values").root["x"] == [
        ["on", "no", "2024-01-01", "1_000", "0x1f", "5"],
        [5, -1, 1.5, 1000.0, True, None, None],
        {"a": 2, "b": 1},
        {"a": 1, "b": 3},
    ]


BOMB = "openapi: 3.1.0\npaths: {}\n" + "".join(
    f"x{n}: &a{n} [{', '.join([f'*a{n - 1}' if n else '1'] * 10)}]\n" for n in range(12)
)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b" " * (openapi.MOST_BYTES + 1), "larger than 32 MiB"),
        (b"\xff\xfe\xff", "not UTF-8 or UTF-16"),
        (b'{"openapi": "\xe9"}', "not UTF-8 or UTF-16"),
        ("{", "is not JSON"),
        ('{"openapi": "3.1.0", "paths": {}, "x": 1e999}', "1e999 is not a JSON number"),
        ('{"openapi": "3.1.0", "paths": {}, "x": NaN}', "NaN is not a JSON number"),
        ('{"openapi": "3.1.0", "paths": {"/a": {"x": 1, "x": 2}}}', "/paths/~1a has the key 'x'"),
        ("[" * 100_000, "nested too deeply"),
        ('{"openapi": "3.1.0", "paths": {}, "x": ' + "[" * 300 + "]" * 300 + "}", "too deeply"),
        ("openapi: 3.1.0\npaths: {}\nx: " + "[" * 300 + "]" * 300, "nested too deeply"),
        ("openapi: 3.1.0\npaths: {a: 1, a: 2}", "/paths has the key 'a' twice"),
        ("openapi: 3.1.0\npaths: {[a]: 1}", "/paths has a key that is not text"),
        ("openapi: 3.1.0\npaths: {}\nx: 1e999", "/x: 1e999 is not a JSON number"),
        ("openapi: [3.1.0\n", "is not YAML or JSON"),
        ("a\0b", "is not YAML or JSON"),
        ("", "it is not an object"),
        ("<!doctype html><p>Not found", "it is not an object"),
        ('{"swagger": "2.0", "paths": {}}', "no `openapi` version"),
        ('{"openapi": "4.0.0", "paths": {}}', "only 3.0, 3.1 and 3.2"),
        ('{"openapi": "3.1.0", "paths": []}', "`paths` is not an object"),
        ('{"openapi": "3.1.0"}', "has no paths"),
    ],
)
def test_what_is_not_a_document_is_refused_on_one_line(content: str | bytes, why: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        parse(content, "bad\n.json")
    assert why in str(refused.value)
    assert str(refused.value).startswith("bad\\n.json: ")
    assert "\n" not in str(refused.value)


def test_aliases_that_multiply_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _reading._MOST_NODES <= 2_000_000
    monkeypatch.setattr(_reading, "_MOST_NODES", 50_000)  # or it takes seconds to get there
    with pytest.raises(DocumentRefused, match="expand into too many nodes") as refused:
        parse(BOMB, "bad\n.json")
    assert str(refused.value).startswith("bad\\n.json: ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "form", ['{"openapi": "3.1.0", "paths": {}, "x": %s}', "openapi: 3.1.0\npaths: {}\nx: %s"]
)
def test_json_and_yaml_may_be_nested_equally_deeply(form: str) -> None:
    parse(form % ("[" * 255 + "1" + "]" * 255), "deep")
    with pytest.raises(DocumentRefused, match="nested too deeply"):
        parse(form % ("[" * 256 + "1" + "]" * 256), "deep")


def test_a_file_is_loaded_or_refused_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_text(YAML, encoding="utf-8")
    assert openapi.load(path).root == DOCUMENT
    for name in (str(tmp_path / "missing.json"), "nul\0.json"):
        with pytest.raises(DocumentRefused, match="cannot be read"):
            openapi.load(name)


def test_yaml_without_a_parser_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(DocumentRefused, match="install PyYAML"):
        parse(YAML, "openapi.yaml")


def test_operations_are_known_by_method_and_blanked_path() -> None:
    found = openapi.operations(parse(TEXT, "small"))
    assert list(found) == ["GET /v2/things/{}", "GET /v2/things"]
    assert found["GET /v2/things/{}"].label == "GET /v2/things/{id}"
    assert [openapi.is_success(status) for status in ("200", "2XX", "404", "default")] == [
        *(True, True, False, False)
    ]
    assert openapi.operation_key("patch", "/a/{b}/c/{d-e}") == "PATCH /a/{}/c/{}"
    twice = {**DOCUMENT, "paths": {"x-a": 1, "/a/{b}": {"get": {}}, "/a/{c}": {"get": {}}}}
    with pytest.raises(DocumentRefused, match="other parameter names"):
        openapi.operations(openapi.Document("twice", twice))


def test_paths_are_relative_to_the_base_url_after_normalisation() -> None:
    once = openapi.normalise(DOCUMENT, base_path="/v2")
    assert list(once["paths"]) == ["/things/{id}", "/things"]
    assert openapi.normalise(once, base_path="/v2") == once
    for unchanged in (once, {"paths": {}}, {"paths": {"x-a": 1}}):
        assert openapi.normalise(unchanged, base_path="/v2") is unchanged


def test_only_schemas_are_walked_and_each_can_be_replaced() -> None:
    schema = {
        "properties": {"a": {"items": {"title": "in"}}, "b": 7},
        "anyOf": [{"title": "one"}, None],
        "not": {"title": "not"},
        "example": {"properties": {"c": {"title": "data"}}},
        "default": {"items": {"title": "data"}},
    }
    titles = {node["title"] for node in openapi.walk_schemas(schema) if "title" in node}
    assert titles == {"in", "one", "not"}
    assert list(openapi.subschemas(True)) == []
    for slot in openapi.subschemas(schema):
        slot.put({"title": "new"})
    assert {node.get("title") for node in openapi.walk_schemas(schema)} == {None, "new"}


def test_the_reader_works_without_the_generated_package() -> None:
    script = (
        "import sys; sys.modules['creatoraudit_api'] = None\n"
        "from creatoraudit.contract import openapi\n"
        "assert 'httpx' not in sys.modules\n"
        "assert not [m for m in sys.modules if m.startswith('creatoraudit._async')]\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_a_place_leads_to_members_and_items_and_names_what_is_wrong() -> None:
    root = {
        "a": {"text": "t", "flag": True, "list": [{"b": 1}], "no/list": 1},
        "way": {"$ref": "#/a/list/0"},
        "self": {"$ref": "#/self"},
        "away": {"$ref": "other.json#/a"},
        "lost": {"$ref": "#/a/list/7"},
    }
    top = openapi.Document("d.json", root).top
    place = top.get("a")
    assert place is not None
    assert place.get("absent") is None
    assert (place.text("text"), place.flag("flag"), place.flag("text")) == ("t", True, False)
    assert [one.pointer for one in place.items("list")] == ["/a/list/0"]
    assert [list(place.items("absent")), list(place.each("absent"))] == [[], []]
    assert [name for name, _ in top.each("a")] == list(root["a"])
    way = top.get("way")
    assert way is not None
    assert way.resolved().node == {"b": 1}
    for name, why in (("self", "refers to itself"), ("away", "bundle"), ("lost", "is not there")):
        wrong = top.get(name)
        assert wrong is not None
        with pytest.raises(DocumentRefused, match=why):
            wrong.resolved()
    for call in (
        lambda: list(place.items("no/list")),
        lambda: place.text("flag"),
        lambda: next(way.resolved().each("b")),
        lambda: openapi.Document("d.json", {"a": [1]}).target("#/a", "/x").members,
    ):
        with pytest.raises(DocumentRefused, match=r"d\.json: /a"):
            call()


def test_unchanged_is_what_is_written_alike_with_all_that_it_refers_to() -> None:
    def read(**changed: object) -> openapi.Document:
        schemas = {
            "Leaf": {"type": "string"},
            "Branch": {"items": [{"$ref": "#/schemas/Leaf"}, {"$ref": "#/schemas/Circle"}]},
            "Circle": {"properties": {"next": {"$ref": "#/schemas/Circle"}}},
            "Lost": {"$ref": "#/schemas/Nowhere"},
            "Alone": {"const": 1},
        }
        return openapi.Document("d", {"schemas": {**schemas, **changed}})  # type: ignore[dict-item] # any JSON

    def unchanged(one: openapi.Document, other: openapi.Document) -> set[str]:
        alike = openapi.Unchanged(one, other)
        sides = [dict(document.top.each("schemas")) for document in (one, other)]
        return {name for name in sides[0] if alike(sides[0][name], sides[1][name])}

    assert unchanged(read(), read()) == {"Leaf", "Branch", "Circle", "Alone"}
    assert unchanged(read(), read(Leaf={"type": "integer"})) == {"Circle", "Alone"}
    assert unchanged(read(), read(Circle={})) == {"Leaf", "Alone"}
    assert unchanged(read(), read(Alone={"const": True})) == {"Leaf", "Branch", "Circle"}


def test_equal_values_have_one_text_and_text_is_made_inert() -> None:
    assert openapi.canonical({"b": 1.0, "a": [2]}) == openapi.canonical({"a": [2.0], "b": 1})
    assert openapi.is_number(1.5)
    assert not openapi.is_number(True)
    assert openapi.quoted("a|`b") == '"a\\u007c\\u0060b"'
    assert openapi.inert("x" * 500).endswith("...")


def test_the_package_knows_its_public_names() -> None:
    from creatoraudit import contract

    assert {getattr(contract, name).__name__ for name in contract.__all__} == set(contract.__all__)
    with pytest.raises(AttributeError, match="no attribute 'other'"):
        contract.other  # noqa: B018 - looking it up is what is tried


@pytest.mark.parametrize(
    ("target", "known"),
    [
        ("#/components/x-shared", ["a", "own"]),
        ("#/components/x-none", ["$ref", "own"]),  # it leads nowhere
        ("#/components/schemas/Odd/properties", ["$ref", "own"]),  # to itself
        ("elsewhere.json", ["$ref", "own"]),
    ],
)
def test_a_reference_among_the_members_of_an_object_is_replaced_by_those_it_leads_to(
    target: str, known: list[str]
) -> None:
    document: Any = {
        "openapi": "3.1.0",
        "paths": {},
        "components": {
            "x-shared": {"a": {"type": "string"}, "own": {"type": "string"}},
            "schemas": {"Odd": {"properties": {"$ref": target, "own": {"type": "integer"}}}},
        },
    }
    plain: Any = openapi.normalise(document)
    members = plain["components"]["schemas"]["Odd"]["properties"]
    assert sorted(members) == known
    assert members["own"] == {"type": "integer"}


def test_a_null_among_the_types_of_yaml_is_the_type_null() -> None:
    text = "openapi: 3.1.0\npaths: {}\ncomponents: {schemas: {A: {type: [integer, null]}}}\n"
    plain: Any = openapi.normalise(parse(text, "a.yaml").root)
    assert plain["components"]["schemas"]["A"]["type"] == ["integer", "null"]
