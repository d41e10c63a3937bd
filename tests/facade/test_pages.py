"""Walking lists: when pages are fetched, what ends a walk, and how to resume after a failure."""

from __future__ import annotations

import itertools

import pytest

from creatoraudit import (
    ContractError,
    CreatorAuditError,
    NetworkError,
    PaginationError,
    UsageError,
    ValidationError,
)
from creatoraudit._results.pages import Walk
from support.answers import page, problem, video, video_id
from support.faults import FAULTS, Injection
from support.server import Answer


def ids(items):
    return [item.id for item in items]


def test_a_walk_follows_the_cursors_to_the_last_page(facade, sandbox):
    ca = facade(sandbox.base_url, sandbox.api_key)
    walked = ca.collect(lambda ca: ca.videos.list(limit=150))
    pages = ca.collect(lambda ca: ca.videos.list(limit=150).pages())
    assert [len(one.items) for one in pages] == [150, 150, 100]
    assert [one.has_next for one in pages] == [True, True, False]
    assert pages[-1].next_cursor is None
    assert all(one.request_id for one in pages)
    assert pages[0].filters == {"order_by": "added_at", "order_direction": "desc"}
    assert ids(walked) == [item.id for one in pages for item in one.items]
    assert len(set(ids(walked))) == 400


def test_list_sends_nothing_before_it_is_read(facade, serve):
    server = serve()
    ca = facade(server.url)
    pager = ca.do(lambda ca: ca.videos.list())
    assert "list_videos" in repr(pager)
    assert server.requests == []


def test_the_page_size_is_the_contracts_maximum_unless_asked_otherwise(facade, serve):
    server = serve(page([]), page([]), page([]))
    ca = facade(server.url)
    ca.collect(lambda ca: ca.videos.list())
    ca.collect(lambda ca: ca.account_videos.list())
    ca.collect(lambda ca: ca.videos.list(limit=7))
    assert [request.query["limit"] for request in server.requests] == [["200"], ["200"], ["7"]]


def test_filters_go_with_every_page(facade, serve):
    server = serve(page([video(1)], "more"), page([video(2)]))
    ca = facade(server.url)
    items = ca.collect(
        lambda ca: ca.videos.list(
            platform="tiktok",
            account_id=video_id(7).upper(),
            is_active=True,
            q="a b&c",
            order_by="view_count",
            order_direction="desc",
            sort="-added_at",
            include_total=False,
        )
    )
    assert ids(items) == [video_id(1), video_id(2)]
    first, second = (request.query for request in server.requests)
    assert first == {
        "platform": ["tiktok"],
        "account_id": [video_id(7)],
        "is_active": ["true"],
        "q": ["a b&c"],
        "order_by": ["view_count"],
        "order_direction": ["desc"],
        "sort": ["-added_at"],
        "include_total": ["false"],
        "limit": ["200"],
    }
    assert second == first | {"cursor": ["more"]}


@pytest.mark.parametrize("most", [0, 1, 2, 3, 4])
def test_max_items_bounds_items_and_asks_for_no_page_too_many(facade, serve, most):
    server = serve(page([video(1), video(2)], "a"), page([video(3)]))
    ca = facade(server.url)
    items = ca.collect(lambda ca: ca.videos.list(max_items=most))
    assert ids(items) == [video_id(number) for number in (1, 2, 3)[:most]]
    assert len(server.requests) == (most > 0) + (most > 2)


@pytest.mark.parametrize("wrong", [-1, True, 2.5, "3"])
def test_max_items_must_be_a_count(facade, serve, wrong):
    ca = facade(serve().url)
    with pytest.raises(UsageError, match="max_items must be"):
        ca.do(lambda ca: ca.videos.list(max_items=wrong))
    with pytest.raises(UsageError, match="max_items must be"):
        ca.do(lambda ca: ca.videos.list().to_list(max_items=wrong))


def test_break_fetches_nothing_more_and_leaves_nothing_behind(facade, serve):
    # Warnings are errors here: trio, for one, complains of a generator that is left half-way.
    server = serve(page([video(1), video(2)], "a"))
    ca = facade(server.url)
    assert ids(ca.take(lambda ca: ca.videos.list(), 1)) == [video_id(1)]
    assert len(server.requests) == 1


def test_each_iteration_is_a_walk_of_its_own(facade, serve):
    server = serve(page([video(1)]), page([video(2)]))
    ca = facade(server.url)
    pager = ca.do(lambda ca: ca.videos.list())
    assert ids(ca.collect(lambda _: pager)) == [video_id(1)]
    assert ids(ca.collect(lambda _: pager)) == [video_id(2)]


def test_first_takes_one_item_or_none(facade, serve):
    server = serve(page([video(1), video(2)], "a"), page([]))
    ca = facade(server.url)
    assert ca.do(lambda ca: ca.videos.list().first()).id == video_id(1)
    assert ca.do(lambda ca: ca.videos.list().first()) is None


def test_to_list_takes_all_or_as_many_as_asked(facade, sandbox):
    ca = facade(sandbox.base_url, sandbox.api_key)
    assert len(ca.do(lambda ca: ca.videos.list().to_list())) == 400
    assert ca.do(lambda ca: ca.videos.list(max_items=0).to_list()) == []
    assert len(ca.do(lambda ca: ca.videos.list(max_items=3).to_list())) == 3
    assert len(ca.do(lambda ca: ca.videos.list(max_items=3).to_list(max_items=201))) == 3
    assert len(ca.do(lambda ca: ca.videos.list(max_items=201).to_list(max_items=3))) == 3
    assert len(ca.do(lambda ca: ca.videos.list().to_list(max_items=201))) == 201


def test_total_count_costs_one_small_request(facade, sandbox, faulty):
    server = faulty()
    ca = facade(server.url, sandbox.api_key)
    listed = len(ca.collect(lambda ca: ca.videos.list(platform="tiktok")))
    server.requests.clear()
    assert ca.do(lambda ca: ca.videos.list(platform="tiktok").total_count()) == listed
    (request,) = server.requests
    assert request.query["limit"] == ["1"]
    assert request.query["include_total"] == ["true"]
    assert request.query["platform"] == ["tiktok"]


def test_include_total_tells_the_total_on_each_page(facade, sandbox):
    ca = facade(sandbox.base_url, sandbox.api_key)
    pages = ca.collect(lambda ca: ca.videos.list(include_total=True).pages())
    assert [one.total_count for one in pages] == [400, 400]
    assert ca.collect(lambda ca: ca.videos.list().pages())[0].total_count is None


def test_empty_page_with_a_cursor_does_not_end_the_walk(facade, serve):
    server = serve(page([video(1)], "a"), page([], "b"), page([], "c"), page([video(2)]))
    ca = facade(server.url)
    assert ids(ca.collect(lambda ca: ca.videos.list())) == [video_id(1), video_id(2)]


def test_the_link_header_is_never_followed(facade, serve):
    last = page([video(1)])
    linked = Answer(json=last.json, headers={"link": '<http://elsewhere.example/>; rel="next"'})
    server = serve(linked)
    ca = facade(server.url)
    assert ids(ca.collect(lambda ca: ca.videos.list())) == [video_id(1)]


def test_a_cursor_without_has_next_ends_the_walk(facade, serve):
    server = serve(page([video(1)], "a", has_next=False))
    ca = facade(server.url)
    (only,) = ca.collect(lambda ca: ca.videos.list().pages())
    assert only.next_cursor is None


def test_a_repeated_cursor_fails_instead_of_walking_forever(facade, serve):
    server = serve(page([video(1)], "a"), page([video(2)], "b"), page([video(3)], "a"))
    ca = facade(server.url)
    with pytest.raises(PaginationError, match="repeats a cursor") as caught:
        ca.collect(lambda ca: ca.videos.list())
    assert caught.value.request_id == "req-scripted"
    assert caught.value.resume_cursor == "b"


def test_a_page_that_repeats_its_own_cursor_fails(facade, serve):
    server = serve(page([video(1)], "a"))
    ca = facade(server.url)
    with pytest.raises(PaginationError):
        ca.collect(lambda ca: ca.videos.list(cursor="a"))


ENDLESS = {
    "empty pages": lambda _: [],
    "the same item": lambda _: [video(1)],
}


@pytest.mark.parametrize("endless", ENDLESS)
def test_an_endless_list_of_nothing_new_fails(facade, serve, endless):
    """With a cursor of its own on each page."""
    numbers = itertools.count(1)

    def respond(_request):
        number = next(numbers)
        return page(ENDLESS[endless](number), f"c{number}")

    ca = facade(serve(respond).url)
    with pytest.raises(PaginationError, match="the last 100 pages had no new item") as caught:
        ca.collect(lambda ca: ca.videos.list())
    assert caught.value.resume_cursor.startswith("c")
    assert 100 <= next(numbers) <= 110


def moved(walk, number, items):
    """Move a walk over a page with a cursor of its own."""
    pagination = {"has_next": True, "next_cursor": str(number)}
    walk.move({"data": items, "pagination": pagination}, None)


LARGE = {
    "five pages, again and again": [[video(n * 200 + one) for one in range(200)] for n in range(5)],
    "one page of 1,500": [[video(one) for one in range(1500)]],
}


@pytest.mark.parametrize("large", LARGE)
def test_an_endless_list_of_many_old_items_fails(large):
    walk, pages = Walk("any", None), LARGE[large]
    for number in range(len(pages) + 99):
        moved(walk, number, pages[number % len(pages)])
    with pytest.raises(PaginationError, match="the last 100 pages had no new item"):
        moved(walk, number + 1, pages[0])


@pytest.mark.parametrize("item", [{"rank": 1}, {"id": 7}, None, [1], "x"], ids=repr)
def test_an_endless_list_of_items_without_ids_fails(item):
    walk = Walk("any", None)

    for number in range(100):
        moved(walk, number, [item])
    with pytest.raises(PaginationError, match="no new item"):
        moved(walk, 100, [item])


def test_empty_pages_and_old_items_now_and_then_do_not_end_a_walk(facade, serve):
    def respond(request):
        number = int(request.query.get("cursor", ["0"])[0])
        items = [video(number)] if number % 99 == 0 else [video(1)] * (number % 2)
        return page(items, str(number + 1) if number < 200 else None)

    ca = facade(serve(respond).url)
    walked = ids(ca.collect(lambda ca: ca.videos.list()))
    assert set(walked) == {video_id(number) for number in (0, 1, 99, 198)}


CURSORS = {
    "long": ("x" * 200_000, "is longer than 8,000 bytes"),
    "just too long": ("ä" * 4001, "is longer than 8,000 bytes"),
    "half a character": ("a\ud800", "is not text that can be sent back"),
}


@pytest.mark.parametrize("cursor", CURSORS)
def test_a_cursor_that_cannot_be_sent_back_is_the_servers_fault(facade, serve, cursor):
    text, said = CURSORS[cursor]
    ca = facade(serve(page([video(1)], "good"), page([video(2)], text)).url)
    with pytest.raises(ContractError, match=said) as caught:
        ca.collect(lambda ca: ca.videos.list())
    assert caught.value.path == "$.pagination.next_cursor"
    assert caught.value.resume_cursor == "good"
    assert len(str(caught.value)) < 500


def test_the_longest_cursor_is_sent_back(facade, serve):
    server = serve(page([video(1)], "x" * 8000), page([video(2)]))
    assert len(facade(server.url).collect(lambda ca: ca.videos.list())) == 2
    assert server.requests[1].query["cursor"] == ["x" * 8000]


MALFORMED = {
    "has_next without a cursor": (
        page([], has_next=True, next_cursor=None),
        "$.pagination.next_cursor",
    ),
    "has_next with an empty cursor": (page([], "", has_next=True), "$.pagination.next_cursor"),
    "a cursor that is a number": (
        page([], has_next=True, next_cursor=7),
        "$.pagination.next_cursor",
    ),
    "has_next missing": (page([], has_next=...), "$.pagination.has_next"),
    "has_next null": (page([], has_next=None), "$.pagination.has_next"),
    "has_next a string": (page([], has_next="false"), "$.pagination.has_next"),
    "pagination missing": (Answer(json={"data": []}), "$.pagination"),
    "pagination null": (Answer(json={"data": [], "pagination": None}), "$.pagination"),
    "data missing": (Answer(json={"pagination": {"has_next": False}}), "$.data"),
    "data null": (Answer(json={"data": None, "pagination": {"has_next": False}}), "$.data"),
    "data an object": (Answer(json={"data": {}, "pagination": {"has_next": False}}), "$.data"),
    "an item null": (page([video(1), None]), "$.data[1]"),  # type: ignore[list-item]  # on purpose
    "an item without id": (page([video(1), video(2, id=...)]), "$.data[1].id"),
    "a list": (Answer(json=[]), "$"),
    "null": (Answer(body=b"null"), "$"),
    "nothing": (Answer(), "$"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_page_that_breaks_the_contract_names_the_member(facade, serve, case):
    answer, path = MALFORMED[case]
    ca = facade(serve(answer).url)
    with pytest.raises(ContractError) as caught:
        ca.collect(lambda ca: ca.videos.list())
    assert caught.value.path == path
    assert path in str(caught.value)
    assert caught.value.request_id == "req-scripted"
    assert "req-scripted" in str(caught.value)


def test_missing_filters_are_not_a_fault(facade, serve):
    bare = {"data": [video(1)], "pagination": {"has_next": False, "next_cursor": None, "limit": 9}}
    nulled = bare | {"filters": None}
    ca = facade(serve(Answer(json=bare), Answer(json=nulled)).url)
    for _ in range(2):
        (only,) = ca.collect(lambda ca: ca.videos.list().pages())
        assert only.filters == {}


@pytest.mark.parametrize(
    "fault", [name for name in FAULTS if FAULTS[name].shows != "RequestTimeoutError"]
)
def test_a_walk_resumes_where_it_failed_without_losing_or_doubling_an_id(
    facade, faulty, sandbox, fault
):
    server = faulty(Injection(fault, number=3, path="/videos"))
    ca = facade(server.url, sandbox.api_key, max_retries=0)
    got: list[str] = []
    with pytest.raises(CreatorAuditError) as caught:
        ca.do(_keep_going(facade, got))
    error = caught.value
    assert type(error).__name__ == FAULTS[fault].shows
    assert len(got) == 100
    assert error.resume_cursor
    again = facade(sandbox.base_url, sandbox.api_key)
    got += ids(again.collect(lambda ca: ca.videos.list(limit=50, cursor=error.resume_cursor)))
    assert got == ids(again.collect(lambda ca: ca.videos.list()))


def _keep_going(facade, got):
    def walk(ca):
        for item in ca.videos.list(limit=50):
            got.append(item.id)

    async def awalk(ca):
        async for item in ca.videos.list(limit=50):
            got.append(item.id)

    return walk if facade.kind == "sync" else awalk


def test_an_iterator_may_be_asked_again_after_a_failure(facade, serve):
    server = serve(page([video(1)], "a"), problem(500, "INTERNAL_ERROR"), page([video(2)]))
    ca = facade(server.url, max_retries=0)
    walk = ca.do(lambda ca: ca.videos.list().pages())
    step = (lambda _: next(walk)) if facade.kind == "sync" else (lambda _: anext(walk))
    assert ids(ca.do(step).items) == [video_id(1)]
    with pytest.raises(CreatorAuditError, match="INTERNAL_ERROR"):
        ca.do(step)
    assert ids(ca.do(step).items) == [video_id(2)]


@pytest.mark.parametrize("following", ["b", None])
def test_a_page_that_cannot_be_decoded_is_asked_for_again_not_left_out(facade, serve, following):
    broken = page([video(2), video(3, id=...)], following)
    server = serve(page([video(1)], "a"), broken, page([video(2)], following), page([video(4)]))
    ca = facade(server.url)
    walk = ca.do(lambda ca: ca.videos.list().pages())
    step = (lambda _: next(walk)) if facade.kind == "sync" else (lambda _: anext(walk))
    ca.do(step)
    with pytest.raises(ContractError) as caught:
        ca.do(step)
    assert caught.value.resume_cursor == "a"
    assert ids(ca.do(step).items) == [video_id(2)]
    if following is not None:
        assert ids(ca.do(step).items) == [video_id(4)]
    asked = [request.query.get("cursor") for request in server.requests]
    assert asked == [None, ["a"], ["a"], ["b"]][: len(asked)]


def test_no_resume_cursor_when_the_first_page_fails(facade, serve):
    ca = facade(serve(problem(500, "INTERNAL_ERROR")).url)
    with pytest.raises(CreatorAuditError, match="INTERNAL_ERROR") as caught:
        ca.collect(lambda ca: ca.videos.list())
    assert caught.value.resume_cursor is None


def test_the_server_going_away_in_mid_walk_is_one_clear_error(facade, serve, waits):
    server = serve(page([video(1)], "there"))
    ca = facade(server.url, max_retries=2)
    got: list[str] = []

    def leave(item):
        got.append(item.id)
        server.close()

    def walk(ca):
        for item in ca.videos.list():
            leave(item)

    async def awalk(ca):
        async for item in ca.videos.list():
            leave(item)

    with pytest.raises(NetworkError, match="list_videos: cannot connect after 3 tries") as caught:
        ca.do(walk if facade.kind == "sync" else awalk)
    assert got == [video_id(1)]
    assert caught.value.resume_cursor == "there"
    assert "\n" not in str(caught.value)
    assert len(waits) == 2


def test_a_cursor_of_another_filter_is_refused_by_the_server(facade, sandbox):
    ca = facade(sandbox.base_url, sandbox.api_key)
    cursor = ca.take(lambda ca: ca.videos.list(limit=5).pages(), 1)[0].next_cursor
    with pytest.raises(ValidationError) as caught:
        ca.collect(lambda ca: ca.videos.list(cursor=cursor, platform="tiktok"))
    assert caught.value.errors
