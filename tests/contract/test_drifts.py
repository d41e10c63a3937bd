"""A sandbox that has moved away from openapi.json fails the contract run, which says where.

With CREATORAUDIT_CONFORMANCE_DRIFTS=all every drift is tried, else the first of each kind.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from creatoraudit_sandbox import Sandbox
from support.conformance import conform
from support.sandbox_drifts import DRIFTS, Drifted

# Each is a run of its own, of some seconds: all of them have a session of their own.
ALL = os.environ.get("CREATORAUDIT_CONFORMANCE_DRIFTS") == "all"
ONE_OF_EACH = {one.drift.partition("=")[0]: one for one in reversed(DRIFTS)}


def test_there_are_enough_drifts_of_every_kind() -> None:
    kinds = {one.drift.partition("=")[0] for one in DRIFTS}
    members = {"remove", "rename", "retype", "null", "enum", "add", "set"}
    assert kinds == members | {"envelope", "header", "status", "etag", "error", "ignore"}
    assert len({one.drift for one in DRIFTS}) == len(DRIFTS) >= 25


@pytest.mark.parametrize(
    "case", DRIFTS if ALL else [*ONE_OF_EACH.values()], ids=lambda one: one.drift
)
def test_drift_fails_the_run_and_is_named(case: Drifted, tmp_path: Path) -> None:
    with Sandbox(now="2026-06-15T12:00:00Z", rate_limit=0, drift=[case.drift]) as sandbox:
        run = conform(sandbox, tmp_path, "--no-shrink", operations=case.operations, examples=2)
    assert run.code == 1, run.output
    assert (case.named, case.member) in run.found, run.facts.findings
