"""Whose data lands under which name, and that no key is in what is written, sent on or said."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import anyio
import pyarrow.parquet as pq
import pytest

from creatoraudit import ConfigurationError, UsageError, snapshot
from creatoraudit._core.events import WaitEvent
from creatoraudit.snapshot import (
    Failure,
    LocalRunner,
    Receipt,
    Unit,
    attempt,
    by_organization,
    land,
    plan,
    run,
    verify,
)
from creatoraudit.snapshot import _land as lanes
from support import answers

from .conftest import Api, Tenant, files, posts

Start = Callable[..., Api]


def test_two_names_with_one_key_are_both_refused(api: Start, tmp_path: Path) -> None:
    lists = {"creators": [[{"id": answers.video_id(1), "name": "A"}]]}
    started = api(acme=Tenant("o-1", lists), globex=Tenant("o-2", lists), other=Tenant("o-3"))
    (tmp_path / "globex.key").write_text("key-of-acme")
    done = land(plan(started.config, ["creators"]), tmp_path / "history")
    assert [receipt.unit.organization for receipt in done.receipts] == ["other"]
    assert [failure.unit.organization for failure in done.failures] == ["acme", "globex"]
    for failure in done.failures:
        assert "are the same organization; keep one of them" in failure.reason
        assert "acme" in failure.reason
        assert "globex" in failure.reason
    assert started.requests("/creators", "key-of-acme") == []


def test_two_keys_of_one_organization_land_under_one_name(api: Start, tmp_path: Path) -> None:
    lists = {"creators": [[{"id": answers.video_id(1), "name": "A"}]]}
    started = api(acme=Tenant("o-1", lists), globex=Tenant("o-1", lists))
    root = tmp_path / "history"
    units = plan(started.config, ["creators"])
    done = land(units, root, runner=LocalRunner(keys=1))
    assert [receipt.unit.organization for receipt in done.receipts] == ["acme"]
    (failure,) = done.failures
    assert failure.kind == "UsageError"
    assert failure.reason.startswith("acme and globex are the same organization")
    (claimed,) = [one for one in files(root) if one.parent.name == "_organizations"]
    claimed.write_text("what no release wrote")
    assert run(units[1], root).organization_id == "o-1"
    problems = verify(root, units[0].day).problems
    assert {problem.organization for problem in problems} == {"acme", "globex"}


def test_a_key_is_in_nothing_that_a_run_leaves(api: Start, tmp_path: Path) -> None:
    canary = "key-of-canary"
    echo = answers.video(1, description=f"they said {canary}")
    tenant = Tenant("o-1", {"videos": [[echo], posts(2, 2)], "account-videos": [posts(0, 1)]})
    tenant.steps["/account-videos"] = lambda _: answers.problem(403, detail=f"not for {canary}")
    started = api(canary=tenant)
    root = tmp_path / "history"
    units = plan(started.config, ["videos", "account-videos"])
    done = land(units, root, runner=LocalRunner(max_retries=0))
    assert (len(done.receipts), len(done.failures)) == (1, 1)
    said = [
        pickle.dumps([units, done]),
        repr([units, done]).encode(),
        *(one.read_bytes() for one in files(root)),
        repr(pq.read_table(root / units[0].path).to_pylist()).encode(),
    ]
    assert not any(canary.encode() in one for one in said)
    assert b"they said ****" in said[-1]
    assert "not for ****" in done.failures[0].reason


@pytest.mark.parametrize("setting", ["api_key", "base_url", "cache"])
def test_settings_that_have_no_place_in_a_snapshot_are_refused(
    api: Start, tmp_path: Path, setting: str
) -> None:
    (unit,) = plan(api(acme=Tenant("o-1")).config, ["creators"])
    with pytest.raises(UsageError, match=f"do not pass {setting}="):
        LocalRunner(**{setting: "x"})
    failure = attempt(unit, tmp_path, **{setting: "x"})
    assert isinstance(failure, Failure)
    assert failure.kind == "UsageError"


@pytest.mark.parametrize("keys", [0, -1, "2", 1.5, True])
def test_the_number_of_keys_is_checked(keys: object) -> None:
    with pytest.raises(UsageError, match="keys"):
        LocalRunner(keys=keys)  # type: ignore[arg-type]  # that is the test


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"what": ["posts"]}, "what must be one of accounts, videos, account-videos, creators"),
        ({"what": "videos"}, "what must be a list of names"),
        ({"what": 5}, "what must be a list of names"),
        ({"only": "acme"}, "only must be a list of names"),
        ({"windows": [0]}, "window must be between 1 and 365"),
        ({"day": "soon"}, "day"),
    ],
)
def test_a_plan_checks_its_arguments(api: Start, arguments: dict[str, object], told: str) -> None:
    config = api(acme=Tenant("o-1")).config
    with pytest.raises(UsageError, match=told):
        plan(config, **arguments)  # type: ignore[arg-type]  # that is the test


def test_a_plan_takes_the_organizations_that_are_named(api: Start) -> None:
    config = api(acme=Tenant("o-1"), globex=Tenant("o-2"), initech=Tenant("o-3")).config
    units = plan(config, ["creators", "videos", "creators"], (), only=["initech", "acme"])
    assert [unit.name for unit in units] == [
        "initech.creators",
        "initech.videos",
        "acme.creators",
        "acme.videos",
    ]
    assert {unit.windows for unit in units} == {()}
    assert by_organization(units) == [units[:2], units[2:]]
    with pytest.raises(ConfigurationError, match="nobody"):
        plan(config, only=["nobody"])


class Silent:
    """A runner that reports nothing."""

    def run(self, units: object, root: str, on_done: object) -> None:
        """Run nothing."""


def test_a_unit_that_a_runner_forgets_has_failed(api: Start, tmp_path: Path) -> None:
    units = plan(api(acme=Tenant("o-1")).config, ["creators"])
    told: list[Receipt | Failure] = []
    done = land(units, tmp_path, runner=Silent(), on_done=told.append)
    assert list(done.failures) == told
    assert "did not report it" in done.failures[0].reason
    with pytest.raises(UsageError, match=r"acme\.creators is listed twice|listed twice"):
        land([*units, *units], tmp_path)
    with pytest.raises(UsageError, match="units must be a list of units"):
        land(["acme"], tmp_path)  # type: ignore[list-item]  # that is the test


def test_an_exception_of_on_done_ends_the_run(api: Start, tmp_path: Path) -> None:
    units = plan(api(acme=Tenant("o-1"), globex=Tenant("o-2")).config, ["creators"])

    def fail(_: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        land(units, tmp_path, on_done=fail)


def test_an_organization_that_waits_lends_its_lane() -> None:
    async def main() -> list[str]:
        places = lanes.Lanes(1)
        order = []
        entered = anyio.Event()

        async def other(name: str) -> None:
            async with lanes.Lane(places):
                order.append(name)
                entered.set()

        async with anyio.create_task_group() as group, lanes.Lane(places) as waiting:
            group.start_soon(other, "another")
            waiting.lend()
            waiting.lend()
            await entered.wait()
            order.append("the one that waited")
        async with lanes.Lane(places):
            order.append("a third")
        assert places.free.value == 1
        return order

    assert anyio.run(main) == ["another", "the one that waited", "a third"]


def test_waits_are_reported_and_lend_the_lane(
    api: Start, tmp_path: Path, waits: list[float]
) -> None:
    tenant = Tenant("o-1", {"creators": [[{"id": answers.video_id(1), "name": "A"}]]})
    refusals = [answers.problem(429, "RATE_LIMITED", headers={"retry-after": "30"})]
    tenant.steps["/creators"] = lambda _: refusals.pop() if refusals else None
    units = plan(api(acme=tenant).config, ["creators"])
    told: list[WaitEvent] = []
    done = land(units, tmp_path, runner=LocalRunner(keys=1, on_wait=told.append))
    assert done.ok
    assert max(waits) >= 30
    assert told[0].operation == "list_creators"


def test_all_is_exactly_the_public_names() -> None:
    assert dir(snapshot) == sorted(snapshot.__all__)
    assert set(snapshot.__all__) == set(chain(*snapshot._HOMES.values()))
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        snapshot.Nothing  # noqa: B018 - reading it is the test


def test_a_unit_without_a_path_uses_the_file_of_the_machine(
    api: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = api(acme=Tenant("o-1"))
    monkeypatch.chdir(started.config.parent)
    (planned,) = plan(what=["creators"])
    assert planned.config == str(started.config)
    assert run(Unit("acme", "creators", planned.day), tmp_path / "history").rows == 0
