"""Every block of code in the documentation, run against a sandbox and compared with what it shows.

`CREATORAUDIT_UPDATE_DOCS=1` writes what was printed into the pages instead of comparing it.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tomllib
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from support import pages
from support.pages import Block

if TYPE_CHECKING:
    from .conftest import Shell

# Lines of scripts that are left out when they are run, and why that is no loss.
LEFT_OUT: Mapping[str, str] = {
    r"(python3? -m )?pip install ": "it is installed where tests run",
    r"python3 -m venv |\. \.venv/bin/activate$": "so is the environment there",
    r"nox( |$)": "runs these tests, among others",
}
UPDATE = bool(os.environ.get("CREATORAUDIT_UPDATE_DOCS"))
POSIX = pytest.mark.skipif(
    sys.platform == "win32", reason="the pages are written for a POSIX shell"
)


def ids(page: object) -> str:
    return str(page)


BLOCKS = {path: pages.blocks(path) for path in pages.PAGES}
with_python = pytest.mark.parametrize(
    "page",
    [
        page
        for page, found in BLOCKS.items()
        if any(one.language == "python" and one.reason is None for one in found)
    ],
    ids=lambda page: page.relative_to(pages.ROOT).as_posix(),
)
with_commands = pytest.mark.parametrize(
    "page",
    [
        page
        for page, found in BLOCKS.items()
        if any(one.language in ("console", *pages.SCRIPTS) and one.reason is None for one in found)
    ],
    ids=lambda page: page.relative_to(pages.ROOT).as_posix(),
)
every_page = pytest.mark.parametrize(
    "page", pages.PAGES, ids=lambda page: page.relative_to(pages.ROOT).as_posix()
)


def left_out(line: str) -> bool:
    return any(re.match(pattern, line) for pattern in LEFT_OUT)


class Differences:
    """What pages show and what was printed, where the two differ."""

    def __init__(self) -> None:
        self._found: list[tuple[Block, str, str]] = []

    def look(self, block: Block, shown: str, printed: str) -> None:
        if not pages.matches(shown, printed):
            self._found.append((block, shown, printed))

    def settle(self) -> None:
        if UPDATE:
            # From below, so that the lines above stay where they are.
            for one in sorted(self._found, key=lambda one: -one[0].line):
                pages.rewrite(*one)
        elif self._found:
            pytest.fail(
                "\n\n".join(
                    f"{block.where} shows\n{shown}\nbut this was printed:\n{printed}"
                    for block, shown, printed in self._found
                )
            )


# Packages that only some sessions install.
NEEDED = {"tracing.md": "opentelemetry.instrumentation.httpx"}


@with_python
def test_python_of_a_page_runs_and_prints_what_the_page_shows(page, shell: Shell) -> None:
    if page.name in NEEDED:
        pytest.importorskip(NEEDED[page.name])
    found = [pair for pair in pages.with_output(BLOCKS[page]) if pair[0].language == "python"]
    ran = shell.python([block for block, _ in found])
    assert (ran.returncode, ran.stderr) == (0, "")
    differences = Differences()
    for (_, output), printed in zip(found, json.loads(ran.stdout), strict=True):
        if output is not None:
            differences.look(output, output.text, printed)
    differences.settle()


@POSIX
@with_commands
def test_commands_of_a_page_run_and_print_what_the_page_shows(page, shell: Shell) -> None:
    differences = Differences()
    for block, output in pages.with_output(BLOCKS[page]):
        if block.language == "console":
            look_at_commands(block, shell, differences)
        elif block.language in pages.SCRIPTS:
            look_at_script(block, output, shell, differences)
    differences.settle()


def look_at_commands(block: Block, shell: Shell, differences: Differences) -> None:
    wanted = [one for one in pages.commands(block) if not left_out(one.line)]
    ran = shell.commands([one.line for one in wanted])
    assert len(ran) == len(wanted), f"{block.where}: a command ended the shell"
    for command, (code, printed) in zip(wanted, ran, strict=True):
        # A failure must be one that the page shows.
        assert code == 0 or command.shown.strip(), f"{block.where}: {command.line}: {printed}"
        differences.look(block, command.shown, printed)


def look_at_script(
    block: Block, output: Block | None, shell: Shell, differences: Differences
) -> None:
    lines = [line for line in block.text.splitlines() if not left_out(line)]
    if not lines:
        return
    if re.match(r"creatoraudit sandbox( |$)", lines[0]) and len(lines) == 1:
        printed = shell.serve(lines[0])
    else:
        ran = shell.script("\n".join(lines))
        assert ran.returncode == 0, f"{block.where}: {ran.stderr}"
        printed = ran.stdout
    if output is not None:
        differences.look(output, output.text, printed)


@every_page
def test_every_block_is_run_or_read_or_says_why_not(page) -> None:
    shown = {output for _, output in pages.with_output(BLOCKS[page])}
    for block in BLOCKS[page]:
        if block.reason is None and block not in shown:
            assert block.language in (*pages.RUN, *pages.DATA), block.where


@every_page
def test_data_of_a_page_is_well_formed(page) -> None:
    for block in BLOCKS[page]:
        if block.language == "json":
            json.loads(block.text)
        elif block.language == "toml":
            tomllib.loads(block.text)
        elif block.language == "yaml":
            yaml = pytest.importorskip("yaml")
            assert yaml.safe_load(block.text)


def test_blocks_that_are_not_run_are_these() -> None:
    """A new one is added here, so that somebody thinks about it."""
    found = {
        (block.page.as_posix(), block.reason)
        for page in pages.PAGES
        for block in BLOCKS[page]
        if block.reason is not None
    }
    assert found == {
        ("README.md", "installs from the clone; tests/packaging runs what comes after that"),
        ("README.md", "runs these very tests"),
        ("docs/architecture.md", "a drawing"),
        ("docs/guides/history.md", "a drawing"),
        ("docs/ci.md", "it waits for the API's rate; the tests of the command cover it"),
        ("docs/ci.md", "it needs the contract extra, and is tested where that is installed"),
        ("docs/guides/weekly-digest.md", "a crontab is not a shell script"),
        ("docs/sandbox.md", "a file"),
        ("docs/sandbox.md", "what the file reads like"),
        ("docs/troubleshooting.md", "the file is not here"),
        (
            "docs/troubleshooting.md",
            "asks a name server; tests/docs/test_newcomer.py does the same on loopback",
        ),
        ("docs/troubleshooting.md", "the extra is installed here; tests/cli hides it"),
    }


def test_lines_that_are_left_out_are_there() -> None:
    lines = [
        line.removeprefix("$ ")
        for found in BLOCKS.values()
        for block in found
        if block.language in ("console", *pages.SCRIPTS) and block.reason is None
        for line in block.text.splitlines()
    ]
    for pattern in LEFT_OUT:
        assert any(re.match(pattern, line) for line in lines), pattern


@every_page
def test_blocks_start_at_the_margin_and_name_their_language(page) -> None:
    """Indented ones would be neither run nor highlighted."""
    inside = False
    for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
        where = f"{page.name}:{number}"
        if line.startswith("```"):
            assert inside or line.strip("`"), where
            inside = not inside
        elif not inside:
            assert not line.startswith(("    ", "\t")), where
            assert "```" not in line, where


def test_output_is_compared_with_what_is_shown() -> None:
    assert pages.matches("1 post\n", "1 post \n\n")
    assert pages.matches("id ... of\n...\nend\n", "id 17 of\na\nb\nend\n")
    assert not pages.matches("1 post\n", "2 posts\n")
    assert not pages.matches("a.c\n", "abc\n")
    assert not pages.matches("", "something\n")
