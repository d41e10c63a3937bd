"""Time in a sandbox: frozen or real, refreshes, and the rate window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from creatoraudit_sandbox import Sandbox

from .conftest import NOW, Api

DAY = 86_400


def test_frozen_world_stands_still(fresh: Api) -> None:
    assert fresh.get("/videos").content == fresh.get("/videos").content


def test_nothing_is_refreshed_soon_after_the_start(fresh: Api) -> None:
    before = fresh.get("/videos?limit=200").content
    fresh.sandbox.advance(3600)
    assert fresh.get("/videos?limit=200").content == before


def test_routine_refreshes_follow_the_interval(fresh: Api) -> None:
    def due() -> list[dict[str, str]]:
        return [v for v in fresh.walk("/videos", is_active="true") if not v["is_unavailable"]]

    fresh.sandbox.advance(30 * DAY)
    now = datetime.fromisoformat(NOW) + timedelta(days=30)
    assert due()
    for video in due():
        age = now - datetime.fromisoformat(video["last_scrape_time"])
        assert timedelta(0) <= age < timedelta(hours=int(video["scrape_interval_hours"]))


def test_paused_and_unavailable_posts_are_not_refreshed(fresh: Api) -> None:
    def still() -> dict[str, str]:
        return {
            v["id"]: v["last_scrape_time"]
            for path in ("/videos", "/account-videos")
            for v in fresh.walk(path)
            if not v["is_active"] or v["is_unavailable"]
        }

    before = still()
    fresh.sandbox.advance(30 * DAY)
    assert before
    assert still() == before


def test_posts_of_an_account_are_refreshed_with_it(fresh: Api) -> None:
    fresh.sandbox.advance(2 * DAY)
    for account in fresh.walk("/accounts"):
        times = {
            v["last_scrape_time"]
            for v in fresh.walk("/account-videos")
            if v["account_id"] == account["id"] and v["is_active"] and not v["is_unavailable"]
        }
        assert times == {account["last_scrape_time"]}


def test_new_posts_are_found_as_time_goes_by(fresh: Api) -> None:
    before = {v["id"] for v in fresh.walk("/account-videos")}
    fresh.sandbox.advance(20 * DAY)
    after = {v["id"] for v in fresh.walk("/account-videos")}
    assert before < after
    pairs = {(v["platform"], v["external_id"]) for v in fresh.walk("/account-videos")}
    assert len(pairs) == len(after)


def test_refreshes_that_were_slept_through_leave_the_first_one_where_it_was(fresh: Api) -> None:
    video = fresh.post("/videos", json={"platform": "tiktok", "identifier": "1"}).json()["data"]
    body = {"platform": "tiktok", "username": "someone"}
    account = fresh.post("/accounts", json=body).json()["data"]
    fresh.sandbox.advance(10 * DAY + 1)
    for path in (f"/videos/{video['id']}", f"/accounts/{account['id']}"):
        item = fresh.get(path).json()["data"]
        assert item["first_scrape_time"] == "2026-06-15T12:00:01Z"
        assert item["last_scrape_time"] == "2026-06-25T12:00:01Z"
    posts = [v for v in fresh.walk("/account-videos") if v["account_id"] == account["id"]]
    first = {v["first_scrape_time"] for v in posts}
    assert len(first) > 1
    for post in posts:
        assert post["create_time"] <= post["first_scrape_time"] <= post["last_scrape_time"]
        assert post["first_scrape_time"].endswith("12:00:01Z")


def test_long_sleep_is_caught_up_with_at_once(fresh: Api) -> None:
    fresh.sandbox.advance(20 * 365 * DAY)
    assert fresh.get("/videos").status_code == 200


def test_real_clock_by_default() -> None:
    with Sandbox(accounts=1, videos=1) as sandbox, Api(sandbox) as api:
        date = parsedate_to_datetime(api.get("/health").headers["Date"])
        assert abs(datetime.now(UTC) - date) < timedelta(minutes=1)


def test_clock_does_not_run_backwards(fresh: Api) -> None:
    with pytest.raises(ValueError, match="forwards"):
        fresh.sandbox.advance(-1)


@pytest.mark.parametrize("now", [datetime(2026, 6, 15), "yesterday"])  # noqa: DTZ001 - that is the test
def test_vague_instants_are_refused(now: datetime | str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - two different messages
        Sandbox(now=now)


def test_aware_instants_and_dates_are_understood() -> None:
    for now in (datetime(2026, 6, 15, 12, tzinfo=UTC), "2026-06-15T14:00:00+02:00"):
        sandbox = Sandbox(now=now, accounts=0, videos=0)
        assert sandbox.now() == datetime.fromisoformat(NOW).timestamp()
        sandbox.close()


# ------------------------------------------------------------------------------------ rate limit


def test_headers_count_down(start: Callable[..., Api]) -> None:
    api = start(rate_limit=3)
    left = [api.get("/whoami").headers["X-RateLimit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    headers = api.get("/videos").headers
    left = int(headers["X-RateLimit-Reset"]) - datetime.fromisoformat(NOW).timestamp()
    assert headers["X-RateLimit-Limit"] == "3"
    assert 0 < left <= 60


def test_used_up_window_is_429_with_retry_after(start: Callable[..., Api]) -> None:
    api = start(rate_limit=1, rate_window=4500)
    api.get("/whoami")
    api.sandbox.advance(500)
    answer = api.get("/whoami")
    assert (answer.status_code, answer.json()["code"]) == (429, "RATE_LIMITED")
    assert 3900 < int(answer.headers["Retry-After"]) <= 4000
    assert answer.headers["X-RateLimit-Remaining"] == "0"


def test_window_opens_again_after_retry_after(start: Callable[..., Api]) -> None:
    api = start(rate_limit=1)
    api.get("/whoami")
    api.sandbox.advance(int(api.get("/whoami").headers["Retry-After"]))
    assert api.get("/whoami").status_code == 200


@pytest.mark.parametrize("now", [NOW, "2001-01-01", "2999-01-01", None])
def test_window_ends_in_real_time_too(start: Callable[..., Api], now: str | None) -> None:
    api = start(rate_limit=1, rate_window=0.05, now=now)
    assert api.get("/whoami").status_code == 200
    while (answer := api.get("/whoami")).status_code == 429:
        assert answer.headers["Retry-After"] == "1"
        until = parsedate_to_datetime(answer.headers["Date"]).timestamp()
        assert 0 <= int(answer.headers["X-RateLimit-Reset"]) - until <= 2
    assert answer.status_code == 200


def test_each_key_has_its_own_window(start: Callable[..., Api]) -> None:
    api = start(rate_limit=1)
    api.get("/whoami")
    with Api(api.sandbox, api.sandbox.read_key) as other:
        assert other.get("/whoami").status_code == 200
    assert api.get("/whoami").status_code == 429


def test_errors_count_and_tell_the_limits(start: Callable[..., Api]) -> None:
    api = start(rate_limit=5)
    for path in ("/videos/none", "/videos?limit=0"):
        assert "X-RateLimit-Remaining" in api.get(path).headers
    assert api.get("/whoami").headers["X-RateLimit-Remaining"] == "2"


def test_health_is_never_limited(start: Callable[..., Api]) -> None:
    api = start(rate_limit=1)
    assert {api.get("/health").status_code for _ in range(5)} == {200}


def test_limit_of_zero_is_no_limit(start: Callable[..., Api]) -> None:
    api = start(rate_limit=0)
    headers = api.get("/whoami").headers
    assert headers["X-RateLimit-Remaining"] == headers["X-RateLimit-Limit"] == "1000000"


def test_sorts_hold_after_most_posts_were_refreshed_at_once(start: Callable[..., Api]) -> None:
    """So many that the indexes behind the sorts are taken away for it and made anew."""
    api = start(accounts=0, videos=25_000)
    for _ in "12":
        for name in ("view_count", "create_time"):
            page = api.get(f"/videos?order_by={name}&limit=200").json()
            cursor = page["pagination"]["next_cursor"]
            more = api.get(f"/videos?order_by={name}&limit=200&cursor={cursor}").json()
            values = [v[name] for v in (*page["data"], *more["data"])]
            assert values == sorted(values, reverse=True)
        api.sandbox.advance(8 * DAY)
    video = next(v for v in api.get("/videos?limit=50").json()["data"] if v["is_active"])
    assert video["last_scrape_time"] > "2026-06-23"
