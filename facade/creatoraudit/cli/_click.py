"""The click classes of this command line: commands, groups and parameter types.

Their messages name options and arguments as they are typed on the command line and explain invalid
values in the library's words. No suggestion names a command that destroys something.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from difflib import get_close_matches
from typing import Any, TypeAlias

import click

from ..errors import CreatorAuditError, UsageError

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
_METHOD = re.compile(r"\b(accounts|videos|creators)\.([a-z]+)\(\)")
_IDS = frozenset({"account_id", "creator_id", "video_id", "account_ids", "video_ids"})
# Arguments for which not every command has a parameter.
_EVERYWHERE: Mapping[str, str] = {"api_key": "--api-key", "base_url": "--base-url"}


class Command(click.Command):
    """A command that reports errors of the library with the names of its own options."""

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


def _positive(text: str) -> float | None:
    number = float(text)
    return number if 0 < number < math.inf else None


def _ratio(text: str) -> float | None:
    percent = _positive(text.strip().removesuffix("%"))
    return None if percent is None else percent / 100


SECONDS = Parsed("seconds", _positive, "a number of seconds, more than 0")
# Growth, such as `50%` or `50`, as the ratio that the library takes.
PERCENT = Parsed("percent", _ratio, "a percentage such as 50%")


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
        return f"{shown(error.param)} {error.message}"
    message = error.format_message()
    # Messages of click begin with a capital; ours follow a program name and do not.
    if isinstance(error, click.UsageError) and type(error) is not click.UsageError:
        message = message[0].lower() + message[1:]
    return message if message.endswith("...") else message.removesuffix(".")


def shown(parameter: click.Parameter) -> str:
    """The name of a parameter as it is typed: its longest option, or its name in the usage line."""
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    return (parameter.metavar or parameter.name or "").strip("[].")


def in_options(message: str) -> str:
    """Rewrite a library message with the option names of the running command."""
    context = click.get_current_context(silent=True)
    names = dict(_EVERYWHERE)
    for parameter in () if context is None else context.command.params:
        if parameter.name:
            names[parameter.name] = shown(parameter)

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
