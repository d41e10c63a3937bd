"""Lists: envelope, order, filters, cursors, links."""

from __future__ import annotations

import re
from typing import Any

import pytest

from .conftest import Api

LISTS = ["/videos", "/account-videos", "/accounts", "/creators"]
SORTS = [
    ("/videos", "added_at"),
    ("/videos", "create_time"),
    ("/videos", "view_count"),
    ("/videos", "like_count"),
    ("/videos", "play_count"),
    ("/accounts", "added_at"),
    ("/accounts", "username"),
    ("/accounts", "last_scrape_time"),
    ("/accounts", "follower_count"),
    ("/accounts", "view_count"),
    ("/accounts", "like_count"),
    ("/accounts", "play_count"),
    ("/creators", "name"),
]


def key(item: dict[str, Any], name: str) -> tuple[bool, Any]:
    """Null sorts below everything."""
    return item[name] is not None, item[name]


@pytest.mark.parametrize("path", LISTS)
def test_walk_meets_every_item_once(api: Api, path: str) -> None:
    items = api.walk(path, limit=7)
    total = api.get(path, params={"include_total": "true"}).json()["pagination"]["total_count"]
    assert len({item["id"] for item in items}) == len(items) == total


@pytest.mark.parametrize(("path", "name"), SORTS)
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_list_is_in_the_order_asked_for(api: Api, path: str, name: str, direction: str) -> None:
    items = api.walk(path, order_by=name, order_direction=direction)
    keys = [key(item, name) for item in items]
    assert keys == sorted(keys, reverse=direction == "desc")


@pytest.mark.parametrize("path", ["/videos", "/account-videos", "/accounts"])
def test_newest_come_first_by_default(api: Api, path: str) -> None:
    added = [item["added_at"] for item in api.walk(path)]
    assert added == sorted(added, reverse=True)


def test_creators_come_by_name_by_default(api: Api) -> None:
    names = [item["name"] for item in api.walk("/creators")]
    assert names == sorted(names)


def test_signed_sort_is_understood_and_order_by_beats_it(api: Api) -> None:
    page = api.get("/videos?sort=view_count").json()
    assert page["filters"] == {"order_by": "view_count", "order_direction": "asc"}
    page = api.get("/videos?sort=view_count&order_by=like_count").json()
    assert page["filters"] == {"order_by": "like_count", "order_direction": "desc"}


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("/videos", "must match ^-?(added_at|"),
        ("/creators", "must match ^-?name$"),
        ("/accounts", "must be one of: added_at, -added_at"),
    ],
)
def test_unknown_sort_fails_validation_with_the_keys_there_are(
    api: Api, path: str, rule: str
) -> None:
    error = api.get(f"{path}?sort=size").json()["errors"][0]
    assert error["field"] == "sort"
    assert error["message"].startswith(rule)


def test_pagination_tells_limit_and_total_only_when_asked(api: Api) -> None:
    page = api.get("/videos?limit=3").json()["pagination"]
    assert (page["limit"], page["has_next"], "total_count" in page) == (3, True, False)
    assert api.get("/videos").json()["pagination"]["limit"] == 50


def test_last_page_has_no_cursor_and_no_next_link(api: Api) -> None:
    answer = api.get("/creators?limit=200")
    assert answer.json()["pagination"]["has_next"] is False
    assert answer.json()["pagination"]["next_cursor"] is None
    assert 'rel="next"' not in answer.headers["Link"]


def test_links_are_absolute_and_lead_on(api: Api) -> None:
    answer = api.get("/videos?limit=2&platform=tiktok")
    pairs = re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers["Link"])
    links = {relation: url for url, relation in pairs}
    assert links["first"] == f"{api.sandbox.base_url}/videos?limit=2&platform=tiktok"
    following = api.get(links["next"])
    cursor = answer.json()["pagination"]["next_cursor"]
    assert (
        following.json()
        == api.get("/videos", params={"limit": 2, "platform": "tiktok", "cursor": cursor}).json()
    )
    assert api.get(links["first"]).content == answer.content


@pytest.mark.parametrize("path", LISTS)
def test_cursor_of_another_filter_fails_validation(api: Api, path: str) -> None:
    cursor = api.get(path, params={"limit": 1}).json()["pagination"]["next_cursor"]
    other = {"/creators": {"is_active": "true"}}.get(path, {"platform": "tiktok"})
    answer = api.get(path, params={"cursor": cursor, **other})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")


def test_cursor_of_another_sort_or_list_fails_validation(api: Api) -> None:
    cursor = api.get("/videos?limit=1").json()["pagination"]["next_cursor"]
    assert api.get("/videos", params={"cursor": cursor}).status_code == 200
    assert api.get("/videos", params={"cursor": cursor, "sort": "added_at"}).status_code == 422
    assert api.get("/account-videos", params={"cursor": cursor}).status_code == 422


@pytest.mark.parametrize("cursor", ["x", "eyJhIjoiYiJ9", "é", "AAAA", "=", "a" * 5000, "\0"])
def test_made_up_cursor_fails_validation(api: Api, cursor: str) -> None:
    answer = api.get("/videos", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")


@pytest.mark.parametrize(("letter", "other"), [("-", "+"), ("_", "/")])
def test_cursor_in_the_other_alphabet_of_base64_fails_validation(
    api: Api, letter: str, other: str
) -> None:
    pages = (
        api.get("/videos", params={"limit": limit}).json()["pagination"]["next_cursor"]
        for limit in range(1, 200)
    )
    cursor: str = next(one for one in pages if letter in one)
    assert api.get("/videos", params={"cursor": cursor}).status_code == 200
    altered = cursor.replace(letter, other)
    assert api.get("/videos", params={"cursor": altered}).status_code == 422


def test_altered_cursor_fails_validation(api: Api) -> None:
    cursor: str = api.get("/videos?limit=1").json()["pagination"]["next_cursor"]
    for place in range(len(cursor) - 1):
        letter = "A" if cursor[place] != "A" else "B"
        altered = cursor[:place] + letter + cursor[place + 1 :]
        assert api.get("/videos", params={"cursor": altered}).status_code == 422


def test_default_written_out_keeps_the_cursor(api: Api) -> None:
    cursor = api.get("/videos?limit=1").json()["pagination"]["next_cursor"]
    named = {"cursor": cursor, "order_by": "added_at", "order_direction": "desc"}
    assert api.get("/videos", params=named).status_code == 200


def test_limit_may_change_during_a_walk(api: Api) -> None:
    first = api.get("/videos?limit=5").json()
    cursor = first["pagination"]["next_cursor"]
    second = api.get("/videos", params={"limit": 3, "cursor": cursor}).json()
    ids = [item["id"] for item in first["data"] + second["data"]]
    assert ids == [item["id"] for item in api.get("/videos?limit=8").json()["data"]]


def test_items_added_during_a_walk_do_not_shift_it(fresh: Api) -> None:
    before = [item["id"] for item in fresh.walk("/videos")]
    first = fresh.get("/videos?limit=5").json()
    assert fresh.post("/videos", json={"platform": "tiktok", "identifier": "1"}).status_code == 201
    rest = fresh.walk("/videos", cursor=first["pagination"]["next_cursor"])
    assert [item["id"] for item in first["data"] + rest] == before


def test_item_deleted_at_the_cursor_does_not_end_the_walk(fresh: Api) -> None:
    before = [item["id"] for item in fresh.walk("/videos")]
    cursor = fresh.get("/videos?limit=5").json()["pagination"]["next_cursor"]
    assert fresh.delete(f"/videos/{before[4]}").status_code == 204
    assert [item["id"] for item in fresh.walk("/videos", cursor=cursor)] == before[5:]


def test_filters_are_joined_and_echoed(api: Api) -> None:
    page = api.get("/videos?platform=tiktok&is_active=false&limit=200").json()
    assert page["data"]
    assert {(v["platform"], v["is_active"]) for v in page["data"]} == {("tiktok", False)}
    assert page["filters"] == {
        "platform": "tiktok",
        "is_active": False,
        "order_by": "added_at",
        "order_direction": "desc",
    }


def test_platform_filter_of_account_videos(api: Api) -> None:
    page = api.get("/account-videos?platform=instagram&limit=200").json()
    assert {v["platform"] for v in page["data"]} == {"instagram"}
    assert page["filters"]["platform"] == "instagram"


def test_q_is_a_substring_without_regard_to_case(api: Api) -> None:
    found = {v["id"] for v in api.walk("/videos", q="SOURdough")}
    every = api.walk("/videos")
    assert found == {v["id"] for v in every if "sourdough" in (v["description"] or "").casefold()}
    assert found


def test_videos_of_an_account(api: Api) -> None:
    tracked = [v for v in api.walk("/videos") if v["account_id"]]
    account = tracked[0]["account_id"]
    found = api.walk("/videos", account_id=account)
    assert {v["id"] for v in found} == {v["id"] for v in tracked if v["account_id"] == account}


def test_accounts_by_category_and_creator(api: Api) -> None:
    every = api.walk("/accounts")
    found = {a["id"] for a in api.walk("/accounts", category="food")}
    assert found == {a["id"] for a in every if a["category"] == "food"}
    creator = api.get("/creators?limit=1").json()["data"][0]
    linked = api.walk("/accounts", creator_id=creator["id"])
    assert len(linked) == creator["accounts_summary"]["total"] > 0
    assert {a["creator_name"] for a in linked} == {creator["name"]}


def test_filter_that_matches_nothing_gives_an_empty_page(api: Api) -> None:
    page = api.get("/videos?q=no-caption-says-this").json()
    assert (page["data"], page["pagination"]["has_next"]) == ([], False)
