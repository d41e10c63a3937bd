"""Options and arguments that commands share.

It makes options from the bounds of the contract, and reads lists of ids and files with one entry
per line.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeVar

import click

from ..errors import UsageError
from ._accounts import METAVAR
from ._click import Command, Decorator, OneOf, Whole, choice_option, in_options, shown, together
from ._connect import connection_options
from ._output import output_options

if TYPE_CHECKING:
    from creatoraudit_api.operations import Operation

T = TypeVar("T")


def examples(*commands: str) -> str:
    """The examples at the end of a command's help."""
    lines = "\n".join(commands)
    return f"Example{'s' if len(commands) > 1 else ''}:\n\n\b\n{lines}"


def command(
    name: str,
    says: str,
    usage: Sequence[str],
    run: Callable[..., object],
    *parameters: Decorator,
) -> click.Command:
    """Make a command with its own parameters and those for output and connection."""
    run = together(*parameters, output_options, connection_options)(run)
    return click.command(name, cls=Command, help=says, epilog=examples(*usage))(run)


def from_contract(
    operation: Operation[Any],
    name: str,
    says: str,
    flag: str | None = None,
) -> Decorator:
    """Make an option for an argument or body member, with choices and bounds of the contract."""
    bound = operation.bounds[name]
    declared = flag or "--" + name.replace("_", "-")
    if bound.kind == "object":
        return click.option(
            declared, name, multiple=True, callback=_tags, metavar="KEY=VALUE", help=says
        )
    if bound.kind == "boolean":
        return click.option(declared, name, default=None, help=says)
    kind: click.ParamType[Any] | None = None
    if bound.choices:
        kind = OneOf(bound.choices)
    elif bound.kind == "integer":
        kind = Whole(bound.minimum, bound.maximum)
    wide = sum(map(len, bound.choices)) > _WIDE
    if wide:
        says = f"{says} One of {', '.join(bound.choices)}."
    metavar = _METAVAR.get(bound.kind)
    if bound.choices:
        metavar = "NAME" if wide else None
    elif bound.format == "uuid":
        metavar = "ID"
    if name == "account_id":
        metavar = METAVAR
    return click.option(declared, name, type=kind, metavar=metavar, help=says)


_WIDE = 40  # Longer lists of choices are in the help text instead of the option name.
_METAVAR: Mapping[str, str] = {"integer": "N", "string": "TEXT"}


def given(options: Mapping[str, object], names: Sequence[str]) -> dict[str, Any]:
    """The options among `names` that were given."""
    return {name: options[name] for name in names if options[name] is not None}


def pairs(value: Sequence[str], option: str) -> Iterator[tuple[str, str]]:
    """Split each NAME=VALUE into name and value.

    Raises:
        click.BadParameter: One of them has another form.
    """
    for one in value:
        name, equals, text = one.partition("=")
        if not name or not equals:
            raise click.BadParameter(f"{one!r} is not {option}")
        yield name, text


def by_name(given: Iterable[tuple[str, str]], parameter: click.Parameter) -> dict[str, str]:
    """Collect values by name.

    Raises:
        click.UsageError: A name has two different values.
    """
    collected: dict[str, str] = {}
    for name, text in given:
        if collected.setdefault(name, text) != text:
            raise click.UsageError(
                f"{shown(parameter)} gives {name!r:.60} twice; which one is meant?"
            )
    return collected


def _tags(
    context: click.Context, parameter: click.Parameter, value: Sequence[str]
) -> dict[str, str] | None:
    del context
    return by_name(pairs(value, "KEY=VALUE"), parameter) or None


def members(
    context: click.Context, parameter: click.Parameter, value: Sequence[str]
) -> dict[str, object] | None:
    """Read NAME=VALUE members; a value is read as JSON if possible, else as text."""
    del context
    given = by_name(pairs(value, "NAME=VALUE"), parameter)
    return {name: json_or_text(text) for name, text in given.items()} or None


def json_or_text(text: str) -> object:
    """Read a value as JSON if possible, else as text."""
    try:
        value: object = json.loads(text)
    except ValueError:
        return text
    return value


class Line(NamedTuple):
    """A line of a file with its number, from 1."""

    number: int
    text: str


file_option = click.option(
    "--file",
    type=click.File("rb"),
    metavar="FILE",
    help="Read them from a file, one per line; - is standard input. Blank lines and lines that"
    " start with # are skipped.",
)


day_options = together(
    click.option("--start-date", metavar="DAY", help="First UTC day, such as 2026-06-01."),
    click.option("--end-date", metavar="DAY", help="Last UTC day, included."),
)
windows_option = click.option(
    "--window",
    "windows",
    type=Whole(1, 365),
    multiple=True,
    metavar="DAYS",
    help="Look-back window of the deltas; repeatable (default 1, 7, 14 and 30).",
)
via_option = choice_option(
    "--via", of=["post", "get"], says="How to ask for deltas: get for a key that may not POST."
)


def lines_of(file: BinaryIO) -> Iterator[Line]:
    """Read the lines of a UTF-8 file, without blank lines and comments.

    Raises:
        click.UsageError: The file is not UTF-8 text.
    """
    for number, raw in enumerate(file, 1):
        try:
            # Files from Windows begin with a byte order mark.
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8").strip()
        except UnicodeDecodeError:
            raise click.UsageError(
                f"{file.name}, line {number} is not UTF-8 text; save the file as UTF-8"
            ) from None
        if text and not text.startswith("#"):
            yield Line(number, text)


def ids_from(arguments: Sequence[str], file: BinaryIO | None, check: Callable[[str], T]) -> list[T]:
    """Read and check ids from arguments and a file, without a heading `id` in the file.

    Raises:
        click.UsageError: There are none, or one is not an id. Nothing was sent.
    """
    ids = [check(one) for one in arguments]
    for line in () if file is None else lines_of(file):
        if line == Line(1, "id"):
            continue
        try:
            ids.append(check(line.text))
        except UsageError as error:
            assert file is not None
            said = in_options(str(error))
            raise click.UsageError(f"{file.name}, line {line.number}: {said}") from None
    if not ids and file is not None:
        raise click.UsageError(f"there are no ids in {file.name}; it takes one per line")
    if not ids:
        raise click.UsageError("no ids; give some, or --file FILE with one per line")
    return ids
