"""Puts the results of all benchmarks into `bench.md` and `bench.json`."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path

from common import RESULTS

HERE = Path(__file__).parent
HEAD = """# Benchmarks

Written by `nox -s bench`. Each figure is a ratio of two things timed in turn in one run on the same
machine: minimum, median, maximum. A bound is judged by the median.

| | what | min | median | max | runs | bound | holds |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""


def main() -> None:
    """Write both files."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in RESULTS.glob("*.json")]
    found.sort(key=lambda one: one["claim"])
    lines = [HEAD.rstrip()]
    for one in found:
        for row in one["rows"]:
            figures = " | ".join(str(row[name]) for name in ("min", "median", "max", "runs"))
            verdict = "yes" if row["holds"] else "**no**"
            lines.append(
                f"| {one['claim']} | {row['what']} | {figures} | {row['bound']} | {verdict} |"
            )
    lines += ["", "## Notes", ""]
    lines += [f"- ({one['claim']}) {note}" for one in found for note in one["notes"]]
    lines += ["", f"Python {platform.python_version()}, {os.cpu_count()} cores."]
    (HERE / "bench.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (HERE / "bench.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
