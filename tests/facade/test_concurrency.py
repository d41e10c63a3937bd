"""One scheduler per client: what is in flight, in which order, and what becomes of what arrived."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from contextvars import ContextVar
from functools import cache

import anyio
import pytest

from creatoraudit import (
    AsyncCreatorAudit,
    CreatorAudit,
    CreatorAuditError,
    InternalError,
    NetworkError,
    RateLimitedError,
    VideoDeltas,
    WaitEvent,
)
from creatoraudit.export import export
from creatoraudit_api import operations
from support.answers import WHOAMI, deltas, one, page, problem, video, video_id
from support.server import Answer, Reset

pytestmark = pytest.mark.every_kind  # threads and tasks wait in ways of their own

IDS = [video_id(number) for number in range(6400)]


class Counted:
    """Counts the requests that a server is answering at the same time."""

    def __init__(self, respond, linger=0.005):
        self.most = 0
        self._respond = respond
        self._now = 0
        self._lock = threading.Lock()
        self._linger = threading.Event()
        self._seconds = linger

    def __call__(self, request):
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        # Long enough for others to come if they do; nothing depends on how long.
        self._linger.wait(self._seconds)
        with self._lock:
            self._now -= 1
        return self._respond(request)


def answering(request):
    """Lists of 20 pages, deltas of whatever is asked, and whoami."""
    if request.path == "/whoami":
        return WHOAMI
    if request.path == "/videos/deltas":
        ids = request.json["video_ids"]
        return deltas({one: {"7d": 5, "1d": 1, "14d": 6, "30d": 9} for one in ids})
    return listed(int(request.query.get("cursor", ["0"])[0]))


@cache
def listed(number):
    items = [video(number * 60 + n) for n in range(60)]
    return page(items, str(number + 1) if number < 19 else None, filters={})


def exported(ca, path):
    return export(ca, "deltas", path, source="videos", overwrite=True)


JOBS = {
    "deltas": lambda ca: ca.videos.deltas(IDS, windows=[7]),
    "breakouts": lambda ca: ca.breakouts(source="videos"),
    "to_list": lambda ca: ca.videos.list().to_list(),
}


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("most", [1, 2, 4])
def test_concurrency_bounds_the_requests_in_flight_of_every_job(facade, serve, job, most):
    counted = Counted(answering)
    facade(serve(counted).url, concurrency=most).do(JOBS[job])
    assert 1 <= counted.most <= most


@pytest.mark.parametrize("most", [1, 2])
def test_concurrency_bounds_an_export(serve, tmp_path, most):
    counted = Counted(answering)
    with CreatorAudit("key-of-tests", base_url=serve(counted).url, concurrency=most) as ca:
        assert exported(ca, tmp_path / "deltas.csv").rows == 1200
    assert 1 <= counted.most <= most


@pytest.mark.parametrize("most", [1, 3])
def test_concurrency_bounds_calls_and_jobs_that_a_program_makes_side_by_side(facade, serve, most):
    counted = Counted(answering)
    ca = facade(serve(counted).url, concurrency=most)
    results = ca.gather(*JOBS.values(), *[lambda ca: ca.whoami()] * 60)
    assert not [one for one in results if isinstance(one, Exception)]
    assert counted.most == most


def test_concurrency_of_a_batch_can_only_lower_that_of_the_client(facade, serve):
    for client, wanted, expected in [(3, 20, 3), (8, 2, 2), (1, 5, 1)]:
        counted = Counted(answering)
        ca = facade(serve(counted).url, concurrency=client)
        parts = ca.collect(
            lambda ca, wanted=wanted: ca.batch(
                "batch_video_deltas", IDS, windows=[7], concurrency=wanted
            )
        )
        assert len(parts) == 32
        assert counted.most <= expected


def test_all_slots_are_used(facade, serve):
    meeting = threading.Barrier(4)

    def respond(request):
        meeting.wait(60)  # passes only when four requests are in flight together
        return answering(request)

    found = facade(serve(respond).url, concurrency=4).do(JOBS["deltas"])
    assert len(found) == len(IDS)


def test_a_slow_request_holds_up_no_other(facade, serve):
    """With waves, the other seven would wait for the slow one of their wave."""
    others, slow = threading.Semaphore(0), {IDS[0]}

    def respond(request):
        if slow & set(request.json["video_ids"]):
            for _ in range(31):
                assert others.acquire(timeout=60)
        else:
            others.release()
        return answering(request)

    found = facade(serve(respond).url, concurrency=8).do(JOBS["deltas"])
    assert list(found) == IDS


def test_a_call_beside_a_long_job_comes_in_its_turn(facade, serve):
    """First come, first served: the call is behind what is queued, not behind the whole job."""
    order = []

    def respond(request):
        order.append(request.path)
        return answering(request)

    ca = facade(serve(Counted(respond)).url, concurrency=2)
    ca.gather(JOBS["deltas"], lambda ca: ca.whoami())
    assert order.index("/whoami") < 12


# --- a slot is held on the wire and nowhere else


def test_a_hook_may_use_the_client_at_concurrency_1(serve):
    server = serve(lambda _: WHOAMI)
    seen = []

    def again(event):
        seen.append(event)
        if len(seen) < 4:
            ca.whoami()

    with CreatorAudit("k-of-tests", base_url=server.url, concurrency=1, on_event=again) as ca:
        ca.whoami()
    assert len(server.requests) == 4


def test_a_key_callable_may_use_another_call_at_concurrency_1(serve):
    server = serve(lambda _: WHOAMI)

    def key():
        ca.health()
        return "key-of-tests"

    with CreatorAudit(key, base_url=server.url, concurrency=1) as ca:
        ca.whoami()
    assert [request.path for request in server.requests] == ["/health", "/whoami"]


def test_a_loop_body_may_use_the_client_at_concurrency_1(facade, serve):
    server = serve(answering)
    ca = facade(server.url, concurrency=1)

    def walk(ca):
        for _ in ca.videos.list(max_items=3):
            ca.whoami()
        for _ in ca.videos.stream_deltas(IDS[:400], windows=[7]):
            ca.whoami()
        with ca.videos.stream_deltas(IDS[:400], windows=[7]) as parts:
            for _ in parts:
                ca.whoami()

    async def awalk(ca):
        async for _ in ca.videos.list(max_items=3):
            await ca.whoami()
        async for _ in ca.videos.stream_deltas(IDS[:400], windows=[7]):
            await ca.whoami()
        async with ca.videos.stream_deltas(IDS[:400], windows=[7]) as parts:
            async for _ in parts:
                await ca.whoami()

    ca.do(walk if facade.kind == "sync" else awalk)
    assert [request.path for request in server.requests].count("/whoami") == 7


def test_a_wait_before_a_retry_holds_no_slot(facade, serve):
    """The retry begins only when the other call, which needs the only slot, has ended."""
    answered = threading.Event()
    first = threading.Event()

    def respond(request):
        if request.path == "/health":
            answered.set()
            return Answer(json={})
        if not first.is_set():
            first.set()
            return problem(503, "SERVICE_UNAVAILABLE")
        assert answered.is_set()
        return WHOAMI

    ca = facade(serve(respond).url, concurrency=1)
    results = ca.gather(lambda ca: ca.whoami(), lambda ca: ca.health())
    assert not [one for one in results if isinstance(one, Exception)]


# --- streams as context managers


def test_a_stream_in_a_with_block_keeps_requests_in_flight_while_a_part_is_worked_on(facade, serve):
    arrived = threading.Semaphore(0)

    def respond(request):
        arrived.release()
        return answering(request)

    ca = facade(serve(respond).url, concurrency=2)

    def work(ca):
        with ca.videos.stream_deltas(IDS[:1200], windows=[7]) as parts:
            seen = list(next(parts))
            for _ in range(3):  # the first one, and two that run during this body
                assert arrived.acquire(timeout=60)
            for part in parts:
                seen += list(part)
        return seen

    async def awork(ca):
        async with ca.videos.stream_deltas(IDS[:1200], windows=[7]) as parts:
            seen = list(await anext(parts))
            for _ in range(3):
                assert await anyio.to_thread.run_sync(lambda: arrived.acquire(timeout=60))
            async for part in parts:
                seen += list(part)
        return seen

    assert ca.do(work if facade.kind == "sync" else awork) == IDS[:1200]


def test_leaving_a_stream_early_ends_its_requests_and_leaves_the_client_usable(facade, serve):
    server = serve(answering)
    ca = facade(server.url, concurrency=2)

    def work(ca):
        with ca.videos.stream_deltas(IDS, windows=[7]) as parts:
            for _ in parts:
                break

    async def awork(ca):
        async with ca.videos.stream_deltas(IDS, windows=[7]) as parts:
            async for _ in parts:
                break

    ca.do(work if facade.kind == "sync" else awork)
    ca.do(lambda ca: ca.whoami())
    paths = [request.path for request in server.requests]
    assert paths.count("/whoami") == 1
    # Those that were in flight may have arrived; no others were sent.
    assert paths.count("/videos/deltas") <= 6
    assert not [one.name for one in threading.enumerate() if one.name == "creatoraudit"]


def test_plain_iteration_runs_nothing_between_two_parts(facade, serve):
    server = serve(answering)
    ca = facade(server.url, concurrency=2)
    ca.take(lambda ca: ca.videos.stream_deltas(IDS, windows=[7]), 1)
    assert len(server.requests) == 2


# --- nothing that arrived is thrown away


def failing_at(*ids, step=None):
    def respond(request):
        asked = request.json.get("video_ids") or request.json.get("instagram_post_ids")
        if set(ids) & set(asked):
            return step or problem(500)
        if request.path == "/videos/deltas":
            return deltas({one: {"7d": 5} for one in asked[1:]}, not_found=asked[:1])
        return Answer(
            json={
                "data": {str(one): {"views": 7} for one in asked[1:]},
                "meta": {"period": "7d", "not_found": asked[:1]},
            }
        )

    return respond


PARTIAL = {
    "deltas": lambda ca: ca.videos.deltas(IDS[:1600], windows=[7]),
    "metrics": lambda ca: ca.videos.metrics(IDS[:1600]),
}


@pytest.mark.parametrize("job", PARTIAL)
def test_a_failure_carries_what_arrived_and_which_ids_are_left(facade, serve, job):
    meeting, failing = threading.Barrier(8), failing_at(IDS[450])

    def respond(request):
        meeting.wait(60)  # all eight are in flight when one fails
        return failing(request)

    ca = facade(serve(respond).url, concurrency=8)
    with pytest.raises(InternalError) as caught:
        ca.do(PARTIAL[job])
    error = caught.value
    expected = [one for one in IDS[:1600] if one not in IDS[400:600]]
    assert list(error.done_ids) == expected
    assert list(error.pending_ids) == IDS[400:600]
    assert list(error.unknown_ids) == []
    partial = error.partial
    assert sorted([*partial, *partial.not_found]) == sorted(expected)
    again = pickle.loads(pickle.dumps(error))
    assert again.done_ids == error.done_ids
    assert dict(again.partial) == dict(partial)


def test_after_a_failure_no_request_is_sent_and_those_in_flight_are_waited_for(facade, serve):
    meeting = threading.Barrier(4)

    def respond(request):
        if set(request.json["video_ids"]) & set(IDS[:800]):
            meeting.wait(60)
        return failing_at(IDS[0])(request)

    server = serve(respond)
    with pytest.raises(InternalError) as caught:
        facade(server.url, concurrency=4).do(lambda ca: ca.videos.deltas(IDS, windows=[7]))
    # Four were in flight; others may have begun in the time in which the failure came back.
    assert len(server.requests) < 12
    assert set(IDS[200:800]) <= set(caught.value.done_ids)
    assert set(caught.value.done_ids) | set(caught.value.pending_ids) == set(IDS)
    assert not set(caught.value.done_ids) & set(caught.value.pending_ids)


def test_a_failed_iteration_hands_over_the_parts_behind_the_failure(facade, serve):
    meeting, failing = threading.Barrier(4), failing_at(IDS[250])

    def respond(request):
        meeting.wait(60)
        return failing(request)

    ca = facade(serve(respond).url, concurrency=4)
    with pytest.raises(CreatorAuditError) as caught:
        ca.collect(lambda ca: ca.videos.stream_deltas(IDS[:800], windows=[7]))
    assert [type(part) for part in caught.value.partial] == [VideoDeltas, VideoDeltas]
    assert list(caught.value.done_ids) == IDS[:200]
    assert list(caught.value.pending_ids) == IDS[200:800]


@pytest.mark.parametrize(
    ("step", "unknown"),
    [
        (Reset(carried_out=True), True),
        (problem(500), True),
        (problem(409), False),
        (Answer(json={"data": []}), True),
    ],
    ids=["connection lost", "500", "409", "not the contract"],
)
def test_ids_of_a_change_that_may_have_been_carried_out_are_not_to_be_asked_again(
    facade, serve, step, unknown
):
    changing = operations.batch_video_deltas._replace(repeatable=False)
    ca = facade(serve(failing_at(IDS[250], step=step)).url, concurrency=4)
    with pytest.raises(CreatorAuditError) as caught:
        ca.collect(lambda ca: ca.batch(changing, IDS[:800], windows=[7]))
    assert list(caught.value.unknown_ids) == (IDS[200:400] if unknown else [])
    assert list(caught.value.pending_ids) == ([] if unknown else IDS[200:400])
    assert list(caught.value.done_ids) == IDS[:200] + IDS[400:800]


# --- waiting for a turn


def limits(left, reset=60, status=200):
    now = 1_781_524_800
    headers = {
        "x-ratelimit-limit": "20",
        "x-ratelimit-remaining": str(left),
        "x-ratelimit-reset": str(now + reset),
        "date": "Mon, 15 Jun 2026 12:00:00 GMT",
    }
    return Answer(status, json=WHOAMI.json, headers=headers)


def test_max_wait_refuses_before_anything_is_sent(facade, serve, waits):
    server = serve(limits(0), WHOAMI)
    ca = facade(server.url, max_wait=5)
    ca.do(lambda ca: ca.whoami())
    with pytest.raises(RateLimitedError, match="more than max_wait=5; nothing was sent") as caught:
        ca.do(lambda ca: ca.whoami())
    assert caught.value.retry_after == pytest.approx(60, abs=1)
    assert len(server.requests) == 1
    assert waits == []
    ca.do(lambda ca: ca.whoami(max_wait=100))
    assert len(server.requests) == 2


def test_max_wait_counts_for_calls_that_wait_behind_others(facade, serve):
    ca = facade(serve(limits(0, reset=2), WHOAMI).url, concurrency=4)
    ca.do(lambda ca: ca.whoami())
    results = ca.gather(lambda ca: ca.whoami(), lambda ca: ca.whoami(max_wait=0.01))
    assert sorted(type(one).__name__ for one in results) == ["RateLimitedError", "WhoAmI"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (-1, "at least 0, not -1"),
        (-0.5, "at least 0, not -0.5"),
        (float("nan"), "a number"),
        ("5", "a number"),
        (True, "a number"),
    ],
)
def test_max_wait_that_is_not_a_number_of_seconds_is_refused(facade, serve, wrong, says):
    server = serve()
    with pytest.raises(ValueError, match=f"max_wait must be {says}"):
        facade(server.url, max_wait=wrong)
    with pytest.raises(ValueError, match=f"max_wait must be {says}"):
        facade(server.url).do(lambda ca: ca.whoami(max_wait=wrong))


def test_long_waits_are_told_and_short_ones_are_not(facade, serve, waits):
    told = []
    retry = Answer(503, headers={"retry-after": "9"})
    soon = problem(503, "SERVICE_UNAVAILABLE")
    ca = facade(serve(limits(0), retry, soon, WHOAMI).url, on_wait=told.append)
    ca.do(lambda ca: ca.whoami())
    ca.do(lambda ca: ca.whoami())
    assert [(event.operation, event.reason) for event in told] == [
        ("whoami", "rate limit"),
        ("whoami", "retry"),
    ]
    assert told[0].seconds == pytest.approx(60, abs=1)
    assert told[1] == WaitEvent("whoami", "retry", 9)
    assert len(waits) == 3


def test_a_hook_told_of_a_wait_may_use_the_client_at_concurrency_1(serve, waits):
    server = serve(limits(0), Answer(json={}), WHOAMI)

    def hook(_):
        ca.health()

    with CreatorAudit("k-of-tests", base_url=server.url, concurrency=1, on_wait=hook) as ca:
        ca.whoami()
        ca.whoami()
    assert [one.path for one in server.requests] == ["/whoami", "/health", "/whoami"]
    assert len(waits) == 1


def test_waiting_for_a_turn_counts_against_no_budget(facade, serve):
    """The second call is on the wire for an instant and waits for much longer than its budget."""
    release = threading.Event()

    def respond(request):
        if request.path == "/overview":
            assert release.wait(60)
            return one({"current": {}, "previous": {}, "changes": {}})
        return WHOAMI

    ca = facade(serve(respond).url, concurrency=1)

    def later():
        threading.Event().wait(1.2)
        release.set()

    thread = threading.Thread(target=later)
    thread.start()
    results = ca.gather(
        lambda ca: ca.overview(),
        lambda ca: ca.whoami(retry_budget=1, timeout=1, max_retries=0),
    )
    thread.join()
    assert not [one for one in results if isinstance(one, NetworkError)]


# --- owners that are cancelled or interrupted


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_cancelled_waiter_loses_no_slot(serve, backend):
    release = threading.Event()

    def respond(request):
        if request.path == "/health":
            assert release.wait(60)
            return Answer(json={})
        return WHOAMI

    async def main():
        async with AsyncCreatorAudit("k-of-tests", base_url=url, concurrency=2) as ca:
            for _ in range(20):
                release.clear()
                async with anyio.create_task_group() as group:
                    for _ in range(2):
                        group.start_soon(ca.health)
                    await anyio.wait_all_tasks_blocked()
                    with anyio.move_on_after(0.01):
                        async with anyio.create_task_group() as queued:
                            for _ in range(5):
                                queued.start_soon(ca.whoami)
                    await anyio.to_thread.run_sync(release.set)
            for _ in range(4):
                await ca.whoami()

    url = serve(respond).url
    anyio.run(main, backend=backend)


def test_64_threads_share_one_client(serve):
    counted = Counted(answering, linger=0.001)
    failed = []
    with CreatorAudit("k-of-tests", base_url=serve(counted).url, concurrency=4) as ca:

        def work():
            try:
                for _ in range(5):
                    ca.whoami()
            except BaseException as error:  # noqa: BLE001 - shown by the test
                failed.append(error)

        threads = [threading.Thread(target=work) for _ in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failed == []
    assert counted.most == 4


INTERRUPTED = """
import signal
import threading
from contextvars import ContextVar
from creatoraudit import CreatorAudit

# A shell that runs the tests in the background has its children ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
with CreatorAudit("k-of-tests", base_url={url!r}, concurrency=1) as ca:
    thread = threading.Thread(target=ca.health, daemon=True)
    thread.start()
    try:
        ca.whoami()
    except KeyboardInterrupt:
        print("interrupted", flush=True)
    thread.join()
    print(ca.whoami().api_key_name, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGINT of one process goes to its whole group there")
def test_ctrl_c_while_queued_ends_the_wait_and_keeps_the_slot(serve):
    entered, release = threading.Event(), threading.Event()

    def respond(request):
        if request.path == "/health":
            entered.set()
            assert release.wait(60)
            return Answer(json={})
        return WHOAMI

    url = serve(respond).url
    command = [sys.executable, "-c", INTERRUPTED.format(url=url)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert entered.wait(60)
        lines = []
        while not lines:  # until the main thread is in the call, the signal would end the program
            child.send_signal(signal.SIGINT)
            lines.append(child.stdout.readline())
        release.set()
        lines += child.stdout.readlines()
    assert lines == ["interrupted\n", "tests\n"]
    assert child.returncode == 0


def test_hooks_see_the_context_of_the_caller_also_side_by_side(facade, sandbox):
    whose = ContextVar("whose", default="nobody")
    seen = []
    ca = facade(sandbox.base_url, sandbox.api_key, on_event=lambda _: seen.append(whose.get()))
    token = whose.set("the caller")
    try:
        found = ca.do(lambda ca: ca.breakouts())
    finally:
        whose.reset(token)
    assert found.requests > 5
    assert seen == ["the caller"] * found.requests
