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


def test_filters_that_nothing_passes_say_why(facade, serve):
    accounts = [{**ACCOUNTS[0], "category": "food"}, {**ACCOUNTS[1], "category": None}]

    def nothing(request):
        if request.path in (f"/accounts/{SET}", f"/creators/{SET}"):
            return answers.problem(404, "NOT_FOUND")
        if request.path == f"/creators/{TWIN}":
            return answers.one({"type": "creator", "id": TWIN, "name": "Us"})
        if request.path == "/accounts" and not request.query.keys() & {"category", "creator_id"}:
            return answers.page(accounts)
        return answers.page([])

    ca = facade(serve(nothing).url)
    for filters, why in (
        ({"accounts": [SET]}, "get_account: 404 NOT_FOUND"),
        ({"creators": [SET]}, "get_creator: 404 NOT_FOUND"),
        ({"categories": ["foods"]}, r"'foods' \(did you mean 'food'\?\); there is 'food'$"),
        ({"categories": ["x"]}, "the category 'x'; there is 'food'$"),
    ):
        with pytest.raises(NotFoundError, match=why):
            ca.do(lambda ca, filters=filters: ca.breakouts(**filters))
    for filters in ({"categories": ["food"]}, {"creators": [TWIN]}):
        assert len(ca.do(lambda ca, filters=filters: ca.breakouts(**filters))) == 0
    accounts[:] = []
    with pytest.raises(NotFoundError, match="the category 'food', or any other"):
        ca.do(lambda ca: ca.breakouts(categories=["food"]))


def test_deltas_are_asked_for_by_post_or_get_and_in_no_other_way(facade, serve):
    server = serve()
    with pytest.raises(UsageError, match="via must be post or get, not 'put'"):
        facade(server.url).do(lambda ca: ca.videos.deltas([FOOD], via="put"))
    assert server.requests == []
