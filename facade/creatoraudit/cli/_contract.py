"""`creatoraudit contract`: checks whether the live API keeps the contract of this release."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click
from attrs import evolve

from .._core.files import replace
from ..errors import ConfigurationError, UsageError
from . import _output, _safe
from ._baseline import BaselineOptions, baseline_options
from ._click import Command, choice_option, in_options, number_option
from ._connect import Connection, server_options
from ._options import examples

if TYPE_CHECKING:
    from creatoraudit.contract import Outcome

_STEP_SUMMARY = "GITHUB_STEP_SUMMARY"
NOT_RUN = 2


class _NotRunError(click.ClickException):
    exit_code = NOT_RUN  # 1 means that the API deviates


@click.command(
    cls=Command,
    epilog=examples(
        "creatoraudit contract --sandbox --rate 0",
        "creatoraudit contract --report-dir reports",
        "creatoraudit contract --base-url https://staging.example.com/v2 --rate 2",
        "creatoraudit contract --baseline contract-baseline.json --baseline-update",
    ),
)
@click.option(
    "--report-dir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder to write junit.xml, contract.har and summary.md to.",
)
@click.option(
    "--summary",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=f"Write the Markdown summary to this file, besides ${_STEP_SUMMARY} if set.",
)
@click.option(
    "--with-bodies",
    is_flag=True,
    help="Keep response bodies in the reports. They hold your customers' data.",
)
@click.option(
    "--rate",
    type=click.FloatRange(0, 1000),
    default=5.0,
    show_default=True,
    metavar="N",
    help="Maximum number of requests per second; 0 for no limit.",
)
@number_option(
    "--max-examples",
    1,
    10_000,
    default=10,
    says="Maximum number of random cases per operation and phase, besides the systematic ones.",
)
@click.option(
    "--random-seed",
    type=int,
    metavar="N",
    help="Repeat the random cases of this seed (default: new ones).",
)
@choice_option("--format", "form", of=["text", "json"])
@baseline_options()
@server_options
def contract(
    *,
    report_dir: Path | None,
    summary: Path | None,
    with_bodies: bool,
    rate: float,
    max_examples: int,
    random_seed: int | None,
    form: Literal["text", "json"],
    baseline: BaselineOptions,
    **connection: object,
) -> int:
    """Check, with GET requests only, that the API keeps its documented contract.

    The exit code is 0 if it does, 1 if it does not, and 2 if the check could not finish. Findings
    in --baseline are accepted until they expire and do not change the exit code.
    """
    where = Connection.of(connection)
    accepted = baseline.load()
    _make_ready(report_dir, summary)
    try:
        with where.server() as (base_url, api_key):
            pace = f"at most {rate:g} a second" if rate else "as fast as the server responds"
            click.echo(f"Sending some hundred GET requests, {pace} ...", err=True)
            outcome = _outcome(
                api_key=api_key,
                base_url=base_url,
                timeout=where.timeout,
                max_examples=max_examples,
                rate=rate,
                seed=random_seed,
                with_bodies=with_bodies,
                baseline=accepted,
            )
        written = baseline.write(accepted, outcome.verdict, outcome.stale)
        outcome = evolve(outcome, baseline=written)
        _report(outcome, report_dir, summary)
    except click.ClickException as error:
        if error.exit_code == NOT_RUN:
            raise
        raise _NotRunError(error.message) from None
    _show(outcome, form)
    return outcome.code


def _outcome(**options: Any) -> Outcome:
    from creatoraudit.contract import Facts, Outcome, check

    try:
        return check(**options)
    except ConfigurationError as error:
        # Reported like any other problem, so that it is also in the summary of a CI job.
        return Outcome(base_url="", facts=Facts(), reason=in_options(str(error)))


def _make_ready(report_dir: Path | None, summary: Path | None) -> None:
    """Check that the reports can be written, before anything is sent."""
    try:
        if report_dir is not None:
            report_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--report-dir {report_dir}: {error.strerror}") from None
    if summary is not None and not summary.parent.is_dir():
        raise UsageError(f"--summary {summary}: there is no folder {summary.parent}")
    from creatoraudit.contract._reports import MARKS

    name = "a report of this command"
    if report_dir is not None:
        for file, mark in MARKS.items():
            _output.check_ours("--report-dir", report_dir / file, name, mark)
    if summary is not None:
        _output.check_ours("--summary", summary, name, MARKS["summary.md"])


def _report(outcome: Outcome, report_dir: Path | None, summary: Path | None) -> None:
    from creatoraudit.contract import _reports

    text = _reports.markdown(outcome)
    try:
        written = [] if report_dir is None else _reports.write(outcome, report_dir)
        if summary is not None:
            written.append(replace(summary, text.encode()))
        if step := os.environ.get(_STEP_SUMMARY):
            # This file collects the summaries of all steps of a CI job.
            with Path(step).open("a", encoding="utf-8") as collected:
                collected.write(f"{text}\n")
    except OSError as error:
        raise click.ClickException(f"a report was not written: {error}") from None
    for path in written:
        click.echo(f"wrote {_safe.line(str(path))}", err=True)


def _show(outcome: Outcome, form: Literal["text", "json"]) -> None:
    from creatoraudit.contract import _reports

    if form == "json":
        _output.write_json(_reports.record(outcome))
        return
    lines = [f"{_reports.headline(outcome)}.", *_reports.findings(outcome)]
    lines += _reports.details(outcome)
    _output.write_lines(map(_safe.line, lines))
