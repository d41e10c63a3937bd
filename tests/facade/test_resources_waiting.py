"""Waiting for a refresh."""

from __future__ import annotations

import datetime as dt

import pytest

from creatoraudit import NotFoundError, ServiceUnavailableError, UsageError, WaitTimeout
from creatoraudit._core import clock
from creatoraudit_sandbox import Sandbox
from support.answers import one, problem, video, video_id

NOW = "2026-06-15T12:00:00Z"
FIRST = dt.datetime(2026, 6, 15, tzinfo=dt.UTC)
FRESH = one(video(1))
NEVER = one(video(1, first_scrape_time=None, last_scrape_time=None))


@pytest.mark.parametrize("resource", ["accounts", "videos"])
def test_what_is_tracked_is_there_after_its_first_refresh(facade, resource):
    """The server's clock goes on by as much as the client would have waited."""
    with (
        Sandbox(now=NOW, rate_limit=0, accounts=0, videos=0, refresh_delay=30) as slow,
        clock.skipped_waits(slow.advance) as waits,
    ):
        ca = facade(slow.base_url, slow.api_key)
        made = ca.do(lambda ca: getattr(ca, resource).track("712345", platform="tiktok"))
        assert made.last_scrape_time is None
        fresh = ca.do(lambda ca: getattr(ca, resource).wait_until_refreshed(made.id, poll=2))
        ca.close()
    assert fresh.id == made.id
    assert fresh.last_scrape_time >= made.added_at + dt.timedelta(seconds=30)
    assert waits == [2, 3, 4.5, 6.75, 10.125, 15.1875]


def test_the_pauses_grow_up_to_a_minute(facade, serve, waits):
    server = serve(*[NEVER] * 12, FRESH)
    ca = facade(server.url)
    ca.do(lambda ca: ca.videos.wait_until_refreshed(video_id(1), timeout=3600))
    assert waits[0] == 2.0
    assert waits == sorted(waits)
    assert waits[-3:] == [60.0] * 3


def test_what_was_refreshed_already_is_read_once(facade, serve, waits):
    server = serve(FRESH)
    found = facade(server.url).do(lambda ca: ca.videos.wait_until_refreshed(video_id(1).upper()))
    assert found.id == video_id(1)
    assert waits == []


def test_giving_up_carries_the_last_state(facade, serve, waits):
    server = serve(lambda _: NEVER)
    ca = facade(server.url)
    with pytest.raises(WaitTimeout) as gave_up:
        ca.do(lambda ca: ca.videos.wait_until_refreshed(video_id(1), timeout=10, poll=3))
    assert gave_up.value.last.id == video_id(1)
    assert gave_up.value.last.last_scrape_time is None
    assert video_id(1) in str(gave_up.value)
    assert waits[:2] == [3, 4.5]
    assert sum(waits) == pytest.approx(10, abs=0.5)


def test_the_next_refresh_can_be_waited_for(facade, serve, waits):
    later = one(video(1, last_scrape_time="2026-06-15T00:00:01Z"))
    server = serve(FRESH, FRESH, later)
    ca = facade(server.url)
    found = ca.do(lambda ca: ca.videos.wait_until_refreshed(video_id(1), after=FIRST))
    assert found.last_scrape_time > FIRST
    assert len(waits) == 2


def test_an_error_ends_the_wait(facade, serve, waits):
    ca = facade(serve(NEVER, problem(404, "NOT_FOUND")).url)
    with pytest.raises(NotFoundError):
        ca.do(lambda ca: ca.videos.wait_until_refreshed(video_id(1)))
    assert len(waits) == 1


def test_no_read_is_tried_again_beyond_the_time_to_wait(facade, serve, waits):
    busy = problem(503, "SERVICE_UNAVAILABLE", headers={"retry-after": "20"})
    ca = facade(serve(NEVER, busy).url)
    with pytest.raises(ServiceUnavailableError):
        ca.do(lambda ca: ca.videos.wait_until_refreshed(video_id(1), timeout=10, poll=3))
    assert waits == [3]


def test_the_last_read_of_a_wait_has_a_few_seconds(facade, serve, waits):
    busy = problem(503, "SERVICE_UNAVAILABLE", headers={"retry-after": "4"})
    ca = facade(serve(NEVER, busy, NEVER).url)
    with pytest.raises(WaitTimeout):
        ca.do(lambda ca: ca.videos.wait_until_refreshed(video_id(1), timeout=2, poll=3))
    assert waits == pytest.approx([2, 4], abs=0.5)


def test_no_read_has_more_time_than_the_client_gives_a_call(facade, serve, waits):
    busy = problem(503, "SERVICE_UNAVAILABLE", headers={"retry-after": "20"})
    ca = facade(serve(busy).url, retry_budget=15)
    with pytest.raises(ServiceUnavailableError):
        ca.do(lambda ca: ca.accounts.wait_until_refreshed(video_id(1), timeout=300))
    assert waits == []


def test_options_apply_to_each_read(facade, serve, waits):
    server = serve(NEVER, FRESH)
    ca = facade(server.url)
    ca.do(lambda ca: ca.videos.wait_until_refreshed(video_id(1), extra_headers={"X-Trace": "1"}))
    assert [request.headers["x-trace"] for request in server.requests] == ["1", "1"]
    assert len(waits) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": float("nan")},
        {"poll": 0},
        {"poll": float("nan")},
        {"poll": "2"},
        {"after": "2026-06-15"},
        {"after": dt.datetime.fromisoformat("2026-06-15T00:00:00")},
    ],
    ids=str,
)
def test_numbers_that_make_no_sense_are_refused(facade, serve, wrong):
    server = serve()
    ca = facade(server.url)
    with pytest.raises(UsageError):
        ca.do(lambda ca: ca.videos.wait_until_refreshed(video_id(1), **wrong))
    assert server.requests == []
