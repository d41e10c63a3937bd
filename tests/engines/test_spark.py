"""The recipe that runs units on the executors of Spark."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from creatoraudit_sandbox import Sandbox

from .conftest import Place

pytest.importorskip("pyspark", reason="tried by nox -s engines only")


def runs_java() -> bool:
    java = shutil.which("java")
    if java is None:
        return False
    return subprocess.run([java, "-version"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not runs_java(), reason="Spark needs Java 17")
def test_every_list_lands_once_and_is_not_read_again(place: Place, sandbox: Sandbox) -> None:
    place.env |= {
        "PYSPARK_SUBMIT_ARGS": "--master local[2] --conf spark.ui.enabled=false pyspark-shell",
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    place.lands_once("spark_runner.py", sandbox)
