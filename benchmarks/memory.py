"""(e) Memory and time per item of walking 1,000, 100,000 and 1,000,000 videos."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time

from common import Report, Server, sandbox

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
    with sandbox("--videos", str(SIZES[-1]), "--accounts", "1000") as server:
        results = [measured(server, most) for most in SIZES]
        again = measured(server, SIZES[1])
    for seen, peak, each in [*results, again]:
        report.note(f"{seen} videos: peak {peak:.1f} MB, {each:.1f} us of CPU per item")
    (_, small, _), (_, _, middle), (_, large, each) = results
    report.add("MB more at the most", [large - small], "<= 10", lambda x: x <= MOST)
    report.add("time per item", [each / middle], "0.9 to 1.1", lambda x: 0.9 <= x <= 1.1)
    report.write()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        walk(sys.argv[1], os.environ["BENCH_KEY"], int(sys.argv[2]))
    else:
        main()
