"""Events, warnings, shared clients, and the behaviour of models."""

from __future__ import annotations

import copy
import datetime as dt
import itertools
import pickle
import threading
import tracemalloc
import warnings
from collections import Counter

import anyio
import pytest

from creatoraudit import (
    AsyncCreatorAudit,
    ContractError,
    CreatorAudit,
    CreatorAuditError,
    Metrics,
    NetworkError,
    RequestEvent,
    ServiceUnavailableError,
    Video,
    VideoDeltas,
)
from support.answers import one, page, problem, video, video_id
from support.server import Answer, Raw

META = {"type": "api_meta", "api_version": "v2", "status": "current"}
SENTENCE = "this version of the CreatorAudit API announces"


def meta(**members):
    return Answer(json={"data": {**META, **members}})


def test_each_try_is_one_event(facade, serve, waits):
    down = problem(503, "SERVICE_UNAVAILABLE")
    server = serve(down, Raw(b""), one(video(1)))
    events = []
    ca = facade(server.url, on_event=events.append)
    ca.do(lambda ca: ca.videos.get(video_id(1), extra_query={"fields": "secret"}))
    assert all(isinstance(event, RequestEvent) for event in events)
    assert [event.attempt for event in events] == [1, 2, 3]
    assert [event.status for event in events] == [503, None, 200]
    assert [event.failure is None for event in events] == [True, False, True]
    assert [event.request_id for event in events] == ["req-scripted", None, "req-scripted"]
    assert {event.operation for event in events} == {"get_video"}
    assert {event.method for event in events} == {"GET"}
    assert {event.path for event in events} == {f"/videos/{video_id(1)}"}
    assert all(event.seconds >= 0 for event in events)
    assert len(waits) == 2


def test_events_show_neither_key_nor_query(facade, serve):
    events = []
    ca = facade(serve(one(video(1))).url, "sk-secret", on_event=events.append)
    ca.do(lambda ca: ca.videos.get(video_id(1), extra_query={"token": "hidden"}))
    assert "sk-secret" not in repr(events)
    assert "hidden" not in repr(events)
    assert pickle.loads(pickle.dumps(events)) == events


def test_a_walk_and_a_batch_have_one_event_per_request(facade, sandbox):
    events = []
    ca = facade(sandbox.base_url, sandbox.api_key, on_event=events.append)
    ids = [one.id for one in ca.collect(lambda ca: ca.videos.list())]
    ca.do(lambda ca: ca.videos.metrics(ids))
    assert Counter(event.operation for event in events) == {
        "list_videos": 2,
        "batch_video_metrics": 2,
    }
    assert all(event.request_id for event in events)


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"deprecation": "2027-01-01"}, "deprecation 2027-01-01"),
        ({"sunset": "2027-06-01"}, "sunset 2027-06-01"),
        ({"deprecation": "2027-01-01", "sunset": "soon"}, "2027-01-01, sunset soon"),
        ({"deprecation": True}, "deprecation True"),
        ({"sunset": "a\x1b[31m\nb"}, "sunset"),
    ],
)
def test_a_set_deprecation_or_sunset_warns_once(facade, serve, members, said):
    ca = facade(serve(meta(**members), meta(**members)).url)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert ca.do(lambda ca: ca.meta()).api_version == "v2"
        ca.do(lambda ca: ca.meta())
    (warning,) = told
    assert warning.category is DeprecationWarning
    assert SENTENCE in str(warning.message)
    assert said in str(warning.message)
    assert str(warning.message).isprintable()


@pytest.mark.parametrize("members", [{}, {"deprecation": None, "sunset": None}], ids=str)
def test_without_an_end_in_sight_nobody_is_warned(facade, serve, members):
    ca = facade(serve(meta(**members)).url)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ca.do(lambda ca: ca.meta())


def test_sixteen_threads_share_one_client(sandbox):
    """Each gets its own answers, whatever the others do."""
    with CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as ca:
        ids = [one.id for one in ca.videos.list(max_items=64)]
        together = threading.Barrier(16)
        wrong: list[object] = []

        def work(number: int) -> None:
            try:
                together.wait(30)
                own = ids[number * 4 : number * 4 + 4]
                if [ca.videos.get(one).id for one in own] != own:
                    wrong.append(own)
                if [one.id for one in ca.videos.list(max_items=64)] != ids:
                    wrong.append("list")
                if list(ca.videos.deltas(ids, windows=[7])) != ids:
                    wrong.append("deltas")
            except Exception as error:  # noqa: BLE001 - handed to the test
                wrong.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_threads_share_one_cache_file(serve, tmp_path):
    def respond(request):
        number = int(request.path[-12:])
        tag = f'"{number}"'
        if request.headers.get("if-none-match"):
            return Answer(304, headers={"etag": tag})
        return Answer(json={"data": video(number)}, headers={"etag": tag})

    wrong: list[object] = []
    server = serve(respond)
    with CreatorAudit("k", base_url=server.url, cache=tmp_path / "answers.db") as ca:

        def work() -> None:
            try:
                got = [ca.videos.get(video_id(number)).external_id for number in range(1, 9)]
                if got != [str(number) for number in range(1, 9)]:
                    wrong.append(got)
            except Exception as error:  # noqa: BLE001 - handed to the test
                wrong.append(error)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def copies(value):
    """The value after a journey."""
    yield copy.copy(value)
    yield copy.deepcopy(value)
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        yield pickle.loads(pickle.dumps(value, protocol))


def test_models_survive_copies_and_pickles(facade, sandbox):
    ca = facade(sandbox.base_url, sandbox.api_key)
    results = [
        ca.do(lambda ca: ca.accounts.list().first()),
        ca.do(lambda ca: ca.videos.list().first()),
        ca.do(lambda ca: ca.account_videos.list().first()),
        ca.do(lambda ca: ca.creators.list().first()),
        ca.do(lambda ca: ca.creators.top(limit=2)),
        ca.do(lambda ca: ca.overview()),
        ca.do(lambda ca: ca.search("a")),
        ca.do(lambda ca: ca.whoami()),
        ca.do(lambda ca: ca.health()),
        ca.collect(lambda ca: ca.videos.list(limit=200, max_items=2)),
        ca.do(lambda ca: ca.breakouts(top=2)),
    ]
    ids = [results[1].id]
    results.append(ca.do(lambda ca: ca.videos.deltas(ids)))
    results.append(ca.do(lambda ca: ca.videos.metrics(ids)))
    for value in results:
        for copied in copies(value):
            assert copied == value
            assert type(copied) is type(value)
    first_page = ca.collect(lambda ca: ca.videos.list().pages())[0]
    for copied in copies(first_page):
        assert list(copied) == list(first_page)
        assert copied.next_cursor == first_page.next_cursor
    account = results[0]
    for copied in copies(account):
        assert copied.to_dict() == account.to_dict()
        assert copied.sent_members == account.sent_members


def test_a_model_tells_what_was_sent_and_gives_it_back(facade, serve):
    document = {
        "id": video_id(1),
        "platform": "newtok",
        "external_id": "1",
        "description": None,
        "view_count": 2**53 + 1,
        "added_at": "2026-06-15T02:00:00.123456+02:00",
        "platform_data": {"deep": [1, {"a": None}]},
        "brand_new": {"b": [1]},
    }
    ca = facade(serve(one(document)).url)
    found = ca.do(lambda ca: ca.videos.get(video_id(1)))
    assert found.platform == "newtok"
    assert (found.description, found.like_count) == (None, None)
    assert "description" in found.sent_members
    assert "like_count" not in found.sent_members
    assert found["brand_new"] == {"b": [1]}
    assert "brand_new" in found
    assert found.added_at == dt.datetime(2026, 6, 15, 0, 0, 0, 123456, tzinfo=dt.UTC)
    assert found.added_at.tzinfo is not None
    assert found.view_count == 2**53 + 1
    assert found.to_dict() == document
    assert Video.from_dict(found.to_dict()) == found


def test_results_that_are_mappings_read_like_mappings():
    deltas = VideoDeltas({"a": {"7d": 1}}, (7,))
    metrics = Metrics()
    assert dict(deltas) == {"a": {"7d": 1}}
    assert "b" not in deltas
    assert deltas.get("b") is None
    with pytest.raises(KeyError):
        deltas["b"]
    assert (len(metrics), list(metrics)) == (0, [])


@pytest.mark.parametrize(
    "cause",
    [problem(503, "SERVICE_UNAVAILABLE", headers={"retry-after": "3"}), Raw(b""), page([None])],
    ids=["API", "network", "contract"],
)
def test_errors_survive_copies_and_pickles(facade, serve, cause):
    ca = facade(serve(cause).url, max_retries=0)
    with pytest.raises(CreatorAuditError) as raised:
        ca.collect(lambda ca: ca.videos.list(cursor="here"))
    error = raised.value
    for copied in copies(error):
        assert type(copied) is type(error)
        assert str(copied) == str(error)
        assert copied.resume_cursor == "here"
        if isinstance(error, ServiceUnavailableError):
            assert (copied.status, copied.retry_after) == (503, 3.0)
            assert copied.headers["X-Request-ID"] == "req-scripted"
        if isinstance(error, NetworkError):
            assert copied.written == error.written


def failing(_):
    raise LookupError("in the hook")


@pytest.mark.parametrize("name", ["on_event", "on_drift", "on_wait"])
@pytest.mark.usefixtures("waits")
def test_a_hook_that_fails_loses_no_result_of_a_create(facade, serve, caplog, name):
    made = Answer(201, json={"data": {"id": video_id(1), "name": "x", "new": 1}})
    refused = Answer(429, headers={"retry-after": "5"})
    ca = facade(serve(refused, made).url, **{name: failing})
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        assert ca.do(lambda ca: ca.creators.create("x")).id == video_id(1)
    assert f"{name}= raised LookupError: in the hook; the call continues" in str(shown[0].message)
    assert "in the hook" in caplog.text


def test_a_hook_that_fails_loses_no_result_where_warnings_are_errors(facade, serve):
    made = Answer(201, json={"data": {"id": video_id(1), "name": "x"}})
    ca = facade(serve(made).url, on_event=failing)
    assert ca.do(lambda ca: ca.creators.create("x")).id == video_id(1)


def test_a_hook_that_fails_while_pages_are_read_ahead_loses_no_page(facade, serve):
    ca = facade(serve(page([video(1)], "more"), page([video(2)])).url, on_event=failing)
    assert len(ca.do(lambda ca: ca.videos.list().to_list())) == 2


@pytest.mark.parametrize("backend", [None, "asyncio", "trio"])
@pytest.mark.parametrize("ends", [SystemExit, KeyboardInterrupt])
def test_a_hook_that_ends_the_program_does_so_while_pages_are_read_ahead(serve, backend, ends):
    url = serve(page([video(1)], "more")).url

    def hook(_):
        raise ends

    async def read():
        async with AsyncCreatorAudit("k-1", base_url=url, on_event=hook) as ca:
            await ca.videos.list().to_list()

    def run():
        if backend is not None:
            anyio.run(read, backend=backend)
        with CreatorAudit("k-1", base_url=url, on_event=hook) as ca:
            ca.videos.list().to_list()

    with pytest.raises(ends):
        run()


@pytest.mark.parametrize(
    ("opened", "closed", "levels"),
    [("[", "]", 1), ('{"a":', "}", 1), ('[{"a":', "}]", 2), ('["{", ', "]", 1)],
)
def test_what_is_nested_too_deeply_to_be_copied_is_refused(facade, serve, opened, closed, levels):
    def nested(depth):
        text = opened * (depth // levels) + "1" + closed * (depth // levels)
        body = f'{{"data": {{"id": "1", "platform": "p", "external_id": "1", "x": {text}}}}}'
        return Answer(body=body.encode())

    ca = facade(serve(nested(90), nested(110)).url)
    found = ca.do(lambda ca: ca.videos.get(video_id(1)))
    for copied in copies(found):
        assert copied.to_dict() == found.to_dict()
    with pytest.raises(ContractError, match="nested too deeply"):
        ca.do(lambda ca: ca.videos.get(video_id(1)))


def test_brackets_in_texts_are_not_nesting(facade, serve):
    caption = "[{" * 5000
    ca = facade(serve(one(video(1, description=caption))).url)
    assert ca.do(lambda ca: ca.videos.get(video_id(1))).description == caption


def test_memory_stays_flat_however_long_the_walk(serve):
    items = [video(number) for number in range(49)]
    numbers = itertools.count()

    def respond(_):
        number = next(numbers)
        new = video(100 + number)  # pages of nothing new would end the walk
        return page([*items, new], f"page {number}")

    server = serve(respond)
    with CreatorAudit("k", base_url=server.url) as ca:
        walk = iter(ca.videos.list())

        def peak_over(pages):
            server.requests.clear()
            tracemalloc.reset_peak()
            for _ in range(pages * 50):
                next(walk)
            return tracemalloc.get_traced_memory()[1]

        tracemalloc.start()
        try:
            peak_over(5)
            short, long = peak_over(5), peak_over(100)
        finally:
            tracemalloc.stop()
    # Five thousand posts, were they kept, would take more than four megabytes.
    assert long < short + 2_000_000
