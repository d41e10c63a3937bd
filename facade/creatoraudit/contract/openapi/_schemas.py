"""Walks over schemas and the schemas inside them.

Examples, defaults and enum values are data, even if they look like schemas, and are skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

_ONE: Final = (
    *("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"),
    *("unevaluatedItems", "unevaluatedProperties", "additionalItems", "contentSchema"),
)
_SEVERAL: Final = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED: Final = ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")

DATA: Final = frozenset({"example", "examples", "default", "enum", "const"})
"""Keywords whose values are data, even if they look like schemas or references."""
NAMES: Final = frozenset(
    {
        *_NAMED,
        *("paths", "webhooks", "pathItems", "callbacks", "responses", "headers", "content"),
        *("schemas", "requestBodies", "securitySchemes", "links", "encoding"),
    }
)
"""Keywords that hold an object whose keys are names, of which one may be `default`."""


class Slot(NamedTuple):
    """A member or item that holds a schema, so that the schema can be replaced."""

    holder: Any
    key: Any

    @property
    def node(self) -> Any:
        """The schema held there."""
        return self.holder[self.key]

    def put(self, node: Any) -> None:
        """Replace the schema."""
        self.holder[self.key] = node


def subschemas(schema: Any) -> Iterator[Slot]:
    """The schemas directly inside a schema; anything else is skipped."""
    if not isinstance(schema, dict):
        return
    for keyword in _ONE:
        if isinstance(schema.get(keyword), dict):
            yield Slot(schema, keyword)
    for keyword in _SEVERAL:
        several = schema.get(keyword)
        if isinstance(several, list):
            for index, one in enumerate(several):
                if isinstance(one, dict):
                    yield Slot(several, index)
    for keyword in _NAMED:
        named = schema.get(keyword)
        if isinstance(named, dict):
            for name, one in named.items():
                if isinstance(one, dict):
                    yield Slot(named, name)


def walk_schemas(schema: Any) -> Iterator[dict[str, Any]]:
    """A schema and every schema inside it, outermost first; references are not followed."""
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(slot.node for slot in subschemas(node))
