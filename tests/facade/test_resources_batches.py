"""Metrics of many resources: split, in order, each id once, merged, streamed."""

from __future__ import annotations

import threading
from uuid import UUID

import pytest

from creatoraudit import CreatorAuditError, Metrics, ServerError, UsageError
from support.answers import problem, video_id
from support.server import Answer

MOST = 200
MANY = [video_id(number) for number in range(1, 451)]
BY_UUID = {
    "accounts": "account_ids",
    "videos": "video_ids",
}


def totals(request, id_list, *, unknown=()):
    """Every id asked has its own number as views; those that are unknown are not found."""
    asked = request.json[id_list]
    data = {one: {"views": int(one[-12:])} for one in asked if one not in unknown}
    meta = {
        "period": "7d",
        "start_date": "2026-06-08",
        "end_date": "2026-06-14",
        "days": 7,
        "not_found": [one for one in asked if one in unknown],
    }
    return Answer(json={"data": data, "meta": meta})


@pytest.fixture(params=BY_UUID)
def resource(request):
    return request.param


@pytest.fixture
def metrics_server(serve, resource):
    def start(**options):
        return serve(lambda request: totals(request, BY_UUID[resource], **options))

    return start


def asked(server, id_list):
    return [request.json[id_list] for request in server.requests]


@pytest.mark.parametrize(
    "ids",
    [
        lambda: MANY,
        lambda: iter(MANY),
        lambda: (one for one in MANY),
        lambda: tuple(MANY),
        lambda: [UUID(one) for one in MANY],
        lambda: [one.upper() for one in MANY],
        lambda: [*MANY, *MANY[:300], *MANY],
    ],
    ids=["list", "iterator", "generator", "tuple", "UUIDs", "upper case", "repeated"],
)
def test_any_iterable_of_any_length_is_split_and_kept_in_order(
    facade, metrics_server, resource, ids
):
    server = metrics_server()
    ca = facade(server.url)
    found = ca.do(lambda ca: getattr(ca, resource).metrics(ids(), period="7d"))
    assert isinstance(found, Metrics)
    assert list(found) == MANY
    assert [found[one].views for one in MANY] == list(range(1, 451))
    parts = asked(server, BY_UUID[resource])
    assert sorted(map(len, parts)) == [50, MOST, MOST]
    assert sorted(one for part in parts for one in part) == MANY


def test_what_was_not_found_is_merged_and_the_period_is_as_the_server_resolved_it(
    facade, metrics_server, resource
):
    unknown = {MANY[3], MANY[250], MANY[449]}
    ca = facade(metrics_server(unknown=unknown).url)
    found = ca.do(lambda ca: getattr(ca, resource).metrics(MANY, period="7d"))
    assert list(found.not_found) == sorted(unknown)
    assert len(found) == 447
    assert MANY[3] not in found
    assert (found.period, found.days) == ("7d", 7)
    assert (found.start_date, found.end_date) == ("2026-06-08", "2026-06-14")


def test_empty_list_of_ids_sends_nothing(facade, serve, resource):
    server = serve()
    found = facade(server.url).do(lambda ca: getattr(ca, resource).metrics([]))
    assert (len(found), list(found.not_found)) == (0, [])
    assert server.requests == []


def test_streams_give_one_part_per_request_in_order(facade, metrics_server, resource):
    server = metrics_server()
    ca = facade(server.url, concurrency=3)
    parts = ca.collect(lambda ca: getattr(ca, resource).stream_metrics(iter(MANY)))
    assert [len(part) for part in parts] == [MOST, MOST, 50]
    assert [one for part in parts for one in part] == MANY


def test_a_stream_takes_ids_as_it_goes(facade, metrics_server, resource):
    """Ids may come out of a walk that never ends."""
    server = metrics_server()
    ca = facade(server.url, concurrency=2)
    taken = []

    def endless():
        for number in range(1, 10_000_000):
            taken.append(number)
            yield video_id(number)

    first = ca.take(lambda ca: getattr(ca, resource).stream_metrics(endless()), 1)
    assert list(first[0]) == MANY[:MOST]
    assert len(taken) <= 2 * MOST + 1


def test_no_more_than_concurrency_run_side_by_side(facade, serve, resource):
    lock = threading.Lock()
    running, most = 0, 0
    both = threading.Barrier(2)

    def respond(request):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        both.wait(10)
        with lock:
            running -= 1
        return totals(request, BY_UUID[resource])

    ca = facade(serve(respond).url, concurrency=2)
    ids = [video_id(number) for number in range(4 * MOST)]
    assert len(ca.do(lambda ca: getattr(ca, resource).metrics(ids))) == 4 * MOST
    assert most == 2


def test_a_failure_tells_what_is_done_and_what_is_left(facade, serve, resource):
    def respond(request):
        if MANY[MOST] in request.json[BY_UUID[resource]]:
            return problem(500, "INTERNAL_ERROR")
        return totals(request, BY_UUID[resource])

    ca = facade(serve(respond).url, concurrency=1)
    with pytest.raises(ServerError) as failed:
        ca.do(lambda ca: getattr(ca, resource).metrics(iter(MANY)))
    assert list(failed.value.done_ids) == MANY[:MOST]
    assert list(failed.value.pending_ids) == MANY[MOST:]


def test_an_id_that_is_none_is_refused_before_anything_is_sent(facade, serve, resource):
    server = serve()
    ca = facade(server.url)
    with pytest.raises(UsageError, match="UUID"):
        ca.do(lambda ca: getattr(ca, resource).metrics([*MANY, "7"]))
    with pytest.raises(UsageError, match="UUID"):
        ca.collect(lambda ca: getattr(ca, resource).stream_metrics(["", *MANY]))
    assert server.requests == []


def platform_totals(request):
    (name,) = {"instagram_post_ids", "tiktok_video_ids"} & request.json.keys()
    data = {str(one): {"views": one} for one in request.json[name] if one % 2}
    meta = {"not_found": [one for one in request.json[name] if not one % 2]}
    return Answer(json={"data": data, "meta": meta})


def test_the_platforms_are_asked_in_separate_calls(facade, serve):
    server = serve(platform_totals)
    ca = facade(server.url)
    found = ca.do(
        lambda ca: ca.account_videos.metrics(instagram=[3, 1, 3, 2], tiktok=iter([1, 2, 5]))
    )
    assert [(row.platform, row.id, row.totals.views) for row in found] == [
        ("instagram", 3, 3),
        ("instagram", 1, 1),
        ("tiktok", 1, 1),
        ("tiktok", 5, 5),
    ]
    assert list(found.not_found) == [("instagram", 2), ("tiktok", 2)]
    assert sorted((request.json for request in server.requests), key=str) == [
        {"instagram_post_ids": [3, 1, 2]},
        {"tiktok_video_ids": [1, 2, 5]},
    ]


def test_account_videos_are_split_too_and_streamed(facade, serve):
    server = serve(platform_totals)
    ca = facade(server.url, concurrency=1)
    ids = range(1, 500, 2)
    parts = ca.collect(lambda ca: ca.account_videos.stream_metrics(tiktok=ids, instagram=ids))
    assert [len(part) for part in parts] == [200, 50, 200, 50]
    assert [part.rows[0].platform for part in parts] == [
        "instagram",
        "instagram",
        "tiktok",
        "tiktok",
    ]
    assert [row.id for part in parts[2:] for row in part] == list(ids)


@pytest.mark.parametrize(
    "body",
    [
        {"data": [], "meta": {}},
        {"data": None, "meta": {}},
        {"data": {}},
        {"meta": {}},
        {"data": {video_id(1): 5}, "meta": {}},
        {"data": {video_id(1): None}, "meta": {}},
        {"data": {}, "meta": {"not_found": "all"}},
        {"data": {}, "meta": []},
    ],
    ids=repr,
)
def test_a_response_that_is_not_a_map_of_totals_is_refused_by_its_path(facade, serve, body):
    ca = facade(serve(Answer(json=body)).url)
    with pytest.raises(CreatorAuditError, match=r"\$\.(data|meta)") as refused:
        ca.do(lambda ca: ca.videos.metrics([video_id(1)]))
    assert type(refused.value).__name__ == "ContractError"
    assert refused.value.request_id == "req-scripted"


def test_totals_that_were_not_requested_are_left_out(facade, serve):
    data = {video_id(9): {"views": 9}, video_id(1): {"views": 1}}
    ca = facade(serve(Answer(json={"data": data, "meta": {"not_found": [video_id(8)]}})).url)
    found = ca.do(lambda ca: ca.videos.metrics([video_id(1)]))
    assert list(found) == [video_id(1)]
    assert list(found.not_found) == []


@pytest.mark.parametrize("one", [7, "7"])
def test_one_integer_id_where_a_list_belongs_is_refused(facade, serve, one):
    server = serve()
    with pytest.raises(UsageError, match="ids must be a list, even for a single id"):
        facade(server.url).do(lambda ca: ca.account_videos.metrics(tiktok=one))
    assert server.requests == []
