"""A million posts: the memory an export takes, and that being killed changes nothing in the file.

Takes some minutes and some gigabytes of disk per format, so it has a session of its own, and a name
that pytest does not collect unless it is told to.
"""

from __future__ import annotations

import filecmp
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from creatoraudit.export import FORMATS
from creatoraudit_sandbox import Sandbox

POSTS = 1_000_000
MOST_MB = 300
# Exports, says how many rows and how many megabytes at most; killed when so many rows are there.
EXPORT = """
import os, signal, sys
from pathlib import Path
from creatoraudit import CreatorAudit
from creatoraudit.export import export

def die(now):
    if now.rows >= int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

with CreatorAudit() as ca:
    done = export(ca, "videos", sys.argv[1], on_progress=die)
# Not ru_maxrss: that of a child begins with what its parent had.
peak = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
print(done.rows, done.resumed, int(peak) / 1024)
"""

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
    pytest.mark.timeout(3_600),
]


@pytest.fixture(scope="module")
def million() -> Iterator[Sandbox]:
    with Sandbox(now="2026-06-15T12:00:00Z", rate_limit=0, videos=POSTS) as running:
        yield running


@pytest.mark.parametrize("form", FORMATS)
def test_a_million_posts_in_little_memory_killed_or_not(
    million: Sandbox, tmp_path: Path, form: str
) -> None:
    def run(path: Path, die_at: int = POSTS + 1) -> subprocess.CompletedProcess[str]:
        env = {"CREATORAUDIT_BASE_URL": million.base_url, "CREATORAUDIT_API_KEY": million.api_key}
        command = [sys.executable, "-c", EXPORT, str(path), str(die_at)]
        return subprocess.run(
            command, env=os.environ | env, stdout=subprocess.PIPE, text=True, check=False
        )

    whole, killed = tmp_path / f"whole.{form}", tmp_path / f"killed.{form}"
    for path, resumed in ((whole, False), (killed, True)):
        if resumed:
            assert run(path, POSTS // 2).returncode == -signal.SIGKILL
            assert not path.exists()
        rows, kept, peak = run(path).stdout.split()
        sys.stderr.write(f"{form}: {rows} rows, {kept} kept, peak {float(peak):.0f} MB\n")
        assert int(rows) == POSTS
        assert (int(kept) > 0) == resumed
        assert float(peak) < MOST_MB
    if form == "parquet":
        assert_same_parquet(whole, killed)
    else:
        assert filecmp.cmp(whole, killed, shallow=False)


def assert_same_parquet(one: Path, other: Path) -> None:
    """Compare two files one row group at a time, without the time that they contain."""
    with pq.ParquetFile(one) as first, pq.ParquetFile(other) as second:
        metadata = [dict(file.schema_arrow.metadata) for file in (first, second)]
        for about in metadata:
            del about[b"creatoraudit.written_at"]
        assert metadata[0] == metadata[1]
        assert first.num_row_groups == second.num_row_groups
        for number in range(first.num_row_groups):
            assert first.read_row_group(number).equals(second.read_row_group(number))
