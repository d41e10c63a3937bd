"""`creatoraudit snapshot ...`: stores and reads the history of many organizations.

This module has the options and the printed results; `creatoraudit.snapshot` does the work.
"""

from __future__ import annotations

import datetime as dt
import gc
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

import click

from .._core.files import replace
from .._results.breakouts import RankBy, Source
from .._results.lists import ListName
from . import _breakouts, _connect, _extras, _output, _safe
from ._accounts import passed_by_none
from ._click import (
    Command,
    Decorator,
    Group,
    OneOf,
    Parsed,
    choice_option,
    in_options,
    number_option,
    together,
)
from ._options import examples, windows_option
from ._output import Column, Output, Shape, output_options

if TYPE_CHECKING:
    from ..snapshot import Landed, Runner, Unit
    from ..snapshot._breakouts import StoredBreakouts
    from ..snapshot._views import Dialect

SUMMARY_VERSION = 1
_SECONDS = {"m": 60, "h": 3600}
_LATE = re.compile(r"(\d{1,4})([mh])")
_FAILED_SHOWN = 50
# New objects after which garbage is looked for.
_OBJECTS = 50_000
_NOBODY = "the file names no organizations; add a table such as [organizations.acme]"


def _length(text: str) -> dt.timedelta | None:
    found = _LATE.fullmatch(text)
    seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
    return dt.timedelta(seconds=seconds) if 0 < seconds < 24 * 3600 else None


def _date(text: str) -> dt.date:
    return dt.datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a date


_DURATION = Parsed("duration", _length, "a time such as 12h or 90m, less than a day")
_DATE = Parsed("day", _date, "a day such as 2026-11-26")


def _what(says: str) -> Decorator:
    return click.option(
        "--what",
        type=OneOf(get_args(ListName)),
        multiple=True,
        help=says,
    )


# The options that select the units.
_planned = together(
    click.option(
        "--config",
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="File that names the organizations (default creatoraudit.toml here, else"
        " ~/.config/creatoraudit/config.toml).",
    ),
    _what("Only this list; repeatable (default all four)."),
    windows_option,
    click.option(
        "--only", multiple=True, metavar="ORG", help="Only this organization; repeatable."
    ),
    click.option(
        "--day",
        type=_DATE,
        metavar="DAY",
        help="Default today, in UTC. The API serves no other day.",
    ),
    click.option(
        "--late",
        type=_DURATION,
        default=None,
        metavar="TIME",
        help="How long after midnight (UTC) yesterday's run may still be finished, e.g. 12h.",
    ),
)
_ROOT = click.argument("root", metavar="ROOT")
_DAY = click.option("--day", type=_DATE, required=True, metavar="DAY", help="The stored day (UTC).")


@click.group(
    cls=Group,
    epilog=examples(
        "creatoraudit snapshot run --to history",
        "creatoraudit snapshot views history --dialect duckdb > views.sql",
    ),
)
def snapshot() -> None:
    """Store every list of many organizations, every day.

    The API keeps no history. A snapshot stores the present state of each list: one Parquet file per
    organization, list and day below a folder or URL, with a receipt once it is complete.
    """


def _units(planned: Mapping[str, Any], root: str | None = None) -> list[Unit]:
    from ..snapshot import plan

    more = {name: planned[name] for name in ("what", "windows", "day") if planned[name]}
    if planned["late"] is not None:
        more |= {"late": planned["late"], "root": root}
    units = plan(planned["config"], only=planned["only"], **more)
    if not units:
        raise click.UsageError(_NOBODY)
    return units


def _need(extra: str) -> None:
    """Check that an extra is installed.

    Raises:
        click.exceptions.Exit: It is not installed.
    """
    if line := _extras.missing(extra):
        click.echo(line, err=True)
        raise click.exceptions.Exit(2)


@snapshot.command(
    "run",
    cls=Command,
    epilog=examples(
        "creatoraudit snapshot run --to history",
        "creatoraudit snapshot run --to history --what videos --window 7 --only acme",
        "creatoraudit snapshot run --to history --late 12h --format json",
    ),
)
@click.option(
    "--to", "root", required=True, metavar="ROOT", help="A folder, or a URL such as s3://."
)
@_planned
@number_option(
    "--keys",
    1,
    default=8,
    says="With --engine local: number of organizations to read side by side.",
)
@choice_option(
    "--engine",
    of=["local", "dask"],
    says="Where to read: in this process, or on the workers of a Dask cluster.",
)
@click.option(
    "--scheduler", metavar="ADDRESS", help="With --engine dask: such as tcp://10.0.0.1:8786."
)
@choice_option("--format", "form", of=["table", "json"], says="How to print the summary.")
def run(
    *,
    root: str,
    keys: int,
    engine: str,
    scheduler: str | None,
    form: Literal["table", "json"],
    **planned: Any,
) -> int:
    """Store today's lists of all organizations.

    Complete units are skipped: run the same command again to read what failed or is missing. The
    exit code is 1 if any unit failed; the others are stored anyway.
    """
    if (engine == "dask") != (scheduler is not None):
        raise click.UsageError("--engine dask and --scheduler go together")
    _need("snapshot")
    if scheduler is not None:
        _need("dask")
    from ..snapshot import land

    units = _units(planned, root)
    with _runner(scheduler, keys) as runner, _output.counting("units", beside_rows=False) as bar:
        bar.expect(lambda: len(units))
        done = land(units, root, runner=runner, on_done=lambda _outcome: bar.advance(1))
    if form == "json":
        _output.write_json(summary(root, units, done))
    else:
        _show(units, done)
    return 0 if done.ok else 1


@contextmanager
def _runner(scheduler: str | None, keys: int) -> Iterator[Runner]:
    if scheduler is None:
        from ..snapshot import LocalRunner

        with _garbage_collected_seldom():
            yield LocalRunner(keys, on_wait=_connect.waiting)
        return
    from ..snapshot import DaskRunner

    # Imported by name, because its types are of no use, and it may be missing.
    distributed: Any = import_module("distributed")
    try:
        client = distributed.Client(scheduler)
    except (OSError, ValueError) as error:
        raise click.ClickException(
            f"--scheduler {scheduler}: no scheduler responds: {error}"
        ) from None
    with client:
        yield DaskRunner(client)


@contextmanager
def _garbage_collected_seldom() -> Iterator[None]:
    """Look for garbage once in many pages, because twice in each takes a tenth of the CPU.

    This holds for the whole process, so only a command may do it.
    """
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def summary(root: str, units: Sequence[Unit], done: Landed) -> dict[str, object]:
    """The JSON summary of a run, as `summary.schema.json` describes it."""
    return {
        "summary_version": SUMMARY_VERSION,
        "root": root,
        "day": units[0].day.isoformat(),
        "ok": done.ok,
        "units": len(units),
        "skipped": done.skipped,
        "failed": len(done.failures),
        "rows": done.rows,
        "requests": done.requests,
        "receipts": [{**one.to_dict(), "skipped": one.skipped} for one in done.receipts],
        "failures": [one.to_dict() for one in done.failures],
    }


_LANDED = (
    *(Column("list"), Column("organizations", "right"), Column("stored", "right")),
    *(Column("skipped", "right"), Column("failed", "right")),
    *(Column("rows", "right"), Column("requests", "right")),
)


def _show(units: Sequence[Unit], done: Landed) -> None:
    def line(what: str) -> list[str]:
        kept = [one for one in done.receipts if one.unit.what == what]
        skipped = sum(one.skipped for one in kept)
        counts = (
            sum(one.what == what for one in units),
            len(kept) - skipped,
            skipped,
            sum(one.unit.what == what for one in done.failures),
            sum(one.rows for one in kept),
            sum(one.requests for one in kept if not one.skipped),
        )
        return [what, *(f"{count:,}" for count in counts)]

    _output.write_table(_LANDED, map(line, dict.fromkeys(one.what for one in units)))
    _output.write_lines(["", *map(_safe.line, _unit_lines(done))])


def _unit_lines(done: Landed) -> Iterator[str]:
    """Lines about single units: what failed, and what a reader should know."""
    for receipt in done.receipts:
        if receipt.moved and not receipt.skipped:
            yield f"{receipt.unit}: the list changed while it was read"
        for note in () if receipt.skipped else receipt.notes:
            yield f"{receipt.unit}: {note}"
    if done.ok:
        yield "Every unit is complete."
        return
    yield f"{len(done.failures):,} failed; to read what is missing, run the same command again:"
    for failure in done.failures[:_FAILED_SHOWN]:
        yield f"- {failure.unit}: {in_options(failure.reason)}"
    if len(done.failures) > _FAILED_SHOWN:
        yield f"... and {len(done.failures) - _FAILED_SHOWN:,} more; --format json names all"


def _nothing(what: str, root: str, day: dt.date | None = None) -> click.ClickException:
    of, check = (f" of {day}", "the root and the day") if day else ("", "the root")
    return click.ClickException(
        f"{_safe.line(root)!r} has no {what}{of}; check {check} (a day is stored while it lasts,"
        " with: creatoraudit snapshot run --to ROOT)"
    )


_UNITS = Shape(
    names=("organization", "what", "day", "windows", "path"),
    columns={
        "organization": Column("organization"),
        "what": Column("list"),
        "day": Column("day"),
        "windows": Column(
            "windows", show=lambda days: ", ".join(map(str, cast("list[int]", days))) or "–"
        ),
        "path": Column("path", flexible=True),
    },
)


@snapshot.command(
    "plan",
    cls=Command,
    epilog=examples(
        "creatoraudit snapshot plan",
        "creatoraudit snapshot plan --only acme --what videos --format json",
    ),
)
@_planned
@output_options
def plan(to: Output, **planned: Any) -> None:
    """List what `snapshot run` would store. Sends no request."""
    units = _units(planned)
    with to.rows(_UNITS) as rows:
        rows.write(
            {
                "organization": unit.organization,
                "what": unit.what,
                "day": unit.day.isoformat(),
                "windows": list(unit.windows),
                "path": unit.path,
            }
            for unit in units
        )


_PROBLEMS = Shape(
    names=("organization", "what", "path", "problem"),
    columns={
        "organization": Column("organization"),
        "what": Column("list"),
        "problem": Column("problem", wrapped=True),
    },
)


@snapshot.command(
    "verify",
    cls=Command,
    epilog=examples(
        "creatoraudit snapshot verify history --day 2026-11-26",
        "creatoraudit snapshot verify history --day 2026-11-26 --deep --format json",
    ),
)
@_ROOT
@_DAY
@click.option("--deep", is_flag=True, help="Read the whole files and compare their hashes.")
@output_options
def verify(root: str, day: dt.date, to: Output, *, deep: bool) -> int:
    """Check that a stored day is complete.

    A unit is complete when its file and its receipt name the same attempt. The exit code is 1 if a
    unit is not complete.
    """
    _need("snapshot")
    from ..snapshot import verify as check

    found = check(root, day, deep=deep)
    if not found.receipts and not found.problems:
        raise _nothing("snapshots", root, day)
    with to.rows(_PROBLEMS) as rows:
        rows.write({name: getattr(one, name) for name in _PROBLEMS.names} for one in found.problems)
    complete, wrong = len(found.receipts), len(found.problems)
    said = f"{complete:,} unit{'s' * (complete != 1)} complete on {day}"
    click.echo(f"{said}, {wrong:,} problem{'s' * (wrong != 1)}", err=True)
    return 0 if found.ok else 1


@snapshot.command(
    "views",
    cls=Command,
    epilog=examples(
        "creatoraudit snapshot views history --dialect duckdb > views.sql",
        "creatoraudit snapshot views history --dialect dbt --what videos --out models",
    ),
)
@_ROOT
@choice_option(
    "--dialect",
    of=["duckdb", "dbt"],
    says="Statements for DuckDB, or models for dbt with the duckdb adapter.",
)
@_what("Only this list; repeatable (default those that are stored).")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write one file per view into this folder, as dbt expects.",
)
def views(root: str, dialect: Dialect, what: tuple[ListName, ...], out: Path | None) -> None:
    """Print SQL views over the stored days.

    Each list has views of its days, history, latest rows and vanished items. Lists with counts also
    have their daily change and what was not refreshed, and posts their falling totals. A missing
    day does no harm: the change is spread over the days in between.
    """
    from ..snapshot import _views

    stored = _views.stored_lists(root)
    missing = [one for one in what if one not in stored]
    if missing or not stored:
        raise _nothing(" and ".join(missing) or "snapshots", root)
    made = _views.views(root, dialect, what or stored)
    if out is None:
        _output.write(_views.as_text(made, dialect))
        return
    out.mkdir(parents=True, exist_ok=True)
    for view in made:
        file = out / f"{view.name}.sql"
        _output.check_ours("--out", file, "a view of this command", _views.mark(view))
    for view in made:
        replace(out / f"{view.name}.sql", _views.statement(view, dialect).encode())
    click.echo(f"{len(made)} files in {_safe.line(str(out))}", err=True)


@snapshot.command(
    "breakouts",
    cls=Command,
    epilog=examples(
        "creatoraudit snapshot breakouts history --day 2026-11-26 --top 20",
        "creatoraudit snapshot breakouts history --day 2026-11-26 --by growth",
    ),
)
@_ROOT
@_DAY
@number_option(
    "--window",
    1,
    365,
    default=7,
    says="Days to look back; one of the stored windows.",
    metavar="DAYS",
)
@_breakouts.ranking_options
@click.option("--include-partial", is_flag=True, help="Include posts younger than the window.")
@output_options
def breakouts(
    root: str, day: dt.date, to: Output, *, window: int, by: RankBy, source: Source, **query: Any
) -> int:
    """Rank the stored posts of all organizations by views gained.

    The rule is that of `creatoraudit breakouts`; no request is sent. The exit code is 1 if a unit
    of that day is not complete; the others are ranked anyway.
    """
    _need("snapshot")
    from ..snapshot import breakouts as ranked

    rows = to.rows(_breakouts.shape(window, by, of_many=True), hold=True)
    result = ranked(root, day, window=window, by=by, source=source, **query)
    if not result.organizations and not result.problems:
        raise _nothing("stored posts", root, day)
    for problem in result.problems:
        said = f"{problem.organization} {problem.what}: {problem.problem}"
        click.echo(f"left out: {_safe.line(said)}", err=True)
    _breakouts.show(result, to, rows, _below(result))
    return 1 if result.problems else 0


def _below(result: StoredBreakouts) -> list[str]:
    if not result.considered and (none := passed_by_none("stored posts", _breakouts.FILTERS)):
        return [none]
    considered = f"{result.considered:,} posts of {len(result.organizations):,} organizations"
    return _breakouts.skips(f"{considered} considered", result.skipped)
