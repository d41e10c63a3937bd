"""Updates openapi.json from the document that the API publishes, and summarises the changes.

    python scripts/follow.py                      use the document that GET /meta names
    python scripts/follow.py --base-url URL       ask another server
    python scripts/follow.py --from FILE|URL      use this document
    python scripts/follow.py --summary FILE       write the Markdown summary there, not to stdout

It compares the document with openapi.json (drift.py) and regenerates from it (regenerate.py), which
makes it the new openapi.json. In GitHub Actions it also adds the summary to the page of the job and
sets the output `changed`. Exit codes: 0 success, 1 the package cannot be generated and nothing has
changed, 2 wrong usage or no document.
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

# Import the reader of OpenAPI documents from this checkout, even if it is not installed.
sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "facade"))

import httpx

from creatoraudit.contract.openapi import DocumentRefused, bundled, inert, parse

SCRIPTS = Path(__file__).resolve().parent
MOST_BYTES = 20_000_000
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class NoDocument(Exception):
    """No document could be read to compare with; the message says why."""


def fetched(url: str) -> bytes:
    """Download a URL, within limits on time and size."""
    try:
        with httpx.stream(
            "GET", url, timeout=30.0, headers={"Accept": "application/json, */*;q=0.5"}
        ) as sent:
            if sent.status_code != 200:
                raise NoDocument(f"{url} responds with status {sent.status_code}")
            content = bytearray()
            for part in sent.iter_bytes():
                content += part
                if len(content) > MOST_BYTES:
                    raise NoDocument(f"{url} is longer than {MOST_BYTES:,} bytes")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NoDocument(f"{url} cannot be read: {error}") from None
    return bytes(content)


def decoded(content: bytes, name: str) -> Any:
    """Parse a JSON object."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise NoDocument(f"{name} is not a JSON object")
    return value


def published_document(content: bytes, origin: str) -> dict[str, Any]:
    """Parse a document, JSON or YAML, together with the files beside it that it refers to."""
    try:
        document = parse(content, origin)
    except DocumentRefused as error:
        raise NoDocument(str(error)) from None
    if not origin.startswith(("http://", "https://")):
        document = bundled(document, Path(origin).parent)
    return dict(document.root)


def published(base_url: str) -> str:
    """The document URL that the API names; it must be on the same host and use https."""
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
        raise NoDocument(f"{meta} names {url}, which is not an https URL on {ours.hostname}")
    return url


def ran(script: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script of this folder."""
    return subprocess.run(
        [sys.executable, str(SCRIPTS / script), *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def bullets(text: str) -> list[str]:
    """Format lines as Markdown bullets, escaped."""
    return [f"- `{inert(line)}`" for line in text.splitlines() if line.strip()]


def from_our_base(document: Any, ours: Any) -> Any:
    """Make paths that begin at the host relative to the base URL, as in openapi.json.

    A client puts its base URL before every path, and `/v2/v2/videos` does not exist. The URLs of
    servers become such base URLs; if all of them are ours, our list of servers is kept.
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
    """Compare and regenerate; returns exit code, whether anything changed, and the summary."""
    contract = root / "openapi.json"
    ours = decoded(contract.read_bytes(), "openapi.json")
    document = from_our_base(published_document(content, origin), ours)
    if document == ours:
        return 0, False, f"`{inert(origin)}` is the same as `openapi.json`.\n"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copyfile(contract, folder / "openapi.json")
        (folder / "published.json").write_text(json.dumps(document), encoding="utf-8")
        names = ("openapi.json", "published.json")
        drift = ran("drift.py", *names, "--format", "markdown", "--fail-on", "never", folder=folder)
        if drift.returncode != 0:
            raise NoDocument(f"{origin}: {drift.stderr.strip()}")
        # Run in the folder of the document, so that messages contain no folder names.
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
        f"The API's document, `{inert(origin)}`, differs from `openapi.json`.",
        "",
        drift.stdout.strip(),
        "",
        "### Regeneration" if done else "### The package cannot be generated; nothing has changed",
        "",
        *bullets(made.stdout if done else made.stderr),
        "",
    ]
    return made.returncode, done, "\n".join(lines)


def tell(summary: str, *, changed: bool, file: Path | None) -> None:
    """Write the summary, and the outputs for GitHub Actions if this runs there."""
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
    """Run the command line; see the module docstring."""
    parser = argparse.ArgumentParser(prog="follow", description=(__doc__ or "").partition("\n")[0])
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--base-url",
        metavar="URL",
        help="base URL of the API (default: the server in openapi.json)",
    )
    where.add_argument("--from", dest="origin", metavar="FILE|URL", help="use this document")
    parser.add_argument(
        "--summary", type=Path, metavar="FILE", help="file for the summary (default: stdout)"
    )
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
