"""Roots, attempts side by side, and what `verify` finds."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fsspec
import pyarrow.parquet as pq
import pytest
from attrs import evolve

from creatoraudit import ConfigurationError, ExportError, UsageError
from creatoraudit.snapshot import LocalRunner, Receipt, Unit, land, plan, run, verify
from creatoraudit.snapshot._place import complete, publish
from creatoraudit.snapshot._roots import LocalRoot, root_of
from support.server import Answer, Request, Reset

from .conftest import Api, Tenant, files, posts, rows

Start = Callable[..., Api]


@pytest.fixture
def memory() -> object:
    """The file system behind `memory://`, empty afterwards."""
    system = fsspec.filesystem("memory")
    yield system
    system.store.clear()
    system.pseudo_dirs[:] = [""]


def tenant() -> Tenant:
    return Tenant("o-1", {"videos": [posts(0, 3), posts(3, 3)]})


def unit_of(started: Api) -> Unit:
    return plan(started.config, ["videos"], [7])[0]


@pytest.mark.parametrize("at_once", [True, False])
def test_units_land_in_a_file_system_of_fsspec(
    api: Start,
    memory: fsspec.AbstractFileSystem,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    at_once: bool,
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    if not at_once:
        monkeypatch.setattr("creatoraudit.snapshot._roots._AT_ONCE", 0)
    started = api(acme=tenant())
    unit = unit_of(started)
    failing = tenant()
    failing.steps["/videos"] = lambda one: Reset() if one.query.get("cursor") else None
    started.tenants["acme"].steps = failing.steps
    assert not land([unit], "memory://history/of", runner=LocalRunner(max_retries=0)).ok
    assert not memory.exists(f"/history/of/{unit.path}")
    failing.steps.clear()
    assert land([unit], "memory://history/of").ok
    assert land([unit], "memory://history/of/").skipped == 1
    with memory.open(f"/history/of/{unit.path}") as file:
        assert pq.read_table(file).num_rows == 6
    assert verify("memory://history/of", unit.day, deep=True).ok
    memory.rm(f"/history/of/{unit.path}")
    (problem,) = verify("memory://history/of", unit.day).problems
    assert problem.path == unit.path
    assert list(tmp_path.glob(".creatoraudit-part.parquet.*")) == []


def test_a_file_system_that_refuses_is_named(api: Start, memory: fsspec.AbstractFileSystem) -> None:
    memory.pipe_file("/taken", b"a file")
    unit = unit_of(api(acme=tenant()))
    with pytest.raises(ExportError, match="cannot write /taken/_receipts"):
        run(unit, "memory://taken")


@pytest.mark.parametrize(
    ("url", "module", "told"),
    [
        ("s3://bucket/history", "s3fs", "s3:// needs s3fs, which is not installed.*install s3fs"),
        ("gs://bucket/history", "gcsfs", "gs:// needs gcsfs, which is not installed"),
        ("s3://bucket/history", "fsspec.core", r"install 'creatoraudit\[snapshot\]'"),
        ("hdfs2://somewhere", None, "cannot be opened"),
    ],
)
def test_a_missing_library_is_named(
    monkeypatch: pytest.MonkeyPatch, url: str, module: str | None, told: str
) -> None:
    if module is not None:
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigurationError, match=told):
        land([], url)


@pytest.mark.parametrize("root", [None, 5, "", "a\0", "\ud800"])
def test_a_root_that_is_none_is_refused(root: object) -> None:
    with pytest.raises(UsageError, match="root"):
        land([], root)  # type: ignore[arg-type]  # that is the test


def test_a_file_url_is_a_local_folder(api: Start, tmp_path: Path) -> None:
    unit = unit_of(api(acme=tenant()))
    assert run(unit, (tmp_path / "my history").as_uri()).rows == 6
    assert (tmp_path / "my history" / unit.path).exists()


def test_two_runs_side_by_side_leave_the_object_of_one(api: Start, tmp_path: Path) -> None:
    started = api(acme=tenant())
    both = threading.Barrier(2, timeout=200)
    first = iter([posts(0, 4), posts(100, 5)])

    def meet(_: Request) -> None:
        both.wait()

    def page(request: Request) -> Answer | None:
        if "cursor" not in request.query:
            started.tenants["acme"].lists["videos"] = [next(first)]
        return None

    started.tenants["acme"].steps = {"/whoami": meet, "/videos": page}
    unit = unit_of(started)
    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(lambda _: run(unit, tmp_path / "history", timeout=300), range(2)))
    found = rows(tmp_path / "history", "videos")
    assert {row["view_count"] for row in found} in (
        set(range(1000, 1004)),
        set(range(1100, 1105)),
    )
    verified = verify(tmp_path / "history", unit.day, deep=True)
    assert verified.ok
    assert verified.receipts[0].attempt in {receipt.attempt for receipt in ended}
    assert [one.name for one in files(tmp_path / "history") if one.suffix == ".tmp"] == []


class Interleaved(LocalRoot):
    """A folder into which another attempt puts its file between file and receipt of the first."""

    def __init__(self, folder: Path, between: list[Callable[[], object]]) -> None:
        super().__init__(folder)
        self._between = between

    def put(self, path: str, part: Path) -> None:
        super().put(path, part)
        if self._between:
            self._between.pop()()


def two_attempts(api: Start, folder: Path) -> tuple[list[Receipt], list[Path]]:
    unit = unit_of(api(acme=tenant()))
    receipts, parts = [], []
    for name in ("one", "two"):
        receipts.append(run(unit, folder / name))
        parts.append(folder / f"{name}.tmp")
        (folder / name / unit.path).rename(parts[-1])
    return receipts, parts


@pytest.mark.parametrize("times", [1, 2, 7])
def test_an_attempt_that_is_overtaken_puts_its_file_in_place_again(
    api: Start, tmp_path: Path, waits: list[float], times: int
) -> None:
    (one, two), (part_of_one, part_of_two) = two_attempts(api, tmp_path)
    (tmp_path / "h" / one.unit.path).parent.mkdir(parents=True)
    plain = LocalRoot(tmp_path / "h")
    root = Interleaved(tmp_path / "h", [lambda: publish(plain, two, part_of_two)] * times)
    assert publish(root, one, part_of_one) == one
    assert len(waits) == times
    assert waits == sorted(waits)
    assert complete(plain, one.unit) == evolve(one, unit=evolve(one.unit, config=None))
    assert verify(tmp_path / "h", one.unit.day, deep=True).ok


def test_without_links_an_overtaken_attempt_is_told_to_run_again(
    api: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one, two), (part_of_one, part_of_two) = two_attempts(api, tmp_path)
    (tmp_path / "h" / one.unit.path).parent.mkdir(parents=True)
    plain = LocalRoot(tmp_path / "h")
    root = Interleaved(tmp_path / "h", [lambda: publish(plain, two, part_of_two)])

    def refuse(*_: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(ExportError, match="other runs keep replacing it"):
        publish(root, one, part_of_one)
    (problem,) = verify(tmp_path / "h", one.unit.day).problems
    assert "another attempt" in problem.problem


def spoil_receipt(root: Path, unit: Unit) -> None:
    (root / unit.receipt_path).write_text('{"receipt_version": 2}')


def spoil_attempt(root: Path, unit: Unit) -> None:
    path = root / unit.receipt_path
    path.write_text(json.dumps(json.loads(path.read_text()) | {"attempt": "0" * 32}))


def truncate(root: Path, unit: Unit) -> None:
    content = (root / unit.path).read_bytes()
    (root / unit.path).write_bytes(content[:-20])


def foreign(root: Path, unit: Unit) -> None:
    table = pq.read_table(root / unit.path).replace_schema_metadata(None)
    pq.write_table(table, root / unit.path)


def lose_file(root: Path, unit: Unit) -> None:
    (root / unit.path).unlink()


def lose_receipt(root: Path, unit: Unit) -> None:
    (root / unit.receipt_path).unlink()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (spoil_receipt, "receipt cannot be read by this release"),
        (spoil_attempt, "its receipt is that of another attempt"),
        (truncate, "is missing, or is not the Parquet file of a snapshot"),
        (foreign, "is missing, or is not the Parquet file of a snapshot"),
        (lose_file, "is missing, or is not the Parquet file of a snapshot"),
        (lose_receipt, "it has no receipt"),
    ],
)
def test_what_is_not_complete_is_named_and_read_again(
    api: Start, tmp_path: Path, spoil: Callable[[Path, Unit], None], told: str
) -> None:
    started = api(acme=tenant(), globex=Tenant("o-2", tenant().lists))
    units = plan(started.config, ["videos"], [7])
    root = tmp_path / "history"
    assert land(units, root).ok
    spoil(root, units[0])
    verified = verify(root, units[0].day.isoformat())
    (problem,) = verified.problems
    assert told in problem.problem
    assert (problem.organization, problem.what) == ("acme", "videos")
    assert [receipt.unit.organization for receipt in verified.receipts] == ["globex"]
    sent = len(started.server.requests)
    again = land(units, root)
    assert again.skipped == 1
    assert {one.headers["authorization"] for one in started.server.requests[sent:]} == {
        "Bearer key-of-acme"
    }
    assert verify(root, units[0].day, deep=True).ok


def test_a_deep_look_finds_a_changed_file(api: Start, tmp_path: Path) -> None:
    unit = unit_of(api(acme=tenant()))
    run(unit, tmp_path)
    content = bytearray((tmp_path / unit.path).read_bytes())
    content[20] ^= 255
    (tmp_path / unit.path).write_bytes(content)
    assert verify(tmp_path, unit.day).ok
    (problem,) = verify(tmp_path, unit.day, deep=True).problems
    assert "it was changed after it was written" in problem.problem


def test_temporary_files_of_killed_attempts_are_cleared_away(api: Start, tmp_path: Path) -> None:
    unit = unit_of(api(acme=tenant()))
    folder = (tmp_path / unit.path).parent
    folder.mkdir(parents=True)
    old, young = folder / ".part.parquet.old.tmp", folder / ".part.parquet.young.tmp"
    old.write_bytes(b"x")
    young.write_bytes(b"x")
    os.utime(old, (0, 0))
    run(unit, tmp_path)
    assert sorted(one.name for one in folder.iterdir()) == [
        ".part.parquet.young.tmp",
        "part.parquet",
    ]


def test_a_folder_that_goes_away_is_a_failure_of_its_unit(api: Start, tmp_path: Path) -> None:
    started = api(acme=tenant())
    unit = unit_of(started)
    folder = (tmp_path / unit.path).parent

    def remove(request: Request) -> None:
        if request.query.get("cursor"):
            folder.rmdir()

    started.tenants["acme"].steps["/videos"] = remove
    with pytest.raises(ExportError, match=r"part\.parquet"):
        run(unit, tmp_path)


def test_a_file_that_goes_away_before_it_is_complete_is_a_failure(
    api: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("creatoraudit.snapshot._part.GROUP_ROWS", 3)
    started = api(acme=tenant())
    unit = unit_of(started)

    def remove(request: Request) -> None:
        if request.query.get("limit") == ["1"]:  # asks for the length at last
            for left in (tmp_path / unit.path).parent.iterdir():
                left.unlink()

    started.tenants["acme"].steps["/videos"] = remove
    with pytest.raises(ExportError, match=r"part\.parquet"):
        run(unit, tmp_path)
    assert not (tmp_path / unit.path).exists()


def test_a_file_that_is_not_a_receipt_is_left_alone(api: Start, tmp_path: Path) -> None:
    unit = unit_of(api(acme=tenant()))
    land([unit], tmp_path)
    (tmp_path / "_receipts" / unit.day.isoformat() / "notes.txt").write_text("mine")
    assert verify(tmp_path, unit.day).ok
    with pytest.raises(UsageError, match="day"):
        verify(tmp_path, "yesterday")


def test_a_root_of_a_path_with_a_tilde_is_the_home(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    assert root_of("~/history").location == str(tmp_path / "history")
