"""Snapshots on the workers of a real Dask cluster, of which workers are killed.

Run by `nox -s engines`.
"""

from __future__ import annotations

import json
import logging
import os
import pickle
import signal
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from creatoraudit import ConfigurationError, UsageError
from creatoraudit.snapshot import DaskRunner, Failure, land, plan, verify
from creatoraudit_sandbox import Sandbox
from support import answers
from support.server import Held, Request, Step

from ..conftest import Api, Tenant, posts, rows

distributed = pytest.importorskip("distributed", reason="tried by nox -s engines only")

Start = Callable[..., Api]
posix = pytest.mark.skipif(sys.platform == "win32", reason="it kills by a signal")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A scheduler and two workers, as processes, with a dashboard."""
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.ERROR,
    ) as running:
        yield running


@pytest.fixture
def client(cluster: Any) -> Iterator[Any]:
    with distributed.Client(cluster) as client:
        client.wait_for_workers(2)
        yield client


def pids(client: Any) -> dict[str, int]:
    """Process of each worker, by its address."""
    found: dict[str, int] = client.run(os.getpid)
    return found


def held_once(held: Held) -> Callable[[Request], Step | None]:
    """Holds the first request back and answers the others."""
    first = threading.Lock()
    return lambda _: held if first.acquire(blocking=False) else None


def test_every_list_lands_once_and_is_not_read_again(
    client: Any, sandbox: Sandbox, config: Path, tmp_path: Path
) -> None:
    units = plan(config)
    seen: list[object] = []
    done = land(units, tmp_path / "history", runner=DaskRunner(client), on_done=seen.append)
    assert done.ok
    assert [receipt.unit for receipt in done.receipts] == units
    assert len(seen) == len(units)
    found = rows(tmp_path / "history", "videos")
    assert len({row["id"] for row in found}) == len(found) == 750
    assert verify(tmp_path / "history", units[0].day, deep=True).ok
    sandbox.requests.clear()
    again = land(units, tmp_path / "history", runner=DaskRunner(client))
    assert (again.skipped, len(sandbox.requests)) == (len(units), 0)
    # Another root is another matter, although the units are the same.
    other = land(units, tmp_path / "other", runner=DaskRunner(client))
    assert (other.ok, other.skipped) == (True, 0)


def test_the_units_of_an_organization_run_one_after_another(
    client: Any, api: Start, tmp_path: Path
) -> None:
    held = Held(answers.page([]))
    acme = Tenant("1", {"videos": [posts(1, 3)]}, steps={"/accounts": held_once(held)})
    running = api(acme=acme, globex=Tenant("2", {"videos": [posts(1, 3)]}))
    units = plan(running.config, ["accounts", "videos"], [])
    with ThreadPoolExecutor() as threads:
        ended = threading.Semaphore(0)
        landing = threads.submit(
            land,
            units,
            tmp_path / "history",
            runner=DaskRunner(client),
            on_done=lambda _: ended.release(),
        )
        assert held.reached.wait(240)
        for _ in range(2):  # both of globex
            assert ended.acquire(timeout=240)
        assert not running.requests("/videos", "key-of-acme")
        held.release.set()
        assert landing.result(240).ok


@posix
@pytest.mark.parametrize("killed", ["busy", "idle"])
def test_a_killed_worker_costs_nothing_that_has_a_receipt(
    client: Any, api: Start, tmp_path: Path, killed: str
) -> None:
    held = Held(answers.page(posts(1, 3)))
    running = api(
        acme=Tenant("1", {"videos": [posts(1, 3)]}, steps={"/videos": held_once(held)}),
        globex=Tenant("2", {"videos": [posts(1, 5)]}),
    )
    units = plan(running.config, ["accounts", "videos"], [])
    with ThreadPoolExecutor() as threads:
        ended: list[object] = []

        def complete() -> list[str]:
            """What was asked for the units that have receipts before the kill."""
            theirs = running.requests("/accounts", "key-of-acme")
            for path in ("/accounts", "/videos"):
                theirs += running.requests(path, "key-of-globex")
            return [f"{one.headers['authorization']} {one.target}" for one in theirs]

        enough = threading.Semaphore(0)

        def on_done(outcome: object) -> None:
            ended.append(outcome)
            enough.release()

        root = tmp_path / "history"
        landing = threads.submit(land, units, root, runner=DaskRunner(client), on_done=on_done)
        assert held.reached.wait(240)
        for _ in range(3):  # all but the unit that is held back
            assert enough.acquire(timeout=240)
        before = complete()
        (busy,) = [address for address, tasks in client.processing().items() if tasks]
        (idle,) = set(pids(client)) - {busy}
        os.kill(pids(client)[busy if killed == "busy" else idle], signal.SIGKILL)
        if killed == "idle":
            held.release.set()
        done = landing.result(240)
        held.release.set()
    assert done.ok
    assert len(ended) == len(units)
    assert verify(root, units[0].day, deep=True).ok
    found = rows(root, "videos")
    assert len(found) == len({(row["organization"], row["id"]) for row in found}) == 8
    assert complete() == before
    client.wait_for_workers(2)


def test_an_old_error_is_not_returned_and_no_key_is_anywhere(
    cluster: Any, client: Any, api: Start, tmp_path: Path
) -> None:
    running = api(acme=Tenant("1", {"videos": [posts(1, 3)]}))
    secret = tmp_path / "acme.key"
    secret.write_text("wrong-key-canary")
    units = plan(running.config, ["videos"])
    runner = DaskRunner(client, max_retries=0)
    failed = land(units, tmp_path / "history", runner=runner)
    assert [one.kind for one in failed.failures] == ["UnauthorizedError"]
    secret.write_text("key-of-acme")
    done = land(units, tmp_path / "history", runner=runner)
    assert done.ok

    def graph(dask_scheduler: Any) -> str:
        tasks = dask_scheduler.tasks.values()
        return repr([(task.key, task.run_spec) for task in tasks]) + repr(
            dask_scheduler.get_events()
        )

    address = cluster.dashboard_link.rpartition("/")[0]
    told = [
        pickle.dumps([units, failed, done]).decode("latin-1"),
        client.run_on_scheduler(graph),
        repr(client.get_worker_logs()),
        repr(client.get_scheduler_logs()),
        *(one.reason for one in failed.failures),
        *(
            urllib.request.urlopen(f"{address}/{page}").read().decode()
            for page in ("info/main/workers.html", "json/counts.json", "metrics")
        ),
        *(
            path.read_bytes().decode("latin-1")
            for path in (tmp_path / "history").rglob("*")
            if path.is_file()
        ),
    ]
    for text in told:
        assert "canary" not in text
        assert "key-of-acme" not in text


def test_units_that_no_worker_can_run_are_failures(config: Path, tmp_path: Path) -> None:
    units = plan(config, ["accounts", "creators"])
    with (
        distributed.LocalCluster(
            n_workers=1,
            processes=False,
            host="127.0.0.1",
            protocol="tcp",
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        runner = DaskRunner(client)

        def gone(_: object) -> None:
            client.close()

        done = land(units, tmp_path / "history", runner=runner, on_done=gone)
    assert len(done.receipts) + len(done.failures) == len(units)
    assert done.failures
    assert all("Dask could not run it" in one.reason for one in done.failures)
    again = land(units, tmp_path / "history")
    assert again.ok


class Unpicklable:
    def __reduce__(self) -> str:
        raise TypeError("it cannot be pickled")


def test_what_cannot_be_sent_is_a_failure_of_each_unit(
    client: Any, config: Path, tmp_path: Path
) -> None:
    units = plan(config, ["accounts"])
    done = land(units, tmp_path, runner=DaskRunner(client, on_event=Unpicklable()))
    assert {type(one) for one in done.failures} == {Failure}
    assert {one.unit for one in done.failures} == set(units)


def test_ctrl_c_cancels_what_has_not_begun(client: Any, config: Path, tmp_path: Path) -> None:
    units = plan(config, ["accounts", "creators"])

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        land(units, tmp_path / "history", runner=DaskRunner(client), on_done=interrupted)
    assert land(units, tmp_path / "history", runner=DaskRunner(client)).ok


@pytest.mark.parametrize("refused", ["api_key", "base_url", "cache"])
def test_settings_that_belong_to_an_organization_never_reach_the_graph(
    client: Any, refused: str
) -> None:
    with pytest.raises(UsageError, match=f"do not pass {refused}="):
        DaskRunner(client, **{refused: "key-canary"})


@pytest.mark.parametrize("given", ["tcp://10.0.0.1:8786", None, object()])
def test_anything_but_a_client_is_refused(given: object) -> None:
    with pytest.raises(UsageError, match=r"must be a distributed\.Client"):
        DaskRunner(given)


def test_a_missing_dask_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'creatoraudit\[dask\]'"):
        DaskRunner(object())


def test_the_command_runs_on_a_cluster(
    cluster: Any, config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from creatoraudit.cli._app import run

    root = str(tmp_path / "history")
    at = ["--engine", "dask", "--scheduler", cluster.scheduler_address, "--late", "1h"]
    args = ["snapshot", "run", "--to", root, "--config", str(config), "--format", "json", *at]
    assert run(args) == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["ok"], summary["units"], summary["skipped"]) == (True, 12, 0)
