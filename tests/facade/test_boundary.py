"""Arguments may be values of other libraries, such as numpy."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from creatoraudit import AsyncCreatorAudit, ConfigurationError, CreatorAudit, UsageError
from creatoraudit.export import export
from support.answers import WHOAMI, one, page, video, video_id
from support.server import Answer

ID = "3c90c3cc-0d44-4b50-8888-8dd25736052a"


def kind_of(value):
    """A name for a parameter that is the same in every process."""
    return getattr(value, "__name__", type(value).__name__)


def deltas(ids):
    data = {one: {"7d": 3} for one in ids}
    return Answer(json={"data": data, "meta": {"not_found": []}})


def totals(data):
    return Answer(json={"data": data, "meta": {"not_found": []}})


SEVENS = {
    "numpy int64": np.int64(7),
    "numpy uint8": np.uint8(7),
    "numpy array": np.array(7),
    "pandas": pd.Series([7])[0],
    "pandas nullable": pd.array([7], dtype="Int64")[0],
    "polars": pl.Series([7])[0],
}
NO_INTEGERS = {
    "float": 7.0,
    "numpy float": np.float64(7),
    "true": True,
    "numpy true": np.True_,
    "span": np.timedelta64(7, "D"),
    "missing": pd.NA,
    "nan": float("nan"),
    "list": [7],
    "array": np.array([7]),
    "text": "seven",
}
sevens = pytest.mark.parametrize("seven", SEVENS.values(), ids=SEVENS)
no_integers = pytest.mark.parametrize("wrong", NO_INTEGERS.values(), ids=NO_INTEGERS)


@pytest.fixture
def posts(sandbox):
    with CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as ca:
        return ca.videos.list(max_items=3).to_list()


@sevens
def test_integer_of_any_library_is_an_integer(facade, sandbox, posts, seven):
    ca = facade(sandbox.base_url, sandbox.api_key, concurrency=seven, max_retries=seven)
    found = ca.do(lambda ca: ca.breakouts(window=seven, top=seven, min_views=seven))
    assert found == ca.do(lambda ca: ca.breakouts(window=7, top=7, min_views=7))
    by_id = ca.do(lambda ca: ca.videos.deltas([posts[0].id], windows=np.array([seven, 1])))
    assert by_id.windows == (7, 1)
    listed = ca.do(lambda ca: ca.videos.list(limit=seven, max_items=seven).to_list())
    assert len(listed) == 7
    called = ca.do(lambda ca: ca.call("search", q="a", limit=seven))
    assert called.status == 200


@no_integers
def test_what_is_not_an_integer_is_refused_before_sending(facade, serve, wrong):
    server = serve()
    ca = facade(server.url)
    calls = [
        lambda ca: ca.breakouts(window=wrong),
        lambda ca: ca.breakouts(top=wrong),
        lambda ca: ca.videos.deltas([ID], windows=[wrong]),
        lambda ca: ca.account_videos.metrics(tiktok=[wrong]),
    ]
    if not isinstance(wrong, str):
        calls += [lambda ca: ca.call("list_videos", limit=wrong)]
    for call in calls:
        with pytest.raises(UsageError):
            ca.do(call)
    with pytest.raises(UsageError):
        ca.collect(lambda ca: ca.videos.list(max_items=wrong))
    with pytest.raises(ConfigurationError):
        facade(server.url, max_retries=wrong)
    assert server.requests == []


@pytest.mark.parametrize(
    "half", [0.5, np.float32(0.5), np.float64(0.5), np.array(0.5), np.int8(1)], ids=kind_of
)
def test_float_of_any_library_is_a_number(facade, serve, half):
    ca = facade(serve(WHOAMI, one(video(1))).url, timeout=half, retry_budget=np.float32(20))
    ca.do(lambda ca: ca.whoami(timeout=half, retry_budget=np.int64(5), max_wait=half))
    ca.do(lambda ca: ca.videos.wait_until_refreshed(ID, timeout=half, poll=half))


@pytest.mark.parametrize(
    "true", [True, np.True_, pd.Series([True])[0], pl.Series([True])[0]], ids=kind_of
)
def test_truth_value_of_any_library_is_sent_as_one(facade, serve, true):
    server = serve(page([]), one(video(1)))
    ca = facade(server.url, cache=true)
    ca.collect(lambda ca: ca.videos.list(is_active=true))
    ca.do(lambda ca: ca.videos.update(ID, is_active=true))
    assert server.requests[0].query["is_active"] == ["true"]
    assert server.requests[1].json == {"is_active": True}


@pytest.mark.parametrize(
    "day",
    [
        "2026-06-14",
        dt.date(2026, 6, 14),
        np.datetime64("2026-06-14"),
        pd.Timestamp("2026-06-14T23:00", tz="UTC"),
        pl.Series([dt.date(2026, 6, 14)])[0],
        np.str_("2026-06-14"),
    ],
    ids=kind_of,
)
def test_day_of_any_library_is_a_day(facade, serve, day):
    server = serve(totals({}), Answer(json={"data": []}))
    ca = facade(server.url)
    ca.do(lambda ca: ca.videos.metrics([ID], start_date=day, end_date=day))
    ca.do(lambda ca: ca.creators.analytics(ID, day, day))
    assert server.requests[0].json["start_date"] == "2026-06-14"
    assert server.requests[1].query["end_date"] == ["2026-06-14"]


@pytest.mark.parametrize(
    "day",
    [
        np.datetime64("2026-06-14T12:00"),
        np.datetime64("2026-06-14T12:00:00", "ns"),
        np.datetime64("NaT", "s"),
        pd.NaT,
        pd.NA,
        pd.Timestamp("2026-06-14"),
        pd.Period("2026-06"),
        float("nan"),
        20260614,
    ],
    ids=kind_of,
)
def test_day_that_is_none_or_has_no_zone_is_refused_before_sending(facade, serve, day):
    server = serve()
    with pytest.raises(UsageError, match="start_date"):
        facade(server.url).do(
            lambda ca: ca.videos.metrics([ID], start_date=day, end_date="2026-06-15")
        )
    assert server.requests == []


@pytest.mark.parametrize(
    "lists",
    [
        np.array,
        pd.Series,
        pl.Series,
        pd.Index,
        lambda ids: [uuid.UUID(one) for one in ids],
        lambda ids: (f"  {one.upper()}\n" for one in ids),
        lambda ids: dict.fromkeys(ids).keys(),
    ],
    ids=kind_of,
)
def test_ids_of_any_library_are_ids(facade, serve, lists):
    ids = [video_id(1), video_id(2)]
    server = serve(deltas(ids), deltas(ids))
    ca = facade(server.url)
    ca.do(lambda ca: ca.videos.deltas(lists(ids), windows=[7]))
    ca.do(lambda ca: ca.call("batch_video_deltas", video_ids=lists(ids), windows=np.array([7])))
    for request in server.requests:
        assert request.json == {"video_ids": ids, "windows": [7]}


def test_what_a_mapping_holds_is_sent_as_json_whatever_library_it_is_of(facade, serve):
    metadata = {
        "count": np.int64(3),
        "share": np.float32(0.5),
        "on": np.True_,
        "id": uuid.UUID(ID),
        "day": np.datetime64("2026-06-14"),
        "at": pd.Timestamp("2026-06-14T12:00", tz="UTC"),
        "path": Path("a/b"),
        "many": np.array([1, 2]),
        "more": pl.Series(["x"]),
        "none": None,
    }
    server = serve(one(video(1), 201), one(video(1)), page([]))
    ca = facade(server.url)
    ca.do(lambda ca: ca.videos.track("7", platform="tiktok", metadata=metadata))
    sent = {
        "count": 3,
        "share": 0.5,
        "on": True,
        "id": ID,
        "day": "2026-06-14",
        "at": "2026-06-14T12:00:00Z",
        "path": "a/b",
        "many": [1, 2],
        "more": ["x"],
        "none": None,
    }
    assert server.requests[0].json["metadata"] == sent
    ca.do(lambda ca: ca.videos.update(ID, extra_body=metadata))
    assert server.requests[1].json == sent
    ca.collect(lambda ca: ca.videos.list(extra_query={"on": np.True_, "n": np.int64(3)}))
    assert server.requests[2].query["on"] == ["true"]
    assert server.requests[2].query["n"] == ["3"]


@pytest.mark.parametrize(
    "wrong",
    [float("nan"), np.float64("inf"), pd.NaT, pd.NA, b"bytes", object(), np.timedelta64(1, "D")],
    ids=kind_of,
)
def test_value_that_nothing_can_carry_is_refused_before_sending(facade, serve, wrong):
    server = serve()
    ca = facade(server.url)
    for call in (
        lambda ca: ca.videos.track("7", platform="tiktok", metadata={"x": [wrong]}),
        lambda ca: ca.videos.update(ID, extra_body={"x": wrong}),
        lambda ca: ca.call("list_videos", q=wrong),
        lambda ca: ca.call("list_videos", extra_query={"x": wrong}),
    ):
        with pytest.raises(UsageError, match="cannot be sent"):
            ca.do(call)
    assert server.requests == []


# --- ids are looked up as they are sent


@pytest.mark.parametrize(
    "spelt", [str.upper, lambda text: f" {text}\n", uuid.UUID, str, np.str_], ids=kind_of
)
def test_id_is_normalised_on_look_up_as_when_it_is_sent(facade, serve, spelt):
    ca = facade(serve(deltas([ID]), totals({ID: {"views": 3}})).url)
    by_id = ca.do(lambda ca: ca.videos.deltas([spelt(ID)], windows=[7]))
    metrics = ca.do(lambda ca: ca.videos.metrics([spelt(ID)]))
    for found in (by_id, metrics):
        assert spelt(ID) in found
        assert found.get(spelt(ID)) is not None
        assert found[spelt(ID)] is found[ID]
        assert "x" not in found
        assert None not in found


# --- ids and names given as numbers


@pytest.mark.parametrize(
    "number", [7204018326900000124, np.int64(7204018326900000124), pd.Series([712345])[0]]
)
@pytest.mark.parametrize("resource", ["videos", "accounts"])
def test_numeric_identifier_may_be_given_as_a_number(facade, serve, number, resource):
    server = serve(one(video(1, username="someone"), 201))
    facade(server.url).do(lambda ca: getattr(ca, resource).track(number, platform="tiktok"))
    sent = server.requests[0].json
    assert sent.get("identifier", sent.get("username")) == str(int(number))


@pytest.mark.parametrize(
    "wrong", [None, 7.0, b"712345", ["712345"], True, pd.NA, Path("x")], ids=kind_of
)
@pytest.mark.parametrize("resource", ["videos", "accounts"])
def test_identifier_of_another_type_is_refused_before_sending(facade, serve, wrong, resource):
    server = serve()
    with pytest.raises(UsageError, match="must be a string, not"):
        facade(server.url).do(lambda ca: getattr(ca, resource).track(wrong, platform="tiktok"))
    assert server.requests == []


def test_numeric_identifier_without_a_platform_says_what_is_missing(facade, serve):
    with pytest.raises(UsageError, match="pass platform="):
        facade(serve().url).do(lambda ca: ca.videos.track(7204018326900000124))


# --- paths, URLs and clients


@pytest.mark.parametrize("path", [str, Path, lambda text: str(text).encode(), np.str_], ids=kind_of)
def test_path_of_any_type_is_a_path(sandbox, tmp_path, path):
    with CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as ca:
        assert export(ca, "creators", path(tmp_path / "x.jsonl")).path == tmp_path / "x.jsonl"


def test_home_in_a_path_is_expanded(sandbox, tmp_path, monkeypatch):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    with CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as ca:
        assert export(ca, "creators", "~/new/").path == tmp_path / "new" / "creators.csv"


@pytest.mark.parametrize(
    "path", [7, None, ["x.csv"], object(), "a\0.csv", "~a\0/b.csv", "", b""], ids=kind_of
)
def test_path_that_is_none_is_refused(sandbox, path):
    with (
        CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as ca,
        pytest.raises(UsageError, match=r"out must be (a path|the name of a file or folder)"),
    ):
        export(ca, "creators", path)


@pytest.mark.parametrize("url", [7, Path("x"), b"http://127.0.0.1/v2", True], ids=kind_of)
def test_base_url_of_another_type_is_refused(facade, url):
    with pytest.raises(ConfigurationError, match="base_url= must be a string"):
        facade(url)


@pytest.mark.parametrize("client", [AsyncCreatorAudit, object, dict])
def test_client_of_another_kind_is_refused_by_an_export(tmp_path, client):
    with pytest.raises(UsageError, match=r"export\(\) takes a CreatorAudit, not"):
        export(client(), "videos", tmp_path / "x.csv")


# --- options


@pytest.mark.parametrize("resource", ["accounts", "videos"])
def test_option_of_a_waiter_is_no_other_methods_concern(facade, serve, waits, resource):
    busy = Answer(503, headers={"retry-after": "20"})
    ca = facade(serve(busy).url)
    with pytest.raises(Exception, match="503"):
        ca.do(lambda ca: getattr(ca, resource).wait_until_refreshed(ID, retry_budget=5))
    assert waits == []
    for wrong in (0, "5", float("nan"), True):
        with pytest.raises(UsageError, match="retry_budget"):
            ca.do(
                lambda ca, wrong=wrong: getattr(ca, resource).wait_until_refreshed(
                    ID, retry_budget=wrong
                )
            )


@pytest.mark.parametrize("resource", ["accounts", "videos", "creators"])
@pytest.mark.parametrize("method", ["pause", "resume"])
@pytest.mark.parametrize("wrong", [{"is_active": True}, {"name": "x"}, {"timout": 3}], ids=str)
def test_argument_that_a_method_does_not_have_is_refused_as_one(
    facade, serve, resource, method, wrong
):
    server = serve()
    with pytest.raises(UsageError, match="has no argument"):
        facade(server.url).do(lambda ca: getattr(getattr(ca, resource), method)(ID, **wrong))
    assert server.requests == []
