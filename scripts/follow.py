"""Takes over the document that the API publishes about itself, and says what that changes.

    python scripts/follow.py                      from where GET /meta says it is
    python scripts/follow.py --base-url URL       of another server
    python scripts/follow.py --from FILE|URL      from here instead
    python scripts/follow.py --summary FILE       Markdown for a pull request; else on stdout

Compares it with openapi.json (drift.py) and regenerates from it (regenerate.py), which makes it the
new openapi.json. In GitHub Actions the summary is also added to the page of the job, and the output
`changed` says whether there is something to propose. Exit codes: 0 done, 1 it cannot be generated
from and nothing was touched, 2 usage, or there was no document to be had.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

# The reader of OpenAPI documents is part of the facade of this checkout, installed or not.
sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "facade"))

import httpx

from creatoraudit.contract.openapi import inert

SCRIPTS = Path(__file__).resolve().parent
MOST_BYTES = 20_000_000
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class NoDocument(Exception):
    """There is no document to compare with; the text says why."""


def fetched(url: str) -> bytes:
    """What is behind a URL, if it answers with success, at once and not without end."""
    try:
        with httpx.stream("GET", url, timeout=30.0, headers={"Accept": "application/json"}) as sent:
            if sent.status_code != 200:
                raise NoDocument(f"{url} answers {sent.status_code}")
            content = bytearray()
            for part in sent.iter_bytes():
                content += part
                if len(content) > MOST_BYTES:
                    raise NoDocument(f"{url} is longer than {MOST_BYTES:,} bytes")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NoDocument(f"{url} cannot be read: {error}") from None
    return bytes(content)


def decoded(content: bytes, name: str) -> Any:
    """A JSON object."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise NoDocument(f"{name} is not a JSON object")
    return value


def published(base_url: str) -> str:
    """Where the API says its document is; it must be its own host, and https."""
    meta = f"{base_url.rstrip('/')}/meta"
    data = decoded(fetched(meta), meta).get("data")
    url = data.get("openapi_url") if isinstance(data, dict) else None
    if not isinstance(url, str):
        raise NoDocument(f"{meta} has no data.openapi_url")
    try:
        ours, theirs = urlsplit(base_url), urlsplit(url)
        same = ours.hostname == theirs.hostname and theirs.username is None
    except ValueError:
        raise NoDocument(f"{meta} names {url}, which is not a URL") from None
    secure = theirs.scheme == "https" or (theirs.scheme == "http" and ours.hostname in _LOOPBACK)
    if not same or not secure:
        raise NoDocument(f"{meta} names {url}, which is not on {ours.hostname} with https")
    return url


def ran(script: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A script of this folder, run to its end."""
    return subprocess.run(
        [sys.executable, str(SCRIPTS / script), *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def bullets(text: str) -> list[str]:
    """Lines as Markdown that shows them and does nothing else."""
    return [f"- `{inert(line)}`" for line in text.splitlines() if line.strip()]


def from_our_base(document: Any, ours: Any) -> Any:
    """The document with paths as ours has them, after the base URL, if its own begin at the host.

    A client puts its base URL before every path: `/v2/v2/videos` would be nowhere. The servers
    become such base URLs; they stay ours only if they are where ours are.
    """
    base = ours["servers"][0]["url"].rstrip("/")
    paths, prefix = document.get("paths"), urlsplit(base).path
    if not prefix or not isinstance(paths, dict) or not paths:
        return document
    if not all(path.startswith(f"{prefix}/") for path in paths):
        return document
    shorter = {path.removeprefix(prefix): item for path, item in paths.items()}
    servers = []
    given = document.get("servers") or [{"url": "/"}]
    for server in given if isinstance(given, list) else ():
        url = server.get("url") if isinstance(server, dict) else None
        if not isinstance(url, str):
            return document
        url = url.rstrip("/").removesuffix(prefix)
        host = base.removesuffix(prefix) if not url or url.startswith("/") else ""
        servers.append({**server, "url": f"{host}{url}{prefix}"})
    if {one["url"] for one in servers} <= {one["url"] for one in ours["servers"]}:
        servers = ours["servers"]
    return {**document, "servers": servers, "paths": shorter}


def follow(origin: str, content: bytes, root: Path) -> tuple[int, bool, str]:
    """Exit code, whether something has changed, and the summary."""
    contract = root / "openapi.json"
    ours = decoded(contract.read_bytes(), "openapi.json")
    document = from_our_base(decoded(content, origin), ours)
    if document == ours:
        return 0, False, f"`{inert(origin)}` says what `openapi.json` says.\n"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copyfile(contract, folder / "openapi.json")
        (folder / "published.json").write_text(json.dumps(document), encoding="utf-8")
        names = ("openapi.json", "published.json")
        drift = ran("drift.py", *names, "--format", "markdown", "--fail-on", "never", folder=folder)
        if drift.returncode != 0:
            raise NoDocument(f"{origin}: {drift.stderr.strip()}")
        # It runs where the document is, so that its messages name no folder.
        places = ("--root", str(root.resolve()), "--scripts", str(SCRIPTS))
        made = ran(
            "regenerate.py",
            "--from",
            "published.json",
            "--skip-unsupported",
            *places,
            folder=folder,
        )
    done = made.returncode == 0
    lines = [
        f"The API's document, `{inert(origin)}`, is not what `openapi.json` was.",
        "",
        drift.stdout.strip(),
        "",
        "### Regeneration" if done else "### It cannot be generated from; nothing was changed",
        "",
        *bullets(made.stdout if done else made.stderr),
        "",
    ]
    return made.returncode, done, "\n".join(lines)


def tell(summary: str, *, changed: bool, file: Path | None) -> None:
    """Put the summary where it was asked for, and tell GitHub Actions if this runs there."""
    if file is None:
        print(summary, end="")
    else:
        file.write_text(summary, encoding="utf-8")
    for variable, text in (
        ("GITHUB_STEP_SUMMARY", f"{summary}\n"),
        ("GITHUB_OUTPUT", f"changed={str(changed).lower()}\n"),
    ):
        if name := os.environ.get(variable):
            with Path(name).open("a", encoding="utf-8") as collected:
                collected.write(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line; see the module's text."""
    parser = argparse.ArgumentParser(prog="follow", description=(__doc__ or "").partition("\n")[0])
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--base-url", metavar="URL", help="the API; else the server of openapi.json")
    where.add_argument("--from", dest="origin", metavar="FILE|URL", help="take this document")
    parser.add_argument("--summary", type=Path, metavar="FILE", help="where the summary goes")
    parser.add_argument("--root", type=Path, default=SCRIPTS.parent, help="checkout to work in")
    options = parser.parse_args(arguments)
    try:
        ours = decoded((options.root / "openapi.json").read_bytes(), "openapi.json")
        base_url = options.base_url or ours["servers"][0]["url"]
        origin: str = options.origin or published(base_url)
        remote = origin.startswith(("http://", "https://"))
        content = fetched(origin) if remote else Path(origin).read_bytes()
        code, changed, summary = follow(origin, content, options.root)
    except (NoDocument, OSError) as error:
        print(f"follow: {inert(str(error))}", file=sys.stderr)
        return 2
    tell(summary, changed=changed, file=options.summary)
    return code


if __name__ == "__main__":
    sys.exit(main())
