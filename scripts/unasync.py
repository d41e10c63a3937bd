"""Derives the sync half of the facade from its async source.

`facade/creatoraudit/_async/` is written by hand; `_sync/` is this script's output: the same tokens
without `async` and `await`, with names replaced by the table below, formatted by ruff. Comments and
docstrings are translated by the same table. One module is written by hand in both halves: `io.py`
(waiting, concurrent calls, connections).

    python scripts/unasync.py            write _sync/
    python scripts/unasync.py --check    exit 1 with a diff if _sync/ is out of date
"""

from __future__ import annotations

import argparse
import difflib
import io
import re
import shutil
import subprocess
import sys
import tokenize
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "facade" / "creatoraudit"
SOURCE = PACKAGE / "_async"
TARGET = PACKAGE / "_sync"
# Written by hand in both halves: waiting, concurrent calls, connections.
BY_HAND = frozenset({"io.py"})
HEADER = "# Derived from ../_async/{name} by scripts/unasync.py; change that file instead.\n"

# Names that only lose their prefix (AsyncPager -> Pager) are covered by the rule in `sync_name`.
NAMES = {
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "__anext__": "__next__",
    "_async": "_sync",
    "AsyncIterator": "Iterator",
    "StopAsyncIteration": "StopIteration",
    "aclose": "close",
    "aiter_bytes": "iter_bytes",
    "aiter_raw": "iter_raw",
    "anext": "next",
}
WORD = re.compile(r"\b\w+\b")
KEYWORDS = re.compile(r"\b(?:async|await) (?=\S)")


def sync_name(name: str) -> str:
    """The sync name of an identifier of the async source."""
    if name in NAMES:
        return NAMES[name]
    return re.sub(r"^Async(?=[A-Z])", "", name)


def sync_text(text: str) -> str:
    """Translate a comment or docstring, including its examples."""
    return WORD.sub(lambda word: sync_name(word[0]), KEYWORDS.sub("", text))


def derive(source: str) -> str:
    """Translate one module; the result is not formatted."""
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    pieces: list[str] = []
    done = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        begin, end = (starts[row - 1] + column for row, column in (token.start, token.end))
        if token.type == tokenize.NAME and token.string in ("async", "await"):
            new, end = "", end + 1  # drop the space after the keyword, too
        elif token.type == tokenize.NAME:
            new = sync_name(token.string)
        elif token.type in (tokenize.STRING, tokenize.COMMENT):
            new = sync_text(token.string)
        else:
            continue
        pieces += [source[done:begin], new]
        done = end
    return "".join([*pieces, source[done:]])


def formatted(text: str, name: str) -> str:
    """Format text with ruff and the settings of the project."""
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    if ruff is None:
        sys.exit("unasync: ruff is not installed; it is in the dependency group 'lint'")
    for command in (["check", "--fix-only", "--select", "I", "--quiet"], ["format", "--quiet"]):
        done = subprocess.run(
            [ruff, *command, "--stdin-filename", str(TARGET / name), "-"],
            input=text,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode != 0:
            sys.exit(f"unasync: ruff refused {name}: {done.stderr}")
        text = done.stdout
    return text


def main() -> int:
    """Write or check the sync half."""
    parser = argparse.ArgumentParser(description="Derive the sync half of the facade.")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args().check
    wanted = {
        path.name: formatted(
            HEADER.format(name=path.name) + derive(path.read_text(encoding="utf-8")), path.name
        )
        for path in sorted(SOURCE.glob("*.py"))
        if path.name not in BY_HAND
    }
    present = {
        path.name: path.read_text(encoding="utf-8")
        for path in TARGET.glob("*.py")
        if path.name not in BY_HAND
    }
    if check:
        for name in sorted(wanted.keys() | present.keys()):
            old, new = present.get(name, ""), wanted.get(name, "")
            sys.stdout.writelines(
                difflib.unified_diff(
                    old.splitlines(keepends=True),
                    new.splitlines(keepends=True),
                    f"_sync/{name}",
                    f"derived from _async/{name}",
                )
            )
        if wanted != present:
            sys.stderr.write("unasync: _sync/ is out of date; run: python scripts/unasync.py\n")
            return 1
        return 0
    TARGET.mkdir(exist_ok=True)
    for name in present.keys() - wanted.keys():
        (TARGET / name).unlink()
    for name, text in wanted.items():
        if present.get(name) != text:
            (TARGET / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
