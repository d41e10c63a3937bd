"""The loggers of httpx and httpcore are silent for our requests only."""

from __future__ import annotations

import logging

import httpx
import pytest

from creatoraudit import CreatorAuditError
from support.answers import WHOAMI, page, problem, video
from support.server import Answer, Reset

LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "hpack.hpack", "anyio", "asyncio")
SECRETS = ("whisper", "cursor-of-mine", "sk-very-secret-key", "x-told-by-the-server")


@pytest.fixture
def everything(caplog):
    for name in ("", *LOGGERS):
        caplog.set_level(logging.DEBUG, logger=name or None)
    return caplog


@pytest.mark.usefixtures("waits")
def test_library_logs_no_query_cursor_or_header_of_ours(facade, serve, everything):
    told = {"x-told-by-the-server": "1"}
    first = page([video(1)], "cursor-of-mine")
    failing = problem(503, headers=told)
    server = serve(
        Answer(json=first.json, headers=told), failing, page([video(2)]), Reset(), WHOAMI
    )
    ca = facade(server.url, "sk-very-secret-key", max_retries=1)
    assert len(ca.collect(lambda ca: ca.videos.list(q="whisper"))) == 2
    ca.do(lambda ca: ca.whoami())
    assert any("cursor-of-mine" in request.target for request in server.requests)
    for secret in SECRETS:
        assert secret not in everything.text
    assert "list_videos GET /videos try 1: 200" in everything.text


def test_library_logs_a_programs_own_requests_as_ever(facade, serve, everything):
    server = serve(problem(401), WHOAMI)
    with pytest.raises(CreatorAuditError):
        facade(server.url).do(lambda ca: ca.whoami())
    with httpx.Client(trust_env=False) as client:
        client.get(server.url + "/mine?q=whisper")
    assert "whisper" in everything.text
