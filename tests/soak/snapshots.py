"""A thousand organizations: memory of a snapshot, kills in the middle, and readers meanwhile.

Takes some minutes, so it has a session of its own, and a name that pytest does not collect unless
it is told to.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from creatoraudit.snapshot import plan, verify
from creatoraudit_sandbox import Sandbox

ORGANIZATIONS = int(os.environ.get("SOAK_ORGANIZATIONS", "1000"))
POSTS = 200
MOST_MB = 300
# Lands, says how many units it read and how many megabytes at most; killed after so many units.
LAND = """
import os, signal, sys
from pathlib import Path
from creatoraudit.snapshot import LocalRunner, land, plan

left = int(sys.argv[3])

def count(outcome):
    global left
    left -= not getattr(outcome, "skipped", False)
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)

done = land(plan(sys.argv[1], ["videos"]), sys.argv[2], runner=LocalRunner(keys=8), on_done=count)
# Not ru_maxrss: that of a child begins with what its parent had.
peak = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
print(len(done.receipts), done.skipped, len(done.failures), int(peak) / 1024)
"""
QUERY = """
SELECT organization, count(*) AS posts, count(DISTINCT id) AS ids
FROM read_parquet('{root}/videos/**/*.parquet', hive_partitioning = true)
GROUP BY organization HAVING posts <> {posts} OR ids <> {posts}
"""

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
    pytest.mark.timeout(3_600),
]


def test_a_thousand_organizations_in_little_memory_killed_and_resumed(tmp_path: Path) -> None:
    root, config = tmp_path / "history", tmp_path / "creatoraudit.toml"
    units = []
    ended = threading.Event()
    wrong: list[object] = []
    queries = 0

    def look() -> None:
        nonlocal queries
        query = QUERY.format(root=root, posts=POSTS)
        while not ended.is_set():
            if any(root.glob("videos/*/*/part.parquet")):
                try:
                    wrong.extend(duckdb.connect().execute(query).fetchall())
                except duckdb.Error as error:
                    wrong.append(error)
                queries += 1
            ended.wait(0.05)

    def run(kill_after: int = -1) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", LAND, str(config), str(root), str(kill_after)]
        return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)

    reader = threading.Thread(target=look)
    sizes = {"accounts": 5, "videos": POSTS, "account_videos": 0}
    with Sandbox(organizations=ORGANIZATIONS, rate_limit=0, **sizes) as sandbox:  # type: ignore[arg-type]  # sizes only
        sandbox.write_config(config)
        units = plan(config, ["videos"])
        reader.start()
        try:
            for share in (0.1, 0.3, 0.2):
                assert run(int(ORGANIZATIONS * share)).returncode == -signal.SIGKILL
            there = len(verify(root, units[0].day).receipts)
            assert there >= ORGANIZATIONS // 2
            sandbox.requests.clear()
            landed, skipped, failed, peak = run().stdout.split()
        finally:
            ended.set()
            reader.join()
        sys.stderr.write(
            f"{landed} units, {skipped} skipped, {sandbox.requests.counts()}, peak {peak} MB,"
            f" {queries} queries\n"
        )
        assert (int(landed), int(failed)) == (ORGANIZATIONS, 0)
        assert int(skipped) == there
        # Every list is of one page: nothing with a receipt was read again.
        assert sandbox.requests["GET /videos"] == ORGANIZATIONS - there
    assert wrong == []
    verified = verify(root, units[0].day, deep=True)
    assert verified.ok
    assert len(verified.receipts) == ORGANIZATIONS
    assert sum(receipt.rows for receipt in verified.receipts) == ORGANIZATIONS * POSTS
    assert float(peak) < MOST_MB
