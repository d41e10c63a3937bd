"""(g) 1,000 batches with jitter (50 ms +- 40) at concurrency 8, and a call beside them.

The server answers the nth request that arrives after the nth of a fixed row of delays, so the ideal
schedule is known: eight slots that are never empty, and nothing that takes time but the delays.
"""

from __future__ import annotations

import asyncio
import heapq
import json
import random
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import httpx
from common import RUNS, Report, apart, in_turn, ratio, seconds

from creatoraudit import AsyncCreatorAudit, CreatorAudit

BATCHES, IDS_PER_BATCH, CONCURRENCY = 1_000, 50, 8
MEAN, SPREAD = 0.050, 0.040
KEY = "made-up-key"
# The call beside the job is made so often, at times spread over the job.
CALLS = 20


def delays() -> list[float]:
    """The delay of each request, the same in every run."""
    chance = random.Random(8)
    return [chance.uniform(MEAN - SPREAD, MEAN + SPREAD) for _ in range(BATCHES)]


def ideal() -> float:
    """Seconds that the batches take if each slot gets the next one as soon as it is free."""
    free = [0.0] * CONCURRENCY
    for delay in delays():
        heapq.heapreplace(free, free[0] + delay)
    return max(free)


class Answers(asyncio.Protocol):
    """One connection of the server; GET only."""

    batches: Iterator[float] = iter(())

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        self._transport = transport
        self._head = b""

    def data_received(self, data: bytes) -> None:
        """Read a request; respond after its delay."""
        self._head += data
        if b"\r\n\r\n" not in self._head:
            return
        path, self._head = self._head.split(b" ", 2)[1], b""
        if path.startswith(b"/v2/whoami"):
            # The clock of the machine is that of the client, too: it tells when the call began.
            about = {
                "organization_id": str(uuid.UUID(int=1)),
                "api_key_name": str(time.monotonic()),
            }
            self._answer(MEAN, {"data": about})
        elif path.startswith(b"/v2/begin"):
            Answers.batches = iter(delays())
            self._answer(0.0, {})
        else:
            meta = {"windows": [7], "not_found": []}
            self._answer(next(Answers.batches), {"data": {}, "meta": meta})

    def _answer(self, delay: float, body: object) -> None:
        content = json.dumps(body).encode()
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}"
        )
        write = self._transport.write  # type: ignore[attr-defined]  # a transport of a socket
        asyncio.get_running_loop().call_later(delay, write, f"{head}\r\n\r\n".encode() + content)


async def serve() -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Answers, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


@contextmanager
def server() -> Iterator[str]:
    """The server in a process, on a core of its own; its base URL."""
    child = subprocess.Popen(
        [sys.executable, __file__, "--serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    try:
        with apart(child.pid):
            yield f"http://127.0.0.1:{int(child.stdout.readline())}/v2"
    finally:
        child.communicate(timeout=30)


class Job:
    """The batches, in each of the ways that they are sent."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._ids = [str(uuid.UUID(int=number)) for number in range(BATCHES * IDS_PER_BATCH)]
        self._options: dict[str, Any] = {"base_url": url, "concurrency": CONCURRENCY}
        self.waits: list[float] = []

    def sync(self, calls: int = 0) -> None:
        """With the sync client; so many calls beside them, from another thread."""
        with CreatorAudit(KEY, **self._options) as ca:
            ca.request("GET", "/begin")
            batches = threading.Thread(target=lambda: ca.videos.deltas(self._ids, [7], via="get"))
            batches.start()
            for _ in range(calls):
                time.sleep(2 * MEAN)
                began = time.monotonic()
                self.waits.append(float(ca.whoami().api_key_name or 0) - began)
            batches.join()

    async def asynchronous(self, calls: int = 0) -> None:
        """With the async client; so many calls beside them, from another task."""
        async with (
            AsyncCreatorAudit(KEY, **self._options) as ca,
            anyio.create_task_group() as group,
        ):
            await ca.request("GET", "/begin")
            group.start_soon(lambda: ca.videos.deltas(self._ids, [7], via="get"))
            for _ in range(calls):
                await anyio.sleep(2 * MEAN)
                began = time.monotonic()
                self.waits.append(float((await ca.whoami()).api_key_name or 0) - began)

    async def bare(self) -> None:
        """With httpx: as many workers as there are slots; nothing is decoded but JSON."""
        headers = {"Authorization": f"Bearer {KEY}"}
        async with httpx.AsyncClient(headers=headers) as client:
            await client.get(f"{self._url}/begin")
            starts = iter(range(0, len(self._ids), IDS_PER_BATCH))

            async def work() -> None:
                for start in starts:
                    asked = ",".join(self._ids[start : start + IDS_PER_BATCH])
                    params = {"video_ids": asked, "windows": "7"}
                    response = await client.get(f"{self._url}/videos/deltas", params=params)
                    json.loads(response.content)

            async with anyio.create_task_group() as group:
                for _ in range(CONCURRENCY):
                    group.start_soon(work)

    def longest_wait(self, run: Callable[[], object]) -> float:
        """The longest time from a call beside the batches until its request arrived."""
        self.waits.clear()
        run()
        return max(self.waits)


def main() -> None:
    """Measure and write the results."""
    report = Report("g")
    with server() as url:
        job = Job(url)
        taken = in_turn(
            {
                "sync": lambda: seconds(job.sync),
                "async": lambda: seconds(lambda: anyio.run(job.asynchronous)),
                "bare httpx": lambda: seconds(lambda: anyio.run(job.bare)),
                "ideal": ideal,
            }
        )
        waits = in_turn(
            {
                "sync": lambda: job.longest_wait(lambda: job.sync(CALLS)),
                "async": lambda: job.longest_wait(lambda: anyio.run(job.asynchronous, CALLS)),
                "request": lambda: MEAN,
            },
            runs=min(RUNS, 3),
        )
    report.note(
        f"{BATCHES} batches of {IDS_PER_BATCH} ids; the ideal schedule takes {ideal():.2f} s;"
        f" each wait is the longest of {CALLS} calls"
    )
    for name in ("sync", "async"):
        within = ratio(taken, name, "ideal")
        report.add(f"batches with jitter, {name} / ideal", within, "<= 1.1", lambda x: x <= 1.1)
    within = ratio(taken, "bare httpx", "ideal")
    report.add("the same with bare httpx / ideal", within, "for comparison", lambda _: True)
    for name in ("sync", "async"):
        within = ratio(waits, name, "request")
        what = f"wait of a call beside the batches, {name} / request time"
        report.add(what, within, "<= 2", lambda x: x <= 2)
    report.write()


if __name__ == "__main__":
    if "--serve" in sys.argv:
        asyncio.run(serve())
    else:
        main()
