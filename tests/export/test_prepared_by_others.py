"""Files prepared by other users are refused, and the state of an export is private."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from creatoraudit import CreatorAudit
from creatoraudit.errors import ExportError
from creatoraudit.export import export
from support import answers, windows
from support.server import ScriptedServer

from .conftest import Interrupter, Listing

pytestmark = windows.rights
ClientOf = Callable[[ScriptedServer], CreatorAudit]


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def small(listing: Listing, client_of: ClientOf) -> CreatorAudit:
    """A client whose list has two posts on two pages."""
    return client_of(listing([answers.video(1)], [answers.video(2)]))


def interrupted(ca: CreatorAudit, out: Path) -> Path:
    with pytest.raises(KeyboardInterrupt):
        export(ca, "videos", out, on_progress=Interrupter(2))
    return out.with_name(f"{out.name}.partial")


def test_what_an_export_keeps_is_its_owners_alone(small: CreatorAudit, tmp_path: Path) -> None:
    folder = interrupted(small, tmp_path / "x.csv")
    assert mode_of(folder) == 0o700
    kept = list(folder.iterdir())
    assert len(kept) >= 2
    assert {mode_of(path) for path in kept} == {0o600}


def test_the_finished_file_is_as_readable_as_any_other(small: CreatorAudit, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    assert mode_of(export(small, "videos", tmp_path / "x.csv").path) == mode_of(plain)


@pytest.mark.parametrize("link", ["part-000000", "joined", "checkpoint.sqlite3"])
def test_prepared_link_in_a_folder_that_others_may_write_reaches_no_target(
    small: CreatorAudit, tmp_path: Path, link: str
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    folder = tmp_path / "x.csv.partial"
    folder.mkdir()
    (folder / link).symlink_to(victim)
    folder.chmod(0o777)
    with pytest.raises(ExportError, match="others may write into"):
        export(small, "videos", tmp_path / "x.csv")
    assert victim.read_text() == "precious"


@pytest.mark.parametrize("link", ["part-000000", "joined", "checkpoint.sqlite3"])
def test_prepared_link_in_a_folder_of_our_own_reaches_no_target(
    small: CreatorAudit, tmp_path: Path, link: str
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    folder = tmp_path / "x.csv.partial"
    folder.mkdir(0o700)
    (folder / link).symlink_to(victim)
    if link == "checkpoint.sqlite3":
        with pytest.raises(ExportError, match="is not a file but a link"):
            export(small, "videos", tmp_path / "x.csv")
    else:
        assert export(small, "videos", tmp_path / "x.csv").rows == 2
    assert victim.read_text() == "precious"


@pytest.mark.parametrize("prepared", ["link", "file"])
def test_prepared_folder_that_is_none_is_refused(
    small: CreatorAudit, tmp_path: Path, prepared: str
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder = tmp_path / "x.csv.partial"
    if prepared == "link":
        folder.symlink_to(elsewhere)
    else:
        folder.write_text("precious")
    with pytest.raises(ExportError, match="is not a folder"):
        export(small, "videos", tmp_path / "x.csv")
    assert list(elsewhere.iterdir()) == []


def test_prepared_folder_of_another_user_is_refused(
    small: CreatorAudit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.csv.partial").mkdir(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(ExportError, match="belongs to another user"):
        export(small, "videos", tmp_path / "x.csv")


def test_empty_folder_that_others_could_write_is_closed_to_them(
    small: CreatorAudit, tmp_path: Path
) -> None:
    folder = tmp_path / "x.csv.partial"
    folder.mkdir()
    folder.chmod(0o777)
    assert mode_of(interrupted(small, tmp_path / "x.csv")) == 0o700
