"""Checks that the files and receipts of a day belong together."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator, Sequence
from typing import cast

from attrs import frozen

from .._core.arguments import utc_day
from .._core.organizations import namesakes, one_organization
from .._results.lists import ListName
from ._place import attempt_at, receipt_at
from ._receipt import Receipt
from ._roots import Root, root_of, sha256_of
from ._unit import DEFAULT_WHAT, Unit


@frozen
class Problem:
    """A file or receipt of a day that is missing or wrong.

    Attributes:
        path: Path below the root, of the file or of the receipt: the one that is wrong.
        problem: What is wrong and what to do next.
        organization: Name of the organization.
        what: Name of the list.
    """

    path: str
    problem: str
    organization: str
    what: str


@frozen
class Verified:
    """Result of `verify`.

    Attributes:
        day: The day.
        receipts: Receipts of the complete units.
        problems: What is not complete.
    """

    day: dt.date
    receipts: tuple[Receipt, ...]
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Whether something is stored for the day, and all of it is complete."""
        return bool(self.receipts) and not self.problems


def verify(root: str | os.PathLike[str], day: dt.date | str, *, deep: bool = False) -> Verified:
    """Check that each file of a day has the receipt of the attempt that wrote it, and vice versa.

    Args:
        root: A local folder or a URL.
        day: The day, as a date or as `YYYY-MM-DD`.
        deep: Whether to read the whole files and compare their hashes.

    Raises:
        ConfigurationError: A library is not installed, or the URL cannot be used.
        UsageError: `day` is not a day.
        ExportError: The root cannot be read.

    Example:
        >>> done = land(units, "history")
        >>> verify("history", units[0].day, deep=True).ok
        True
    """
    that = utc_day(day, "day")
    place = root_of(root)
    receipts: list[Receipt] = []
    problems: list[Problem] = []
    folder = f"_receipts/{that.isoformat()}"
    files = {
        path
        for what in DEFAULT_WHAT
        for path in place.list(f"{what}/snapshot_date={that.isoformat()}")
        if path.endswith("/part.parquet")
    }
    for path in place.list(folder):
        name = _UNIT.fullmatch(path.removeprefix(f"{folder}/"))
        if name is None:
            continue
        unit = Unit(name[1], cast("ListName", name[2]), that)
        files.discard(unit.path)
        receipt = receipt_at(place, path)
        problem = _problem(place, unit, receipt, deep=deep)
        if problem is not None:
            problems.append(Problem(*problem, unit.organization, unit.what))
        elif receipt is not None:
            receipts.append(receipt)
    for path in sorted(files):
        what, _, organization, _ = path.split("/")
        told = "it has no receipt; run the snapshot again"
        problems.append(Problem(path, told, organization.removeprefix("organization="), what))
    problems += _counted_twice(receipts)
    return Verified(that, tuple(receipts), tuple(problems))


_UNIT = re.compile(rf"([a-z][a-z0-9_-]*)\.({'|'.join(DEFAULT_WHAT)})\.json")


def _problem(
    root: Root, unit: Unit, receipt: Receipt | None, *, deep: bool
) -> tuple[str, str] | None:
    """What is wrong with a unit: the path and the problem."""
    again = "run the snapshot again"
    if receipt is None or receipt.unit.path != unit.path:
        return unit.receipt_path, f"the receipt cannot be read by this release; {again}"
    attempt = attempt_at(root, unit.path)
    if attempt is None:
        return unit.path, f"it is missing, or is not the Parquet file of a snapshot; {again}"
    if attempt != receipt.attempt:
        return unit.path, f"its receipt is that of another attempt; {again}"
    if deep and sha256_of(root, unit.path) != receipt.sha256:
        return unit.path, "it was changed after it was written; delete its receipt and " + again
    return None


def _counted_twice(receipts: Sequence[Receipt]) -> Iterator[Problem]:
    ids = {one.unit.organization: one.organization_id for one in receipts}
    shared = namesakes(ids)
    for receipt in receipts:
        unit = receipt.unit
        if unit.organization in shared:
            names = [unit.organization, *shared[unit.organization]]
            told = one_organization(names)
            yield Problem(unit.path, told, unit.organization, unit.what)
