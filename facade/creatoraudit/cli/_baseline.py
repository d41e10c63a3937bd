"""The baseline options that `contract` and `drift` share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import UsageError
from . import _safe

if TYPE_CHECKING:
    from creatoraudit.contract._baseline import Baseline, Entry, Verdict


class BaselineOptions:
    """The baseline file of a run, and whether the run updates or prunes it."""

    def __init__(self, path: Path | None, *, update: bool, prune: bool) -> None:
        if path is None and (update or prune):
            flag = "--baseline-update" if update else "--baseline-prune"
            raise UsageError(f"{flag} needs a file: add --baseline FILE")
        self._path, self._update, self._prune = path, update, prune

    def load(self) -> Baseline:
        """Load the accepted findings; empty without a file, or before the first update.

        Raises:
            UsageError: The file does not exist, or is not a baseline.
        """
        from creatoraudit.contract._baseline import Baseline, BaselineError

        if self._path is None or (self._update and not self._path.exists()):
            return Baseline()
        try:
            return Baseline.load(self._path)
        except BaselineError as error:
            hint = "" if self._path.exists() else "; --baseline-update writes a new one"
            raise UsageError(f"--baseline {error}{hint}") from None

    def write(self, baseline: Baseline, verdict: Verdict[Any], stale: Iterable[Entry]) -> Baseline:
        """Add new findings and drop stale entries, as the options say; returns the result.

        Raises:
            ClickException: The file cannot be written.
        """
        if self._path is None or not (self._update or self._prune):
            return baseline
        gone = [*stale] if self._prune else []
        fresh = verdict.new if self._update else []
        written = baseline.without(gone).updated(fresh)
        try:
            written.save(self._path)
        except OSError as error:
            raise click.ClickException(f"the baseline was not written: {error}") from None
        told = [f"{len(fresh)} recorded"] * self._update + [f"{len(gone)} dropped"] * self._prune
        click.echo(f"{_safe.line(str(self._path))}: {', '.join(told)}", err=True)
        return written


def baseline_options(*aliases: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the options to a command, which gets them as `baseline`."""

    def added(run: Callable[..., Any]) -> Callable[..., Any]:
        @click.option(
            "--baseline",
            *aliases,
            "baseline_file",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help="File of accepted findings, which do not change the exit code.",
        )
        @click.option(
            "--baseline-update",
            is_flag=True,
            help="Add the new findings of this run to --baseline.",
        )
        @click.option(
            "--baseline-prune",
            is_flag=True,
            help="Remove entries from --baseline that this run no longer finds.",
        )
        @wraps(run)
        def with_baseline(
            *args: Any,
            baseline_file: Path | None,
            baseline_update: bool,
            baseline_prune: bool,
            **kwargs: Any,
        ) -> Any:
            options = BaselineOptions(baseline_file, update=baseline_update, prune=baseline_prune)
            return run(*args, baseline=options, **kwargs)

        return with_baseline

    return added
