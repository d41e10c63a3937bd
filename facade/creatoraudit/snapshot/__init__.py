"""Daily snapshots of many organizations: every list, with deltas, as Parquet files.

    from creatoraudit import Organizations
    from creatoraudit.snapshot import land, plan

    done = land(plan(Organizations.load()), "history")

    for failure in done.failures:
        print(failure.unit, failure.reason)

The API serves only the present state, no history. A snapshot stores today's state, one file per
list and
organization: `ROOT/<what>/snapshot_date=<day>/organization=<name>/part.parquet`. When a file is
complete, its receipt is written to `ROOT/_receipts/<day>/<organization>.<what>.json`. File and
receipt name the same attempt; only then is the unit complete. `land` skips complete units, so call
it again to read what failed or is missing. `verify` names what is incomplete.

A root is a local folder or a URL such as `s3://bucket/prefix`. Needs the extra:
`pip install 'creatoraudit[snapshot]'`, and for a URL the library that opens it, such as s3fs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._core.lazy import attribute

if TYPE_CHECKING:
    from ._breakouts import StoredBreakout, StoredBreakouts, breakouts
    from ._dask import DaskRunner
    from ._land import LocalRunner, Runner, land
    from ._plan import plan
    from ._receipt import Failure, Landed, Receipt
    from ._run import attempt, run, run_async
    from ._unit import DEFAULT_WHAT, Unit, by_organization, schema
    from ._verify import Problem, Verified, verify

# Loaded on first use, so that importing a unit does not load the code that reads one.
_HOMES = {
    "._breakouts": ("StoredBreakout", "StoredBreakouts", "breakouts"),
    "._dask": ("DaskRunner",),
    "._land": ("LocalRunner", "Runner", "land"),
    "._plan": ("plan",),
    "._receipt": ("Failure", "Landed", "Receipt"),
    "._run": ("attempt", "run", "run_async"),
    "._unit": ("DEFAULT_WHAT", "Unit", "by_organization", "schema"),
    "._verify": ("Problem", "Verified", "verify"),
}

__all__ = [
    "DEFAULT_WHAT",
    "DaskRunner",
    "Failure",
    "Landed",
    "LocalRunner",
    "Problem",
    "Receipt",
    "Runner",
    "StoredBreakout",
    "StoredBreakouts",
    "Unit",
    "Verified",
    "attempt",
    "breakouts",
    "by_organization",
    "land",
    "plan",
    "run",
    "run_async",
    "schema",
    "verify",
]


def __getattr__(name: str) -> object:
    return attribute(__name__, _HOMES, name)


def __dir__() -> list[str]:
    return sorted(__all__)
