"""Runs one unit: reads its list and puts file and receipt in place."""

from __future__ import annotations

import os
from typing import Any

from ._receipt import Failure, Receipt
from ._unit import Unit


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
        UsageError: The unit's day is over or has not begun.
        ContractError: A value does not have the type of its column, or rows are missing.
        ExportError: The root cannot be read or written.
        CreatorAuditError: As described in `creatoraudit.errors`.
    """
    raise NotImplementedError


def run(unit: Unit, root: str | os.PathLike[str], **settings: Any) -> Receipt:
    """Read one unit and put its file and receipt in place; the sync form of `run_async`.

    It runs in an event loop of its own, so it may be called from any thread, also where a loop is
    running. This is the function for engines such as Spark and Ray.

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
    raise NotImplementedError


def attempt(unit: Unit, root: str | os.PathLike[str], **settings: Any) -> Receipt | Failure:
    """Run a unit and return what became of it, also if it fails.

    Result and arguments can be pickled, so an engine can hand this function to its workers.

    Args:
        unit: The unit.
        root: A local folder or a URL.
        **settings: Arguments of the client; see `AsyncCreatorAudit`.
    """
    raise NotImplementedError
