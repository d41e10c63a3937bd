"""The recipes of docs/ci.md: their commands are valid, and their tests run."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from creatoraudit.cli._contract import contract
from support import measure
from support.pages import ROOT, blocks

PAGE = ROOT / "docs" / "ci.md"
COMMANDS = re.findall(r"creatoraudit contract( --[^|\n`]*)", PAGE.read_text("utf-8"))


def test_the_page_shows_the_command() -> None:
    assert len(COMMANDS) >= 4


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_is_understood(command: str) -> None:
    context = contract.make_context("contract", shlex.split(command))
    assert context.params["timeout"] == 30


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell's recipe")
def test_the_exit_codes_of_the_page_are_those_of_the_command() -> None:
    (recipe,) = [one.text for one in blocks(PAGE) if "case $code in" in one.text]
    for code, said in (("0", "kept"), ("1", "moved away"), ("2", "could not be checked")):
        script = recipe.replace("creatoraudit contract", f"(exit {code}) #")
        script = re.sub("python3 -m pip.*", "", script)
        script = script.replace(f"(exit {code}) #", f"(exit {code}) || code=$? #")
        ran = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=False)
        assert said in ran.stdout
        assert ran.returncode == (1 if code == "1" else 0)


def test_the_tests_of_the_page_pass(tmp_path: Path) -> None:
    conftest, test = (
        one.text for one in blocks(PAGE) if one.language == "python" and not one.reason
    )
    (tmp_path / "conftest.py").write_text(conftest)
    (tmp_path / "test_ours.py").write_text(test)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env=measure.unmeasured(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert "1 passed" in ran.stdout
