"""Details of single modules, tested through the public API."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
import socket
import threading
import time
from urllib.parse import quote

import pytest

from creatoraudit import ContractError, CreatorAudit, InternalError, Page, UsageError, Video
from creatoraudit._core import clock
from creatoraudit._core.http import readable
from creatoraudit._core.key import ApiKey
from creatoraudit_api import operations
from support.answers import one, page, problem, video, video_id
from support.server import Answer


def test_a_page_can_be_iterated_measured_and_looked_at(facade, serve):
    ca = facade(serve(page([video(1), video(2)], "c")).url)
    (first,) = ca.take(lambda ca: ca.videos.list().pages(), 1)
    assert isinstance(first, Page)
    assert [item.id for item in first] == [video_id(1), video_id(2)]
    assert len(first) == 2
    assert "2 items" in repr(first)
    assert "has_next=True" in repr(first)


def test_a_key_object_is_never_pickled_or_copied():
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="never pickled"):
            attempt(ApiKey("k"))


def test_text_is_held_to_the_contracts_length(facade, serve):
    longest = operations.search.bounds["q"].max_length
    ca = facade(serve().url)
    if longest is None:
        pytest.skip("the contract bounds no text any more")
    with pytest.raises(UsageError, match=r"q must be .* characters, not"):
        ca.do(lambda ca: ca.call("search", q="x" * (longest + 1)))


def test_a_filter_the_contract_no_longer_prints_is_sent_anyway(facade, serve, monkeypatch):
    printed = operations.list_account_videos
    arguments = {name: place for name, place in printed.arguments.items() if name != "platform"}
    without = printed._replace(arguments=arguments)
    monkeypatch.setattr(operations, "list_account_videos", without)
    server = serve(page([]))
    facade(server.url).collect(lambda ca: ca.account_videos.list(platform="tiktok"))
    assert server.requests[0].query["platform"] == ["tiktok"]


def test_a_body_that_no_schema_explains_is_a_contract_error_anyway(facade, serve):
    # An operation newer than this release's contract: decoding fails, a second look finds nothing.
    unheard_of = operations.whoami._replace(path="/unheard-of")
    ca = facade(serve(Answer(json={"data": []})).url)
    with pytest.raises(ContractError, match="cannot be decoded") as caught:
        ca.do(lambda ca: ca.call(unheard_of))
    assert caught.value.path == "$"
    assert caught.value.request_id == "req-scripted"


@pytest.mark.parametrize("wrong", ["", ".", ".."])
def test_path_ids_that_would_reach_another_endpoint_are_refused(facade, serve, wrong):
    opaque = operations.get_video._replace(bounds={})
    ca = facade(serve().url)
    with pytest.raises(UsageError, match=f"video_id must be an id, not '{wrong}'"):
        ca.do(lambda ca: ca.call(opaque, video_id=wrong))


MODEL = Video.from_dict(video(1))
OPAQUE = operations.get_video._replace(bounds={})


@pytest.mark.parametrize(
    "call",
    [
        lambda ca: ca.videos.get(MODEL),
        lambda ca: ca.videos.get(dict(MODEL)),
        lambda ca: ca.call(OPAQUE, video_id=MODEL),
        lambda ca: ca.call(OPAQUE, video_id=[MODEL.id]),
        lambda ca: ca.videos.deltas(MODEL),
        lambda ca: ca.videos.deltas([MODEL]),
        lambda ca: ca.videos.deltas({MODEL.id: 1}),
        lambda ca: ca.videos.metrics(MODEL),
        lambda ca: ca.account_videos.metrics(tiktok=MODEL),
        lambda ca: ca.account_videos.metrics(tiktok=[MODEL]),
        lambda ca: ca.call("batch_video_metrics", video_ids=[MODEL]),
        lambda ca: ca.call("batch_account_video_metrics", tiktok_video_ids=[MODEL]),
    ],
)
def test_a_model_or_mapping_where_ids_belong_is_refused(facade, serve, call):
    server = serve()
    with pytest.raises(UsageError, match=r"not (Video|dict|list)"):
        facade(server.url).do(call)
    assert server.requests == []


@pytest.mark.parametrize("odd", ["a/b", "../x", "%2e%2e", "a b?c#d", "\u00e9"])
def test_opaque_path_ids_stay_one_segment(facade, serve, odd):
    opaque = operations.get_video._replace(bounds={})
    server = serve(one(video(1)))
    facade(server.url).do(lambda ca: ca.call(opaque, video_id=odd))
    assert server.requests[0].target == f"/v2/videos/{quote(odd, safe='')}"


def test_a_failure_while_pages_wait_ends_the_reading_ahead(facade, serve):
    listed, first, failed = threading.Semaphore(0), threading.Lock(), threading.Event()

    def respond(request):
        if request.path == "/videos/deltas":
            if first.acquire(blocking=False):
                for _ in range(4):
                    assert listed.acquire(timeout=60)
                failed.set()
            assert failed.wait(60)
            return problem(500)
        listed.release()
        number = int(request.query.get("cursor", ["0"])[0])
        return page([video(number * 200 + n) for n in range(200)], str(number + 1))

    ca = facade(serve(respond).url, concurrency=4)
    with pytest.raises(InternalError, match="batch_video_deltas"):
        ca.do(lambda ca: ca.breakouts())


def test_streams_of_two_platforms_come_one_after_the_other(facade, serve):
    def respond(request):
        body = request.json
        ids = body.get("instagram_post_ids") or body["tiktok_video_ids"]
        totals = {str(one): {"views": one} for one in ids}
        return Answer(json={"data": totals, "meta": {"not_found": []}})

    ca = facade(serve(respond).url)
    parts = ca.collect(
        lambda ca: ca.account_videos.stream_metrics(instagram=range(201), tiktok=[7])
    )
    rows = [(row.platform, row.id) for part in parts for row in part.rows]
    assert rows == [*(("instagram", n) for n in range(201)), ("tiktok", 7)]


def test_not_found_may_be_absent_or_null(facade, serve):
    for meta in ({}, {"not_found": None}):
        ca = facade(serve(Answer(json={"data": {}, "meta": meta})).url)
        assert ca.do(lambda ca: ca.videos.deltas([video_id(1)])).not_found == ()


def test_skipped_waits_end_with_the_block(facade, serve):
    with clock.skipped_waits() as outer:
        with clock.skipped_waits() as inner:
            retry = Answer(503, headers={"retry-after": "5"})
            facade(serve(retry, one({"type": "api_key"})).url).do(lambda ca: ca.whoami())
        assert inner == [5]
        assert outer == []
    assert not clock.skip(1)
    assert abs(clock.wall() - time.time()) < 1


@pytest.mark.parametrize(
    ("how", "value", "sent"),
    [
        (("boolean", ""), True, "true"),
        (("string", ""), dt.datetime(2026, 3, 1, tzinfo=dt.UTC), "2026-03-01T00%3A00%3A00Z"),
        (("array", ""), ["a/b", True], "a%2Fb,true"),
        (("array", "label*"), [1, 2], ".1.2"),
        (("array", "matrix*"), [1, 2], ";video_id=1;video_id=2"),
        (("object", ""), {"a": 1, "b": 2}, "a,1,b,2"),
        (("object", "*"), {"a": 1, "b": 2}, "a=1,b=2"),
        (("object", "matrix"), {"a": [1]}, ";video_id=a,%5B1%5D"),
        (("object", "json"), {"a": "é"}, "%7B%22a%22%3A%22%C3%A9%22%7D"),
    ],
)
def test_a_path_argument_is_written_as_the_contract_says(facade, serve, how, value, sent):
    server, (kind, style) = serve(Answer(204)), how
    operation = operations.delete_video._replace(
        bounds={"video_id": operations.Bound(kind=kind)}, styles={"video_id": style}
    )
    facade(server.url).do(lambda ca: ca.call(operation, video_id=value))
    assert server.requests[0].target == f"/v2/videos/{sent}"


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ([["a", 1], "b"], "q=%5B%22a%22%2C1%5D&q=b"),
        ([{"a": [1]}, True, None], "q=%7B%22a%22%3A%5B1%5D%7D&q=true&q="),
        ({"q": ["a", "b"], "r": [[1]]}, "q=a&q=b&r=%5B%5B1%5D%5D"),
    ],
)
def test_what_a_list_in_a_query_holds_is_text_or_json(serve, value, sent):
    operation = operations.delete_video._replace(
        path="/videos",
        arguments={"q": "query"},
        required=frozenset(),
        bounds={"q": operations.Bound(kind="any")},
    )
    with CreatorAudit("made-up-key", base_url=(server := serve(Answer(204))).url) as ca:
        ca.call(operation, q=value)
    assert server.requests[0].target == f"/v2/videos?{sent}"


@pytest.mark.parametrize(("style", "value"), [("", []), ("", {}), ("label", ""), ("*", [".."])])
def test_a_path_argument_cannot_lead_elsewhere(facade, serve, style, value):
    operation = operations.delete_video._replace(
        bounds={"video_id": operations.Bound(kind="array")}, styles={"video_id": style}
    )
    ca = facade(serve().url)
    with pytest.raises(UsageError, match=r"empty|'\.'|an id"):
        ca.do(lambda ca: ca.call(operation, video_id=value))


def test_a_connection_with_something_to_read_or_none_at_all_is_not_idle():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert not readable(ours)
        theirs.send(b"x")
        assert readable(ours)
    assert readable(ours)
