"""View deltas agree with all other figures of the same posts."""

from __future__ import annotations

import pytest

from .conftest import Api

UNKNOWN = "3c90c3cc-0d44-4b50-8888-8dd25736052a"
DAY = 86_400


def test_deltas_are_a_map_with_every_window_asked_for(api: Api) -> None:
    ids = [v["id"] for v in api.get("/videos?limit=3").json()["data"]]
    answer = api.post("/videos/deltas", json={"video_ids": ids, "windows": [7, 14, 7]}).json()
    assert list(answer["data"]) == ids
    assert {tuple(entry) for entry in answer["data"].values()} == {("7d", "14d")}
    assert answer["meta"] == {"windows": [7, 14], "video_count": 3, "not_found": []}


def test_windows_have_a_default(api: Api) -> None:
    ids = [v["id"] for v in api.get("/videos?limit=1").json()["data"]]
    answer = api.post("/videos/deltas", json={"video_ids": ids}).json()
    assert answer["meta"]["windows"] == [1, 7, 14, 30]
    assert list(answer["data"][ids[0]]) == ["1d", "7d", "14d", "30d"]


def test_unknown_ids_are_named_and_left_out(api: Api) -> None:
    known = api.get("/videos?limit=1").json()["data"][0]["id"]
    answer = api.post("/videos/deltas", json={"video_ids": [UNKNOWN, known]}).json()
    assert list(answer["data"]) == [known]
    assert answer["meta"]["not_found"] == [UNKNOWN]


def test_ids_of_account_videos_are_known(api: Api) -> None:
    ids = [v["id"] for v in api.get("/account-videos?limit=5").json()["data"]]
    assert list(api.deltas(ids, [7])) == ids


def test_get_answers_like_post(api: Api) -> None:
    ids = [v["id"] for v in api.get("/videos?limit=50").json()["data"]]
    got = api.get("/videos/deltas", params={"video_ids": [*ids, UNKNOWN], "windows": [1, 30]})
    posted = api.post("/videos/deltas", json={"video_ids": [*ids, UNKNOWN], "windows": [1, 30]})
    assert got.status_code == 200
    assert got.json() == posted.json()
    assert got.headers["ETag"]


def test_two_hundred_ids_fit_in_a_query(api: Api) -> None:
    ids = [v["id"] for v in api.get("/account-videos?limit=200").json()["data"]]
    answer = api.get("/videos/deltas", params={"video_ids": ids, "windows": 7})
    assert len(answer.json()["data"]) == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "video_ids"),
        ({"video_ids": []}, "video_ids"),
        ({"video_ids": [UNKNOWN] * 201}, "video_ids"),
        ({"video_ids": ["x"]}, "video_ids.0"),
        ({"video_ids": [UNKNOWN], "windows": []}, "windows"),
        ({"video_ids": [UNKNOWN], "windows": [0]}, "windows.0"),
        ({"video_ids": [UNKNOWN], "windows": [1, 366]}, "windows.1"),
        ({"video_ids": [UNKNOWN], "windows": list(range(1, 12))}, "windows"),
        ({"video_ids": [UNKNOWN], "windows": [1.5]}, "windows.0"),
        ({"video_ids": [UNKNOWN], "windows": None}, "windows"),
        ({"video_ids": UNKNOWN}, "video_ids"),
    ],
)
def test_bounds_hold_in_both_forms(api: Api, body: dict[str, object], field: str) -> None:
    answer = api.post("/videos/deltas", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_bounds_hold_in_a_query(api: Api) -> None:
    for query in ("", "?video_ids=x", f"?video_ids={UNKNOWN}&windows=366"):
        assert api.get(f"/videos/deltas{query}").status_code == 422


def test_posts_without_two_refreshes_did_not_move(api: Api) -> None:
    videos = api.walk("/videos")
    still = [v["id"] for v in videos if v["first_scrape_time"] == v["last_scrape_time"]]
    assert still
    assert {n for entry in api.deltas(still, [1, 365]).values() for n in entry.values()} == {0}


def test_longer_windows_show_no_less(api: Api) -> None:
    ids = [v["id"] for v in api.walk("/account-videos")]
    for entry in api.deltas(ids, [1, 7, 14, 30, 365]).values():
        moves = list(entry.values())
        assert moves == sorted(moves)


def test_delta_is_the_difference_of_two_snapshots(fresh: Api) -> None:
    """Seen from outside: views now less views when the window began."""
    video = next(v for v in fresh.walk("/videos") if v["scrape_interval_hours"] == 24)
    path = f"/videos/{video['id']}"
    seen = {0: video["view_count"]}
    for day in range(1, 31):
        fresh.sandbox.advance(DAY)
        seen[day] = fresh.get(path).json()["data"]["view_count"]
    deltas = fresh.deltas([video["id"]], [1, 7, 30])[video["id"]]
    assert deltas == {f"{n}d": seen[30] - seen[30 - n] for n in (1, 7, 30)}
    assert deltas["30d"] > 0


def test_windows_reach_back_to_the_first_refresh_at_most(fresh: Api) -> None:
    created = fresh.post("/videos", json={"platform": "tiktok", "identifier": "712345"})
    video_id = created.json()["data"]["id"]
    fresh.sandbox.advance(2)
    first = fresh.get(f"/videos/{video_id}").json()["data"]["view_count"]
    fresh.sandbox.advance(DAY)
    second = fresh.get(f"/videos/{video_id}").json()["data"]["view_count"]
    assert set(fresh.deltas([video_id], [1, 7, 365])[video_id].values()) == {second - first}
    assert second > first


def test_id_in_capitals_is_answered_as_the_id(api: Api) -> None:
    video_id = api.get("/videos?limit=1").json()["data"][0]["id"]
    body = {"video_ids": [video_id.upper(), video_id]}
    assert list(api.post("/videos/deltas", json=body).json()["data"]) == [video_id]
