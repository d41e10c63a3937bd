"""The recipe that runs units on a Dask cluster."""

from __future__ import annotations

import logging

import pytest

from creatoraudit_sandbox import Sandbox

from .conftest import Place

distributed = pytest.importorskip("distributed", reason="tried by nox -s engines only")


def test_every_list_lands_once_and_is_not_read_again(place: Place, sandbox: Sandbox) -> None:
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        silence_logs=logging.ERROR,
    ) as cluster:
        place.lands_once("dask_runner.py", sandbox, cluster.scheduler_address)
