"""Text from the API has no effect when the command line prints it."""

from __future__ import annotations

import json

import pytest

from creatoraudit._core.text import one_line, printable
from creatoraudit.cli import _safe
from creatoraudit.export import _csv
from creatoraudit.export._csv import Style


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


INVISIBLE = [
    *("\u3164", "\u2800", "\u115f", "\u1160", "\u034f", "\uffa0", "\u17b4", "\u180b", "\u00ad"),
    *("\u2060", "\u200b", "\u200d", "\ufe00", "\U0001d159", "\U000e0041", "\U000e0100"),
    *("\ufe0f", "\u061c", "\u2028", "\ud800"),
]


@pytest.mark.parametrize("hidden", INVISIBLE, ids=ascii)
def test_invisible_characters_of_every_kind_are_shown_as_escapes(hidden: str) -> None:
    escape = hidden.encode("unicode_escape").decode("ascii")
    assert printable(f"a{hidden}b") == f"a{escape}b"
    assert escape in one_line(f"a{hidden}b", 60)
    if not hidden.isspace():
        assert _safe.line(f"a{hidden}b") == f"a{escape}b"
    printed = _safe.to_json({"text": f"a{hidden}b"}).decode()
    assert hidden not in printed


def test_invisible_selector_of_an_emoji_stays_where_it_chooses_its_form() -> None:
    hearts = "❤\ufe0f 1\ufe0f ⚠\ufe0f 🏳\ufe0f ©\ufe0f"
    assert printable(hearts) == hearts
    assert printable("❤\ufe0f\ufe0f") == "❤\ufe0f\\ufe0f"
    assert _safe.to_json({"text": hearts}, indent=None).decode() == f'{{"text": "{hearts}"}}'


@pytest.mark.parametrize("style", ["plain", "excel"])
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "  =", "＝", "＠"])
def test_cell_that_a_spreadsheet_would_run_is_text(start: str, style: Style) -> None:
    shown = _csv.cell(start + "1+1|cmd", style)
    assert isinstance(shown, str)
    assert shown.startswith("'")


@pytest.mark.parametrize("style", ["plain", "raw", "excel"])
@pytest.mark.parametrize("number", [-5, 0, -0.25, 12345678901234567890, None])
def test_number_in_a_cell_stays_a_number(number: object, style: Style) -> None:
    assert _csv.cell(number, style) is number


@pytest.mark.parametrize("style", ["plain", "raw", "excel"])
@pytest.mark.parametrize(
    ("value", "shown"),
    [(True, "true"), (False, "false"), ({"a": ["=1\u202e"]}, r'{"a": ["=1\u202e"]}'), ([], "[]")],
)
def test_cell_of_what_json_has_and_csv_lacks_is_json(
    value: object, shown: str, style: Style
) -> None:
    assert _csv.cell(value, style) == shown


def test_raw_cell_is_the_text_as_it_came() -> None:
    assert _csv.cell("=1\r\n\x1b[2J", "raw") == "=1\r\n\x1b[2J"


def test_harmless_cell_is_left_alone() -> None:
    assert _csv.cell("look = here\nand there", "plain") == "look = here\nand there"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x;=1+1;y", "x;'=1+1;y"),
        ("x,@SUM(1)", "x,'@SUM(1)"),
        ("a|-1\n=2", "a|'-1 =2"),
        ("7204018326900000124", '="7204018326900000124"'),
        ("007", '="007"'),
        ("1e5", '="1e5"'),
        ("two\nlines\tfolded", "two lines folded"),
        ("plain; text", "plain; text"),
        ("2026-06-15", "2026-06-15"),
    ],
)
def test_cell_for_excel_runs_nothing_and_keeps_ids(text: str, shown: str) -> None:
    assert _csv.cell(text, "excel") == shown


def test_lines_quote_what_would_break_them_on_every_python() -> None:
    rows = [["a,b", 'say "hi"'], ["two\nlines", "old\rmac"], [None, ""]]
    written = _csv.lines(rows, "plain").decode()
    assert written == '"a,b","say ""hi"""\n"two\nlines","old\rmac"\n,\n'
    assert _csv.lines([[None]], "plain") == b'""\n'
    assert _csv.heading(["id"], "excel") == b"\xef\xbb\xbfid\n"


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_number_that_json_lacks_is_null_everywhere(number: float) -> None:
    assert _safe.to_json({"a": [number], "b": {"c": number}}, indent=None) == (
        b'{"a": [null], "b": {"c": null}}'
    )
    assert _csv.cell(number, "plain") is None
    assert _csv.cell([number], "raw") == "[null]"


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
def test_json_keeps_its_value_and_is_inert(text: str) -> None:
    printed = _safe.to_json({"text": text})
    assert json.loads(printed) == {"text": text}
    assert all(char.isprintable() or char == "\n" for char in printed.decode("utf-8"))


def test_half_a_surrogate_pair_does_not_break_strict_parsers() -> None:
    printed = _safe.to_json(["\ud83d", "a\ude80b", "\ud83d\ude80"])
    assert json.loads(printed.decode("utf-8")) == ["\ufffd", "a\ufffdb", "🚀"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Δviews 7d – ×3 …", "dviews 7d - x3 ~"),
        ("one pan 🍳🔥 dinner", "one pan  dinner"),
        ("👨\u200d👩 déjà", " d?j?"),
        ("▁▄█", ".=@"),
    ],
)
def test_output_of_few_characters_leaves_pictures_out(text: str, shown: str) -> None:
    assert _safe.in_encoding(text, "ascii") == shown
    assert _safe.in_encoding(text, "utf-8") == text


@pytest.mark.parametrize("style", ["plain", "raw", "excel"])
@pytest.mark.parametrize(
    "column",
    [
        [1, None, -(2**70)],
        [True, None, False],
        [0.5, None, -1.5],
        [0.5, float("inf"), float("-inf")],
        [1, 0.5, True, "=1", None],
        ["a", None, "", "b c"],
        ["a", "=1"],
        ["a", " =1", "\u3000+1", "\x1c@"],
        ["a", "12345678901", "x; =2"],
        [{"a": [1e400]}, None, [True]],
        [None, None],
        [],
    ],
)
def test_column_has_the_cells_that_its_values_have_one_by_one(
    column: list[object], style: Style
) -> None:
    assert list(_csv.cells(column, style)) == [_csv.cell(value, style) for value in column]
