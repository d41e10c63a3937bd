"""Runs a unit: reads its list and puts its file and receipt in place."""

from __future__ import annotations

import datetime as dt
import os
import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Self, TypeVar, TypeVarTuple

import anyio
import anyio.lowlevel
from anyio.from_thread import start_blocking_portal
from attrs import evolve

from creatoraudit_api import operations as api

from .._async.client import AsyncCreatorAudit
from .._core.options import RequestCounter
from .._core.organizations import Organization, Organizations
from .._core.pacing import server_time
from .._core.text import one_line
from .._results.tables import arrow_schema, metadata
from ..errors import CreatorAuditError, UsageError
from ._part import ATTEMPT, Part
from ._place import claim, complete, publish
from ._read import Reader, Threads
from ._receipt import SCHEMA_VERSION, Failure, Receipt
from ._roots import Root, root_of
from ._unit import Unit, kinds_of_file, now

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


def checked_settings(settings: dict[str, Any]) -> dict[str, Any]:
    """Refuse arguments of the client that cannot be used in a snapshot.

    Raises:
        UsageError: There is one.
    """
    for refused, why in _REFUSED.items():
        if refused in settings:
            raise UsageError(f"do not pass {refused}=: {why}")
    return settings


_REFUSED = {
    "api_key": "the configuration file says where the key of each organization is",
    "base_url": "it comes from the configuration file",
    "cache": "a snapshot reads each list once",
}


class Session:
    """What the units of one run share: the root, configuration files and clients.

    Each client has connections of its own: none carries the key of two organizations. In a pool for
    all, httpcore would also look at every connection before and after each request.

    It lives in one event loop. Use it as an async context manager, which closes the clients.
    """

    def __init__(self, root: Root, settings: dict[str, Any]) -> None:
        self._root = root
        self._settings = checked_settings(settings)
        self._files: dict[str | None, Organizations] = {}
        # The open clients, and the id of their organization as soon as it is known.
        self._clients: dict[AsyncCreatorAudit, str | None] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        for client in [*self._clients]:
            await self.close(client)

    def organization(self, unit: Unit) -> Organization:
        """Return the organization of a unit.

        Raises:
            ConfigurationError: The file or the organization is missing.
        """
        if unit.config not in self._files:
            self._files[unit.config] = Organizations.load(unit.config)
        return self._files[unit.config][unit.organization]

    def client(self, unit: Unit, **more: Any) -> AsyncCreatorAudit:
        """Make a client for the organization of a unit.

        Raises:
            ConfigurationError: The file, the organization or its key is missing.
        """
        organization = self.organization(unit)
        organization.key()  # fails here, not when a request is sent
        settings = {**self._settings, **more}
        client = AsyncCreatorAudit(organization.key, base_url=organization.base_url, **settings)
        self._clients[client] = None
        return client

    async def close(self, client: AsyncCreatorAudit) -> None:
        """Close a client, whose last unit has ended."""
        del self._clients[client]
        await client.aclose()

    async def run(self, unit: Unit, open_client: Callable[[], AsyncCreatorAudit]) -> Receipt:
        """Run a unit; see `run_async`."""
        threads = Threads()
        there = await threads.run(complete, self._root, unit)
        if there is not None:
            return evolve(there, unit=unit, skipped=True)
        began_at = now()
        counter = RequestCounter()
        client = open_client()
        organization_id = await self._organization_id(client, unit, counter)
        await threads.run(claim, self._root, unit, organization_id)
        attempt = secrets.token_hex(16)
        about = metadata(organization_id) | {ATTEMPT: attempt}
        path = await threads.run(self._root.part_for, unit.path, attempt)
        fields = arrow_schema(kinds_of_file(unit.what, unit.windows))
        part = Part(path, fields, about, self._root.mode)
        try:
            reading = await Reader(
                client, unit, organization_id, part, threads=threads, counter=counter
            ).read()
            file = await threads.run(part.finish)
            receipt = Receipt(
                unit=unit,
                attempt=attempt,
                organization_id=organization_id,
                rows=part.rows,
                **reading._asdict(),
                **file._asdict(),
                schema_version=SCHEMA_VERSION,
                contract=about["creatoraudit.contract"],
                version=about["creatoraudit.version"],
                began_at=began_at,
                ended_at=now(),
            )
            return await threads.run(publish, self._root, receipt, path)
        finally:
            with anyio.CancelScope(shield=True):
                await threads.run(part.discard)

    async def _organization_id(
        self, client: AsyncCreatorAudit, unit: Unit, counter: RequestCounter
    ) -> str:
        known = self._clients[client]
        if known is None:
            reply = await client._operations.invoke(api.whoami, {}, {}, counter=counter)
            # The clock of this machine may be wrong, so the server's day counts.
            unit.check_time(dt.datetime.fromtimestamp(server_time(reply.headers), dt.UTC))
            known = self._clients[client] = str(reply.value.data.organization_id)
        return known


def failure_of(unit: Unit, error: Exception) -> Failure:
    """Make the failure of a unit."""
    said = error.message if isinstance(error, CreatorAuditError) else str(error)
    # A failure names its unit beside the reason.
    reason = one_line(said.removeprefix(f"{unit}: "), 1_000)
    request_id = error.request_id if isinstance(error, CreatorAuditError) else None
    return Failure(unit, type(error).__name__, reason or "no reason given", request_id)


def in_own_loop(function: Callable[[*Ts], Awaitable[T]], *args: *Ts) -> T:
    """Run an async function in an event loop of its own, even if another loop is running."""
    try:
        anyio.lowlevel.current_token()
    except RuntimeError:  # there is none
        return anyio.run(function, *args)
    with start_blocking_portal() as portal:
        return portal.call(function, *args)


async def run_async(unit: Unit, root: str | os.PathLike[str], **settings: Any) -> Receipt:
    """Read one unit and put its file and receipt in place.

    A complete unit is not read again. When anything fails, nothing of the attempt is visible below
    the root, and what an earlier attempt left stays as it was.

    Args:
        unit: The unit.
        root: A local folder or a URL.
        **settings: Arguments of the client, such as `max_retries`; see `AsyncCreatorAudit`.

    Returns:
        The receipt, with `skipped` set if the unit was complete.

    Raises:
        ConfigurationError: The organization or its key is missing, or a library is not installed.
        UsageError: The unit's day is over or has not begun, or its organization has another name.
        ContractError: A value does not have the type of its column, or rows are missing.
        ExportError: The root cannot be read or written.
        CreatorAuditError: As described in `creatoraudit.errors`.
    """
    async with Session(root_of(root), settings) as session:
        return await session.run(unit, lambda: session.client(unit))


def run(unit: Unit, root: str | os.PathLike[str], **settings: Any) -> Receipt:
    """Read one unit and put its file and receipt in place; the sync form of `run_async`.

    It runs in an event loop of its own, so it may be called from any thread, even one with a
    running loop. This is the function for engines such as Spark and Ray.

    Args:
        unit: The unit.
        root: A local folder or a URL.
        **settings: Arguments of the client; see `AsyncCreatorAudit`.

    Returns:
        The receipt, with `skipped` set if the unit was complete.

    Raises:
        CreatorAuditError: As described for `run_async`.

    Example:
        >>> receipt = run(units[0], "history")
        >>> receipt.rows
    """
    return in_own_loop(partial(run_async, unit, root, **settings))


def attempt(unit: Unit, root: str | os.PathLike[str], **settings: Any) -> Receipt | Failure:
    """Run a unit and return its receipt, or its `Failure`.

    Result and arguments can be pickled, so an engine can hand this function to its workers.

    Args:
        unit: The unit.
        root: A local folder or a URL.
        **settings: Arguments of the client; see `AsyncCreatorAudit`.

    Example:
        >>> print(attempt(units[0], "history").unit)
    """
    try:
        return run(unit, root, **settings)
    except Exception as error:  # noqa: BLE001 - no failure of one unit may stop others
        return failure_of(unit, error)
