"""Keeps coverage from slowing down what it does not need to measure.

On Python 3.11 a thread that is traced runs at half its speed, whether its files are measured or
not. So servers are not traced, and neither are tests that reach what others reach (cases.py).
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

# Names of the threads that serve, by `ScriptedServer` and by `Sandbox`.
SCRIPTED, SANDBOX = "scripted", "creatoraudit-sandbox"

# Tells a Python that starts as another process to measure itself; empty if nothing is measured.
OF_PROCESSES = {name: value for name, value in os.environ.items() if "COVERAGE" in name}

# Whether it is recorded which test reaches what, as `nox -s measured` does: the test is the context
# of what is reached, here and in the processes that it starts.
PER_TEST = "COVERAGE_CONTEXT" in os.environ

_NO_TRACE: Any = None  # ends what is traced; not every typeshed knows that
_measured = [False]  # whether sandboxes are, that start now


@contextmanager
def sandboxes_measured() -> Iterator[None]:
    """Trace sandboxes that start meanwhile, as the tests of the sandbox itself want it."""
    before, _measured[0] = _measured[0], True
    try:
        yield
    finally:
        _measured[0] = before


def end() -> None:
    """Trace neither this thread any more, nor those that it starts."""
    sys.settrace(None)
    threading.settrace(_NO_TRACE)


def spare_servers() -> None:
    """Trace no thread that serves, but for sandboxes within `sandboxes_measured`."""
    trace = threading.gettrace()
    if trace is None:
        return

    def chosen(frame: FrameType, event: Any, arg: Any) -> Any:
        name = threading.current_thread().name
        if name == SCRIPTED or (name == SANDBOX and not _measured[0]):
            sys.settrace(None)
            return None
        return trace(frame, event, arg)

    threading.settrace(chosen)


def unmeasured() -> dict[str, str]:
    """The environment of a process whose lines are measured elsewhere."""
    return {name: value for name, value in os.environ.items() if name not in OF_PROCESSES}


def switch(context: str) -> None:
    """Record what is reached from now on under this context, if that is recorded at all."""
    if not PER_TEST:
        return
    import coverage

    measuring = coverage.Coverage.current()
    assert measuring
    measuring.switch_context(context)
    measuring.set_option("run:context", context)
    os.environ["COVERAGE_PROCESS_CONFIG"] = measuring.config.serialize()


@contextmanager
def paused_for_threads() -> Iterator[None]:
    """Trace no thread that is started meanwhile."""
    trace = threading.gettrace()
    threading.settrace(_NO_TRACE)
    try:
        yield
    finally:
        threading.settrace(trace or _NO_TRACE)


@contextmanager
def paused() -> Iterator[None]:
    """Neither trace this thread meanwhile nor measure processes that start."""
    trace = sys.gettrace()
    sys.settrace(None)
    try:
        with paused_for_processes():
            yield
    finally:
        sys.settrace(trace)


@contextmanager
def paused_for_processes() -> Iterator[None]:
    """Measure no process that is started meanwhile, but for those that get `OF_PROCESSES`."""
    for name in OF_PROCESSES:
        os.environ.pop(name, None)
    try:
        yield
    finally:
        os.environ.update(OF_PROCESSES)
