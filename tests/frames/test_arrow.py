"""Lists as Arrow: one schema for any data, batches that can be resumed, streams."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import polars as pl
import pyarrow as pa
import pytest

from creatoraudit import (
    AccountVideoMetrics,
    AsyncCreatorAudit,
    ContractError,
    CreatorAudit,
    CreatorFigures,
    InternalError,
    Metrics,
    NotFoundError,
    UsageError,
    VideoDeltas,
    arrow,
)
from creatoraudit.frames import to_polars
from creatoraudit_api.columns import COLUMNS
from support.answers import deltas, page, problem, video, video_id
from support.server import Answer

KEY = "made-up-key-for-tests"
MODELS = {
    "accounts": "Account",
    "videos": "Video",
    "account-videos": "AccountVideo",
    "creators": "Creator",
}


@pytest.fixture
def client():
    clients = []

    def make(server):
        clients.append(CreatorAudit(KEY, base_url=server.url, max_retries=0))
        return clients[-1]

    yield make
    for one in clients:
        one.close()


@pytest.mark.parametrize("what", MODELS)
def test_a_schema_is_the_contracts_and_asks_nothing(what):
    declared = [column.name for column in COLUMNS[MODELS[what]]]
    assert arrow.schema(what).names == [*declared, "additional_members"]


def test_a_schema_has_a_column_per_window():
    assert arrow.schema("videos", [7, 30, 7]).names[-3:] == [
        "additional_members",
        "delta_7d",
        "delta_30d",
    ]
    assert arrow.schema("account-videos", windows=(1,)).field("delta_1d").type == pa.int64()
    instant = arrow.schema("videos").field("last_scrape_time").type
    assert instant == pa.timestamp("us", "UTC")


@pytest.mark.parametrize(
    ("items", "rows"),
    [
        ([], 0),
        ([dict.fromkeys(("id", "platform", "external_id"))], 1),
        ([video(1, brand_new={"a": 1}, platform="threads", like_count=None)], 1),
        ([video(1), video(2, view_count=..., added_at=...)], 2),
    ],
    ids=["empty", "all-null", "drifted", "full"],
)
def test_the_schema_does_not_depend_on_the_data(facade, serve, items, rows):
    ca = facade(serve(page(items)).url)
    table = ca.do(lambda ca: ca.videos.list().to_arrow())
    assert table.schema == arrow.schema("videos")
    assert table.num_rows == rows


def test_values_are_those_of_the_models(facade, sandbox):
    ca = facade(sandbox.base_url, sandbox.api_key)
    models = ca.do(lambda ca: ca.videos.list(max_items=250).to_list())
    table = ca.do(lambda ca: ca.videos.list(max_items=250).to_arrow())
    assert table.num_rows == 250
    for name in ("id", "view_count", "duration", "is_active", "added_at", "last_scrape_time"):
        assert table[name].to_pylist() == [getattr(one, name) for one in models]
    data = [
        None if text is None else json.loads(text) for text in table["platform_data"].to_pylist()
    ]
    assert data == [one.platform_data for one in models]


@pytest.mark.parametrize(
    "sent",
    [
        "2026-06-15T02:00:00+02:00",
        "2026-06-15T00:00:00",
        "2026-06-15",
        "2026-06-15t00:00:00z",
        "2026-06-15T00:00:00.1234567Z",
        "2026-06-14T24:00:00Z",
    ],
)
def test_every_spelling_of_an_instant_is_read_as_the_models_read_it(facade, serve, sent):
    items = [video(1, added_at=sent), video(2, added_at=None), video(3)]
    ca = facade(serve(*[page(items)] * 2).url)
    models = ca.do(lambda ca: ca.videos.list().to_list())
    table = ca.do(lambda ca: ca.videos.list().to_arrow())
    assert table["added_at"].to_pylist() == [one.added_at for one in models]


def test_half_a_character_becomes_a_mark_and_nothing_fails(facade, serve):
    items = [video(1, description="half \ud83d pair", more="\ud83d"), video(2, description="é")]
    ca = facade(serve(page(items)).url)
    table = ca.do(lambda ca: ca.videos.list().to_arrow())
    assert table["description"].to_pylist() == ["half \ufffd pair", "é"]
    assert json.loads(table["additional_members"][0].as_py()) == {"more": "\ufffd"}


@pytest.mark.parametrize(
    ("name", "value"),
    [("view_count", "12"), ("duration", "1.5"), ("is_active", 1), ("added_at", 5), ("type", [])],
)
def test_a_value_of_another_type_fails_and_names_the_member(facade, serve, name, value):
    ca = facade(serve(page([video(1), video(2, **{name: value})])).url)
    with pytest.raises(
        ContractError, match=rf"\$\.data\[\]\.{name} is .* where .* belongs"
    ) as caught:
        ca.do(lambda ca: ca.videos.list().to_arrow())
    assert caught.value.path == f"$.data[].{name}"
    assert video_id(2) in str(caught.value)
    assert caught.value.request_id == "req-scripted"


def test_items_after_max_items_are_not_decoded(facade, serve):
    items = [video(1), video(2), video(3, view_count="many")]
    ca = facade(serve(page(items)).url)
    assert ca.do(lambda ca: ca.videos.list(max_items=2).to_arrow()).num_rows == 2


def test_batches_end_where_pages_end_and_can_be_resumed(client, serve):
    pages = [[video(3 * at + n) for n in range(3)] for at in range(5)]

    def answer(request):
        at = int(request.query.get("cursor", ["0"])[0])
        return page(pages[at], str(at + 1) if at < 4 else None)

    ca = client(serve(answer))
    parts = list(arrow.batches(ca, "videos", 7))
    assert [part.batch.num_rows for part in parts] == [6, 6, 3]
    assert [part.next_cursor for part in parts] == ["2", "4", None]
    assert all(part.batch.schema == arrow.schema("videos") for part in parts)
    again = list(arrow.batches(ca, "videos", rows=7, cursor=parts[0].next_cursor))
    assert [part.batch.to_pydict() for part in again] == [
        part.batch.to_pydict() for part in parts[1:]
    ]
    assert [part.batch.num_rows for part in arrow.batches(ca, "videos", rows=3)] == [3] * 5
    assert [part.batch.num_rows for part in arrow.batches(ca, "videos", rows=1)] == [3] * 5


def test_an_empty_list_is_one_batch_without_rows(client, serve):
    ca = client(serve(page([]), page([])))
    for windows in ((), [7]):
        (part,) = arrow.batches(ca, "videos", windows=windows)
        assert (part.batch.num_rows, part.next_cursor) == (0, None)
        assert part.batch.schema == arrow.schema("videos", windows)


@pytest.mark.parametrize(
    "failing", [problem(500), page([video(9, view_count="many")], None)], ids=["status", "type"]
)
def test_what_arrived_before_a_failure_is_given_first(client, serve, failing):
    ca = client(serve(page([video(1)], "a"), page([video(2)], "b"), failing))
    walk = arrow.batches(ca, "videos")
    part = next(walk)
    assert part.batch["id"].to_pylist() == [video_id(1), video_id(2)]
    assert part.next_cursor == "b"
    with pytest.raises((InternalError, ContractError)) as caught:
        next(walk)
    assert caught.value.resume_cursor == "b"


def test_batches_carry_the_changes_of_their_posts(client, serve):
    odd = "not-a-uuid"
    known = {video_id(1): {"7d": 5, "1d": None}}
    server = serve(
        page([video(1, id=video_id(1).upper()), video(2), video(3, id=odd)]),
        deltas(known, not_found=[video_id(2)], windows=[7, 1]),
    )
    (part,) = arrow.batches(client(server), "account-videos", windows=[7, 1])
    assert part.batch["delta_7d"].to_pylist() == [5, None, None]
    assert part.batch["delta_1d"].to_pylist() == [None, None, None]
    assert server.requests[1].json == {
        "video_ids": [video_id(1), video_id(2)],
        "windows": [7, 1],
    }


def test_a_failure_to_ask_for_changes_leads_back_to_the_batch(client, serve):
    ca = client(serve(page([video(1)], "a"), problem(404)))
    with pytest.raises(NotFoundError) as caught:
        next(arrow.batches(ca, "videos", rows=1, windows=[7], cursor="start", via="get"))
    assert caught.value.resume_cursor == "start"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"what": "posts"}, "what must be one of accounts, videos, account-videos, creators"),
        ({"what": "deltas"}, "what must be one of"),
        ({"what": "accounts", "windows": [7]}, "windows goes with videos and account-videos"),
        ({"what": "videos", "windows": [0]}, "window must be between 1 and 365 days"),
        ({"what": "videos", "windows": 7}, "windows must be a list of days"),
        ({"what": "videos", "rows": 0}, "rows must be a whole number, 1 or more"),
        ({"what": "videos", "max_items": 5}, "batches takes whole pages"),
        ({"what": "videos", "order_by": "name"}, "order_by must be one of"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_is_sent(client, serve, arguments, said):
    server = serve()
    with pytest.raises(UsageError, match=said):
        arrow.batches(client(server), **arguments)
    assert server.requests == []


def test_batches_of_an_async_client_are_refused_with_the_way_out():
    with pytest.raises(UsageError, match="for an async list, await its to_arrow"):
        arrow.batches(AsyncCreatorAudit(KEY, base_url="http://127.0.0.1:1"), "videos")


def test_consumers_of_arrow_take_a_list_itself(client, serve):
    pages = [page([video(1), video(2)], "a"), page([video(3), video(4)])]
    ca = client(serve(*pages * 4))
    whole = pl.DataFrame(ca.videos.list())
    assert whole["id"].to_list() == [video_id(n) for n in range(1, 5)]
    assert whole["view_count"].dtype == pl.Int64
    assert pl.DataFrame(ca.videos.list(max_items=3)).height == 3
    assert pa.table(ca.videos.list(max_items=1)).num_rows == 1
    assert pa.table(ca.videos.list(max_items=0)).schema == arrow.schema("videos")
    taken = pa.RecordBatchReader.from_stream(ca.videos.list())
    assert taken.read_next_batch().num_rows == 2


def test_results_that_have_arrived_are_streams(sandbox):
    with CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as ca:
        ids = [one.id for one in ca.videos.list(max_items=3)]
        found = ca.breakouts(window=7, top=2)
        results = {
            "deltas": ca.videos.deltas(ids, [7]),
            "metrics": ca.videos.metrics(ids, period="7d"),
            "breakouts": found,
            "top": ca.creators.top(),
            "page": next(ca.videos.list(limit=3).pages()),
            "figures": ca.creators.analytics(ca.creators.list().first().id),
        }
    for name, result in results.items():
        table = pa.RecordBatchReader.from_stream(result).read_all()
        assert table == result.to_arrow(), name
        assert table.num_rows == len(result), name
        assert list(to_polars(result).columns)[: table.num_columns] == table.schema.names, name
    assert pl.DataFrame(found)["delta_7d"].to_list() == [post.delta for post in found]
    assert pa.table(results["deltas"]).schema.names == ["id", "delta_7d"]


def test_results_without_rows_have_their_schema():
    for empty in (VideoDeltas({}, (7,)), Metrics(), AccountVideoMetrics()):
        assert empty.to_arrow().num_rows == 0
        assert empty.to_arrow().schema.names == list(empty.to_pandas().columns)
    assert CreatorFigures((), total=False).to_arrow().num_columns == 0


@pytest.mark.parametrize("consume", [pl.DataFrame, pa.table], ids=["polars", "pyarrow"])
def test_a_failure_inside_a_stream_says_what_happened_and_no_key(client, serve, consume):
    echo = Answer(401, json={"title": "Unauthorized", "status": 401, "detail": "the key is wrong"})
    ca = client(serve(page([video(1)], "a"), echo))
    # Some releases of polars raise an exception of pyo3 here, which is no Exception.
    with pytest.raises(BaseException, match="the key is wrong") as caught:
        consume(ca.videos.list())
    assert KEY not in f"{caught.value!r} {caught.value}"
    ca = client(serve(page([video(1, view_count="many")])))
    with pytest.raises(BaseException, match=r"view_count is a string where an integer"):
        consume(ca.videos.list())


def test_without_pyarrow_the_error_says_what_to_install():
    code = """
import sys
sys.modules["pyarrow"] = None  # as if it were not installed
from creatoraudit import ConfigurationError, VideoDeltas, arrow
for call in (lambda: arrow.schema("videos"), VideoDeltas().to_arrow):
    try:
        call()
    except ConfigurationError as error:
        print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ}
    )
    said = "pyarrow is not installed; run: pip install 'creatoraudit[arrow]'\n"
    assert done.stdout == said * 2


def test_arrow_imports_no_library_before_it_is_asked_for():
    code = (
        "import sys, creatoraudit.arrow; print({'pyarrow', 'pandas', 'polars'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
