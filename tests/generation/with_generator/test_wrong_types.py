"""A value of the wrong type in a document is reported with its place, or does no harm."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from support.checkout import SCRIPTS, Node, mini_document

if str(SCRIPTS) not in sys.path:
    sys.path.append(str(SCRIPTS))

JUNK = [
    *(None, True, -1, 10**400, "x", [], [None], [[]], {}, {"": {}}, {"type": "int"}),
    *({"$ref": 5}, {"$ref": "#/paths"}, {"$ref": "#/components/schemas/Nope"}, ["string", "null"]),
]


def places_in(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places_in(value, (*path, key))


def with_junk(node: Any, path: tuple[Any, ...], junk: Any) -> Any:
    if not path:
        return junk
    changed = copy.copy(node)
    changed[path[0]] = with_junk(node[path[0]], path[1:], junk)
    return changed


def prepared(document: Node) -> int:
    """Number of operations of a document that come as far as the generator."""
    from generation.document import LeftOut, load, normalised, read
    from generation.names import Names
    from generation.overlay import Overlay
    from generation.table import build, columns

    left_out, names = LeftOut(), Names({"operations": {}})
    overlay = Overlay(read(SCRIPTS / "overlay.json"))
    whole = load(json.dumps(document), "junk.json")
    named = names.apply(normalised(whole, base_path="", left_out=left_out), left_out)
    left_out.drop(named)
    table = build(named, Overlay({**vars(overlay), "bounds": {}}), names, "p", left_out)
    left_out.drop(named)
    overlay.apply(named, table, names)
    columns(named)
    for reason in left_out.reasons.values():
        assert "\n" not in reason.line
        assert reason.pointer.startswith("/")
    return len(table)


@pytest.mark.parametrize("part", range(5))
def test_junk_anywhere_is_refused_with_its_place_or_does_no_harm(part: int) -> None:
    from generation.document import ContractRefused

    document = mini_document()
    paths = list(places_in(document))
    refusals: list[str] = []
    for number in range(part, len(paths), 5):
        junk = JUNK[number % len(JUNK)]
        try:
            prepared(with_junk(document, paths[number], junk))
        except ContractRefused as refused:
            refusals.append(str(refused))
    assert not [text for text in refusals if "\n" in text]
