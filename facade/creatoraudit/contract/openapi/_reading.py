"""Parses documents: text encodings, JSON or YAML, and limits on size and depth."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NoReturn

from ._document import Document, DocumentRefused, below
from ._quoting import inert

MOST_BYTES: Final = 32 * 1024 * 1024
_DEEPEST: Final = 256
# Limits YAML aliases, which can multiply; no real document has this many nodes.
_MOST_NODES: Final = 2_000_000

_KNOWN: Final = re.compile(r"3\.[012](\.|$)")
_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_YAML_WORDS: Final = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def load(path: str | Path) -> Document:
    """Read the OpenAPI document in a file.

    Raises:
        DocumentRefused: The file cannot be read, or `parse` refuses its content.
    """
    try:
        with Path(path).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        Document(str(path), {}).refuse(f"cannot be read: {error.strerror}")
    except ValueError:
        Document(str(path), {}).refuse("cannot be read: its name is not a path")
    return parse(content, str(path))


def parse(content: bytes | str, name: str) -> Document:
    """Parse an OpenAPI document, JSON or YAML in UTF-8 or UTF-16.

    Args:
        content: Content of the file.
        name: Name of the document in error messages.

    Raises:
        DocumentRefused: It is too large, nested too deeply, not JSON or YAML, has a key twice, or
            is not OpenAPI 3.0, 3.1 or 3.2.
    """
    document = Document(name, {})
    root = tree(content, name)
    if not isinstance(root, dict):
        document.refuse("is not an OpenAPI document: it is not an object")
    if not isinstance(version := root.get("openapi"), str):
        document.refuse("is not an OpenAPI document: it has no `openapi` version")
    if not _KNOWN.match(version):
        document.refuse(f"is OpenAPI {inert(version)}; only 3.0, 3.1 and 3.2 are supported")
    if not isinstance(root.get("paths", {}), dict):
        document.refuse("is not an OpenAPI document: its `paths` is not an object")
    if not {"paths", "components", "webhooks"} & root.keys():
        document.refuse("is not an OpenAPI document: it has no paths")
    return Document(name, root)


def tree(content: bytes | str, name: str) -> Any:
    """Parse any JSON or YAML value.

    Raises:
        DocumentRefused: It cannot be read.
    """
    document = Document(name, {})
    if len(content) > MOST_BYTES:
        document.refuse(f"is larger than {MOST_BYTES // 1024**2} MiB")
    try:
        text = (
            content if isinstance(content, str) else content.decode(json.detect_encoding(content))
        )
        text = text.removeprefix("\ufeff")
    except ValueError:
        document.refuse("is not UTF-8 or UTF-16 text")
    try:
        root = _json(text) if text.lstrip()[:1] in ("{", "[") else _yaml(text)
        if isinstance(root, dict):
            check_depth(root)
    except RecursionError:
        document.refuse("is nested too deeply")
    except DocumentRefused as refused:
        document.refuse(str(refused))
    return root


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a JSON number")


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        _no_number(text)
    return value


def _json(text: str) -> Any:
    repeated: list[tuple[dict[str, Any], str]] = []

    def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            keys = [key for key, _ in pairs]
            repeated.append((made, next(key for key in keys if keys.count(key) > 1)))
        return made

    try:
        root = json.loads(
            text, parse_constant=_no_number, parse_float=_float, object_pairs_hook=mapping
        )
    except ValueError as error:
        raise DocumentRefused(f"is not JSON ({inert(str(error))})") from None
    for made, key in repeated:
        where = next((pointer for pointer, node in _nodes(root) if node is made), "")
        raise DocumentRefused(f"{inert(where) or 'the document'} has the key {inert(key)!r} twice")
    return root


def _nodes(root: Any) -> Iterator[tuple[str, Any]]:
    """Every container at or below a node, with its JSON pointer."""
    waiting: list[tuple[str, Any]] = [("", root)]
    while waiting:
        pointer, node = waiting.pop()
        if isinstance(node, dict | list):
            yield pointer, node
            members: Any = node.items() if isinstance(node, dict) else enumerate(node)
            waiting += [(below(pointer, key), value) for key, value in members]


def check_depth(root: Any) -> None:
    """Refuse a document whose containers are nested deeper than any real one.

    Raises:
        DocumentRefused: They are.
    """
    level = [root]
    for _ in range(_DEEPEST):
        level = [
            inner
            for node in level
            for inner in (node.values() if isinstance(node, dict) else node)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    raise DocumentRefused("is nested too deeply")


def _yaml(text: str) -> Any:
    try:
        yaml: Any = import_module("yaml")  # only for documents in YAML; not installed everywhere
    except ImportError:
        raise DocumentRefused(
            "is YAML, or not a document at all; install PyYAML, or convert it to JSON"
        ) from None
    try:
        # Raw nodes, since YAML 1.1 would create dates, and booleans from `on` and `no`.
        node = yaml.compose(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        what = inert(str(getattr(error, "problem", None) or "it holds control characters"))
        raise DocumentRefused(f"is not YAML or JSON ({what}{where})") from None
    return None if node is None else _Built().value(node, "", 0)


class _Built:
    """Converts YAML nodes to JSON values, up to a maximum number."""

    def __init__(self) -> None:
        self.left = _MOST_NODES

    def value(self, node: Any, pointer: str, depth: int) -> Any:
        self.left -= 1
        if self.left < 0:
            raise DocumentRefused("has aliases that expand into too many nodes")
        if depth > _DEEPEST:
            raise DocumentRefused("is nested too deeply")
        if node.id == "scalar":
            return _scalar(node, pointer)
        if node.id == "sequence":
            return [
                self.value(one, below(pointer, index), depth + 1)
                for index, one in enumerate(node.value)
            ]
        made: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.id != "scalar":
                raise DocumentRefused(
                    f"{inert(pointer) or 'the document'} has a key that is not text"
                )
            key = key_node.value
            value = self.value(value_node, below(pointer, key), depth + 1)
            if key == "<<" and not key_node.style:
                for one in value if isinstance(value, list) else [value]:
                    merged = {**(one if isinstance(one, dict) else {}), **merged}
            elif key in made:
                raise DocumentRefused(
                    f"{inert(pointer) or 'the document'} has the key {inert(key)!r} twice"
                )
            else:
                made[key] = value
        return {**merged, **made}


def _scalar(node: Any, pointer: str) -> Any:
    """Convert a scalar by the rules of YAML 1.2, which are those of JSON."""
    text: str = node.value
    if node.style:
        return text
    if text in _YAML_WORDS:
        return _YAML_WORDS[text]
    try:
        if _INTEGER.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return _float(text)
    except ValueError as error:
        raise DocumentRefused(f"{inert(pointer)}: {inert(str(error))}") from None
    return text
