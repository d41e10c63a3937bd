"""Every operation under every fault: the documented exception or a right result, nothing else.

Each pair is tried twice over real HTTP: the fault happens once, and it lasts. Whatever happens, a
create is carried out at most once, the number of tries is bounded, and so are the waits.

Operations that are sent and read alike have one shape. Each fault is tried on one operation of each
shape, on another one from fault to fault; CREATORAUDIT_TEST_EVERY_CASE, which `nox -s faults` sets,
tries it on all of them.
"""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import ExitStack

import pytest

from creatoraudit import CreatorAuditError
from creatoraudit._core import clock
from creatoraudit_api.operations import OPERATIONS
from support import cases
from support.breaks import BREAKS, CELL, REFUSED, BreakingProxy
from support.jobs import JOBS
from support.server import bind

# Tries after the first: few when all of them fail, enough for a slow machine when one does.
RETRIES_OF_LASTING = 1
RETRIES_OF_ONCE = 6
SAMPLE = ("list_videos", "track_video", "update_account")


def shape(job):
    """What a fault can make a difference to."""
    sent = OPERATIONS[job.name]
    read = (job.items, job.paged, job.empty, job.open, job.writes, job.creates is None)
    return sent.method, sent.repeatable, sent.idempotency_key, read


def pairs():
    """Operations with faults."""
    alike = defaultdict(list)
    for job in JOBS.values():
        alike[shape(job)].append(job)
    for number, fault in enumerate(BREAKS):
        for jobs in alike.values():
            for job in jobs if cases.ALL else [jobs[number % len(jobs)]]:
                yield pytest.param(job, fault, id=f"{job.name}-{fault}")


def harmless(job, broken):
    """Whether the client has no way to see anything wrong."""
    return {
        "": False,
        "empty": job.empty,
        "open": job.empty or job.open,
        "pages": not job.paged,
    }[broken.harmless_to]


def patience(job, broken, *, lasting):
    """Seconds to wait for an answer: long where a good one comes, as a busy machine is late."""
    if harmless(job, broken):
        return 60.0
    return broken.timeout if lasting else max(broken.timeout, 0.3)  # then there are more tries


def come_to(facade, world, job, fault, *, lasting):
    """Let a fault happen to a job; "r" for a right result, "x" for the documented exception."""
    broken = BREAKS[fault]
    operation = OPERATIONS[job.name]
    sandbox = world.busy if job.writes else world.still
    spent = None if job.before is None else job.before(world)
    before = 0 if job.creates is None else world.count(job.creates)
    retries = RETRIES_OF_LASTING if lasting else RETRIES_OF_ONCE
    error = result = None
    with ExitStack() as stack:
        bound = bind()
        stack.callback(bound.close)
        started = []

        def start(_seconds=0.0):
            if not started:
                at = 0 if fault == REFUSED else None if lasting else broken.at
                proxy = BreakingProxy(sandbox.base_url, fault, at=at, bound=bound)
                started.append(stack.enter_context(proxy))

        if fault != REFUSED:
            start()
        on_wait = start if fault == REFUSED and not lasting else None
        waits = stack.enter_context(clock.skipped_waits(on_wait))
        ca = facade(
            f"http://127.0.0.1:{bound.getsockname()[1]}/v2",
            sandbox.api_key,
            max_retries=retries,
            timeout=patience(job, broken, lasting=lasting),
            retry_budget=150.0 if harmless(job, broken) else broken.budget,
        )
        began = time.monotonic()
        try:
            result = job.run(ca, world, spent)
        except CreatorAuditError as caught:
            error = caught
        elapsed = time.monotonic() - began
        ca.close()
    requests = len(started[0].requests) if started else 0

    if lasting:
        assert requests <= (broken.requests or 1 + retries)
    assert sum(waits) < broken.budget
    if broken.budget < 1:
        assert elapsed < broken.budget + 30.0
    created = 0 if job.creates is None else world.count(job.creates) - before
    may_repeat = operation.repeatable or operation.idempotency_key or broken.for_all
    if (not lasting and broken.passes and may_repeat) or harmless(job, broken):
        assert error is None, f"{type(error).__name__}: {error}"
        if broken.carried_out or not harmless(job, broken):
            if broken.harmless_to != "open":
                job.check(world, result, spent)
            assert created == (job.creates is not None)
        return "r"
    assert type(error).__name__ == broken.shows, f"{type(error).__name__}: {error}"
    assert created <= broken.carried_out
    assert sandbox.api_key not in repr(error) + str(error) + repr(vars(error))
    return "x"


def hold(facade, world, job, fault, record_property):
    cell = "!!"
    try:
        once = come_to(facade, world, job, fault, lasting=False)
        cell = once + come_to(facade, world, job, fault, lasting=True)
    finally:
        record_property(CELL, f"{facade.kind}|{job.name}|{fault}|{cell}")


@pytest.mark.parametrize("facade", ["sync"], indirect=True)
@pytest.mark.parametrize(("job", "fault"), [*pairs()])
def test_documented_exception_or_right_result(facade, world, job, fault, record_property):
    hold(facade, world, job, fault, record_property)


@pytest.mark.parametrize("facade", ["asyncio", "trio"], indirect=True)
@pytest.mark.parametrize(
    ("job", "fault"),
    [
        pytest.param(JOBS[name], fault, id=f"{name}-{fault}")
        for number, fault in enumerate(BREAKS)
        for name in (SAMPLE if cases.ALL else [SAMPLE[number % len(SAMPLE)]])
    ],
)
def test_the_same_asynchronously(facade, world, job, fault, record_property):
    hold(facade, world, job, fault, record_property)


def test_the_table_has_every_operation():
    assert JOBS.keys() == OPERATIONS.keys()


def test_every_operation_meets_faults():
    assert {pair.values[0].name for pair in pairs()} == OPERATIONS.keys()
