"""The ``sandbox`` command: runs a sandbox in the foreground until it is stopped.

It prints only two ``export`` lines to standard output, so that a shell can evaluate them.
"""

from __future__ import annotations

import os
import shlex
import signal
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import click

from .clock import parse_instant
from .server import POSTS_PER_ACCOUNT, Sandbox, Server, server_for

INTERRUPTED = 130


def _instant(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    del context, parameter
    if value is not None:
        try:
            parse_instant(value)
        except ValueError:
            raise click.BadParameter(
                "give an ISO 8601 instant such as 2026-06-15T12:00:00Z"
            ) from None
    return value


@click.command(
    epilog="""Examples:

    \b
      creatoraudit sandbox
      creatoraudit sandbox --port 0 --seed 11 --now 2026-06-15T12:00:00Z
    """
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Address to listen on.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="N",
    default=8787,
    show_default=True,
    help="Port to listen on; 0 picks a free one.",
)
@click.option("--seed", default=7, show_default=True, metavar="N", help="Seed of the made-up data.")
@click.option(
    "--accounts",
    type=click.IntRange(0),
    metavar="N",
    default=40,
    show_default=True,
    help="Number of tracked accounts.",
)
@click.option(
    "--videos",
    type=click.IntRange(0),
    metavar="N",
    default=400,
    show_default=True,
    help="Number of posts tracked one by one.",
)
@click.option(
    "--account-videos",
    type=click.IntRange(0),
    metavar="N",
    help=f"Number of posts found through accounts.  [default: {POSTS_PER_ACCOUNT} per account]",
)
@click.option(
    "--now",
    callback=_instant,
    metavar="INSTANT",
    help="Freeze the clock at an ISO 8601 instant.  [default: the real time]",
)
@click.option(
    "--organizations",
    type=click.IntRange(1),
    metavar="N",
    default=1,
    show_default=True,
    help="Number of organizations, each with its own keys and data.",
)
@click.option(
    "--world",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="TOML or JSON file with your own accounts, posts and their counts over time.",
)
@click.option(
    "--write-config",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write a creatoraudit.toml that names the organizations, and key files next to it.",
)
@click.option("--api-key", metavar="KEY", help="The admin key.  [default: derived from the seed]")
@click.option(
    "--latency-ms",
    type=click.FloatRange(0),
    metavar="N",
    default=0,
    show_default=True,
    help="Delay each response by this many milliseconds.",
)
@click.option(
    "--rate-limit",
    type=click.IntRange(0),
    metavar="N",
    default=600,
    show_default=True,
    help="Requests per rate-limit window and key; 0 for no limit.",
)
@click.option(
    "--rate-window",
    type=click.FloatRange(0, min_open=True),
    metavar="N",
    default=60,
    show_default=True,
    help="Length of the rate-limit window in seconds.",
)
@click.option(
    "--account-quota",
    type=click.IntRange(0),
    metavar="N",
    help="Maximum number of tracked accounts.  [default: no limit]",
)
@click.option(
    "--data",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="File that stores the data.  [default: kept in memory]",
)
@click.option(
    "--jitter-ms",
    type=click.FloatRange(0),
    metavar="N",
    default=0,
    show_default=True,
    help="Add up to this many milliseconds of random latency.",
)
@click.option(
    "--refresh-delay",
    type=click.FloatRange(0),
    metavar="SECONDS",
    default=1,
    show_default=True,
    help="Seconds between tracking something and its first refresh; 0 with a stopped clock.",
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="FAULT",
    help="Add a fault, e.g. status=503,rate=0.05 or drop=body,operation=list_videos; repeatable.",
)
@click.option(
    "--drift",
    multiple=True,
    metavar="DRIFT",
    help="Break the contract, e.g. remove=VideoResponse.view_count; repeatable.",
)
@click.option("--control", is_flag=True, help="Allow POST /control/clock to move the clock.")
@click.option("--until-stdin-closes", is_flag=True, help="Also stop when standard input closes.")
def sandbox(
    *,
    host: str,
    port: int,
    data: str | None,
    until_stdin_closes: bool,
    write_config: str | None,
    **settings: Any,
) -> None:
    """Serve a local CreatorAudit API until Ctrl-C.

    Prints two lines that point your shell at it: export CREATORAUDIT_BASE_URL=... and export
    CREATORAUDIT_API_KEY=...
    """
    try:
        box = Sandbox(host=host, port=port, data=data, **settings)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except sqlite3.Error as error:
        raise click.ClickException(f"cannot use {data}: {error}") from None
    except OSError as error:
        raise click.ClickException(f"cannot use {error.filename}: {error.strerror}") from None
    try:
        sys.exit(_serve(box, host, port, until_stdin_closes, write_config))
    finally:
        box.close()


def _serve(box: Sandbox, host: str, port: int, until_stdin_closes: bool, config: str | None) -> int:
    try:
        listener = box.listen()
    except OSError as error:
        reason = error.strerror or str(error)
        raise click.ClickException(
            f"cannot listen on {host} port {port}: {reason}; try another --port, or use"
            " --port 0 to pick a free one"
        ) from None
    if config is not None:
        try:
            box.write_config(config)
        except OSError as error:
            listener.close()
            raise click.ClickException(f"cannot write {error.filename}: {error.strerror}") from None
    server = server_for(box.app)
    with _ending(server) as signals:
        announcer = threading.Thread(target=_announce, args=(server, box), daemon=True)
        announcer.start()
        if until_stdin_closes:
            threading.Thread(target=_end_with_stdin, args=(server,), daemon=True).start()
        server.run([listener])
        if server.ready.is_set():
            announcer.join()
    return INTERRUPTED if signal.SIGINT in signals else 0


def _announce(server: Server, box: Sandbox) -> None:
    server.ready.wait()
    lines = (
        f"export CREATORAUDIT_BASE_URL={shlex.quote(box.base_url)}\n"
        f"export CREATORAUDIT_API_KEY={shlex.quote(box.api_key)}\n"
    )
    # One write, so that a reader never sees half of it.
    sys.stdout.write(lines)
    sys.stdout.flush()
    click.echo("Serving the CreatorAudit sandbox; press Ctrl-C to stop.", err=True)


def _end_with_stdin(server: Server) -> None:
    # Read the descriptor itself: a buffered reader would be locked at interpreter exit.
    try:
        while os.read(0, 4096):
            pass
    except OSError:
        pass
    server.stop()


@contextmanager
def _ending(server: Server) -> Iterator[list[int]]:
    """Stop the server on Ctrl-C and SIGTERM; yields the list of signals received."""
    received: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        del frame
        if received:
            server.force_exit = True
        received.append(number)
        server.stop()

    handled = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, end) for number in handled}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
