"""The command group: lists the commands, runs one, and chooses the exit code.

It maps every way in which a command can end to an exit code and an error line. A command is
imported only when it is run.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping, Sequence
from copy import copy
from importlib import import_module
from typing import TYPE_CHECKING

import click

from .._version import __version__
from ..errors import ConfigurationError, CreatorAuditError, UsageError
from . import _safe, _streams
from ._click import Command, Group, told
from ._extras import missing
from ._options import examples
from ._output import ReaderLeftError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130

# name: (place of the click command, its line in --help)
_COMMANDS: Mapping[str, tuple[str, str]] = {
    "account-videos": ("._commands:account_videos", "Posts found through tracked accounts."),
    "accounts": ("._commands:accounts", "Tracked profiles."),
    "api": ("._api:api", "Call any endpoint."),
    "breakouts": ("._breakouts:breakouts", "Find posts that break out."),
    "completion": ("._completion:completion", "Print shell completion for bash, zsh and fish."),
    "contract": ("._contract:contract", "Check whether the API still keeps its contract."),
    "creators": ("._commands:creators", "Groups of accounts."),
    "deltas": ("._metrics:deltas", "Show views gained, by id."),
    "drift": ("._drift:drift", "What does a new document mean for a client?"),
    "digest": ("._digest:digest", "Compare a period with the last."),
    "export": ("._export:export", "Write whole lists into files."),
    "leaderboard": ("._leaderboard:leaderboard", "Rank creators by views or engagement rate."),
    "metrics": ("._metrics:metrics", "Show totals over a period, by id."),
    "organizations": (
        "._organizations:organizations",
        "Organizations of creatoraudit.toml, and their keys.",
    ),
    "sandbox": ("creatoraudit_sandbox.cli:sandbox", "Run a local CreatorAudit server."),
    "search": ("._search:search", "Find accounts, creators and videos."),
    "snapshot": ("._snapshot:snapshot", "Store every list of many organizations, every day."),
    "videos": ("._commands:videos", "Posts tracked one by one."),
    "whoami": ("._whoami:whoami", "Show whose key is in use."),
}
# What a command needs beyond the extra of the command line.
_EXTRAS: Mapping[str, str] = {"contract": "contract", "sandbox": "sandbox"}


_OPTION_LAST = "creatoraudit breakouts --sandbox"


class _Commands(Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        cmd_name: str,
    ) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        if line := missing(_EXTRAS.get(cmd_name, "cli")):
            return _not_installed(cmd_name, line)
        module, _, name = _COMMANDS[cmd_name][0].partition(":")
        command: object = getattr(import_module(module, __package__), name)
        assert isinstance(command, click.Command)
        return _with_our_messages(command)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse as any group does, but explain where an unknown option belongs."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if error.possibilities:
                raise
            said = f"{told(error)}; options follow their command, as in: {_OPTION_LAST}"
            raise click.UsageError(said, ctx) from None

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete commands, without importing any, and the options of the group."""
        from click.shell_completion import CompletionItem

        commands = [
            CompletionItem(name, help=line)
            for name, (_, line) in _COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return commands + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in _COMMANDS.items()])


def _with_our_messages(command: click.Command) -> click.Command:
    """Give the command of the sandbox, which does not know this package, our messages."""
    if isinstance(command, (Command, Group)):
        return command
    return Command(
        command.name,
        callback=command.callback,
        params=[copy(one) for one in command.params],
        help=command.help,
        epilog=command.epilog,
    )


def _not_installed(name: str, line: str) -> click.Command:
    """Make a command that says which extra is missing, for any arguments."""

    @click.command(
        name,
        add_help_option=False,
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )
    @click.pass_context
    def refuse(ctx: click.Context) -> None:
        click.echo(line, err=True)
        ctx.exit(USAGE)

    return refuse


@click.group(
    cls=_Commands,
    elsewhere={"health": "creatoraudit api GET /health", "meta": "creatoraudit api GET /meta"},
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        _OPTION_LAST,
        "creatoraudit videos list --limit 20 --format csv",
    ),
)
@click.version_option(__version__, message="creatoraudit %(version)s")
def app() -> None:
    """The CreatorAudit API from a terminal (unofficial).

    The key is read from CREATORAUDIT_API_KEY. No key yet? Every command that talks to the API takes
    --sandbox and then runs against a local server with made-up figures.

    Results go to standard output, everything else to standard error. The exit code is 0 when all is
    done, 1 when the API, the network or some of the work failed, 2 for wrong usage, and 130 when it
    was interrupted. For completion in your shell see: creatoraudit completion --help
    """


def run(args: Sequence[str], command: click.Command = app, name: str = "creatoraudit") -> int:
    """Run a command line of the group, or of a single command.

    Returns:
        0 done, 1 the API or the network failed, 2 wrong usage, 130 interrupted.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A character that the terminal lacks becomes a question mark, not a traceback.
        sys.stdout.reconfigure(errors="replace")
    try:
        code: object = command.main(list(args), prog_name=name, standalone_mode=False)
    except click.ClickException as error:
        _show(error)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt) as stopped:
        # click wraps the exception that may name what is left; click 8.1 hides it.
        _say(str(stopped.__cause__ or stopped.__context__ or "") or "interrupted")
        return INTERRUPTED
    except (ConfigurationError, UsageError) as error:
        _say(str(error))
        return USAGE
    except CreatorAuditError as error:
        _say(str(error))
        return FAILED
    except OSError as error:
        if error.filename is None:
            _streams.give_up_output()
            _say(f"standard output: {_streams.why(error)}")
        else:
            _say(f"{error.filename}: {error.strerror}")
        return FAILED
    except ReaderLeftError:
        _streams.give_up_output()
        return DONE
    return code if isinstance(code, int) else DONE


def _show(error: click.ClickException) -> None:
    """Print an error on one line; for a usage error also where to find help."""
    if error.message.startswith("Usage: "):  # a group without a command: its help
        click.echo(error.message, err=True)
        return
    said = told(error).removeprefix("creatoraudit: ")
    if isinstance(error, click.UsageError) and error.ctx is not None:
        said += f" (see {error.ctx.command_path} {error.ctx.help_option_names[-1]})"
    _say(said)


def _say(what: str) -> None:
    click.echo(f"creatoraudit: {_safe.line(what)}", err=True)
