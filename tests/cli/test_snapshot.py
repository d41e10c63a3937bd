"""`creatoraudit snapshot ...`: what it prints, names and ends with."""

from __future__ import annotations

import datetime as dt
import gc
import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Self

import duckdb
import jsonschema_rs
import pytest

from creatoraudit.cli import _extras
from creatoraudit_sandbox import Sandbox
from support import answers
from support.server import ScriptedServer

if TYPE_CHECKING:
    from .conftest import Here

KEY = "made-up-key"
DAY = "2026-06-15"
SCHEMA = json.loads((files("creatoraudit.snapshot") / "summary.schema.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(
        now=f"{DAY}T12:00:00Z", accounts=6, videos=30, organizations=2, rate_limit=0
    ) as running:
        yield running


def name_them(folder: Path, sandbox: Sandbox, **keys: str) -> None:
    """Write a creatoraudit.toml of two organizations, with the given keys instead of theirs."""
    lines = []
    for name, one in zip(("acme", "globex"), sandbox.organizations, strict=True):
        (folder / f"{name}.key").write_text(keys.get(name, one.api_key))
        lines += [f"[organizations.{name}]", f'key = "file:{name}.key"']
        lines += [f'base_url = "{sandbox.base_url}"']
    (folder / "creatoraudit.toml").write_text("\n".join(lines))


@pytest.fixture
def named(inside: Path, sandbox: Sandbox) -> Path:
    name_them(inside, sandbox)
    return inside


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> str:
    """A root with one day of both organizations."""
    from creatoraudit.snapshot import land, plan

    folder = tmp_path_factory.mktemp("stored")
    name_them(folder, sandbox)
    units = plan(folder / "creatoraudit.toml", day=dt.date.fromisoformat(DAY))
    assert land(units, folder / "history").ok
    return str(folder / "history")


def test_plan_lists_units_without_a_key(here: Here, named: Path) -> None:
    for key in named.glob("*.key"):
        key.unlink()
    ran = here("snapshot", "plan", "--day", DAY, "--window", "7", "--format", "jsonl")
    assert (ran.code, ran.err) == (0, "")
    assert [(one["organization"], one["what"]) for one in ran.jsonl] == [
        (name, what)
        for name in ("acme", "globex")
        for what in ("accounts", "videos", "account-videos", "creators")
    ]
    assert ran.jsonl[1] == {
        "organization": "acme",
        "what": "videos",
        "day": DAY,
        "windows": [7],
        "path": f"videos/snapshot_date={DAY}/organization=acme/part.parquet",
    }
    table = here("snapshot", "plan", "--day", DAY, "--only", "acme", "--what", "videos")
    assert "1, 7, 14, 30" in table.out
    creators = here("snapshot", "plan", "--day", DAY, "--what", "creators")
    assert "–" in creators.out


def test_run_stores_every_list_and_a_rerun_skips_it(here: Here, named: Path) -> None:
    run = ("snapshot", "run", "--to", "history", "--day", DAY, "--what", "videos", "--what")
    collected = gc.get_threshold()
    first = here(*run, "creators")
    assert gc.get_threshold() == collected
    assert first.code == 0, first.err
    assert "Every unit is complete." in first.out
    assert len(list(named.glob("history/*/*/*/part.parquet"))) == 4
    again = here(*run, "creators", "--format", "json")
    assert (again.json["skipped"], again.json["requests"], again.json["rows"] > 0) == (4, 0, True)


def test_summary_follows_its_schema(here: Here, named: Path, sandbox: Sandbox) -> None:
    name_them(named, sandbox, globex="a-key-that-nobody-knows")
    run = ("snapshot", "run", "--to", "history", "--day", DAY, "--what", "account-videos")
    ran = here(*run, "--format", "json")
    jsonschema_rs.validator_for(SCHEMA, validate_formats=True).validate(ran.json)
    assert ran.json["summary_version"] == SCHEMA["properties"]["summary_version"]["const"]
    # It documents each member that there is.
    known = SCHEMA["$defs"]
    assert list(ran.json) == list(SCHEMA["properties"])
    for receipt in ran.json["receipts"]:
        assert set(receipt) == set(known["receipt"]["properties"])
    for failure in ran.json["failures"]:
        assert set(failure) == set(known["failure"]["properties"])
    assert (len(ran.json["receipts"]), len(ran.json["failures"])) == (1, 1)
    assert "a-key-that-nobody-knows" not in ran.out + ran.err


def test_each_failure_is_named_and_the_others_are_stored(
    here: Here, named: Path, sandbox: Sandbox
) -> None:
    name_them(named, sandbox, globex="a-key-that-nobody-knows")
    run = ("snapshot", "run", "--to", "history", "--day", DAY, "--what", "videos")
    ran = here(*run)
    assert ran.code == 1
    assert "1 failed; to read what is missing, run the same command again" in ran.out
    (line,) = [line for line in ran.out.splitlines() if line.startswith("- ")]
    assert line.startswith(f"- globex videos {DAY}: ")
    assert "key" in line
    assert (named / f"history/videos/snapshot_date={DAY}/organization=acme/part.parquet").exists()
    name_them(named, sandbox)
    mended = here(*run, "--format", "json")
    assert (mended.code, mended.json["skipped"], mended.json["units"]) == (0, 1, 2)


def test_two_names_of_one_organization_are_refused(
    here: Here, named: Path, sandbox: Sandbox
) -> None:
    name_them(named, sandbox, globex=sandbox.organizations[0].api_key)
    ran = here("snapshot", "run", "--to", "history", "--day", DAY, "--what", "videos")
    assert ran.code != 0
    assert "acme" in ran.out + ran.err
    assert "globex" in ran.out + ran.err
    assert len(list(named.glob("history/*/*/*/part.parquet"))) < 2


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("run",), "missing option '--to'"),
        (("run", "--to", "x", "--engine", "dask"), "--engine dask and --scheduler go together"),
        (("run", "--to", "x", "--scheduler", "tcp://a:1"), "--scheduler go together"),
        (("run", "--to", "x", "--late", "24h"), "--late must be a time such as 12h or 90m"),
        (("run", "--to", "x", "--late", "soon"), "--late must be a time such as 12h or 90m"),
        (("run", "--to", "x", "--keys", "0"), "--keys"),
        (("run", "--to", "x", "--what", "posts"), "--what must be one of accounts, videos"),
        (("run", "--to", "x", "--only", "nobody"), "has no organization 'nobody'"),
        (("run", "--to", "x", "--config", "none.toml"), "none.toml cannot be read"),
        (("run", "--to", "nowhere://x"), "nowhere"),
        (("plan", "--window", "0"), "--window"),
        (("plan", "--day", "yesterday"), "--day must be a day such as 2026-11-26"),
        (("verify", "x"), "missing option '--day'"),
        (("views", "x", "--dialect", "sqlite"), "--dialect must be one of duckdb, dbt"),
    ],
)
def test_mistake_is_told_on_one_line(here: Here, args: tuple[str, ...], says: str) -> None:
    ran = here("snapshot", *args)
    assert (ran.code, says in ran.complaint) == (2, True), ran.complaint


@pytest.mark.parametrize("args", [("run", "--to", "history"), ("plan",)])
def test_file_that_names_nobody_is_refused(here: Here, inside: Path, args: tuple[str, ...]) -> None:
    (inside / "creatoraudit.toml").write_text("[organizations]\n")
    ran = here("snapshot", *args)
    assert (ran.code, "names no organizations" in ran.complaint) == (2, True)


def test_late_run_takes_the_day_that_was_begun(here: Here, named: Path) -> None:
    ran = here("snapshot", "plan", "--late", "12h", "--only", "acme", "--format", "jsonl")
    assert (ran.code, len(ran.jsonl)) == (0, 4)
    assert named.exists()


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize(
    ("extra", "args"),
    [
        ("snapshot", ("run", "--to", "x")),
        ("dask", ("run", "--to", "x", "--engine", "dask", "--scheduler", "tcp://a:1")),
        ("snapshot", ("verify", "x", "--day", DAY)),
        ("snapshot", ("breakouts", "x", "--day", DAY)),
    ],
)
def test_missing_extra_is_named(
    here: Here, monkeypatch: pytest.MonkeyPatch, extra: str, args: tuple[str, ...]
) -> None:
    monkeypatch.setitem(_extras._MODULES, extra, ("no_such_module",))
    ran = here("snapshot", *args)
    assert ran.code == 2
    assert ran.complaint == (
        f"creatoraudit: this needs the extra {extra!r}; run: pip install 'creatoraudit[{extra}]'"
    )


def test_verify_names_what_is_not_complete(here: Here, stored: str, tmp_path: Path) -> None:
    fine = here("snapshot", "verify", stored, "--day", DAY, "--deep", "--format", "json")
    assert (fine.code, fine.json) == (0, [])
    assert fine.err == f"8 units complete on {DAY}, 0 problems\n"
    for file in Path(stored).rglob("*.*"):
        if file.is_file():
            copy = tmp_path / file.relative_to(stored)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    (tmp_path / f"_receipts/{DAY}/acme.videos.json").unlink()
    broken = here("snapshot", "verify", str(tmp_path), "--day", DAY, "--format", "jsonl")
    assert broken.code == 1
    (problem,) = broken.jsonl
    assert (problem["organization"], problem["what"]) == ("acme", "videos")
    assert broken.err == f"7 units complete on {DAY}, 1 problem\n"
    table = here("snapshot", "verify", str(tmp_path), "--day", DAY)
    assert "acme" in table.out


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-06-14", "the day (UTC) is over"),
        ("2026-06-16", "the day (UTC) has not begun"),
        ("2020-02-29", "allow a run to end after midnight with --late"),
    ],
)
@pytest.mark.usefixtures("named")
def test_day_that_is_not_today_is_told_once_for_a_unit(here: Here, day: str, why: str) -> None:
    ran = here("snapshot", "run", "--to", "h", "--day", day, "--what", "creators", "--only", "acme")
    (line,) = [line for line in ran.out.splitlines() if line.startswith("- ")]
    assert (ran.code, why in line) == (1, True)
    assert line.count(f"acme creators {day}") == 1
    assert "late=" not in line


def test_views_run_in_duckdb(here: Here, stored: str) -> None:
    ran = here("snapshot", "views", stored)
    assert (ran.code, ran.err) == (0, "")
    with duckdb.connect() as db:
        db.execute(ran.out)
        found = db.execute("SELECT DISTINCT organization FROM videos_latest ORDER BY 1").fetchall()
        assert found == [("acme",), ("globex",)]
        assert db.execute("SELECT count(*) FROM creators_vanished").fetchall() == [(0,)]


def test_views_of_one_list_as_dbt_models(here: Here, stored: str, inside: Path) -> None:
    ran = here("snapshot", "views", stored, "--dialect", "dbt", "--what", "videos", "--out", "m")
    assert (ran.code, ran.out, ran.err) == (0, "", "7 files in m\n")
    assert "{{ ref('videos_history') }}" in (inside / "m/videos_latest.sql").read_text()


def test_views_of_a_url_name_every_list(here: Here) -> None:
    ran = here("snapshot", "views", "s3://bucket/history")
    assert "'s3://bucket/history/creators/snapshot_date=*/organization=*/part.parquet'" in ran.out


def test_breakouts_are_those_of_all_organizations(here: Here, stored: str) -> None:
    ran = here("snapshot", "breakouts", stored, "--day", DAY, "--top", "20", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.json["organizations"] == ["acme", "globex"]
    assert {one["organization"] for one in ran.json["breakouts"]} == {"acme", "globex"}
    table = here("snapshot", "breakouts", stored, "--day", DAY, "--by", "outlier")
    assert "organization" in table.out
    assert "posts of 2 organizations considered" in table.out
    rows = here("snapshot", "breakouts", stored, "--day", DAY, "--top", "2", "--format", "csv").csv
    assert [row["rank"] for row in rows] == ["1", "2"]
    assert list(rows[0])[:3] == ["rank", "organization", "id"]


def test_breakouts_name_what_they_leave_out(here: Here, stored: str, tmp_path: Path) -> None:
    for file in Path(stored).rglob("*.*"):
        if file.is_file():
            copy = tmp_path / file.relative_to(stored)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    (tmp_path / f"_receipts/{DAY}/acme.account-videos.json").unlink()
    ran = here("snapshot", "breakouts", str(tmp_path), "--day", DAY, "--format", "json")
    assert ran.code == 1
    assert ran.json["organizations"] == ["globex"]
    assert ran.err.startswith("left out: acme account-videos: ")


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_filters_that_no_stored_post_passes_are_named(here: Here, stored: str, form: str) -> None:
    filters = ("--platform", "tiktok", "--min-views", "9999999999999")
    ran = here("snapshot", "breakouts", stored, "--day", DAY, *filters, "--format", form)
    where = ran.out if form == "table" else ran.err
    said = "No stored posts pass the filters --platform tiktok --min-views 9999999999999"
    assert (ran.code, said in where) == (0, True), ran


@pytest.mark.parametrize(
    ("args", "lacks"),
    [
        ((), "snapshots"),
        (("--what", "videos"), "videos"),
        (("--what", "videos", "--what", "creators"), "videos and creators"),
    ],
)
def test_views_of_what_is_not_stored_are_not_made(
    here: Here, inside: Path, args: tuple[str, ...], lacks: str
) -> None:
    ran = here("snapshot", "views", "history", *args, "--out", "m")
    assert (ran.code, list(inside.iterdir())) == (1, [])
    assert f"'history' has no {lacks}; check the root" in ran.complaint


@pytest.mark.parametrize(
    ("command", "lacks"), [("verify", "snapshots"), ("breakouts", "stored posts")]
)
@pytest.mark.parametrize("root", ["a folder that is not there", ".", "memory://nobody"])
def test_root_without_the_day_is_not_taken_for_a_good_one(
    here: Here, inside: Path, command: str, lacks: str, root: str
) -> None:
    ran = here("snapshot", command, root, "--day", "2026-06-01")
    assert (ran.code, ran.out) == (1, "")
    assert f"{root!r} has no {lacks} of 2026-06-01; check the root and the day" in ran.complaint
    assert list(inside.iterdir()) == []


def test_what_a_reader_of_a_unit_should_know_is_printed(
    here: Here, inside: Path, serve: Callable[..., ScriptedServer]
) -> None:
    """A list longer than it says, and a key that may not POST."""
    posts = [answers.video(number) for number in range(3)]
    found = {one["id"]: {"7d": 5} for one in posts}
    steps = {
        "/whoami": answers.WHOAMI,
        "/videos": answers.page(posts, total_count=2),
        "/videos/deltas": answers.deltas(found, windows=[7]),
    }
    server = serve(
        lambda request: (
            answers.problem(403, "INSUFFICIENT_SCOPE")
            if request.method == "POST"
            else steps[request.path]
        )
    )
    (inside / "key").write_text(KEY)
    named = f'[organizations.acme]\nkey = "file:key"\nbase_url = "{server.url}"\n'
    (inside / "creatoraudit.toml").write_text(named)
    what = ("--what", "videos", "--window", "7", "--late", "1h")
    ran = here("snapshot", "run", "--to", "history", *what)
    assert ran.code == 0, ran.out
    (moved, note) = [line for line in ran.out.splitlines() if line.startswith("acme videos ")]
    assert moved.endswith(": the list changed while it was read")
    assert note.endswith(": the key may not POST, so deltas were fetched by GET")
    again = here("snapshot", "run", "--to", "history", *what)
    assert "the list changed" not in again.out  # told once, by the run that read it


def test_many_failures_are_counted_and_the_first_are_named(here: Here, inside: Path) -> None:
    names = [f"org{number}" for number in range(60)]
    text = "".join(f'[organizations.{name}]\nkey = "file:{name}"\n' for name in names)
    (inside / "creatoraudit.toml").write_text(text)
    ran = here("snapshot", "run", "--to", "history", "--what", "creators")
    assert ran.code == 1
    assert "60 failed; to read what is missing, run the same command again" in ran.out
    assert len([line for line in ran.out.splitlines() if line.startswith("- org")]) == 50
    assert ran.out.endswith("... and 10 more; --format json names all\n")


class _Client:
    """A stand-in for `distributed.Client` whose cluster is this thread, or not there."""

    loop = None

    def __init__(self, address: str) -> None:
        if "nobody" in address:
            raise OSError("timed out")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def submit(self, function: Callable[..., Any], *args: object, key: str) -> Future[Any]:
        assert key
        done: Future[Any] = Future()
        done.release = lambda: None  # type: ignore[attr-defined]  # as those of Dask
        with ThreadPoolExecutor(1) as thread:
            done.set_result(thread.submit(function, *args).result())
        return done


class _Ended(list[Any]):
    """A stand-in for `distributed.as_completed`."""

    def __init__(self, loop: object) -> None:
        assert loop is None
        super().__init__()

    add = list.append


@pytest.fixture
def dask(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command uses of Dask; `nox -s engines` runs units on a real cluster."""
    library: Any = ModuleType("distributed")
    library.Client, library.as_completed = _Client, _Ended
    monkeypatch.setitem(sys.modules, "distributed", library)
    monkeypatch.setitem(_extras._MODULES, "dask", ())


@pytest.mark.usefixtures("dask", "named")
def test_units_run_on_a_dask_cluster(here: Here) -> None:
    run = ("snapshot", "run", "--to", "history", "--day", DAY, "--what", "creators")
    ran = here(*run, "--engine", "dask", "--scheduler", "tcp://127.0.0.1:1", "--format", "json")
    assert (ran.code, ran.json["failures"], len(ran.json["receipts"])) == (0, [], 2)


@pytest.mark.usefixtures("dask", "named")
def test_dask_scheduler_that_is_not_there_is_named(here: Here) -> None:
    at = ("--engine", "dask", "--scheduler", "tcp://nobody:1")
    ran = here("snapshot", "run", "--to", "history", "--day", DAY, *at)
    assert ran.code == 1
    assert "--scheduler tcp://nobody:1: no scheduler responds" in ran.complaint
