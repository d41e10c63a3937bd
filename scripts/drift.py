"""Runs `creatoraudit drift` from a checkout: compares two OpenAPI documents.

    python scripts/drift.py OLD NEW
    python scripts/drift.py OLD NEW --format markdown --fail-on never
    python scripts/drift.py OLD NEW --baseline accepted.json

It runs without the generated package and without the `contract` extra. `nox -s drift -- OLD NEW`
is the same with an environment of its own.
"""

from __future__ import annotations

import sys
from pathlib import Path

# Import the comparison from this checkout, even if it is not installed.
sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "facade"))

from creatoraudit.cli._extras import missing

if line := missing("cli"):
    sys.exit(f"{line}, or use: nox -s drift -- OLD NEW")

from creatoraudit.cli._app import run
from creatoraudit.cli._drift import drift

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], drift, "drift"))
