"""The scheduler and the pool of threads by themselves: who waits, and who is woken."""

from __future__ import annotations

import threading
from email.utils import formatdate

import pytest

from creatoraudit._core.pacing import Scheduler
from creatoraudit._sync.io import Pool, Signal, sleep

NOON = 1_781_524_800


class Ticket:
    def __init__(self, *, paced=False, max_wait=None):
        self.paced = paced
        self.max_wait = max_wait
        self.paced_before = -1.0
        self.woken = 0

    def wake(self):
        self.woken += 1


def test_only_calls_with_a_limit_hear_that_the_queue_waits():
    scheduler = Scheduler(2)
    first, limited, patient = Ticket(paced=True), Ticket(paced=True, max_wait=1.0), Ticket()
    for ticket in (first, limited, patient):
        scheduler.join(ticket)
    scheduler.refused(30.0)
    assert scheduler.pause(first) > 1.0
    assert (first.woken, limited.woken, patient.woken) == (0, 1, 0)
    scheduler.waited(5.0)
    assert (first.woken, limited.woken, patient.woken) == (0, 2, 0)
    assert scheduler.pacing_of(limited) > 5.0


def test_giving_back_a_slot_that_was_not_held_does_nothing():
    scheduler = Scheduler(1)
    first, second, third = Ticket(), Ticket(), Ticket()
    scheduler.leave(third)
    for ticket in (first, second, third):
        scheduler.join(ticket)
    assert [scheduler.pause(one) for one in (first, second, third)] == [0.0, None, None]
    scheduler.leave(second)  # cancelled in the queue
    scheduler.leave(second)
    assert third.woken == 0
    scheduler.leave(first)
    scheduler.leave(first)
    assert third.woken >= 1
    assert scheduler.pause(third) == 0.0


def test_requests_on_the_wire_count_before_their_responses_arrive():
    scheduler = Scheduler(4)
    headers = {"limit": "20", "remaining": "2", "reset": str(NOON + 3600)}
    date = {"date": formatdate(NOON, usegmt=True)}
    scheduler.observe({f"x-ratelimit-{name}": text for name, text in headers.items()} | date)
    first, second = Ticket(paced=True), Ticket(paced=True)
    for ticket in (first, second):
        scheduler.join(ticket)
    assert scheduler.pause(first) == 0.0
    assert 900 < scheduler.pause(second) < 2700  # half of the hour for each of the two


def test_a_thread_that_waits_for_its_turn_sleeps_until_it_is_woken():
    signal, order = Signal(), []

    def wait():
        signal.wait()
        order.append("woken")

    thread = threading.Thread(target=wait)
    thread.start()
    thread.join(0.05)  # time to go on too early; one that waits is not in a hurry
    order.append("set")
    signal.set()
    thread.join()
    assert order == ["set", "woken"]


def test_pool_of_threads_that_is_left_ends_the_waits_of_its_jobs():
    """Otherwise leaving it would take an hour."""
    begun = threading.Event()

    def job():
        begun.set()
        sleep(3600)

    def leave():
        with Pool(1) as pool:
            pool.start(job)
            begun.wait()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        leave()


def test_a_call_that_has_ended_frees_its_slot():
    with Pool(1) as pool:
        for _ in range(500):
            pool.start(int).wait()
            assert pool.has_room
