"""Exports where an open file can be neither replaced nor deleted, which is simulated here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from creatoraudit import CreatorAudit
from creatoraudit.errors import ExportError
from creatoraudit.export import export
from support import answers, windows
from support.server import ScriptedServer

from .conftest import Interrupter, Listing

ClientOf = Callable[[ScriptedServer], CreatorAudit]
pytestmark = [windows.needed, pytest.mark.usefixtures("like_windows")]


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_export_that_was_interrupted_is_resumed(
    listing: Listing, client_of: ClientOf, tmp_path: Path, form: str
) -> None:
    ca = client_of(listing(*([answers.video(n)] for n in range(4))))
    path = tmp_path / f"posts.{form}"
    with pytest.raises(KeyboardInterrupt, match="2 rows are kept"):
        export(ca, "videos", path, on_progress=Interrupter(2))
    done = export(ca, "videos", path)
    assert (done.rows, done.resumed) == (4, 2)
    assert list(tmp_path.iterdir()) == [path]


def test_export_over_a_file_that_is_open_waits_in_its_folder_for_the_next_run(
    listing: Listing, client_of: ClientOf, tmp_path: Path
) -> None:
    api = listing([answers.video(1)], [answers.video(2)])
    ca = client_of(api)
    path = tmp_path / "posts.csv"
    path.write_text("the rows of yesterday")
    with path.open(), pytest.raises(ExportError, match=r"another program has it .*2 rows are k"):
        export(ca, "videos", path, overwrite=True)
    assert path.read_text() == "the rows of yesterday"
    asked = len(api.requests)
    assert export(ca, "videos", path, overwrite=True).rows == 2
    assert [one.path for one in api.requests[asked:]] == ["/whoami"]
    assert list(tmp_path.iterdir()) == [path]
