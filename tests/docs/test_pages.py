"""What the pages say of the code: every error, every job, every command."""

from __future__ import annotations

import inspect
import re
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

import creatoraudit
from creatoraudit import errors
from creatoraudit_api.models import ERROR_CODE_VALUES
from support import pages

DOCS = pages.ROOT / "docs"
sys.path.append(str(DOCS / "_extensions"))

import command_pages  # noqa: E402 - found through the line above

ERRORS = (DOCS / "errors.md").read_text("utf-8")
ALL = "".join(page.read_text("utf-8") for page in pages.PAGES)


@pytest.mark.parametrize("code", sorted(ERROR_CODE_VALUES))
def test_every_documented_code_has_a_section(code: str) -> None:
    assert f"\n### {code}\n" in ERRORS
    assert f"| `{code}` |" in ERRORS


@pytest.mark.parametrize("name", errors.__all__)
def test_every_exception_is_on_the_page_of_errors(name: str) -> None:
    assert f"`{name}`" in ERRORS or f"\n### {name}\n" in ERRORS


def test_every_exception_is_public() -> None:
    assert set(errors.__all__) <= set(creatoraudit.__all__)


FOUND = command_pages.commands()


@pytest.mark.parametrize(
    "command",
    [command for _, command, _ in FOUND],
    ids=[" ".join(path) for path, _, _ in FOUND],
)
def test_examples_of_the_help_are_command_lines_that_are_understood(
    command: click.Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Understood, not run: what they do is tested elsewhere, and some of them delete things."""
    monkeypatch.chdir(tmp_path)
    for file in re.findall(r"\S+\.txt\b", " ".join(command_pages.examples(command))):
        (tmp_path / file).touch()
    for example in command_pages.examples(command):
        for part in re.split(r"[|>]|\$\(|;|&&", example):
            words = shlex.split(part.replace(")", ""), comments=True)
            if words[:1] == ["creatoraudit"]:
                assert parsed(words[1:]), example


def parsed(words: list[str]) -> bool:
    from creatoraudit.cli._app import app

    command: click.Command = app
    context = click.Context(app, info_name="creatoraudit")
    while isinstance(command, click.Group):
        name, inner, words = command.resolve_command(context, words)
        assert inner is not None
        command = inner
        context = click.Context(command, info_name=name, parent=context)
    with context:  # closes the files that options open
        command.parse_args(context, words)
    return True


def test_reference_has_every_command() -> None:
    text = command_pages.page(FOUND)
    for path, _, _ in FOUND:
        assert f"# creatoraudit {' '.join(path)}\n" in text


def test_reference_of_a_command_says_what_its_help_says() -> None:
    text = command_pages.page(FOUND)
    for path, command, context in FOUND:
        for names, _ in command_pages.records(command, context):
            assert f"`{names.replace('|', chr(92) + '|')}`" in text, path


def test_every_job_has_a_page() -> None:
    jobs = sorted(page.stem for page in (DOCS / "guides").glob("*.md"))
    assert len(jobs) >= 11
    index = (DOCS / "index.md").read_text("utf-8")
    for job in jobs:
        assert f"guides/{job}.md" in index
        assert f"\nguides/{job}\n" in index


# What these pages show is the same everywhere.
WITHOUT_FIGURES = ("drift.md", "what-we-promise.md", "reference/sandbox.md")
HOW = re.compile(r"creatoraudit sandbox .*--now |--sandbox|Sandbox\(")


@pytest.mark.parametrize(
    "page",
    [
        page
        for page in pages.PAGES
        if any(
            output or block.language == "console"
            for block, output in pages.with_output(pages.blocks(page))
        )
    ],
    ids=lambda page: page.relative_to(pages.ROOT).as_posix(),
)
def test_page_says_how_to_get_the_output_it_shows(page: Path) -> None:
    if page.relative_to(DOCS.parent).as_posix() not in [f"docs/{one}" for one in WITHOUT_FIGURES]:
        assert HOW.search(page.read_text("utf-8"))


@pytest.mark.parametrize("page", ["competitors", "cost"])
def test_pages_say_what_the_known_contract_cannot_do(page: str) -> None:
    assert "\n## What the known contract cannot do\n" in (DOCS / "guides" / f"{page}.md").read_text(
        "utf-8"
    )


def test_tests_of_the_sandbox_guide_are_ones_that_pytest_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # those of others take time
    (tmp_path / "pytest.ini").touch()  # nor the settings of a folder above
    python = [one.text for one in pages.blocks(DOCS / "sandbox.md") if one.language == "python"]
    (plugins,) = (text for text in python if text.startswith("pytest_plugins"))
    tests = [text for text in python if text.startswith("def test_")]
    (tmp_path / "conftest.py").write_text(plugins, "utf-8")
    (tmp_path / "test_mine.py").write_text("\n".join(tests), "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.stdout.splitlines()[-1].startswith(f"{len(tests)} passed"), ran.stdout


def test_public_names_in_the_pages_exist() -> None:
    used = set(re.findall(r"from creatoraudit import ([\w, ]+)", ALL))
    for names in used:
        for name in names.split(","):
            known = name.strip() in creatoraudit.__all__
            assert known or find_spec(f"creatoraudit.{name.strip()}"), name


def test_links_of_the_readme_lead_to_files() -> None:
    readme = (pages.ROOT / "README.md").read_text("utf-8")
    for target in re.findall(r"\]\(((?!https?:)[^)#]+)", readme):
        assert (pages.ROOT / target).is_file(), target


# Pages of the vendor's that no fact of the contract rests on.
OTHER_PAGES = {"https://docs.creatoraudit.com/examples/python"}


def test_pages_of_the_vendors_documentation_are_those_the_contract_names() -> None:
    """A text that rests on a page which nobody has seen would be an invention."""
    known = (pages.ROOT / "openapi.json").read_text("utf-8")
    package = Path(inspect.getfile(creatoraudit)).parent
    for path in (*package.rglob("*.py"), *pages.PAGES):
        for url in re.findall(r"https://docs\.creatoraudit\.com[\w/&.-]*", path.read_text("utf-8")):
            page = url.rstrip(".").removesuffix(".md")
            assert page in known or page in OTHER_PAGES, f"{path.name}: {url}"
