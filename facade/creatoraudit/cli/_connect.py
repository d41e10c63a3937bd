"""The connection options of every command that sends requests, and the client they configure.

A command talks to the server that options and environment name, or to a sandbox that runs as long
as the command.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import click
from attrs import field, fields_dict, frozen

from . import _safe
from ._click import SECONDS, number_option, together

if TYPE_CHECKING:
    from creatoraudit import CreatorAudit, DriftRecord, WaitEvent


_BUDGET = 150.0  # the default of a client

# The options for the server, without those for a client.
server_options = together(
    click.option(
        "--org",
        metavar="NAME",
        help="An organization of creatoraudit.toml; its key and URL are used.",
    ),
    click.option(
        "--config",
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="With --org: another file than creatoraudit.toml.",
    ),
    click.option(
        "--api-key",
        metavar="KEY",
        help="API key; prefer CREATORAUDIT_API_KEY, as other users can see options.",
    ),
    click.option(
        "--base-url",
        metavar="URL",
        help="Talk to another server (default CREATORAUDIT_BASE_URL).",
    ),
    click.option(
        "--timeout",
        type=SECONDS,
        default=30.0,
        show_default=True,
        metavar="SECONDS",
        help="Limit for one response, from connecting to its last byte.",
    ),
    click.option(
        "--sandbox",
        is_flag=True,
        help="Use a local server with made-up figures; needs no key.",
    ),
    click.option("--seed", type=int, metavar="N", help="Seed of the figures, with --sandbox."),
)
# The options of `Connection`.
connection_options = together(
    server_options,
    number_option("--concurrency", 1, default=8, says="Number of requests in flight at a time."),
    click.option(
        "--report-drift",
        is_flag=True,
        help="Also say on stderr where responses deviate from the documented contract.",
    ),
)


@frozen
class Connection:
    """The server to send requests to, from the options."""

    api_key: str | None = field(repr=False)
    base_url: str | None
    timeout: float
    sandbox: bool
    seed: int | None
    report_drift: bool = False
    concurrency: int = 8
    org: str | None = None
    config: str | None = None

    @classmethod
    def of(cls, options: Mapping[str, object]) -> Connection:
        """Make the connection from the options of a command; other options are ignored."""
        own = {name: options[name] for name in fields_dict(cls) if name in options}
        return cls(**cast("Mapping[str, Any]", own))

    @contextmanager
    def client(self) -> Iterator[CreatorAudit]:
        """Open the client for one command, and start a sandbox if one was requested."""
        from creatoraudit import CreatorAudit

        drift: list[DriftRecord] = []
        on_drift = drift.append if self.report_drift else None
        with self.server() as (base_url, api_key):
            with CreatorAudit(
                api_key,
                base_url=base_url,
                timeout=self.timeout,
                retry_budget=max(self.timeout, _BUDGET),
                concurrency=self.concurrency,
                on_wait=waiting,
                on_drift=on_drift,
            ) as ca:
                yield ca
            if self.report_drift:
                _report(drift)

    @contextmanager
    def server(self) -> Iterator[tuple[str | None, str | None]]:
        """Base URL and key of the server; None for what the environment sets."""
        if self.sandbox:
            self._refuse("--sandbox", {"--api-key": self.api_key, "--base-url": self.base_url})
        if self.org is not None:
            yield self._of_organization(self.org)
            return
        if self.config is not None:
            raise click.UsageError("--config goes with --org")
        if not self.sandbox:
            if self.seed is not None:
                raise click.UsageError("--seed goes with --sandbox")
            yield self.base_url, self.api_key
            return
        from ._child import sandbox

        with sandbox(self.seed) as (base_url, api_key):
            yield base_url, api_key

    @staticmethod
    def _refuse(option: str, others: Mapping[str, object]) -> None:
        """Refuse options that would have no effect beside another one.

        Raises:
            click.UsageError: One is given.
        """
        for other, value in others.items():
            if value is not None:
                raise click.UsageError(f"{option} does not go with {other}")

    def _of_organization(self, name: str) -> tuple[str, str]:
        from creatoraudit import Organizations

        given = {"--api-key": self.api_key, "--base-url": self.base_url, "--seed": self.seed}
        self._refuse("--org", {**given, "--sandbox": self.sandbox or None})
        organization = Organizations.load(self.config)[name]
        return organization.base_url, organization.key()


def waiting(event: WaitEvent) -> None:
    """Report on stderr what the command waits for."""
    what = "for the rate limit" if event.reason == "rate limit" else "before the next try"
    click.echo(f"waiting {what}, {event.seconds:.0f} s", err=True)


def _report(drift: Sequence[DriftRecord]) -> None:
    for one in drift:
        said = f"drift: {one.operation} {one.location} {one.kind}: {one.detail}"
        click.echo(_safe.line(said), err=True)
    if not drift:
        click.echo("drift: none", err=True)
