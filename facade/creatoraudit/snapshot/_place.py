"""Completes units: tells whether one is complete, and puts its file and receipt in place."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path

from attrs import evolve

from .._core import clock
from .._core.organizations import one_organization
from .._results.tables import pyarrow
from .._sync.io import sleep
from ..errors import ExportError, UsageError
from ._part import ATTEMPT
from ._receipt import Receipt
from ._roots import Root
from ._unit import Unit, now

# How often attempts that end at the same time put their file in place again, and the seconds that
# they wait before the second time; twice as long before each further one, so that they get apart.
_ROUNDS = 8
_PAUSE = 0.02


def complete(root: Root, unit: Unit) -> Receipt | None:
    """Return the receipt of a unit if its file is of the same attempt, with the same windows.

    Raises:
        ExportError: The root cannot be read.
    """
    receipt = receipt_at(root, unit.receipt_path)
    if receipt is None or receipt.unit.windows != unit.windows or receipt.unit.name != unit.name:
        return None
    return receipt if attempt_at(root, unit.path) == receipt.attempt else None


def receipt_at(root: Root, path: str) -> Receipt | None:
    """Return the receipt in a file; None if there is none that this release can read."""
    content = root.read(path)
    try:
        return None if content is None else Receipt.from_dict(json.loads(content))
    except (ValueError, KeyError, TypeError):
        return None


def attempt_at(root: Root, path: str) -> str | None:
    """Return the id of the attempt that wrote a file; None if there is no readable file."""
    from pyarrow import parquet  # noqa: PLC0415 - an extra, loaded when needed

    try:
        with root.open(path) as file:
            about = parquet.read_metadata(file).metadata or {}
    except FileNotFoundError:
        return None
    except (pyarrow().ArrowException, OSError):  # truncated, or not Parquet
        return None
    attempt: bytes = about.get(ATTEMPT.encode(), b"")
    return attempt.decode("ascii", "replace") or None


def publish(root: Root, receipt: Receipt, part: Path) -> Receipt:
    """Put a file in place and then its receipt.

    If several attempts end at the same time, the file and the receipt of one remain: each attempt
    checks what is in place after it has written its receipt.

    Returns:
        The receipt that is in place, possibly that of another attempt.

    Raises:
        ExportError: The root cannot be written.
    """
    unit = receipt.unit
    content = json.dumps(receipt.to_dict(), indent=1).encode()
    for round_ in range(_ROUNDS):
        if round_:
            sleep(clock.jitter(_PAUSE * 2**round_))
        try:
            root.put(unit.path, part)
        except FileNotFoundError:  # moved by the first round, where there are no links
            break
        root.write(unit.receipt_path, content)
        there = complete(root, unit)
        if there is not None:
            return evolve(there, unit=unit)
    raise ExportError(f"{unit}: other runs keep replacing it; run it again when they have ended")


def claim(root: Root, unit: Unit, organization_id: str) -> None:
    """Record the name of an organization on a day, and refuse a second name.

    Raises:
        UsageError: The organization has another name in the same snapshot.
        ExportError: The root cannot be used.
    """
    # The id comes from the API, so it is not safe as the name of a file.
    digest = hashlib.sha256(organization_id.encode("utf-8", "replace")).hexdigest()[:32]
    path = f"_receipts/{unit.day.isoformat()}/_organizations/{digest}.json"
    content = root.read(path)
    try:
        name = unit.organization if content is None else str(json.loads(content)["organization"])
    except (ValueError, KeyError, TypeError):
        content, name = None, unit.organization
    if name != unit.organization:
        raise UsageError(one_organization([name, unit.organization]))
    if content is None:
        claimed = {"organization": name, "organization_id": organization_id}
        root.write(path, json.dumps(claimed).encode())


def begin(root: Root, units: Iterable[Unit]) -> None:
    """Record that the first run has begun on the days of these units.

    Raises:
        ExportError: The root cannot be used.
    """
    for day in sorted({unit.day for unit in units}):
        path = _begun_path(day)
        if root.read(path) is None:
            root.write(path, json.dumps({"begun_at": now().isoformat()}).encode())


def day_to_resume(
    root: Root, late: dt.timedelta, units_of: Callable[[dt.date], Iterable[Unit]]
) -> dt.date | None:
    """Return yesterday if its run was begun within `late` before midnight and is not complete.

    Raises:
        ExportError: The root cannot be read.
    """
    instant = now()
    midnight = dt.datetime.combine(instant.date(), dt.time(), dt.UTC)
    day = instant.date() - dt.timedelta(days=1)
    if instant >= midnight + late:
        return None
    content = root.read(_begun_path(day))
    try:
        begun = (
            None if content is None else dt.datetime.fromisoformat(json.loads(content)["begun_at"])
        )
    except (ValueError, KeyError, TypeError):
        return None
    if begun is None or begun < midnight - late:
        return None
    there = set(root.list(f"_receipts/{day.isoformat()}"))
    return day if any(unit.receipt_path not in there for unit in units_of(day)) else None


def _begun_path(day: dt.date) -> str:
    return f"_receipts/{day.isoformat()}/_begun.json"
