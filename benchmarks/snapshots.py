"""(l) CPU of snapshots next to a bare loop that writes the same files, and memory for many keys."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import ssl
import subprocess
import sys
import tempfile
import time
import tomllib
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
from common import RUNS, Report, ratio, sandbox

from creatoraudit.cli import main as command
from creatoraudit.snapshot import schema

POSTS = int(os.environ.get("BENCH_POSTS", "20000"))
FEW, MANY = 8, int(os.environ.get("BENCH_ORGANIZATIONS", "1000"))
MOST_CPU, MOST_MB = 1.3, 300.0
WINDOWS = (1, 7, 14, 30)


def snapshot(config: Path, root: Path) -> None:
    """The command of this package."""
    chosen = ["--config", str(config), "--to", str(root), "--what", "videos", "--keys", str(FEW)]
    windows = [word for days in WINDOWS for word in ("--window", str(days))]
    sys.argv = ["creatoraudit", "snapshot", "run", *chosen, *windows, "--format", "json"]
    with suppress(SystemExit):
        command()


def bare(config: Path, root: Path) -> None:
    """The same files with httpx, json and pyarrow, without checks, retries or receipts."""
    fields = schema("videos", WINDOWS)
    listed = tomllib.loads(config.read_text())["organizations"]
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # unused; loading certificates takes long

    async def one(name: str, about: dict[str, Any]) -> int:
        # A pool for each organization. Before and after each request, httpcore looks through its
        # pool for connections that were idle too long. In a shared one this may close a connection
        # that another task has been given meanwhile, which then fails with a ReadError.
        async with httpx.AsyncClient(timeout=300, verify=tls) as http:
            return await read(name, about, http)

    async def read(name: str, about: dict[str, Any], http: httpx.AsyncClient) -> int:
        key = (config.parent / about["key"].removeprefix("file:")).read_text().strip()
        headers = {"Authorization": f"Bearer {key}"}
        url, total = about["base_url"], 0
        me = json.loads((await http.get(f"{url}/whoami", headers=headers)).content)["data"]
        path = root / f"videos/snapshot_date={dt.datetime.now(dt.UTC).date()}/organization={name}"
        path.mkdir(parents=True)
        with pq.ParquetWriter(path / "part.parquet", fields, compression="zstd") as writer:
            params: dict[str, Any] = {"limit": 200}
            waiting: list[pa.RecordBatch] = []
            while True:
                response = await http.get(f"{url}/videos", headers=headers, params=params)
                page = json.loads(response.content)
                rows = page["data"]
                body = {"video_ids": [row["id"] for row in rows], "windows": WINDOWS}
                sent = await http.post(f"{url}/videos/deltas", headers=headers, json=body)
                deltas = json.loads(sent.content)["data"]
                waiting.append(columns(rows, deltas, me["organization_id"], fields))
                total += len(rows)
                params["cursor"] = page["pagination"]["next_cursor"]
                if not page["pagination"]["has_next"] or len(waiting) == 25:
                    writer.write_table(pa.Table.from_batches(waiting).combine_chunks())
                    waiting = []
                if not page["pagination"]["has_next"]:
                    return total

    async def everything() -> int:
        return sum(await asyncio.gather(*(one(name, about) for name, about in listed.items())))

    print(json.dumps({"rows": asyncio.run(everything())}))


def columns(
    rows: list[dict[str, Any]], deltas: dict[str, Any], organization: str, fields: pa.Schema
) -> pa.RecordBatch:
    """The rows of a page as columns."""
    arrays = []
    now = dt.datetime.now(dt.UTC)
    changes = [deltas.get(row["id"], {}) for row in rows]
    for field in fields:
        values: list[Any]
        if field.name == "observed_at":
            values = [now] * len(rows)
        elif field.name == "organization_id":
            values = [organization] * len(rows)
        elif field.name.startswith("delta_"):
            values = [change.get(field.name.removeprefix("delta_")) for change in changes]
        else:
            values = [row.get(field.name) for row in rows]
        if field.name in ("metadata", "platform_data"):
            values = [None if one is None else json.dumps(one) for one in values]
        if pa.types.is_timestamp(field.type) and field.name != "observed_at":
            arrays.append(pa.array(values, pa.string()).cast(field.type))
        else:
            arrays.append(pa.array(values, field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=fields)


def measured(contender: str, config: Path) -> tuple[int, float, float]:
    """Rows, seconds of CPU and peak megabytes of a contender in a process of its own."""
    with tempfile.TemporaryDirectory() as root:
        command = [sys.executable, __file__, contender, str(config), root]
        # Otherwise each run compiles all that it imports, which takes longer than importing it.
        settings = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=settings)
    *summary, figures = done.stdout.splitlines()
    cpu, peak = figures.split()
    return json.loads("\n".join(summary))["rows"], float(cpu), float(peak)


def main() -> None:
    """Measure and write the results."""
    report = Report("l")
    folder = Path(tempfile.mkdtemp())
    config = folder / "creatoraudit.toml"
    asked = ("--accounts", "20", "--account-videos", "0", "--write-config", str(config))
    taken: dict[str, list[float]] = {"snapshot": [], "bare": []}
    with sandbox("--organizations", str(FEW), "--videos", str(POSTS), *asked):
        for _ in range(RUNS):
            for contender, figures in taken.items():
                rows, cpu, _ = measured(contender, config)
                assert rows == FEW * POSTS
                figures.append(cpu)
    for contender, figures in taken.items():
        each = median(figures) / (FEW * POSTS) * 1e6
        report.note(f"{contender}: {median(figures):.1f} s of CPU, {each:.0f} us per post")
    report.add(
        f"CPU for {FEW} organizations x {POSTS:,} posts / a bare loop",
        ratio(taken, "snapshot", "bare"),
        f"<= {MOST_CPU}",
        lambda x: x <= MOST_CPU,
    )
    report.note(
        "each side imports pyarrow, which imports pandas as soon as it makes an array of a list:"
        " some half a second, in both figures"
    )
    report.note(
        "the command raises the threshold of the garbage collector, which saves two to three"
        " microseconds per post; the bare loop leaves it as it is"
    )
    config.unlink()
    with sandbox("--organizations", str(MANY), "--videos", "200", *asked):
        rows, cpu, peak = measured("snapshot", config)
        assert rows == MANY * 200
    report.note(f"{MANY:,} organizations x 200 posts: {cpu:.1f} s of CPU")
    report.add("MB at most, many organizations", [peak], f"< {MOST_MB}", lambda x: x < MOST_MB)
    report.write()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        began = time.process_time()
        {"snapshot": snapshot, "bare": bare}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
        # Not ru_maxrss: that of a child begins with what its parent had.
        peak = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
        print(time.process_time() - began, int(peak) / 1024)
    else:
        main()
