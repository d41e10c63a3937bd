"""The sandbox keeps openapi.json: schemathesis with all phases, all checks, valid and invalid data.

CREATORAUDIT_CONFORMANCE_EXAMPLES sets how many examples each operation gets per phase; the default
makes for more than 1,000 cases in well under a minute, 330 for more than 10,000. schemathesis.toml
says what is allowed beyond the schema, and why.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from creatoraudit_sandbox import Sandbox

ROOT = Path(__file__).parents[2]
EXAMPLES = os.environ.get("CREATORAUDIT_CONFORMANCE_EXAMPLES", "5")
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


@dataclass(frozen=True)
class Run:
    """A finished run: what schemathesis said, and what it got for its valid cases."""

    code: int
    output: str
    answers: list[dict[str, Any]]
    served: dict[str, int]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("conformance")
    tally = folder / "tally.jsonl"
    with Sandbox(now="2026-06-15T12:00:00Z", rate_limit=0) as sandbox:
        result = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli"),
                *("--config-file", str(ROOT / "schemathesis.toml")),
                *("run", str(ROOT / "openapi.json"), "--url", sandbox.base_url),
                *("-H", f"Authorization: Bearer {sandbox.api_key}"),
                *("-n", EXAMPLES, "--no-color"),
            ],
            env=os.environ
            | {
                "CREATORAUDIT_BASE_URL": sandbox.base_url,
                "CREATORAUDIT_API_KEY": sandbox.api_key,
                "CREATORAUDIT_CONFORMANCE_TALLY": str(tally),
                "SCHEMATHESIS_HOOKS": "hooks",
                "PYTHONPATH": str(Path(__file__).parent),
            },
            cwd=folder,  # it writes its caches where it is
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        served = sandbox.requests.counts()
    answers = [json.loads(line) for line in tally.read_text(encoding="utf-8").splitlines()]
    return Run(result.returncode, result.stdout, answers, served)


@pytest.mark.timeout(1800)
def test_schemathesis_finds_nothing(run: Run) -> None:
    assert run.code == 0, run.output


def test_every_operation_and_every_phase_was_run(run: Run) -> None:
    assert "Selected: 30/30" in run.output
    assert "Tested: 30" in run.output
    phases = re.findall(r"✅ (Examples|Coverage|Fuzzing|Stateful)\n", run.output)
    assert set(phases) == {"Examples", "Coverage", "Fuzzing", "Stateful"}


def test_enough_cases_were_run(run: Run) -> None:
    found = re.search(r"([\d,]+) generated", run.output)
    assert found
    assert int(found[1].replace(",", "")) >= LEAST_CASES
    served = sum(run.served.values())
    sys.stdout.write(f"{found[1]} cases generated, {served:,} requests served\n")
    assert served >= LEAST_CASES


def test_valid_requests_are_refused_for_the_listed_members_only(run: Run) -> None:
    for answer in run.answers:
        if answer["status"] == 422:
            allowed = REFUSED.get(answer["operation"], set())
            assert {field.split(".")[0] for field in answer["fields"]} <= allowed, answer


def test_no_operation_was_tested_in_vain(run: Run) -> None:
    statuses: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for answer in run.answers:
        statuses[answer["operation"]][answer["status"]] += 1
    assert len(statuses) == 30
    for operation, counts in statuses.items():
        vain = sum(count for status, count in counts.items() if status in IN_VAIN)
        assert vain <= 0.2 * counts.total(), (operation, counts)
