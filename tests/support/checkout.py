"""A temporary checkout for regeneration. It needs the pinned generator and ruff.

It has a contract, a generated tree and what the scripts read. The scripts themselves are those of
the project, in a process that has imported them already.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from . import warm

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"
Node = dict[str, Any]


def mini_document() -> Node:
    """A small document with an example of everything that the templates treat specially."""
    path = ROOT / "tests" / "generation" / "with_generator" / "mini.json"
    document: Node = json.loads(path.read_text(encoding="utf-8"))
    return document


class Ran(NamedTuple):
    """Exit code and output of a command."""

    code: int
    out: str
    err: str


class Checkout:
    """Copies of the contract, the data of the scripts and the generated tree in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.scripts = root / "scripts"
        self.package = root / "generated" / "creatoraudit_api"
        shutil.copytree(SCRIPTS / "templates", self.scripts / "templates")
        for name in ("names.json", "overlay.json"):
            shutil.copyfile(SCRIPTS / name, self.scripts / name)

    def with_generated(self) -> Checkout:
        shutil.copyfile(ROOT / "openapi.json", self.root / "openapi.json")
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "generated", self.root / "generated", ignore=ignored)
        return self

    def with_contract(self, document: Node, *, names: Node | None = None) -> Checkout:
        """A contract of a test's own, and unless it gives names, none but derived ones."""
        text = json.dumps(document, indent=2, ensure_ascii=False)
        (self.root / "openapi.json").write_text(text, encoding="utf-8")
        if names is not None:
            self.data("names.json", names)
        return self

    def data(self, name: str, data: Node) -> None:
        (self.scripts / name).write_text(json.dumps(data), encoding="utf-8")

    def regenerate(self, *arguments: str, hash_seed: str | None = None) -> Ran:
        seed = {} if hash_seed is None else {"PYTHONHASHSEED": hash_seed}
        return self.run([str(SCRIPTS / "regenerate.py"), *self.places, *arguments], **seed)

    @property
    def places(self) -> tuple[str, ...]:
        """The options of regenerate.py that make it work here."""
        return ("--root", str(self.root), "--scripts", str(self.scripts))

    def python(self, code: str) -> str:
        """Run a script that imports the generated package of this checkout; return its output."""
        path = [str(self.root / "generated"), str(ROOT / "tests")]
        ran = self.run(["-c", f"import sys\nsys.path[:0] = {path}\n{code}"])
        assert ran.code == 0, ran.err
        return ran.out.strip()

    def files(self) -> dict[str, bytes]:
        """All files below generated/, by path."""
        folder = self.root / "generated"
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts
        }

    def run(self, command: list[str], **environment: str) -> Ran:
        """Run Python; a variable of its own makes it start anew."""
        done = subprocess.run(
            [warm.python(warm.GENERATOR), "-B", "-W", "error", *command],
            cwd=self.root,
            env={**os.environ, **environment},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)
