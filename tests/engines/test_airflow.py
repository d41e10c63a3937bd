"""The recipe that calls the command line from an Airflow DAG."""

from __future__ import annotations

import pytest

from .conftest import RECIPES, Place

pytest.importorskip("airflow", reason="tried by nox -s engines only")


def test_a_dag_lands_everything(place: Place) -> None:
    root = place.folder / "history"
    place.env |= {
        "AIRFLOW_HOME": str(place.folder / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "false",
        "AIRFLOW__CORE__DAGS_FOLDER": str(place.folder / "dags"),
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "false",
        "SNAPSHOT_ROOT": str(root),
    }
    settled = place.folder / ".config" / "creatoraudit"
    settled.mkdir(parents=True)
    (place.folder / "creatoraudit.toml").rename(settled / "config.toml")
    (place.folder / "keys").rename(settled / "keys")
    (place.folder / "dags").mkdir()
    (place.folder / "dags" / "snapshot.py").write_text((RECIPES / "airflow_dag.py").read_text())
    place.run("airflow", "db", "migrate")
    place.run("airflow", "dags", "reserialize")
    place.run("airflow", "dags", "test", "creatoraudit_snapshot")
    assert len(list(root.rglob("part.parquet"))) == 12
