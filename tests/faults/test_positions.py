"""A passing fault at each position of a walk or a batch loses no id and doubles none.

Each fault is tried at one position of each walk and batch, at another one from fault to fault;
CREATORAUDIT_TEST_EVERY_CASE, which `nox -s faults` sets, tries it at all of them.
"""

from __future__ import annotations

import pytest

from creatoraudit import CreatorAuditError
from support import cases
from support.answers import video_id
from support.breaks import BREAKS, REFUSED, BreakingProxy

PASSING = [name for name, one in BREAKS.items() if one.passes and name != REFUSED]
# Batches of full size take their time, so not every way to lose an answer is tried on them.
OF_BATCHES = ["answer lost", "truncated body", "stall", "429", "503"]
FINAL = ["HTML with 404", "truncated body", "500", "429 for ages", "data missing"]
WALKS = ("accounts", "videos", "account_videos")  # three pages of five each
PARTS = 3
STRANGE = 90_000


def known_and_strange(known, size):
    """Ids for three requests: known ones among ids that nobody tracks, some of them twice."""
    wanted = PARTS * size
    strange = [video_id(STRANGE + number) for number in range(wanted - len(known))]
    ids = list(known)
    for position, one in enumerate(strange):
        ids.insert(position * 2, one)
    return [*ids, *ids[:7]]


def positions(fault, case):
    """Where to let a fault happen in a walk or a batch of three requests."""
    turn = (PASSING.index(fault) + len(case)) % PARTS + 1
    return range(1, PARTS + 1) if cases.ALL else [turn]


BATCHES = {
    "accounts.metrics": lambda ca, w: ca.accounts.metrics(known_and_strange(w.accounts, 200)),
    "videos.metrics": lambda ca, w: ca.videos.metrics(known_and_strange(w.videos, 200)),
    "videos.deltas": lambda ca, w: ca.videos.deltas(known_and_strange(w.videos, 200)),
    "videos.deltas via=get": lambda ca, w: ca.videos.deltas(
        known_and_strange(w.videos, 50), via="get"
    ),
}


def ready(facade, proxy, sandbox, fault, *, retries=6, least=0.5):
    return facade(
        proxy.url,
        sandbox.api_key,
        max_retries=retries,
        timeout=max(BREAKS[fault].timeout, least),  # for good answers of a busy machine
        concurrency=2,
    )


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize(
    ("facade", "kind"),
    [*(("sync", kind) for kind in WALKS), ("asyncio", "videos"), ("trio", "videos")],
    indirect=["facade"],
)
def test_a_walk_over_a_passing_fault_gives_every_item_once(facade, world, kind, fault):
    ids = [one.id for one in getattr(world.reader, kind).list()]
    for position in [1] if fault == "empty page with cursor" else positions(fault, kind):
        with BreakingProxy(world.still.base_url, fault, at=position) as proxy:
            ca = ready(facade, proxy, world.still, fault)
            walked = [one.id for one in ca.collect(lambda ca: getattr(ca, kind).list(limit=5))]
            listed = ca.do(lambda ca: getattr(ca, kind).list(limit=5).to_list())
            ca.close()
        assert proxy.broken == 1
        assert walked == [one.id for one in listed] == ids


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("fault", OF_BATCHES)
@pytest.mark.parametrize("batch", BATCHES)
def test_a_batch_over_a_passing_fault_gives_every_id_once(facade, world, batch, fault):
    expected = BATCHES[batch](world.reader, world)
    assert len(expected) > 0
    for position in positions(fault, batch):
        with BreakingProxy(world.still.base_url, fault, at=position) as proxy:
            ca = ready(facade, proxy, world.still, fault, least=3)
            found = ca.do(lambda ca: BATCHES[batch](ca, world))
            ca.close()
        assert proxy.broken == 1
        assert found == expected
        assert list(found) == list(expected)
        assert len(found.not_found) == len(set(found.not_found))


@pytest.mark.parametrize("fault", FINAL)
@pytest.mark.parametrize("position", range(1, 4))
def test_a_walk_that_failed_is_resumed_where_it_stood(facade, world, fault, position):
    ids = [one.id for one in world.reader.videos.list()]
    with BreakingProxy(world.still.base_url, fault, at=position) as proxy:
        ca = ready(facade, proxy, world.still, fault, retries=0)
        with pytest.raises(CreatorAuditError) as caught:
            ca.collect(lambda ca: ca.videos.list(limit=5))
        cursor = caught.value.resume_cursor
        assert (cursor is None) == (position == 1)
        rest = ca.collect(lambda ca: ca.videos.list(limit=5, cursor=cursor))
        ca.close()
    assert [one.id for one in rest] == ids[5 * (position - 1) :]


@pytest.mark.parametrize("fault", FINAL)
@pytest.mark.parametrize("position", range(1, 4))
def test_a_batch_that_failed_tells_what_is_done_and_what_is_left(facade, world, fault, position):
    ids = known_and_strange(world.videos, 200)
    expected = world.reader.videos.deltas(ids)
    with BreakingProxy(world.still.base_url, fault, at=position) as proxy:
        ca = facade(proxy.url, world.still.api_key, max_retries=0, concurrency=1)
        with pytest.raises(CreatorAuditError) as caught:
            ca.do(lambda ca: ca.videos.deltas(ids))
        done, pending = caught.value.done_ids, caught.value.pending_ids
        assert len(done) == 200 * (position - 1)
        assert [*done, *pending] == list(dict.fromkeys(ids))
        first, rest = (
            ca.do(lambda ca, part=part: ca.videos.deltas(part)) for part in (done, pending)
        )
        ca.close()
    assert {**first, **rest} == expected.by_id
    assert [*first.not_found, *rest.not_found] == list(expected.not_found)
