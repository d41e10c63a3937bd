"""Retries: of which requests, when, how often, and which requests are never repeated."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest

from creatoraudit import (
    APIError,
    CreatorAuditError,
    NetworkError,
    RateLimitedError,
    RequestTimeoutError,
    ServerError,
    UsageError,
)
from creatoraudit._core import clock
from creatoraudit_sandbox import Sandbox
from support.answers import WHOAMI, deltas, one, page, problem, video, video_id
from support.faults import FAULTS, FaultyProxy, Injection
from support.server import Answer, Drip, Raw, Reset, Stall, Trickled, Truncated

VIDEO = video_id(1)

# Each kind of call, and a good answer to it.
CALLS = {
    "GET": (lambda ca: ca.call("get_video", video_id=VIDEO), one(video(1))),
    "GET page": (lambda ca: ca.paginate("list_videos").first(), page([video(1)])),
    "read-only POST": (
        lambda ca: ca.call("batch_video_deltas", video_ids=[VIDEO], windows=[7]),
        deltas({VIDEO: {"7d": 1}}),
    ),
    "PUT link": (
        lambda ca: ca.call("link_account", creator_id=VIDEO, account_id=VIDEO),
        one({"type": "link"}),
    ),
    "create with a key": (
        lambda ca: ca.call("track_video", platform="tiktok", identifier="1"),
        one(video(1), 201),
    ),
    "PATCH": (lambda ca: ca.call("update_video", video_id=VIDEO, is_active=False), one(video(1))),
    "DELETE": (lambda ca: ca.call("delete_video", video_id=VIDEO), Answer(204)),
    "raw GET": (lambda ca: ca.request("GET", "/anything"), Answer(json={})),
    "raw POST": (lambda ca: ca.request("POST", "/anything", json={}), Answer(json={})),
}
ONCE = ("PATCH", "DELETE", "raw POST")

REFUSED = ("425", "429")  # the server did nothing with the request
FAILURES = {
    "408": problem(408),
    "425": problem(425),
    "429": problem(429, "RATE_LIMITED"),
    "502": problem(502, "UPSTREAM_ERROR"),
    "503": problem(503, "SERVICE_UNAVAILABLE"),
    "504": Answer(504, body=b"<html>"),
    "520": Answer(520, body=b"error code: 520", headers={"content-type": "text/plain"}),
    "526": Answer(526, body=b""),
    "529": Answer(529, json={"error": "overloaded"}),
    "gateway page with 500": Answer(500, body=b"<html>", headers={"content-type": "text/html"}),
    "gateway text with 530": Answer(530, body=b"no", headers={"content-type": "text/plain"}),
    "reset unread": Reset(unread=True),
    "reset": Reset(),
    "closed": Raw(b""),
    "no HTTP": Raw(b"220 ftp.example ready\r\n\r\n"),
    "truncated": Truncated(),
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("kind", CALLS)
def test_which_failures_of_which_calls_are_sent_again(facade, serve, waits, kind, failure):
    call, good = CALLS[kind]
    server = serve(FAILURES[failure], good)
    ca = facade(server.url)
    if kind in ONCE and failure not in REFUSED:
        with pytest.raises(CreatorAuditError) as caught:
            ca.do(call)
        assert len(server.left) == 1
        assert waits == []
        if isinstance(caught.value, NetworkError):
            assert caught.value.written is True
        assert "it may have been carried out, so it was not retried" in str(caught.value)
        return
    ca.do(call)
    assert len(waits) == 1
    assert len(server.requests) + server.unread == 2


FINAL = [400, 401, 403, 404, 406, 409, 415, 418, 422, 451, 500, 501, 505, 599]


@pytest.mark.parametrize("status", FINAL)
@pytest.mark.parametrize("kind", ["GET", "create with a key", "read-only POST"])
def test_all_other_statuses_are_final(facade, serve, waits, kind, status):
    server = serve(Answer(status, json={}))
    with pytest.raises(APIError) as caught:
        facade(server.url).do(CALLS[kind][0])
    assert caught.value.status == status
    assert len(server.requests) == 1
    assert waits == []


@pytest.mark.parametrize("kind", CALLS)
def test_what_was_never_written_is_sent_again_whatever_it_is(facade, serve, waits, kind):
    server = serve()
    server.close()
    with pytest.raises(NetworkError, match="cannot connect after 5 tries") as caught:
        facade(server.url).do(CALLS[kind][0])
    assert caught.value.written is False
    assert caught.value.cause
    assert len(waits) == 4


@pytest.mark.parametrize("tries", [0, 1, 3])
def test_max_retries_counts_the_tries_after_the_first(facade, serve, waits, tries):
    server = serve(*[FAILURES["503"]] * (tries + 1))
    with pytest.raises(ServerError):
        facade(server.url, max_retries=tries).do(lambda ca: ca.whoami())
    assert server.left == ()
    assert len(waits) == tries
    server.then(*[FAILURES["503"]] * 2)
    with pytest.raises(ServerError):
        facade(server.url, max_retries=tries).do(lambda ca: ca.whoami(max_retries=1))
    assert server.left == ()


def test_waits_grow_and_are_spread(facade, serve, waits):
    server = serve(*[FAILURES["503"]] * 120)
    ca = facade(server.url, max_retries=9, retry_budget=10_000)
    for _ in range(12):
        with pytest.raises(ServerError):
            ca.do(lambda ca: ca.whoami())
    ceilings = [1, 2, 4, 8, 16, 30, 30, 30, 30]
    for position, ceiling in enumerate(ceilings):
        drawn = waits[position :: len(ceilings)]
        assert len(drawn) == 12
        assert all(0 <= seconds <= ceiling for seconds in drawn)
        assert max(drawn) - min(drawn) > ceiling / 10


# --- Retry-After


def after(value: str, **headers: str) -> Answer:
    return problem(503, "SERVICE_UNAVAILABLE", headers={"retry-after": value, **headers})


NOON = 1_781_524_800
# A hint that is none, or shorter than the back-off, leaves the back-off: half to all of 1 s.
BACKOFF = pytest.approx(0.75, abs=0.25)
RETRY_AFTER = {
    "seconds": ({"value": "7"}, 7),
    "zero": ({"value": "0"}, BACKOFF),
    "a fraction": ({"value": "1.5"}, 1.5),
    "negative": ({"value": "-3"}, BACKOFF),
    "a date by the server's clock": (
        {"value": formatdate(NOON + 9, usegmt=True), "date": formatdate(NOON, usegmt=True)},
        9,
    ),
    "less than the back-off": ({"value": "0.01"}, BACKOFF),
    "a date in the past": (
        {"value": formatdate(NOON - 9, usegmt=True), "date": formatdate(NOON, usegmt=True)},
        BACKOFF,
    ),
    "a date without a zone": (
        {"value": "Mon, 15 Jun 2026 12:00:09", "date": "Mon, 15 Jun 2026 12:00:00 GMT"},
        9,
    ),
}


@pytest.mark.parametrize("case", RETRY_AFTER)
def test_retry_after_is_obeyed(facade, serve, waits, case):
    headers, seconds = RETRY_AFTER[case]
    ca = facade(serve(after(**headers), WHOAMI).url)
    ca.do(lambda ca: ca.whoami())
    assert waits == [seconds if seconds is BACKOFF else pytest.approx(seconds, abs=0.01)]


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the platform has no tzset")
def test_a_date_without_a_zone_is_utc_wherever_the_client_is(facade, serve, waits, monkeypatch):
    headers, seconds = RETRY_AFTER["a date without a zone"]
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        ca = facade(serve(after(**headers), WHOAMI).url)
        ca.do(lambda ca: ca.whoami())
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()
    assert waits == [pytest.approx(seconds)]


def test_a_retry_after_date_without_a_date_header_is_by_our_clock(facade, serve, waits):
    ca = facade(serve(after(formatdate(time.time() + 20, usegmt=True)), WHOAMI).url)
    ca.do(lambda ca: ca.whoami())
    assert 15 < waits[0] <= 20


GARBAGE = [
    *("soon", "nan", "inf", "-inf", "1e999", "1,5", "Mon, 99 Jun 2026 12:00:00 GMT", "9" * 5000),
    *(
        "Mon",
        "0 0 0 0 0",
        "Mon, 15 Jun 99999 12:00:00 GMT",
        "\xff\xfe",
        ", ,",
        "1 Jan 1 0:0:0 -9999",
    ),
]


@pytest.mark.parametrize("value", GARBAGE)
def test_a_retry_after_that_makes_no_sense_counts_as_none(facade, serve, waits, value):
    ca = facade(serve(after(value), WHOAMI).url)
    ca.do(lambda ca: ca.whoami())
    assert 0 <= waits[0] <= 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("asked", ["151", "3600", "1000000"])
def test_a_wait_beyond_the_budget_raises_at_once_and_carries_it(
    facade, serve, waits, asked, status
):
    server = serve(problem(status, headers={"retry-after": asked}))
    with pytest.raises(APIError) as caught:
        facade(server.url).do(lambda ca: ca.whoami())
    assert caught.value.retry_after == float(asked)
    assert f"asked to wait {asked} s" in str(caught.value)
    assert waits == []


def test_a_call_may_have_a_budget_of_its_own(facade, serve, waits):
    server = serve(*[problem(503, headers={"retry-after": "20"})] * 2, WHOAMI)
    ca = facade(server.url)
    with pytest.raises(APIError):
        ca.do(lambda ca: ca.whoami(retry_budget=10))
    assert waits == []
    ca.do(lambda ca: ca.call("whoami", retry_budget=30))
    assert waits == [20]


def test_all_waits_together_stay_within_the_budget(facade, serve, waits):
    server = serve(*[after("40")] * 5)
    with pytest.raises(ServerError):
        facade(server.url, retry_budget=100).do(lambda ca: ca.whoami())
    assert waits == [40, 40]


def test_a_last_429_says_what_to_do(facade, serve, waits):
    server = serve(problem(429, "RATE_LIMITED", headers={"retry-after": "1"}))
    with pytest.raises(RateLimitedError, match="lower concurrency=") as caught:
        facade(server.url, max_retries=0).do(lambda ca: ca.whoami())
    assert caught.value.retry_after == 1
    assert waits == []


# --- time limits


@pytest.mark.parametrize("step", [Stall(), Stall(after=WHOAMI)], ids=["head", "body"])
def test_a_server_that_falls_silent_is_a_timeout_of_ours(facade, serve, waits, step):
    server = serve(step, step)
    ca = facade(server.url, timeout=1, max_retries=1)
    with pytest.raises(RequestTimeoutError, match=r"(in time|too long) after 2 tries") as caught:
        ca.do(lambda ca: ca.whoami())
    assert caught.value.written is True
    assert len(waits) == 1


def test_timeout_can_be_set_for_one_call(facade, serve):
    server = serve(Stall())
    ca = facade(server.url, max_retries=0)
    with pytest.raises(RequestTimeoutError):
        ca.do(lambda ca: ca.whoami(timeout=0.03))


def test_a_dripping_body_ends_with_the_budget(facade, serve):
    server = serve(Drip(), Drip())
    ca = facade(server.url, retry_budget=1)
    began = time.monotonic()
    with pytest.raises(RequestTimeoutError, match="the response took too long"):
        ca.do(lambda ca: ca.whoami())
    assert time.monotonic() - began < 30  # the body would take hours


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize(
    ("limits", "setting"),
    [({}, "timeout="), ({"timeout": 9000, "retry_budget": 900}, "retry_budget=")],
)
def test_a_body_that_comes_when_the_time_is_up_does_not_count(facade, serve, limits, setting):
    def late(_):
        clock.skip(3600.0)
        return WHOAMI

    ca = facade(serve(late).url, max_retries=0, **limits)
    with pytest.raises(RequestTimeoutError, match=f"the response took too long .*{setting}$"):
        ca.do(lambda ca: ca.whoami())


def test_the_budget_bounds_a_try_even_when_the_timeout_is_longer(facade, serve):
    server = serve(Stall())
    ca = facade(server.url, timeout=30, retry_budget=0.05)
    with pytest.raises(RequestTimeoutError):
        ca.do(lambda ca: ca.whoami())


def test_a_response_in_many_small_pieces_is_fine(facade, serve):
    ca = facade(serve(Trickled(WHOAMI)).url)
    assert ca.do(lambda ca: ca.whoami()).api_key_name == "tests"


# --- idempotency keys


def keys(server):
    return [request.headers.get("idempotency-key") for request in server.requests]


def test_a_create_keeps_its_key_over_its_retries(facade, serve, waits):
    good = CALLS["create with a key"][1]
    server = serve(Reset(), FAILURES["503"], FAILURES["429"], good, good)
    ca = facade(server.url)
    ca.do(CALLS["create with a key"][0])
    ca.do(CALLS["create with a key"][0])
    *first, second = keys(server)
    assert len(set(first)) == 1
    assert first[0]
    assert second != first[0]
    assert len(waits) == 3


def test_a_key_of_the_callers_own_is_sent_as_it_is(facade, serve):
    server = serve(CALLS["create with a key"][1])
    facade(server.url).do(
        lambda ca: ca.call("track_video", platform="tiktok", identifier="1", idempotency_key="mine")
    )
    assert keys(server) == ["mine"]


def test_only_creates_carry_a_key(facade, serve):
    names = [name for name in CALLS if name != "create with a key"]
    server = serve(*[CALLS[name][1] for name in names])
    ca = facade(server.url)
    for name in names:
        ca.do(CALLS[name][0])
    assert set(keys(server)) == {None}


def test_a_lost_response_of_a_create_does_not_create_twice(facade, waits):
    lost = Injection("answer lost", 1, method="POST")
    with Sandbox(accounts=1, videos=1) as world, FaultyProxy(world.base_url, lost) as server:
        ca = facade(server.url, world.api_key)
        made = ca.do(lambda ca: ca.call("create_creator", name="Ada")).value.data
        assert keys(server)[0] == keys(server)[1]
        listed = ca.collect(lambda ca: ca.paginate("list_creators"))
    assert [creator.id for creator in listed if creator.name == "Ada"] == [made.id]
    assert len(waits) == 1


def test_no_create_is_sent_later_than_its_key_lives(facade, serve, waits):
    slow = problem(503, "SERVICE_UNAVAILABLE", headers={"retry-after": "250"})
    server = serve(*[slow] * 4)
    ca = facade(server.url, retry_budget=5000, max_retries=10)
    with pytest.raises(ServerError):
        ca.do(CALLS["create with a key"][0])
    assert waits == [250, 250]
    assert len(server.requests) == 3


def test_pacing_does_not_carry_a_create_past_the_life_of_its_key(facade, serve, waits):
    used_up = {
        "x-ratelimit-limit": "100",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": str(NOON + 900),
        "date": formatdate(NOON, usegmt=True),
    }
    server = serve(problem(503, "SERVICE_UNAVAILABLE", headers=used_up))
    ca = facade(server.url)
    with pytest.raises(ServerError, match="503"):
        ca.do(CALLS["create with a key"][0])
    assert len(server.requests) == 1
    assert all(seconds < 600 for seconds in waits)


# --- what cannot be helped


def test_a_request_that_http_cannot_carry_is_not_tried_again(facade, serve, waits):
    ca = facade(serve().url)
    with pytest.raises(NetworkError, match="the request cannot be sent after 1 try") as caught:
        ca.do(lambda ca: ca.whoami(extra_headers={"X-Note": "two\nlines"}))
    assert "\n" not in str(caught.value)
    assert waits == []


@pytest.mark.parametrize("wrong", [{"extra_body": {"n": object()}}, {"extra_body": {"n": b"x"}}])
def test_a_value_that_json_cannot_carry_is_refused(facade, serve, wrong):
    ca = facade(serve().url)
    with pytest.raises(UsageError, match="create_creator: cannot be sent"):
        ca.do(lambda ca: ca.call("create_creator", name="x", **wrong))


def test_a_strangers_status_line_is_cut_and_escaped(facade, serve):
    server = serve(Raw(b"\x1b[2J\xe2\x80\xae" + b"A" * 9000 + b"\r\n\r\n"))
    with pytest.raises(NetworkError) as caught:
        facade(server.url, max_retries=0).do(lambda ca: ca.whoami())
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(  # a dripping body uses up the whole budget, see above
    "fault", [name for name in FAULTS if FAULTS[name].retried and name != "dripping body"]
)
def test_temporary_faults_are_retried_until_they_pass(facade, faulty, sandbox, waits, fault):
    server = faulty(Injection(fault, number=1))
    timeout = 0.1 if FAULTS[fault].shows == "RequestTimeoutError" else 30
    ca = facade(server.url, sandbox.api_key, timeout=timeout)
    assert ca.do(lambda ca: ca.whoami()).organization_id
    assert len(server.requests) == 2
    assert len(waits) == 1


def test_a_key_on_an_operation_that_does_not_heed_it_makes_no_retry_safe(facade, serve):
    server = serve(Reset(), one(video(1)))
    headers = {"Idempotency-Key": "mine"}
    with pytest.raises(NetworkError):
        facade(server.url).do(
            lambda ca: ca.videos.update(VIDEO, is_active=False, extra_headers=headers)
        )
    assert len(server.requests) == 1
