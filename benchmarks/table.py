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

# For bounds that were missed when this was written, with what profiles showed.
OBSTACLES = {
    "a": "The bound counts the pages of one part and nothing else. Three round trips come on top:"
    " the first page of the whole list, which tells whether splitting is worth it, the first page"
    " of the first platform, which tells whether the server applies the filter, and the deltas of"
    " the last page; together 0.06. The rest is the client's own work between two requests: compare"
    " the row of bare httpx, which sends the same requests, less the first, and checks, ranks and"
    " decodes nothing but JSON.",
    "b": "Of the milliseconds per page with the standard parser, 0.9 are its scanner, 0.1 to 0.35"
    " the decoding of UTF-8 into a text of four bytes per character, because there is an emoji in"
    " it (most of that is the system handing out memory), 0.1 the check against deep nesting, and"
    " 0.3 the models, a third of which are timestamps. See the row of json.loads: it alone takes"
    " longer than pydantic, which parses in Rust, takes for everything, and three tenths of what"
    " the stock output takes. With the `speed` extra the bounds are kept with room to spare.",
    "d": "Of the CPU of a small response, two thirds are the exchange by httpx and httpcore. Of the"
    " whole, building the request takes some 10 parts of 100, looking for the key in headers and"
    " body 4, preparing and checking arguments 4, the rate-limit headers 3 and decoding the model"
    " 3. Each read and write also asks the clock, because a deadline holds down to the socket.",
    "f": "The same work per request as in (d), and a task for each exchange that no caller can"
    " cancel, so that a cancellation leaves no dead connection in the pool. The figure scatters,"
    " because client and sandbox share the machine.",
    "l": "The figure scatters around its bound. Of the surplus per post, in microseconds: ids are"
    " remembered and checked 1, responses are searched for the key 1, deltas are checked 1, the key"
    " is read 1, requests are built 1, exchanges have tasks of their own 2; the faster JSON parser"
    " takes 3 off. Pages become columns in the event loop as soon as they"
    " arrive: threads that take turns with the loop cost 10 more, and columns that are made later,"
    " of objects that have left the caches of the processor, 4.",
}


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
    missed = [one["claim"] for one in found if not all(row["holds"] for row in one["rows"])]
    if missed:
        lines += ["", "## What stands in the way", ""]
        lines += [f"- ({claim}) {OBSTACLES[claim]}" for claim in missed if claim in OBSTACLES]
    lines += ["", f"Python {platform.python_version()}, {os.cpu_count()} cores."]
    (HERE / "bench.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (HERE / "bench.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
