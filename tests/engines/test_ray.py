"""The recipe that runs units as Ray tasks."""

from __future__ import annotations

import pytest

from creatoraudit_sandbox import Sandbox

from .conftest import Place

pytest.importorskip("ray", reason="tried by nox -s engines only")


def test_every_list_lands_once_and_is_not_read_again(place: Place, sandbox: Sandbox) -> None:
    place.env |= {"RAY_USAGE_STATS_ENABLED": "0"}
    place.lands_once("ray_runner.py", sandbox)
