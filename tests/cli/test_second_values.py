"""A second value of an option is not dropped in silence; numbers are refused in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from creatoraudit.cli._app import app
from creatoraudit.cli._click import Command
from support import answers, extras

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.server import ScriptedServer

    from .conftest import Here

ID = answers.video_id(1)


def commands(group: click.Command, above: click.Context, *path: str) -> Iterator[tuple[str, ...]]:
    """The words of every command."""
    if not isinstance(group, click.Group):
        yield path
        return
    for name in group.list_commands(above):
        one = group.get_command(above, name)
        assert one is not None
        yield from commands(one, click.Context(one, parent=above), *path, name)


EVERY = list(commands(app, click.Context(app)))


def found(path: tuple[str, ...]) -> click.Command:
    command: click.Command | None = app
    for name in path:
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command), name)
    assert command is not None
    return command


@pytest.mark.parametrize("words", extras.table(map(" ".join, EVERY)))
def test_every_option_with_one_value_refuses_a_second_one(here: Here, words: str) -> None:
    path = tuple(words.split())
    command = found(path)
    assert isinstance(command, Command)
    for option in command.params:
        if not isinstance(option, click.Option) or option.multiple or option.is_flag:
            continue
        for second in option.opts:
            ran = here(*path, option.opts[0], "1", second, "2")
            assert ran.code == 2
            names = dict.fromkeys((option.opts[0], second))
            said = " and ".join(names) + (" are given" if len(names) > 1 else " is given twice")
            assert f"creatoraudit: {said}" in ran.complaint
            assert "which one is meant?" in ran.complaint


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ("videos list --limit 3 --max-items 5", "--limit and --max-items are given together"),
        ("videos list --limit=3 --limit=5", "--limit is given twice"),
        ("videos list --active --paused", "--active and --paused are given together"),
        ("drift a b --baseline x --accept y", "--baseline and --accept are given together"),
        (f"videos update {ID} --set a=1 --set a=2", "--set gives 'a' twice"),
        ("videos track x --metadata a=1 --metadata a=2", "--metadata gives 'a' twice"),
        (
            f"videos update {ID} --active --set is_active=false",
            "--active and --set is_active are given together",
        ),
        ("api POST /creators -f a[b]=1 -f a[b]=2", "'a[b]' is given twice"),
        ("whoami --sandbox --base-url http://x", "--sandbox does not go with --base-url"),
        ("whoami --sandbox --api-key x", "--sandbox does not go with --api-key"),
        ("whoami --org x --seed 2", "--org does not go with --seed"),
    ],
)
def test_values_that_exclude_each_other_are_refused(here: Here, args: str, says: str) -> None:
    ran = here(*args.split())
    assert (ran.code, says in ran.complaint) == (2, True)


def test_same_value_twice_is_one_value(here: Here, serve: Callable[..., ScriptedServer]) -> None:
    server = serve(answers.page([answers.video(1)]))
    args = ("--limit", "3", "--max-items", "3", "--q", "a", "--q=a", "--active", "--active")
    assert here("videos", "list", *args, at=server).code == 0
    assert server.requests[0].query == {"limit": ["3"], "q": ["a"], "is_active": ["true"]}


def test_query_in_the_path_and_fields_are_sent_together(
    here: Here, serve: Callable[..., ScriptedServer]
) -> None:
    server = serve(answers.page([]))
    here("api", "GET", "/videos?sort=a&q=x", "-f", "sort=b", at=server)
    assert server.requests[0].query == {"sort": ["a", "b"], "q": ["x"]}


def test_former_name_is_neither_in_the_help_nor_completed(here: Here) -> None:
    said = here("videos", "list", "--help").out
    assert "--limit N" in said
    assert "--max-items" not in said
    command = found(("videos", "list"))
    completed = {one.value for one in command.shell_complete(click.Context(command), "--")}
    assert "--limit" in completed
    assert "--max-items" not in completed


@pytest.mark.parametrize(
    ("args", "says"),
    extras.table(
        [
            ("videos list --max-items=0", "--max-items must be at least 1, not 0"),
            ("sandbox --accounts=-1", "--accounts must be at least 0, not -1"),
            ("sandbox --port 70000", "--port must be between 0 and 65535, not 70000"),
            ("sandbox --organizations few", "--organizations must be a whole number, not 'few'"),
            ("sandbox --latency-ms=-1", "--latency-ms must be a number, at least 0, not '-1'"),
            ("sandbox --jitter-ms inf", "--jitter-ms must be a number, at least 0, not 'inf'"),
            ("sandbox --rate-window 0", "--rate-window must be a number, more than 0, not '0'"),
            ("sandbox --seed x", "--seed must be a whole number, not 'x'"),
            ("whoami --sandbox --seed 1.5", "--seed must be a whole number, not '1.5'"),
            ("contract --rate x", "--rate must be a number, at least 0 and at most 1000, not 'x'"),
            ("contract --rate 1001", "--rate must be a number, at least 0 and at most 1000, not"),
            ("contract --random-seed x", "--random-seed must be a whole number, not 'x'"),
            ("export deltas --window x", "--window must be a whole number, not 'x'"),
        ]
    ),
)
def test_number_is_refused_in_plain_words(here: Here, args: str, says: str) -> None:
    ran = here(*args.split())
    assert (ran.code, says in ran.complaint) == (2, True), ran.err


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_no_help_has_the_wording_of_click_for_bounds(here: Here, path: tuple[str, ...]) -> None:
    said = here(*path, "--help").out
    assert ">=" not in said
    assert "<=" not in said
