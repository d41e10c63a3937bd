"""From the README to one's own table by copying commands, and every mistake on the way.

docs/troubleshooting.md shows these mistakes word for word; here each has to say what to do next.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest

from support import pages

if TYPE_CHECKING:
    from .conftest import Shell

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="commands of a POSIX shell")

README = (pages.ROOT / "README.md").read_text("utf-8")
TROUBLE = (pages.ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
VIDEO = "3c90c3cc-0d44-4b50-8888-8dd25736052a"
NOWHERE = "--base-url http://127.0.0.1:9/v2"


def test_commands_of_the_readme_lead_to_a_table_of_ones_own(shell: Shell) -> None:
    """All commands after the installation, in their order, in one shell."""
    following = README.partition("## Your own posts")[2].partition("\n## ")[0]
    lines = re.findall(r"^(?:\$ )?((?:creatoraudit|export) .*)$", following, re.MULTILINE)
    assert lines[0] == "export CREATORAUDIT_API_KEY=..."
    lines[0] = lines[0].replace("...", shell.env.pop("CREATORAUDIT_API_KEY"))
    *_, table, _ = ran = shell.commands(lines)
    assert [code for code, _ in ran] == [0] * len(lines)
    assert "Δviews" in table[1]
    assert "posts considered" in table[1]


@pytest.mark.parametrize(
    ("heading", "command", "next_step"),
    [
        ("No key", "env -u CREATORAUDIT_API_KEY creatoraudit whoami", "set CREATORAUDIT_API_KEY"),
        ("A wrong key", "creatoraudit whoami --api-key wrong", "check the key in"),
        ("A wrong key", "CREATORAUDIT_API_KEY='“quoted”' creatoraudit whoami", "copy it again"),
        ("No network", f"creatoraudit whoami {NOWHERE}", "check the network"),
        ("A wrong address", "creatoraudit whoami --base-url http://example.com", "use https"),
        ("A wrong address", "creatoraudit whoami --base-url ftp://x", "https://api.creatoraudit.c"),
        ("A wrong address", "creatoraudit whoami --base-url ${CREATORAUDIT_BASE_URL%/v2}", "404"),
        ("A wrong date or number", "creatoraudit breakouts --window 0", "between 1 and 365"),
        (
            "A wrong date or number",
            "creatoraudit export metrics --start-date june --end-date 2026-06-15",
            "such as 2026-",
        ),
        (
            "A wrong date or number",
            f"creatoraudit metrics videos {VIDEO} --start-date 2026-06-15 --end-date 2026-06-01",
            "is after",
        ),
    ],
)
def test_mistake_is_answered_with_what_to_do_next(
    shell: Shell, heading: str, command: str, next_step: str
) -> None:
    assert f"\n## {heading}\n" in TROUBLE
    ((code, said),) = shell.commands([command])
    assert code in (1, 2)
    assert next_step in said
    assert "Traceback" not in said


def test_empty_organization_is_answered_with_what_to_do_next(shell: Shell) -> None:
    shell.serve("creatoraudit sandbox --accounts 0 --videos 0")
    ((code, said),) = shell.commands(["creatoraudit breakouts --base-url http://127.0.0.1:8787/v2"])
    assert code == 0
    assert "No posts are tracked here" in said
    assert "creatoraudit accounts track URL" in said
