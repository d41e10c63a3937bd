"""Reads the fenced blocks of a documentation page, so that tests can run them.

It finds blocks and commands, and compares output.

- `python` blocks run in order, one process per page; `sh` and `bash` blocks are scripts; `console`
  blocks are commands after `$ ` with what they print.
- a `text` block right after one of them (prose may stand between) is its output; `...` in it stands
  for anything, as in doctest.
- `json`, `toml` and `yaml` blocks must be just that.
- any other block has `<!-- not run: reason -->` right before it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = (
    ROOT / "README.md",
    *sorted(page for page in (ROOT / "docs").rglob("*.md") if "_build" not in page.parts),
)
SCRIPTS = ("sh", "bash")
RUN = ("python", "console", *SCRIPTS)
DATA = ("json", "toml", "yaml")
OUTPUT = "text"
_REASON = re.compile(r"<!-- not run: (\S.*) -->")
_WILD = "..."


@dataclass(frozen=True)
class Block:
    """One fenced block of a page.

    Attributes:
        page: The page, below the project's folder.
        line: Number of the first line between the fences.
        language: The language of its fence.
        text: Its content.
        reason: Why it is not run; None if it is run.
    """

    page: Path
    line: int
    language: str
    text: str
    reason: str | None

    @property
    def where(self) -> str:
        return f"{self.page.as_posix()}:{self.line}"


@dataclass(frozen=True)
class Command:
    """A command of a `console` block, and its output on the page."""

    line: str
    shown: str


def blocks(path: Path) -> list[Block]:
    """All fenced blocks of a page except directives of Sphinx."""
    found: list[Block] = []
    fence, start, reason = "", 0, None
    lines = path.read_text("utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if fence:
            if line.rstrip() == fence:
                language = lines[start - 1].strip("` ")
                text = "".join(f"{one}\n" for one in lines[start : number - 1])
                block = Block(path.relative_to(ROOT), start + 1, language, text, reason)
                if not language.startswith("{"):
                    found.append(block)
                fence, reason = "", None
        elif opened := re.match(r"`{3,}", line):
            fence, start = opened[0], number
        elif said := _REASON.fullmatch(line.strip()):
            reason = said[1]
        elif line.strip() and not line.startswith("<!--"):
            reason = None
    return found


def with_output(of: list[Block]) -> Iterator[tuple[Block, Block | None]]:
    """Each block that is run, with the block that shows its output, if any."""
    for block, following in zip_longest(of, of[1:]):
        if block.language in RUN and block.reason is None:
            shows = (
                following is not None
                and following.language == OUTPUT
                and following.reason is None
                and block.language != "console"  # which shows it itself
            )
            yield block, following if shows else None


def commands(block: Block) -> list[Command]:
    """The commands of a `console` block; `\\` at the end of a line goes on in the next."""
    found: list[Command] = []
    lines = iter(block.text.splitlines())
    for line in lines:
        if line.startswith("$ "):
            command = line[2:]
            while command.endswith("\\"):
                command += "\n" + next(lines)
            found.append(Command(command, ""))
        else:
            assert found, f"{block.where}: output before the first command"
            last = found.pop()
            found.append(Command(last.line, f"{last.shown}{line}\n"))
    return found


def matches(shown: str, printed: str) -> bool:
    """Whether a page shows the output; spaces at the ends of lines do not count."""
    pattern = ".*".join(re.escape(part) for part in _plain(shown).split(_WILD))
    return re.fullmatch(pattern, _plain(printed), re.DOTALL) is not None


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


def as_json(of: list[Block]) -> str:
    """Blocks of Python as `run_page.py` takes them."""
    return json.dumps([[block.where, block.text] for block in of])


def rewrite(block: Block, shown: str, printed: str) -> None:
    """Replace the output that a block shows."""
    path = ROOT / block.page
    text = path.read_text("utf-8")
    lines = text.splitlines(keepends=True)
    head, tail = "".join(lines[: block.line - 1]), "".join(lines[block.line - 1 :])
    assert shown in tail, f"{block.where}: nothing to replace; put an output of one line there"
    path.write_text(head + tail.replace(shown, _plain(printed) + "\n", 1), "utf-8")
