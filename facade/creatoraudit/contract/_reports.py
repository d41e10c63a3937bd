"""An outcome for people and for machines: Markdown, JUnit, HAR, JSON.

Decides the layout. What may be told has been decided before (see `_facts`); what came from the API
nevertheless, such as the name of an undocumented member, is made inert for where it is shown. Files
are written whole or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree as ET

from .._core.files import replace
from .._core.text import printable
from .._version import __version__
from ..report._words import code, shown
from ._facts import Exchange, Finding
from ._run import DRIFTED, KEPT, Outcome

VERSION = 1
"""Of the JSON output; raised when a member changes its meaning or goes."""

_LONGEST_CELL = 160
_ROWS = 200


def headline(outcome: Outcome) -> str:
    """The outcome in one line."""
    if outcome.code == KEPT:
        return "The API keeps the contract"
    if outcome.code == DRIFTED:
        count = len(outcome.facts.findings)
        return f"The API breaks the contract in {count} place{'' if count == 1 else 's'}"
    return "It could not be checked whether the API keeps the contract"


def details(outcome: Outcome) -> Iterator[str]:
    """What else is worth a line, without markup; addresses and reasons are made printable."""
    if outcome.requests:
        asked = f"creatoraudit {__version__} asked {printable(outcome.base_url)}"
        yield f"{asked} in {outcome.requests:,} requests, all of them GET."
    if outcome.reason is not None:
        yield f"Why: {printable(outcome.reason)}"
    if outcome.facts.answers and outcome.unverified:
        yield f"Never answered with success: {', '.join(outcome.unverified)}."


def markdown(outcome: Outcome) -> str:
    """A summary for the page of a CI job."""
    mark = {KEPT: "✅", DRIFTED: "❌"}.get(outcome.code, "⚠️")
    lines = [f"### {mark} {headline(outcome)}", ""]
    if outcome.facts.findings:
        lines += ["| operation | member | what is wrong | check |", "| --- | --- | --- | --- |"]
        lines += [_row(one) for one in outcome.facts.findings[:_ROWS]]
        if (more := len(outcome.facts.findings) - _ROWS) > 0:
            lines.append(f"| | | and {more} more, see the JUnit report | |")
        lines.append("")
    # Line by line in code spans: a reason may quote what a server has said.
    lines += [f"- {_cell(line, 4 * _LONGEST_CELL)}" for line in details(outcome)]
    return "\n".join([*lines, ""])


def _row(finding: Finding) -> str:
    cells = (finding.operation, finding.member or "", finding.detail, finding.check)
    return f"| {' | '.join(_cell(text, _LONGEST_CELL) for text in cells)} |"


def _cell(text: str, longest: int) -> str:
    return code(shown(text, longest)) if text else ""


def record(outcome: Outcome) -> dict[str, object]:
    """The outcome for programs."""
    return {
        "version": VERSION,
        "code": outcome.code,
        "reason": outcome.reason,
        "base_url": outcome.base_url,
        "requests": outcome.requests,
        "unverified": outcome.unverified if outcome.facts.answers else None,
        "findings": [
            {
                "operation": one.operation,
                "member": one.member,
                "detail": one.detail,
                "check": one.check,
            }
            for one in outcome.facts.findings
        ],
    }


def junit(outcome: Outcome) -> bytes:
    """One test case per operation that was asked; a run that could not be done is an error."""
    facts = outcome.facts
    labels = sorted({*facts.answers, *(one.operation for one in facts.findings)})
    failed = {one.operation for one in facts.findings}
    suite = ET.Element(
        "testsuite",
        name="creatoraudit contract",
        tests=str(len(labels) + (outcome.reason is not None)),
        failures=str(len(failed)),
        errors=str(int(outcome.reason is not None)),
    )
    for label in labels:
        case = ET.SubElement(suite, "testcase", classname="contract", name=label)
        for one in facts.findings:
            if one.operation == label:
                said = printable(one.sentence)
                failure = ET.SubElement(case, "failure", type=one.check, message=said)
                failure.text = "\n".join(map(printable, (one.evidence or said).splitlines()))
    if outcome.reason is not None:
        case = ET.SubElement(suite, "testcase", classname="contract", name="run")
        ET.SubElement(case, "error", message=printable(outcome.reason))
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    written: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return written


def har(outcome: Outcome) -> bytes:
    """What went over the wire, as an HTTP archive (1.2)."""
    log = {
        "version": "1.2",
        "creator": {"name": "creatoraudit", "version": __version__},
        "entries": [_entry(one) for one in outcome.facts.exchanges],
    }
    return json.dumps({"log": log}, indent=1).encode("ascii")


def _entry(exchange: Exchange) -> dict[str, object]:
    content: dict[str, object] = {
        "size": exchange.size,
        "mimeType": exchange.response_headers.get("Content-Type", ""),
    }
    if exchange.body is not None:
        content["text"] = exchange.body
    query = parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True)
    known = exchange.status in set(HTTPStatus)
    return {
        "startedDateTime": exchange.started,
        "time": exchange.milliseconds,
        "request": {
            "method": exchange.method,
            "url": exchange.url,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(exchange.request_headers.items()),
            "queryString": _pairs(query),
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": {
            "status": exchange.status,
            "statusText": HTTPStatus(exchange.status).phrase if known else "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(exchange.response_headers.items()),
            "content": content,
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": exchange.size,
        },
        "cache": {},
        "timings": {"send": 0, "wait": exchange.milliseconds, "receive": 0},
    }


def _pairs(items: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in items]


def write(outcome: Outcome, folder: Path) -> list[Path]:
    """Put the reports into a folder that exists; gives the files.

    Raises:
        OSError: A file could not be written.
    """
    contents = {
        "junit.xml": junit(outcome),
        "contract.har": har(outcome),
        "summary.md": markdown(outcome).encode(),
    }
    return [replace(folder / name, content) for name, content in contents.items()]
