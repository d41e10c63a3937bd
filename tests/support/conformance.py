"""Runs schemathesis on a sandbox: every phase, every check, valid and invalid data.

tests/contract/hooks.py is loaded into it, and with it the checks of `creatoraudit.contract`.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from creatoraudit.contract import Facts
from creatoraudit_sandbox import Sandbox

from . import measure, warm

ROOT = Path(__file__).parents[2]
#: The same cases in every ordinary run, new ones wherever a larger number of them is asked for.
SEED = () if "CREATORAUDIT_CONFORMANCE_EXAMPLES" in os.environ else ("--seed", "1")
PROGRAM = f"""
import sys
sys.path.insert(0, {str(ROOT / "tests" / "contract")!r})
from schemathesis.cli import schemathesis
schemathesis()
"""


@dataclass(frozen=True)
class Run:
    """A finished run: output of schemathesis, findings of our checks, and responses."""

    code: int
    output: str
    facts: Facts
    answers: list[dict[str, Any]]

    @property
    def found(self) -> set[tuple[str, str | None]]:
        """Operations and members that break the contract."""
        return {(one.operation, one.member) for one in self.facts.findings}


def conform(
    sandbox: Sandbox, folder: Path, *options: str, operations: Sequence[str] = (), examples: int = 5
) -> Run:
    """Hold a sandbox to openapi.json; `operations` are operationIds, all if there are none."""
    tally, facts = folder / "tally.jsonl", folder / "facts.json"
    chosen = [word for one in operations for word in ("--include-operation-id", one)]
    result = subprocess.run(
        [
            *(warm.python(warm.CONTRACT), "-c", PROGRAM),
            *("--config-file", str(ROOT / "schemathesis.toml")),
            *("run", str(ROOT / "openapi.json"), "--url", sandbox.base_url),
            *("-H", f"Authorization: Bearer {sandbox.api_key}"),
            *("-n", str(examples), "--no-color", *SEED),
            *chosen,
            *options,
        ],
        env=measure.unmeasured()
        | {
            "CREATORAUDIT_BASE_URL": sandbox.base_url,
            "CREATORAUDIT_API_KEY": sandbox.api_key,
            "CREATORAUDIT_CONFORMANCE_TALLY": str(tally),
            "CREATORAUDIT_CONTRACT_FACTS": str(facts),
            "SCHEMATHESIS_HOOKS": "hooks",
        },
        cwd=folder,  # it writes its caches into the current folder
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    answers = [json.loads(line) for line in tally.read_text(encoding="utf-8").splitlines()]
    return Run(result.returncode, result.stdout, Facts.read(facts), answers)
