"""Pacing within the rate window: against a sandbox that enforces one, and for any headers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from email.utils import formatdate

import httpx
import pytest

from creatoraudit import RateLimitedError
from creatoraudit._core import clock
from creatoraudit_sandbox import Sandbox
from support.answers import WHOAMI
from support.faults import FaultyProxy
from support.server import Answer, Held

pytestmark = pytest.mark.every_kind  # threads and tasks wait in ways of their own

NOON = 1_781_524_800
LIMIT, WINDOW = 20, 60


class Limited:
    """A sandbox with a small rate limit whose clock moves with the client's waits."""

    def __init__(self) -> None:
        self.sandbox = Sandbox(
            now="2026-06-15T12:00:00Z",
            rate_limit=LIMIT,
            rate_window=WINDOW,
            accounts=1,
            videos=60,
            account_videos=1,
        )
        self.waits: list[float] = []

    def on_wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.sandbox.advance(seconds)

    def use_up(self) -> None:
        """Send what is left of the window from elsewhere."""
        headers = {"Authorization": f"Bearer {self.sandbox.api_key}"}
        with httpx.Client(base_url=self.sandbox.base_url, headers=headers) as elsewhere:
            while elsewhere.get("/whoami").status_code != 429:
                pass


@pytest.fixture
def limited() -> Iterator[Limited]:
    world = Limited()
    with world.sandbox, clock.skipped_waits(world.on_wait):
        yield world


def test_a_job_larger_than_the_window_is_never_refused(facade, limited):
    with FaultyProxy(limited.sandbox.base_url) as server:
        ca = facade(server.url, limited.sandbox.api_key, concurrency=2, max_retries=0)
        ids = {video.id for video in ca.collect(lambda ca: ca.videos.list(limit=1))}
    assert len(ids) == 60
    assert 60 <= sum(limited.waits) < 60 * 60 / LIMIT + WINDOW
    assert all(seconds <= WINDOW for seconds in limited.waits)


def test_calls_beyond_the_window_are_spread_over_the_windows_that_follow(facade, limited):
    refused = []
    ca = facade(
        limited.sandbox.base_url,
        limited.sandbox.api_key,
        on_event=lambda event: refused.append(event) if event.status == 429 else None,
        timeout=10_000,  # the waits of all calls move one clock
        retry_budget=10_000,
    )
    results = ca.gather(*[lambda ca: ca.whoami()] * (3 * LIMIT))
    assert not [one for one in results if isinstance(one, Exception)]
    assert len(refused) <= 6


def test_there_is_no_delay_while_plenty_is_left(facade, limited):
    ca = facade(limited.sandbox.base_url, limited.sandbox.api_key, concurrency=2)
    for _ in range(LIMIT - 2):
        ca.do(lambda ca: ca.whoami())
    assert limited.waits == []


def test_what_is_left_is_spread_over_the_rest_of_the_window(facade, limited):
    ca = facade(limited.sandbox.base_url, limited.sandbox.api_key, concurrency=4)
    for _ in range(LIMIT):
        ca.do(lambda ca: ca.whoami())
    # Of 20 the last four are spread: the first of them at once, then every 15 s.
    # Each takes its share of the window, or of what the calls before it have left.
    assert len(limited.waits) == 3
    assert min(limited.waits) == pytest.approx(15, abs=1.1)
    assert sum(limited.waits) <= WINDOW + 1.1
    ca.do(lambda ca: ca.whoami())
    assert sum(limited.waits) == pytest.approx(60, abs=1.1)


def test_what_others_use_up_is_noticed(facade, limited):
    mine = facade(limited.sandbox.base_url, limited.sandbox.api_key, concurrency=2)
    other = facade(limited.sandbox.base_url, limited.sandbox.api_key, concurrency=2)
    mine.do(lambda ca: ca.whoami())
    for _ in range(LIMIT - 2):
        other.do(lambda ca: ca.whoami())
    mine.do(lambda ca: ca.whoami())
    assert sum(limited.waits) == 0
    mine.do(lambda ca: ca.whoami())
    assert sum(limited.waits) == pytest.approx(WINDOW, abs=1.1)


def test_keyless_operations_are_neither_paced_nor_counted(facade, limited):
    ca = facade(limited.sandbox.base_url, limited.sandbox.api_key)
    for _ in range(LIMIT):
        ca.do(lambda ca: ca.whoami())
    spent = sum(limited.waits)
    for _ in range(5):
        ca.do(lambda ca: ca.health())
        ca.do(lambda ca: ca.meta())
    assert sum(limited.waits) == spent


def test_a_pacing_wait_is_not_a_part_of_the_budget(facade, limited):
    ca = facade(limited.sandbox.base_url, limited.sandbox.api_key, retry_budget=5)
    for _ in range(LIMIT * 3):
        ca.do(lambda ca: ca.whoami())
    assert sum(limited.waits) > WINDOW


def test_a_window_used_up_by_others_is_waited_for_after_one_refusal(facade, limited):
    limited.use_up()
    ca = facade(limited.sandbox.base_url, limited.sandbox.api_key)
    ca.do(lambda ca: ca.whoami())
    assert 0 < sum(limited.waits) <= WINDOW + 1
    limited.use_up()
    impatient = facade(limited.sandbox.base_url, limited.sandbox.api_key, max_retries=0)
    with pytest.raises(RateLimitedError) as caught:
        impatient.do(lambda ca: ca.whoami())
    assert caught.value.headers["X-RateLimit-Remaining"] == "0"
    assert 0 < caught.value.retry_after <= WINDOW


# --- headers of any kind


def limits(limit: object, left: object, reset: object, **more: str) -> Answer:
    headers = {
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(left),
        "x-ratelimit-reset": str(reset),
        "date": formatdate(NOON, usegmt=True),
    }
    return Answer(json=WHOAMI.json, headers=headers | more)


def test_the_reset_is_measured_against_the_servers_clock(facade, serve, waits):
    # The server lives in another year than this machine does.
    ca = facade(serve(limits(100, 0, NOON + 40), WHOAMI).url)
    ca.do(lambda ca: ca.whoami())
    ca.do(lambda ca: ca.whoami())
    assert waits == [pytest.approx(40, abs=0.5)]


def test_responses_that_overtake_each_other_do_not_raise_what_is_left(facade, serve, waits):
    ca = facade(serve(limits(100, 0, NOON + 40), limits(100, 5, NOON + 40), WHOAMI).url)
    for _ in range(3):
        ca.do(lambda ca: ca.whoami())
    assert len(waits) == 1
    assert sum(waits) == pytest.approx(40, abs=0.5)


def test_nothing_is_waited_for_once_the_window_is_over(facade, serve, waits):
    ca = facade(serve(limits(100, 0, NOON), WHOAMI).url)
    ca.do(lambda ca: ca.whoami())
    ca.do(lambda ca: ca.whoami())
    assert waits == []


def test_calls_side_by_side_share_what_is_left(facade, serve, waits):
    # A wait that one call skips also passes for those on the wire, so no response comes before all
    # four are there, and each of them may take long.
    release = threading.Event()
    held = [Held(WHOAMI, release) for _ in range(4)]

    def let_go() -> None:
        for one in held:
            one.reached.wait()
        release.set()

    settings = {"concurrency": 4, "max_retries": 0, "timeout": 600, "retry_budget": 600}
    ca = facade(serve(limits(20, 4, NOON + 60), *held).url, **settings)
    ca.do(lambda ca: ca.whoami())
    watcher = threading.Thread(target=let_go)
    watcher.start()
    results = ca.gather(*[lambda ca: ca.whoami()] * 4)
    watcher.join()
    assert [type(one).__name__ for one in results] == ["WhoAmI"] * 4
    # Less by what has really passed meanwhile.
    assert len(waits) == 3
    assert all(5 < seconds <= 15.1 for seconds in waits)


GARBAGE = {
    "words": ("many", "few", "soon"),
    "nothing": ("", "", ""),
    "negative": (-1, -1, -1),
    "negative remainder": (100, -5, NOON + 30),
    "zero limit": (0, 0, NOON + 30),
    "fractions": (100.5, 0.5, NOON + 0.5),
    "a reset in the past": (100, 0, NOON - 100),
    "a reset in a month": (100, 0, NOON + 30 * 86400),
    "a reset in milliseconds": (100, 0, NOON * 1000),
    "a reset that is a duration": (100, 0, 60),
    "a reset of 400 digits": (100, 0, "9" * 400),
    "a reset of 5000 digits": (100, 0, "9" * 5000),
    "limits of 400 digits": ("9" * 400, "1" + "0" * 398, NOON + 30),
    "not ASCII": ("١٠٠".encode().decode("latin-1"), 0, NOON),
}


@pytest.mark.parametrize("case", GARBAGE)
def test_headers_that_make_no_sense_are_not_reason_to_wait_or_to_fail(facade, serve, waits, case):
    ca = facade(serve(limits(*GARBAGE[case]), WHOAMI).url)
    ca.do(lambda ca: ca.whoami())
    ca.do(lambda ca: ca.whoami())
    assert waits == []


def test_a_window_is_an_hour_at_most(facade, serve, waits):
    ca = facade(serve(limits(100, 0, NOON + 3600), WHOAMI).url)
    ca.do(lambda ca: ca.whoami())
    ca.do(lambda ca: ca.whoami())
    assert waits == [pytest.approx(3600, abs=1)]


def test_waits_really_wait(facade, serve):
    # The one test that lets a wait take its time: 20 ms.
    began = clock.now()
    retry = Answer(503, headers={"retry-after": "0.02"})
    facade(serve(retry, WHOAMI).url).do(lambda ca: ca.whoami())
    assert clock.now() - began >= 0.02


# --- limits that the headers do not tell


class Window:
    """A server that allows 20 requests per second, and says so only when it refuses one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._began = clock.now()
        self._served = 0
        self.refused: list[int] = [0]

    def __call__(self, _: object) -> Answer:
        with self._lock:
            if clock.now() - self._began >= 1:
                self._began, self._served = clock.now(), 0
                self.refused.append(0)
            self._served += 1
            if self._served <= LIMIT:
                return WHOAMI
            self.refused[-1] += 1
            return Answer(429, headers={"retry-after": "1"})


def test_a_limit_without_headers_is_learned_from_refusals(facade, serve):
    window = Window()
    ca = facade(serve(window).url, concurrency=8, max_retries=1)
    results = ca.gather(*[lambda ca: ca.whoami()] * 70)
    assert not [one for one in results if isinstance(one, Exception)]
    assert max(window.refused) <= 8


def test_two_clients_on_one_key_are_refused_as_often_as_they_have_slots(facade, serve):
    window = Window()
    url = serve(window).url
    mine, other = facade(url, concurrency=4), facade(url, concurrency=4)
    found: list[object] = []
    thread = threading.Thread(
        target=lambda: found.extend(other.gather(*[lambda ca: ca.whoami()] * 30))
    )
    thread.start()
    found += mine.gather(*[lambda ca: ca.whoami()] * 30)
    thread.join()
    assert len(found) == 60
    assert not [one for one in found if isinstance(one, Exception)]
    assert max(window.refused) <= 8


def test_a_refusal_with_a_hint_costs_no_try(facade, serve, waits):
    refusals = [Answer(429, headers={"retry-after": "3"})] * 9
    ca = facade(serve(*refusals, WHOAMI).url, max_retries=1)
    ca.do(lambda ca: ca.whoami())
    assert len(waits) == 9
    assert all(seconds >= 3 for seconds in waits)


@pytest.mark.parametrize("hint", ["0", "-1", "soon", ""])
def test_a_refusal_without_a_usable_hint_costs_one(facade, serve, waits, hint):
    refusal = Answer(429, headers={"retry-after": hint})
    server = serve(refusal, refusal)
    with pytest.raises(RateLimitedError):
        facade(server.url, max_retries=1).do(lambda ca: ca.whoami())
    assert len(waits) == 1


def test_a_hint_of_nothing_cannot_make_a_storm(facade, serve, waits):
    server = serve(lambda _: Answer(429, headers={"retry-after": "0"}))
    ca = facade(server.url, max_retries=10_000, retry_budget=60)
    with pytest.raises(RateLimitedError):
        ca.do(lambda ca: ca.whoami())
    assert len(server.requests) <= 10
    assert sum(waits) < 60


def test_a_hint_beyond_the_budget_ends_the_call_at_once(facade, serve, waits):
    server = serve(Answer(429, headers={"retry-after": "600"}))
    with pytest.raises(RateLimitedError) as caught:
        facade(server.url).do(lambda ca: ca.whoami())
    assert caught.value.retry_after == 600
    assert waits == []
