"""(f) Requests per second of the async client at concurrency 1, 8, 32 against a bare httpx loop."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import partial

import anyio
import httpx
from common import Report, in_turn, ratio, sandbox, seconds

from creatoraudit import AsyncCreatorAudit

REQUESTS = 300


async def spread(concurrency: int, call: Callable[[], Awaitable[object]]) -> None:
    """Make the requests, `concurrency` at a time."""

    async def some() -> None:
        for _ in range(REQUESTS // concurrency):
            await call()

    async with anyio.create_task_group() as group:
        for _ in range(concurrency):
            group.start_soon(some)


def main() -> None:
    """Measure and write the results."""
    report = Report("f")
    with sandbox() as server:

        async def ours(concurrency: int) -> None:
            async with AsyncCreatorAudit(server.key, base_url=server.base_url) as ca:
                await ca.whoami()
                await spread(concurrency, ca.whoami)

        async def bare(concurrency: int) -> None:
            async with httpx.AsyncClient(headers=server.headers) as client:

                async def call() -> None:
                    json.loads((await client.get(f"{server.base_url}/whoami")).content)

                await call()
                await spread(concurrency, call)

        for concurrency in (1, 8, 32):
            taken = in_turn(
                {
                    "ours": partial(seconds, partial(anyio.run, ours, concurrency)),
                    "bare": partial(seconds, partial(anyio.run, bare, concurrency)),
                }
            )
            report.add(
                f"requests per second at {concurrency}",
                ratio(taken, "bare", "ours"),
                ">= 0.85",
                lambda x: x >= 0.85,
            )
    report.write()


if __name__ == "__main__":
    main()
