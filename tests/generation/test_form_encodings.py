"""How encodings of forms and content of parameters become styles of the generated table."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from support.checkout import ROOT


@pytest.fixture(scope="module")
def generation() -> Any:
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        from generation import bodies, document, simple
    finally:
        sys.path.remove(str(ROOT / "scripts"))
    return SimpleNamespace(bodies=bodies, document=document, simple=simple)


@pytest.fixture(scope="module")
def encoding(generation: Any) -> Any:
    return lambda declared: generation.bodies._encoding(declared, "/here")


@pytest.mark.parametrize(
    ("own", "made"),
    [
        ({"style": "deepObject", "explode": True}, ["deepObject", ""]),
        ({"explode": False}, ["comma", ""]),
        ({"explode": True}, ["form", ""]),
        ({"style": "pipeDelimited", "contentType": "text/plain"}, ["pipeDelimited", ""]),
        ({"contentType": "application/json"}, ["", "application/json"]),
        ({"contentType": "image/png, image/jpeg"}, None),
        ({"contentType": "image/*"}, None),
        ({}, None),
    ],
)
def test_encoding_of_a_member_is_a_style_or_a_media_type(
    encoding: Any, own: dict[str, Any], made: list[str] | None
) -> None:
    assert encoding({"a": own}) == ({} if made is None else {"a": made})


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        ({"a": {"style": "tabDelimited"}}, "the unknown style tabDelimited"),
        ({"a": "json"}, "an `encoding` that is not an object of objects"),
        ([], "an `encoding` that is not an object of objects"),
    ],
)
def test_encoding_that_cannot_be_read_is_a_reason(encoding: Any, declared: Any, says: str) -> None:
    with pytest.raises(Exception, match=says):
        encoding(declared)


@pytest.mark.parametrize(
    ("media_type", "style"),
    [
        ("text/plain", ""),
        ("text/csv; charset=utf-8", ""),
        ("application/json", "json"),
        ("application/vnd.a+json", "json"),
    ],
)
def test_content_of_a_parameter_is_json_unless_it_is_text(
    generation: Any, media_type: str, style: str
) -> None:
    content = {media_type: {"schema": {"type": "string"}}}
    raw = {"name": "q", "in": "query", "content": content}
    made = generation.document._parameter({}, generation.simple.Simple({}), raw, "/here")
    assert made["style"] == style
