"""The workflows: valid, pinned, without rights they do not need; and their shell parts, run."""

from __future__ import annotations

import ast
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
WORKFLOWS: dict[str, Any] = {file.stem: yaml.safe_load(file.read_text("utf-8")) for file in FILES}
JOBS = {
    f"{name}.{job}": body
    for name, workflow in WORKFLOWS.items()
    for job, body in workflow["jobs"].items()
}
posix = pytest.mark.skipif(sys.platform == "win32", reason="shell scripts")


def steps() -> list[dict[str, Any]]:
    return [step for job in JOBS.values() for step in job["steps"]]


def sessions() -> set[str]:
    """The names of the nox sessions."""
    found = set()
    for node in ast.parse((ROOT / "noxfile.py").read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                named = [k.value for k in getattr(decorator, "keywords", ()) if k.arg == "name"]
                if "session" in ast.unparse(decorator):
                    found.add(ast.literal_eval(named[0]) if named else node.name)
    return found


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_read_and_no_more_than_its_jobs_say(name: str) -> None:
    assert WORKFLOWS[name]["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("name", JOBS)
def test_a_job_has_an_end(name: str) -> None:
    if name != "release.publish":  # whoever has to approve it may take their time
        assert JOBS[name]["timeout-minutes"] <= 45


def test_actions_are_named_by_the_commit_of_a_release() -> None:
    text = "".join(file.read_text("utf-8") for file in FILES)
    used = set(re.findall(r"uses: *(.*)", text))
    assert used
    for one in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one), one
    assert len({one.partition("@")[0] for one in used}) == len(used)  # the same release everywhere


def test_a_release_installs_nothing_but_what_is_locked() -> None:
    """No tool of a job that builds, attests or publishes can change between two runs."""
    run = [line for job in WORKFLOWS["release"]["jobs"].values() for line in lines_of(job)]
    installs = [line for line in run if "install" in line]
    locked = "python -m pip install --require-hashes -r .github/release-tools.txt"
    ours = "bare/bin/python -m pip install --quiet dist/*.whl"  # to list what that brings
    assert {*installs} == {locked, ours}
    assert "python -m build --no-isolation" in run
    tools = (ROOT / ".github" / "release-tools.txt").read_text("utf-8")
    pinned = set(re.findall(r"^([a-z0-9-]+)==\S+.* \\$", tools, re.MULTILINE))
    named = (ROOT / ".github" / "release-tools.in").read_text("utf-8").splitlines()
    assert {re.sub(r"\[.*", "", one) for one in named if not one.startswith("#")} <= pinned
    assert len(re.findall(r"^\S+==", tools, re.MULTILINE)) == len(pinned)
    assert not any("cache" in str(step) for step in WORKFLOWS["release"]["jobs"].values())


def lines_of(job: dict[str, Any]) -> list[str]:
    return [line.strip() for step in job["steps"] for line in step.get("run", "").splitlines()]


def test_rights_of_a_release_are_of_the_jobs_that_need_them() -> None:
    jobs = WORKFLOWS["release"]["jobs"]
    rights = {name: job["permissions"] for name, job in jobs.items() if "permissions" in job}
    assert rights == {
        "provenance": {"attestations": "write", "id-token": "write"},
        "publish": {"contents": "read", "id-token": "write"},
        "announce": {"contents": "write"},
    }
    assert jobs["publish"]["environment"] == "release"


@pytest.mark.parametrize(
    ("changelog", "said"),
    [
        ("## [1.2.0] - 2026-01-02\n\n### Added\n\n- a\n\n## [1.1.0]\n\n- b\n", "### Added\n\n- a"),
        ("## [1.2.0]\n\n- a\n\n[1.2.0]: https://example.com\n", "- a"),
        ("## [1.2.0-rc1]\n\n- a\n", ""),
        ("## [Unreleased]\n\n- a\n\n## [1.2.0]\n", ""),
    ],
)
def test_page_of_a_release_says_what_the_changelog_says(changelog: str, said: str) -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "release_notes.py"))
    assert script["notes"](changelog, "1.2.0") == said


def test_sessions_that_are_run_exist() -> None:
    for step in steps():
        for called in re.findall(r"nox -s ([\w -]+?)(?: --|$|\n)", step.get("run", "")):
            assert set(called.split()) <= sessions(), called


def test_nothing_is_put_into_a_shell_by_an_expression() -> None:
    # Text of others in a script would be run; in the environment it is only text.
    expressions = {
        found
        for step in steps()
        for found in re.findall(r"\$\{\{\s*(.*?)\s*\}\}", step.get("run", ""))
    }
    assert expressions <= {"matrix.session"}


def test_the_key_reaches_the_checks_but_nothing_that_installs_or_is_of_others() -> None:
    texts = {file.stem: file.read_text("utf-8") for file in FILES}
    assert {name for name, text in texts.items() if "secrets." in text} == {"live"}
    given = [step for step in steps() if "secrets." in str(step)]
    assert texts["live"].count("secrets.") == len(given) == 2
    for step in given:
        assert "secrets." in str(step["env"])
        assert "uses" not in step
        assert "install" not in step["run"]
    assert given[1]["run"].startswith("python -m nox -R -s contract-live")


@pytest.mark.skipif(not hasattr(attrs.validators, "or_"), reason="nox needs attrs 24.1 or newer")
def test_the_step_that_installs_for_the_checks_makes_none(tmp_path: Path) -> None:
    (command,) = {
        line
        for step in steps()
        for line in step.get("run", "").splitlines()
        if line.endswith("--install-only")
    }
    # Nothing is installed here either; what is left is what the session does besides.
    no_environment = ("--no-venv", "--no-install", "--envdir", str(tmp_path))
    ran = subprocess.run(
        [sys.executable, *command.split()[1:], *no_environment],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "Skipping creatoraudit run" in ran.stderr


@posix
@pytest.mark.parametrize("key", ["", "sk-1"])
def test_without_a_key_nothing_is_asked(tmp_path: Path, key: str) -> None:
    first, *others = WORKFLOWS["live"]["jobs"]["contract"]["steps"]
    output = tmp_path / "output"
    shell(first["run"], tmp_path, KEY=key, GITHUB_OUTPUT=str(output))
    assert output.read_text() == f"given={'yes' if key else ''}\n"
    assert all("steps.key.outputs.given" in step["if"] for step in others)


def test_what_comes_from_outside_runs_without_the_right_to_write() -> None:
    jobs = WORKFLOWS["follow"]["jobs"]
    writing = {name for name, job in jobs.items() if "permissions" in job}
    assert writing == {"propose"}
    run = "".join(step.get("run", "") for step in jobs["propose"]["steps"])
    assert "nox" not in run
    assert "python" not in run


# ----------------------------------------------------------------- the shell parts, run for real


def git(folder: Path, *arguments: str) -> str:
    ran = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env=os.environ | CLEAN,
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout


CLEAN = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{
        f"GIT_{who}_{what}": "t@example.com"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    },
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A clone of a repository with a contract, some generated code and the script."""
    git(tmp_path, "init", "--quiet", "--bare", "origin.git")
    git(tmp_path, "clone", "--quiet", "origin.git", "clone")
    clone = tmp_path / "clone"
    (clone / "generated").mkdir()
    (clone / "scripts").mkdir()
    for name in ("openapi.json", "generated/old.py", "README.md"):
        (clone / name).write_text("before\n")
    script = clone / "scripts" / "propose.sh"
    script.write_bytes((ROOT / "scripts" / "propose.sh").read_bytes())
    script.chmod(0o755)
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "--message", "start")
    git(clone, "push", "--quiet", "origin", "HEAD:main")
    return clone


def shell(script: str, folder: Path, **environment: str) -> None:
    # As Actions runs it.
    subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env=os.environ | CLEAN | environment,
        check=True,
    )


@posix
@pytest.mark.parametrize(("open_already", "verb"), [("0", "create"), ("1", "edit")])
def test_a_change_is_proposed_with_its_summary(
    repository: Path, tmp_path: Path, open_already: str, verb: str
) -> None:
    jobs = WORKFLOWS["follow"]["jobs"]
    (repository / "openapi.json").write_text("after\n")
    (repository / "generated" / "new.py").write_text("new\n")
    (repository / "generated" / "old.py").unlink()
    (repository / "summary.md").write_text("### what it means\n")
    (make,) = (
        one["run"] for one in jobs["regenerate"]["steps"] if "git diff" in one.get("run", "")
    )
    shell(make, repository)

    # A patch that reaches further than it may, as a hostile generator would make it.
    reaching = git(repository, "diff", "--cached", "--binary") + (
        "diff --git a/README.md b/README.md\n--- a/README.md\n+++ b/README.md\n"
        "@@ -1 +1 @@\n-before\n+after\n"
    )
    assert (repository / "change.patch").read_text() in reaching
    git(repository, "reset", "--quiet", "--hard")
    change = repository / "change"
    change.mkdir()
    (change / "change.patch").write_text(reaching)
    (repository / "summary.md").rename(change / "summary.md")

    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "gh").write_text(
        '#!/bin/sh\necho "$@" >> "$GH_CALLS"\nif [ "$2" = list ]; then echo "$GH_OPEN"; fi\n'
    )
    (tools / "gh").chmod(0o755)
    (propose,) = (one["run"] for one in jobs["propose"]["steps"] if "run" in one)
    shell(
        propose,
        repository,
        PATH=f"{tools}{os.pathsep}{os.environ['PATH']}",
        GH_CALLS=str(tmp_path / "calls"),
        GH_OPEN=open_already,
        TESTS="failure",
        RUN="https://example.com/runs/1",
    )
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls[0] == "auth setup-git"
    assert calls[1].startswith("pr list --head follow-the-api")
    assert calls[2].startswith(f"pr {verb} ")
    assert calls[2].endswith("--body-file change/summary.md")
    assert (change / "summary.md").read_text() == (
        "### what it means\n\nThe tests with this change ended with **failure**:"
        " https://example.com/runs/1\n"
    )
    origin = tmp_path / "origin.git"
    changed = git(origin, "diff", "--name-status", "main", "follow-the-api").splitlines()
    assert [line.split("\t") for line in changed] == [
        ["A", "generated/new.py"],
        ["D", "generated/old.py"],
        ["M", "openapi.json"],
    ]
