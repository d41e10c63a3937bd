"""The files of the project agree with each other."""

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
    assert command.endswith("nox -j auto")


DAY = re.compile(r" - \d{4}-\d\d-\d\d")
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def faults_of_changelog(text: str, version: str) -> list[str]:
    """What is wrong with a changelog of a package that says it is of this version."""
    found = []
    heads = re.findall(r"^## \[(.+?)\](.*)$", text, re.MULTILINE)
    names = [name for name, _ in heads]
    released = [name for name in names if name != "Unreleased"]
    order = [tuple(int(part) for part in re.findall(r"\d+", name)) for name in released]
    if "Unreleased" in names[1:] or order != sorted(set(order), reverse=True):
        found.append("releases are not in order, the newest first")
    if any(
        name in released and not re.fullmatch(r" - \d{4}-\d\d-\d\d", rest) for name, rest in heads
    ):
        found.append("a release has no date")
    if kinds := set(re.findall(r"^### (.+)$", text, re.MULTILINE)) - KINDS:
        found.append(f"headings that Keep a Changelog does not know: {sorted(kinds)}")
    sections = re.split(r"^##+ .*$", text, flags=re.MULTILINE)[1:]
    if any(not section.strip() for section in sections[-1:]):
        found.append("a section says nothing")
    if version != (released[0] if released else version):
        if tuple(int(part) for part in re.findall(r"\d+", version)) <= order[0]:
            found.append(f"it has a release that is no older than {version}")
        elif names[:1] != ["Unreleased"]:
            found.append(f"it says nothing of {version}")
    elif not released and names != ["Unreleased"]:
        found.append(f"it says nothing of {version}")
    return found


def test_changelog_tells_what_the_version_brings() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert faults_of_changelog(changelog, creatoraudit.__version__) == []


@pytest.mark.parametrize(
    ("changelog", "fault"),
    [
        ("# Changelog\n", "says nothing of 1.2.0"),
        ("## [1.1.0] - 2026-01-01\n\n### Added\n\n- a\n", "says nothing of 1.2.0"),
        ("## [1.3.0] - 2026-01-01\n\n### Added\n\n- a\n", "no older than 1.2.0"),
        ("## [1.2.0]\n\n### Added\n\n- a\n", "has no date"),
        ("## [1.2.0] - 2026-01-01\n\n### News\n\n- a\n", "['News']"),
        ("## [1.2.0] - 2026-01-01\n\n- a\n\n## [Unreleased]\n\n- b\n", "not in order"),
        ("## [1.2.0] - 2026-01-01\n", "says nothing"),
    ],
)
def test_changelog_that_does_not_is_reported(changelog: str, fault: str) -> None:
    assert fault in " ".join(faults_of_changelog(changelog, "1.2.0"))


def test_hooks_take_the_versions_of_the_project() -> None:
    yaml = pytest.importorskip("yaml")
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    groups = PYPROJECT["dependency-groups"]
    known = {one for group in groups.values() for one in group if isinstance(one, str)}
    (repository,) = yaml.safe_load(text)["repos"]
    assert repository["repo"] == "local"
    for hook in repository["hooks"]:
        assert set(hook["additional_dependencies"]) <= known
        re.compile(hook.get("files", ""))
        for word in hook["entry"].split():
            assert not word.endswith(".py") or (ROOT / word).is_file()


def test_every_upper_bound_has_its_reason_beside_it() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if (
            re.match(r'\s*"[A-Za-z0-9_.-]+[^"]*(<|==|~=)[^"]*"', line)
            and "sys_platform" not in line
        ):
            assert "#" in line or lines[number - 1].strip().startswith("#"), line
