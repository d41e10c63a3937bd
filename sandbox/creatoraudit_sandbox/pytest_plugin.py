"""Fixtures for the test suites of users.

Opted into with ``pytest_plugins = ["creatoraudit_sandbox.pytest_plugin"]``:

    def test_report(creatoraudit_sandbox):
        ca = CreatorAudit(creatoraudit_sandbox.api_key, base_url=creatoraudit_sandbox.base_url)

Override ``creatoraudit_sandbox_options`` to choose another world, clock or fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from .server import Options, Sandbox


@pytest.fixture
def creatoraudit_sandbox_options() -> Options:
    """Arguments of the sandbox: a small world, a clock that stands still, no rate limit."""
    return {"accounts": 10, "videos": 60, "now": "2026-06-15T12:00:00Z", "rate_limit": 0}


@pytest.fixture
def creatoraudit_sandbox(creatoraudit_sandbox_options: Options) -> Iterator[Sandbox]:
    """A sandbox of the test's own, running on a free loopback port."""
    with Sandbox(**creatoraudit_sandbox_options) as sandbox:
        yield sandbox


@pytest.fixture
def creatoraudit_environment(
    creatoraudit_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> Mapping[str, str]:
    """CREATORAUDIT_BASE_URL and CREATORAUDIT_API_KEY, set for the test to its sandbox."""
    variables = {
        "CREATORAUDIT_BASE_URL": creatoraudit_sandbox.base_url,
        "CREATORAUDIT_API_KEY": creatoraudit_sandbox.api_key,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables
