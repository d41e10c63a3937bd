"""The recipe that calls the command line from a Prefect flow."""

from __future__ import annotations

import pytest

from .conftest import Place

pytest.importorskip("prefect", reason="tried by nox -s engines only")


def test_a_flow_lands_everything_and_fails_where_a_unit_fails(place: Place) -> None:
    place.env |= {
        "PREFECT_HOME": str(place.folder / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "600",  # on a busy machine
    }
    assert "12 units complete" in place.recipe("prefect_flow.py", "history")
    (place.folder / "keys" / "org-2").write_text("wrong")
    # The same task without its pauses between tries.
    code = (
        "import prefect_flow as recipe;"
        "recipe.snapshot = recipe.snapshot.with_options(retries=0);"
        "recipe.daily('other')"
    )
    told = place.run("python", "-c", code, code=1)
    assert '"failed":4' in told.replace(" ", "")
