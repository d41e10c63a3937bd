"""Results of a contract run, as plain data that one process hands to another.

A finding names its operation, its check and its member, if any, in names of the contract. Response
data stays out, except in `Finding.evidence` and `Exchange.body`, which are filled only when bodies
were asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import Factory, asdict, define, frozen

from .._core.naming import key_of

#: Bounds the report if a server invents names.
MOST_FINDINGS = 500


@frozen
class Finding:
    """One way in which the API breaks the contract.

    Attributes:
        check: The check that found it, e.g. ``undocumented_member``.
        operation: Method and path, e.g. ``GET /videos``.
        member: JSON path without list positions, or the name of a header; None for the response as
            a whole.
        problem: What is wrong in one word, such as a keyword of JSON Schema or a status.
        detail: What is wrong, as the rest of a sentence that begins with the member.
        evidence: The failure text of schemathesis, which quotes the response; None unless bodies
            were asked for.
    """

    check: str
    operation: str
    member: str | None
    problem: str
    detail: str
    evidence: str | None = None

    @property
    def rule_id(self) -> str:
        """The check, as a baseline calls it."""
        return self.check

    @property
    def location(self) -> str:
        """The member, as a baseline calls it."""
        return self.member or ""

    @property
    def operation_keys(self) -> tuple[str, ...]:
        """The operation with blanked parameter names."""
        return (key_of(self.operation),)

    @property
    def sentence(self) -> str:
        """What is wrong, as a sentence."""
        return f"{self.member or 'it'} {self.detail}"


@frozen
class Exchange:
    """One request and its response, without anything secret.

    Attributes:
        started: Time of the request, in ISO 8601.
        method: HTTP method.
        url: URL without free text.
        request_headers: Request headers without secrets.
        status: HTTP status.
        response_headers: Response headers without secrets.
        size: Size of the body in bytes.
        milliseconds: Time until the body was read.
        body: The body; None unless bodies were asked for.
    """

    started: str
    method: str
    url: str
    request_headers: Mapping[str, str]
    status: int
    response_headers: Mapping[str, str]
    size: int
    milliseconds: float
    body: str | None = None


@define
class Facts:
    """Everything that a run has found.

    Attributes:
        findings: Contract breaks, each once, in the order found.
        answers: Number of responses per operation and status.
        troubles: Errors that kept the run from testing everything.
        exchanges: Requests with their responses, in order; only `check` keeps them.
        complete: Whether the run finished.
    """

    findings: list[Finding] = Factory(list)
    answers: dict[str, dict[str, int]] = Factory(dict)
    troubles: list[str] = Factory(list)
    exchanges: list[Exchange] = Factory(list)
    complete: bool = False

    def add(self, finding: Finding) -> bool:
        """Add a finding; returns whether it is new. Evidence is not compared."""
        known = {(one.check, one.operation, one.member, one.detail) for one in self.findings}
        if (finding.check, finding.operation, finding.member, finding.detail) in known:
            return False
        if len(known) == MOST_FINDINGS:
            self.trouble(f"there were more than {MOST_FINDINGS} findings; the rest are not shown")
            return False
        self.findings.append(finding)
        return True

    def trouble(self, what: str) -> None:
        """Add an error that kept the run from testing everything, once."""
        if what not in self.troubles:
            self.troubles.append(what)

    def count(self, operation: str, status: int) -> None:
        """Count a response of an operation."""
        counts = self.answers.setdefault(operation, {})
        counts[str(status)] = counts.get(str(status), 0) + 1

    def write(self, path: Path) -> None:
        """Write the facts to a file."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Facts:
        """Read facts from a file; empty facts if there is none."""
        if not path.exists():
            return cls()
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        raw["findings"] = [Finding(**one) for one in raw["findings"]]
        raw["exchanges"] = [Exchange(**one) for one in raw["exchanges"]]
        return cls(**raw)
