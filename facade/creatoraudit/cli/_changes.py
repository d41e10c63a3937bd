"""The commands `pause`, `resume` and `delete`: one change of many resources, one id after another.

A batch can be run again: resources that no longer exist are counted and do not stop it. Before a
delete, the command shows what will be deleted and asks.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

import click
from attrs import evolve

from .._core.urls import Handle, Reference
from ..errors import CreatorAuditError, NotFoundError
from . import _safe
from ._accounts import looked_up
from ._connect import Connection
from ._options import command, file_option, ids_from
from ._output import Column, Output, Shape, changing, counting
from ._resource import SAMPLE_ID, Resource

if TYPE_CHECKING:
    from creatoraudit import CreatorAudit
    from creatoraudit_api.types import ReadModel

OUTCOMES = Shape(
    names=("id", "outcome"), columns={"id": Column("id"), "outcome": Column("outcome")}
)

_YES = click.option("--yes", is_flag=True, help="Do not ask.")
# The result of a change when there is nothing to change.
_NOT_THERE: Any = object()
# If there are more, one walk of the list replaces one request for each.
_MOST_REQUESTS = 20


def each(resource: Resource, verb: str, says: str, shape: Shape | None = None) -> click.Command:
    """Make the command of a verb that takes any number of ids."""

    def run(
        to: Output, ids: tuple[str, ...], file: BinaryIO | None, yes: bool = True, **options: object
    ) -> int:
        chosen = list(dict.fromkeys(ids_from(ids, file, resource.reference)))
        asks = shape is not None and not yes
        if asks and not sys.stdin.isatty():
            question = f"{verb} {_counted(len(chosen), resource)}?"
            raise click.UsageError(f"{question} Nobody can be asked here; add --yes")
        if shape is not None and yes:
            _ids_only(chosen)
        with (
            changing(),
            to.rows(shape or evolve(resource.shape, empty="")) as rows,
            Connection.of(options).client() as ca,
            counting(resource.plural, beside_rows=True) as done,
        ):
            targets = _targets(ca, chosen)
            if asks:
                _confirm(ca, resource, verb, targets)
            done.expect(lambda: len(targets))
            carry_out = getattr(resource.of(ca), verb)
            missing = 0
            for position, (name, one) in enumerate(targets.items()):
                try:
                    changed = _carried_out(carry_out, one)
                except CreatorAuditError:
                    if len(targets) > 1:
                        said = f"{position} of {_counted(len(targets), resource)} done; stopped at"
                        click.echo(f"{said} {name}", err=True)
                    raise
                missing += changed is _NOT_THERE
                if shape is not None:
                    outcome = "not there" if changed is _NOT_THERE else f"{verb}d"
                    rows.write([{"id": one or name, "outcome": outcome}])
                elif changed is _NOT_THERE:
                    click.echo(f"not there: {name}", err=True)
                else:
                    rows.write([changed.to_dict()])
                done.advance(1)
        return _not_there(resource, missing, len(targets))

    unasked = "" if shape is None else " --yes"
    return command(
        verb,
        says,
        (
            f"creatoraudit {resource.plural} {verb} {SAMPLE_ID}{unasked}",
            f"creatoraudit {resource.plural} {verb} --file ids.txt{unasked}",
        ),
        run,
        click.argument("ids", nargs=-1, metavar=f"[{resource.metavar}]..."),
        file_option,
        *(() if shape is None else (_YES,)),
    )


def _carried_out(carry_out: Callable[[str], Any], one: str | None) -> Any:
    """Change one resource, or report that it does not exist.

    A 404 without the API's own code has another cause, such as a wrong base URL, and is raised.
    """
    if one is None:
        return _NOT_THERE
    try:
        return carry_out(one)
    except NotFoundError as error:
        if error.code != "NOT_FOUND":
            raise
        return _NOT_THERE


def _ids_only(references: Sequence[Reference]) -> None:
    """Refuse handles, because a delete without a question needs exact ids.

    Raises:
        click.UsageError: A handle was given.
    """
    for one in references:
        if isinstance(one, Handle):
            raise click.UsageError(f"with --yes give ids, not {one}; drop --yes to be asked")


def _targets(ca: CreatorAudit, references: Sequence[Reference]) -> dict[str, str | None]:
    """The id of each reference, by the typed text; None for an unknown handle."""
    known = looked_up(ca, references)
    targets: dict[str, str | None] = {}
    for one in references:
        if isinstance(one, Handle):
            account = known[one]
            targets[str(one)] = None if account is None else account.id
        else:
            targets[one] = one
    return targets


def _not_there(resource: Resource, missing: int, asked: int) -> int:
    """Report how many did not exist.

    Returns:
        1 if none of them existed, else 0.
    """
    if missing and missing < asked:
        click.echo(f"{_counted(missing, resource)} not there, {asked - missing:,} done", err=True)
    elif missing:
        said, whose = "it is not there", "its"
        if asked > 1:
            said, whose = f"none of these {_counted(asked, resource)} is there", "their"
        remedy = f"check that the key belongs to {whose} organization: creatoraudit whoami"
        click.echo(f"{said}; {remedy}", err=True)
    return 1 if missing == asked else 0


def _counted(number: int, resource: Resource) -> str:
    return f"{number:,} {resource.one if number == 1 else resource.plural}"


def _confirm(
    ca: CreatorAudit, resource: Resource, verb: str, targets: Mapping[str, str | None]
) -> None:
    """Show what will be changed, and ask for confirmation.

    Raises:
        click.ClickException: The user declined.
    """
    wanted = {one for one in targets.values() if one is not None}
    found: dict[str, ReadModel] = {}
    if len(wanted) > _MOST_REQUESTS:
        found = {one.id: one for one in resource.of(ca).list() if one.id in wanted}
    else:
        for one in wanted:
            with suppress(NotFoundError):
                found[one] = resource.of(ca).get(one)
    for name, one_id in targets.items():
        item = found.get(one_id or "")
        words = ["not there"] if item is None else _called(item)
        click.echo(_safe.line(" ".join([one_id or name, *words])), err=True)
    if not click.confirm(f"{verb.capitalize()} {_counted(len(targets), resource)}?", err=True):
        raise click.ClickException(f"nothing was {verb}d")


def _called(item: ReadModel) -> list[str]:
    """The display name of a resource: platform and username, or its name."""
    values = item.to_dict()
    names = [values.get("platform"), values.get("username") or values.get("account_username")]
    known = [str(name) for name in names if name]
    return known or [str(values.get("name") or "")]
