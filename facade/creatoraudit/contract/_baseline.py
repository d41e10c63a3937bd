"""Baselines: files of findings that a reviewer has accepted, with a reason and an expiry date.

The contract checks and the drift report share the format. An entry names an operation, a rule and a
location, all in names of the contract, so that no response data gets into the file. Findings that
no entry matches are new. An expired entry accepts nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

from .._core.files import read_whole, replace
from .._core.naming import blanked, key_of
from .openapi import inert

VERSION: Final = 1
"""Version of the file format; increased when a member is removed or changes its meaning."""

NOT_REVIEWED: Final = "not reviewed yet"
"""The reason in entries that a run adds, until a reviewer writes a better one."""

_TEXTS: Final = ("operation", "rule", "location", "problem", "reason")
_MEMBERS: Final = frozenset({"id", "expires", *_TEXTS})


class BaselineError(Exception):
    """A file that is not a baseline; the message says which one and why, on one line."""


class Acceptable(Protocol):
    """What a baseline needs to know of a finding."""

    @property
    def rule_id(self) -> str:
        """The rule or check that found it."""
        ...

    @property
    def location(self) -> str:
        """The place, in names of the contract."""
        ...

    @property
    def problem(self) -> str:
        """What is wrong there; tells findings of one rule in one place apart."""
        ...

    @property
    def operation_keys(self) -> tuple[str, ...]:
        """The operations concerned, with blanked parameter names."""
        ...


Found = TypeVar("Found", bound=Acceptable)


class Entry(NamedTuple):
    """One accepted finding.

    Attributes:
        rule: Id of the rule, or name of the check.
        location: JSON path into a response, name of a header, or JSON pointer into a document.
        operation: Method and path with blanked parameter names; None for any operation.
        problem: What is wrong there; None for anything that the rule finds there.
        reason: Why it is accepted.
        expires: The last day on which it is accepted; None for no limit.
        others: Other members of the entry, added by the reviewer.
    """

    rule: str
    location: str
    operation: str | None = None
    problem: str | None = None
    reason: str = NOT_REVIEWED
    expires: dt.date | None = None
    others: Mapping[str, Any] = {}

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """The key of the entry; entries with equal keys are the same."""
        problem = blanked(self.problem or "")
        return (self.operation or "", self.rule, blanked(self.location), problem)

    @property
    def id(self) -> str:
        """A short name for reports."""
        return hashlib.sha256("\0".join(self.identity).encode("utf-8", "replace")).hexdigest()[:8]

    def matches(self, finding: Acceptable) -> bool:
        """Whether the entry matches a finding."""
        return (
            self.rule == finding.rule_id
            and blanked(self.location) == blanked(finding.location)
            and self.operation in (None, *finding.operation_keys)
            and (self.problem is None or blanked(self.problem) == blanked(finding.problem))
        )

    def expired(self, today: dt.date) -> bool:
        """Whether its last day has passed."""
        return self.expires is not None and self.expires < today

    @classmethod
    def of(cls, finding: Acceptable) -> Entry:
        """Make an entry that accepts this finding only."""
        keys = finding.operation_keys
        operation = keys[0] if len(keys) == 1 else None
        return cls(finding.rule_id, finding.location, operation, finding.problem)

    def record(self) -> dict[str, object]:
        """The entry as JSON, as the file stores it."""
        said = {
            "id": self.id,
            "operation": self.operation,
            "rule": self.rule,
            "location": self.location,
            "problem": self.problem,
            "reason": self.reason,
            "expires": self.expires.isoformat() if self.expires else None,
        }
        optional = ("operation", "problem", "expires")
        return {
            name: value for name, value in said.items() if value is not None or name not in optional
        } | dict(self.others)


class Matched(NamedTuple, Generic[Found]):
    """A finding and the entry that matches it."""

    finding: Found
    entry: Entry

    def record(self) -> dict[str, object]:
        """What the entry adds to the JSON of the finding."""
        record = self.entry.record()
        return {name: record.get(name) for name in ("id", "reason", "expires")}


class Verdict(NamedTuple, Generic[Found]):
    """Findings sorted into new, accepted and expired ones."""

    new: list[Found]
    accepted: list[Matched[Found]]
    expired: list[Matched[Found]]
    """Findings whose entry has expired."""
    unmatched: list[Entry]
    """Entries that match no finding."""

    @property
    def counting(self) -> list[Found]:
        """The findings that are not accepted: new ones, and those whose entry has expired."""
        return [*self.new, *(one.finding for one in self.expired)]


class Baseline(NamedTuple):
    """The entries of a file."""

    entries: tuple[Entry, ...] = ()

    @classmethod
    def load(cls, path: str | Path) -> Baseline:
        """Read a baseline, or a list of accepted findings in the older format of `--accept`.

        Raises:
            BaselineError: The file cannot be read, or is not a baseline.
        """
        name = inert(str(path))
        try:
            root = json.loads(read_whole(Path(path)).decode("utf-8-sig"))
        except OSError as error:
            raise BaselineError(f"{name}: cannot be read: {error.strerror}") from None
        except (ValueError, RecursionError) as error:
            raise BaselineError(f"{name}: is not JSON ({inert(str(error))})") from None
        if isinstance(root, list):
            return cls(tuple(_old_entry(name, at, each) for at, each in enumerate(root)))
        if not isinstance(root, dict) or not isinstance(root.get("entries"), list):
            raise BaselineError(f"{name}: is not a baseline: it has no list of `entries`")
        if root.get("version") != VERSION:
            version = inert(json.dumps(root.get("version")))
            raise BaselineError(f"{name}: has version {version}; only {VERSION} is supported")
        return cls(tuple(_entry(name, at, each) for at, each in enumerate(root["entries"])))

    def judge(self, findings: Iterable[Found], today: dt.date | None = None) -> Verdict[Found]:
        """Sort findings by this baseline, and list the entries that match none."""
        today = today or dt.datetime.now(dt.UTC).date()
        new: list[Found] = []
        accepted: list[Matched[Found]] = []
        expired: list[Matched[Found]] = []
        met: set[tuple[str, ...]] = set()
        for finding in findings:
            entries = [entry for entry in self.entries if entry.matches(finding)]
            met.update(entry.identity for entry in entries)
            valid = next((entry for entry in entries if not entry.expired(today)), None)
            if valid is not None:
                accepted.append(Matched(finding, valid))
            elif entries:
                expired.append(Matched(finding, entries[0]))
            else:
                new.append(finding)
        unmatched = [entry for entry in self.entries if entry.identity not in met]
        return Verdict(new, accepted, expired, unmatched)

    def updated(self, findings: Iterable[Acceptable]) -> Baseline:
        """The baseline with an entry added for each finding; existing entries stay."""
        entries = {entry.identity: entry for entry in self.entries}
        for finding in findings:
            entry = Entry.of(finding)
            entries.setdefault(entry.identity, entry)
        return Baseline(tuple(entries.values()))

    def without(self, entries: Iterable[Entry]) -> Baseline:
        """The baseline without some of its entries."""
        gone = {entry.identity for entry in entries}
        return Baseline(tuple(entry for entry in self.entries if entry.identity not in gone))

    def save(self, path: str | Path) -> None:
        """Write the file atomically.

        Raises:
            OSError: It could not be written.
        """
        entries = sorted(self.entries, key=lambda entry: entry.identity)
        root = {"version": VERSION, "entries": [entry.record() for entry in entries]}
        replace(Path(path), f"{json.dumps(root, indent=2)}\n".encode("ascii"))


def _entry(name: str, at: int, raw: object) -> Entry:
    """Validate and read an entry of the file."""
    if not isinstance(raw, dict):
        raise BaselineError(f"{name}: entry {at} is not an object")
    said = {member: raw.get(member) for member in _TEXTS}
    for member, value in said.items():
        if not (isinstance(value, str) or (value is None and member not in ("rule", "location"))):
            raise BaselineError(f"{name}: entry {at} has no text `{member}`")
    expires = raw.get("expires")
    try:
        until = None if expires is None else dt.date.fromisoformat(expires)
    except (TypeError, ValueError):
        raise BaselineError(
            f"{name}: entry {at} has an `expires` that is not a date such as 2027-01-31"
        ) from None
    operation = said["operation"]
    return Entry(
        rule=str(said["rule"]),
        location=str(said["location"]),
        operation=None if operation is None else key_of(operation),
        problem=said["problem"],
        reason=said["reason"] or "",
        expires=until,
        others={member: value for member, value in raw.items() if member not in _MEMBERS},
    )


def _old_entry(name: str, at: int, raw: object) -> Entry:
    """Read an entry in the older format of `--accept`; other members are ignored."""
    if not isinstance(raw, dict):
        raise BaselineError(f"{name}: entry {at} is not an object")
    old = {"problem": "sentence"}
    said = {member: raw.get(old.get(member, member)) for member in ("rule", "location", "problem")}
    reason = raw.get("reason")
    return _entry(name, at, said | {"reason": reason if isinstance(reason, str) else ""})
