"""What a stranger's text can do once the command line has printed it: nothing."""

from __future__ import annotations

import json

import pytest

from creatoraudit.cli import _safe


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ünï 🚀 text", "plain ünï 🚀 text"),
        ("two\nlines\r\n\tfolded\u2028once\x85more", "two lines folded once more"),
        ("\x1b[31mred\x07", r"\x1b[31mred\x07"),
        ("\x9b2J", r"\x9b2J"),
        ("abc\u202edcba", r"abc\u202edcba"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("half \ud83d pair", r"half \ud83d pair"),
        ("", ""),
    ],
)
def test_text_is_one_line_and_hides_nothing(text: str, shown: str) -> None:
    assert _safe.line(text) == shown
    assert _safe.line(text).isprintable()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "  =", "＝", "＠"])
def test_cell_that_a_spreadsheet_would_run_is_text(start: str) -> None:
    shown = _safe.cell(start + "1+1|cmd")
    assert isinstance(shown, str)
    assert shown.startswith("'")


@pytest.mark.parametrize("number", [-5, 0, -0.25, 12345678901234567890, None])
def test_number_in_a_cell_stays_a_number(number: object) -> None:
    assert _safe.cell(number) is number


@pytest.mark.parametrize(
    ("value", "shown"),
    [(True, "true"), (False, "false"), ({"a": ["=1\u202e"]}, r'{"a": ["=1\u202e"]}'), ([], "[]")],
)
def test_cell_of_what_json_has_and_csv_lacks_is_json(value: object, shown: str) -> None:
    assert _safe.cell(value) == shown
    assert _safe.cell(value, raw=True) == shown


def test_raw_cell_is_the_text_as_it_came() -> None:
    assert _safe.cell("=1\r\n\x1b[2J", raw=True) == "=1\r\n\x1b[2J"


def test_harmless_cell_is_left_alone() -> None:
    assert _safe.cell("look = here") == "look = here"


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "ünï 🚀",
        "\x1b[31m",
        "\x9b2J",
        "\u202e",
        '"\\"',
        "\U000e0041",
        "a\nb",
        "\x7f",
        "\u2028",
    ],
)
def test_json_means_the_same_and_is_inert(text: str) -> None:
    printed = _safe.to_json({"text": text})
    assert json.loads(printed) == {"text": text}
    assert all(char.isprintable() or char == "\n" for char in printed.decode("utf-8"))


def test_half_a_surrogate_pair_does_not_break_strict_parsers() -> None:
    printed = _safe.to_json(["\ud83d", "a\ude80b", "\ud83d\ude80"])
    assert json.loads(printed.decode("utf-8")) == ["\ufffd", "a\ufffdb", "🚀"]
