"""Writes a verdict as text, JSON or Markdown.

Decides the layout and how much is shown. All text from the documents comes quoted (quoting.py);
in Markdown it stands in code spans only, which neither link, mention nor render.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from .accepted import Entry, Verdict
from .quoting import inert
from .rules import Level
from .walk import Finding

VERSION: Final = 1
"""Of the JSON output; raised when a member changes its meaning or goes."""

_OPERATIONS_SHOWN: Final = 5
# A comment on a pull request holds 65,536 characters.
_LONGEST_COMMENT: Final = 60_000


def _name(level: Level) -> str:
    return level.name.lower()


def _counts(findings: Sequence[Finding]) -> dict[str, int]:
    levels = [finding.rule.level for finding in findings]
    return {_name(level): levels.count(level) for level in sorted(Level, reverse=True)}


def _headline(verdict: Verdict) -> str:
    parts = [f"{count} {level}" for level, count in _counts(verdict.findings).items()]
    if verdict.accepted:
        parts.append(f"{len(verdict.accepted)} accepted")
    if verdict.unmatched:
        parts.append(f"{len(verdict.unmatched)} accepted in vain")
    return ", ".join(parts)


def _operations(finding: Finding) -> tuple[list[str], int]:
    """The operations to show, and how many more there are."""
    shown = [inert(operation) for operation in finding.operations[:_OPERATIONS_SHOWN]]
    return shown, len(finding.operations) - len(shown)


def as_text(base: str, head: str, verdict: Verdict) -> str:
    """For a terminal: three lines per finding."""
    lines = [f"{inert(base)} -> {inert(head)}: {_headline(verdict)}"]
    for title, findings in (("", verdict.findings), ("accepted ", verdict.accepted)):
        for finding in findings:
            level = _name(finding.rule.level)
            lines += [
                "",
                f"{title}{level}  {finding.rule.id}",
                f"  {finding.sentence}",
                f"  {finding.document} {inert(finding.location) or '(the whole document)'}",
            ]
            shown, more = _operations(finding)
            if shown:
                lines.append(f"  in {', '.join(shown)}" + (f" and {more} more" if more else ""))
    if verdict.unmatched:
        lines += ["", "accepted, but not found:"]
        lines += [f"  {inert(entry.rule)}  {inert(entry.location)}" for entry in verdict.unmatched]
    return "\n".join(lines)


def _record(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule.id,
        "level": _name(finding.rule.level),
        "location": finding.location,
        "document": finding.document,
        "sentence": finding.sentence,
        "operations": list(finding.operations),
    }


def _entry(entry: Entry) -> dict[str, str]:
    told = {"rule": entry.rule, "location": entry.location}
    return told if entry.sentence is None else {**told, "sentence": entry.sentence}


def as_json(base: str, head: str, verdict: Verdict) -> str:
    """For programs; ASCII only."""
    return json.dumps(
        {
            "version": VERSION,
            "base": base,
            "head": head,
            "summary": {
                **_counts(verdict.findings),
                "accepted": len(verdict.accepted),
                "unmatched_accepts": len(verdict.unmatched),
            },
            "findings": [_record(finding) for finding in verdict.findings],
            "accepted": [_record(finding) for finding in verdict.accepted],
            "unmatched_accepts": [_entry(entry) for entry in verdict.unmatched],
        },
        indent=2,
    )


def _code(text: str) -> str:
    return f"`{text}`" if text else "`(the whole document)`"


def _bullet(finding: Finding) -> str:
    sentence = finding.rule.sentence.format(
        **{name: _code(value) for name, value in finding.fields}
    )
    shown, more = _operations(finding)
    where = f"{finding.document} {_code(inert(finding.location))}"
    if shown:
        where += ", in " + ", ".join(map(_code, shown)) + (f" and {more} more" if more else "")
    return f"- **{finding.rule.id}**: {sentence}\n  {where}"


def _sections(verdict: Verdict) -> Iterator[tuple[str, list[str]]]:
    for level in sorted(Level, reverse=True):
        found = [each for each in verdict.findings if each.rule.level == level]
        yield _name(level).capitalize(), [_bullet(each) for each in found]
    yield "Accepted", [_bullet(each) for each in verdict.accepted]
    yield (
        "Accepted, but not found",
        [
            f"- {_code(inert(each.rule))} {_code(inert(each.location))}"
            for each in verdict.unmatched
        ],
    )


def as_markdown(base: str, head: str, verdict: Verdict) -> str:
    """For a comment on a pull request: cut, with a note, before it is too long for one."""
    lines = [
        f"### API drift: {_headline(verdict)}",
        "",
        f"{_code(inert(base))} to {_code(inert(head))}",
    ]
    length, dropped = 0, 0
    for title, bullets in _sections(verdict):
        kept: list[str] = []
        for bullet in bullets:
            length += len(bullet) + 1
            if length < _LONGEST_COMMENT:
                kept.append(bullet)
        dropped += len(bullets) - len(kept)
        if kept:
            lines += ["", f"#### {title} ({len(bullets)})", "", *kept]
    if dropped:
        lines += ["", f"{dropped} more are not shown here; `--format json` has them all."]
    return "\n".join(lines)


FORMATS: Final[Mapping[str, Callable[[str, str, Verdict], str]]] = {
    "text": as_text,
    "json": as_json,
    "markdown": as_markdown,
}
"""The writers by the name of their format."""
