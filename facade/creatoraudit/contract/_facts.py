"""Facts of a contract run, as plain data that crosses from one process to another.

A finding names its operation, its check and, where there is one, the member, in words made of the
contract's own names. What a response held stays out, except in `Finding.evidence` and
`Exchange.body`, which are filled only when bodies were asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import Factory, asdict, define, frozen

from .._core.naming import operation_key

#: A server that makes up names could make a report of any length.
MOST_FINDINGS = 500


@frozen
class Finding:
    """One way in which the API does not keep the contract.

    Attributes:
        check: Which check found it, e.g. ``undocumented_member``.
        operation: Method and path, e.g. ``GET /videos``.
        member: JSON path with positions left open, or the name of a header; None where the response
            as a whole is meant.
        problem: What is wrong there in one word: a keyword of JSON Schema, a status.
        detail: The same as the rest of a sentence that begins with the member.
        evidence: What schemathesis has to say beyond that, parts of the response included; None
            unless bodies were asked for.
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
        return (operation_key(*self.operation.split(" ", 1)),)

    @property
    def sentence(self) -> str:
        """What is wrong with which member of a response of the operation."""
        return f"{self.member or 'it'} {self.detail}"


@frozen
class Exchange:
    """One request and its response, without anything secret.

    Attributes:
        started: When, in ISO 8601.
        method: HTTP method.
        url: Address; values of free text are left out.
        request_headers: Those worth knowing.
        status: HTTP status.
        response_headers: Those worth knowing.
        size: Bytes in the body.
        milliseconds: Until the body had been read.
        body: The body, if bodies were asked for.
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
    """Everything that a run has found out.

    Attributes:
        findings: Ways in which the API does not keep the contract, each once, in the order found.
        answers: Number of responses per operation and status.
        troubles: Why parts of the run could not be done.
        exchanges: Requests with their responses, in order; only runs of `check` keep them.
        complete: Whether the run came to its end.
    """

    findings: list[Finding] = Factory(list)
    answers: dict[str, dict[str, int]] = Factory(dict)
    troubles: list[str] = Factory(list)
    exchanges: list[Exchange] = Factory(list)
    complete: bool = False

    def add(self, finding: Finding) -> bool:
        """Note a finding; tells whether it is new. What differs in evidence alone is not."""
        known = {(one.check, one.operation, one.member, one.detail) for one in self.findings}
        if (finding.check, finding.operation, finding.member, finding.detail) in known:
            return False
        if len(known) == MOST_FINDINGS:
            self.trouble(f"there were more than {MOST_FINDINGS} findings; the others are not told")
            return False
        self.findings.append(finding)
        return True

    def trouble(self, what: str) -> None:
        """Note, once, why a part of the run could not be done."""
        if what not in self.troubles:
            self.troubles.append(what)

    def count(self, operation: str, status: int) -> None:
        """Note that an operation was answered."""
        counts = self.answers.setdefault(operation, {})
        counts[str(status)] = counts.get(str(status), 0) + 1

    def write(self, path: Path) -> None:
        """Keep them in a file."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Facts:
        """Take them from a file; facts of a run that never began if there is none."""
        if not path.exists():
            return cls()
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        raw["findings"] = [Finding(**one) for one in raw["findings"]]
        raw["exchanges"] = [Exchange(**one) for one in raw["exchanges"]]
        return cls(**raw)
