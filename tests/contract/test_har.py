"""The HTTP archive of a contract run follows the schema of HAR 1.2."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest

from creatoraudit.contract import Exchange, Facts, Outcome, _reports

TEXT = {"type": "string"}
SIZE = {"type": "integer", "minimum": -1}
TIME = {"type": "number", "minimum": 0}
PAIRS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "value"],
        "properties": {"name": TEXT, "value": TEXT, "comment": TEXT},
        "additionalProperties": False,
    },
}
SENT = {"httpVersion": TEXT, "cookies": {"type": "array", "maxItems": 0}, "headers": PAIRS}
SIZES = {"headersSize": SIZE, "bodySize": SIZE}


def exactly(properties: dict[str, Any], *optional: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [name for name in properties if name not in optional],
        "properties": properties,
        "additionalProperties": False,
    }


ENTRY = exactly(
    {
        "startedDateTime": {"type": "string", "format": "date-time"},
        "time": TIME,
        "request": exactly(
            {
                "method": {"type": "string", "pattern": "^[A-Z]+$"},
                "url": {"type": "string", "format": "uri"},
                **SENT,
                "queryString": PAIRS,
                **SIZES,
            }
        ),
        "response": exactly(
            {
                "status": {"type": "integer", "minimum": 0},
                "statusText": TEXT,
                **SENT,
                "content": exactly({"size": SIZE, "mimeType": TEXT, "text": TEXT}, "text"),
                "redirectURL": TEXT,
                **SIZES,
            }
        ),
        "cache": exactly({}),
        "timings": exactly({"send": TIME, "wait": TIME, "receive": TIME}),
    }
)
CREATOR = exactly({"name": TEXT, "version": TEXT})
LOG = {
    "version": {"const": "1.2"},
    "creator": CREATOR,
    "entries": {"type": "array", "items": ENTRY},
}
SCHEMA = jsonschema_rs.validator_for(exactly({"log": exactly(LOG)}), validate_formats=True)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"status": 599, "response_headers": {}},
        {"status": 204, "size": 0, "response_headers": {"X-Request-Id": "ü\x1b"}},
        {"body": "\ud800\x00 text", "milliseconds": 0},
        {"url": "https://api.example.com/v2/videos?q=&q=a&limit=3", "request_headers": {"A": ""}},
    ],
)
def test_archive_is_one_that_any_viewer_reads(changed: dict[str, Any]) -> None:
    plain: dict[str, Any] = {
        "started": "2026-06-15T12:00:00.5+00:00",
        "method": "GET",
        "url": "https://api.example.com/v2/videos",
        "request_headers": {"Accept": "application/json"},
        "status": 200,
        "response_headers": {"Content-Type": "application/json"},
        "size": 12,
        "milliseconds": 1.5,
    }
    facts = Facts(exchanges=[Exchange(**(plain | changed))])
    archive = json.loads(_reports.har(Outcome("https://api.example.com", facts, None)))
    assert [error.message for error in SCHEMA.iter_errors(archive)] == []
    (entry,) = archive["log"]["entries"]
    assert sum(entry["timings"].values()) == entry["time"]
    if "?" in entry["request"]["url"]:
        asked = [(one["name"], one["value"]) for one in entry["request"]["queryString"]]
        assert asked == [("q", ""), ("q", "a"), ("limit", "3")]
