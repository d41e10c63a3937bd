"""The recipe that calls the command line from a Dagster job."""

from __future__ import annotations

import pytest

from .conftest import RECIPES, Place

pytest.importorskip("dagster", reason="tried by nox -s engines only")


def test_a_job_lands_everything(place: Place) -> None:
    (place.folder / "dagster").mkdir()
    (place.folder / "dagster" / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    place.env |= {"DAGSTER_HOME": str(place.folder / "dagster"), "SNAPSHOT_ROOT": "history"}
    recipe = str(RECIPES / "dagster_job.py")
    told = place.run("dagster", "job", "execute", "-f", recipe, "-a", "definitions", "-j", "daily")
    assert "12 units complete" in told
