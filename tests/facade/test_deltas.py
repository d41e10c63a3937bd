"""View deltas of any number of videos, by POST or by GET."""

from __future__ import annotations

import uuid

import pytest

from creatoraudit import (
    ContractError,
    CreatorAuditError,
    InsufficientScopeError,
    UsageError,
)
from support.answers import deltas, problem, video_id


def answering(request):
    ids = request.json["video_ids"] if request.method == "POST" else request.query["video_ids"]
    return deltas({one: {"7d": int(one[-6:])} for one in ids})


def test_deltas_are_a_mapping_by_id_and_window(facade, sandbox):
    ca = facade(sandbox.base_url, sandbox.api_key)
    ids = [video.id for video in ca.collect(lambda ca: ca.videos.list())]
    answer = ca.do(lambda ca: ca.videos.deltas([*ids, video_id(7), *ids[:5]], [7, 30, 7]))
    assert list(answer) == ids
    assert len(answer) == 400
    assert answer.windows == (7, 30)
    assert answer.not_found == (video_id(7),)
    assert all(set(windows) == {"7d", "30d"} for windows in answer.values())
    assert answer[ids[0]]["7d"] is not None
    assert video_id(7) not in answer
    with pytest.raises(KeyError):
        answer[video_id(7)]


@pytest.mark.parametrize(
    ("ids", "windows", "says"),
    [
        (video_id(1), [7], "ids must be a list, even for a single id, not '0000"),
        (uuid.UUID(video_id(1)), [7], "ids must be a list, even for a single id, not UUID"),
        ([video_id(1)], 7, r"windows must be a list of days, such as \[7\], not 7"),
        ([None], [7], "must be a UUID such as .*, not NoneType$"),
    ],
)
def test_what_is_not_a_list_is_refused_before_anything_is_sent(facade, serve, ids, windows, says):
    server = serve()
    with pytest.raises(UsageError, match=says):
        facade(server.url).do(lambda ca: ca.videos.deltas(ids, windows))
    assert server.requests == []


def test_the_default_windows_are_the_apis(facade, serve):
    server = serve(deltas({}))
    answer = facade(server.url).do(lambda ca: ca.videos.deltas([video_id(1)]))
    assert server.requests[0].json["windows"] == [1, 7, 14, 30]
    assert answer.windows == (1, 7, 14, 30)


@pytest.mark.parametrize(("via", "size"), [("post", 200), ("get", 50)])
def test_ids_are_split_at_what_fits_into_a_request(facade, serve, via, size):
    server = serve(answering)
    ids = [video_id(number) for number in range(401)]
    answer = facade(server.url).do(lambda ca: ca.videos.deltas(ids, [7], via=via))
    assert list(answer) == ids
    assert len(server.requests) == -(-401 // size)
    assert {request.method for request in server.requests} == {via.upper()}


def test_a_read_key_asks_by_get(facade, sandbox):
    ca = facade(sandbox.base_url, sandbox.read_key)
    ids = [video.id for video in ca.collect(lambda ca: ca.videos.list(max_items=60))]
    answer = ca.do(lambda ca: ca.videos.deltas(ids, [7], via="get"))
    assert list(answer) == ids


def test_a_key_that_may_not_post_is_told_the_other_way(facade, serve):
    ca = facade(serve(problem(403, "INSUFFICIENT_SCOPE")).url)
    with pytest.raises(InsufficientScopeError, match='via="get"'):
        ca.do(lambda ca: ca.videos.deltas([video_id(1)]))


def test_ids_of_any_spelling_are_looked_up_as_the_api_spells_them(facade, serve):
    server = serve(answering)
    one = uuid.UUID("abcdefab-0000-4000-8000-000000000009")
    given = [one, str(one).upper(), f" {one} "]
    answer = facade(server.url).do(lambda ca: ca.videos.deltas(given, [7]))
    assert answer == {str(one): {"7d": 9}} or dict(answer) == {str(one): {"7d": 9}}
    assert server.requests[0].json["video_ids"] == [str(one)]


def test_deltas_of_nothing_ask_nothing(facade, serve):
    server = serve()
    assert len(facade(server.url).do(lambda ca: ca.videos.deltas([]))) == 0
    assert server.requests == []


REFUSED = [
    (["x"], [7], "video_id must be a UUID"),
    ([None], [7], "video_id must be a UUID"),
    ([video_id(1)], [], "windows must name 1 to 10 windows, not 0"),
    ([video_id(1)], range(1, 12), "windows must name 1 to 10 windows, not 11"),
    ([video_id(1)], [0], "window must be between 1 and 365 days, not 0"),
    ([video_id(1)], [366], "window must be between 1 and 365 days, not 366"),
    ([video_id(1)], [7.0], "window must be between 1 and 365 days, not 7.0"),
    ([video_id(1)], [True], "window must be between 1 and 365 days, not True"),
    ([video_id(1)], ["7d"], "window must be between 1 and 365 days, not '7d'"),
]


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_invalid_arguments_are_refused_before_sending(facade, serve, case):
    ids, windows, message = case
    server = serve()
    with pytest.raises(UsageError) as caught:
        facade(server.url).do(lambda ca: ca.videos.deltas(ids, windows))
    assert message in str(caught.value)
    assert server.requests == []


@pytest.mark.parametrize(
    ("row", "windows", "expected"),
    [
        ({"7d": 5, "14d": None}, [7, 14, 30], {"7d": 5, "14d": None, "30d": None}),
        ({"views_delta": 5, "views": 9}, [7], {"7d": 5}),
        ({"views": 9}, [7], {"7d": 9}),
        ({"views": None}, [7], {"7d": None}),
        ({"7d": 1, "views": 9}, [7], {"7d": 1}),
        ({"7d": -12}, [7], {"7d": -12}),
    ],
    ids=str,
)
def test_rows_of_the_tutorial_are_understood(facade, serve, row, windows, expected):
    rows = [{"id": video_id(1), "caption": "x"} | row, {"id": video_id(99)} | row]
    ca = facade(serve(deltas(rows)).url)
    answer = ca.do(lambda ca: ca.videos.deltas([video_id(1), video_id(2)], windows))
    # What was not asked about is left out.
    assert dict(answer) == {video_id(1): expected}


def test_views_of_several_windows_are_never_guessed(facade, serve):
    ca = facade(serve(deltas([{"id": video_id(1), "views": 9}])).url)
    with pytest.raises(ContractError, match="does not say which of several windows") as caught:
        ca.do(lambda ca: ca.videos.deltas([video_id(1)], [7, 14]))
    assert caught.value.path == "$.data[0].views"


def test_what_was_not_found_is_reported_in_the_order_asked(facade, serve):
    ids = [video_id(number) for number in (3, 1, 2)]
    answer = deltas({ids[1]: {"7d": 9}}, not_found=[video_id(99), ids[2], ids[0]])
    found = facade(serve(answer).url).do(lambda ca: ca.videos.deltas(ids, [7]))
    assert found.not_found == (ids[0], ids[2])


@pytest.mark.parametrize("name", ["7d", "views_delta", "views"])
@pytest.mark.parametrize("value", ["9", 1.5, True, 2**63])
def test_a_row_with_no_count_is_refused_where_it_is(facade, serve, name, value):
    ca = facade(serve(deltas([{"id": video_id(1), name: value}])).url)
    with pytest.raises(ContractError) as caught:
        ca.do(lambda ca: ca.videos.deltas([video_id(1)], [7]))
    assert caught.value.path == f"$.data[0].{name}"


def test_a_failing_request_tells_what_is_done_and_what_is_pending(facade, serve):
    ids = [video_id(number) for number in range(500)]

    def respond(request):
        return problem(500) if ids[250] in request.json["video_ids"] else answering(request)

    ca = facade(serve(respond).url, concurrency=1)
    with pytest.raises(CreatorAuditError) as caught:
        ca.do(lambda ca: ca.videos.deltas(ids, [7]))
    assert list(caught.value.done_ids) == ids[:200]
    assert list(caught.value.pending_ids) == ids[200:]


def test_streamed_deltas_come_in_order_and_may_be_left(facade, serve):
    ids = [video_id(number) for number in range(500)]
    ca = facade(serve(answering).url, concurrency=2)
    parts = ca.collect(lambda ca: ca.videos.stream_deltas(ids, [7]))
    assert [one for part in parts for one in part] == ids
    (first,) = ca.take(lambda ca: ca.videos.stream_deltas(ids, [7]), 1)
    assert list(first) == ids[:200]


def test_results_are_found_by_uuid_objects_too(facade, serve):
    answer = deltas({video_id(1): {"7d": 9}})
    found = facade(serve(answer).url).do(lambda ca: ca.videos.deltas([uuid.UUID(video_id(1))]))
    assert found[uuid.UUID(video_id(1))]["7d"] == found[video_id(1)]["7d"] == 9
