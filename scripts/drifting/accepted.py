"""Reads the list of findings a reviewer has accepted and takes them out of the count.

An entry names a rule and a location; with a `sentence` it accepts that very difference and not a
later one in the same place. Its other members (a reason, or what --format json wrote) are the
reviewer's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from .document import DocumentRefused
from .quoting import inert
from .walk import Finding


class Entry(NamedTuple):
    """One accepted difference."""

    rule: str
    location: str
    sentence: str | None

    def matches(self, finding: Finding) -> bool:
        """Whether a finding is the one that was accepted."""
        return (
            self.rule == finding.rule.id
            and self.location == finding.location
            and self.sentence in (None, finding.sentence)
        )


class Verdict(NamedTuple):
    """What was found, sorted by what a reviewer said before."""

    findings: list[Finding]
    accepted: list[Finding]
    unmatched: list[Entry]


def load(name: str) -> list[Entry]:
    """The entries of an accept file.

    Raises:
        DocumentRefused: It cannot be read, or is not a list of objects with a rule and a location.
    """
    try:
        listed = json.loads(Path(name).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise DocumentRefused(f"{inert(name)}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise DocumentRefused(f"{inert(name)}: is not JSON ({inert(str(error))})") from error
    if not isinstance(listed, list):
        raise DocumentRefused(f"{inert(name)}: is not a list of accepted findings")
    return [_entry(name, index, each) for index, each in enumerate(listed)]


def _entry(name: str, index: int, entry: object) -> Entry:
    if isinstance(entry, dict):
        said = [entry.get(member) for member in ("rule", "location", "sentence")]
        match said:
            case [str(rule), str(location), str() | None as sentence]:
                return Entry(rule, location, sentence)
    raise DocumentRefused(f"{inert(name)}: entry {index} has no text `rule` and text `location`")


def judge(findings: Sequence[Finding], entries: Sequence[Entry]) -> Verdict:
    """Sets accepted findings apart, and entries that accept nothing."""
    accepted = [each for each in findings if any(entry.matches(each) for entry in entries)]
    return Verdict(
        [each for each in findings if not any(entry.matches(each) for entry in entries)],
        accepted,
        [entry for entry in entries if not any(entry.matches(each) for each in accepted)],
    )
