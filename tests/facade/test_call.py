"""call, paginate, batch and request: any generated operation, checked before it is sent."""

from __future__ import annotations

import datetime as dt
import io
import json
import threading
import uuid

import anyio
import anyio.to_thread
import pytest

from creatoraudit import (
    AsyncCreatorAudit,
    CreatorAudit,
    CreatorAuditError,
    NotFoundError,
    UsageError,
)
from creatoraudit_api import operations
from creatoraudit_api.api.system import whoami
from creatoraudit_api.api.videos import batch_video_deltas, get_video, track_video
from creatoraudit_api.types import UNSET
from support.answers import WHOAMI, deltas, one, page, problem, video, video_id
from support.server import Answer, Held, Reset

VIDEO = video_id(1)


def test_an_operation_is_called_by_name_or_by_object(facade, sandbox):
    ca = facade(sandbox.base_url, sandbox.api_key)
    by_name = ca.do(lambda ca: ca.call("whoami"))
    by_object = ca.do(lambda ca: ca.call(operations.whoami))
    assert by_name.value == by_object.value
    assert by_name.status == 200
    assert by_name.headers["X-RateLimit-Limit"] == by_name.headers["x-ratelimit-limit"]
    assert by_name.request_id == by_name.headers["x-request-id"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("get_vidoe", "there is no operation 'get_vidoe'; did you mean get_video"),
        ("zzz", "there is no operation 'zzz'"),
        ("\x1b[31m" + "x" * 200, "there is no operation"),
        (["get_video"], "the operation must be a name, such as 'get_video', or one of"),
        (None, "creatoraudit_api.operations, not NoneType"),
    ],
)
def test_an_unknown_operation_is_refused_with_suggestions(facade, serve, name, message):
    ca = facade(serve().url)
    for attempt in (
        lambda ca: ca.call(name),
        lambda ca: ca.paginate(name),
        lambda ca: ca.batch(name, []),
    ):
        with pytest.raises(UsageError) as caught:
            ca.do(attempt)
        assert message in str(caught.value)
        assert str(caught.value).isprintable()


REFUSED = {
    "unknown argument": (
        ("get_video", {"video_id": VIDEO, "colour": 1}),
        "has no argument 'colour'",
    ),
    "argument of none": (("whoami", {"x": 1}), "whoami has no argument 'x'; it takes: none"),
    "missing id": (("get_video", {}), "get_video needs video_id"),
    "missing member": (("create_creator", {}), "create_creator needs name"),
    "id None": (("get_video", {"video_id": None}), "get_video needs video_id"),
    "body for none": (("get_video", {"video_id": VIDEO, "extra_body": {"a": 1}}), "takes no body"),
    "no UUID": (("get_video", {"video_id": "abc"}), "video_id must be a UUID"),
    "a number": (("get_video", {"video_id": 7}), "video_id must be a UUID"),
    "a dot": (("get_video", {"video_id": "."}), "video_id must be a UUID"),
    "two dots": (("get_video", {"video_id": ".."}), "video_id must be a UUID"),
    "an empty id": (("get_video", {"video_id": ""}), "video_id must be a UUID"),
    "a path": (("get_video", {"video_id": f"../creators/{VIDEO}"}), "video_id must be a UUID"),
    "a UUID in braces": (("get_video", {"video_id": "{" + VIDEO + "}"}), "must be a UUID"),
    "a bare UUID": (("get_video", {"video_id": VIDEO.replace("-", "")}), "must be a UUID"),
    "36 other characters": (("get_video", {"video_id": "z" * 36}), "must be a UUID"),
    "limit 0": (("list_videos", {"limit": 0}), "limit must be between 1 and 200, not 0"),
    "limit 201": (("list_videos", {"limit": 201}), "limit must be between 1 and 200, not 201"),
    "platform": (("list_videos", {"platform": "x\n"}), "one of instagram, tiktok, not 'x"),
    "a string for a list": (
        ("batch_video_deltas", {"video_ids": VIDEO}),
        "video_ids must be a list, not str",
    ),
    "too many": (
        ("batch_video_deltas", {"video_ids": [VIDEO] * 201}),
        "video_ids must be between 1 and 200 items, not 201",
    ),
    "none": (
        ("batch_video_deltas", {"video_ids": []}),
        "video_ids must be between 1 and 200 items",
    ),
    "an id in a list": (
        ("batch_video_deltas", {"video_ids": [VIDEO, "abc"]}),
        "each of video_ids must be a UUID",
    ),
    "window 366": (
        ("batch_video_deltas", {"video_ids": [VIDEO], "windows": [1, 366]}),
        "each of windows must be between 1 and 365, not 366",
    ),
    "a naive datetime": (
        ("creator_analytics", {"creator_id": VIDEO, "start_date": dt.datetime(2026, 1, 1)}),  # noqa: DTZ001 - it is the point
        "start_date is a datetime without a zone",
    ),
    "no day": (
        ("creator_analytics", {"creator_id": VIDEO, "start_date": "may"}),
        "start_date must be a day such as 2026-06-14, not 'may'",
    ),
    "a number for a day": (
        ("creator_analytics", {"creator_id": VIDEO, "start_date": 20260614}),
        "start_date must be a date, a datetime or a string, not int",
    ),
    "the key in a header": (
        ("whoami", {"extra_headers": {"AUTHORIZATION": "Bearer x"}}),
        "the key goes into api_key=",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_arguments_that_cannot_be_right_are_refused_before_sending(facade, serve, case):
    (name, arguments), message = REFUSED[case]
    server = serve()
    with pytest.raises(UsageError) as caught:
        facade(server.url).do(lambda ca: ca.call(name, **arguments))
    assert message in str(caught.value)
    assert isinstance(caught.value, ValueError)
    assert server.requests == []


ACCEPTED_IDS = [VIDEO, VIDEO.upper(), f" {VIDEO}\n", uuid.UUID(VIDEO)]


@pytest.mark.parametrize("given", ACCEPTED_IDS, ids=repr)
def test_ids_are_sent_as_the_api_spells_them(facade, serve, given):
    server = serve(one(video(1)))
    facade(server.url).do(lambda ca: ca.call("get_video", video_id=given))
    assert server.requests[0].target == f"/v2/videos/{VIDEO}"


DAYS = {
    "a date": dt.date(2026, 6, 14),
    "text": "2026-06-14",
    "an instant of that UTC day": "2026-06-15T01:30:00+02:00",
    "a datetime": dt.datetime(2026, 6, 13, 23, 0, tzinfo=dt.timezone(dt.timedelta(hours=-2))),
}


@pytest.mark.parametrize("case", DAYS)
def test_days_are_utc_days(facade, serve, case):
    server = serve(Answer(json={"data": {}}))
    ca = facade(server.url)
    ca.do(lambda ca: ca.call("creator_analytics", creator_id=VIDEO, start_date=DAYS[case]))
    assert server.requests[0].query["start_date"] == ["2026-06-14"]


def test_none_and_unset_are_not_sent_but_null_in_a_body_is(facade, serve):
    server = serve(page([]), one(video(1)))
    ca = facade(server.url)
    ca.do(lambda ca: ca.call("list_videos", q=None, platform=UNSET, is_active=False))
    assert server.requests[0].query == {"is_active": ["false"]}
    ca.do(lambda ca: ca.call("update_video", video_id=VIDEO, is_active=None))
    assert server.requests[1].json == {"is_active": None}


def test_extra_query_and_headers_win_over_those_of_the_call(facade, serve):
    server = serve(one({"id": VIDEO, "name": "x"}, 201))
    reply = facade(server.url).do(
        lambda ca: ca.call(
            "create_creator",
            name="x",
            extra_body={"name": "y", "new": [1]},
            extra_query={"dry": 1},
            extra_headers={"X-A": "b"},
            idempotency_key="mine",
        )
    )
    (request,) = server.requests
    assert request.json == {"name": "y", "new": [1]}
    assert request.query == {"dry": ["1"]}
    assert request.headers["x-a"] == "b"
    assert request.headers["idempotency-key"] == "mine"
    assert request.headers["content-type"] == "application/json"
    assert reply.status == 201


def test_extra_options_of_none_have_no_effect(facade, serve):
    ca = facade(serve(WHOAMI).url)
    nothing = {"extra_headers": None, "extra_query": None, "extra_body": None}
    assert ca.do(lambda ca: ca.call("whoami", **nothing)).status == 200


def test_an_operation_without_an_answer_gives_none(facade, serve):
    reply = facade(serve(Answer(204)).url).do(lambda ca: ca.call("delete_video", video_id=VIDEO))
    assert (reply.value, reply.status) == (None, 204)


def test_text_that_utf8_cannot_carry_is_refused(facade, serve):
    ca = facade(serve().url)
    with pytest.raises(UsageError, match="cannot be sent"):
        ca.collect(lambda ca: ca.videos.list(q="\ud800"))


@pytest.mark.parametrize("url", ["/a\nb", "/" + "a" * 70_000], ids=["line break", "too long"])
def test_what_no_url_can_carry_is_refused(facade, serve, url):
    ca = facade(serve().url)
    with pytest.raises(UsageError, match="cannot be sent"):
        ca.do(lambda ca: ca.request("GET", url))


# --- paginate


def test_paginate_walks_any_list(facade, sandbox):
    ca = facade(sandbox.base_url, sandbox.api_key)
    accounts = ca.collect(lambda ca: ca.paginate("list_accounts", limit=15))
    assert len({account.id for account in accounts}) == 40
    some = ca.collect(lambda ca: ca.paginate(operations.list_accounts, max_items=3))
    assert [account.id for account in some] == [account.id for account in accounts[:3]]


def test_paginate_refuses_what_has_no_pages(facade, serve):
    ca = facade(serve().url)
    with pytest.raises(UsageError, match=r"whoami is not paged; use call\(\)"):
        ca.do(lambda ca: ca.paginate("whoami"))
    with pytest.raises(UsageError, match="limit must be between"):
        ca.do(lambda ca: ca.paginate("list_videos", limit=500))
    with pytest.raises(UsageError, match="has no argument 'colour'"):
        ca.do(lambda ca: ca.paginate("list_videos", colour="red"))


# --- batch


def answering(request):
    return deltas({one: {"7d": int(one[-6:])} for one in request.json["video_ids"]})


def test_batch_splits_at_the_contracts_bound_and_keeps_the_order(facade, serve):
    ids = [video_id(number) for number in range(1001)]
    server = serve(answering)
    parts = facade(server.url).collect(lambda ca: ca.batch("batch_video_deltas", ids, windows=[7]))
    assert [len(part.ids) for part in parts] == [200] * 5 + [1]
    assert [one for part in parts for one in part.ids] == ids
    assert sorted(len(request.json["video_ids"]) for request in server.requests) == [1] + [200] * 5
    for part in parts:
        assert part.reply.status == 200
        assert list(part.reply.value.to_dict()["data"]) == list(part.ids)


def test_batch_asks_about_each_id_once(facade, serve):
    ids = [video_id(number % 3) for number in range(600)]
    server = serve(answering)
    parts = facade(server.url).collect(
        lambda ca: ca.batch(operations.batch_video_deltas, ids, windows=[7])
    )
    assert [list(part.ids) for part in parts] == [ids[:3]]
    assert len(server.requests) == 1


def test_batch_of_nothing_sends_nothing(facade, serve):
    server = serve()
    assert facade(server.url).collect(lambda ca: ca.batch("batch_video_deltas", [])) == []
    assert server.requests == []


def test_batch_runs_as_many_side_by_side_as_allowed(facade, serve):
    together = threading.Barrier(3)

    def respond(request):
        together.wait(10)
        return answering(request)

    server = serve(respond)
    ids = [video_id(number) for number in range(600)]
    ca = facade(server.url, concurrency=3)
    assert len(ca.collect(lambda ca: ca.batch("batch_video_deltas", ids, windows=[7]))) == 3


def test_batch_concurrency_of_one_is_one_after_the_other(facade, serve):
    running = threading.Semaphore(1)

    def respond(request):
        assert running.acquire(blocking=False)
        try:
            return answering(request)
        finally:
            running.release()

    ids = [video_id(number) for number in range(801)]
    ca = facade(serve(respond).url)
    parts = ca.collect(lambda ca: ca.batch("batch_video_deltas", ids, windows=[7], concurrency=1))
    assert len(parts) == 5


def test_a_failing_part_tells_what_is_done_and_what_is_pending(facade, serve):
    ids = [video_id(number) for number in range(1000)]

    def respond(request):
        return problem(500) if ids[450] in request.json["video_ids"] else answering(request)

    ca = facade(serve(respond).url, concurrency=2)
    got = []
    with pytest.raises(CreatorAuditError) as caught:
        ca.do(_gather_parts(facade, got, ids))
    assert list(caught.value.done_ids) == got == ids[:400]
    assert list(caught.value.pending_ids) == ids[400:]


def _gather_parts(facade, got, ids):
    def walk(ca):
        for part in ca.batch("batch_video_deltas", ids, windows=[7]):
            got.extend(part.ids)

    async def awalk(ca):
        async for part in ca.batch("batch_video_deltas", ids, windows=[7]):
            got.extend(part.ids)

    return walk if facade.kind == "sync" else awalk


def test_a_batch_that_is_left_early_leaves_nothing_behind(facade, serve):
    ids = [video_id(number) for number in range(1000)]
    ca = facade(serve(answering).url, concurrency=2)
    (part,) = ca.take(lambda ca: ca.batch("batch_video_deltas", ids, windows=[7]), 1)
    assert list(part.ids) == ids[:200]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_batch_goes_on_after_a_wave_was_cancelled(serve, backend):
    """Its ids are asked again, none is passed over."""
    ids = [video_id(number) for number in range(900)]
    held = Held(deltas({}))
    first = iter([held])
    server = serve(lambda request: next(first, None) or answering(request))

    async def main():
        async with AsyncCreatorAudit("k", base_url=server.url, concurrency=2) as ca:
            parts = ca.batch("batch_video_deltas", ids, windows=[7])
            async with anyio.create_task_group() as group:

                async def wait():
                    await anext(parts)

                group.start_soon(wait)
                await anyio.to_thread.run_sync(held.reached.wait)
                group.cancel_scope.cancel()
            return [one async for part in parts for one in part.ids]

    assert anyio.run(main, backend=backend) == ids
    held.release.set()


@pytest.mark.parametrize("raised", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("kind", ["sync", "trio"])
def test_what_ends_a_program_in_a_batch_is_raised_as_it_is(serve, kind, raised):
    """Not as a group, and not in a thread that ends unseen. In asyncio it ends the whole loop."""
    server = serve(answering)

    def stop(_):
        raise raised

    def main():
        with CreatorAudit("k", base_url=server.url, on_event=stop) as ca:
            ca.videos.deltas([VIDEO])

    async def amain():
        async with AsyncCreatorAudit("k", base_url=server.url, on_event=stop) as ca:
            await ca.videos.deltas([VIDEO])

    with pytest.raises(raised):
        main() if kind == "sync" else anyio.run(amain, backend=kind)


def test_a_batch_of_two_lists_must_choose(facade, serve):
    server = serve(Answer(json={"data": {}, "meta": {}}))
    ca = facade(server.url)
    with pytest.raises(UsageError, match="takes several lists; choose id_list="):
        ca.collect(lambda ca: ca.batch("batch_account_video_metrics", [1]))
    with pytest.raises(UsageError, match="has no id list 'ids'; it takes"):
        ca.collect(lambda ca: ca.batch("batch_account_video_metrics", [1], id_list="ids"))
    ca.collect(
        lambda ca: ca.batch("batch_account_video_metrics", [1, 2], id_list="tiktok_video_ids")
    )
    assert server.requests[0].json["tiktok_video_ids"] == [1, 2]


@pytest.mark.parametrize("concurrency", [0, -1, 1.5, True, "2"])
def test_a_batch_concurrency_that_makes_no_sense_is_refused(facade, serve, concurrency):
    ca = facade(serve().url)
    with pytest.raises(UsageError, match="concurrency must be"):
        ca.collect(lambda ca: ca.batch("batch_video_deltas", [VIDEO], concurrency=concurrency))


def test_only_batches_are_batched(facade, serve):
    ca = facade(serve().url)
    with pytest.raises(UsageError, match="get_video takes no list of ids"):
        ca.collect(lambda ca: ca.batch("get_video", [VIDEO]))


# --- request, and the generated functions themselves


def test_generated_functions_take_the_client_itself(facade, sandbox):
    ca = facade(sandbox.base_url, sandbox.api_key)
    detailed = "sync_detailed" if facade.kind == "sync" else "asyncio_detailed"
    response = ca.do(lambda ca: getattr(whoami, detailed)(client=ca))
    assert response.status_code == 200
    assert response.value.data.organization_id
    with pytest.raises(NotFoundError):
        ca.do(lambda ca: getattr(get_video, detailed)(VIDEO, client=ca))


@pytest.mark.usefixtures("waits")
def test_generated_functions_have_the_whole_policy(facade, serve):
    detailed = "sync_detailed" if facade.kind == "sync" else "asyncio_detailed"
    server = serve(Reset(), deltas({}), Reset(), one(video(1), 201), Reset())
    ca = facade(server.url)
    body = {"video_ids": [VIDEO]}
    ca.do(lambda ca: getattr(batch_video_deltas, detailed)(client=ca, body=body))
    track = {"platform": "tiktok", "identifier": "1"}
    ca.do(lambda ca: getattr(track_video, detailed)(client=ca, body=track, idempotency_key="k"))
    with pytest.raises(CreatorAuditError, match="may have been carried out"):
        ca.do(lambda ca: getattr(track_video, detailed)(client=ca, body=track))
    assert server.requests[0].json == body


def test_request_sends_anything_below_the_base_url(facade, serve):
    server = serve(Answer(json={"new": 1}))
    sent = facade(server.url).do(
        lambda ca: ca.request("get", "/brand/new", params={"a": 1}, headers={"X-B": "2"})
    )
    assert sent.status_code == 200
    assert sent.json() == {"new": 1}
    (request,) = server.requests
    assert (request.method, request.target) == ("GET", "/v2/brand/new?a=1")
    assert request.headers["x-b"] == "2"
    assert request.headers["authorization"] == "Bearer key-of-tests"


@pytest.mark.parametrize(
    ("given", "kind", "sent"),
    [
        ({"json": {"a": [1]}}, "application/json", {"a": [1]}),
        ({"json": "text"}, "application/json", "text"),
        ({"body": [1, "\u00e9"]}, "application/json", [1, "\u00e9"]),
        ({"body": "\u00e9"}, "text/plain; charset=utf-8", "\u00e9".encode()),
        ({"body": b"\0"}, "application/octet-stream", b"\0"),
        ({"content": bytearray(b"\1")}, "application/octet-stream", b"\1"),
        ({"body": io.BytesIO}, "application/octet-stream", b"file"),
        ({"data": {"a": [1, True]}}, "application/x-www-form-urlencoded", b"a=1&a=true"),
        ({"body": "a,b", "headers": {"content-type": "text/csv"}}, "text/csv", b"a,b"),
        ({}, None, b""),
    ],
)
def test_request_takes_any_body(facade, serve, given, kind, sent):
    server = serve(Answer(json={}))
    if given.get("body") is io.BytesIO:
        given = {"body": io.BytesIO(b"file")}
    facade(server.url).do(lambda ca: ca.request("POST", "/new/{x}", **given))
    (request,) = server.requests
    assert request.headers.get("content-type") == kind
    assert (json.loads(request.body) if kind == "application/json" else request.body) == sent


def test_request_sends_files_in_a_form(facade, serve):
    server = serve(Answer(json={}))
    files = {"a": ("a.csv", b"x,y", "text/csv"), "b": [b"1", b"2"]}
    facade(server.url).do(lambda ca: ca.request("PUT", "/new", files=files, data={"n": 5}))
    (request,) = server.requests
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    for part in (b'name="a"; filename="a.csv"', b"x,y", b'name="n"\r\n\r\n5', b'name="b"'):
        assert part in request.body


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"json": 1, "data": {}}, "json= is the whole body, so data="),
        ({"body": b"", "files": {}}, "body= is the whole body, so files="),
        ({"json": 1, "body": 2}, "json= is the whole body, so body="),
        ({"data": 5}, "data= must be a mapping"),
        ({"files": {"a": 5}}, "must be bytes, a path or a binary file"),
        ({"body": {"a": object()}}, "cannot be sent"),
    ],
)
def test_request_refuses_a_body_that_cannot_be_sent(facade, serve, given, why):
    ca = facade(serve().url)
    with pytest.raises(UsageError, match=why):
        ca.do(lambda ca: ca.request("POST", "/new", **given))


@pytest.mark.parametrize("url", ["videos", "https://evil.example/", "//evil.example/", ""])
def test_request_never_leaves_the_base_url(facade, serve, url):
    server = serve(Answer(json={}))
    ca = facade(server.url)
    if url.startswith("//"):
        ca.do(lambda ca: ca.request("GET", url))
        assert server.requests[0].headers["host"] == f"127.0.0.1:{server.port}"
    else:
        with pytest.raises(UsageError, match="url must be a path below the base URL"):
            ca.do(lambda ca: ca.request("GET", url))


def test_request_keeps_the_query_of_its_url_beside_params(facade, serve):
    server = serve(*[Answer(json={})] * 2)
    ca = facade(server.url)
    ca.do(lambda ca: ca.request("GET", "/new?a=1&b=x%26y"))
    ca.do(lambda ca: ca.request("GET", "/new?a=1&b=x%26y", params={"a": 2, "c": [3, 4]}))
    assert [request.query for request in server.requests] == [
        {"a": ["1"], "b": ["x&y"]},
        {"a": ["2"], "b": ["x&y"], "c": ["3", "4"]},
    ]


@pytest.mark.parametrize("headers", [{"X-A": 1}, {1: "x"}, {"X-A": "\u20ac"}], ids=str)
def test_headers_that_are_none_are_refused(facade, serve, headers):
    ca = facade(serve().url)
    with pytest.raises(UsageError, match="cannot be sent"):
        ca.do(lambda ca: ca.whoami(extra_headers=headers))


def test_calls_side_by_side_do_not_mix(facade, serve):
    def respond(request):
        return one(video(int(request.path[-6:])))

    ca = facade(serve(respond).url)
    wanted = [video_id(number) for number in range(20)]
    results = ca.gather(*[lambda ca, i=i: ca.videos.get(i) for i in wanted])
    assert [result.id for result in results] == wanted


def test_closing_while_a_call_runs_ends_the_call(facade, serve):
    held = Held(WHOAMI)
    ca = facade(serve(held).url, max_retries=0)
    outcome = []

    def run():
        try:
            outcome.append(ca.do(lambda ca: ca.whoami()))
        except Exception as error:  # noqa: BLE001 - judged below
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    held.reached.wait()
    held.release.set()
    thread.join()
    assert outcome[0].api_key_name == "tests"


def test_a_raw_answer_shows_its_size_and_not_its_content(facade, serve):
    sent = facade(serve(one(video(1))).url).do(lambda ca: ca.request("GET", "/anything"))
    assert repr(sent) == f"<200, {len(sent.content)} bytes>"


def test_creator_analytics_may_be_one_object_for_the_whole_span(facade, serve):
    figures = facade(serve(one({"views": 3})).url).do(lambda ca: ca.creators.analytics(video_id(1)))
    assert (list(figures), figures.total) == ([{"views": 3}], True)
