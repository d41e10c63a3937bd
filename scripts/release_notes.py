"""Prints the section of CHANGELOG.md for a version, as text of its release page.

    python scripts/release_notes.py 1.2.3

The exit code is 1 if the version has no section, or an empty one.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

CHANGELOG = Path(__file__).resolve().parents[1] / "CHANGELOG.md"


def notes(changelog: str, version: str) -> str:
    """The section of a version without its heading; empty if there is none."""
    heading = rf"^## \[{re.escape(version)}\][^\n]*\n(.*?)(?=^## |^\[[^\]]+\]: |\Z)"
    found = re.search(heading, changelog, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


def main() -> int:
    """Print the section of the given version."""
    version = sys.argv[1]
    if said := notes(CHANGELOG.read_text(encoding="utf-8"), version):
        print(said)
        return 0
    print(f"release_notes: CHANGELOG.md has no notes for {version}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
