"""Runs the same test against the sync client and the async client on asyncio and trio.

    def test_something(facade, server):
        ca = facade(server.url)
        assert ca.do(lambda ca: ca.videos.get(ID)).id == ID

`do` calls and awaits if necessary, `collect` and `take` iterate in either way, and `gather` runs
several calls at the same time.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any, Literal, TypeAlias

import anyio
from anyio.from_thread import BlockingPortal

from creatoraudit import AsyncCreatorAudit, CreatorAudit
from support import cases

Kind: TypeAlias = Literal["sync", "asyncio", "trio"]
KINDS: tuple[Kind, ...] = ("sync", "asyncio", "trio")
if cases.QUICK:
    KINDS = ("asyncio",)  # the source; sync is derived from it, and trio differs only within anyio
Call: TypeAlias = Callable[[Any], Any]


class Session:
    """A client of either kind. `portal` is None for the sync one."""

    def __init__(self, client: CreatorAudit | AsyncCreatorAudit, portal: BlockingPortal | None):
        self.client = client
        self._portal = portal

    def do(self, call: Call) -> Any:
        """Return the result of `call(client)`, awaited if necessary."""
        if self._portal is None:
            return call(self.client)
        return self._portal.call(_awaited, call, self.client)

    def collect(self, call: Call) -> list[Any]:
        """Collect all items of the iterator that `call(client)` returns."""
        return self.take(call, None)

    def take(self, call: Call, most: int | None) -> list[Any]:
        """Collect the first `most` items of what `call(client)` returns, then `break`."""
        if self._portal is not None:
            return self._portal.call(_taken, call, self.client, most)
        items: list[Any] = []
        if most == 0:
            return items
        for item in call(self.client):
            items.append(item)
            if len(items) == most:
                break
        return items

    def gather(self, *calls: Call) -> list[Any]:
        """Run calls side by side; return results and exceptions."""
        if self._portal is not None:
            return self._portal.call(_gathered, calls, self.client)
        results: list[Any] = [None] * len(calls)

        def run(position: int, call: Call) -> None:
            try:
                results[position] = call(self.client)
            except Exception as error:  # noqa: BLE001 - handed to the test
                results[position] = error

        threads = [threading.Thread(target=run, args=one) for one in enumerate(calls)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    def close(self) -> None:
        """Close the client."""
        self.do(lambda ca: ca.close() if self._portal is None else ca.aclose())


async def _awaited(call: Call, client: Any) -> Any:
    result = call(client)
    return await result if inspect.isawaitable(result) else result


async def _taken(call: Call, client: Any, most: int | None) -> list[Any]:
    items: list[Any] = []
    if most == 0:
        return items
    async for item in call(client):
        items.append(item)
        if len(items) == most:
            break
    return items


async def _gathered(calls: Iterable[Call], client: Any) -> list[Any]:
    calls = list(calls)
    results: list[Any] = [None] * len(calls)

    async def run(position: int, call: Call) -> None:
        try:
            results[position] = await _awaited(call, client)
        except Exception as error:  # noqa: BLE001 - handed to the test
            results[position] = error

    async with anyio.create_task_group() as group:
        for position, call in enumerate(calls):
            group.start_soon(run, position, call)
    return results


class Facade:
    """Makes sessions of one kind, and closes them at the end."""

    def __init__(self, kind: Kind, portal: BlockingPortal | None, sessions: ExitStack) -> None:
        self.kind = kind
        self.portal = portal
        self._sessions = sessions

    def __call__(
        self, base_url: str | None = None, api_key: Any = "key-of-tests", **settings: Any
    ) -> Session:
        """Make a client with these settings."""
        cls = CreatorAudit if self.portal is None else AsyncCreatorAudit
        session = Session(cls(api_key, base_url=base_url, **settings), self.portal)
        self._sessions.callback(session.close)
        return session

    def run(self, function: Callable[..., Any], *args: Any) -> Any:
        """Call a function where this kind's client lives."""
        return function(*args) if self.portal is None else self.portal.call(function, *args)
