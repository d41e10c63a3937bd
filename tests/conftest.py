"""Fixtures of all tests. Only loopback can be reached, and the environment has no settings."""

from __future__ import annotations

import gc
import os
import signal
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, cast

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from creatoraudit._core import clock
from support import measure, warm, windows
from support.driver import KINDS, Facade, Kind
from support.faults import FaultyProxy, Injection
from support.server import Script, ScriptedServer

if TYPE_CHECKING:
    from creatoraudit_sandbox import Sandbox

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # So it is in the background, and so processes inherit it; but some of them are interrupted.
    signal.signal(signal.SIGINT, signal.default_int_handler)

NOW = "2026-06-15T12:00:00Z"


QUICK = "CREATORAUDIT_TEST_QUICK" in os.environ
CASES_OF_A_QUICK_TEST = 4


def sampled(items: Iterable[pytest.Item]) -> set[pytest.Item]:
    """Some cases of each test, from its first to its last."""
    cases: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        cases[item.nodeid.partition("[")[0]].append(item)
    sample: set[pytest.Item] = set()
    for each in cases.values():
        most = min(len(each), CASES_OF_A_QUICK_TEST)
        sample |= {each[n * (len(each) - 1) // max(1, most - 1)] for n in range(most)}
    return sample


def pytest_configure() -> None:
    measure.spare_servers()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage meanwhile: there are thousands of tests, and all of them stay."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if QUICK:
        sample = sampled(items)
        config.hook.pytest_deselected(items=[item for item in items if item not in sample])
        items[:] = [item for item in items if item in sample]
    for item in items:
        item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "::1"]))


def pytest_sessionfinish() -> None:
    warm.close()


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("CREATORAUDIT_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def like_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files behave as on Windows, in this process and as far as that can be simulated."""
    windows.behave(monkeypatch)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox with a frozen clock that no test changes."""
    from creatoraudit_sandbox import Sandbox

    with Sandbox(now=NOW, rate_limit=0) as running:
        yield running


@pytest.fixture
def waits() -> Iterator[list[float]]:
    """Waits of the package take no time; they are recorded in this list."""
    with clock.skipped_waits() as skipped:
        yield skipped


@pytest.fixture(scope="session")
def _portals() -> Iterator[dict[Kind, BlockingPortal | None]]:
    with ExitStack() as portals:
        # Not measured on trio, which runs the same lines as asyncio.
        with measure.paused_for_threads():
            trio = portals.enter_context(start_blocking_portal("trio"))
        asyncio = portals.enter_context(start_blocking_portal("asyncio"))
        yield {"sync": None, "asyncio": asyncio, "trio": trio}


@pytest.fixture(params=KINDS)
def facade(
    request: pytest.FixtureRequest, _portals: dict[Kind, BlockingPortal | None]
) -> Iterator[Facade]:
    """Makes clients: sync, async on asyncio, async on trio."""
    with ExitStack() as sessions:
        yield Facade(request.param, _portals[request.param], sessions)


@pytest.fixture
def serve() -> Iterator[Callable[..., ScriptedServer]]:
    """Starts scripted servers: `serve(step, step, ...)` or `serve(function of the request)`."""
    with ExitStack() as servers:

        def start(*script: object) -> ScriptedServer:
            chosen = cast(Script, script[0] if script and callable(script[0]) else script)
            return servers.enter_context(ScriptedServer(chosen))

        yield start


@pytest.fixture
def faulty(sandbox: Sandbox) -> Iterator[Callable[..., FaultyProxy]]:
    """Starts servers in front of the shared sandbox that break chosen requests."""
    with ExitStack() as servers:

        def start(*injections: Injection) -> FaultyProxy:
            return servers.enter_context(FaultyProxy(sandbox.base_url, *injections))

        yield start
