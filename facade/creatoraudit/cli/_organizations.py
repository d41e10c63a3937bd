"""`creatoraudit organizations`: lists the organizations of the file and checks their keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from ..errors import CreatorAuditError
from . import _safe
from ._click import SECONDS, Command, in_options
from ._options import examples
from ._output import Column, Output, Row, Shape, output_options

if TYPE_CHECKING:
    from creatoraudit import Organizations

_SHAPE = Shape(
    names=("name", "organization_id", "api_key_name", "base_url", "key", "problem"),
    columns={
        "name": Column("name"),
        "organization_id": Column("organization", flexible=True),
        "api_key_name": Column("key name", from_width=80, flexible=True),
        "key": Column("key is in", from_width=100),
        "problem": Column("problem", wrapped=True),
    },
    empty="The file names no organizations; add a table such as [organizations.acme]",
)


def _checked(listed: Organizations, timeout: float) -> Iterator[Row]:
    from creatoraudit import CreatorAudit

    for name, organization in listed.items():
        row: dict[str, object] = {**dict.fromkeys(_SHAPE.names)}
        row |= {"name": name, "base_url": organization.base_url, "key": organization.reference}
        try:
            with CreatorAudit.for_organization(name, config=listed.path, timeout=timeout) as ca:
                me = ca.whoami()
            row |= {"organization_id": me.organization_id, "api_key_name": me.api_key_name}
        except CreatorAuditError as error:
            row["problem"] = _safe.line(in_options(str(error)))
        yield row


@click.command(
    cls=Command,
    epilog=examples(
        "creatoraudit organizations",
        "creatoraudit organizations --config creatoraudit.toml --format json",
    ),
)
@click.option(
    "--config",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Default: creatoraudit.toml here, else ~/.config/creatoraudit/config.toml.",
)
@click.option(
    "--timeout",
    type=SECONDS,
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="Limit for one response.",
)
@output_options
def organizations(config: str | None, timeout: float, to: Output) -> int:
    """List the organizations of creatoraudit.toml and check each key.

    The exit code is 1 if a key does not work or if two names lead to one organization.
    """
    from .._core.organizations import Organizations, namesakes

    listed = Organizations.load(config)
    with to.rows(_SHAPE) as rows:
        found = list(_checked(listed, timeout))
        shared = namesakes({str(row["name"]): row["organization_id"] for row in found})
        for row in found:
            if others := shared.get(str(row["name"])):
                same = f"the same organization as {', '.join(others)}"
                rows.write([{**row, "problem": same}])
            else:
                rows.write([row])
    return 1 if shared or any(row["problem"] for row in found) else 0
