"""The SQL views over stored snapshots, run by duckdb itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from creatoraudit import UsageError, snapshot
from creatoraudit._results.lists import ListName
from creatoraudit.snapshot import DEFAULT_WHAT, _views

MORNING = dt.datetime(2026, 6, 14, 6, tzinfo=dt.UTC)


@pytest.fixture
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def store(
    root: Path,
    day: str,
    organization: str,
    *rows: Mapping[str, object],
    what: ListName = "videos",
    without: tuple[str, ...] = (),
) -> None:
    """Store rows as a unit does, without the columns that an older release did not know."""
    schema = snapshot.schema(what, windows=[7] if "videos" in what else ())
    schema = pa.schema([field for field in schema if field.name not in without])
    folder = root / what / f"snapshot_date={day}" / f"organization={organization}"
    folder.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(list(rows), schema), folder / "part.parquet")


def post(name: str, views: int | None, hours: int | None = 0, **more: object) -> dict[str, object]:
    refreshed = None if hours is None else MORNING + dt.timedelta(hours=hours)
    return {"id": name, "view_count": views, "last_scrape_time": refreshed, **more}


def use(
    db: duckdb.DuckDBPyConnection,
    root: Path | str,
    *what: ListName,
    dialect: _views.Dialect = "duckdb",
) -> None:
    """Make the views as their users do."""
    made = _views.views(str(root), dialect, what or ["videos"])
    if dialect == "duckdb":
        db.execute(_views.as_text(made, dialect))
    else:
        templates = jinja2.Environment(autoescape=False)  # as dbt reads its models
        given: dict[str, Any] = {"ref": lambda name: f'"{name}"', "config": lambda **_: ""}
        for view in made:
            model = templates.from_string(_views.statement(view, dialect)).render(**given)
            db.execute(f'CREATE VIEW "{view.name}" AS {model}')


def rows(db: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return db.execute(query).fetchall()


def stored_days(root: Path) -> Path:
    """Two organizations: one without a second day, posts that vanish, fall and stand still.

    The ids are those of both organizations, as each has its own.
    """
    store(root, "2026-06-12", "acme", post("a", 100), post("gone", 7), post("never", 0, None))
    store(root, "2026-06-12", "globex", post("a", 9_000))
    store(
        root, "2026-06-13", "acme", post("a", 160, 24), post("gone", 8, 24), post("never", 0, None)
    )
    store(root, "2026-06-15", "acme", post("a", 400, 72), post("never", 0, None), post("new", 5))
    store(root, "2026-06-15", "globex", post("a", 8_999, 24))
    store(
        root, "2026-06-16", "acme", post("a", 400, 72), post("never", 1, 90), post("new", None, 90)
    )
    return root


@pytest.mark.parametrize("dialect", _views.DIALECTS)
def test_latest_is_the_last_stored_day_of_each_organization(db, tmp_path, dialect) -> None:
    use(db, stored_days(tmp_path), dialect=dialect)
    found = "SELECT organization, snapshot_date::VARCHAR, id FROM videos_latest ORDER BY ALL"
    assert rows(db, found) == [
        ("acme", "2026-06-16", "a"),
        ("acme", "2026-06-16", "never"),
        ("acme", "2026-06-16", "new"),
        ("globex", "2026-06-15", "a"),
    ]


@pytest.mark.parametrize("dialect", _views.DIALECTS)
def test_history_has_each_stored_row_once(db, tmp_path, dialect) -> None:
    use(db, stored_days(tmp_path), dialect=dialect)
    assert rows(db, "SELECT count(*) FROM videos_history") == [(14,)]
    one = "SELECT view_count FROM videos_history WHERE organization = 'acme' AND id = 'a'"
    assert rows(db, f"{one} ORDER BY snapshot_date") == [(100,), (160,), (400,), (400,)]


@pytest.mark.parametrize("dialect", _views.DIALECTS)
def test_daily_change_is_spread_over_the_days_that_are_missing(db, tmp_path, dialect) -> None:
    use(db, stored_days(tmp_path), dialect=dialect)
    changes = (
        "SELECT day(snapshot_date), days, view_count_change, view_count_per_day, refreshed"
        " FROM videos_daily_change WHERE organization = '{}' AND id = '{}' ORDER BY snapshot_date"
    )
    assert rows(db, changes.format("acme", "a")) == [
        (12, None, None, None, None),
        (13, 1, 60, 60.0, True),
        (15, 2, 240, 120.0, True),
        (16, 1, 0, 0.0, False),
    ]
    assert rows(db, changes.format("globex", "a")) == [
        (12, None, None, None, None),
        (15, 3, -1, -1 / 3, True),
    ]
    # A total that is not known has no change.
    assert rows(db, changes.format("acme", "new"))[1] == (16, 1, None, None, True)


@pytest.mark.parametrize("dialect", _views.DIALECTS)
def test_posts_that_were_not_refreshed(db, tmp_path, dialect) -> None:
    use(db, stored_days(tmp_path), dialect=dialect)
    found = "SELECT day(snapshot_date), id FROM videos_not_refreshed ORDER BY ALL"
    assert rows(db, found) == [(12, "never"), (13, "never"), (15, "never"), (16, "a")]


@pytest.mark.parametrize("dialect", _views.DIALECTS)
def test_vanished_posts_and_the_day_since_when(db, tmp_path, dialect) -> None:
    use(db, stored_days(tmp_path), dialect=dialect)
    found = (
        "SELECT organization, id, day(snapshot_date), day(missing_since), view_count"
        " FROM videos_vanished"
    )
    assert rows(db, found) == [("acme", "gone", 13, 15, 8)]


def test_posts_of_a_list_that_is_empty_now_have_vanished(db, tmp_path: Path) -> None:
    store(tmp_path, "2026-06-12", "acme", post("a", 100), post("b", 7))
    store(tmp_path, "2026-06-13", "acme")
    use(db, tmp_path)
    assert rows(db, "SELECT id FROM videos_latest") == []
    assert rows(db, "SELECT id FROM videos_vanished ORDER BY id") == [("a",), ("b",)]


def test_post_that_came_back_has_not_vanished(db, tmp_path: Path) -> None:
    for day, there in (("12", True), ("13", False), ("14", True)):
        store(tmp_path, f"2026-06-{day}", "acme", *([post("a", 1)] if there else []))
    use(db, tmp_path)
    assert rows(db, "SELECT id FROM videos_vanished") == []
    assert rows(db, "SELECT days FROM videos_daily_change ORDER BY days") == [(2,), (None,)]


@pytest.mark.parametrize("total", ["view_count", "like_count", "saved_count", "total_plays"])
def test_falling_totals(db, tmp_path: Path, total: str) -> None:
    store(tmp_path, "2026-06-12", "acme", post("a", 5) | {total: 10}, post("b", 1) | {total: 10})
    store(tmp_path, "2026-06-13", "acme", post("a", 5) | {total: 9}, post("b", 1) | {total: 11})
    use(db, tmp_path)
    assert rows(db, f"SELECT id, {total}_change FROM videos_falling_totals") == [("a", -1)]


def test_folder_of_an_older_release_stays_readable(db, tmp_path: Path) -> None:
    store(tmp_path, "2026-06-12", "acme", {"id": "a"}, without=("saved_count", "organization_id"))
    store(tmp_path, "2026-06-13", "acme", post("a", 3, saved_count=2))
    use(db, tmp_path)
    found = "SELECT saved_count, view_count FROM videos_history ORDER BY snapshot_date"
    assert rows(db, found) == [(None, None), (2, 3)]


def test_column_that_no_stored_file_has_is_null(db, tmp_path: Path) -> None:
    store(tmp_path, "2026-06-12", "acme", {"id": "a"}, without=("saved_count", "total_plays"))
    store(tmp_path, "2026-06-13", "acme", {"id": "a"}, without=("saved_count",))
    use(db, tmp_path)
    found = "SELECT saved_count, typeof(saved_count) FROM videos_latest"
    assert rows(db, found) == [(None, "BIGINT")]
    assert rows(db, "SELECT saved_count_change FROM videos_daily_change") == [(None,), (None,)]


def test_column_of_a_newer_release_and_deltas_of_any_window_are_there(db, tmp_path: Path) -> None:
    store(tmp_path, "2026-06-12", "acme", post("a", 3, delta_7d=2))
    file = tmp_path / "videos/snapshot_date=2026-06-13/organization=acme/part.parquet"
    file.parent.mkdir(parents=True)
    pq.write_table(pa.table({"id": ["a"], "reach": [40], "delta_90d": [30]}), file)
    use(db, tmp_path)
    found = "SELECT delta_7d, delta_90d, reach FROM videos_history ORDER BY snapshot_date"
    assert rows(db, found) == [(2, None, None), (None, 30, 40)]


@pytest.mark.parametrize("what", DEFAULT_WHAT)
def test_every_list_has_views(db, tmp_path: Path, what: ListName) -> None:
    for day in ("2026-06-12", "2026-06-13"):
        store(tmp_path, day, "acme", {"id": "a"}, what=what)
    use(db, tmp_path, what)
    named = what.replace("-", "_")
    made = {name for (name,) in rows(db, "SELECT view_name FROM duckdb_views() WHERE NOT internal")}
    always = {f"{named}_{kind}" for kind in ("days", "history", "latest", "vanished")}
    assert made >= always
    assert (f"{named}_falling_totals" in made) == ("videos" in what)
    assert (f"{named}_daily_change" in made) == (what != "creators")
    for name in made:
        rows(db, f"SELECT * EXCLUDE ({', '.join(_times(db, name)) or 'organization'}) FROM {name}")


def _times(db: duckdb.DuckDBPyConnection, view: str) -> list[str]:
    """Columns that duckdb gives to Python only with another library."""
    columns = rows(db, f"SELECT column_name, column_type FROM (DESCRIBE {view})")
    return [name for name, kind in columns if kind == "TIMESTAMP WITH TIME ZONE"]


AWKWARD = [
    "it's",
    "'); DROP TABLE posts; --",
    'a "b"',
    "[ab]*?",
    "{{ config() }} {% raw %}{# x #}",
    "${HOME} $1 %s",
    "line\nbreak -- x",
    "größe 日本",
]


@pytest.mark.parametrize("dialect", _views.DIALECTS)
@pytest.mark.parametrize("name", AWKWARD)
def test_path_is_read_as_it_is_spelled(db, tmp_path: Path, name: str, dialect) -> None:
    for folder in (name, "ab", "aX"):  # what a pattern in the name would find too
        store(tmp_path / folder, "2026-06-12", "acme", post(folder, 1))
    use(db, tmp_path / name, dialect=dialect)
    assert rows(db, "SELECT id FROM videos_latest") == [(name,)]


def test_folder_that_duckdb_cannot_read_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot read the folder"):
        _views.views("a\\\\b" if Path("a\\b").name == "a\\b" else "a\0b", "duckdb")


def test_urls_stay_as_they_are() -> None:
    (days, *_) = _views.views("s3://bucket//key/", "duckdb", ["videos"])
    assert "'s3://bucket//key/videos/snapshot_date=*" in days.sql


@pytest.mark.parametrize(
    ("dialect", "what", "said"),
    [("sqlite", ["videos"], "dialect must be one of"), ("dbt", ["posts"], "what must be one of")],
)
def test_unknown_words_are_refused(dialect: Any, what: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        _views.views("history", dialect, what)
