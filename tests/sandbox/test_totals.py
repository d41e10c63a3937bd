"""Windowed totals, daily figures, overview, ranking and search: one growth model behind all."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from .conftest import Api

UNKNOWN = "3c90c3cc-0d44-4b50-8888-8dd25736052a"
FIGURES = ("views", "plays", "likes", "comments", "shares", "engagement")
TODAY = date(2026, 6, 15)


def custom(first: date, last: date) -> dict[str, str]:
    return {"period": "custom", "start_date": first.isoformat(), "end_date": last.isoformat()}


def metrics(api: Api, ids: list[str], **period: str) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for start in range(0, len(ids), 200):
        answer = api.post("/videos/metrics", json={"video_ids": ids[start : start + 200], **period})
        found |= answer.json()["data"]
    return found


def test_windows_of_a_preset_end_today(api: Api) -> None:
    answer = api.post("/videos/metrics", json={"video_ids": [UNKNOWN]}).json()
    assert answer["data"] == {}
    assert answer["meta"] == {
        "period": "30d",
        "start_date": "2026-05-17",
        "end_date": "2026-06-15",
        "days": 30,
        "not_found": [UNKNOWN],
    }


def test_days_add_up_to_the_window(api: Api) -> None:
    ids = [v["id"] for v in api.get("/videos?limit=100").json()["data"]]
    first = TODAY - timedelta(days=29)
    total = metrics(api, ids, period="30d")
    days = [
        metrics(api, ids, **custom(day, day))
        for day in (first + timedelta(days=n) for n in range(30))
    ]
    for video_id in ids:
        for name in FIGURES:
            assert total[video_id][name] == sum(day[video_id][name] for day in days)


def test_engagement_is_likes_comments_and_shares(api: Api) -> None:
    ids = [v["id"] for v in api.get("/videos?limit=200").json()["data"]]
    for entry in metrics(api, ids, period="90d").values():
        assert entry["engagement"] == entry["likes"] + entry["comments"] + entry["shares"]


def test_metrics_and_deltas_agree(fresh: Api) -> None:
    """A refresh at midnight makes a window of days and a look-back of days the same span."""
    fresh.sandbox.advance(12 * 3600 - 1)
    ids = [
        fresh.post("/videos", json={"platform": "tiktok", "identifier": n}).json()["data"]["id"]
        for n in "123456789"
    ]
    fresh.sandbox.advance(10 * 86_400 + 1)
    video = fresh.get(f"/videos/{ids[0]}").json()["data"]
    assert video["last_scrape_time"] == "2026-06-26T00:00:00Z"
    week = custom(date(2026, 6, 19), date(2026, 6, 25))
    by_days = {i: entry["views"] for i, entry in metrics(fresh, ids, **week).items()}
    assert by_days == {i: entry["7d"] for i, entry in fresh.deltas(ids, [7]).items()}
    assert any(by_days.values())


def test_account_totals_are_those_of_its_posts(api: Api) -> None:
    account = api.walk("/accounts", order_by="view_count")[0]
    posts = [v for v in api.walk("/account-videos") if v["account_id"] == account["id"]]
    sums: Counter[str] = Counter()
    for post in posts:
        member = {"instagram": "instagram_post_ids", "tiktok": "tiktok_video_ids"}[post["platform"]]
        number = post["platform_data"]["internal_id"]
        entry = api.post("/account-videos/metrics", json={member: [number]}).json()["data"]
        sums.update(entry[str(number)])
    answer = api.post("/accounts/metrics", json={"account_ids": [account["id"], UNKNOWN]}).json()
    assert answer["data"] == {account["id"]: dict(sums)}
    assert answer["meta"]["not_found"] == [UNKNOWN]


def test_plays_equal_views_on_tiktok(api: Api) -> None:
    ids = [v["id"] for v in api.walk("/videos", platform="tiktok")]
    for entry in metrics(api, ids, period="90d").values():
        assert entry["plays"] == entry["views"]


@pytest.mark.parametrize(
    ("path", "member", "ids"),
    [
        ("/videos/metrics", "video_ids", [UNKNOWN] * 201),
        ("/accounts/metrics", "account_ids", [UNKNOWN] * 201),
        ("/account-videos/metrics", "instagram_post_ids", list(range(201))),
        ("/account-videos/metrics", "tiktok_video_ids", list(range(201))),
    ],
)
def test_two_hundred_ids_are_the_most(api: Api, path: str, member: str, ids: list[Any]) -> None:
    answer = api.post(path, json={member: ids})
    assert answer.status_code == 422
    assert "200" in answer.json()["detail"]


@pytest.mark.parametrize(
    "period",
    [
        {"period": "custom"},
        {"period": "custom", "start_date": "2026-06-01"},
        {"period": "custom", "start_date": None, "end_date": "2026-06-01"},
        {"period": "custom", "start_date": "2026-06-02", "end_date": "2026-06-01"},
        {"period": "custom", "start_date": "2026-02-30", "end_date": "2026-06-01"},
        {"period": "custom", "start_date": "0000-01-01", "end_date": "2026-06-01"},
        {"period": "365d"},
        {"period": None},
    ],
)
def test_periods_that_make_no_sense_fail_validation(api: Api, period: dict[str, Any]) -> None:
    answer = api.post("/videos/metrics", json={"video_ids": [UNKNOWN], **period})
    assert (answer.status_code, answer.json()["code"]) == (422, "VALIDATION_ERROR")


def test_dates_beside_a_preset_are_ignored(api: Api) -> None:
    body = {"video_ids": [UNKNOWN], "period": "7d", "start_date": "2020-01-01"}
    assert api.post("/videos/metrics", json=body).json()["meta"]["days"] == 7


def test_longest_period_there_is_works(api: Api) -> None:
    ids = [v["id"] for v in api.get("/videos?limit=5").json()["data"]]
    period = custom(date.min, date.max - timedelta(days=1))
    assert len(metrics(api, ids, **period)) == 5


# ------------------------------------------------------------------------------------ creators


def test_creator_analytics_add_up_to_the_metrics_of_its_accounts(api: Api) -> None:
    creator = api.get("/creators/top?limit=1").json()["data"][0]["id"]
    period = {"start_date": "2026-05-17", "end_date": "2026-06-15"}
    days = api.get(f"/creators/{creator}/analytics", params=period).json()["data"]
    accounts = [a["id"] for a in api.walk("/accounts", creator_id=creator)]
    body = {"account_ids": accounts, "period": "custom", **period}
    totals = api.post("/accounts/metrics", json=body).json()["data"].values()
    for name in ("views", "likes", "comments", "shares"):
        assert sum(day[name] for day in days) == sum(total[name] for total in totals)
    assert [day["date"] for day in days] == sorted(day["date"] for day in days)
    followers = [day["followers"] for day in days]
    assert followers == sorted(followers)


def test_creator_analytics_covers_thirty_days_unless_told_otherwise(api: Api) -> None:
    creator = api.get("/creators/top?limit=1").json()["data"][0]["id"]
    days = api.get(f"/creators/{creator}/analytics").json()["data"]
    assert (len(days), days[0]["date"]) == (30, "2026-05-17")


def test_followers_of_an_account_count_from_its_first_refresh_on(fresh: Api) -> None:
    account = fresh.get("/accounts?limit=1").json()["data"][0]
    creator = fresh.post("/creators", json={"name": "x"}).headers["Location"]
    fresh.put(f"{creator}/accounts/{account['id']}")
    alone = fresh.get(f"{creator}/analytics").json()["data"]
    body = {"platform": "tiktok", "username": "someone"}
    later = fresh.post("/accounts", json=body).json()["data"]["id"]
    fresh.put(f"{creator}/accounts/{later}")
    fresh.sandbox.advance(2 * 86_400)
    both = fresh.get(f"{creator}/analytics").json()["data"]
    added = fresh.get(f"/accounts/{later}").json()["data"]["follower_count"]
    known = {day["date"]: day["followers"] for day in alone}
    first, *_, last = both
    assert first["followers"] == known[first["date"]]
    now = fresh.get(f"/accounts/{account['id']}").json()["data"]["follower_count"]
    assert last["followers"] == now + added


def test_creator_without_history_has_no_days(fresh: Api) -> None:
    url = fresh.post("/creators", json={"name": "x"}).headers["Location"]
    assert fresh.get(f"{url}/analytics").json()["data"] == []


@pytest.mark.parametrize(
    "query",
    ["start_date=2026-06-02&end_date=2026-06-01", "start_date=2026-6-1", "end_date=0000-01-01"],
)
def test_creator_analytics_refuses_wrong_dates(api: Api, query: str) -> None:
    creator = api.get("/creators?limit=1").json()["data"][0]["id"]
    assert api.get(f"/creators/{creator}/analytics?{query}").status_code == 422


@pytest.mark.parametrize("query", ["start_date=9999-12-31", "end_date=0001-01-01"])
def test_creator_analytics_outside_of_history_is_empty(api: Api, query: str) -> None:
    creator = api.get("/creators/top?limit=1").json()["data"][0]["id"]
    assert api.get(f"/creators/{creator}/analytics?{query}").json()["data"] == []


def test_top_creators_are_ranked_by_views_of_the_period(api: Api) -> None:
    rows = api.get("/creators/top?period=30d&limit=25").json()["data"]
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    for row in rows:
        accounts = [a["id"] for a in api.walk("/accounts", creator_id=row["id"])]
        totals = api.post("/accounts/metrics", json={"account_ids": accounts}).json()["data"]
        assert row["views"] == sum(total["views"] for total in totals.values())
    views = [row["views"] for row in rows]
    assert views == sorted(views, reverse=True)


def test_top_creators_has_a_limit_of_25(api: Api) -> None:
    assert len(api.get("/creators/top?limit=3").json()["data"]) == 3
    assert api.get("/creators/top?limit=26").status_code == 422


# -------------------------------------------------------------------------------- overview, search


@pytest.mark.parametrize("period", ["7d", "30d", "90d"])
def test_overview_agrees_with_the_metrics_of_all_posts(api: Api, period: str) -> None:
    overview = api.get(f"/overview?period={period}").json()["data"]
    videos = metrics(api, [v["id"] for v in api.walk("/videos")], period=period)
    accounts = api.post(
        "/accounts/metrics",
        json={"account_ids": [a["id"] for a in api.walk("/accounts")], "period": period},
    ).json()["data"]
    every = [*videos.values(), *accounts.values()]
    views = sum(entry["views"] for entry in every)
    engagement = sum(entry["engagement"] for entry in every)
    assert overview["current"]["total_views"] == views
    assert overview["current"]["engagement_rate"] == round(100 * engagement / views, 4)


def test_overview_counts_what_is_tracked(api: Api) -> None:
    current = api.get("/overview").json()["data"]["current"]
    assert current["tracked_videos"] == len(api.walk("/videos"))
    assert current["account_videos"] == len(api.walk("/account-videos"))
    assert current["active_accounts"] == len(api.walk("/accounts", is_active="true"))


def test_overview_changes_are_percentages_of_the_period_before(api: Api) -> None:
    data = api.get("/overview?period=30d").json()["data"]
    for name, before in data["previous"].items():
        change = data["changes"][f"{name}_pct"]
        assert change == pytest.approx(100 * (data["current"][name] - before) / before, abs=1e-3)


def test_change_from_nothing_is_null(fresh: Api) -> None:
    views = fresh.get("/overview").json()["data"]["current"]["total_views"]
    for video in fresh.walk("/videos"):
        fresh.delete(f"/videos/{video['id']}")
    emptied = fresh.get("/overview").json()["data"]
    unchanged = emptied["changes"]["tracked_videos_pct"]
    fresh.post("/videos", json={"platform": "tiktok", "identifier": "1"})
    fresh.sandbox.advance(7 * 86_400)
    fresh.post("/videos", json={"platform": "tiktok", "identifier": "2"})
    overview = fresh.get("/overview").json()["data"]
    assert 0 < emptied["current"]["total_views"] < views
    assert unchanged == 0
    assert overview["changes"]["tracked_videos_pct"] == 100
    assert overview["current"]["tracked_videos"] == 2


def test_search_looks_into_three_kinds_without_regard_to_case(api: Api) -> None:
    answer = api.get("/search", params={"q": "STUDIO", "limit": 25}).json()
    assert answer["data"]["accounts"]
    assert answer["data"]["creators"]
    assert {"studio" in a["username"].lower() for a in answer["data"]["accounts"]} == {True}
    captions = [v["caption"] for v in api.get("/search?q=sourdough").json()["data"]["videos"]]
    assert captions
    assert all("sourdough" in caption.casefold() for caption in captions)


def test_search_sections_are_capped(api: Api) -> None:
    for limit, cap in ((25, 10), (3, 3)):
        answer = api.get("/search", params={"q": "a", "limit": limit}).json()
        assert answer["meta"] == {
            "query": "a",
            "limit_per_section": limit,
            "effective_caps": {"accounts": cap, "creators": cap, "videos": cap},
        }
        assert len(answer["data"]["videos"]) == cap


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20%20"])
def test_blank_search_finds_nothing(api: Api, query: str) -> None:
    data = api.get(f"/search{query}").json()["data"]
    assert data == {"accounts": [], "creators": [], "videos": []}


def test_blanks_around_a_search_text_are_part_of_it(api: Api) -> None:
    plain, padded = (api.get("/search", params={"q": q}).json() for q in ("studio", " studio"))
    assert plain["data"]["accounts"]
    assert padded["data"]["accounts"] == []
    assert padded["meta"]["query"] == " studio"


def test_search_text_has_a_documented_length(api: Api) -> None:
    assert api.get("/search", params={"q": "x" * 128}).status_code == 200
    assert api.get("/search", params={"q": "x" * 129}).status_code == 422
