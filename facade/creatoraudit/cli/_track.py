"""`creatoraudit accounts|videos track`: tracks one resource, or every line of a file.

This module maps responses to outcomes of lines, and decides when to stop. Every line is checked
before the first is sent. A `_journal` keeps the outcomes, so that an interrupted run resumes and a
second run repeats nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import click

from creatoraudit_api.models import Platform

from .._core.request import prepare
from .._core.urls import post_platform, profile
from ..errors import (
    BadRequestError,
    ConflictError,
    ContractError,
    CreatorAuditError,
    InternalError,
    NotFoundError,
    UpstreamError,
    UsageError,
    ValidationError,
)
from . import _safe
from ._click import SECONDS, in_options
from ._connect import Connection
from ._journal import Done, Journal, journal_at
from ._options import Line, command, file_option, given, lines_of
from ._output import Column, Output, Row, Rows, Shape, changing, counting

if TYPE_CHECKING:
    from creatoraudit import CreatorAudit
    from creatoraudit_api.operations import Operation

    from ._resource import Resource

_LINES = Shape(
    names=("line", "input", "outcome", "id", "code", "detail"),
    columns={
        "line": Column("line", "right"),
        "input": Column("input", flexible=True),
        "outcome": Column("outcome"),
        "id": Column("id", from_width=90),
        "code": Column("code", from_width=60),
        "detail": Column("detail", from_width=110, wrapped=True),
    },
    empty="The file has nothing but blank lines and comments.",
)
# Errors that concern only one line. Any other error would affect the next line too and stops.
_MEANING: Mapping[type[CreatorAuditError], str] = {
    ConflictError: "already",
    BadRequestError: "invalid",
    NotFoundError: "invalid",
    ValidationError: "invalid",
    InternalError: "failed",
    UpstreamError: "failed",
    ContractError: "failed",
}
_GOOD: Mapping[str, str] = {"tracked": "tracked", "already": "already tracked", "valid": "valid"}


class Outcome(NamedTuple):
    """The outcome of a line."""

    outcome: str
    id: str | None = None
    code: str | None = None
    detail: str | None = None

    @classmethod
    def of(cls, error: CreatorAuditError, outcome: str) -> Outcome:
        """Make the outcome for an error."""
        return cls(outcome, None, getattr(error, "code", None), in_options(str(error)))


class _Entry(NamedTuple):
    """A line with its request body, or with a problem if it cannot be sent."""

    line: Line
    body: Mapping[str, Any] | None
    problem: str = ""


_Send = Callable[[Mapping[str, Any], str], Outcome]


def track(resource: Resource) -> click.Command:
    """Make the `track` command of a resource."""
    settings = resource.options("track")
    kind = _KINDS[resource.one]

    def run(
        to: Output,
        *,
        text: str | None,
        file: BinaryIO | None,
        dry_run: bool,
        state: Path | None,
        wait: float | None,
        **options: object,
    ) -> int | None:
        if (text is None) == (file is None):
            raise click.UsageError(f"give one {kind.what}, or --file FILE with one per line")
        chosen = given(options, tuple(settings))
        connection = Connection.of(options)
        if file is not None:
            if wait is not None:
                raise click.UsageError("--wait goes with a single one, not with --file")
            entries = [_entry(resource, kind, line, chosen) for line in lines_of(file)]
            if state is None and file.name != "<stdin>":
                state = Path(f"{file.name}.progress")
            rows = to.rows(_LINES, hold=True)
            if dry_run:
                return _follow(rows, entries, Journal(), _unsent)
            return _all(rows, connection, resource, entries, state)
        if dry_run or state is not None:
            raise click.UsageError("--dry-run and --state go with --file")
        show = to.one(resource.shape)
        with connection.client() as ca:
            tracked = resource.of(ca).track(text, **chosen)
            try:
                if wait is not None:
                    waiting = resource.of(ca).wait_until_refreshed
                    tracked = waiting(tracked.id, timeout=wait)
            finally:
                show(tracked.to_dict())
        return None

    name = f"creatoraudit {resource.plural} track"
    return command(
        "track",
        f"Start tracking one {resource.one}, or all of a file.\n\n{_ABOUT_FILES}",
        (
            f"{name} {kind.url}",
            f"{name} {kind.bare} --platform instagram",
            f"{name} --file urls.txt --dry-run",
            f"{name} --file urls.txt",
        ),
        run,
        click.argument("text", metavar=f"[{kind.metavar}]", required=False),
        *settings.values(),
        click.option(
            "--wait",
            type=SECONDS,
            metavar="SECONDS",
            help="Wait at most so long for its first figures.",
        ),
        file_option,
        click.option(
            "--dry-run", is_flag=True, help="Check every line of the file and send nothing."
        ),
        click.option(
            "--state",
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE",
            help="File to keep the progress in (default FILE.progress beside the file).",
        ),
    )


def _profile(text: str, platform: Platform | None) -> dict[str, str]:
    where, username = profile(text, platform)
    return {"platform": where, "username": username}


def _post(text: str, platform: Platform | None) -> dict[str, str]:
    return {"platform": post_platform(text, platform), "identifier": text}


class _Kind(NamedTuple):
    """How a resource is named: the content of a line, its arguments, and examples."""

    read: Callable[[str, Platform | None], dict[str, str]]
    what: str
    metavar: str
    url: str
    bare: str


_KINDS: Mapping[str, _Kind] = {
    "account": _Kind(
        _profile,
        "profile URL or handle",
        "URL|HANDLE",
        "https://www.tiktok.com/@creatoraudit",
        "creatoraudit",
    ),
    "video": _Kind(
        _post,
        "post URL, id or shortcode",
        "URL|ID",
        "https://www.tiktok.com/@acme/video/7204018326",
        "C2creQPoVgm",
    ),
}
_ABOUT_FILES = """With --file, each line becomes a row that says what came of it: tracked, already
(tracked before, or by an earlier line), invalid, or failed. If it is interrupted, run the same
command again to resume; no line is tracked twice. The exit code is 0 when every line is tracked,
else 1. It stops at once when the account cap is reached or the API cannot be used any more."""


def _entry(resource: Resource, kind: _Kind, line: Line, settings: Mapping[str, Any]) -> _Entry:
    """Check a line without sending it."""
    try:
        body = {**settings, **kind.read(line.text, settings.get("platform"))}
        prepare(resource.operation("track"), body, {}, strict=True)
    except UsageError as error:
        return _Entry(line, None, in_options(str(error)))
    return _Entry(line, body)


def _unsent(*_: object) -> Outcome:
    return Outcome("valid")


def _all(
    rows: Rows,
    connection: Connection,
    resource: Resource,
    entries: Sequence[_Entry],
    state: Path | None,
) -> int:
    with connection.client() as ca:
        job = {
            "server": ca._origin.url,
            "organization": ca.whoami().organization_id,
            "command": f"{resource.plural} track",
        }
        with journal_at(state, job) as journal:
            if journal.done:
                said = f"{len(journal.done):,} are done already, as {state} says"
                click.echo(_safe.line(said), err=True)
            code = _follow(rows, entries, journal, partial(_send, ca, resource.operation("track")))
            if code == 0:
                journal.remove()
    return code


def _follow(rows: Rows, entries: Sequence[_Entry], journal: Journal, send: _Send) -> int:
    """Send the lines and print each outcome; stop at an error that all others would meet too."""
    tally: Counter[str] = Counter()
    stopped: CreatorAuditError | None = None
    seen: set[str] = set()
    try:
        with changing(), rows, counting("lines", beside_rows=rows.stream) as done:
            done.expect(lambda: len(entries))
            for entry in entries:
                try:
                    outcome = _outcome(entry, journal, send, seen)
                except CreatorAuditError as error:
                    outcome, stopped = Outcome.of(error, "failed"), error
                tally[outcome.outcome] += 1
                rows.write([_row(entry, outcome)])
                done.advance(1)
                if stopped is not None:
                    break
    finally:
        click.echo(_summary(tally, len(entries)), err=True)
    if stopped is not None:
        raise stopped
    return 0 if set(tally) <= set(_GOOD) else 1


def _outcome(entry: _Entry, journal: Journal, send: _Send, seen: set[str]) -> Outcome:
    if entry.body is None:
        return Outcome("invalid", detail=entry.problem)
    key = journal.key(entry.body)
    before = journal.done.get(key)
    if key in seen:
        return Outcome("already", before and before.id, detail="an earlier line is the same")
    outcome = Outcome(before.outcome, before.id) if before else send(entry.body, key)
    if outcome.outcome in _GOOD:
        seen.add(key)
        if before is None:
            journal.add(key, Done(outcome.outcome, outcome.id))
    return outcome


def _send(
    ca: CreatorAudit, operation: Operation[Any], body: Mapping[str, Any], key: str
) -> Outcome:
    try:
        reply = ca.call(operation, **body, idempotency_key=key)
    except tuple(_MEANING) as error:
        means = next(_MEANING[kind] for kind in _MEANING if isinstance(error, kind))
        return Outcome.of(error, means)
    return Outcome("tracked", reply.value.data.id)


def _row(entry: _Entry, outcome: Outcome) -> Row:
    return {"line": entry.line.number, "input": entry.line.text, **outcome._asdict()}


def _summary(tally: Mapping[str, int], lines: int) -> str:
    parts = [f"{count:,} {_GOOD.get(name, name)}" for name, count in tally.items()]
    if left := lines - sum(tally.values()):
        parts.append(f"{left:,} not reached")
    said = f"{lines:,} line{'s' if lines != 1 else ''}: {', '.join(parts) or 'nothing to do'}"
    return f"{said}; run the same command again to resume" if left else said
