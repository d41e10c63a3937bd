"""Plain HTTP against sandboxes: nothing of the SDK is in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from creatoraudit_sandbox import Sandbox
from support import measure

NOW = "2026-06-15T12:00:00Z"


class Api(httpx.Client):
    """An HTTP client for one sandbox and one key, with the walks that many tests need."""

    def __init__(self, sandbox: Sandbox, key: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {key or sandbox.api_key}"}
        # With certificates to verify, each client would spend a tenth of a second on loading them.
        super().__init__(base_url=sandbox.base_url, headers=headers, trust_env=False, verify=False)
        self.sandbox = sandbox

    def walk(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """All items of a list."""
        items: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.get(path, params={"limit": 200, **params, **cursor}).json()
            items += page["data"]
            if not page["pagination"]["has_next"]:
                return items
            cursor = {"cursor": page["pagination"]["next_cursor"]}

    def deltas(self, ids: list[str], windows: list[int]) -> dict[str, dict[str, int]]:
        """Deltas of any number of posts, all of them known."""
        found: dict[str, dict[str, int]] = {}
        for start in range(0, len(ids), 200):
            body = {"video_ids": ids[start : start + 200], "windows": windows}
            answer = self.post("/videos/deltas", json=body).json()
            assert answer["meta"]["not_found"] == []
            found |= answer["data"]
        return found


@pytest.fixture(autouse=True)
def _measured() -> Iterator[None]:
    with measure.sandboxes_measured():
        yield


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """The shared sandbox of these tests, measured; other tests share one that is not."""
    with ExitStack() as running:
        with measure.sandboxes_measured():
            shared = running.enter_context(Sandbox(now=NOW, rate_limit=0))
        yield shared


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[Api]:
    """The shared sandbox, for tests that change nothing."""
    with Api(sandbox) as client:
        yield client


@pytest.fixture
def start() -> Iterator[Callable[..., Api]]:
    """Starts sandboxes of a test's own: `start(accounts=1, ...)`."""
    with ExitStack() as running:

        def begin(**options: Any) -> Api:
            chosen: dict[str, Any] = {
                "now": NOW,
                "rate_limit": 0,
                "accounts": 4,
                "videos": 20,
            } | options
            return running.enter_context(Api(running.enter_context(Sandbox(**chosen))))

        yield begin


@pytest.fixture
def fresh(start: Callable[..., Api]) -> Api:
    """A small sandbox of a test's own, which it may change."""
    return start()
