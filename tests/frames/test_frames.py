"""Frames for polars and pandas: typed columns, nothing lost, nothing guessed."""

from __future__ import annotations

import copy
import datetime as dt
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from creatoraudit import (
    Account,
    AccountVideoMetrics,
    AccountVideoTotals,
    AsyncCreatorAudit,
    CreatorAudit,
    Metrics,
    Page,
    TopCreator,
    UsageError,
    Video,
    VideoDeltas,
    WindowedTotals,
)
from creatoraudit.frames import to_pandas, to_polars
from creatoraudit_api.columns import COLUMNS
from creatoraudit_sandbox import Sandbox
from support.answers import page, video

UTC_MICROSECONDS = pl.Datetime("us", "UTC")
# What the two libraries call the same thing.
POLARS = {
    "string": pl.String,
    "integer": pl.Int64,
    "number": pl.Float64,
    "boolean": pl.Boolean,
    "datetime": UTC_MICROSECONDS,
}
PANDAS = {
    "string": "string",
    "integer": "Int64",
    "number": "Float64",
    "boolean": "boolean",
    "datetime": "datetime64[us, UTC]",
}


TOTALS = [name for name, _ in WindowedTotals.MEMBERS]


class Frame:
    """A frame of either library, read the same way."""

    def __init__(self, library, items, **options):
        self.library = library
        make = to_polars if library == "polars" else to_pandas
        self.frame = make(items, **options)

    @property
    def columns(self):
        return list(self.frame.columns)

    def __len__(self):
        return len(self.frame)

    def __getitem__(self, name):
        """The values of a column, None where one is missing."""
        if self.library == "polars":
            return self.frame[name].to_list()
        return [None if pd.isna(one) else one for one in self.frame[name]]

    def is_a(self, name, kind):
        if self.library == "polars":
            return self.frame.schema[name] == POLARS[kind]
        return str(self.frame[name].dtype) == PANDAS[kind]


@pytest.fixture(params=["polars", "pandas"])
def frame(request):
    return lambda items, **options: Frame(request.param, items, **options)


def post(number, **members):
    return Video.from_dict(video(number, **members))


def test_columns_are_typed_after_the_models_in_their_order(frame):
    made = frame([post(1), post(2)])
    assert made.columns[:5] == ["id", "type", "platform", "external_id", "shortcode"]
    assert made.columns == [*(column.name for column in COLUMNS["Video"]), "additional_members"]
    kinds = {
        "id": "string",
        "platform": "string",
        "view_count": "integer",
        "duration": "number",
        "is_active": "boolean",
        "added_at": "datetime",
        "last_scrape_time": "datetime",
        "platform_data": "string",
    }
    assert [name for name, kind in kinds.items() if not made.is_a(name, kind)] == []


def test_types_do_not_depend_on_there_being_a_value(frame):
    """A column of nothing but missing values must not change its type from one day to the next."""
    full, empty = frame([post(1, duration=1.5)]), frame([post(1, view_count=None, duration=...)])
    for name, kind in {"view_count": "integer", "duration": "number"}.items():
        assert full.is_a(name, kind)
        assert empty.is_a(name, kind)
        assert empty[name] == [None]


def test_missing_is_reported_from_zero_false_and_empty(frame):
    members = {"view_count": 0, "duration": 0.0, "is_active": False, "description": ""}
    absent = dict.fromkeys(members, ...)
    null = dict.fromkeys(members, None)
    made = frame([post(1, **members), post(2, **absent), post(3, **null)])
    for name, value in members.items():
        assert made[name] == [value, None, None]


def test_timestamps_are_instants_in_utc(frame):
    made = frame([post(1, added_at="2026-06-15T02:00:00.123456+02:00")])
    at = dt.datetime(2026, 6, 15, 0, 0, 0, 123456, tzinfo=dt.UTC)
    assert made["added_at"] == [at]


def test_nested_members_are_json_text(frame):
    data = {"internal_id": 7, "deep": {"list": [1, None, "é"]}}
    made = frame([post(1, platform_data=data), post(2, platform_data=None), post(3)])
    text, null, absent = made["platform_data"]
    assert json.loads(text) == data
    assert "é" in text
    assert (null, absent) == (None, None)


def test_expand_gives_inner_members_columns_of_their_own(frame):
    rows = [
        post(
            1, platform_data={"internal_id": 7, "ratio": 1, "deep": {"a": 1}}, metadata={"t": "x"}
        ),
        post(2, platform_data={"ratio": 0.5}),
        post(3, platform_data=None),
    ]
    made = frame(rows, expand=True)
    assert made.columns[: len(frame(rows).columns)] == frame(rows).columns
    assert made["platform_data.internal_id"] == [7, None, None]
    assert made["platform_data.ratio"] == [1.0, 0.5, None]
    assert made["metadata.t"] == ["x", None, None]
    assert [json.loads(one) if one else one for one in made["platform_data.deep"]] == [
        {"a": 1},
        None,
        None,
    ]
    assert made.is_a("platform_data.internal_id", "integer")
    assert made.is_a("platform_data.ratio", "number")


def test_expand_takes_the_names_of_the_members_to_expand(frame):
    rows = [post(1, platform_data={"a": 1}, metadata={"b": 2})]
    made = frame(rows, expand=["metadata"])
    assert made["metadata.b"] == [2]
    assert json.loads(made["platform_data"][0]) == {"a": 1}
    assert "platform_data.a" not in made.columns


def test_nested_models_expand_by_their_members(frame):
    document = {
        "id": "c",
        "name": "n",
        "accounts_summary": {"total": 4, "platforms": {"tiktok": 4}, "total_followers": 9},
    }
    from creatoraudit import Creator

    made = frame([Creator.from_dict(document)], expand=True)
    assert made["accounts_summary.total"] == [4]
    assert json.loads(made["accounts_summary.platforms"][0]) == {"tiktok": 4}


def test_unknown_members_are_kept(frame):
    rows = [post(1, brand_new=5), post(2)]
    folded = frame(rows)
    assert json.loads(folded["additional_members"][0]) == {"brand_new": 5}
    assert folded["additional_members"][1] is None
    for expand in (True, ["additional_members"], "additional_members"):
        expanded = frame(rows, expand=expand)
        assert expanded["brand_new"] == [5, None]
        assert expanded["additional_members"] == folded["additional_members"]


def test_members_of_open_models_are_columns(frame):
    rows = [{"id": "a", "name": "A", "views": 1}, {"id": "b", "views": 2, "deep": {"x": 1}}]
    made = frame([TopCreator.from_dict(row) for row in rows])
    assert made.columns == ["id", "additional_members", "name", "views", "deep"]
    assert (made["name"], made["views"]) == (["A", None], [1, 2])
    assert json.loads(made["deep"][1]) == {"x": 1}


def test_names_that_do_not_exist_cannot_be_expanded(frame):
    with pytest.raises(
        UsageError, match="expand= names no column 'platfrom_data'; nested columns: "
    ):
        frame([post(1)], expand=["metadata", "platfrom_data"])
    assert frame([], expand=["metadata"]).columns == []


def test_no_column_replaces_another_of_the_same_name(frame):
    """A stranger's key such as `platform_data.a` is also the name of an inner column."""
    hostile = post(1, platform_data={"a": 1}, **{"platform_data.a": "stranger", "x": 1})
    made = frame([hostile], expand=True)
    assert (made["platform_data.a"], made["platform_data.a_"]) == ([1], ["stranger"])
    rows = frame([{"a": {"b": 1}, "a.b": 2, "a.b_": 3}], expand=True)
    assert [rows[name] for name in rows.columns] == [['{"b": 1}'], [2], [3], [1]]


def test_hostile_keys_become_columns_and_nothing_else(frame):
    keys = ["", " ", "=1+1", "a.b", "__class__", "\x1b[31m", "a\nb", "é", "self", "columns"]
    made = frame([post(1, platform_data=dict.fromkeys(keys, 1))], expand=True)
    for key in keys:
        assert made[f"platform_data.{key}"] == [1]


def test_wrong_scalars_become_missing_instead_of_changing_the_column(frame):
    wrong = {
        "view_count": ["12", 1.5, True, [], {}],
        "duration": ["1.5", True, []],
        "is_active": [0, "true", []],
        "added_at": ["soon", 12, []],
        "description": [12, True],
    }
    kinds = {"view_count": "integer", "duration": "number", "is_active": "boolean"}
    kinds |= {"added_at": "datetime", "description": "string"}
    for name, values in wrong.items():
        made = frame([post(1), *(post(2, **{name: value}) for value in values)])
        assert made.is_a(name, kinds[name])
        assert made[name][1:] == [None] * len(values), name
        kept = [json.loads(one)[name] for one in made["additional_members"][1:]]
        assert kept == values


def test_integers_beyond_64_bits_become_missing(frame):
    edges = [2**63 - 1, -(2**63), 2**53 + 1]
    beyond = [2**63, -(2**63) - 1, 10**400]
    made = frame([post(1, view_count=value) for value in [*edges, *beyond]])
    assert made["view_count"] == [*edges, None, None, None]
    assert json.loads(made["additional_members"][3]) == {"view_count": 2**63}


def test_an_integer_may_be_spelt_like_a_number(frame):
    assert frame([post(1, view_count=5.0), post(2, view_count=6)])["view_count"] == [5, 6]


def test_numbers_beyond_floats_are_null_in_json_text(frame):
    row = {"a": [1, float("inf")], "b": {"c": float("-inf"), "d": 2}}
    made = frame([row])
    assert json.loads(made["a"][0]) == [1, None]
    assert json.loads(made["b"][0]) == {"c": None, "d": 2}


def test_values_that_are_not_json_become_text_of_it(frame):
    row = {"at": [dt.datetime(2026, 6, 15, tzinfo=dt.UTC)], "one": {"video": post(1)}}
    made = frame([row | {"path": [Path("x")]}])
    assert json.loads(made["at"][0]) == ["2026-06-15T00:00:00Z"]
    assert json.loads(made["one"][0])["video"] == video(1)
    assert json.loads(made["path"][0]) == ["x"]


def test_numbers_that_are_none_become_missing(frame):
    made = frame([post(1, duration=10**400), post(2, duration=7), post(3, duration=0.5)])
    assert made["duration"] == [None, 7.0, 0.5]


def test_inner_members_of_mixed_kinds_become_json_text(frame):
    values = [1, "x", None, True, [1]]
    made = frame([post(1, platform_data={"a": value}) for value in values], expand=True)
    assert made["platform_data.a"] == ["1", '"x"', None, "true", "[1]"]


def test_inner_timestamps_stay_text(frame):
    made = frame([post(1, platform_data={"at": "2026-06-15T00:00:00Z"})], expand=True)
    assert made["platform_data.at"] == ["2026-06-15T00:00:00Z"]


def test_mappings_are_rows_too(frame):
    made = frame([{"a": 1, "b": "x"}, {"b": None, "c": 1.5}, {}])
    assert made.columns == ["a", "b", "c"]
    assert (made["a"], made["b"], made["c"]) == (
        [1, None, None],
        ["x", None, None],
        [None, 1.5, None],
    )


@pytest.mark.parametrize("one", [post(1, view_count=5), {"id": "a", "view_count": 5}])
def test_one_model_or_mapping_is_one_row(frame, one):
    made = frame(one)
    assert len(made) == 1
    assert (made["id"], made["view_count"]) == ([one["id"]], [5])


def test_the_libraries_take_models_themselves():
    made = pd.DataFrame([post(1, brand_new=1), post(2)])
    assert list(made["id"]) == [post(1).id, post(2).id]
    assert made["brand_new"][0] == 1


def test_models_of_several_kinds_share_their_columns(frame):
    account = Account.from_dict({"id": "a", "platform": "tiktok", "username": "u"})
    made = frame([post(1), account])
    assert made["id"][1] == "a"
    assert made["username"] == [None, "u"]
    assert made.is_a("view_count", "integer")


def test_deltas_are_one_row_per_video(frame):
    deltas = VideoDeltas({"v1": {"1d": 0, "7d": -5}, "v2": {"1d": None, "7d": 2**62}}, (1, 7))
    made = frame(deltas)
    assert made.columns == ["id", "delta_1d", "delta_7d"]
    assert made["id"] == ["v1", "v2"]
    assert (made["delta_1d"], made["delta_7d"]) == ([0, None], [-5, 2**62])
    assert made.is_a("delta_7d", "integer")


def test_metrics_are_one_row_per_id(frame):
    totals = {"a": WindowedTotals.from_dict({"views": 0, "likes": 2, "engagement": 1.5})}
    made = frame(Metrics(by_id=totals, not_found=("b",)))
    assert made.columns[0] == "id"
    assert (made["id"], made["views"], made["plays"]) == (["a"], [0], [None])
    assert made.is_a("plays", "integer")


def test_account_video_metrics_are_rows_with_platform_and_id(frame):
    one = WindowedTotals.from_dict({"views": 1})
    two = WindowedTotals.from_dict({"views": 2})
    rows = [AccountVideoTotals("instagram", 7, one), AccountVideoTotals("tiktok", 7, two)]
    made = frame(AccountVideoMetrics(rows))
    assert made.columns[:2] == ["platform", "id"]
    assert (made["platform"], made["id"]) == (["instagram", "tiktok"], [7, 7])
    assert made["views"] == [1, 2]


@pytest.mark.parametrize(
    ("items", "columns"),
    [
        ([], []),
        (VideoDeltas({}, (7,)), ["id", "delta_7d"]),
        (Metrics(), ["id", *TOTALS, "additional_members"]),
        (AccountVideoMetrics(), ["platform", "id", *TOTALS, "additional_members"]),
    ],
    ids=["models", "deltas", "metrics", "account-video metrics"],
)
def test_no_items_give_an_empty_frame(frame, items, columns):
    made = frame(items)
    assert len(made) == 0
    assert made.columns == columns


def test_what_is_neither_model_nor_mapping_is_refused(frame):
    for items in ([1], ["text"], [post(1), None]):
        with pytest.raises(UsageError, match="models or mappings"):
            frame(items)


def test_real_responses_become_frames(frame, facade, sandbox):
    ca = facade(sandbox.base_url, sandbox.api_key)
    videos = ca.do(lambda ca: ca.videos.list(max_items=50).to_list())
    made = frame(videos, expand=True)
    assert made["id"] == [one.id for one in videos]
    assert made["view_count"] == [one.view_count for one in videos]
    assert made["last_scrape_time"] == [one.last_scrape_time for one in videos]
    ids = [one.id for one in videos]
    deltas = frame(ca.do(lambda ca: ca.videos.deltas(ids, windows=[7])))
    assert deltas["id"] == ids
    metrics = frame(ca.do(lambda ca: ca.videos.metrics(ids, period="7d")))
    assert metrics["id"] == ids
    creators = ca.do(lambda ca: ca.creators.list().to_list())
    summary = frame(creators, expand="accounts_summary")
    assert summary["accounts_summary.total"] == [one.accounts_summary.total for one in creators]
    found = ca.do(lambda ca: ca.breakouts(window=7, top=5))
    posts = frame(found)
    assert posts["rank"] == [1, 2, 3, 4, 5]
    assert posts["id"] == [one.video.id for one in found]
    assert posts["delta"] == [one.delta for one in found]
    assert posts["delta_7d"] == posts["delta"]
    changes = [name for name in posts.columns if name.startswith("delta_")]
    assert changes == ["delta_1d", "delta_7d", "delta_14d", "delta_30d"]
    assert posts.is_a("create_time", "datetime")
    assert posts.is_a("growth", "number")
    assert frame(list(found)[:2])["id"] == posts["id"][:2]
    top = frame(ca.do(lambda ca: ca.creators.top()))
    assert top["rank"] == [*range(1, len(top) + 1)]
    figures = frame(ca.do(lambda ca: ca.creators.analytics(creators[0].id)))
    assert figures.is_a("views", "integer")


def test_empty_lists_have_the_columns_of_full_ones(frame, facade, serve):
    full = frame([post(1)])
    ca = facade(serve(*[page([])] * 4).url)
    for listed in (
        ca.do(lambda ca: ca.videos.list().to_list()),
        ca.do(lambda ca: ca.videos.list(max_items=0).to_list()),
        ca.collect(lambda ca: ca.videos.list().pages())[0],
    ):
        made = frame(listed)
        assert made.columns == full.columns
        assert all(made.is_a(name, "integer") for name in ("view_count", "like_count"))
        assert len(made) == 0


def test_a_list_becomes_a_frame_of_at_most_max_items(facade, serve):
    posts = [video(number) for number in range(5)]
    server = serve(*[page(posts[:3], "next"), page(posts[3:])] * 2)
    ca = facade(server.url)
    made = ca.do(lambda ca: ca.videos.list(max_items=4).to_pandas())
    assert list(made["id"]) == [one["id"] for one in posts[:4]]
    made = ca.do(lambda ca: ca.videos.list(max_items=4).to_polars(expand=True))
    assert list(made["id"]) == [one["id"] for one in posts[:4]]


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, lambda listed: pickle.loads(pickle.dumps(listed))],
)
def test_copies_of_an_empty_list_know_its_columns(facade, serve, copied):
    listed = facade(serve(page([])).url).do(lambda ca: ca.videos.list().to_list())
    assert copied(listed) == []
    assert to_pandas(copied(listed)).columns.equals(to_pandas(listed).columns)


def test_a_page_and_results_become_frames_themselves(facade, serve):
    ca = facade(serve(page([video(1)])).url)
    one = ca.collect(lambda ca: ca.videos.list().pages())[0]
    assert list(one.to_pandas()["id"]) == list(one.to_polars()["id"]) == [video(1)["id"]]
    made = Page(
        [post(1)], next_cursor=None, has_next=False, total_count=None, filters={}, request_id=None
    )
    assert made.to_pandas().equals(one.to_pandas())


def test_an_async_list_is_to_be_awaited():
    with pytest.raises(UsageError, match="for an async list, await its"):
        to_pandas(AsyncCreatorAudit("made-up-key", base_url="http://127.0.0.1:1").videos.list())


@pytest.mark.parametrize("library", ["polars", "pandas"])
def test_without_the_library_the_error_says_what_to_install(library):
    code = f"""
import sys
sys.modules[{library!r}] = None  # as if it were not installed
from creatoraudit import ConfigurationError
from creatoraudit.frames import to_{library}
try:
    to_{library}([])
except ConfigurationError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ}
    )
    assert done.stdout.strip() == (
        f"{library} is not installed; run: pip install 'creatoraudit[{library}]'"
    )


def test_frames_import_neither_library_before_it_is_asked_for():
    code = "import sys, creatoraudit.frames; print({'pandas', 'polars'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.fixture(scope="module")
def computed(sandbox: Sandbox) -> dict[str, Any]:
    """Results whose rows are not the items of a list."""
    with CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as ca:
        posts = [post.id for post in ca.videos.list(max_items=3)]
        accounts = [account.id for account in ca.accounts.list(max_items=3)]
        found = ca.breakouts(top=3)
        return {
            "deltas": ca.videos.deltas(posts, windows=[7]),
            "metrics": ca.videos.metrics(posts, period="7d"),
            "account metrics": ca.accounts.metrics(accounts, period="7d"),
            "breakouts": found,
        }


RESULTS = ("deltas", "metrics", "account metrics", "breakouts")


@pytest.mark.parametrize("name", RESULTS)
def test_constructors_of_frames_make_no_frame_with_other_columns(
    name: str, computed: dict[str, Any]
) -> None:
    result = computed[name]
    expected = result.to_polars()
    assert pl.DataFrame(result).equals(expected)
    assert pa.table(result).column_names == expected.columns
    with pytest.raises(UsageError, match="call its to_pandas"):
        pd.DataFrame(result)


@pytest.mark.parametrize("name", ["deltas", "metrics"])
def test_results_by_id_are_mappings_to_everybody_else(name: str, computed: dict[str, Any]) -> None:
    result = computed[name]
    (first, *_) = result
    assert first in result
    assert "nobody" not in result
    assert result.get(first) == result[first]
    assert dict(result) == dict(zip(result.keys(), result.values(), strict=True))
    assert next(iter(result.items())) == (first, result[first])
