"""(e) Memory and time per item of walking 1,000, 100,000 and 1,000,000 videos."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from statistics import median

from common import RUNS, Report, Server, sandbox

from creatoraudit import CreatorAudit

SIZES = (1_000, 100_000, 1_000_000)
MOST = 10.0


def walk(url: str, key: str, most: int) -> None:
    """Walk in this process; prints peak megabytes and CPU microseconds per item."""
    with CreatorAudit(key, base_url=url) as ca:
        began, seen = time.process_time(), 0
        for _ in ca.videos.list(max_items=most):
            seen += 1
        taken = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(seen, peak, taken / seen * 1e6)


def measured(server: Server, most: int) -> tuple[int, float, float]:
    """The same in a fresh process."""
    command = [sys.executable, __file__, server.base_url, str(most)]
    environment = {**os.environ, "BENCH_KEY": server.key}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    seen, peak, each = done.stdout.split()
    return int(seen), float(peak), float(each)


def main() -> None:
    """Measure and write the results."""
    report = Report("e")
    peaks: dict[int, list[float]] = {most: [] for most in SIZES}
    times: dict[int, list[float]] = {most: [] for most in SIZES}
    with sandbox("--videos", str(SIZES[-1]), "--accounts", "1000") as server:
        for _ in range(RUNS):
            for most in SIZES:
                seen, peak, each = measured(server, most)
                assert seen == most
                peaks[most].append(peak)
                times[most].append(each)
    for most in SIZES:
        report.note(
            f"{most:,} videos, medians: peak {median(peaks[most]):.1f} MB,"
            f" {median(times[most]):.1f} us of CPU per item"
        )
    small, middle, large = SIZES
    report.add(
        "MB more at a million than at a thousand",
        [b - a for a, b in zip(peaks[small], peaks[large], strict=True)],
        "<= 10",
        lambda x: x <= MOST,
    )
    report.add(
        "time per item, a million / a hundred thousand",
        [b / a for a, b in zip(times[middle], times[large], strict=True)],
        "0.9 to 1.1",
        lambda x: 0.9 <= x <= 1.1,
    )
    report.write()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        walk(sys.argv[1], os.environ["BENCH_KEY"], int(sys.argv[2]))
    else:
        main()
