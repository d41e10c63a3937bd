"""The first command of the README without an installation. tests/docs runs the other blocks."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_first_command_of_the_readme_ends_with_a_table_of_breakouts() -> None:
    command = re.search(
        r"<!-- first-command -->\n```sh\n.* && \.venv/bin/creatoraudit (.*)\n", README
    )
    assert command
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "creatoraudit", *command[1].split()],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    lines = ran.stdout.splitlines()
    assert lines[0].split()[:4] == ["#", "platform", "account", "caption"]
    assert [line.split()[0] for line in lines[2:12]] == [str(rank) for rank in range(1, 11)]
    assert ran.stderr == ""
    # The picture of it is made by `nox -s pictures`.
    picture = (ROOT / "docs" / "images" / "breakouts-terminal.svg").read_text("utf-8")
    shown = html.unescape(re.sub(r"<[^>]+>", "", picture)).replace("\xa0", " ")
    for line in lines[2:12]:
        account, gained = re.findall(r"@\S+|[+-][\d,]+(?= )", line)[:2]
        assert account in shown
        assert gained in shown
