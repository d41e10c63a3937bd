"""Help texts, examples that run, shell completion, and the time that help takes."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from creatoraudit import CreatorAudit
from creatoraudit.cli._app import _EXTRAS, app
from creatoraudit.cli._extras import missing
from creatoraudit.cli._output import FORMS
from creatoraudit.cli._resource import OTHER_ID, SAMPLE_ID
from creatoraudit.snapshot import land, plan

if TYPE_CHECKING:
    from creatoraudit_sandbox import Sandbox

    from .conftest import Cli, Here

# Run for ever, or for minutes; they have tests of their own.
_ENDLESS = ("sandbox", "contract")
_OWN_FORMS = {"completion", "sandbox", "export", "contract", "drift", "api", "run", "views"}
_EXAMPLE = re.compile(r'^\s*(?:eval "\$\()?(creatoraudit .*?)(?:\)")?$', re.MULTILINE)
_numbers = itertools.count()
_FILES = {
    "accounts": "https://www.instagram.com/one\nhttps://www.tiktok.com/@two\n",
    "videos": "https://www.tiktok.com/@one/video/1\nhttps://www.tiktok.com/@one/video/2\n",
}


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command that is installed here, with the words it is called by."""

    def below(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
        yield path, command
        if isinstance(command, click.Group):
            with click.Context(command) as context:
                for name in command.list_commands(context):
                    found = command.get_command(context, name)
                    assert found is not None
                    yield from below(f"{path} {name}", found)

    for path, command in below("creatoraudit", app):
        name = path.partition(" ")[2].partition(" ")[0]
        if not name or not missing(_EXTRAS.get(name, "cli")):
            yield path, command


def examples(command: click.Command) -> list[str]:
    return _EXAMPLE.findall(command.epilog or "")


ALL = dict(commands())
# One that talks to the API, per command.
_NEED_NO_KEY = ("api GET /health", "creatoraudit organizations", "creatoraudit snapshot")
TALKING = [
    lines[0].replace(" --sandbox", "").partition(" > ")[0]
    for path, command in ALL.items()
    if (
        lines := [one for one in examples(command) if not any(name in one for name in _NEED_NO_KEY)]
    )
    and not {"completion", "drift", *_ENDLESS} & set(path.split())
]
RUN = [
    pytest.param(path, example, id=example)
    for path, command in ALL.items()
    for example in examples(command)
    if not set(_ENDLESS) & set(path.split())
]


@pytest.mark.parametrize("path", ALL)
def test_every_help_says_what_it_does_and_has_an_example_of_it(here: Here, path: str) -> None:
    shown = here(*path.split()[1:], "--help")
    assert shown.code == 0
    assert (ALL[path].help or "").strip()
    assert any(f"{path} " in f"{line} " for line in examples(ALL[path]))
    for line in examples(ALL[path]):
        assert line in shown.out  # not wrapped: it can be copied
    assert "None" not in shown.out
    assert "RANGE" not in shown.out  # what click calls a number with bounds


@pytest.mark.parametrize("path", ALL)
def test_every_help_fits_80_columns(here: Here, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = here(*path.split()[1:], "--help")
    assert [line for line in shown.out.splitlines() if len(line) > 80] == []


def test_option_says_what_it_does_to_a_list_and_what_to_one_of_it(here: Here) -> None:
    def platform(verb: str) -> str:
        shown = here("accounts", verb, "--help").out.partition("--platform [instagram|tiktok]")[2]
        return " ".join(shown.partition("--")[0].split())

    assert platform("list") == "One platform only."
    assert platform("track") == "Where it is; the URL of a post or profile says so itself."


@pytest.mark.parametrize(
    "path",
    [
        path
        for path, command in ALL.items()
        if not isinstance(command, click.Group)
        # A script, a server, files, a verdict, raw JSON and SQL have forms of their own.
        and not _OWN_FORMS & set(path.split())
    ],
)
def test_every_result_can_be_had_in_every_form(path: str) -> None:
    options = {option.name: option for option in ALL[path].params}
    forms = options["form"].type
    assert isinstance(forms, click.Choice)
    assert tuple(forms.choices) == FORMS == ("table", "json", "jsonl", "csv")
    raw = options["raw"]
    assert isinstance(raw, click.Option)
    assert "formula" in (raw.help or "")


@pytest.mark.parametrize(("path", "example"), RUN)
def test_every_example_works(
    here: Here, own: Sandbox, inside: Path, path: str, example: str
) -> None:
    kinds = {"videos": "videos", "creators": "creators", "deltas": "videos"}
    kind = next((kinds[word] for word in example.split() if word in kinds), "accounts")
    with CreatorAudit(own.api_key, base_url=own.base_url) as client:
        account = client.accounts.track(f"sample{next(_numbers)}", platform="tiktok").id
        creator = client.creators.create("Sample").id
        video = next(one for one in client.videos.list() if one.last_scrape_time)
        post = next(one for one in client.account_videos.list() if one.platform == "tiktok")
        assert post.platform_data
        first = {"creators": creator, "videos": video.id}
        if "@acme" in example:
            for before in client.accounts.list(q="acme"):
                client.accounts.delete(before.id)
            client.accounts.track("acme", platform="tiktok")
        if "unlink" in path:
            (named,) = client.accounts.list(q="acme")
            client.creators.link(creator, named.id)
    chosen = first.get(kind, account)
    (inside / "ids.txt").write_text(chosen)
    (inside / "key").write_text(own.api_key)
    (inside / "creatoraudit.toml").write_text(
        f'[organizations.acme]\nkey = "file:key"\nbase_url = "{own.base_url}"\n'
    )
    (inside / "urls.txt").write_text(_FILES.get(kind, ""))
    if path.startswith("creatoraudit snapshot"):
        # Late: the day may end between two commands.
        units = plan(what=["videos", "account-videos"], late=dt.timedelta(hours=1))
        if " run " not in example:
            assert land(units, inside / "history").ok
        example = example.replace("2026-11-26", units[0].day.isoformat())
        late = "" if "--late" in example else " --late 1h"
        example = example.replace(" run --to", f" run{late} --to")
    for name in ("old.json", "new.json", "new.yaml"):
        (inside / name).write_text('{"openapi": "3.1.0", "paths": {}}')
    line = example.replace(SAMPLE_ID, chosen).replace(OTHER_ID, account)
    line = line.replace("712345", str(post.platform_data["internal_id"]))
    piped = ""
    for part in line.replace(" --sandbox", "").split(" | "):
        ran = here(*shlex.split(part.partition(" > ")[0])[1:], at=own, stdin=piped)
        assert ran.code == 0, ran.err
        piped = ran.out


@pytest.mark.parametrize("example", TALKING)
@pytest.mark.usefixtures("waits", "inside")
def test_first_mistakes_are_one_line_that_says_what_to_do(
    here: Here, own: Sandbox, example: str
) -> None:
    args = shlex.split(example)[1:]
    at = ("--base-url", own.base_url)
    without_a_key = here(*args, *at)
    assert without_a_key.code == 2
    assert "set CREATORAUDIT_API_KEY, or pass --api-key" in without_a_key.complaint
    wrong_key = here(*args, *at, "--api-key", "not-a-key")
    assert wrong_key.code == 1
    assert "check the key in --api-key" in wrong_key.complaint
    assert "not-a-key" not in wrong_key.complaint
    no_network = here(*args, "--base-url", "http://127.0.0.1:9/v2", "--api-key", "any")
    assert no_network.code == 1
    assert "check the network, its proxy settings and --base-url" in no_network.complaint
    no_url = here(*args, "--base-url", "api.example.com", "--api-key", "any")
    assert no_url.code == 2
    assert "--base-url 'api.example.com' is not an http(s) URL" in no_url.complaint


def test_help_and_completion_import_nothing_that_is_slow(cli: Cli) -> None:
    slow = {"httpx", "anyio", "rich", "jinja2", "filelock", "pyarrow", "uvicorn", "schemathesis"}
    code = (
        "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr));"
        " from creatoraudit.cli._app import run; run(sys.argv[1:])"
    )
    for args, env in (
        (["--help"], {}),
        (["accounts", "list", "--help"], {}),
        ([], {"_CREATORAUDIT_COMPLETE": "bash_complete", "COMP_WORDS": "x ", "COMP_CWORD": "1"}),
    ):
        ran = subprocess.run(
            [sys.executable, "-c", code, *args],
            env=cli.environment(None, env),
            capture_output=True,
            text=True,
            check=True,
        )
        assert ran.stdout
        assert not slow & set(ran.stderr.split())


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_completion_works_in_bash(cli: Cli, tmp_path: Path) -> None:
    program = tmp_path / "creatoraudit"
    words = " ".join(f"'{word}'" for word in cli.command(anew=True))
    program.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
    program.chmod(0o755)

    def complete(*typed: str) -> str:
        return (
            f"COMP_WORDS=({' '.join(typed)}); COMP_CWORD={len(typed) - 1}; COMPREPLY=();"
            ' _creatoraudit_completion creatoraudit; echo "${COMPREPLY[@]}"'
        )

    script = "\n".join(
        [
            'eval "$(creatoraudit completion bash)"',
            "complete -p creatoraudit",
            complete("creatoraudit", "acc"),
            complete("creatoraudit", "videos", "tr"),
            complete("creatoraudit", "videos", "list", "--platform", "in"),
            complete("creatoraudit", "metrics", "videos", "--start"),
        ]
    )
    ran = subprocess.run(
        ["bash", "--norc", "-c", script],
        env=cli.environment(None, {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}),
        capture_output=True,
        text=True,
        check=True,
    )
    said = ran.stdout.splitlines()
    assert said[0].endswith("-F _creatoraudit_completion creatoraudit")
    assert said[1:] == ["account-videos accounts", "track", "instagram", "--start-date"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_completion_of_other_shells(here: Here, shell: str) -> None:
    ran = here("completion", shell)
    assert ran.code == 0
    assert "_CREATORAUDIT_COMPLETE" in ran.out
