"""Removes free text from request URLs before they go into a report.

Names of the contract, ids and enum values stay. Free text may be customer data and is removed:
searches, categories, and cursors, which hold values of the row they point at.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from .._core.contract import document, resolved
from .openapi import METHODS

LEFT_OUT = "left-out"
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_VALUE = re.compile(r"[A-Za-z0-9_.:+-]{0,40}")


def shown(url: str, base_url: str) -> str:
    """The URL of a request without free text."""
    parts, base = urlsplit(url), urlsplit(base_url).path.split("/")
    literals, names, free = _words()
    steps = parts.path.split("/")
    path = [
        step if number < len(base) or step in literals or _UUID.fullmatch(step) else LEFT_OUT
        for number, step in enumerate(steps)
    ]
    query = []
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        told = name in names and name not in free and _VALUE.fullmatch(value)
        query.append((name if name in names else LEFT_OUT, value if told else LEFT_OUT))
    return parts._replace(path="/".join(path), query=urlencode(query)).geturl()


@cache
def _words() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Literal segments of paths, names of query parameters, and which of these take free text."""
    paths = document()["paths"]
    literals = {step for path in paths for step in path.split("/") if "{" not in step}
    items = [resolved(item) for item in paths.values()]
    holders = [*items, *(item[method] for item in items for method in METHODS if method in item)]
    parameters = [resolved(one) for holder in holders for one in holder.get("parameters", [])]
    queries = [one for one in parameters if one.get("in") == "query"]
    names = {one["name"] for one in queries}
    free = {one["name"] for one in queries if _is_free(resolved(one.get("schema", {})))}
    return frozenset(literals), frozenset(names), frozenset(free)


def _is_free(schema: Any) -> bool:
    kinds = schema.get("type", "string")
    return "string" in kinds and not {"enum", "format"} & schema.keys()
