"""(a) Breakouts and exports of 20,000 posts at 50 ms per request: SDK, serial loop, bound.

The sandbox has a core of its own, and the client the others, where the machine has two.
"""

from __future__ import annotations

import csv
import math
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
import anyio.abc
import httpx
import msgspec
from common import Report, Server, in_turn, ratio, sandbox, seconds

from creatoraudit import AsyncCreatorAudit, CreatorAudit
from creatoraudit.export import export

POSTS = 20_000
PAGE = 200
# 0.8 of the 2.04 that it was while each list was one walk, and each cell was made on its own.
MOST_CPU = 1.63


def serial(server: Server) -> list[tuple[int, str]]:
    """The documented loop, corrected for the map shape."""
    found: list[tuple[int, str]] = []
    with httpx.Client(headers=server.headers) as client:
        rows: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            params = {"limit": str(PAGE), **cursor}
            page = client.get(f"{server.base_url}/account-videos", params=params).json()
            rows += page["data"]
            if not page["pagination"]["has_next"]:
                break
            cursor = {"cursor": page["pagination"]["next_cursor"]}
        ids = [row["id"] for row in rows if row["last_scrape_time"]]
        for start in range(0, len(ids), PAGE):
            body = {"video_ids": ids[start : start + PAGE], "windows": [7]}
            answer = client.post(f"{server.base_url}/videos/deltas", json=body).json()
            found += [(row["7d"], video_id) for video_id, row in answer["data"].items()]
    return sorted(found, key=lambda pair: (-pair[0], pair[1]))[:10]


async def floor(server: Server) -> int:
    """The same requests side by side with bare httpx, nothing checked, decoded or ranked.

    What this machine, which also runs the sandbox, lets anybody reach.
    """
    async with httpx.AsyncClient(headers=server.headers) as client:
        url = f"{server.base_url}/account-videos"
        waiting: list[str] = []

        async def ask(ids: list[str]) -> None:
            body = {"video_ids": ids, "windows": [1, 7, 14, 30]}
            answer = await client.post(f"{server.base_url}/videos/deltas", json=body)
            msgspec.json.decode(answer.content)

        async def walk(platform: str, group: anyio.abc.TaskGroup) -> None:
            params = {"limit": str(PAGE), "platform": platform}
            while True:
                answer = await client.get(url, params=params)
                page = msgspec.json.decode(answer.content)
                waiting.extend(row["id"] for row in page["data"] if row["last_scrape_time"])
                while len(waiting) >= PAGE:
                    ids, waiting[:] = waiting[:PAGE], waiting[PAGE:]
                    group.start_soon(ask, ids)
                if not page["pagination"]["has_next"]:
                    return
                params["cursor"] = page["pagination"]["next_cursor"]

        async with anyio.create_task_group() as group:
            for platform in ("instagram", "tiktok"):
                group.start_soon(walk, platform, group)
        await ask(waiting)
    return len(waiting)


def plain_export(server: Server, path: Path) -> int:
    """An export as a script does it: one page after the other, JSON, and a csv.DictWriter."""
    rows = 0
    cursor: dict[str, str] = {}
    with httpx.Client(headers=server.headers) as client, path.open("w", newline="") as file:
        writer: csv.DictWriter[str] | None = None
        while True:
            params = {"limit": str(PAGE), **cursor}
            page = client.get(f"{server.base_url}/account-videos", params=params).json()
            if writer is None:
                writer = csv.DictWriter(file, page["data"][0])
                writer.writeheader()
            writer.writerows(page["data"])
            rows += len(page["data"])
            if not page["pagination"]["has_next"]:
                return rows
            cursor = {"cursor": page["pagination"]["next_cursor"]}


def main() -> None:
    """Measure and write the results."""
    report = Report("a")
    # The clock stands still: a refresh in one run and not in another would be measured too.
    world = ("--account-videos", str(POSTS), "--now", "2026-06-15T12:00:00Z")
    folder = TemporaryDirectory()
    out = Path(folder.name) / "posts.csv"
    with folder, sandbox("--latency-ms", "50", *world, pinned=True) as server:
        serial(server)  # the sandbox writes each post once; neither side is to wait for that
        url = f"{server.base_url}/account-videos"
        with httpx.Client(headers=server.headers) as client:

            def count(**more: str) -> int:
                params = {"limit": "1", "include_total": "true", **more}
                total: int = client.get(url, params=params).json()["pagination"]["total_count"]
                return total

            parts = [count(platform=name) for name in ("instagram", "tiktok")]
            total = count()
        latencies: list[float] = []

        def bound() -> float:
            with httpx.Client(headers=server.headers) as client:

                def lone_page() -> None:
                    client.get(url, params={"limit": PAGE}).json()

                lone_page()
                latencies.append(statistics.median(seconds(lone_page) for _ in range(15)))
            return math.ceil(max(parts) / PAGE) * latencies[-1]

        requests: list[tuple[int, int]] = []

        def ours() -> None:
            with CreatorAudit(server.key, base_url=server.base_url) as ca:
                result = ca.breakouts()
                requests.append((result.requests, result.considered))

        async def ours_async() -> None:
            async with AsyncCreatorAudit(server.key, base_url=server.base_url) as ca:
                await ca.breakouts()

        def ours_export() -> None:
            with CreatorAudit(server.key, base_url=server.base_url) as ca:
                export(ca, "account-videos", out, overwrite=True)

        used: dict[str, list[float]] = defaultdict(list)

        def timed(name: str, function: Callable[[], object]) -> Callable[[], float]:
            """Seconds of a run; the CPU of this process is kept too."""

            def measure() -> float:
                before = time.process_time()
                took = seconds(function)
                used[name].append(time.process_time() - before)
                return took

            return measure

        taken = in_turn(
            {
                "sync": timed("sync", ours),
                "async": timed("async", lambda: anyio.run(ours_async)),
                "floor": timed("floor", lambda: anyio.run(floor, server)),
                "export": timed("export", ours_export),
                "plain export": timed("plain export", lambda: plain_export(server, out)),
                "serial": timed("serial", lambda: serial(server)),
                "bound": bound,
            }
        )
    latency = statistics.median(latencies)
    report.note(
        f"{total} posts in parts of {parts}, a lone page takes {latency * 1000:.1f} ms,"
        f" bound {statistics.median(taken['bound']):.2f} s; requests {requests[0][0]}"
    )
    for name in ("sync", "async"):
        report.add(f"{name} / bound", ratio(taken, name, "bound"), "<= 1.15", lambda x: x <= 1.15)
        report.add(f"serial / {name}", ratio(taken, "serial", name), ">= 3", lambda x: x >= 3)
    report.add("export / bound", ratio(taken, "export", "bound"), "<= 1.25", lambda x: x <= 1.25)
    report.add(
        "CPU of export / of a plain loop with csv.DictWriter",
        ratio(used, "export", "plain export"),
        f"<= {MOST_CPU}",
        lambda x: x <= MOST_CPU,
    )
    report.add(
        "the same requests with bare httpx / bound",
        ratio(taken, "floor", "bound"),
        "for comparison",
        lambda _: True,
    )
    report.add(
        "async / the same requests with bare httpx",
        ratio(taken, "async", "floor"),
        "for comparison",
        lambda _: True,
    )
    report.note(
        "microseconds of CPU of the client per post, median: "
        + ", ".join(
            f"{name} {statistics.median(runs) / total * 1e6:.0f}" for name, runs in used.items()
        )
        + "; floor sends the same requests with bare httpx and decodes nothing but JSON. Most of"
        " the rest is checks and ranking, so a much faster client would need another HTTP stack"
    )
    report.write()


if __name__ == "__main__":
    main()
