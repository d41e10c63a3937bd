"""The recipe that loads posts into DuckDB with dlt."""

from __future__ import annotations

import datetime as dt
import sys
from typing import Any

import duckdb
import pytest

from creatoraudit import CreatorAudit

from .conftest import Place

pytest.importorskip("dlt", reason="tried by nox -s engines only")

DAYS = (dt.date(2026, 6, 14), dt.date(2026, 6, 15))


def load(place: Place, day: dt.date) -> None:
    code = f"import datetime, dlt_duckdb; dlt_duckdb.load(datetime.date.fromisoformat('{day}'))"
    place.run(sys.executable, "-c", code)


def rows(place: Place, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(place.folder / "history.duckdb"), read_only=True) as db:
        found: list[tuple[Any, ...]] = db.execute(sql).fetchall()
    return found


COUNTS = """
    SELECT snapshot_date, organization, count(*), count(DISTINCT id)
    FROM creatoraudit.videos GROUP BY ALL ORDER BY ALL
"""


def test_two_days_and_a_rerun_leave_every_post_once_a_day(place: Place) -> None:
    names = ["org-1", "org-2", "org-3"]
    load(place, DAYS[0])
    with CreatorAudit.for_organization("org-1", config=place.folder / "creatoraudit.toml") as ca:
        gone = str(next(iter(ca.videos.list())).id)
        ca.videos.delete(gone)
    load(place, DAYS[1])
    first = [(DAYS[0], name, 250, 250) for name in names]
    second = [(DAYS[1], name, *([249] * 2 if name == "org-1" else [250] * 2)) for name in names]
    assert rows(place, COUNTS) == first + second
    load(place, DAYS[1])
    assert rows(place, COUNTS) == first + second
    found = rows(place, f"SELECT snapshot_date FROM creatoraudit.videos WHERE id = '{gone}'")
    assert found == [(DAYS[0],)]


def test_it_runs_as_a_script_for_today(place: Place) -> None:
    place.recipe("dlt_duckdb.py")
    place.recipe("dlt_duckdb.py")
    assert {row[2:] for row in rows(place, COUNTS)} == {(250, 250)}
