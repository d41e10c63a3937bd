"""The examples in docstrings pass mypy --strict."""

from __future__ import annotations

import ast
import doctest
import inspect
import subprocess
import sys
import textwrap
from pathlib import Path

from .test_docstring_examples import MODULES, WITH_EXAMPLE

HEAD = """
from __future__ import annotations
from pathlib import Path
from creatoraudit import Account, AsyncCreatorAudit, CreatorAudit, Video
"""
GIVEN = {
    "account": "Account",
    "account_id": "str",
    "account_ids": "list[str]",
    "creator_id": "str",
    "ids": "list[str]",
    "units": "list[Unit]",
    "video": "Video",
    "video_id": "str",
    "video_ids": "list[str]",
}


def functions() -> str:
    """A module with a function per docstring that has an example."""
    lines = [HEAD]
    for module in MODULES:
        lines += [f"from {module.__name__} import {name}" for name in module.__all__]
    for number, (name, function, is_async) in enumerate(WITH_EXAMPLE):
        examples = doctest.DocTestParser().get_examples(inspect.getdoc(function) or "")
        source = "".join(example.source for example in examples)
        used = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
        client = "AsyncCreatorAudit" if is_async else "CreatorAudit"
        given = [f"{one}: {kind}" for one, kind in GIVEN.items() if one in used]
        told = ", ".join([f"ca: {client}", *given])
        lines.append(
            f"{'async ' if is_async else ''}def example_{number}({told}) -> None:  # {name}"
        )
        lines.append(textwrap.indent(source, "    "))
    return "\n".join(lines)


def test_every_example_of_a_docstring_passes_a_strict_type_checker(tmp_path: Path) -> None:
    (tmp_path / "examples.py").write_text(functions())
    (tmp_path / "mypy.ini").write_text("[mypy]\nallow_redefinition = true\n")
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", sys.executable]
    checked = subprocess.run(
        [*command, "examples.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert checked.stdout.startswith("Success"), checked.stdout + checked.stderr
