"""Prints what CHANGELOG.md says of a version, for the page of its release.

    python scripts/release_notes.py 1.2.3

Exit code 1 when it has no section of that version, or one that says nothing.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

CHANGELOG = Path(__file__).resolve().parents[1] / "CHANGELOG.md"


def notes(changelog: str, version: str) -> str:
    """The section of a version without its heading; empty where there is none."""
    heading = rf"^## \[{re.escape(version)}\][^\n]*\n(.*?)(?=^## |^\[[^\]]+\]: |\Z)"
    found = re.search(heading, changelog, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


def main() -> int:
    """Print the section of the version that is named."""
    version = sys.argv[1]
    if said := notes(CHANGELOG.read_text(encoding="utf-8"), version):
        print(said)
        return 0
    print(f"release_notes: CHANGELOG.md says nothing of {version}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
