"""Snapshots against a sandbox of a few organizations, and against an API that a test scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pytest

from creatoraudit_sandbox import Sandbox
from support import answers
from support.server import Answer, Request, ScriptedServer, Step

Item = dict[str, Any]
PATHS = {
    "/accounts": "accounts",
    "/videos": "videos",
    "/account-videos": "account-videos",
    "/creators": "creators",
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox of three organizations with lists of one page and of several."""
    with Sandbox(
        organizations=3, accounts=4, videos=250, account_videos=20, rate_limit=0
    ) as running:
        yield running


@pytest.fixture
def config(sandbox: Sandbox, tmp_path: Path) -> Path:
    sandbox.requests.clear()
    sandbox.write_config(tmp_path / "creatoraudit.toml")
    return tmp_path / "creatoraudit.toml"


@dataclass
class Tenant:
    """An organization of the scripted API.

    Attributes:
        identity: Its id.
        lists: The pages of its lists, by name of the list.
        totals: Lengths to tell, one per request that asks; the true one when there are no more.
        steps: Steps that take the place of an answer, by path; functions of the request.
        known: Whether the deltas endpoint knows an id.
    """

    identity: str
    lists: dict[str, list[list[Item]]] = field(default_factory=dict)
    totals: list[int | None] = field(default_factory=list)
    steps: dict[str, Callable[[Request], Step | None]] = field(default_factory=dict)
    known: Callable[[str], bool] = lambda _: True

    def answer(self, request: Request) -> Step:
        chosen = self.steps.get(request.path, lambda _: None)(request)
        if chosen is not None:
            return chosen
        if request.path == "/whoami":
            return answers.one({"organization_id": self.identity, "api_key_name": "tests"})
        if request.path == "/videos/deltas":
            return self.deltas(request)
        pages = self.lists.get(PATHS[request.path], [[]])
        (number,) = map(int, request.query.get("cursor", ["0"]))
        more = {}
        if request.query.get("include_total") == ["true"]:
            true = len({item["id"] for page in pages for item in page})
            more = {"total_count": self.totals.pop(0) if self.totals else true}
        following = str(number + 1) if number + 1 < len(pages) else None
        return answers.page(pages[number], following, **more)

    def deltas(self, request: Request) -> Answer:
        asked = request.query if request.method == "GET" else request.json
        ids = [one for part in asked["video_ids"] for one in part.split(",")]
        known = [one for one in ids if self.known(one)]
        windows = {f"{days}d": days for days in (1, 7, 14, 30)}
        return answers.deltas(
            dict.fromkeys(known, windows), not_found=[one for one in ids if one not in known]
        )


@dataclass
class Api:
    """A scripted API of several organizations, and the file that names them."""

    server: ScriptedServer
    config: Path
    tenants: dict[str, Tenant]

    def requests(self, path: str, key: str | None = None) -> list[Request]:
        """The requests for a path, those with one key only if it is given."""
        return [
            one
            for one in self.server.requests
            if one.path == path and (key is None or one.headers["authorization"] == f"Bearer {key}")
        ]


@pytest.fixture
def api(serve: Callable[..., ScriptedServer], tmp_path: Path) -> Callable[..., Api]:
    """Starts the scripted API: `api(acme=Tenant(...), globex=Tenant(...))`; keys are `key-NAME`."""

    def start(**tenants: Tenant) -> Api:
        keys = {f"Bearer key-of-{name}": tenant for name, tenant in tenants.items()}

        def answer(request: Request) -> Step:
            tenant = keys.get(request.headers["authorization"])
            if tenant is None:
                return answers.problem(401, "UNAUTHORIZED")
            return tenant.answer(request)

        server = serve(answer)
        text = ""
        for name in tenants:
            (tmp_path / f"{name}.key").write_text(f"key-of-{name}")
            text += f'[organizations.{name}]\nkey = "file:{name}.key"\nbase_url = "{server.url}"\n'
        config = tmp_path / "creatoraudit.toml"
        config.write_text(text)
        return Api(server, config, tenants)

    return start


def posts(start: int, count: int, **members: Any) -> list[Item]:
    """Posts with consecutive numbers."""
    return [answers.video(number, **members) for number in range(start, start + count)]


def rows(root: object, what: str) -> list[Item]:
    """All rows of a list in a local root."""
    found: list[Item] = ds.dataset(f"{root}/{what}", partitioning="hive").to_table().to_pylist()
    return found


def visible(root: Path) -> list[str]:
    """Names of all files below a local root that a reader would see."""
    return sorted(
        one.relative_to(root).as_posix()
        for one in root.rglob("*")
        if one.is_file() and not one.name.startswith(".")
    )


def files(root: Path) -> Sequence[Path]:
    """All files below a local root."""
    return [one for one in root.rglob("*") if one.is_file()]
