"""The content of exported files: every row, typed columns, and no dangerous text."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import creatoraudit
from creatoraudit import ContractError, CreatorAudit
from creatoraudit._results.columns import Kind
from creatoraudit._results.tables import Table
from creatoraudit.errors import UsageError
from creatoraudit.export import columns, export
from creatoraudit.export._forms import Csv, Jsonl
from creatoraudit.export._parquet import GROUP_ROWS, Parquet
from creatoraudit_api.columns import COLUMNS
from support import answers
from support.server import Answer, ScriptedServer

from .conftest import POSTS, Listing, as_exported, read

ClientOf = Callable[[ScriptedServer], CreatorAudit]
HOSTILE = [
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", '="a";"b"', "=1,\n2"),
    *("plain", "a, b", 'quo"ted', "two\r\nlines", "one\rline", "half \ud83d pair", "\u2028", ""),
    *(
        "<script>alert(1)</script>",
        "\x1b[31mred",
        "\u202egnp",
        "👨\u200d👩\u200d👧",
        "{{7*7}}",
        "'",
    ),
]


def whole(text: str) -> str:
    return text.replace("\ud83d", "\ufffd")


@pytest.mark.parametrize("what", ["accounts", "videos", "account-videos", "creators"])
def test_every_item_of_a_list_is_a_row(
    ca: CreatorAudit, tmp_path: Path, what: Any, form: Any
) -> None:
    done = export(ca, what, tmp_path, format=form)
    assert done.path == tmp_path / f"{what}.{form}"
    items = getattr(ca, what.replace("-", "_")).list().to_list()
    if what == "videos":
        items = as_exported(items)
    rows = read(done.path)
    assert [row["id"] for row in rows] == [item.id for item in items]
    assert (done.rows, done.resumed, done.not_found) == (len(items), 0, 0)
    assert sorted(tmp_path.iterdir()) == [done.path]
    if form == "jsonl":
        assert rows == [item.to_dict() for item in items]


def test_parquet_has_the_types_of_the_contract(ca: CreatorAudit, tmp_path: Path) -> None:
    done = export(ca, "videos", tmp_path / "posts.parquet")
    schema = pq.read_schema(done.path)
    kinds = columns("videos")
    assert (
        schema.names
        == list(kinds)
        == [*(column.name for column in COLUMNS["Video"]), "additional_members"]
    )
    types = {
        "string": pa.string(),
        "json": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "datetime": pa.timestamp("us", "UTC"),
    }
    assert {field.name: field.type for field in schema} == {
        name: types[kind] for name, kind in kinds.items()
    }
    first, row = ca.videos.list(platform="instagram").first(), read(done.path)[0]
    assert first is not None
    assert row["added_at"] == first.added_at
    assert (row["view_count"], row["duration"]) == (first.view_count, first.duration)


@pytest.mark.parametrize(
    ("what", "schema"),
    [
        ("accounts", "AccountResponse"),
        ("account-videos", "AccountVideo"),
        ("creators", "CreatorResponse"),
    ],
)
def test_columns_are_the_members_in_the_order_of_the_contract(what: Any, schema: str) -> None:
    text = files("creatoraudit_api").joinpath("openapi.json").read_text("utf-8")
    declared = json.loads(text)["components"]["schemas"][schema]["properties"]
    assert list(columns(what)) == [*declared, "additional_members"]


def test_parquet_says_whose_figures_it_holds_of_when_and_made_by_what(
    ca: CreatorAudit, tmp_path: Path
) -> None:
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    path = export(ca, "videos", tmp_path / "posts.parquet", q="a").path
    about = pq.read_schema(path).metadata
    contract = files("creatoraudit_api").joinpath("openapi.json").read_bytes()
    assert about[b"creatoraudit.organization"].decode() == ca.whoami().organization_id
    assert about[b"creatoraudit.version"].decode() == creatoraudit.__version__
    assert about[b"creatoraudit.contract"].decode() == sha256(contract).hexdigest()
    written = dt.datetime.fromisoformat(about[b"creatoraudit.written_at"].decode())
    assert before <= written <= dt.datetime.now(dt.UTC)


def test_row_groups_do_not_depend_on_parts(tmp_path: Path) -> None:
    def joined(*sizes: int) -> bytes:
        kinds: Mapping[str, Kind] = {"id": "string", "n": "integer"}
        form, number, parts = Parquet(kinds, "snappy"), 0, []
        for size in sizes:
            rows = [{"id": f"id {n}", "n": n} for n in range(number, number + size)]
            number += size
            parts.append(tmp_path / f"{len(sizes)}-{len(parts)}")
            with parts[-1].open("wb") as file:
                pages = [Table(rows[: size // 3], kinds), Table(rows[size // 3 :], kinds)]
                form.write(file, [form.encode(page) for page in pages])
        whole = tmp_path / "joined"
        with whole.open("wb") as file:
            form.join(file, parts, {})
        return whole.read_bytes()

    even = joined(GROUP_ROWS // 2, GROUP_ROWS // 2, GROUP_ROWS // 2, 1)
    assert even == joined(7, GROUP_ROWS + 9, GROUP_ROWS // 2 - 15)
    metadata = pq.ParquetFile(io.BytesIO(even)).metadata
    groups = [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)]
    assert groups == [GROUP_ROWS, GROUP_ROWS // 2 + 1]


def test_csv_cells_are_not_formulas_and_numbers_stay(
    listing: Listing, client_of: ClientOf, tmp_path: Path
) -> None:
    posts = [
        answers.video(n, description=text, account_username=text, view_count=-n)
        for n, text in enumerate(HOSTILE)
    ]
    rows = read(export(client_of(listing(posts)), "videos", tmp_path).path)
    for row, text in zip(rows, HOSTILE, strict=True):
        shown = row["description"]
        assert shown.removeprefix("'") == whole(text).removeprefix("'")
        assert not shown.startswith(tuple("=+-@\t\r\n＝＋－＠"))
    assert [row["view_count"] for row in rows] == [str(-n) for n in range(len(HOSTILE))]


def test_raw_csv_leaves_text_as_it_is(
    listing: Listing, client_of: ClientOf, tmp_path: Path
) -> None:
    posts = [answers.video(n, description=text) for n, text in enumerate(HOSTILE)]
    rows = read(export(client_of(listing(posts)), "videos", tmp_path, raw=True).path)
    assert [row["description"] for row in rows] == [whole(text) for text in HOSTILE]


def test_jsonl_and_parquet_hold_a_strangers_text_unchanged(
    listing: Listing, client_of: ClientOf, tmp_path: Path
) -> None:
    posts = [answers.video(n, description=text) for n, text in enumerate(HOSTILE)]
    ca = client_of(listing(posts))
    for form in ("jsonl", "parquet"):
        path = export(ca, "videos", tmp_path / f"posts.{form}").path
        assert [row["description"] for row in read(path)] == [whole(text) for text in HOSTILE]
    said = (tmp_path / "posts.jsonl").read_bytes().decode()
    assert all(char.isprintable() or char == "\n" for char in said)


def test_text_formats_hold_every_value_as_it_was_sent(
    listing: Listing, client_of: ClientOf, tmp_path: Path
) -> None:
    post = answers.video(
        1,
        view_count="many",
        duration=2**70,
        is_active="yes",
        platform_data={"deep": [1, {"é": None}]},
        metadata=None,
        new_member={"a": [True]},
    )
    ca = client_of(listing([post]))
    rows = {
        form: read(export(ca, "videos", tmp_path / f"posts.{form}").path)[0]
        for form in ("csv", "jsonl")
    }
    assert rows["jsonl"] == post
    assert rows["csv"]["view_count"] == "many"
    assert rows["csv"]["duration"] == str(2**70)
    assert rows["csv"]["is_active"] == "yes"
    assert json.loads(rows["csv"]["platform_data"]) == {"deep": [1, {"é": None}]}
    assert json.loads(rows["csv"]["additional_members"]) == {"new_member": {"a": [True]}}
    assert rows["csv"]["metadata"] == ""


def test_typed_files_keep_what_is_new(
    listing: Listing, client_of: ClientOf, tmp_path: Path
) -> None:
    post = answers.video(
        1,
        platform="threads",
        duration=3,
        view_count=5.0,
        platform_data={"deep": [1, {"é": None}]},
        new_member={"a": [True]},
    )
    path = export(client_of(listing([post])), "videos", tmp_path / "posts.parquet").path
    row = read(path)[0]
    assert (row["platform"], row["duration"], row["view_count"]) == ("threads", 3.0, 5)
    assert json.loads(row["platform_data"]) == {"deep": [1, {"é": None}]}
    assert json.loads(row["additional_members"]) == {"new_member": {"a": [True]}}


@pytest.mark.parametrize(
    ("name", "value", "belongs"),
    [
        ("view_count", "many", "is a string where an integer of 64 bits belongs"),
        ("view_count", 2**63, "is a number where an integer of 64 bits belongs"),
        ("duration", True, "is a boolean where a number belongs"),
        ("is_active", "yes", "is a string where a boolean belongs"),
        ("description", 7, "is a number where a string belongs"),
        ("updated_at", "yesterday", "is a string where a timestamp belongs"),
    ],
)
def test_value_of_another_type_ends_a_typed_export_and_names_the_member(
    *,
    listing: Listing,
    client_of: ClientOf,
    tmp_path: Path,
    name: str,
    value: object,
    belongs: str,
) -> None:
    posts = [answers.video(1), answers.video(2, **{name: value})]
    ca = client_of(listing([answers.video(0)], posts))
    with pytest.raises(ContractError, match=rf"\$\.data\[\]\.{name} {belongs} \(id 0000") as caught:
        export(ca, "videos", tmp_path / "posts.parquet")
    assert caught.value.path == f"$.data[].{name}"
    assert answers.video_id(2) in str(caught.value)
    assert "1 rows are kept" in str(caught.value)


def test_undeclared_figures_do_not_pass_for_members_of_the_item(
    serve: Callable[..., ScriptedServer], client_of: ClientOf, tmp_path: Path
) -> None:
    posts = [answers.video(1)]
    found = {posts[0]["id"]: {"views": 5, "id": "a stranger's", "found": False, "reach": 7}}
    meta = {"period": "7d", "start_date": "2026-06-01", "end_date": "2026-06-07", "days": 7}
    api = serve(
        answers.WHOAMI,
        answers.page(posts),
        Answer(json={"data": found, "meta": {**meta, "not_found": []}}),
    )
    row = read(export(client_of(api), "metrics", tmp_path / "totals.parquet", period="7d").path)[0]
    assert (row["id"], row["found"], row["views"]) == (posts[0]["id"], True, 5)
    assert json.loads(row["additional_members"]) == {"reach": 7}


def test_csv_spells_true_false_and_times_as_the_api_does(ca: CreatorAudit, tmp_path: Path) -> None:
    row = read(export(ca, "videos", tmp_path).path)[0]
    assert row["is_active"] in ("true", "false")
    assert row["added_at"].endswith("Z")
    assert dt.datetime.fromisoformat(row["added_at"]).tzinfo is not None


def test_empty_list_is_a_file_anyway(
    listing: Listing, client_of: ClientOf, tmp_path: Path, form: Any
) -> None:
    done = export(client_of(listing([])), "videos", tmp_path, format=form)
    assert (done.rows, read(done.path)) == (0, [])
    if form == "csv":
        assert next(csv.reader(io.StringIO(done.path.read_text()))) == list(columns("videos"))


def test_items_that_pages_repeat_are_written_once(
    listing: Listing, client_of: ClientOf, tmp_path: Path, form: Any
) -> None:
    one, two, three, four = (answers.video(n) for n in range(4))
    api = listing([one, two], [two, three], [three, three, one], [], [four])
    done = export(client_of(api), "videos", tmp_path, format=form)
    assert [row["id"] for row in read(done.path)] == [answers.video_id(n) for n in range(4)]
    assert done.rows == 4


def test_ids_may_be_anything(listing: Listing, client_of: ClientOf, tmp_path: Path) -> None:
    ids = ["=1", "", "half \ud83d", "é" * 500, 5, None]
    posts = [answers.video(0, id=one) for one in [*ids, *ids]]
    assert export(client_of(listing(posts)), "videos", tmp_path).rows == len(ids)


def test_filters_reach_the_list(ca: CreatorAudit, tmp_path: Path) -> None:
    done = export(
        ca,
        "videos",
        tmp_path / "posts.jsonl",
        platform="tiktok",
        is_active=True,
        order_by="view_count",
        order_direction="asc",
        q="a",
    )
    expected = ca.videos.list(
        platform="tiktok", is_active=True, order_by="view_count", order_direction="asc", q="a"
    ).to_list()
    assert [row["id"] for row in read(done.path)] == [video.id for video in expected]
    assert 0 < done.rows < POSTS


def test_platform_that_the_server_ignores_is_picked_from_the_items(
    listing: Listing, client_of: ClientOf, tmp_path: Path
) -> None:
    posts = [answers.video(n, platform="tiktok" if n % 3 else "instagram") for n in range(9)]
    done = export(client_of(listing(posts[:5], posts[5:])), "videos", tmp_path, platform="tiktok")
    assert [row["external_id"] for row in read(done.path)] == ["1", "2", "4", "5", "7", "8"]


def test_deltas_are_a_row_per_post(ca: CreatorAudit, tmp_path: Path, form: Any) -> None:
    done = export(ca, "deltas", tmp_path, format=form, windows=[7, 30, 7])
    videos = as_exported(ca.videos.list())
    deltas = ca.videos.deltas([video.id for video in videos], windows=[7, 30])
    rows = read(done.path)
    assert [row["id"] for row in rows] == [video.id for video in videos]
    as_read = str if form == "csv" else int
    assert [row["delta_7d"] for row in rows] == [
        as_read(deltas[video.id]["7d"] or 0) for video in videos
    ]
    assert list(rows[0]) == list(columns("deltas", windows=[7, 30]))
    assert {str(row["found"]).lower() for row in rows} == {"true"}
    assert (done.rows, done.not_found) == (POSTS, 0)


def test_deltas_of_account_videos_can_be_asked_by_get(ca: CreatorAudit, tmp_path: Path) -> None:
    done = export(ca, "deltas", tmp_path, source="account-videos", via="get", platform="tiktok")
    expected = ca.account_videos.list(platform="tiktok").to_list()
    assert [row["id"] for row in read(done.path)] == [post.id for post in expected]
    assert list(read(done.path)[0])[-4:] == ["delta_1d", "delta_7d", "delta_14d", "delta_30d"]


def test_item_without_figures_is_a_row_that_says_so(
    serve: Callable[..., ScriptedServer], client_of: ClientOf, tmp_path: Path
) -> None:
    posts = [answers.video(n) for n in range(3)]
    known = {posts[1]["id"]: {"7d": 5}}
    api = serve(
        answers.WHOAMI,
        answers.page(posts),
        answers.deltas(known, not_found=[posts[0]["id"], posts[2]["id"]], windows=[7]),
    )
    done = export(client_of(api), "deltas", tmp_path / "deltas.jsonl", windows=[7])
    assert [(row["found"], row.get("delta_7d")) for row in read(done.path)] == [
        (False, None),
        (True, 5),
        (False, None),
    ]
    assert (done.rows, done.not_found) == (3, 2)


@pytest.mark.parametrize("source", ["videos", "accounts"])
def test_metrics_are_a_row_per_item_with_the_period(
    ca: CreatorAudit, tmp_path: Path, source: Any
) -> None:
    done = export(ca, "metrics", tmp_path / "totals.parquet", source=source, period="7d")
    resource = getattr(ca, source)
    items = resource.list().to_list()
    if source == "videos":
        items = as_exported(items)
    expected = resource.metrics([item.id for item in items], period="7d")
    rows = read(done.path)
    assert [row["id"] for row in rows] == [item.id for item in items]
    assert [row["views"] for row in rows] == [expected[item.id].views for item in items]
    assert {(row["start_date"], row["end_date"], row["days"]) for row in rows} == {
        (expected.start_date, expected.end_date, expected.days)
    }
    assert list(rows[0]) == list(columns("metrics", source=source))
    assert "username" in rows[0] if source == "accounts" else "external_id" in rows[0]


def test_metrics_take_days(ca: CreatorAudit, tmp_path: Path) -> None:
    days = {"start_date": dt.date(2026, 6, 1), "end_date": "2026-06-10"}
    path = export(ca, "metrics", tmp_path, source="accounts", **days).path  # type: ignore[arg-type]  # one of either type
    assert {row["days"] for row in read(path)} == {"10"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"what": "posts"}, "what must be one of accounts, videos"),
        ({"what": "videos", "windows": [7]}, "windows goes with deltas, not with videos"),
        ({"what": "deltas", "period": "7d"}, "period goes with metrics, not with deltas"),
        ({"what": "creators", "source": "videos"}, "source goes with deltas and metrics"),
        ({"what": "deltas", "source": "accounts"}, "deltas come from videos or account-videos"),
        ({"what": "deltas", "windows": [0]}, "window must be between 1 and 365 days"),
        ({"what": "deltas", "via": "put"}, "via must be post or get"),
        ({"what": "metrics", "period": "8d"}, "period must be one of"),
        ({"what": "videos", "category": "x"}, "list_videos has no argument 'category'"),
        ({"what": "videos", "order_by": "name"}, "order_by must be one of"),
        ({"what": "videos", "account_id": "x"}, "account_id must be a UUID"),
        ({"what": "videos", "format": "xlsx"}, "format must be one of csv, jsonl, parquet"),
        ({"what": "videos", "format": "jsonl", "raw": True}, "raw=True goes with csv"),
        (
            {"what": "videos", "out": "a.csv", "format": "jsonl"},
            "named like a csv file; name it .jsonl, or drop format='jsonl'",
        ),
        ({"what": "videos", "out": "a.xlsx"}, "a.xlsx has no suffix that names a format"),
        ({"what": "videos", "out": "a.json"}, "a.json .*; rename it, or pass format="),
    ],
)
def test_wrong_arguments_are_refused_before_anything_is_sent_or_written(
    *,
    ca: CreatorAudit,
    posts: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: Any,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=said):
        export(ca, **arguments)
    assert (posts.requests.total, list(tmp_path.iterdir())) == (0, [])


def test_name_decides_between_file_and_folder(
    listing: Listing, client_of: ClientOf, tmp_path: Path
) -> None:
    ca = client_of(listing([]))
    (tmp_path / "with.dot").mkdir()
    for out, expected in (
        ("new", "new/videos.csv"),
        ("deep/er/new.JSONL", "deep/er/new.JSONL"),
        ("with.dot", "with.dot/videos.csv"),
        ("new.dot/", "new.dot/videos.csv"),
    ):
        assert export(ca, "videos", f"{tmp_path}/{out}").path == tmp_path / expected
        assert (tmp_path / expected).is_file()
    odd = tmp_path / "posts.txt"
    assert export(ca, "videos", odd, format="csv").path == odd


def test_without_pyarrow_the_error_says_what_to_install(tmp_path: Path) -> None:
    code = """
import sys
sys.modules["pyarrow"] = None  # as if it were not installed
from creatoraudit import ConfigurationError, CreatorAudit
from creatoraudit.export import export
with CreatorAudit("key", base_url="http://127.0.0.1:1") as ca:
    try:
        export(ca, "videos", format="parquet")
    except ConfigurationError as error:
        print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout == "pyarrow is not installed; run: pip install 'creatoraudit[parquet]'\n"
    assert list(tmp_path.iterdir()) == []


def test_library_needs_neither_click_nor_pyarrow_before_it_is_asked_for() -> None:
    code = "import sys, creatoraudit.export; print({'click', 'pyarrow', 'rich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_all_is_exactly_the_public_names() -> None:
    import creatoraudit.export as module

    assert dir(module) == sorted(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)
    with pytest.raises(AttributeError, match="no attribute 'exports'"):
        module.exports  # noqa: B018 - looking it up is what fails
    assert all(getattr(module, name).__doc__ for name in ("export", "columns", "Exported"))
    assert Csv.__doc__
    assert Jsonl.__doc__
