"""`creatoraudit drift`: compares two OpenAPI documents from the point of view of a client."""

from __future__ import annotations

from typing import Literal

import click

from ..errors import UsageError
from . import _output
from ._baseline import BaselineOptions, baseline_options
from ._click import Command, choice_option
from ._options import examples

_FAIL_ON = ("breaking", "any", "never")


@click.command(
    cls=Command,
    epilog=examples(
        "creatoraudit drift old.json new.json",
        "creatoraudit drift old.json new.yaml --format markdown --fail-on never",
        "creatoraudit drift old.json new.json --baseline ok.json --baseline-update",
    ),
)
@click.argument("old", metavar="OLD", type=click.Path())
@click.argument("new", metavar="NEW", type=click.Path())
@choice_option("--format", "form", of=["text", "json", "markdown"])
@choice_option("--fail-on", of=_FAIL_ON, says="Which differences make the exit code 1.")
@baseline_options("--accept")
def drift(
    *,
    old: str,
    new: str,
    form: Literal["text", "json", "markdown"],
    fail_on: Literal["breaking", "any", "never"],
    baseline: BaselineOptions,
) -> int:
    """Show what the differences between two OpenAPI documents mean for a client.

    OLD is the document that the client was made from, NEW is the one to compare it with. Both are
    JSON or YAML, OpenAPI 3.0 to 3.2. Each difference is breaking, additive or cosmetic.

    The exit code is 1 if there are differences that --fail-on names, 2 if a file cannot be
    compared, and 0 otherwise.
    """
    from creatoraudit.contract import _drift
    from creatoraudit.contract._drift import _output as report
    from creatoraudit.contract.openapi import DocumentRefused

    accepted = baseline.load()
    try:
        found = _drift.drift(old, new, baseline=accepted)
    except DocumentRefused as refused:
        raise UsageError(str(refused)) from None
    entries = baseline.write(accepted, found.verdict, stale=found.verdict.unmatched)
    if entries is not accepted:
        found = _drift.drift(old, new, baseline=entries)
    _output.write_lines([report.FORMATS[form](found)])
    levels = {"breaking": _drift.Level.BREAKING, "any": _drift.Level.COSMETIC}
    return int(fail_on in levels and found.reaches(levels[fail_on]))
