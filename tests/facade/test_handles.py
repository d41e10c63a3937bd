"""Accounts by handle, creator and category: requests, and the posts that `breakouts` counts."""

from __future__ import annotations

import pytest

from creatoraudit import NotFoundError, UsageError
from support import answers

FOOD, PETS = "00000000-0000-4000-9000-000000000001", "00000000-0000-4000-9000-000000000002"
TWIN, SET = "00000000-0000-4000-9000-000000000003", "00000000-0000-4000-9000-000000000009"
ACCOUNTS = [
    {"id": FOOD, "platform": "tiktok", "username": "food"},
    {"id": PETS, "platform": "instagram", "username": "pets"},
    {"id": TWIN, "platform": "instagram", "username": "Food"},
    {"id": SET, "platform": "tiktok", "username": "foodies"},
]


def respond(request):
    """Two posts of @food on TikTok and one of each other account; post n gains n views."""
    if request.path == "/videos/deltas":
        windows = request.json["windows"]
        gains = {
            one: dict.fromkeys([f"{days}d" for days in windows], int(one[-12:]))
            for one in request.json["video_ids"]
        }
        return answers.deltas(gains, windows=windows)
    if request.path == f"/accounts/{FOOD}":
        return answers.one({"type": "account", **ACCOUNTS[0]})
    if request.path == "/accounts":
        query = request.query
        found = [
            one
            for one in ACCOUNTS
            if query.get("q", [""])[0].lower() in one["username"].lower()
            and query.get("platform", [one["platform"]]) == [one["platform"]]
            and ("category" not in query or one["username"] == "pets")
            and ("creator_id" not in query or one["username"] != "foodies")
        ]
        second = "cursor" in query
        return answers.page(found[2:] if second else found[:2], None if second else "second")
    owners = [FOOD, FOOD, PETS, TWIN, SET]
    return answers.page(
        [answers.video(number, account_id=owner) for number, owner in enumerate(owners, 1)]
    )


def ranked(facade, serve, **filters):
    server = serve(respond)
    found = facade(server.url).do(lambda ca: ca.breakouts(source="videos", **filters))
    assert found.requests == len(server.requests)
    return [int(post.video.id[-12:]) for post in found], server


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({"accounts": [FOOD]}, [2, 1]),
        ({"accounts": ["tiktok:@food"]}, [2, 1]),
        ({"accounts": ["@PETS", SET]}, [5, 3]),
        ({"creators": [SET]}, [4, 3, 2, 1]),
        ({"categories": ["pets"]}, [3]),
        ({"creators": [SET], "categories": ["pets"]}, [3]),
        ({"accounts": [FOOD], "categories": ["pets"]}, []),
    ],
)
def test_an_account_has_to_pass_all_filters(facade, serve, filters, numbers):
    assert ranked(facade, serve, **filters)[0] == numbers


def test_many_handles_are_looked_up_in_one_walk_of_the_list(facade, serve):
    server = serve(respond)
    many = ["@pets", *(f"@nobody{number}" for number in range(20))]
    with pytest.raises(NotFoundError, match="no tracked account is called @nobody0"):
        facade(server.url).do(lambda ca: ca.breakouts(accounts=many))
    assert [one.query.get("q") for one in server.requests] == [None, None]


def test_a_handle_on_two_platforms_is_refused_with_what_to_write(facade, serve):
    with pytest.raises(UsageError, match="tiktok:@food or instagram:@Food"):
        ranked(facade, serve, accounts=["@food"])


def test_a_handle_that_nobody_has_is_not_found(facade, serve):
    with pytest.raises(NotFoundError, match="no tracked account is called @nobody"):
        ranked(facade, serve, accounts=["@nobody"])
