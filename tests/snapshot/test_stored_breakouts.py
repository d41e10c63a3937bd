"""Breakouts over stored rows: the ranking is that of the API's clients, merged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from creatoraudit import Breakout, CreatorAudit, UsageError
from creatoraudit.snapshot import StoredBreakouts, breakouts, land, plan
from creatoraudit_sandbox import Sandbox

NOW = "2026-06-15T12:00:00Z"
NAMES = ("acme", "globex", "initech")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Names three organizations of a sandbox that stands still."""
    file = tmp_path_factory.mktemp("config") / "creatoraudit.toml"
    with Sandbox(now=NOW, accounts=12, videos=60, organizations=3, rate_limit=0) as sandbox:
        lines = []
        for name, one in zip(NAMES, sandbox.organizations, strict=True):
            (file.parent / name).write_text(one.api_key)
            lines += [f"[organizations.{name}]", f'key = "file:{name}"']
            lines += [f'base_url = "{sandbox.base_url}"']
        file.write_text("\n".join(lines))
        yield file


@pytest.fixture(scope="module")
def stored(config: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The root and the day of a snapshot of all three."""
    root = tmp_path_factory.mktemp("history")
    units = plan(config, what=["videos", "account-videos"], day=dt.date(2026, 6, 15))
    assert land(units, root).ok
    return root, units[0].day.isoformat()


def merged(config: Path, value: str, top: int, **query: Any) -> list[tuple[str, Breakout]]:
    """What somebody does who asks each organization and puts the posts side by side."""
    found = []
    for name in NAMES:
        with CreatorAudit.for_organization(name, config=config) as client:
            found += [(name, post) for post in client.breakouts(top=1_000, **query)]

    def place(pair: tuple[str, Breakout]) -> tuple[bool, float, str, str]:
        amount = getattr(pair[1], value)
        return (amount is None, -(amount or 0), pair[1].video.id, pair[0])

    return sorted(found, key=place)[:top]


@pytest.mark.parametrize("source", ["videos", "account-videos", "both"])
@pytest.mark.parametrize(
    ("by", "value"), [("views", "delta"), ("growth", "growth"), ("outlier", "outlier")]
)
def test_ranking_is_the_merged_one_of_each_organization(config, stored, source, by, value) -> None:
    root, day = stored
    found = breakouts(root, day, by=by, source=source, top=25)
    expected = merged(config, value, 25, by=by, source=source)
    assert [{**post.to_dict(), "rank": 0, "organization": post.organization} for post in found] == [
        {**post.to_dict(), "rank": 0, "organization": name} for name, post in expected
    ]
    assert [post.rank for post in found] == list(range(1, len(found) + 1))
    assert len({post.organization for post in found}) > 1


@pytest.mark.parametrize(
    "query",
    [
        {"window": 30},
        {"window": 14, "include_partial": True},
        {"platform": "tiktok"},
        {"min_views": 50_000},
    ],
    ids=str,
)
def test_query_means_what_it_means_for_a_client(config, stored, query) -> None:
    root, day = stored
    found = breakouts(root, day, top=15, **query)
    expected = merged(config, "delta", 15, **query)
    assert [(one.organization, one.video.id, one.delta) for one in found] == [
        (name, one.video.id, one.delta) for name, one in expected
    ]


def test_posts_are_counted_as_clients_count_them(config, stored) -> None:
    root, day = stored
    found = breakouts(root, day, source="both")
    considered, skipped = 0, 0
    for name in NAMES:
        with CreatorAudit.for_organization(name, config=config) as client:
            one = client.breakouts(source="both")
            considered += one.considered
            skipped += one.skipped.total
    assert (found.considered, found.skipped.total) == (considered, skipped)
    assert (found.organizations, found.problems) == (NAMES, ())


def test_result_is_data(stored) -> None:
    root, day = stored
    found = breakouts(root, day, top=2)
    assert isinstance(found, StoredBreakouts)
    whole = found.to_dict()
    assert (whole["day"], whole["organizations"], len(found)) == (day, list(NAMES), 2)
    first = next(iter(found))
    assert list(first.to_dict())[:3] == ["rank", "organization", "id"]
    table = found.to_arrow()
    assert table.column_names[:3] == ["rank", "organization", "id"]
    assert first.to_pandas()["organization"].tolist() == [first.organization]


def test_window_that_is_not_stored_is_refused(stored) -> None:
    root, day = stored
    with pytest.raises(UsageError, match=r"window must be one of those stored for .* 1, 7, 14, 30"):
        breakouts(root, day, window=60)


def test_organization_without_one_of_the_lists_is_left_out_and_named(
    stored, tmp_path: Path
) -> None:
    root, day = stored
    copy = tmp_path / "copy"
    for file in root.rglob("*.*"):
        if file.is_file():
            (copy / file.relative_to(root)).parent.mkdir(parents=True, exist_ok=True)
            (copy / file.relative_to(root)).write_bytes(file.read_bytes())
    broken = copy / f"videos/snapshot_date={day}/organization=globex/part.parquet"
    broken.write_bytes(broken.read_bytes()[:100])
    found = breakouts(copy, day, source="both")
    assert found.organizations == ("acme", "initech")
    assert [(one.organization, one.what) for one in found.problems] == [("globex", "videos")]
    assert breakouts(copy, day).organizations == NAMES


def test_file_of_an_older_release_with_fewer_columns_is_ranked(stored, tmp_path: Path) -> None:
    root, day = stored
    name = f"account-videos/snapshot_date={day}/organization=acme/part.parquet"
    receipt = f"_receipts/{day}/acme.account-videos.json"
    for file in (name, receipt):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).write_bytes((root / file).read_bytes())
    table = pq.read_table(root / name, partitioning=None)
    older = table.drop_columns(["description", "platform_account_id", "total_views"])
    assert isinstance(older, pa.Table)
    pq.write_table(older, tmp_path / name)
    (first, *_) = breakouts(tmp_path, day)
    assert (first.organization, first.video.description) == ("acme", None)


def test_root_may_be_a_url(stored) -> None:
    root, day = stored
    memory = fsspec.filesystem("memory")
    memory.put(str(root), "/stored-breakouts", recursive=True)
    try:
        found = breakouts("memory://stored-breakouts", day, top=5)
    finally:
        memory.rm("/stored-breakouts", recursive=True)
    assert found.to_dict() == breakouts(root, day, top=5).to_dict()
