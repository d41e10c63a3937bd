"""Writes the outcome of a contract check as text, Markdown, JUnit, HAR and JSON.

Reports hold no response data but names (see `_facts`). Names from the API, such as those of
undocumented members, are escaped for each format. Files are written atomically.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree as ET

from .._core.files import replace
from .._core.text import printable
from .._version import __version__
from ..report._words import code, shown
from ._baseline import Entry, Matched
from ._facts import Exchange, Finding
from ._run import DRIFTED, KEPT, Outcome

VERSION = 1
"""Version of the JSON output; increased when a member is removed or changes its meaning."""

_LONGEST_CELL = 160
_ROWS = 200


def headline(outcome: Outcome) -> str:
    """The outcome in one line."""
    accepted = len(outcome.verdict.accepted)
    besides = f", with {_counted(accepted, 'accepted finding')}" if accepted else ""
    if outcome.code == KEPT:
        return f"The API keeps the contract{besides}"
    if outcome.code == DRIFTED:
        return f"The API breaks the contract in {_counted(len(outcome.findings), 'place')}{besides}"
    return "The check could not finish"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def remark(entry: Entry, *, expired: bool = False) -> str:
    """The note of a baseline on a finding: whether it is accepted, why and until when."""
    until = f" until {entry.expires}" if entry.expires else ""
    state = f"no longer accepted: it was{until}" if expired else f"accepted{until}"
    return printable(f"{state} ({entry.reason})" if entry.reason else state)


def _remarks(outcome: Outcome) -> dict[Finding, str]:
    """The notes of the baseline, by finding."""
    verdict = outcome.verdict
    said = {one.finding: remark(one.entry) for one in verdict.accepted}
    return said | {one.finding: remark(one.entry, expired=True) for one in verdict.expired}


def findings(outcome: Outcome) -> Iterator[str]:
    """One line per finding, accepted ones last."""
    said = _remarks(outcome)
    for one in [*outcome.findings, *(each.finding for each in outcome.verdict.accepted)]:
        line = f"{one.operation}: {one.sentence} [{one.check}]"
        yield f"{line}, {said[one]}" if one in said else line


def details(outcome: Outcome) -> Iterator[str]:
    """Further lines on the run, without markup; URLs and reasons are made printable."""
    if outcome.requests:
        sent = f"creatoraudit {__version__} sent {outcome.requests:,} GET requests"
        yield f"{sent} to {printable(outcome.base_url)}."
    if outcome.reason is not None:
        yield f"Reason: {printable(outcome.reason)}"
    if outcome.facts.answers and outcome.unverified:
        yield f"No successful response from: {', '.join(outcome.unverified)}."
    if stale := outcome.stale:
        ids = ", ".join(entry.id for entry in stale)
        yield f"Accepted, but no longer found (--baseline-prune removes these entries): {ids}."


def markdown(outcome: Outcome) -> str:
    """A Markdown summary for the page of a CI job."""
    mark = {KEPT: "✅", DRIFTED: "❌"}.get(outcome.code, "⚠️")
    lines = [f"### {mark} {headline(outcome)}", ""]
    said = _remarks(outcome)
    accepted = [one.finding for one in outcome.verdict.accepted]
    for title, chosen in (("", outcome.findings), ("Accepted by the baseline:", accepted)):
        if chosen:
            lines += [title, ""] if title else []
            lines += _table(chosen, said)
    # In code spans, because a reason may quote the server.
    lines += [f"- {_cell(line, 4 * _LONGEST_CELL)}" for line in details(outcome)]
    return "\n".join([*lines, ""])


def _table(chosen: Sequence[Finding], said: Mapping[Finding, str]) -> Iterator[str]:
    yield "| operation | member | what is wrong | check |"
    yield "| --- | --- | --- | --- |"
    for one in chosen[:_ROWS]:
        wrong = f"{one.detail}, {said[one]}" if one in said else one.detail
        cells = (one.operation, one.member or "", wrong, one.check)
        yield f"| {' | '.join(_cell(text, _LONGEST_CELL) for text in cells)} |"
    if (more := len(chosen) - _ROWS) > 0:
        yield f"| | | and {more} more, see the JUnit report | |"
    yield ""


def _cell(text: str, longest: int) -> str:
    return code(shown(text, longest)) if text else ""


def record(outcome: Outcome) -> dict[str, object]:
    """The outcome as JSON."""
    return {
        "version": VERSION,
        "code": outcome.code,
        "reason": outcome.reason,
        "base_url": outcome.base_url,
        "requests": outcome.requests,
        "unverified": outcome.unverified if outcome.facts.answers else None,
        "findings": [_finding_record(one) for one in outcome.verdict.new],
        "expired": [_matched(one) for one in outcome.verdict.expired],
        "accepted": [_matched(one) for one in outcome.verdict.accepted],
        "stale": [entry.record() for entry in outcome.stale],
    }


def _finding_record(finding: Finding) -> dict[str, object]:
    names = ("operation", "member", "problem", "detail", "check")
    return {name: getattr(finding, name) for name in names}


def _matched(matched: Matched[Finding]) -> dict[str, object]:
    return _finding_record(matched.finding) | matched.record()


def junit(outcome: Outcome) -> bytes:
    """The outcome as JUnit XML, one test case per tested operation.

    Findings are failures. An operation with only accepted findings is skipped, with those findings
    as the message. A run that could not finish is an error.
    """
    facts = outcome.facts
    labels = sorted({*facts.answers, *(one.operation for one in facts.findings)})
    failed = {one.operation for one in outcome.findings}
    accepted = {one.finding.operation for one in outcome.verdict.accepted}
    said = _remarks(outcome)
    suite = ET.Element(
        "testsuite",
        name="creatoraudit contract",
        tests=str(len(labels) + (outcome.reason is not None)),
        failures=str(len(failed)),
        errors=str(int(outcome.reason is not None)),
        skipped=str(len(accepted - failed)),
    )
    for label in labels:
        case = ET.SubElement(suite, "testcase", classname="contract", name=label)
        for one in outcome.findings:
            if one.operation == label:
                told = printable(f"{one.sentence}, {said[one]}" if one in said else one.sentence)
                failure = ET.SubElement(case, "failure", type=one.check, message=told)
                failure.text = "\n".join(map(printable, (one.evidence or told).splitlines()))
        _add_accepted(case, outcome, label, skipped=label not in failed)
    if outcome.reason is not None:
        case = ET.SubElement(suite, "testcase", classname="contract", name="run")
        ET.SubElement(case, "error", message=printable(outcome.reason))
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    written: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return written


def _add_accepted(case: ET.Element, outcome: Outcome, label: str, *, skipped: bool) -> None:
    """Add the accepted findings of an operation without failing its test case."""
    lines = [
        f"{printable(one.finding.sentence)} [{one.finding.check}], {remark(one.entry)}"
        for one in outcome.verdict.accepted
        if one.finding.operation == label
    ]
    if lines and skipped:
        ET.SubElement(case, "skipped", message="; ".join(lines))
    elif lines:
        ET.SubElement(case, "system-out").text = "\n".join(lines)


def har(outcome: Outcome) -> bytes:
    """The requests and responses as an HTTP archive (HAR 1.2)."""
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


# What each file of `write` begins with.
MARKS: Mapping[str, re.Pattern[bytes]] = {
    "junit.xml": re.compile(rb'<\?xml [^>]*>\s*<testsuites>\s*<testsuite name="creatoraudit '),
    "contract.har": re.compile(
        rb'\{\s*"log": \{\s*"version": "1.2",\s*"creator": \{\s*"name": "crea'
    ),
    "summary.md": re.compile("### (✅|❌|⚠️) ".encode()),
}


def write(outcome: Outcome, folder: Path) -> list[Path]:
    """Write all reports into an existing folder; returns the files.

    Raises:
        OSError: A file could not be written.
    """
    contents = {
        "junit.xml": junit(outcome),
        "contract.har": har(outcome),
        "summary.md": markdown(outcome).encode(),
    }
    return [replace(folder / name, content) for name, content in contents.items()]
