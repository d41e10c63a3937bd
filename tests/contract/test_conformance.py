"""The sandbox keeps openapi.json: schemathesis with all phases, all checks, valid and invalid data.

CREATORAUDIT_CONFORMANCE_EXAMPLES sets how many examples each operation gets per phase; the default
makes for more than 1,000 cases in well under a minute, 330 for more than 10,000. schemathesis.toml
says what is allowed beyond the schema, and why.
"""

from __future__ import annotations

import os
import re
import sys
from collections import Counter, defaultdict

import pytest

from creatoraudit_sandbox import Sandbox
from support.conformance import Run, conform

EXAMPLES = int(os.environ.get("CREATORAUDIT_CONFORMANCE_EXAMPLES", "3"))
LEAST_CASES = 1_000
#: Members that a valid body or query may still be refused for; schemathesis.toml has the reasons.
REFUSED = {
    "list_accounts": {"cursor", "sort"},
    "list_videos": {"cursor", "sort"},
    "list_creators": {"cursor", "sort"},
    "list_account_videos": {"cursor"},
    "track_video": {"identifier", "metadata"},
    "create_creator": {"metadata"},
    "update_creator": {"metadata"},
    "batch_account_metrics": {"start_date", "end_date"},
    "batch_video_metrics": {"start_date", "end_date"},
    "batch_account_video_metrics": {"start_date", "end_date"},
    "creator_analytics": {"start_date", "end_date"},
}
IN_VAIN = {401, 403, 404, 429}


@pytest.fixture(scope="module")
def served() -> dict[str, int]:
    """How many requests the sandbox had, by method and path, once `run` is over."""
    return {}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, served: dict[str, int]) -> Run:
    with Sandbox(now="2026-06-15T12:00:00Z", rate_limit=0) as sandbox:
        finished = conform(sandbox, tmp_path_factory.mktemp("conformance"), examples=EXAMPLES)
        served.update(sandbox.requests.counts())
    return finished


@pytest.mark.timeout(1800)
def test_schemathesis_finds_nothing(run: Run) -> None:
    assert run.code == 0, run.output


def test_our_own_checks_find_nothing_and_looked_at_everything(run: Run) -> None:
    assert run.facts.findings == []
    assert run.facts.troubles == []
    assert run.facts.complete
    assert len(run.facts.answers) == 30


def test_every_operation_and_every_phase_was_run(run: Run) -> None:
    assert "Selected: 30/30" in run.output
    assert "Tested: 30" in run.output
    phases = re.findall(r"✅ (Examples|Coverage|Fuzzing|Stateful)\n", run.output)
    assert set(phases) == {"Examples", "Coverage", "Fuzzing", "Stateful"}


def test_enough_cases_were_run(run: Run, served: dict[str, int]) -> None:
    found = re.search(r"([\d,]+) generated", run.output)
    assert found
    assert int(found[1].replace(",", "")) >= LEAST_CASES
    requests = sum(served.values())
    sys.stdout.write(f"{found[1]} cases generated, {requests:,} requests served\n")
    assert requests >= LEAST_CASES


def test_valid_requests_are_refused_for_the_listed_members_only(run: Run) -> None:
    for answer in run.answers:
        if answer["status"] == 422:
            allowed = REFUSED.get(answer["operation"], set())
            assert {field.split(".")[0] for field in answer["fields"]} <= allowed, answer


def test_no_operation_was_tested_in_vain(run: Run) -> None:
    """Chains of calls are left out: what an earlier call of one deleted is rightly not found."""
    statuses: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for answer in run.answers:
        if not answer["stateful"]:
            statuses[answer["operation"]][answer["status"]] += 1
    assert len(statuses) == 30
    for operation, counts in statuses.items():
        vain = sum(count for status, count in counts.items() if status in IN_VAIN)
        assert vain <= 0.2 * counts.total(), (operation, counts)
