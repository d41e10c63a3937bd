"""Lands many units, with the local runner or an engine's."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Any, Protocol, Self, TypeAlias

import anyio

from .._async.client import AsyncCreatorAudit
from .._async.io import Pool
from .._core.arguments import number
from .._core.events import WaitEvent
from .._core.organizations import namesakes, one_organization
from .._results.tables import pyarrow
from ..errors import CreatorAuditError, UsageError
from ._place import begin
from ._receipt import Failure, Landed, Outcome, Receipt
from ._roots import root_of
from ._run import Session, checked_settings, failure_of, in_own_loop
from ._unit import Unit, by_organization

OnDone: TypeAlias = Callable[[Outcome], object]
# Maximum number of lent lanes, as a multiple of the number of lanes.
_LENT = 4


class Runner(Protocol):
    """Runs units: on this machine, or on the workers of an engine."""

    def run(self, units: Sequence[Unit], root: str, on_done: OnDone) -> None:
        """Run each unit once and report its result.

        Units of one organization run one after another. A unit that fails is reported as a
        `Failure` and does not stop the others.

        Args:
            units: The units, each once.
            root: An absolute path or a URL.
            on_done: Called with a `Receipt` or `Failure` for each unit, one call
                at a time, in any order.
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
        self._keys: int = number("keys", keys)
        self._settings = checked_settings(settings)

    def run(self, units: Sequence[Unit], root: str, on_done: OnDone) -> None:
        """Run the units; see `Runner.run`."""
        in_own_loop(self._run, units, root, on_done)

    async def _run(self, units: Sequence[Unit], root: str, on_done: OnDone) -> None:
        groups = by_organization(units)
        lanes = Lanes(self._keys)
        async with Session(root_of(root), self._settings) as session, Pool(len(units)) as pool:
            refused = _refused(session, groups)
            jobs = []
            for group in groups:
                why = refused.get(group[0].organization)
                if why is None:
                    jobs.append(await pool.start(self._run_all, session, group, lanes, on_done))
                else:
                    for unit in group:
                        on_done(Failure(unit, "UsageError", why))
            for job in jobs:
                await job.result()

    async def _run_all(
        self, session: Session, group: Sequence[Unit], lanes: Lanes, on_done: OnDone
    ) -> None:
        """Run the units of one organization with one client."""
        told = self._settings.get("on_wait")
        made: list[AsyncCreatorAudit] = []

        def waits(event: WaitEvent) -> None:
            lane.lend()
            if told is not None:
                told(event)

        def client() -> AsyncCreatorAudit:
            if not made:
                made.append(session.client(group[0], on_wait=waits))
            return made[0]

        async with Lane(lanes) as lane:
            for unit in group:
                try:
                    outcome: Outcome = await session.run(unit, client)
                except Exception as error:  # noqa: BLE001 - must not stop other units
                    outcome = failure_of(unit, error)
                on_done(outcome)
            for one in made:
                await session.close(one)


class Lanes:
    """Limits how many organizations are read side by side.

    Args:
        keys: Number of lanes.
    """

    def __init__(self, keys: int) -> None:
        self.free = anyio.Semaphore(keys)
        # Each organization that waits holds a few pages in memory, so their number is limited.
        self.lendable = keys * _LENT


class Lane:
    """The right of one organization to be read, as an async context manager.

    An organization that has to wait, for its rate window or before a retry, lends its lane to
    another, so that it delays no other.
    """

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._lent = False

    async def __aenter__(self) -> Self:
        await self._lanes.free.acquire()
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._lent:
            self._lanes.lendable += 1
        else:
            self._lanes.free.release()

    def lend(self) -> None:
        """Let another organization begin, unless this lane is lent or too many are."""
        if not self._lent and self._lanes.lendable:
            self._lent = True
            self._lanes.lendable -= 1
            self._lanes.free.release()


def _refused(session: Session, groups: Sequence[Sequence[Unit]]) -> dict[str, str]:
    """Reasons not to read organizations: two names with the same key are the same organization."""
    keys: dict[str, object] = {}
    for group in groups:
        with suppress(CreatorAuditError):  # its units will fail with this error
            organization = session.organization(group[0])
            digest = sha256(organization.key().encode()).digest()
            keys[group[0].organization] = organization.base_url, digest
    shared = namesakes(keys)
    return {name: one_organization([name, *others]) for name, others in shared.items()}


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
        runner: Runs the units. Defaults to `LocalRunner()`.
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
    listed = list(units)
    given: list[object] = [*listed]
    if not all(isinstance(one, Unit) for one in given):
        raise UsageError("units must be a list of units, from plan()")
    twice = [unit for unit, count in Counter(unit.path for unit in listed).items() if count > 1]
    if twice:
        raise UsageError(f"the unit of {twice[0]} is listed twice")
    pyarrow()
    place = root_of(root)
    begin(place, listed)
    outcomes: dict[str, Outcome] = {}

    def done(outcome: Outcome) -> None:
        outcomes[outcome.unit.path] = outcome
        if on_done is not None:
            on_done(outcome)

    (runner or LocalRunner()).run(listed, place.location, done)
    missing = [unit for unit in listed if unit.path not in outcomes]
    for unit in missing:
        done(Failure(unit, "CreatorAuditError", "the runner did not report it; run it again"))
    ordered = [outcomes[unit.path] for unit in listed]
    return Landed(
        tuple(one for one in ordered if isinstance(one, Receipt)),
        tuple(one for one in ordered if isinstance(one, Failure)),
    )
