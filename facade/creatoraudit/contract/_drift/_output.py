"""Writes the result of a comparison as text, JSON or Markdown.

All text from the documents is quoted. In Markdown it is in code spans, so that it cannot link,
mention anybody or render. Equal differences in several places are grouped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from .._baseline import Entry, Matched
from ..openapi import inert
from . import Drift
from ._rules import Level
from ._walk import Difference

VERSION: Final = 1
"""Version of the JSON output; increased when a member is removed or changes its meaning."""

_OPERATIONS_SHOWN: Final = 5
_PLACES_SHOWN: Final = 3
# A comment on a pull request holds 65,536 characters.
_LONGEST_COMMENT: Final = 60_000


class _Group(NamedTuple):
    """Equal differences in several places."""

    differences: list[Difference]
    entry: Entry | None
    """The entry of the baseline that matches them."""

    @property
    def first(self) -> Difference:
        return self.differences[0]

    @property
    def level(self) -> str:
        return _name(self.first.rule.level)

    @property
    def counted(self) -> str:
        """The number of places, if there are several."""
        return f"  ({len(self.differences)} places)" if len(self.differences) > 1 else ""

    @property
    def places(self) -> list[str]:
        """The first places."""
        shown = self.differences[:_PLACES_SHOWN]
        return [inert(each.location) or "(the whole document)" for each in shown]

    @property
    def operations(self) -> list[str]:
        return sorted({one for each in self.differences for one in each.operations})

    @property
    def remark(self) -> str:
        """The note of the baseline."""
        if self.entry is None:
            return ""
        until = f", until {self.entry.expires}" if self.entry.expires else ""
        return f"{inert(self.entry.reason) or 'no reason given'}{until} [{self.entry.id}]"


def _name(level: Level) -> str:
    return level.name.lower()


def _grouped(differences: Iterable[Difference | Matched[Difference]]) -> list[_Group]:
    groups: dict[tuple[object, ...], _Group] = {}
    for each in differences:
        found, entry = each if isinstance(each, Matched) else (each, None)
        key = (
            found.rule.id,
            found.sentence,
            found.document,
            entry and (entry.reason, entry.expires),
        )
        groups.setdefault(key, _Group([], entry)).differences.append(found)
    return sorted(groups.values(), key=lambda group: group.first.order)


def _sections(drift: Drift) -> Iterator[tuple[str, list[_Group]]]:
    """The groups by section title; the title of new differences is empty."""
    verdict = drift.verdict
    yield "", _grouped(verdict.new)
    yield "no longer accepted", _grouped(verdict.expired)
    yield "accepted", _grouped(verdict.accepted)


def _counts(differences: Sequence[Difference]) -> dict[str, int]:
    levels = [difference.rule.level for difference in differences]
    return {_name(level): levels.count(level) for level in sorted(Level, reverse=True)}


def _headline(drift: Drift) -> str:
    parts = [f"{count} {level}" for level, count in _counts(drift.differences).items()]
    if drift.verdict.accepted:
        parts.append(f"{len(drift.verdict.accepted)} accepted")
    if drift.verdict.expired:
        parts.append(f"{len(drift.verdict.expired)} no longer accepted")
    if drift.verdict.unmatched:
        parts.append(f"{len(drift.verdict.unmatched)} accepted but not found")
    return ", ".join(parts)


def _listed(names: Sequence[str], total: int) -> str:
    more = total - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def as_text(drift: Drift) -> str:
    """The report for a terminal: a few lines per difference."""
    lines = [f"{inert(drift.old)} -> {inert(drift.new)}: {_headline(drift)}"]
    for title, groups in _sections(drift):
        for group in groups:
            places = _listed(group.places, len(group.differences))
            kind = f"{title} {group.level}".strip()
            lines += [
                "",
                f"{kind}  {group.first.rule.id}{group.counted}",
                f"  {group.first.sentence}",
                f"  {group.first.document} {places}",
            ]
            operations = group.operations
            if operations:
                shown = [inert(one) for one in operations[:_OPERATIONS_SHOWN]]
                lines.append(f"  in {_listed(shown, len(operations))}")
            if group.remark:
                lines.append(f"  baseline: {group.remark}")
    if drift.verdict.unmatched:
        lines += ["", "accepted but not found:"]
        lines += [
            f"  {inert(entry.rule)}  {inert(entry.location)}" for entry in drift.verdict.unmatched
        ]
    return "\n".join(lines)


def _record(difference: Difference) -> dict[str, object]:
    return {
        "rule": difference.rule.id,
        "level": _name(difference.rule.level),
        "location": difference.location,
        "document": difference.document,
        "sentence": difference.sentence,
        "operations": list(difference.operations),
    }


def _matched(matched: Matched[Difference]) -> dict[str, object]:
    return _record(matched.finding) | matched.record()


def as_json(drift: Drift) -> str:
    """The report as JSON; ASCII only."""
    verdict = drift.verdict
    return json.dumps(
        {
            "version": VERSION,
            "base": drift.old,
            "head": drift.new,
            "summary": {
                **_counts(drift.differences),
                "accepted": len(verdict.accepted),
                "expired": len(verdict.expired),
                "unmatched_accepts": len(verdict.unmatched),
            },
            "findings": [_record(each) for each in drift.differences],
            "accepted": [_matched(each) for each in verdict.accepted],
            "expired": [_matched(each) for each in verdict.expired],
            "unmatched_accepts": [entry.record() for entry in verdict.unmatched],
        },
        indent=2,
    )


def _code(text: str) -> str:
    return f"`{text}`"


def _bullet(group: _Group) -> str:
    first = group.first
    sentence = first.rule.sentence.format(**{name: _code(value) for name, value in first.fields})
    places = _listed([_code(one) for one in group.places], len(group.differences))
    where = f"{first.document} {places}"
    if operations := group.operations:
        shown = [_code(inert(one)) for one in operations[:_OPERATIONS_SHOWN]]
        where += f", in {_listed(shown, len(operations))}"
    if group.remark:
        where += f"\n  baseline: {_code(group.remark)}"
    return f"- **{first.rule.id}**{group.counted}: {sentence}\n  {where}"


def _chapters(drift: Drift) -> Iterator[tuple[str, int, list[str]]]:
    """Title, number of differences and bullets of each section."""
    for title, groups in _sections(drift):
        levels = sorted(Level, reverse=True) if not title else [None]
        for level in levels:
            chosen = [one for one in groups if level in (None, one.first.rule.level)]
            name = (title or (_name(level) if level is not None else "")).capitalize()
            count = sum(len(one.differences) for one in chosen)
            yield name, count, [_bullet(one) for one in chosen]
    unmatched = drift.verdict.unmatched
    yield (
        "Accepted but not found",
        len(unmatched),
        [f"- {_code(inert(each.rule))} {_code(inert(each.location))}" for each in unmatched],
    )


def as_markdown(drift: Drift) -> str:
    """The report for a comment on a pull request, cut with a note if it is too long."""
    lines = [
        f"### API drift: {_headline(drift)}",
        "",
        f"{_code(inert(drift.old))} to {_code(inert(drift.new))}",
    ]
    length, dropped = 0, 0
    for title, count, bullets in _chapters(drift):
        kept: list[str] = []
        for bullet in bullets:
            length += len(bullet) + 1
            if length < _LONGEST_COMMENT:
                kept.append(bullet)
        dropped += len(bullets) - len(kept)
        if kept:
            lines += ["", f"#### {title} ({count})", "", *kept]
    if dropped:
        lines += ["", f"{dropped} more are not shown here; `--format json` has them all."]
    return "\n".join(lines)


FORMATS: Final[Mapping[str, Callable[[Drift], str]]] = {
    "text": as_text,
    "json": as_json,
    "markdown": as_markdown,
}
"""The writers by the name of their format."""
