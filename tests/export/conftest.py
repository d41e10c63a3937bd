"""Exports against a sandbox of a few thousand posts with a frozen clock."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from creatoraudit import CreatorAudit
from creatoraudit.export import FORMATS, ExportProgress
from creatoraudit_sandbox import Sandbox
from support import answers
from support.faults import FaultyProxy
from support.server import Answer, Held, Request, ScriptedServer, Step

NOW = "2026-06-15T12:00:00Z"
POSTS = 3_000
# Of two walks side by side, eight of each platform.
PAGES = 16
KEY = "made-up-key"


@pytest.fixture(scope="session")
def posts() -> Iterator[Sandbox]:
    """A sandbox with enough posts for several parts."""
    with Sandbox(now=NOW, rate_limit=0, videos=POSTS, accounts=50) as running:
        yield running


@pytest.fixture
def ca(posts: Sandbox) -> Iterator[CreatorAudit]:
    posts.requests.clear()
    with CreatorAudit(posts.api_key, base_url=posts.base_url) as client:
        yield client
    posts.faults.clear()


@pytest.fixture(params=FORMATS)
def form(request: pytest.FixtureRequest) -> str:
    """Each format."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def undisturbed(posts: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """The content of an undisturbed export of all posts, by format."""
    from creatoraudit.export import export

    folder = tmp_path_factory.mktemp("undisturbed")
    with CreatorAudit(posts.api_key, base_url=posts.base_url) as client:
        return {
            form: export(client, "videos", folder, format=form).path.read_bytes()
            for form in FORMATS
        }


class Interrupter:
    """An `on_progress` hook that presses Ctrl-C after a number of rows."""

    def __init__(self, rows: int) -> None:
        self._rows = rows

    def __call__(self, now: ExportProgress) -> None:
        if now.rows >= self._rows:
            raise KeyboardInterrupt


def settle() -> None:
    """Wait for pages that nobody wants any more: their requests would be counted later."""
    for thread in threading.enumerate():
        if thread.name == "creatoraudit":
            thread.join()


class Gate(FaultyProxy):
    """A server in front of a sandbox that holds a list request until it is released."""

    def __init__(self, upstream: str, number: int) -> None:
        self.held = Held(Answer(503))
        self._left = number
        self._lock = threading.Lock()
        super().__init__(upstream)

    def _step(self, request: Request) -> Step:
        with self._lock:
            self._left -= request.path == "/videos" and "cursor" in request.query
            stop = self._left == 0
            self._left -= stop
        return self.held if stop else super()._step(request)

    def close(self) -> None:
        self.held.release.set()
        super().close()


def as_exported(items: Iterable[Any]) -> list[Any]:
    """The items of a long list in the order of the file: one platform after the other."""
    return sorted(items, key=lambda item: item.platform)


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of an exported file."""
    if path.suffix == ".jsonl":
        # Not splitlines(), because only a line feed ends a line of JSON lines.
        return [json.loads(line) for line in path.read_bytes().decode().split("\n")[:-1]]
    if path.suffix == ".csv":
        return list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))
    rows: list[dict[str, Any]] = pq.ParquetFile(path).read().to_pylist()
    return rows


def content(data: bytes, form: str) -> object:
    """The bytes of an exported file, without the time that Parquet files contain."""
    if form != "parquet":
        return data
    file = pq.ParquetFile(io.BytesIO(data))
    about = dict(file.schema_arrow.metadata)
    del about[b"creatoraudit.written_at"]
    groups = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    return about, groups, file.read().to_pylist()


Listing = Callable[..., ScriptedServer]


@pytest.fixture
def listing(serve: Callable[..., ScriptedServer]) -> Listing:
    """Starts a server whose list of posts has the pages given, for a named organization."""

    def start(*pages: Sequence[Mapping[str, Any]], organization: str = "org-1") -> ScriptedServer:
        def answer(request: Request) -> Step:
            if request.path == "/whoami":
                return answers.one({"organization_id": organization, "api_key_name": "tests"})
            number = int(request.query.get("cursor", ["0"])[0])
            following = str(number + 1) if number + 1 < len(pages) else None
            return answers.page(pages[number], following)

        return serve(answer)

    return start


@pytest.fixture
def client_of() -> Iterator[Callable[[ScriptedServer], CreatorAudit]]:
    """Makes clients of scripted servers."""
    clients: list[CreatorAudit] = []

    def make(server: ScriptedServer) -> CreatorAudit:
        clients.append(CreatorAudit(KEY, base_url=server.url, max_retries=0))
        return clients[-1]

    yield make
    for client in clients:
        client.close()
