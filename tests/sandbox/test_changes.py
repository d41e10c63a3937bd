"""Tracking, updating, deleting, linking, and repeated creates."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from .conftest import Api

UNKNOWN = "3c90c3cc-0d44-4b50-8888-8dd25736052a"


def track(api: Api, identifier: str, platform: str = "tiktok", **more: Any) -> httpx.Response:
    return api.post("/videos", json={"platform": platform, "identifier": identifier, **more})


@pytest.mark.parametrize(
    ("platform", "identifier", "external_id"),
    [
        ("tiktok", "712345", "712345"),
        ("tiktok", "https://www.tiktok.com/@user/video/712345", "712345"),
        ("tiktok", "https://m.tiktok.com/@some.user_1/video/712345?lang=en#x", "712345"),
        ("tiktok", "tiktok.com/@user/video/712345/", "712345"),
        ("instagram", "712345", "712345"),
        ("instagram", "CubFTU7saaI", "3142128483400001160"),
        ("instagram", "https://www.instagram.com/p/CubFTU7saaI/", "3142128483400001160"),
        ("instagram", "https://instagram.com/reel/CubFTU7saaI?igsh=1", "3142128483400001160"),
        ("instagram", "instagram.com/some.user/p/CubFTU7saaI", "3142128483400001160"),
    ],
)
def test_identifiers_of_a_post(
    fresh: Api, platform: str, identifier: str, external_id: str
) -> None:
    answer = track(fresh, identifier, platform)
    assert answer.status_code == 201
    assert answer.json()["data"]["external_id"] == external_id


@pytest.mark.parametrize(
    ("platform", "identifier"),
    [
        ("tiktok", "CubFTU7saaI"),
        ("tiktok", "https://www.instagram.com/p/CubFTU7saaI/"),
        ("tiktok", "https://vm.tiktok.com/ZM1/"),
        ("tiktok", "https://evil.example/https://www.tiktok.com/@user/video/712345"),
        ("tiktok", "0"),
        ("tiktok", "9" * 40),
        ("instagram", "https://www.tiktok.com/@user/video/712345"),
        ("instagram", "https://www.instagram.com/some.user"),
        ("instagram", "not a code"),
        ("instagram", "\0" * 9),
    ],
)
def test_other_texts_are_not_identifiers(fresh: Api, platform: str, identifier: str) -> None:
    answer = track(fresh, identifier, platform)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "identifier"


def test_tracked_post_exists_at_once_and_is_refreshed_soon(fresh: Api) -> None:
    answer = track(fresh, "712345", metadata={"tag": 1}, scrape_interval_hours=6)
    video = answer.json()["data"]
    assert answer.headers["Location"] == f"{fresh.sandbox.base_url}/videos/{video['id']}"
    assert (video["last_scrape_time"], video["view_count"]) == (None, None)
    assert (video["metadata"], video["scrape_interval_hours"]) == ({"tag": 1}, 6)
    fresh.sandbox.advance(1)
    video = fresh.get(answer.headers["Location"]).json()["data"]
    assert video["last_scrape_time"] == video["first_scrape_time"] == "2026-06-15T12:00:01Z"
    assert video["view_count"] > 0
    assert video["account_username"]


def test_same_post_twice_is_a_conflict(fresh: Api) -> None:
    track(fresh, "712345")
    answer = track(fresh, "https://www.tiktok.com/@user/video/712345")
    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")
    assert track(fresh, "712345", "instagram").status_code == 201


def test_post_that_starts_paused_is_not_refreshed_until_it_is_resumed(fresh: Api) -> None:
    url = track(fresh, "712345", is_active=False).headers["Location"]
    fresh.sandbox.advance(86_400)
    assert fresh.get(url).json()["data"]["last_scrape_time"] is None
    assert fresh.patch(url, json={"is_active": True}).json()["data"]["is_active"] is True
    fresh.sandbox.advance(1)
    assert fresh.get(url).json()["data"]["last_scrape_time"] is not None


def test_post_known_from_an_account_has_the_same_figures(fresh: Api) -> None:
    found = next(v for v in fresh.walk("/account-videos", platform="tiktok") if v["view_count"])
    tracked = {(v["platform"], v["external_id"]) for v in fresh.walk("/videos")}
    assert (found["platform"], found["external_id"]) not in tracked
    url = track(fresh, found["external_id"]).headers["Location"]
    fresh.sandbox.advance(1)
    mine = fresh.get(url).json()["data"]
    assert mine["account_id"] == found["account_id"]
    assert mine["description"] == found["description"]
    assert mine["create_time"] == found["create_time"]
    assert mine["view_count"] >= found["view_count"]


def test_post_is_tied_to_its_account_by_the_name_in_the_url(fresh: Api) -> None:
    account = next(a for a in fresh.walk("/accounts") if a["platform"] == "tiktok")
    answer = track(fresh, f"https://www.tiktok.com/@{account['username']}/video/712345")
    assert answer.json()["data"]["account_id"] == account["id"]


def test_deleted_post_is_gone_and_can_be_tracked_anew(fresh: Api) -> None:
    first = track(fresh, "712345")
    url = first.headers["Location"]
    deleted = fresh.delete(url)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert fresh.get(url).status_code == fresh.delete(url).status_code == 404
    again = track(fresh, "712345")
    assert again.json()["data"]["id"] != first.json()["data"]["id"]


def test_tracked_account_brings_its_posts(fresh: Api) -> None:
    body = {"platform": "instagram", "username": "Someone.New", "category": "food"}
    answer = fresh.post("/accounts", json=body)
    account = answer.json()["data"]
    assert answer.headers["Location"] == f"{fresh.sandbox.base_url}/accounts/{account['id']}"
    assert (account["last_scrape_time"], account["category"]) == (None, "food")
    fresh.sandbox.advance(1)
    account = fresh.get(answer.headers["Location"]).json()["data"]
    assert account["last_scrape_time"] == "2026-06-15T12:00:01Z"
    assert account["follower_count"] > 0
    posts = [v for v in fresh.walk("/account-videos") if v["account_id"] == account["id"]]
    assert len(posts) == account["total_post_count"] > 5
    assert {v["account_username"] for v in posts} == {"Someone.New"}


def test_same_account_twice_is_a_conflict_whatever_its_case(fresh: Api) -> None:
    body = {"platform": "tiktok", "username": "straße"}
    assert fresh.post("/accounts", json=body).status_code == 201
    assert fresh.post("/accounts", json=body | {"username": "STRASSE"}).status_code == 409
    assert fresh.post("/accounts", json=body | {"platform": "instagram"}).status_code == 201


def test_paused_account_is_not_refreshed(fresh: Api) -> None:
    account = next(a for a in fresh.walk("/accounts") if a["is_active"])
    url = f"/accounts/{account['id']}"
    assert fresh.patch(url, json={"is_active": False}).json()["data"]["is_active"] is False
    fresh.sandbox.advance(30 * 86_400)
    later = fresh.get(url).json()["data"]
    assert later["last_scrape_time"] == account["last_scrape_time"]
    fresh.patch(url, json={"is_active": True})
    fresh.sandbox.advance(1)
    assert fresh.get(url).json()["data"]["last_scrape_time"] > account["last_scrape_time"]


def test_deleted_account_takes_its_posts_along_but_not_tracked_ones(fresh: Api) -> None:
    account = next(a for a in fresh.walk("/accounts") if a["platform"] == "tiktok")
    url = f"https://www.tiktok.com/@{account['username']}/video/712345"
    mine = track(fresh, url).headers["Location"]
    assert fresh.delete(f"/accounts/{account['id']}").status_code == 204
    assert account["id"] not in {v["account_id"] for v in fresh.walk("/account-videos")}
    assert fresh.get(mine).json()["data"]["account_id"] is None


@pytest.mark.parametrize("path", ["/videos/", "/accounts/", "/creators/"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_unknown_resource_is_not_found(api: Api, path: str, method: str) -> None:
    answer = api.request(method, path + UNKNOWN, json={} if method == "PATCH" else None)
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    assert answer.json()["instance"] == f"/v2{path}{UNKNOWN}"


def test_patch_ignores_members_that_are_not_documented(fresh: Api) -> None:
    video = fresh.walk("/videos")[0]
    answer = fresh.patch(f"/videos/{video['id']}", json={"view_count": 1, "id": "x"})
    assert answer.json()["data"] == video


# ------------------------------------------------------------------------------------ creators


def test_creator_is_created_renamed_and_retagged(fresh: Api) -> None:
    created = fresh.post("/creators", json={"name": "Set", "metadata": {"a": 1, "b": 2}})
    url = created.headers["Location"]
    assert created.json()["data"] == {
        "id": url.rsplit("/", 1)[1],
        "type": "creator",
        "name": "Set",
        "is_active": True,
        "metadata": {"a": 1, "b": 2},
        "accounts_summary": {"total": 0, "platforms": {}, "total_followers": 0},
    }
    changed = fresh.patch(url, json={"name": "Rivals", "metadata": {"c": 3}}).json()["data"]
    assert (changed["name"], changed["metadata"]) == ("Rivals", {"c": 3})
    unchanged = fresh.patch(url, json={"name": None, "is_active": None}).json()["data"]
    assert unchanged == changed
    assert fresh.patch(url, json={"metadata": None}).json()["data"]["metadata"] is None


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "x" * 256}, {"name": 7}])
def test_creator_needs_a_name_of_documented_length(fresh: Api, body: dict[str, object]) -> None:
    assert fresh.post("/creators", json=body).status_code == 422


def test_link_is_201_then_200_and_belongs_to_one_creator(fresh: Api) -> None:
    one, two = (
        fresh.post("/creators", json={"name": name}).headers["Location"] for name in ("one", "two")
    )
    body = {"platform": "tiktok", "username": "someone"}
    account = fresh.post("/accounts", json=body).json()["data"]["id"]
    first = fresh.put(f"{one}/accounts/{account}")
    assert (first.status_code, first.headers["Location"]) == (201, f"{one}/accounts/{account}")
    again = fresh.put(f"{one}/accounts/{account}")
    assert (again.status_code, again.json()) == (200, first.json())
    assert fresh.put(f"{two}/accounts/{account}").json()["code"] == "CONFLICT"
    shown = fresh.get(f"/accounts/{account}").json()["data"]
    assert (shown["creator_id"], shown["creator_name"]) == (one.rsplit("/", 1)[1], "one")
    assert fresh.get(one).json()["data"]["accounts_summary"]["platforms"] == {"tiktok": 1}
    assert fresh.delete(f"{two}/accounts/{account}").status_code == 404
    assert fresh.delete(f"{one}/accounts/{account}").status_code == 204
    assert fresh.put(f"{two}/accounts/{account}").status_code == 201


def test_link_needs_both_ends(fresh: Api) -> None:
    creator = fresh.post("/creators", json={"name": "x"}).headers["Location"]
    account = fresh.walk("/accounts")[0]["id"]
    assert fresh.put(f"{creator}/accounts/{UNKNOWN}").status_code == 404
    assert fresh.put(f"/creators/{UNKNOWN}/accounts/{account}").status_code == 404


def test_pausing_a_creator_pauses_its_accounts(fresh: Api) -> None:
    creator = fresh.post("/creators", json={"name": "x"}).headers["Location"]
    account = next(a for a in fresh.walk("/accounts") if a["is_active"] and not a["creator_id"])
    fresh.put(f"{creator}/accounts/{account['id']}")
    for active in (False, True):
        fresh.patch(creator, json={"is_active": active})
        shown = fresh.get(f"/accounts/{account['id']}").json()["data"]
        assert shown["is_active"] is active


def test_deleted_creator_leaves_its_accounts(fresh: Api) -> None:
    creator = fresh.post("/creators", json={"name": "x"}).headers["Location"]
    account = fresh.post("/accounts", json={"platform": "tiktok", "username": "y"}).json()["data"]
    fresh.put(f"{creator}/accounts/{account['id']}")
    assert fresh.delete(creator).status_code == 204
    assert fresh.get(f"/accounts/{account['id']}").json()["data"]["creator_id"] is None


# -------------------------------------------------------------------------------- Idempotency-Key

CREATES = [
    ("/videos", {"platform": "tiktok", "identifier": "712345"}),
    ("/accounts", {"platform": "tiktok", "username": "someone"}),
    ("/creators", {"name": "Set"}),
]


@pytest.mark.parametrize(("path", "body"), CREATES)
def test_replay_repeats_the_first_response(fresh: Api, path: str, body: dict[str, str]) -> None:
    headers = {"Idempotency-Key": "one"}
    first = fresh.post(path, json=body, headers=headers)
    again = fresh.post(path, json=body, headers=headers)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["X-Request-ID"] != first.headers["X-Request-ID"]


@pytest.mark.parametrize(("path", "body"), CREATES)
def test_same_key_with_another_body_is_a_conflict(
    fresh: Api, path: str, body: dict[str, str]
) -> None:
    headers = {"Idempotency-Key": "one"}
    fresh.post(path, json=body, headers=headers)
    answer = fresh.post(path, json=body | {"extra": "1"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")


def test_key_is_forgotten_after_ten_minutes(fresh: Api) -> None:
    def create() -> str:
        answer = fresh.post("/creators", json={"name": "x"}, headers={"Idempotency-Key": "one"})
        return str(answer.json()["data"]["id"])

    first = create()
    fresh.sandbox.advance(599)
    assert create() == first
    fresh.sandbox.advance(1)
    assert create() != first


def test_keys_of_two_api_keys_do_not_meet(fresh: Api) -> None:
    headers = {"Idempotency-Key": "one"}
    first = fresh.post("/creators", json={"name": "x"}, headers=headers)
    with Api(fresh.sandbox, fresh.sandbox.write_key) as other:
        second = other.post("/creators", json={"name": "x"}, headers=headers)
    assert second.json()["data"]["id"] != first.json()["data"]["id"]


def test_failed_create_may_be_tried_again_with_its_key(fresh: Api) -> None:
    headers = {"Idempotency-Key": "one"}
    assert fresh.post("/creators", json={"name": ""}, headers=headers).status_code == 422
    assert fresh.post("/creators", json={"name": "x"}, headers=headers).status_code == 201


@pytest.mark.parametrize("key", ["", "null"])
def test_key_that_counts_as_absent_replays_nothing(fresh: Api, key: str) -> None:
    def create() -> str:
        answer = fresh.post("/creators", json={"name": "x"}, headers={"Idempotency-Key": key})
        return str(answer.json()["data"]["id"])

    assert create() != create()


def test_deleted_resource_is_not_replayed(fresh: Api) -> None:
    def create(key: str) -> str:
        created = fresh.post("/creators", json={"name": "x"}, headers={"Idempotency-Key": key})
        return str(created.headers["Location"])

    kept, deleted = create("kept"), create("deleted")
    fresh.delete(deleted)
    again = create("deleted")
    assert fresh.get(again).status_code == 200
    assert again != deleted
    assert create("kept") == kept


def test_pages_and_deltas_show_a_change_at_once(fresh: Api) -> None:
    """Posts are written once and kept as long as nothing changes; any change ends that."""

    def seen() -> list[object]:
        videos, found = fresh.walk("/videos"), fresh.walk("/account-videos")
        ids = [v["id"] for v in (*videos, *found)]
        for video in videos:
            assert fresh.get(f"/videos/{video['id']}").json()["data"] == video
        return [videos, found, fresh.deltas(ids, [7])]

    states = [seen()]
    video = next(v for v in fresh.walk("/videos") if v["account_id"] and v["is_active"])
    for change in (
        lambda: fresh.patch(f"/videos/{video['id']}", json={"is_active": False}),
        lambda: fresh.delete(f"/accounts/{video['account_id']}"),
        lambda: fresh.sandbox.advance(8 * 86_400),
        lambda: fresh.delete(f"/videos/{video['id']}"),
    ):
        assert seen() == states[-1]
        change()
        states.append(seen())
        assert states[-1] != states[-2]
    assert fresh.post("/videos/deltas", json={"video_ids": [video["id"]]}).json()["data"] == {}


def test_an_account_that_is_told_nothing_new_stays_as_it_is(fresh: Api) -> None:
    account = fresh.walk("/accounts")[0]
    for body in ({"is_active": account["is_active"]}, {"unknown": 1}):
        answer = fresh.patch(f"/accounts/{account['id']}", json=body)
        assert answer.status_code == 200
        assert answer.json()["data"]["is_active"] is account["is_active"]
