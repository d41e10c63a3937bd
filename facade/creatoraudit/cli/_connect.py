"""The options every command that talks to the API has, and the client they lead to.

Decides which server a command talks to: the one of the options and the environment, or a sandbox
that lives as long as the command. How the client behaves is left to the facade.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click
from attrs import frozen

if TYPE_CHECKING:
    from creatoraudit import CreatorAudit

_Command = TypeVar("_Command", bound=Callable[..., object])

_OPTIONS = (
    click.option(
        "--api-key",
        metavar="KEY",
        help="Better set CREATORAUDIT_API_KEY: other users of this machine can see options.",
    ),
    click.option(
        "--base-url",
        metavar="URL",
        help="Another server; also CREATORAUDIT_BASE_URL.",
    ),
    click.option(
        "--timeout",
        type=float,
        default=30.0,
        show_default=True,
        metavar="SECONDS",
        help="Limit for one answer.",
    ),
    click.option(
        "--sandbox",
        is_flag=True,
        help="Use a local server with made-up figures; key and URL are ignored.",
    ),
    click.option("--seed", type=int, metavar="N", help="Which made-up world, with --sandbox."),
)


@frozen
class Connection:
    """Where to send requests, as the options say."""

    api_key: str | None
    base_url: str | None
    timeout: float
    sandbox: bool
    seed: int | None

    @classmethod
    def of(cls, options: Mapping[str, object]) -> Connection:
        """The connection that a command's options describe."""
        return cls(**cast("Mapping[str, Any]", options))

    @contextmanager
    def client(self) -> Iterator[CreatorAudit]:
        """A client for the time of one command; the sandbox, if one was asked for, ends with it."""
        from creatoraudit import CreatorAudit

        if not self.sandbox:
            if self.seed is not None:
                raise click.UsageError("--seed goes with --sandbox")
            with CreatorAudit(self.api_key, base_url=self.base_url, timeout=self.timeout) as ca:
                yield ca
            return
        from ._child import sandbox

        with (
            sandbox(self.seed) as (base_url, api_key),
            CreatorAudit(api_key, base_url=base_url, timeout=self.timeout) as ca,
        ):
            yield ca


def connection_options(command: _Command) -> _Command:
    """Give a command the options that `Connection` is made of; it gets them by their names."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
