"""Tables: cut cells are marked, and columns appear from their minimum width."""

from __future__ import annotations

import pytest

from creatoraudit._core.text import one_line
from creatoraudit.cli import _output
from creatoraudit.cli._output import Column, write_table

ROW = ("a", "b" * 300, "c")


def printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int
) -> list[str]:
    monkeypatch.setattr(_output, "_WIDTH_IN_A_PIPE", width)
    columns = (Column("one"), Column("two", flexible=True), Column("three", from_width=70))
    write_table(columns, [ROW])
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(("width", "there"), [(69, False), (70, True), (71, True)])
def test_column_is_there_from_its_width_on(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    width: int,
    there: bool,
) -> None:
    head, *_ = printed(monkeypatch, capsys, width)
    assert ("three" in head) is there


@pytest.mark.parametrize("width", [20, 70, 120])
def test_cell_that_is_cut_ends_with_an_ellipsis(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int
) -> None:
    lines = printed(monkeypatch, capsys, width)
    cut = lines[2].split()[1]
    assert cut.endswith("b…")
    assert max(map(len, lines)) <= width


@pytest.mark.parametrize(
    ("text", "shown"), [("abcd", "abcd"), ("abcde", "abcde"), ("abcdef", "abcd…"), ("", "")]
)
def test_text_is_cut_after_its_longest_length_and_not_before(text: str, shown: str) -> None:
    assert one_line(text, 5) == shown
