"""Checks that the files and receipts of a day fit together."""

from __future__ import annotations

import datetime as dt
import os

from attrs import frozen

from ._receipt import Receipt


@frozen
class Problem:
    """Something of a day that is not complete.

    Attributes:
        path: Path below the root: of the file, or of the receipt if that is what is wrong.
        organization: Name of the organization.
        what: Name of the list.
        problem: What is wrong and what to do next.
    """

    path: str
    organization: str
    what: str
    problem: str


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
        """Whether there is no problem."""
        return not self.problems


def verify(root: str | os.PathLike[str], day: dt.date | str, *, deep: bool = False) -> Verified:
    """Check that each file of a day has the receipt of the attempt that wrote it, and vice versa.

    Args:
        root: A local folder or a URL.
        day: The day, as a date or as `YYYY-MM-DD`.
        deep: Whether to read the files whole and compare their hashes.

    Raises:
        ConfigurationError: A library is not installed, or the URL cannot be used.
        UsageError: `day` is not a day.
        ExportError: The root cannot be read.

    Example:
        >>> verify("history", "2026-11-26", deep=True).ok
        True
    """
    raise NotImplementedError
