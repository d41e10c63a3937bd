"""Hundreds of faults on raw sockets, on five jobs, sync and async.

Whatever comes out of the socket, a job ends in time with its right result or with an exception of
ours; the key is in nothing that can be seen; memory stays bounded; a create is carried out once.

By default a part of the faults is tried, another part on each of the two clients;
CREATORAUDIT_TEST_EVERY_CASE, which `nox -s faults` sets, tries all of them.
"""

from __future__ import annotations

import base64
import gc
import logging
import sys
import time
import traceback

import psutil
import pytest

from creatoraudit import AsyncCreatorAudit, CreatorAuditError
from creatoraudit._core import clock
from creatoraudit.export import export
from support import cases
from support.driver import Session
from support.jobs import plain
from support.raw import FAULTS, KEY, RAW, RawProxy

EVERY = 12 if cases.ALL else 40
MEMORY = 200 * 2**20
SLOW_TIMEOUT = 0.2
# No job takes longer on a machine that is busy.
SECONDS = 30


def kinds_of_the_key():
    """The key as it could be written."""
    raw = KEY.encode()
    return [KEY, raw.hex(), *(base64.b64encode(b"x" * n + raw).decode()[4:-4] for n in range(3))]


def listing(ca, _folder, _world):
    return [plain(one) for one in ca.collect(lambda ca: ca.videos.list(limit=5))]


def create(ca, _folder, _world):
    return ca.do(lambda ca: ca.creators.create("The same name")).name


def deltas(ca, _folder, world):
    return plain(ca.do(lambda ca: ca.videos.deltas(world.videos)).by_id)


def breakouts(ca, _folder, _world):
    return [one.video.id for one in ca.do(lambda ca: ca.breakouts(window=7, top=5))]


def exported(ca, folder, _world):
    """A file; asynchronously, where there is no such thing, the list that it would hold."""
    if isinstance(ca.client, AsyncCreatorAudit):
        return [one.id for one in ca.do(lambda ca: ca.account_videos.list(limit=5).to_list())]
    done = export(ca.client, "account-videos", folder / "out.jsonl", overwrite=True)
    return len(done.path.read_text("utf-8").splitlines())


JOBS = {
    "list": listing,
    "create": create,
    "deltas": deltas,
    "breakouts": breakouts,
    "export": exported,
}


def chosen(offset, *, every=EVERY):
    return [name for number, name in enumerate(FAULTS) if number % every == offset % every]


CASES = [
    *(("sync", name) for name in chosen(0, every=1 if cases.ALL else EVERY)),
    *(("asyncio", name) for name in chosen(5, every=1 if cases.ALL else EVERY)),
    *(("trio", name) for name in chosen(9)),
]


@pytest.fixture(scope="module")
def right(world, tmp_path_factory):
    """What the jobs come to undisturbed."""
    folder = tmp_path_factory.mktemp("right")
    results = {}
    for name, job in JOBS.items():
        client = world.writer if name == "create" else world.reader
        results["sync", name] = results["async", name] = job(Session(client, None), folder, world)
    results["async", "export"] = [one.id for one in world.account_videos]
    return results


@pytest.fixture(scope="module")
def memory():
    """The most memory that this process has taken before the first fault."""
    return peak()


def peak():
    if sys.platform == "win32":
        return psutil.Process().memory_info().peak_wset
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def shown(error):
    """Everything that a program, a log or a person may get to see of an exception."""
    headers = getattr(error, "headers", None) or {}
    seen = [str(error), repr(error), repr(vars(error)), repr(dict(headers))]
    return "\n".join([*seen, *traceback.format_exception(error)])


def come_to(facade, world, fault, name, *, on_event, folder):
    """Try a job; its result, or the exception of ours that it ended in."""
    sandbox = world.busy if name == "create" else world.still
    first = 1 if name in ("create", "deltas") else 1 + len(fault) % 2
    proxy = RawProxy(sandbox.base_url, sandbox.api_key, FAULTS[fault], first=first)
    with proxy, clock.skipped_waits():
        ca = facade(
            proxy.url,
            KEY,
            max_retries=1,
            timeout=SLOW_TIMEOUT if FAULTS[fault].slow else 20.0,
            on_event=on_event,
        )
        try:
            return JOBS[name](ca, folder, world)
        except CreatorAuditError as error:
            return error
        finally:
            ca.close()


@pytest.mark.parametrize(("facade", "fault"), CASES, indirect=["facade"])
def test_any_bytes_end_in_a_right_result_or_an_exception_of_ours(facade, world, fault, request):
    wanted = ("right", "memory", "tmp_path", "caplog")
    right, before, folder, caplog = (request.getfixturevalue(name) for name in wanted)
    caplog.set_level(logging.DEBUG, "creatoraudit")
    seen = []
    created = world.count("creators")
    for name in JOBS:
        result = None
        if FAULTS[fault].large:
            gc.collect()  # the exception of the job before holds on to what it was about
        began = time.monotonic()
        result = come_to(facade, world, fault, name, on_event=seen.append, folder=folder)
        elapsed = time.monotonic() - began
        ended = type(result).__name__ if isinstance(result, Exception) else "right"
        request.node.user_properties.append((RAW, f"{facade.kind}|{name}|{ended}|{elapsed}"))
        assert elapsed < SECONDS, name
        if isinstance(result, Exception):
            seen.append(shown(result))
        elif not FAULTS[fault].any_result:
            assert result == right["sync" if facade.portal is None else "async", name], name
    assert world.count("creators") - created == 1
    said = "\n".join([*map(str, seen), caplog.text])
    for form in kinds_of_the_key():
        assert form not in said
    if cases.ALL:  # otherwise other tests have taken and given back memory before
        assert peak() - before < MEMORY


def test_there_are_as_many_faults_as_promised():
    assert len(FAULTS) >= 250
