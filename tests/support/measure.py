"""Keeps coverage from slowing down what it does not measure.

On Python 3.11 a thread that is traced runs at half its speed, though none of its files is measured.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

# Names of the threads that serve, by `ScriptedServer` and by `Sandbox`.
SERVERS = ("scripted", "creatoraudit-sandbox")


def spare_servers() -> None:
    """Trace no thread that serves, unless coverage was asked to measure the sandbox."""
    trace = threading.gettrace()
    if trace is None:
        return
    from coverage import Coverage

    measuring = Coverage.current()
    if measuring and "creatoraudit_sandbox" in str(measuring.get_option("run:source_pkgs")):
        return

    def chosen(frame: FrameType, event: str, arg: Any) -> Any:
        if threading.current_thread().name in SERVERS:
            sys.settrace(None)
            return None
        return trace(frame, event, arg)

    threading.settrace(chosen)


@contextmanager
def paused_for_threads() -> Iterator[None]:
    """Trace no thread that is started meanwhile."""
    trace = threading.gettrace()
    threading.settrace(None)  # type: ignore[arg-type]
    yield
    threading.settrace(trace)  # type: ignore[arg-type]
