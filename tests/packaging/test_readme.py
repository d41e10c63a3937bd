"""The README's Python, run as it stands, and its picture of the command line against a run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from creatoraudit_sandbox import Sandbox

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_there_is_python_in_the_readme() -> None:
    assert len(PYTHON) >= 4


@pytest.mark.parametrize("number", range(len(PYTHON)))
def test_python_of_the_readme_runs(
    number: int, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREATORAUDIT_API_KEY", sandbox.api_key)
    monkeypatch.setenv("CREATORAUDIT_BASE_URL", sandbox.base_url)
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", PYTHON[number]],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout


def test_first_command_of_the_readme_shows_what_such_a_command_prints() -> None:
    command = re.search(r"&& \.venv/bin/creatoraudit (.*)\n", README)
    assert command
    ran = subprocess.run(
        [sys.executable, "-m", "creatoraudit.cli", *command[1].split()],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    shown = re.search(r"```text\n(.*?)```", README, re.DOTALL)
    assert shown

    def shape(text: str) -> list[str]:
        """The headings, and the lines below the table with their numbers blanked."""
        lines = text.strip().splitlines()
        below = lines[lines.index("") :] if "" in lines else []
        return [" ".join(re.sub(r"[\d,]+", "n", line).split()) for line in (lines[0], *below)]

    assert shape(shown[1]) == shape(ran.stdout)
