"""A cancelled call closes its connection at once, and the next call works."""

from __future__ import annotations

import asyncio
import gc
import random
import warnings

import anyio
import httpx
import pytest

from creatoraudit import AsyncCreatorAudit
from support import cases
from support.answers import WHOAMI, page, video
from support.server import Endless, Raw, Stall

STALLS = {
    "head": Stall(),
    "body": Stall(after=WHOAMI),
    "drip": Endless(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
}


def connections(ca):
    """Those of a client that are open, or that its pool takes for open."""
    return [one for one in ca._transport._client._transport._pool.connections if not one.is_idle()]


def pool_of(http_client):
    return http_client._transport._pool.connections


async def task_cancel(ca):
    task = asyncio.create_task(ca.whoami())
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def task_cancel_twice(ca):
    task = asyncio.create_task(ca.whoami())
    await asyncio.sleep(0.02)
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task


async def wait_for(ca):
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ca.whoami(), 0.02)


async def timeout(ca):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await ca.whoami()


async def task_group(ca):
    async def group_that_fails():
        async with asyncio.TaskGroup() as group:
            group.create_task(ca.whoami())
            await asyncio.sleep(0.02)
            raise ValueError

    with pytest.raises(ExceptionGroup):
        await group_that_fails()


async def move_on_after(ca):
    with anyio.move_on_after(0.02):
        await ca.whoami()


async def fail_after(ca):
    with pytest.raises(TimeoutError), anyio.fail_after(0.02):
        await ca.whoami()


async def nursery(ca):
    async with anyio.create_task_group() as group:
        group.start_soon(ca.whoami)
        await anyio.sleep(0.02)
        group.cancel_scope.cancel()


async def cancelled_before(ca):
    with anyio.CancelScope() as scope:
        scope.cancel()
        await ca.whoami()


async def collected(ca):
    """A task that nobody holds on to."""
    with anyio.move_on_after(0.02):
        pages = ca.videos.list().pages()
        await anext(pages)
    del pages
    gc.collect()


async def to_list(ca):
    with anyio.move_on_after(0.02):
        await ca.videos.list().to_list()


OF_ASYNCIO = [task_cancel, task_cancel_twice, wait_for, timeout, task_group]
OF_BOTH = [move_on_after, fail_after, nursery, cancelled_before, collected, to_list]
CASES = [
    *(("asyncio", kind) for kind in [*OF_ASYNCIO, *OF_BOTH]),
    *(("trio", kind) for kind in OF_BOTH),
]


@pytest.mark.parametrize(
    ("backend", "kind", "stall"),
    [
        (*case, stall)
        for turn, case in enumerate(CASES)
        for number, stall in enumerate(STALLS)
        if cases.ALL or number == turn % len(STALLS)
    ],
    ids=lambda one: getattr(one, "__name__", one),
)
def test_each_kind_of_cancellation_leaves_an_empty_pool_and_a_usable_client(
    serve, backend, kind, stall
):
    steps = [STALLS[stall]]
    server = serve(lambda _request: steps[0])

    async def main():
        async with AsyncCreatorAudit("key-of-tests", base_url=server.url) as ca:
            await kind(ca)
            assert connections(ca) == []
            steps[0] = WHOAMI
            assert (await ca.whoami()).api_key_name == "tests"

    anyio.run(main, backend=backend)


def test_leaving_an_iteration_leaves_an_empty_pool(serve):
    server = serve(lambda _request: page([video(1), video(2)], "next"))

    async def main():
        async with AsyncCreatorAudit("key-of-tests", base_url=server.url) as ca:
            async for _ in ca.videos.list():
                break
            items = aiter(ca.videos.list())
            await anext(items)
            del items
            gc.collect()
            assert connections(ca) == []

    for backend in ("asyncio", "trio"):
        anyio.run(main, backend=backend)


@pytest.mark.parametrize("own", [False, True], ids=["our client", "the caller's client"])
def test_hundreds_of_cancelled_tasks_leave_no_dead_connection(serve, own):
    """At any moment: while connecting, sending, waiting, reading, or before the first step."""
    if httpx.__version__.startswith("0.25."):
        pytest.skip("the anyio and httpcore of that time lose connects that are cancelled")
    server = serve(lambda _request: WHOAMI)
    draw = random.Random(13)

    async def cancel_one(ca):
        task = asyncio.create_task(ca.whoami())
        for _ in range(draw.randrange(40)):
            await asyncio.sleep(0)
        if draw.random() < 0.5:
            await asyncio.sleep(draw.random() * 0.004)
        task.cancel()
        await asyncio.wait([task])

    async def main():
        client = httpx.AsyncClient() if own else None
        async with AsyncCreatorAudit(
            "key-of-tests", base_url=server.url, http_client=client, concurrency=50
        ) as ca:
            for _ in range(cases.amount(8, every=40)):
                await asyncio.gather(*(cancel_one(ca) for _ in range(25)))
            left = [one for one in pool_of(ca._transport._client) if not one.is_idle()]
            assert left == []
            assert (await ca.whoami()).api_key_name == "tests"
            assert not [one for one in asyncio.all_tasks() if "run" in repr(one.get_coro())][1:]
        if client is not None:
            await client.aclose()

    asyncio.run(main())


def test_a_loop_that_ends_with_a_call_under_way_ends_in_peace(serve):
    server = serve(Stall())

    async def main():
        ca = AsyncCreatorAudit("key-of-tests", base_url=server.url)
        main.task = asyncio.create_task(ca.whoami())
        await asyncio.sleep(0.05)

    asyncio.run(main())
    assert main.task.cancelled()


def test_a_call_that_is_thrown_away_says_nothing(serve):
    """A coroutine that is driven by hand and closed, as a loop does that is thrown away."""
    server = serve(Raw(b""))

    async def main():
        ca = AsyncCreatorAudit("key-of-tests", base_url=server.url, max_retries=0)
        call = ca.whoami()
        call.send(None)
        call.close()
        await asyncio.sleep(0.05)
        await ca.aclose()

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        asyncio.run(main())
