"""The day of a snapshot, and runs that cross midnight."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from creatoraudit import UsageError
from creatoraudit._core import clock
from creatoraudit.snapshot import Unit, land, plan, run
from support import answers

from .conftest import Api, Tenant, files, posts

Start = Callable[..., Api]
HOUR = dt.timedelta(hours=1)


def move(seconds: float) -> None:
    clock.skip(seconds)


@pytest.fixture
def evening() -> Iterator[dt.date]:
    """It is twenty minutes before midnight, UTC; gives the day."""
    with clock.skipped_waits():
        now = dt.datetime.fromtimestamp(clock.wall(), dt.UTC)
        following = dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time(), dt.UTC)
        move((following - now).total_seconds() + 24 * 3600 - 1200)
        yield now.date() + dt.timedelta(days=1)


def two() -> dict[str, Tenant]:
    lists = {"videos": [posts(0, 3), posts(3, 3)]}
    return {"acme": Tenant("o-1", lists), "globex": Tenant("o-2", lists)}


def test_a_run_begun_before_midnight_is_resumed_for_its_day(
    evening: dt.date, api: Start, tmp_path: Path
) -> None:
    started = api(**two())
    root = tmp_path / "history"
    started.tenants["acme"].steps["/videos"] = lambda _: answers.problem(403)

    def again(late: dt.timedelta) -> list[Unit]:
        return plan(started.config, ["videos"], late=late, root=root)

    assert not land(again(HOUR), root).ok
    move(1800)
    tomorrow = evening + dt.timedelta(days=1)
    assert {unit.day for unit in again(dt.timedelta(0))} == {tomorrow}
    units = again(HOUR)
    assert {unit.day for unit in units} == {evening}
    started.tenants["acme"].steps.clear()
    done = land(units, root)
    assert done.ok
    assert done.skipped == 1
    assert {unit.day for unit in again(HOUR)} == {tomorrow}  # there is nothing to resume
    assert (root / f"videos/snapshot_date={evening}/organization=acme/part.parquet").exists()


def test_a_run_is_not_resumed_when_it_is_too_late(
    evening: dt.date, api: Start, tmp_path: Path
) -> None:
    started = api(**two())
    root = tmp_path / "history"
    begun = root / f"_receipts/{evening}/_begun.json"

    def day(late: dt.timedelta) -> dt.date:
        return plan(started.config, ["videos"], late=late, root=root)[0].day

    units = plan(started.config, ["videos"])
    land([], root)
    move(1800)
    tomorrow = evening + dt.timedelta(days=1)
    assert day(HOUR) == tomorrow  # nothing was begun
    begun.parent.mkdir(parents=True)
    begun.write_text("{}")
    assert day(HOUR) == tomorrow
    morning = dt.datetime.combine(evening, dt.time(8), dt.UTC)
    begun.write_text(json.dumps({"begun_at": morning.isoformat()}))
    assert day(HOUR) == tomorrow  # begun long before midnight
    assert day(HOUR * 17) == evening
    move(2 * 3600)
    begun.write_text(json.dumps({"begun_at": f"{evening}T23:30:00+00:00"}))
    assert day(HOUR) == tomorrow
    assert day(HOUR * 3) == evening
    with pytest.raises(UsageError, match=r"the day \(UTC\) is over"):
        run(units[0], root)


def test_a_list_that_is_read_across_midnight_lands_only_if_that_was_allowed(
    evening: dt.date, api: Start, tmp_path: Path
) -> None:
    started = api(**two())

    def later(request: object) -> None:
        if request.query.get("cursor"):  # type: ignore[attr-defined]  # of a scripted server
            move(1800)

    started.tenants["acme"].steps["/videos"] = later
    started.tenants["globex"].steps["/videos"] = later
    strict, *_ = plan(started.config, ["videos"])
    _, allowed = plan(started.config, ["videos"], late=HOUR)
    with pytest.raises(UsageError, match="is over"):
        run(strict, tmp_path / "history", timeout=7200, retry_budget=7200)
    assert [one for one in files(tmp_path / "history") if "part" in one.name] == []
    receipt = run(allowed, tmp_path / "history", timeout=7200, retry_budget=7200)
    assert receipt.unit.day == evening
    assert receipt.ended_at.date() == evening + dt.timedelta(days=1)
    earlier = plan(started.config, ["videos"], day=evening, late=HOUR)
    assert earlier[0].day == evening


@pytest.mark.parametrize("late", [dt.timedelta(days=1), -HOUR, 3600, "1h"])
def test_late_is_less_than_a_day(api: Start, late: object) -> None:
    with pytest.raises(UsageError, match="late must be a timedelta"):
        plan(api(**two()).config, late=late)  # type: ignore[arg-type]  # that is the test
