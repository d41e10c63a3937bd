"""Text of a contract is never executed, and nothing is written outside the package."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from support.checkout import Checkout, Node

# Each would create the file `pwned` in the working folder if it ever became code.
RUN = "open('pwned', 'w')"
PAYLOADS = [
    f'"""\n{RUN}\n"""',
    f'"; {RUN}; "',
    f"\\\n{RUN}",
    f'\\"; {RUN} #',
    f"{{{RUN}}}",
    f"{{{{ {RUN} }}}}{{% set x = 1 %}}",
    f"')]\n{RUN}\nx = ['",
    f"\u2028{RUN}\r\n{RUN}\x0b\x00",
    f"a\n{RUN}\n",
]


def widget(document: Node) -> Node:
    found: Node = document["components"]["schemas"]["Widget"]
    return found


def everywhere(document: Node, text: str) -> None:
    """Puts a text wherever a document holds free text."""
    listing = document["paths"]["/widgets"]["get"]
    document["info"]["title"] = document["info"]["description"] = text
    listing["summary"] = listing["description"] = text
    listing["tags"] = [text]
    listing["operationId"] = text
    for parameter in listing["parameters"]:
        parameter["description"] = text
        parameter["schema"]["title"] = parameter["schema"]["description"] = text
    listing["parameters"][1]["schema"]["default"] = text
    listing["responses"]["200"]["description"] = text
    schema = widget(document)
    schema["description"] = schema["title"] = text
    schema["examples"] = [text]
    schema["properties"]["id"] |= {"description": text, "default": text, "title": text}
    schema["properties"]["type"] = {"const": text}
    schema["properties"]["mixed"] = {"type": "string", "enum": [text, "b"], "default": text}
    document["components"]["schemas"]["Color"]["enum"] = ["red", text]


def untouched(checkout: Checkout) -> None:
    """Nothing ran, and nothing was written but below the package."""
    assert not list(checkout.root.rglob("pwned"))
    assert {path.name for path in checkout.root.iterdir()} == {
        "generated",
        "openapi.json",
        "scripts",
    }
    written = {path.name for path in (checkout.root / "generated").iterdir()}
    assert written <= {"creatoraudit_api"}


# One text of all: were any of them to get out, the rest would run or break the module.
@pytest.mark.parametrize("text", ["".join(PAYLOADS), *PAYLOADS[-2:]])
def test_free_text_is_inert(checkout: Checkout, mini: Node, text: str) -> None:
    everywhere(mini, text)
    checkout.data("overlay.json", {})
    ran = checkout.with_contract(mini, names={"operations": {}}).regenerate()
    assert ran.code == 0, ran.err
    code = """
import json
from creatoraudit_api.operations import OPERATIONS
from creatoraudit_api.models import WIDGET_COLOR_VALUES, Widget
Widget.from_dict({"id": "a", "color": "b"})
OPERATIONS["get_widgets"].get_kwargs()
print(json.dumps(sorted(WIDGET_COLOR_VALUES)))
"""
    assert json.loads(checkout.python(code)) == sorted(["red", text])
    untouched(checkout)


def test_member_names_are_inert(checkout: Checkout, mini: Node) -> None:
    for text in PAYLOADS:
        widget(mini)["properties"][text] = {"type": "string"}
        mini["paths"]["/widgets"]["get"]["parameters"].append(
            {"name": text, "in": "query", "schema": {"type": "string"}}
        )
    checkout.data("overlay.json", {})
    ran = checkout.with_contract(mini, names={"operations": {}}).regenerate()
    assert ran.code == 0, ran.err
    sent = {"id": "a", "color": "b"} | {text: str(n) for n, text in enumerate(PAYLOADS)}
    code = f"print(Widget.from_dict({sent!r}).to_dict())"
    code = f"from creatoraudit_api.models import Widget\n{code}"
    assert ast.literal_eval(checkout.python(code)) == sent
    untouched(checkout)


def test_names_of_schemas_and_tags_stay_in_their_folder(checkout: Checkout, mini: Node) -> None:
    answer = mini["paths"]["/widgets"]["get"]["responses"]
    for number, text in enumerate([*PAYLOADS, "../../evil", "__init__", "a/b"]):
        members = {f"member_{number}": {"type": "string"}}
        mini["components"]["schemas"][text] = {"type": "object", "properties": members}
        mini["paths"][f"/other/{number}"] = {"get": {"tags": [text], "responses": answer}}
    checkout.data("overlay.json", {})
    ran = checkout.with_contract(mini, names={"operations": {}}).regenerate()
    assert ran.code == 0, ran.err
    untouched(checkout)


def test_a_path_that_is_none_is_refused(checkout: Checkout, mini: Node) -> None:
    for path in ('/a"b', "/a\nb", "/../{}", "/a b", "a", "/{{x}}"):
        mini["paths"][path] = {"get": {"responses": {}}}
    ran = checkout.with_contract(mini, names={"operations": {}}).regenerate()
    assert ran.code == 1
    assert ran.err.count("holds characters a URL path cannot have") == 6
    assert not (checkout.root / "generated").joinpath("creatoraudit_api").exists()


def test_a_content_type_is_inert(checkout: Checkout, mini: Node, tmp_path: Path) -> None:
    content = mini["paths"]["/widgets"]["post"]["requestBody"]["content"]
    content[f'application/x"; {RUN}; "+json'] = content.pop("application/merge-patch+json")
    checkout.data("overlay.json", {})
    ran = checkout.with_contract(mini, names={"operations": {}}).regenerate()
    assert "Traceback" not in ran.err
    untouched(checkout)
    assert not list(tmp_path.rglob("pwned"))
