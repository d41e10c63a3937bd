"""Targets of exports: local files, compressed or not, and standard output."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from creatoraudit import CreatorAudit, UsageError
from creatoraudit.export import columns, export
from support import answers, warm
from support.server import Answer

from .conftest import read

if TYPE_CHECKING:
    from creatoraudit_sandbox import Sandbox
    from support.server import ScriptedServer

ClientOf = Callable[["ScriptedServer"], CreatorAudit]


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[CreatorAudit]:
    with CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as ca:
        yield ca


@pytest.mark.parametrize(
    ("out", "more", "says"),
    [
        ("s3://bucket/x.csv", {}, "is a URL, and an export writes a local file; snapshots"),
        ("s3://bucket/x.parquet", {}, "is a URL"),
        ("gs://bucket", {}, "is a URL"),
        ("file:///tmp/x.csv", {}, "is a URL"),
        (Path("s3://bucket/x.csv"), {}, "is a URL"),
        (".parquet", {}, "has nothing before its suffix"),
        (".csv", {}, "has nothing before its suffix"),
        (os.devnull, {}, "is not a regular file"),
        ("x.parquet.gz", {}, "a parquet file is compressed inside"),
        ("x.csv.gz", {"compression": "none"}, "ends with .gz, but compression='none'"),
        ("x.csv", {"compression": "zstd"}, "compression='zstd' goes with parquet"),
        ("x.csv", {"compression": "rar"}, "compression must be one of none, gzip"),
        ("x.gz", {}, "has no suffix that names a format"),
        ("-", {"format": "parquet"}, "out='-' does not go with parquet"),
        ("x.csv", {"raw": True, "excel": True}, "raw=True does not go with excel=True"),
        ("x.jsonl", {"excel": True}, "excel=True goes with csv"),
        ("x.csv", {"with_counts": True}, "with_counts goes with deltas"),
    ],
)
def test_destination_that_is_not_what_it_seems_is_refused_before_anything_is_sent(
    sandbox: Sandbox, inside: Path, out: Any, more: dict[str, Any], says: str
) -> None:
    before = sandbox.requests.total
    client = CreatorAudit(sandbox.api_key, base_url=sandbox.base_url)
    with client, pytest.raises(UsageError, match=says):
        export(client, "accounts", out, **more)
    assert sandbox.requests.total == before
    assert list(inside.iterdir()) == []


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_compressed_file_holds_the_same_rows_and_the_same_bytes_each_time(
    client: CreatorAudit, tmp_path: Path, form: Any
) -> None:
    plain = export(client, "accounts", tmp_path, format=form).path.read_bytes()
    first = export(client, "accounts", tmp_path / f"a.{form}.gz").path
    second = export(client, "accounts", tmp_path / "data", format=form, compression="gzip").path
    assert second.name == f"accounts.{form}.gz"
    assert gzip.decompress(first.read_bytes()) == plain
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("compression", ["none", "gzip", "snappy", "zstd", None])
def test_parquet_is_compressed_as_requested(
    client: CreatorAudit, tmp_path: Path, compression: Any
) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    path = export(client, "accounts", tmp_path / "a.parquet", compression=compression).path
    column = pq.ParquetFile(path).metadata.row_group(0).column(0)
    expected = {"none": "UNCOMPRESSED", None: "SNAPPY"}.get(compression, str(compression).upper())
    assert column.compression == expected


def test_deltas_can_carry_the_present_counts(client: CreatorAudit, tmp_path: Path) -> None:
    rows = read(export(client, "deltas", tmp_path, windows=[7], with_counts=True).path)
    counts = {one.id: one.view_count for one in client.videos.list()}
    assert rows
    assert all(row["view_count"] == str(counts[row["id"]] or "") for row in rows)
    assert "view_count" in columns("deltas", with_counts=True)
    assert "view_count" not in columns("deltas")


def test_number_beyond_floats_is_null_in_every_form(
    serve: Callable[..., ScriptedServer], client_of: ClientOf, tmp_path: Path
) -> None:
    post = answers.video(1, metadata={"a": ["BIG", "-BIG"]}, extra="BIG")
    page = answers.page([post])
    body = page.content.replace(b'"BIG"', b"1e400").replace(b'"-BIG"', b"-1e400")
    for form in ("csv", "jsonl"):
        api = serve(answers.WHOAMI, Answer(body=body))
        path = export(client_of(api), "videos", tmp_path, format=form).path  # type: ignore[arg-type]  # a str
        assert "Infinity" not in path.read_text()
        row = read(path)[0]
        metadata = json.loads(row["metadata"]) if form == "csv" else row["metadata"]
        assert metadata == {"a": [None, None]}


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_standard_output_takes_the_same_bytes_as_a_file(
    sandbox: Sandbox, client: CreatorAudit, tmp_path: Path, form: Any
) -> None:
    expected = export(client, "videos", tmp_path, format=form).path.read_bytes()
    command = [warm.python(), "-P", "-m", "creatoraudit", "export", "videos", "--out", "-"]
    env = os.environ | {
        "CREATORAUDIT_BASE_URL": sandbox.base_url,
        "CREATORAUDIT_API_KEY": sandbox.api_key,
    }
    ran = subprocess.run(
        [*command, "--format", form, "--receipt", "json"],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert ran.stdout == expected
    receipt = json.loads(ran.stderr)
    assert (receipt["rows"], receipt["path"], receipt["bytes"]) == (400, "-", None)
    packed = subprocess.run(
        [*command, "--format", form, "--compression", "gzip"],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert gzip.decompress(packed.stdout) == expected
    assert [one.name for one in tmp_path.iterdir()] == [f"videos.{form}"]
