"""The click classes of this command line: commands, groups and parameter types.

Their messages name options and arguments as they are typed on the command line and explain invalid
values in the library's words. No suggestion names a command that destroys something.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard

import click

from ..errors import CreatorAuditError, UsageError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Decorator: TypeAlias = Callable[[Callable[..., object]], Callable[..., object]]

# Commands that are never suggested for a mistyped word.
_DESTRUCTIVE = frozenset({"delete", "unlink"})
# A library argument as messages write it: `name=`, a word with an underscore, or a plain word that
# cannot be an ordinary one.
_PASSED = re.compile(r"\b([a-z_]+)=(True\b|\"[\w-]+\"|'[\w-]+'|)")
# In double quotes stands what a file says.
_LONG = re.compile(r"(?:\beach of )?(?<!\")\b([a-z]+(?:_[a-z]+)+)\b")
_PLAIN = re.compile(
    r"(?<![\w-])([a-z]+)(?= (?:must be|goes? with|does not go with|do not go with)\b)"
    r"|(?:(?<=\[)|(?<=, ))([a-z]+)(?=: )"
)
# The request that a command needs a key for is not what was typed.
_NO_KEY = re.compile(r"^[\w ]+(?= needs an API key)")
_METHOD = re.compile(r"\b(accounts|videos|creators)\.([a-z]+)\(\)")
_IDS = frozenset({"account_id", "creator_id", "video_id", "account_ids", "video_ids"})
# Where the context of a command keeps the command line.
_ARGS = "creatoraudit.cli.args"
# Arguments for which not every command has a parameter.
_EVERYWHERE: Mapping[str, str] = {
    "api_key": "--api-key",
    "base_url": "--base-url",
    "retry_budget": "--timeout",  # it grows with the budget
}


class Command(click.Command):
    """A command that reports errors of the library with the names of its own options.

    Numbers get the types of this module. An option that takes one value is refused when it is given
    two different ones, because it is unclear which is meant.
    """

    def __init__(self, *args: Any, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        for parameter in self.params:
            parameter.type = _in_our_words(parameter.type)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the command line.

        Raises:
            click.UsageError: It is not valid.
        """
        ctx.meta[_ARGS] = args = list(args)
        if not ctx.resilient_parsing:
            self._refuse_second_values(ctx, args)
        return super().parse_args(ctx, list(args))

    def _refuse_second_values(self, ctx: click.Context, args: list[str]) -> None:
        parameters = self.get_params(ctx)
        options = [_collecting(one) for one in parameters if _takes_one(one)]
        others = [one for one in parameters if not _takes_one(one)]
        probe = click.Command(self.name, params=[*options, *others], add_help_option=False)
        values, _, _ = probe.make_parser(ctx).parse_args(list(args))
        for option in options:
            given = values.get(option.name or "")
            if isinstance(given, list) and len(set(given)) > 1:
                raise click.UsageError(_second(option, args), ctx)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete options, but not their former names."""
        former = {name for one in self.params if isinstance(one, Renamed) for name in one.opts[1:]}
        completed = super().shell_complete(ctx, incomplete)
        return [one for one in completed if one.value not in former]

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command.

        Raises:
            click.UsageError: The library refused an argument.
        """
        try:
            return super().invoke(ctx)
        except UsageError as error:
            raise click.UsageError(in_options(error.message), ctx) from None
        except CreatorAuditError as error:
            error.message = in_options(error.message)
            raise


class Renamed(click.Option):
    """An option whose former names, which follow the first, are not in the help."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The option and its text in the help."""
        present = copy(self)
        present.opts = self.opts[:1]
        return click.Option.get_help_record(present, ctx)


def _takes_one(parameter: click.Parameter) -> TypeGuard[click.Option]:
    """Whether a parameter is an option of which only the last value would count."""
    if not isinstance(parameter, click.Option) or parameter.multiple or parameter.nargs != 1:
        return False
    return not parameter.is_flag or bool(parameter.secondary_opts)


def _collecting(option: click.Option) -> click.Option:
    made = copy(option)
    made.multiple = True
    return made


def _second(option: click.Option, args: Sequence[str]) -> str:
    """Describe an option with two values, which may be secret, by the names that were typed."""
    typed = _typed(option, args)
    if len(typed) > 1:
        return f"{' and '.join(typed)} are given together; which one is meant?"
    return f"{typed[0] if typed else shown(option)} is given twice; which one is meant?"


def _typed(parameter: click.Parameter, args: Sequence[str]) -> list[str]:
    """The names of an option that are among the arguments of a command line."""
    names = [*parameter.opts, *parameter.secondary_opts]
    return [name for name in names if any(arg.partition("=")[0] == name for arg in args)]


class Group(click.Group):
    """A group that suggests commands for a mistyped one, but none that destroys anything.

    Attributes:
        elsewhere: Hints for words that people try here.
    """

    def __init__(
        self, *args: Any, elsewhere: Mapping[str, str] | None = None, **attributes: Any
    ) -> None:
        super().__init__(*args, **attributes)
        self.elsewhere = elsewhere or {}

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command of a name.

        Raises:
            click.UsageError: It does not exist; the message suggests a similar one.
        """
        if self.get_command(ctx, args[0]) is not None or args[0].startswith("-"):
            return super().resolve_command(ctx, args)
        said = f"there is no command {args[0]!r}"
        if there := self.elsewhere.get(args[0]):
            raise click.UsageError(f"{said}; use: {there}", ctx)
        harmless = [name for name in self.list_commands(ctx) if name not in _DESTRUCTIVE]
        near = get_close_matches(args[0], harmless, n=1)
        raise click.UsageError(f"{said}; did you mean {near[0]!r}?" if near else said, ctx)


class Whole(click.IntRange):
    """A whole number, with optional bounds."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Convert the text to a number.

        Raises:
            click.BadParameter: It is not a whole number, or out of bounds.
        """
        try:
            number = int(value)
        except ValueError:
            raise click.BadParameter(
                f"must be a whole number, not {value!r:.40}", ctx, param
            ) from None
        least, most = self.min, self.max
        if (least is None or number >= least) and (most is None or number <= most):
            return number
        allowed = self._describe_range().replace(" to ", " and ")
        between = "between " if " and " in allowed else ""
        raise click.BadParameter(f"must be {between}{allowed}, not {number}", ctx, param)

    def _describe_range(self) -> str:
        """The bounds as shown in the help."""
        if self.min is None:
            return ""
        return (
            f"at least {self.min:.0f}" if self.max is None else f"{self.min:.0f} to {self.max:.0f}"
        )


class Parsed(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic from click 8.3 on
    """A value in a notation of its own.

    Args:
        name: What it is.
        read: Reads the text; it returns None or raises ValueError for one that is not valid.
        must: What the text must be, for the message.
    """

    def __init__(self, name: str, read: Callable[[str], object], must: str) -> None:
        self.name = name
        self._read = read
        self._must = must

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Convert the text of the option.

        Raises:
            click.BadParameter: It is not valid.
        """
        with suppress(ValueError):
            if (found := self._read(str(value))) is not None:
                return found
        raise click.BadParameter(f"must be {self._must}, not {value!r:.40}", ctx, param)


class FilePath(click.Path):  # type: ignore[type-arg,unused-ignore]  # generic from click 8.3 on
    """A path, which is not empty: that would be the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Check the path.

        Raises:
            click.BadParameter: It is empty, or of a folder where a file is meant or the reverse.
        """
        if not value:
            what = "file" if self.file_okay else "folder"
            raise click.BadParameter(f"must be the name of a {what}, not ''", ctx, param)
        return super().convert(value, param, ctx)


def _positive(text: str) -> float | None:
    number = float(text)
    return number if 0 < number < math.inf else None


def _ratio(text: str) -> float | None:
    percent = _positive(text.strip().removesuffix("%"))
    return None if percent is None else percent / 100


SECONDS = Parsed("seconds", _positive, "a number of seconds, more than 0")
# Growth, such as `50%` or `50`, as the ratio that the library takes.
PERCENT = Parsed("percent", _ratio, "a percentage such as 50%")


def _in_our_words(kind: Any) -> Any:
    """The type of this module for a type of click whose messages have another wording."""
    if type(kind) in (click.types.IntParamType, click.IntRange):
        return Whole(getattr(kind, "min", None), getattr(kind, "max", None))
    if type(kind) in (click.types.FloatParamType, click.FloatRange):
        return _number(kind)
    if type(kind) is click.Path:
        return FilePath(file_okay=kind.file_okay, dir_okay=kind.dir_okay, path_type=kind.type)
    return kind


def _number(kind: Any) -> Parsed:
    """A number with the lower bound of a type of click, and its upper one."""
    least, most = (getattr(kind, name, None) for name in ("min", "max"))
    is_open = getattr(kind, "min_open", False)
    bounds = f", {'more than' if is_open else 'at least'} {least:g}" if least is not None else ""
    bounds += f" and at most {most:g}" if most is not None else ""

    def read(text: str) -> float | None:
        number = float(text)
        low = least is not None and (number < least or (is_open and number == least))
        high = most is not None and number > most
        return None if low or high or not math.isfinite(number) else number

    return Parsed("number", read, f"a number{bounds}")


class OneOf(click.Choice):  # type: ignore[type-arg,unused-ignore]  # generic from click 8.2 on
    """One of some words."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """The message for any other word; click 8.2 and later call this."""
        del ctx
        return f"must be one of {', '.join(map(str, self.choices))}, not {str(value)!r:.40}"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Check the word.

        Raises:
            click.BadParameter: It is not one of the words.
        """
        if value not in self.choices:
            raise click.BadParameter(self.get_invalid_choice_message(value, ctx), ctx, param)
        return value


def choice_option(
    *names: str, of: Sequence[str], says: str | None = None, default: str | None = None
) -> Decorator:
    """Make an option that takes one of some words, by default the first."""
    return click.option(
        *names, type=OneOf(of), default=default or of[0], show_default=True, help=says
    )


def number_option(
    name: str, least: int, most: int | None = None, *, default: int, says: str, metavar: str = "N"
) -> Decorator:
    """Make an option that takes a whole number within bounds."""
    return click.option(
        name,
        type=Whole(least, most),
        default=default,
        show_default=True,
        metavar=metavar,
        help=says,
    )


def together(*options: Decorator) -> Decorator:
    """Combine options, in the order of the help, so that several commands can share them."""

    def decorated(command: Callable[..., object]) -> Callable[..., object]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorated


def told(error: click.ClickException) -> str:
    """The message of a click error, without its heading."""
    if isinstance(error, click.BadParameter) and error.message.startswith("must be "):
        assert error.param is not None
        typed = _typed(error.param, error.ctx.meta.get(_ARGS, ())) if error.ctx else []
        return f"{typed[0] if len(typed) == 1 else shown(error.param)} {error.message}"
    message = error.format_message()
    # Messages of click begin with a capital; ours follow a program name and do not.
    if isinstance(error, click.UsageError) and type(error) is not click.UsageError:
        message = message[0].lower() + message[1:]
    return message if message.endswith("...") else message.removesuffix(".")


def shown(parameter: click.Parameter) -> str:
    """The name of a parameter as it is typed: its first long option, or its name in the usage."""
    if isinstance(parameter, click.Option):
        return next((one for one in parameter.opts if one.startswith("--")), parameter.opts[0])
    return (parameter.metavar or parameter.name or "").strip("[].")


def in_options(message: str) -> str:
    """Rewrite a library message with the running command's name and those of its options."""
    context = click.get_current_context(silent=True)
    names = dict(_EVERYWHERE)
    if context is not None:
        message = _NO_KEY.sub(context.command_path.partition(" ")[2], message)
        options = {one.name: shown(one) for one in context.command.params if one.name}
        names |= options

    def passed(found: re.Match[str]) -> str:
        option, value = names.get(found[1]), found[2].strip("\"'")
        if option is None:
            return found[0]
        return option if value in ("", "True") else f"{option} {value}"

    def long(found: re.Match[str]) -> str:
        return names.get(found[1]) or ("ID" if found[1] in _IDS else found[0])

    def plain(found: re.Match[str]) -> str:
        return names.get(found[1] or found[2]) or found[0]

    message = _METHOD.sub(r"creatoraudit \1 \2", message)
    return _LONG.sub(long, _PLAIN.sub(plain, _PASSED.sub(passed, message)))
