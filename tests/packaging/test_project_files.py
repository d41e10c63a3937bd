"""What the project's files promise each other."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import creatoraudit

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
def test_ci_runs_the_command_that_the_readme_shows(tmp_path: Path) -> None:
    # The script is run for real, with a shell in front of it that says what it would start.
    shell = tmp_path / "bash"
    shell.write_text('#!/bin/sh\nprintf "%s" "$4"\n')
    shell.chmod(0o755)
    ran = subprocess.run(
        ["/bin/bash", str(ROOT / ".ci" / "run")],
        env=os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    command = ran.stdout.splitlines()[-1]
    assert f"\n```sh\n{command}\n```\n" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert command.endswith("nox")


def test_changelog_knows_the_version_or_what_is_unreleased() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(
        rf"^## \[({re.escape(creatoraudit.__version__)}|Unreleased)\]", changelog, re.MULTILINE
    )


def test_every_upper_bound_has_its_reason_beside_it() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if (
            re.match(r'\s*"[A-Za-z0-9_.-]+[^"]*(<|==|~=)[^"]*"', line)
            and "sys_platform" not in line
        ):
            assert "#" in line or lines[number - 1].strip().startswith("#"), line
