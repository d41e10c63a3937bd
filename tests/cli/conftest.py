"""The command line as its users have it: a process, its exit code, its two streams, real HTTP.

`cli` runs commands, `sandbox` is a server that keeps the contract, and `scripted_api` is one on
loopback that says what a test puts into its mouth.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

if TYPE_CHECKING:
    from creatoraudit_sandbox import Sandbox

_NOT_FOR_CHILDREN = (
    *("CREATORAUDIT_API_KEY", "CREATORAUDIT_BASE_URL", "CREATORAUDIT_LOG"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"),
    *("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"),
)


@dataclass
class Cli:
    """Runs `creatoraudit` in an environment of which a test knows everything that matters."""

    env: dict[str, str]
    children: ExitStack

    def command(self, *args: str) -> list[str]:
        return [sys.executable, "-m", "creatoraudit.cli", *args]

    def __call__(
        self, *args: str, encoding: str = "utf-8", **env: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*args),
            env=self.env | env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding=encoding,
            timeout=90,
            check=False,
        )

    def start(self, *args: str, **env: str) -> subprocess.Popen[bytes]:
        child = self.children.enter_context(
            subprocess.Popen(
                self.command(*args),
                env=self.env | env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        )
        self.children.callback(child.kill)
        return child


@pytest.fixture
def cli() -> Iterator[Cli]:
    env = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_CHILDREN}
    with ExitStack() as children:
        yield Cli(env | {"PYTHONUTF8": "1"}, children)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    from creatoraudit_sandbox import Sandbox

    with Sandbox(seed=7) as running:
        yield running


@pytest.fixture
def at_sandbox(sandbox: Sandbox) -> dict[str, str]:
    """The environment in which commands talk to `sandbox`."""
    return {
        "CREATORAUDIT_BASE_URL": sandbox.base_url,
        "CREATORAUDIT_API_KEY": sandbox.api_key,
    }


Post = Callable[..., dict[str, Any]]


@pytest.fixture
def post() -> Post:
    """Makes a post for `ScriptedApi`: number, views gained in every window, members to change."""

    def make(number: int, gained: int | None, **members: Any) -> dict[str, Any]:
        return {
            "id": f"00000000-0000-4000-8000-{number:012d}",
            "platform": "tiktok",
            "external_id": str(number),
            "account_username": f"user{number}",
            "description": f"caption {number}",
            "view_count": 1_000_000,
            "first_scrape_time": "2026-05-01T00:00:00Z",
            "last_scrape_time": "2026-07-01T00:00:00Z",
            "gained": gained,
            **members,
        }

    return make


@dataclass
class ScriptedApi:
    """A server on loopback with the posts, and the faults, that a test gives it.

    A post is what the list says of it, plus `gained`: its views per window, or None for an id that
    the deltas endpoint does not know.
    """

    posts: Sequence[Mapping[str, Any]] = ()
    page_size: int = 200
    dies_after: int | None = None
    seen: list[str] = field(default_factory=list)
    stuck: threading.Event = field(default_factory=threading.Event)
    hangs_on: str = "nothing"
    released: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    @property
    def env(self) -> dict[str, str]:
        return {"CREATORAUDIT_BASE_URL": self.url, "CREATORAUDIT_API_KEY": "made-up-key"}

    def answer(self, path: str, query: Mapping[str, list[str]], body: Any) -> object:
        if path == "/v2/whoami":
            return {
                "data": {"type": "api_key", "organization_id": None, "api_key_name": "\x1b[31mme"}
            }
        if path == "/v2/videos/deltas":
            return self._deltas(body["video_ids"], body["windows"])
        start = int(query.get("cursor", ["0"])[0])
        page = self.posts[start : start + self.page_size]
        following = start + self.page_size
        more = following < len(self.posts)
        return {
            "data": [{k: v for k, v in post.items() if k != "gained"} for post in page],
            "pagination": {
                "next_cursor": str(following) if more else None,
                "has_next": more,
                "limit": self.page_size,
            },
            "filters": {},
        }

    def _deltas(self, ids: Sequence[str], windows: Sequence[int]) -> object:
        gained = {post["id"]: post["gained"] for post in self.posts}
        known = [video_id for video_id in ids if gained[video_id] is not None]
        return {
            "data": {i: {f"{days}d": gained[i] for days in windows} for i in known},
            "meta": {
                "windows": windows,
                "video_count": len(ids),
                "not_found": [video_id for video_id in ids if video_id not in known],
            },
        }


@pytest.fixture
def scripted_api() -> Iterator[Callable[..., ScriptedApi]]:
    with ExitStack() as servers:

        def start(**script: Any) -> ScriptedApi:
            api = ScriptedApi(**script)
            server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(api))
            server.daemon_threads = True
            api.url = f"http://127.0.0.1:{server.server_port}/v2"
            thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
            thread.start()
            for ending in (server.server_close, thread.join, server.shutdown, api.released.set):
                servers.callback(ending)
            return api

        yield start


def _handler(api: ScriptedApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            api.seen.append(f"{self.command} {self.path}")
            hangs = self.path.startswith(f"/v2/{api.hangs_on}")
            if hangs:
                api.stuck.set()
                api.released.wait(60)
            if hangs or (api.dies_after is not None and len(api.seen) > api.dies_after):
                self.close_connection = True
                return
            target = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            said = api.answer(target.path, parse_qs(target.query), json.loads(body or b"null"))
            data = json.dumps(said).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.send_header("X-Request-ID", "req-1")
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_GET  # noqa: N815 - the base class looks it up by this name

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as in the base
            pass

    return Handler
