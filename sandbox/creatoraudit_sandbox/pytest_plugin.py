"""Pytest fixtures that run a sandbox for your tests.

Enable them with ``pytest_plugins = ["creatoraudit_sandbox.pytest_plugin"]``:

    def test_report(creatoraudit_sandbox):
        ca = CreatorAudit(creatoraudit_sandbox.api_key, base_url=creatoraudit_sandbox.base_url)

Override ``creatoraudit_sandbox_options`` to choose another world, clock or fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import pytest

from .server import Options, Sandbox


@pytest.fixture
def creatoraudit_sandbox_options() -> Options:
    """Arguments of the sandbox. The default is a small world, a frozen clock and no rate limit."""
    return {"accounts": 10, "videos": 60, "now": "2026-06-15T12:00:00Z", "rate_limit": 0}


@pytest.fixture
def creatoraudit_sandbox(creatoraudit_sandbox_options: Options) -> Iterator[Sandbox]:
    """A running sandbox for this test, on a free loopback port."""
    with Sandbox(**creatoraudit_sandbox_options) as sandbox:
        yield sandbox


@pytest.fixture
def creatoraudit_world(
    creatoraudit_sandbox_options: Options, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Mapping[str, Any]], Sandbox]]:
    """Start a sandbox with the test's own world and point the environment at it.

    sandbox = creatoraudit_world({"posts": {"X": {"views": {"-7d": 1_000, "now": 6_000}}}})
    """
    with ExitStack() as running:

        def start(world: Mapping[str, Any]) -> Sandbox:
            options: Options = {**creatoraudit_sandbox_options, "world": world}
            sandbox = running.enter_context(Sandbox(**options))
            _point_at(sandbox, monkeypatch)
            return sandbox

        yield start


@pytest.fixture
def creatoraudit_environment(
    creatoraudit_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> Mapping[str, str]:
    """Set CREATORAUDIT_BASE_URL and CREATORAUDIT_API_KEY to the test's sandbox."""
    return _point_at(creatoraudit_sandbox, monkeypatch)


def _point_at(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    variables = {
        "CREATORAUDIT_BASE_URL": sandbox.base_url,
        "CREATORAUDIT_API_KEY": sandbox.api_key,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables
