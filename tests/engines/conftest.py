"""Recipes of docs/guides/recipes, run as a user runs them, each where its engine is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.dataset as ds
import pytest

from creatoraudit.snapshot import verify
from creatoraudit_sandbox import Sandbox
from support import pages

RECIPES = pages.ROOT / "docs" / "guides" / "recipes"


class Place:
    """A folder with a creatoraudit.toml, where recipes are run.

    Attributes:
        folder: The folder, which is also the home of what is run there.
        env: Environment of what is run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {
            name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "HOME")
        } | {
            "HOME": str(folder),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(RECIPES),
        }

    def run(self, *command: str, code: int = 0) -> str:
        """Run a command and return what it prints, on both streams."""
        ran = subprocess.run(
            command,
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert ran.returncode == code, ran.stdout
        return ran.stdout

    def recipe(self, name: str, *args: str, code: int = 0) -> str:
        """Run a recipe in Python and return what it prints, on both streams."""
        return self.run(sys.executable, str(RECIPES / name), *args, code=code)

    def lands_once(self, name: str, sandbox: Sandbox, *args: str) -> None:
        """Run a recipe twice; everything lands, the second time without a request."""
        root = self.folder / "history"
        told = self.recipe(name, str(root), *args)
        assert "12 units complete, 0 of them before, " in told
        found = ds.dataset(root / "videos", partitioning="hive").to_table(["id"]).to_pylist()
        assert len({row["id"] for row in found}) == len(found) == 750
        (day,) = [one.name for one in (root / "_receipts").iterdir()]
        assert verify(root, day, deep=True).ok
        sandbox.requests.clear()
        told = self.recipe(name, str(root), *args)
        assert "12 units complete, 12 of them before, " in told
        assert not len(sandbox.requests)
        # One organization's failure keeps no other, and is named.
        (self.folder / "keys" / "org-2").write_text("wrong")
        told = "\n" + self.recipe(name, str(self.folder / "other"), *args, code=1)
        assert told.count("\norg-2.") == 4
        assert "8 units complete, 0 of them before, " in told


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox of three organizations with lists of one page and of several."""
    with Sandbox(
        organizations=3, accounts=4, videos=250, account_videos=20, rate_limit=0
    ) as running:
        yield running


@pytest.fixture
def place(sandbox: Sandbox, tmp_path: Path) -> Place:
    sandbox.write_config(tmp_path / "creatoraudit.toml")
    return Place(tmp_path)
