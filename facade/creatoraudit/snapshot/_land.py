"""Lands many units, with the local runner or an engine's."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeAlias

from ._receipt import Landed, Outcome
from ._unit import Unit

OnDone: TypeAlias = Callable[[Outcome], object]


class Runner(Protocol):
    """Runs units: on this machine, or on the workers of an engine."""

    def run(self, units: Sequence[Unit], root: str, on_done: OnDone) -> None:
        """Run each unit once and report what became of it.

        Units of one organization run one after another. A unit that fails is reported as a
        `Failure` and does not keep the others from running.

        Args:
            units: The units, each once.
            root: An absolute path or a URL.
            on_done: Called with a `Receipt` or `Failure` for each unit, in the thread that called
                `run`, in any order.
        """


class LocalRunner:
    """Runs units in this process, in one event loop.

    Args:
        keys: Number of organizations to read side by side, 1 or more.
        **settings: Arguments of each organization's client, such as `concurrency` or
            `max_retries`; see `AsyncCreatorAudit`.

    Raises:
        UsageError: `keys` is not a whole number of 1 or more.
    """

    def __init__(self, keys: int = 8, **settings: Any) -> None:
        self._keys = keys
        self._settings = settings

    def run(self, units: Sequence[Unit], root: str, on_done: OnDone) -> None:
        """Run the units; see `Runner.run`."""
        raise NotImplementedError


def land(
    units: Iterable[Unit],
    root: str | os.PathLike[str],
    *,
    runner: Runner | None = None,
    on_done: OnDone | None = None,
) -> Landed:
    """Land units: read every list that is not complete and put its file and receipt in place.

    Call it again to read what failed or was interrupted; complete units are skipped.

    Args:
        units: The units, from `plan`.
        root: A local folder, which is made if it is missing, or a URL.
        runner: What runs the units. Defaults to `LocalRunner()`.
        on_done: Called with each `Receipt` or `Failure`, as the units end.

    Returns:
        The receipts and failures.

    Raises:
        ConfigurationError: A library is not installed, or the URL cannot be used.
        UsageError: A unit occurs twice.
        ExportError: The root cannot be used.

    Example:
        >>> done = land(units, "history", runner=LocalRunner(keys=4))
        >>> done.ok
        True
    """
    raise NotImplementedError
