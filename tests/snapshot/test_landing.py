"""Landing of units: complete ones, skipped ones, and failures."""

from __future__ import annotations

import json
import pickle
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import anyio
import pyarrow.parquet as pq
import pytest
from attrs import evolve

from creatoraudit import ContractError, ExportError, UnauthorizedError, UsageError
from creatoraudit.snapshot import (
    DEFAULT_WHAT,
    Failure,
    LocalRunner,
    Receipt,
    Unit,
    attempt,
    land,
    plan,
    run,
    run_async,
    schema,
    verify,
)
from creatoraudit_sandbox import Sandbox
from support import answers
from support.server import Held, Request, Reset

from .conftest import Api, Tenant, files, posts, rows, visible

Start = Callable[..., Api]


def test_every_list_of_every_organization_lands_once(
    sandbox: Sandbox, config: Path, tmp_path: Path
) -> None:
    root = tmp_path / "history"
    units = plan(config)
    done = land(units, root)
    assert done.ok
    assert [receipt.unit for receipt in done.receipts] == units
    assert done.rows == sum(receipt.rows for receipt in done.receipts) == 3 * (4 + 250 + 20)
    found = rows(root, "videos")
    assert len({row["id"] for row in found}) == len(found) == 750
    names = [one.name for one in sandbox.organizations]
    assert {(row["organization"], row["organization_id"]) for row in found} == {
        (one.name, str(one.id)) for one in sandbox.organizations
    }
    assert {unit.organization for unit in units} == set(names)
    for what in DEFAULT_WHAT:
        windows = (1, 7, 14, 30) if what in ("videos", "account-videos") else ()
        file = root / next(unit.path for unit in units if unit.what == what)
        assert pq.read_schema(file).equals(schema(what, windows))
    assert any(row["delta_7d"] for row in found)
    verified = verify(root, units[0].day, deep=True)
    assert verified.ok
    assert len(verified.receipts) == len(units)


def test_complete_units_are_skipped_without_a_request(
    sandbox: Sandbox, config: Path, tmp_path: Path
) -> None:
    units = plan(config, ["accounts", "creators"])
    first = land(units, tmp_path / "history")
    sandbox.requests.clear()
    again = land(units, tmp_path / "history")
    assert len(sandbox.requests) == 0
    assert again.skipped == len(units)
    assert again.receipts == first.receipts
    assert again.requests == 0


def test_a_receipt_tells_how_a_unit_was_read(config: Path, tmp_path: Path) -> None:
    (unit,) = plan(config, ["videos"], [7], only=["org-2"])
    receipt = run(unit, tmp_path)
    stored = json.loads((tmp_path / unit.receipt_path).read_text())
    assert stored == receipt.to_dict()
    assert Receipt.from_dict(stored) == Receipt.from_dict(receipt.to_dict())
    assert (receipt.rows, receipt.total_first, receipt.total_last) == (250, 250, 250)
    assert (receipt.duplicates, receipt.not_found, receipt.moved, receipt.via) == (
        0,
        0,
        False,
        "post",
    )
    assert receipt.began_at <= receipt.ended_at
    footer = pq.read_metadata(tmp_path / unit.path).metadata
    assert footer[b"creatoraudit.attempt"].decode() == receipt.attempt
    observed = {row["observed_at"] for row in rows(tmp_path, "videos")}
    assert len(observed) == 2  # one for each page
    assert all(receipt.began_at <= one <= receipt.ended_at for one in observed)


def test_a_unit_can_be_pickled_and_written_as_json(config: Path) -> None:
    for unit in plan(config):
        assert pickle.loads(pickle.dumps(unit)) == unit
        assert Unit.from_dict(json.loads(json.dumps(unit.to_dict()))) == unit
        assert hash(unit) == hash(pickle.loads(pickle.dumps(unit)))


def test_a_failure_at_a_later_page_leaves_nothing(api: Start, tmp_path: Path) -> None:
    lists = {"videos": [posts(0, 3), posts(3, 3), posts(6, 3)]}
    started = api(acme=Tenant("o-1", lists))
    root = tmp_path / "history"
    (unit,) = plan(started.config, ["videos"])
    for number, failure in enumerate((answers.problem(404, "NOT_FOUND"), Reset())):
        started.tenants["acme"].steps["/videos"] = lambda request, failure=failure: (
            failure if request.query.get("cursor") == ["2"] else None
        )
        done = land([unit], root, runner=LocalRunner(max_retries=0))
        assert not done.ok, number
        assert "part.parquet" not in " ".join(map(str, files(root)))
        assert not (root / unit.receipt_path).exists()
    started.tenants["acme"].steps.clear()
    assert land([unit], root).ok
    assert len(rows(root, "videos")) == 9


def test_a_failure_keeps_what_an_earlier_attempt_left(api: Start, tmp_path: Path) -> None:
    tenant = Tenant("o-1", {"videos": [posts(0, 3)]})
    started = api(acme=tenant)
    root = tmp_path / "history"
    first = run(plan(started.config, ["videos"], [7])[0], root)
    before = visible(root)
    tenant.lists["videos"] = [[*posts(0, 1), answers.video(1, view_count="many")]]
    with pytest.raises(ContractError, match="view_count"):
        run(plan(started.config, ["videos"], [1])[0], root)
    assert visible(root) == before
    assert verify(root, first.unit.day, deep=True).ok


def test_failures_of_some_organizations_do_not_touch_the_others(api: Start, tmp_path: Path) -> None:
    def lists() -> dict[str, list[list[dict[str, object]]]]:
        return {"videos": [posts(0, 3)]}

    started = api(
        bad=Tenant("o-1", lists()),
        drift=Tenant("o-2", {"videos": [[answers.video(1, duration="long")]]}),
        good=Tenant("o-3", lists()),
        lost=Tenant("o-4", lists()),
        quota=Tenant("o-5", lists()),
        slow=Tenant("o-6", lists()),
    )
    (tmp_path / "bad.key").write_text("wrong")
    (tmp_path / "lost.key").unlink()
    started.tenants["quota"].steps["/videos"] = lambda _: answers.problem(403, "QUOTA_EXCEEDED")
    held = Held(answers.page([]))
    started.tenants["slow"].steps["/videos"] = lambda _: held
    ended = []

    def on_done(outcome: Receipt | Failure) -> None:
        ended.append(outcome.unit.organization)
        if len(ended) == 5:
            held.release.set()

    units = plan(started.config, ["videos"])
    runner = LocalRunner(keys=6, max_retries=0, timeout=300)
    done = land(units, tmp_path / "history", runner=runner, on_done=on_done)
    assert ended[-1] == "slow"
    failures = {failure.unit.organization: failure for failure in done.failures}
    assert {name: failure.kind for name, failure in failures.items()} == {
        "bad": "UnauthorizedError",
        "drift": "ContractError",
        "lost": "ConfigurationError",
        "quota": "QuotaExceededError",
    }
    assert "$.data[].duration is a string" in failures["drift"].reason
    assert failures["drift"].request_id == "req-scripted"
    assert "lost.key" in failures["lost"].reason
    assert [receipt.unit.organization for receipt in done.receipts] == ["good", "slow"]
    sent = len(started.server.requests)
    (tmp_path / "lost.key").write_text("key-of-lost")
    again = land(units, tmp_path / "history", runner=runner)
    assert again.skipped == 2
    assert {one.unit.organization for one in again.receipts} == {"good", "lost", "slow"}
    assert not [
        one
        for one in started.server.requests[sent:]
        if one.headers["authorization"] in ("Bearer key-of-good", "Bearer key-of-slow")
    ]


def test_connections_are_of_one_organization_and_stay_open_until_its_last_unit_has_ended(
    api: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No connection expires between two units, however slow this machine is.
    monkeypatch.setattr("httpcore._async.http11.time", SimpleNamespace(monotonic=lambda: 0.0))
    lists = {"videos": [posts(0, 3)], "creators": [[{"id": answers.video_id(1), "name": "A"}]]}
    started = api(acme=Tenant("o-1", lists), globex=Tenant("o-2", lists))
    server = started.server
    closed: list[bool] = []

    def globex_begins(_: Request) -> None:
        closed.extend(one.closed.wait(60) for one in server.connections[:-1])

    started.tenants["globex"].steps["/whoami"] = globex_begins
    units = plan(started.config, ["videos", "creators"])
    assert land(units, tmp_path / "history", runner=LocalRunner(keys=1)).ok
    assert closed
    assert all(closed)
    for name in ("acme", "globex"):
        first, *_, last = (
            one for one in server.requests if one.headers["authorization"].endswith(name)
        )
        assert (first.path, last.path) == ("/whoami", "/creators")
        assert last.connection == first.connection
    assert keys_by_connection(server.requests) == [1] * len(server.connections)
    assert all(one.closed.wait(60) for one in server.connections)


def test_organizations_side_by_side_share_no_connection(api: Start, tmp_path: Path) -> None:
    started = api(**{f"org{n}": Tenant(f"o-{n}", {"videos": [posts(0, 3)]}) for n in range(3)})
    together = threading.Barrier(3)

    def wait(_: Request) -> None:
        together.wait(60)

    for tenant in started.tenants.values():
        tenant.steps |= {"/whoami": wait, "/videos/deltas": wait}
    units = plan(started.config, ["videos"])
    assert land(units, tmp_path / "history", runner=LocalRunner(keys=3)).ok
    assert keys_by_connection(started.server.requests) == [1] * len(started.server.connections)


def keys_by_connection(requests: Sequence[Request]) -> list[int]:
    """How many keys each connection has carried."""
    keys: defaultdict[int, set[str]] = defaultdict(set)
    for one in requests:
        keys[one.connection].add(one.headers["authorization"])
    return [len(sent) for sent in keys.values()]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_unit_runs_in_the_loop_that_is_running(api: Start, tmp_path: Path, backend: str) -> None:
    started = api(acme=Tenant("o-1", {"creators": [[{"id": answers.video_id(1), "name": "A"}]]}))
    (unit,) = plan(started.config, ["creators"])

    async def both() -> tuple[Receipt, Receipt | Failure]:
        receipt = await run_async(unit, tmp_path / "history")
        return receipt, attempt(unit, tmp_path / "history")

    receipt, again = anyio.run(both, backend=backend)
    assert receipt.rows == 1
    assert isinstance(again, Receipt)
    assert again.skipped


def test_an_attempt_returns_its_failure(api: Start, tmp_path: Path) -> None:
    started = api(acme=Tenant("o-1"))
    (tmp_path / "acme.key").write_text("another-key")
    (unit,) = plan(started.config, ["creators"])
    failure = attempt(unit, tmp_path / "history", max_retries=0)
    assert isinstance(failure, Failure)
    assert failure.kind == UnauthorizedError.__name__
    assert pickle.loads(pickle.dumps(failure)) == failure
    assert json.loads(json.dumps(failure.to_dict()))["organization"] == "acme"


@pytest.mark.parametrize(
    ("day", "said"), [(date(2020, 1, 1), "is over"), (date(2100, 1, 1), "has not begun")]
)
def test_a_day_that_is_not_today_cannot_be_read(
    config: Path, tmp_path: Path, day: date, said: str
) -> None:
    (unit, *_) = plan(config, day=day)
    with pytest.raises(UsageError, match=rf"the day \(UTC\) {said}"):
        run(unit, tmp_path / "history")
    assert not (tmp_path / "history").exists()


def test_the_clock_of_the_server_says_which_day_it_is(tmp_path: Path) -> None:
    with Sandbox(now="2026-06-15T23:59:00Z", accounts=2, videos=0, rate_limit=0) as frozen:
        frozen.write_config(tmp_path / "creatoraudit.toml")
        (unit,) = plan(tmp_path / "creatoraudit.toml", ["accounts"], day=date(2026, 6, 15))
        assert run(unit, tmp_path / "history").rows == 2
        frozen.advance(120)
        (again,) = plan(tmp_path / "creatoraudit.toml", ["accounts"], day=date(2026, 6, 15))
        with pytest.raises(UsageError, match="2026-06-16 for the server"):
            run(again, tmp_path / "other")
        assert run(evolve(again, late=timedelta(hours=1)), tmp_path / "other").rows == 2


def test_an_unwritable_root_is_named(config: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (unit,) = plan(config, ["creators"], only=["org-1"])
    with pytest.raises(ExportError, match="file"):
        run(unit, tmp_path / "file")
    with pytest.raises(ExportError, match="file"):
        land([unit], tmp_path / "file")
