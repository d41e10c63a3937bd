"""The command line's reference as Markdown, read from the click commands themselves.

Decides how a command looks on a page. What there is to say is what `--help` says, so nothing here
can be older than the code. The directive that puts it on a page is in `commands`; this part does
not need Sphinx, so that the tests can look at it.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator

import click

from creatoraudit.cli._app import app

Record = tuple[str, str]
Found = tuple[tuple[str, ...], click.Command, click.Context]


def walk(group: click.Group, context: click.Context, path: tuple[str, ...] = ()) -> Iterator[Found]:
    """Every command below a group, groups included, in the order of `--help`."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        if not command.add_help_option:
            continue  # it stands in for a command whose extra is not installed
        inner = click.Context(command, info_name=name, parent=context)
        yield (*path, name), command, inner
        if isinstance(command, click.Group):
            yield from walk(command, inner, (*path, name))


def commands() -> list[Found]:
    """Every command of `creatoraudit`."""
    return list(walk(app, click.Context(app, info_name="creatoraudit")))


def not_installed() -> set[str]:
    """Commands that are left out because their extra is not installed."""
    names = app.list_commands(click.Context(app))
    return {*names} - {path[0] for path, _, _ in commands()}


def examples(command: click.Command) -> list[str]:
    """The command lines that `--help` ends with."""
    lines = (command.epilog or "").replace("\b", "").splitlines()
    starts = (line.strip().removeprefix("Example:").strip() for line in lines)
    return [line for line in starts if line.startswith(("creatoraudit ", "$ creatoraudit "))]


def records(command: click.Command, context: click.Context) -> list[Record]:
    """What `--help` says of each argument and option."""
    found = [parameter.get_help_record(context) for parameter in command.get_params(context)]
    return [record for record in found if record is not None and "--help" not in record[0]]


def shared(found: list[Found]) -> list[Record]:
    """The options that every command which talks to the API has, in their order."""
    talking = [
        records(command, context)
        for _, command, context in found
        if any(parameter.name == "api_key" for parameter in command.params)
        and any(parameter.name == "base_url" for parameter in command.params)
    ]
    first, *others = talking
    return [record for record in first if all(record in other for other in others)]


def page(found: list[Found]) -> str:
    """The whole reference as Markdown, for headings of level two and three."""
    common = shared(found)
    parts = [
        "(connection-options)=",
        "## Options of every command that talks to the API",
        _table(common),
    ]
    for path, command, context in found:
        name = " ".join(("creatoraudit", *path))
        parts += [f"(command-{'-'.join(path)})=", f"{'#' * (len(path) + 1)} {name}"]
        parts.append(_fence("text", f"{name} {' '.join(command.collect_usage_pieces(context))}"))
        parts.append(_prose(command.help or ""))
        own = records(command, context)
        if own_records := [record for record in own if record not in common]:
            parts.append(_table(own_records))
        if len(own_records) < len(own):
            parts.append("And the [options of every command](#connection-options).")
        if lines := examples(command):
            parts.append(_fence("sh", "\n".join(line.removeprefix("$ ") for line in lines)))
    return "\n\n".join(parts) + "\n"


def _prose(text: str) -> str:
    """Help text as Markdown; what click was told not to wrap stays as it is."""
    paragraphs = inspect.cleandoc(text.partition("\f")[0]).split("\n\n")
    shown = []
    for paragraph in paragraphs:
        if paragraph.startswith("\b"):
            shown.append(_fence("text", textwrap.dedent(paragraph.removeprefix("\b").strip("\n"))))
        else:
            shown.append(_escaped(paragraph))
    return "\n\n".join(shown)


def _table(rows: list[Record]) -> str:
    lines = ["| option | |", "| --- | --- |"]
    for names, text in rows:
        code = names.replace("|", r"\|")
        lines.append(f"| `{code}` | {_escaped(' '.join(text.split()))} |")
    return "\n".join(lines)


def _fence(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```"


def _escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>|#" else char for char in text)
