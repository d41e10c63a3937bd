"""Makes the pictures of the front page: terminal output, and reports as a browser shows them.

They show real output for a sandbox with a frozen clock, so they change only when the output does.
Needs a Chromium on PATH.

    nox -s pictures
"""

from __future__ import annotations

import datetime as dt
import html
import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from creatoraudit import CreatorAudit
from creatoraudit.report import Digest, Provenance, render_html
from creatoraudit_sandbox import Sandbox

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests"))

from support.chromium import chromium  # noqa: E402 - finds the browser as the tests do

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NOW = dt.datetime(2026, 6, 15, 12, 0, tzinfo=dt.UTC)
OUT = ROOT / "docs" / "images"
COMMAND = ("breakouts", "--sandbox")
MOST_BYTES = 300_000
# A web font, which a viewer of the file cannot load.
_WEB_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_TEXT = re.compile(r'(<text [^>]*textLength=")([0-9.]+)("[^>]*>)([^<]+)<')


def main() -> None:
    """Make all pictures."""
    OUT.mkdir(parents=True, exist_ok=True)
    with Sandbox(now=NOW.isoformat(), rate_limit=0) as sandbox:
        (OUT / "breakouts-terminal.svg").write_text(terminal(sandbox), encoding="utf-8")
        with CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as ca:
            whose = Provenance.of(ca.call("whoami"))
            breakouts = render_html(ca.breakouts(top=5), provenance=whose)
            digest = Digest("7d", ca.overview("7d"), ca.creators.top("7d", limit=5))
    with chromium() as browser:
        # The first two sections are enough for a picture.
        photograph(browser, breakouts, "breakouts", until="section:nth-of-type(2)")
        photograph(browser, render_html(digest, provenance=whose), "digest", until="main")
    for picture in sorted(OUT.iterdir()):
        size = picture.stat().st_size
        print(f"{picture.relative_to(ROOT)}  {size:,} bytes")
        if size > MOST_BYTES:
            raise SystemExit(f"{picture.name} is larger than {MOST_BYTES:,} bytes")


def terminal(sandbox: Sandbox) -> str:
    """The colour output of the command in a terminal, as SVG."""
    ran = subprocess.run(
        [sys.executable, "-m", "creatoraudit", COMMAND[0]],
        env=os.environ
        | {
            "CREATORAUDIT_BASE_URL": sandbox.base_url,
            "CREATORAUDIT_API_KEY": sandbox.api_key,
            "FORCE_COLOR": "1",
            "PYTHONUTF8": "1",
        },
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    )
    said = Text.from_ansi(f"$ creatoraudit {' '.join(COMMAND)}\n\n{ran.stdout}")
    width = max(line.cell_len for line in said.split())
    console = Console(record=True, width=width, file=io.StringIO(), force_terminal=True)
    console.print(said)
    svg = console.export_svg(title="creatoraudit", theme=MONOKAI, unique_id="terminal")
    return _TEXT.sub(_stretched, _WEB_FONT.sub("", svg))


def _stretched(found: re.Match[str]) -> str:
    """Set the length of a text by its cells: rich counts an emoji as one cell, not two."""
    start, length, rest, text = found.groups()
    shown = html.unescape(text)
    per_character = float(length) / len(shown)
    return f"{start}{cell_len(shown) * per_character:.1f}{rest}{text}<"


def photograph(browser: Browser, page: str, name: str, *, until: str) -> None:
    """Take pictures of a page down to the end of an element, in light and dark mode."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.html"
        file.write_text(page, encoding="utf-8")
        schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
        for scheme in schemes:
            tab = browser.new_page(viewport={"width": 1100, "height": 900}, color_scheme=scheme)
            tab.goto(file.as_uri())
            box = tab.locator(until).bounding_box()
            assert box is not None
            tab.screenshot(
                path=OUT / f"{name}-{scheme}.png",
                full_page=True,
                clip={"x": 0, "y": 0, "width": 1100, "height": box["y"] + box["height"] + 24},
            )
            tab.close()


if __name__ == "__main__":
    main()
