"""`creatoraudit completion`: what a shell needs to complete commands and options.

The scripts are those of the command line library.
"""

from __future__ import annotations

import click

from . import _output
from ._click import Command, OneOf
from ._options import examples


@click.command(
    cls=Command,
    epilog=examples(
        'eval "$(creatoraudit completion bash)"',
        'eval "$(creatoraudit completion zsh)"',
        "creatoraudit completion fish > ~/.config/fish/completions/creatoraudit.fish",
    ),
)
@click.argument("shell", type=OneOf(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script for a shell.

    Of the examples, the first line goes into ~/.bashrc, the second into ~/.zshrc; the third is run
    once.
    """
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    assert made is not None
    root = context.find_root()
    script = made(root.command, {}, "creatoraudit", "_CREATORAUDIT_COMPLETE").source()
    _output.write(script)
