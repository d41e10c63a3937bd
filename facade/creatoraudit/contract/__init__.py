"""Contract checks of the live API, and drift reports on two OpenAPI documents.

    from creatoraudit.contract import check, drift

    outcome = check(api_key="...", base_url="https://api.creatoraudit.com/v2")
    print(outcome.code)   # 0 contract kept, 1 broken, 2 the check could not finish

    for each in drift("old.json", "new.json").differences:
        print(each.rule.level.name, each.sentence)

`creatoraudit contract` and `creatoraudit drift` do the same on the command line. `check` needs
schemathesis (`pip install 'creatoraudit[contract]'`), which runs in a separate process: importing
this package does not load it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._core.lazy import attribute

if TYPE_CHECKING:
    from ._baseline import Baseline, BaselineError
    from ._drift import Difference, Drift, Level, drift
    from ._facts import Exchange, Facts, Finding
    from ._run import Outcome, check
    from .openapi import DocumentRefused

# Loaded on first use: `openapi` must work without the generated package.
_HOMES = {
    "._baseline": ("Baseline", "BaselineError"),
    "._drift": ("Difference", "Drift", "Level", "drift"),
    "._facts": ("Exchange", "Facts", "Finding"),
    "._run": ("Outcome", "check"),
    ".openapi": ("DocumentRefused",),
}

__all__ = [
    "Baseline",
    "BaselineError",
    "Difference",
    "DocumentRefused",
    "Drift",
    "Exchange",
    "Facts",
    "Finding",
    "Level",
    "Outcome",
    "check",
    "drift",
]


def __getattr__(name: str) -> object:
    return attribute(__name__, _HOMES, name)
