"""Snapshots in a bucket, on moto's server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from creatoraudit.snapshot import plan
from creatoraudit_sandbox import Sandbox
from support import answers
from support.server import Held, Request

from ..snapshot.conftest import Api, Tenant, api, posts
from .conftest import RECIPES, Place

pytest.importorskip("s3fs", reason="tried by nox -s engines only")
pytest.importorskip("moto", reason="tried by nox -s engines only")

__all__ = ["api"]  # a fixture
ROOT = "s3://acme-history/creatoraudit"
SUBTREE = "acme-history/creatoraudit"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The address of a server that behaves like S3."""
    code = (
        "import sys; from moto.server import ThreadedMotoServer as Server;"
        "server = Server('127.0.0.1', 0, verbose=False); server.start();"
        "print(*server.get_host_and_port(), sep=':', flush=True); sys.stdin.read(); server.stop()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdin
        assert server.stdout
        yield f"http://{server.stdout.readline().strip()}"
        server.stdin.close()


@pytest.fixture
def bucket(place: Place, endpoint: str) -> Iterator[Any]:
    """The file system of s3fs, with an empty bucket in it."""
    import s3fs

    place.env |= {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    system = s3fs.S3FileSystem(
        endpoint_url=endpoint, key="testing", secret="testing", use_listings_cache=False
    )
    system.mkdir("acme-history")
    yield system
    system.rm("acme-history", recursive=True)


def test_lists_land_in_a_bucket_once(place: Place, sandbox: Sandbox, bucket: Any) -> None:
    recipe = str(RECIPES / "s3.sh")
    assert "12 units complete" in place.run("sh", "-e", recipe)
    stored = bucket.find(SUBTREE)
    assert len([path for path in stored if path.endswith("/part.parquet")]) == 12
    sandbox.requests.clear()
    assert "12 units complete" in place.run("sh", "-e", recipe)
    assert not len(sandbox.requests)
    assert bucket.find(SUBTREE) == stored


@pytest.mark.skipif(sys.platform == "win32", reason="it kills by a signal")
def test_a_killed_run_leaves_nothing_visible(
    place: Place, bucket: Any, api: Callable[..., Api]
) -> None:
    held = Held(answers.page(posts(1, 3)))
    steps = [held]

    def on_second_page(request: Request) -> Held | None:
        return steps.pop() if steps and request.query.get("cursor") else None

    lists = {"videos": [posts(1, 3), posts(4, 3)]}
    running = api(acme=Tenant("1", lists, steps={"/videos": on_second_page}))
    command = ("creatoraudit", "snapshot", "run", "--config", str(running.config), "--to", ROOT)
    (unit,) = plan(running.config, ["videos"], [])
    with subprocess.Popen(
        [*command, "--what", "videos"],
        cwd=place.folder,
        env=place.env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as killed:
        assert held.reached.wait(240)
        killed.kill()
    held.release.set()
    assert not bucket.exists(f"{SUBTREE}/{unit.path}")
    assert not bucket.exists(f"{SUBTREE}/{unit.receipt_path}")
    place.run(*command, "--what", "videos")
    assert bucket.exists(f"{SUBTREE}/{unit.path}")
    verified = ("creatoraudit", "snapshot", "verify", ROOT, "--deep", "--day", str(unit.day))
    assert "0 problems" in place.run(*verified)


@pytest.mark.usefixtures("bucket")
def test_a_file_larger_than_one_part_lands_too(place: Place) -> None:
    """It is uploaded in parts, and appears when all of them are there."""
    code = (
        "import sys; from creatoraudit.snapshot import _roots, land, plan, verify;"
        "_roots._AT_ONCE = 0; done = land(plan(what=['videos']), sys.argv[1]);"
        "assert verify(sys.argv[1], done.receipts[0].unit.day, deep=True).ok and done.ok"
    )
    place.run(sys.executable, "-c", code, ROOT)


def test_a_missing_s3fs_is_named_in_one_line(place: Place) -> None:
    code = "import sys; sys.modules['s3fs'] = None; from creatoraudit.cli import main; main()"
    command = ("-c", code, "snapshot", "run", "--to", ROOT)
    (line,) = place.run(sys.executable, *command, code=2).splitlines()
    assert "pip install s3fs" in line
