"""Content negotiation and conditional requests, as pure functions of header values."""

from __future__ import annotations

import re
from typing import Final

_JSON_RANGES: Final = {"*/*": 0, "application/*": 1, "application/json": 2}
_QUALITY: Final = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
_ETAG: Final = re.compile(r'(?:W/)?("[^"]*")')


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            value = value.strip()
            return float(value) if _QUALITY.fullmatch(value) else 0.0
    return 1.0


def accepts_json(accept: str | None) -> bool:
    """Whether an Accept header admits application/json; the most specific matching range decides.

    A missing or empty header admits everything. Parameters other than q, as in
    ``application/json;version=1``, are ignored.
    """
    if accept is None or not accept.strip():
        return True
    best, quality = -1, 0.0
    for item in accept.split(","):
        name, *parameters = item.split(";")
        rank = _JSON_RANGES.get(name.strip().lower(), -1)
        found = _quality(parameters)
        if rank > best or (rank == best and found > quality):
            best, quality = rank, found
    return best >= 0 and quality > 0


def is_json(content_type: str | None) -> bool:
    """Whether a Content-Type header says application/json, in UTF-8 if it names a charset."""
    name, *parameters = (content_type or "").split(";")
    if name.strip().lower() != "application/json":
        return False
    charsets = [
        value.strip().strip('"').lower()
        for key, _, value in (p.partition("=") for p in parameters)
        if key.strip().lower() == "charset"
    ]
    return all(charset in ("utf-8", "utf8", "us-ascii") for charset in charsets)


def matches(if_none_match: str | None, etag: str) -> bool:
    """Whether an If-None-Match header names the current ETag, by weak comparison."""
    if if_none_match is None:
        return False
    if if_none_match.strip() == "*":
        return True
    return etag in _ETAG.findall(if_none_match)
