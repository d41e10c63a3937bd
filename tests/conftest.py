"""Fixtures of all tests. Only loopback can be reached, and the environment has no settings."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, nullcontext
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from creatoraudit._core import clock
from support import cases, extras, measure, warm, windows
from support.driver import KINDS, Facade, Kind
from support.faults import FaultyProxy, Injection
from support.server import Script, ScriptedServer

if TYPE_CHECKING:
    from creatoraudit_sandbox import Sandbox

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # So it is in the background, and so processes inherit it; but some of them are interrupted.
    signal.signal(signal.SIGINT, signal.default_int_handler)

NOW = "2026-06-15T12:00:00Z"


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("numprocesses", 0) and "PYTEST_XDIST_WORKER" not in os.environ:
        measure.end()  # this process only collects what the workers tell
        warm.start()  # so that they share it
    measure.spare_servers()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage now, and rarely later in what is made now: thousands of tests, all stay.

    Most modules are imported now, which one process alone measures.
    """
    first = os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0"
    gc.disable()
    try:
        with nullcontext() if first else measure.paused():
            return (yield)
    finally:
        gc.set_threshold(10_000, 10, 100)
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Let each worker begin in another folder: what one compiles, the others only read."""
    report = yield
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    if collector.path == Path(__file__).parent and report.result:
        first = 3 * int(worker.removeprefix("gw")) % len(report.result)
        report.result = report.result[first:] + report.result[:first]
    return report


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: str(item.path))  # as if all had begun alike
    chosen = cases.chosen(items)
    config.hook.pytest_deselected(items=list(set(items).difference(chosen)))
    items[:] = chosen
    cases.choose_unmeasured(items)
    extras.mark(items)
    for item in items:
        item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "::1"]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    measure.switch(item.nodeid)
    with nullcontext() if cases.measured(item) else measure.paused():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    # Not when its fixtures are set up: other tests may share the threads that they start.
    with nullcontext() if cases.measured(item) else measure.paused_for_threads():
        return (yield)


def pytest_sessionfinish() -> None:
    warm.close()


def pytest_unconfigure() -> None:
    """Look for garbage once more: what is not closed is told. Then leave thousands of tests alone.

    Otherwise pytest would look through them five times, and the interpreter again when it ends.
    """
    gc.collect()
    gc.freeze()


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
def _portals() -> Iterator[Callable[[Kind, bool], BlockingPortal | None]]:
    """Event loops in threads of their own, of each kind, measured or not."""
    with ExitStack() as portals:

        @cache
        def portal(kind: Kind, measured: bool) -> BlockingPortal | None:
            if kind == "sync":
                return None
            with nullcontext() if measured else measure.paused_for_threads():
                return portals.enter_context(start_blocking_portal(kind))

        yield portal


@pytest.fixture(params=KINDS)
def facade(
    request: pytest.FixtureRequest, _portals: Callable[[Kind, bool], BlockingPortal | None]
) -> Iterator[Facade]:
    """Makes clients: sync, async on asyncio, async on trio."""
    with ExitStack() as sessions:
        portal = _portals(request.param, cases.measured(request.node))
        yield Facade(request.param, portal, sessions)


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
