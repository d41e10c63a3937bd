"""Runs a headless Chromium from PATH with Playwright, without network access.

Playwright would download its own browser, but pages are made for the one that people have.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = (
    f"no Chromium on PATH (looked for {', '.join(NAMES)}); install one: apt-get install chromium,"
    " dnf install chromium, brew install --cask chromium, or from google.com/chrome"
)
_QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run it for a while.

    Raises:
        LookupError: There is none; says how to get one.
    """
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise LookupError(MISSING)
    # The browser's sandbox does not work for root in a container; the pages are our own.
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    args = [*_QUIET, "--no-sandbox"] if as_root else list(_QUIET)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=args)
        try:
            yield browser
        finally:
            browser.close()
