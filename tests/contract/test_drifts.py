"""A sandbox that has moved away from openapi.json fails the contract run, which says where.

With CREATORAUDIT_CONFORMANCE_DRIFTS=all every drift is tried by itself, else one of each kind, many
of them in one run, each at an operation of its own.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from creatoraudit_sandbox import Sandbox
from support.conformance import conform
from support.sandbox_drifts import DRIFTS

ALL = os.environ.get("CREATORAUDIT_CONFORMANCE_DRIFTS") == "all"
TOGETHER = [
    (
        "remove=OverviewFigures.engagement_rate",
        "rename=Pagination.has_next:more",
        "retype=AccountResponse.follower_count",
        "null=CreatorResponse.name",
        "envelope=list_videos:items",
        "add=WhoAmI.plan",
        "header=get_meta:Content-Type=text/plain",
        "status=delete_video:202",
    ),
    (
        "enum=AccountResponse.platform:threads",
        "etag=get_overview",
        "ignore=list_creators:limit",
        'set=VideoResponse.added_at:"last week"',
    ),
    ("error=list_videos",),  # the one before is seen in the list of posts, and would hide this one
]
NAMED = {one.drift: one for one in DRIFTS}


def test_there_are_enough_drifts_of_every_kind() -> None:
    kinds = {one.drift.partition("=")[0] for one in DRIFTS}
    members = {"remove", "rename", "retype", "null", "enum", "add", "set"}
    assert kinds == members | {"envelope", "header", "status", "etag", "error", "ignore"}
    assert len({one.drift for one in DRIFTS}) == len(DRIFTS) >= 25


def test_one_drift_of_every_kind_is_tried_by_default() -> None:
    tried = [drift for drifts in TOGETHER for drift in drifts]
    kinds = [drift.partition("=")[0] for drift in tried]
    assert sorted(kinds) == sorted({one.drift.partition("=")[0] for one in DRIFTS})
    for drifts in TOGETHER:
        operations = [one for drift in drifts for one in NAMED[drift].operations]
        assert len(set(operations)) == len(operations)


@pytest.mark.parametrize(
    "drifts",
    [(drift,) for drift in NAMED] if ALL else TOGETHER,
    ids=lambda drifts: drifts[0] if ALL else f"{drifts[0]} and {len(drifts) - 1} more",
)
def test_drift_fails_the_run_and_is_named(drifts: tuple[str, ...], tmp_path: Path) -> None:
    cases = [NAMED[drift] for drift in drifts]
    operations = [name for case in cases for name in case.operations]
    with Sandbox(now="2026-06-15T12:00:00Z", rate_limit=0, drift=drifts) as sandbox:
        run = conform(sandbox, tmp_path, "--no-shrink", operations=operations, examples=2)
    assert run.code == 1, run.output
    for case in cases:
        assert (case.named, case.member) in run.found, run.facts.findings
