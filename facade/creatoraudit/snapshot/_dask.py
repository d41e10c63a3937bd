"""Runs units on the workers of a Dask cluster."""

from __future__ import annotations

import json
import secrets
from collections import deque
from collections.abc import Sequence
from hashlib import sha256
from importlib import import_module
from typing import Any

from .._core.text import one_line
from ..errors import ConfigurationError, UsageError
from ._land import OnDone
from ._receipt import Failure, Outcome
from ._run import attempt, checked_settings
from ._unit import Unit, by_organization


class DaskRunner:
    """Runs units on the workers of a Dask cluster, one task per unit.

    Tasks carry units and receipts, never rows or keys: a worker reads the configuration file and
    the key where it runs, and writes the file of the unit itself. Each worker therefore needs
    `creatoraudit[dask]`, the configuration file and the key, and a root that all workers share.

    A unit whose worker dies is run again on another one. If that fails too, it is a `Failure`, and
    the next `land` reads it.

    Args:
        client: The `distributed.Client` of the cluster.
        **settings: Arguments of each organization's client, such as `max_retries`; see
            `AsyncCreatorAudit`. They are sent to the workers.

    Raises:
        ConfigurationError: Dask is not installed.
        UsageError: `client` is not a `distributed.Client`, or a setting does not belong here.

    Example:
        >>> from distributed import Client  # doctest: +SKIP
        >>> land(units, "s3://acme/history", runner=DaskRunner(Client("tcp://10.0.0.1:8786")))
    """

    def __init__(self, client: object, **settings: Any) -> None:
        try:
            self._dask: Any = import_module("distributed")
        except ImportError:
            raise ConfigurationError(
                "DaskRunner needs Dask: pip install 'creatoraudit[dask]'"
            ) from None
        if not isinstance(client, self._dask.Client):
            raise UsageError(
                "client must be a distributed.Client, such as Client('tcp://10.0.0.1:8786')"
            )
        self._client: Any = client
        self._settings = checked_settings(settings)

    def run(self, units: Sequence[Unit], root: str, on_done: OnDone) -> None:
        """Run the units; see `Runner.run`."""
        # Dask caches results by name, so each task has a name of its own. Otherwise Dask could
        # return the result of another root, or an error of yesterday.
        land = secrets.token_hex(16)
        running: dict[Any, tuple[Unit, deque[Unit]]] = {}
        ended: Any = self._dask.as_completed(loop=self._client.loop)

        def start_next(group: deque[Unit]) -> None:
            """Submit the next unit of an organization, after the previous one has ended."""
            while group:
                unit = group.popleft()
                name = _name(land, root, unit)
                try:
                    future = self._client.submit(attempt, unit, root, key=name, **self._settings)
                except Exception as error:  # noqa: BLE001 - each unit is reported, whatever fails
                    on_done(_failed(unit, error))
                else:
                    running[future] = unit, group
                    ended.add(future)
                    return

        try:
            for each in by_organization(units):
                start_next(deque(each))
            for future in ended:
                unit, group = running.pop(future)
                on_done(_outcome(unit, future))
                future.release()
                start_next(group)
        finally:
            if running:  # interrupted: units that have not begun are cancelled
                self._client.cancel(list(running))


def _name(land: str, root: str, unit: Unit) -> str:
    about = json.dumps([land, root, unit.to_dict()])
    return f"creatoraudit_snapshot-{sha256(about.encode()).hexdigest()[:32]}"


def _outcome(unit: Unit, future: Any) -> Outcome:
    try:
        outcome: Outcome = future.result()
    except Exception as error:  # noqa: BLE001 - the worker died, or cannot run units at all
        return _failed(unit, error)
    return outcome


def _failed(unit: Unit, error: Exception) -> Failure:
    reason = one_line(str(error), 1_000) or "no reason given"
    return Failure(unit, type(error).__name__, f"Dask could not run it: {reason}")
