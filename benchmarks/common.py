"""What the benchmarks share: a sandbox in a process of its own, repeated runs, and results as data.

Every figure is a ratio of two things timed in turn in one run on one machine; the table gives the
minimum, median and maximum over the runs.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

RUNS = int(os.environ.get("BENCH_RUNS", "7"))
RESULTS = Path(os.environ.get("BENCH_RESULTS", Path(__file__).parent / "results"))


class Server:
    """Base URL and key of a running sandbox."""

    def __init__(self, base_url: str, key: str) -> None:
        self.base_url = base_url
        self.key = key
        self.headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}


@contextmanager
def apart(pid: int) -> Iterator[bool]:
    """Give a server's process the last core, and this process the others.

    Says whether it could: it needs two cores, and a system that lets processes be pinned.
    """
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(cores) < 2:
        yield False
        return
    os.sched_setaffinity(pid, cores[-1:])
    os.sched_setaffinity(0, cores[:-1])
    try:
        yield True
    finally:
        os.sched_setaffinity(0, cores)


@contextmanager
def sandbox(*options: str, pinned: bool = False) -> Iterator[Server]:
    """A sandbox without a rate limit, in a process of its own; pinned, on a core of its own."""
    command = [sys.executable, "-m", "creatoraudit_sandbox", "--port", "0", "--rate-limit", "0"]
    child = subprocess.Popen(
        [*command, "--until-stdin-closes", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdin is not None
    try:
        url, key = (re.sub(r".*?=", "", child.stdout.readline().strip(), count=1) for _ in "12")
        with apart(child.pid) if pinned else nullcontext():
            yield Server(url, key)
    finally:
        child.stdin.close()
        child.wait(timeout=30)


def seconds(function: Callable[[], Any], clock: Callable[[], float] = time.perf_counter) -> float:
    """How long one call takes."""
    began = clock()
    function()
    return clock() - began


def in_turn(contenders: dict[str, Callable[[], float]], runs: int = RUNS) -> dict[str, list[float]]:
    """Measure each contender once per run, in turn, so that all see the same machine."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(runs):
        for name, measure in contenders.items():
            taken[name].append(measure())
    return taken


def ratio(taken: dict[str, list[float]], one: str, other: str) -> list[float]:
    """`one` in relation to `other`, run by run."""
    return [a / b for a, b in zip(taken[one], taken[other], strict=True)]


class Report:
    """Collects rows and writes them as JSON."""

    def __init__(self, claim: str) -> None:
        self.claim = claim
        self.rows: list[dict[str, Any]] = []
        self.notes: list[str] = []

    def add(
        self, what: str, ratios: list[float], bound: str, holds: Callable[[float], bool]
    ) -> None:
        """One ratio with the bound it should keep; judged by its median."""
        middle = statistics.median(ratios)
        row = {
            "what": what,
            "min": round(min(ratios), 3),
            "median": round(middle, 3),
            "max": round(max(ratios), 3),
            "runs": len(ratios),
            "bound": bound,
            "holds": holds(middle),
        }
        self.rows.append(row)
        print(f"{self.claim}: {what}: {row['min']} / {row['median']} / {row['max']} ({bound})")

    def note(self, text: str) -> None:
        """Something to say beside the figures."""
        self.notes.append(text)
        print(f"{self.claim}: {text}")

    def write(self) -> None:
        """Save the rows for `table.py`."""
        RESULTS.mkdir(parents=True, exist_ok=True)
        content = {"claim": self.claim, "rows": self.rows, "notes": self.notes}
        path = RESULTS / f"{Path(sys.argv[0]).stem}.json"
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
