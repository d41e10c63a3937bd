"""`creatoraudit whoami`: shows whether the key works, and its organization."""

from __future__ import annotations

import click

from ._click import Command
from ._connect import Connection, connection_options
from ._options import examples
from ._output import Column, Output, Shape, output_options

_SHAPE = Shape(
    names=("type", "organization_id", "api_key_name"),
    columns={"organization_id": Column("organization"), "api_key_name": Column("key")},
)


@click.command(cls=Command, epilog=examples("creatoraudit whoami", "creatoraudit whoami --sandbox"))
@output_options
@connection_options
def whoami(to: Output, **connection: object) -> None:
    """Show the organization and the name of the key in use."""
    show = to.one(_SHAPE)
    with Connection.of(connection).client() as ca:
        me = ca.whoami()
    show(me.to_dict())
