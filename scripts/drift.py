"""Tells what the differences of two OpenAPI documents mean for a client made from the first.

    python scripts/drift.py BASE HEAD
    python scripts/drift.py BASE HEAD --format markdown --fail-on never
    python scripts/drift.py BASE HEAD --accept accepted.json

Both are JSON files with OpenAPI 3.0 or 3.1. What is found has one of three levels: breaking,
additive, cosmetic (drifting/rules.py says what they mean and lists all rules). Exit codes: 0 done,
1 something of the level given by --fail-on was found, 2 usage or a file that cannot be compared.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

# The reader of OpenAPI documents is part of the facade of this checkout, installed or not.
sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "facade"))

from drifting import accepted, document, operations, output
from drifting.rules import Level

_FAIL_ON = {"breaking": Level.BREAKING, "any": Level.COSMETIC, "never": None}


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="drift", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("base", metavar="BASE", help="the document the client was made from")
    parser.add_argument("head", metavar="HEAD", help="the document to compare it with")
    parser.add_argument("--format", choices=[*output.FORMATS], default="text")
    parser.add_argument(
        "--fail-on",
        choices=[*_FAIL_ON],
        default="breaking",
        help="what makes the exit code 1 (default: %(default)s)",
    )
    parser.add_argument(
        "--accept",
        metavar="FILE",
        help="JSON list of findings that do not count, each with `rule` and `location`",
    )
    return parser.parse_args(argv)


def run(argv: Sequence[str] | None = None) -> int:
    """Compares, prints, and gives the exit code."""
    arguments = _arguments(argv)
    try:
        entries = accepted.load(arguments.accept) if arguments.accept else []
        base, head = document.load(arguments.base), document.load(arguments.head)
        verdict = accepted.judge(operations.compare(base, head), entries)
    except document.DocumentRefused as refused:
        print(f"drift: {refused}", file=sys.stderr)
        return 2
    except RecursionError:
        print("drift: one of the documents is nested too deeply", file=sys.stderr)
        return 2
    print(output.FORMATS[arguments.format](base.name, head.name, verdict))
    limit = _FAIL_ON[arguments.fail_on]
    reached = limit is not None and any(each.rule.level >= limit for each in verdict.findings)
    return 1 if reached else 0


if __name__ == "__main__":
    sys.exit(run())
