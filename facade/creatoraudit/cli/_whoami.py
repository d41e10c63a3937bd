"""`creatoraudit whoami`: whether the key works, and whose it is."""

from __future__ import annotations

from typing import Literal

import click

from . import _output, _safe
from ._connect import Connection, connection_options


@click.command(epilog="Example: creatoraudit whoami --sandbox")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
)
@connection_options
def whoami(form: Literal["table", "json"], **connection: object) -> None:
    """Show the organization and the name of the key in use."""
    with Connection.of(connection).client() as ca:
        me = ca.whoami()
    if form == "json":
        _output.write_json(me.to_dict())
        return
    _output.write_lines(
        [
            f"organization  {_safe.line(me.organization_id or '–')}",
            f"key           {_safe.line(me.api_key_name or '–')}",
        ]
    )
