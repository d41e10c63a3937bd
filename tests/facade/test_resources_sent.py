"""The requests that the methods send."""

from __future__ import annotations

import datetime as dt

import pytest

from creatoraudit import UsageError
from creatoraudit_api.types import UNSET
from support.answers import one, video, video_id
from support.server import Answer

ACCOUNT = {"id": video_id(1), "platform": "tiktok", "username": "a"}
CREATOR = {"id": video_id(2), "name": "c"}
EAST = dt.timezone(dt.timedelta(hours=9))


@pytest.mark.parametrize(
    ("call", "body"),
    [
        (lambda ca: ca.accounts.update(video_id(1), is_active=False), {"is_active": False}),
        (lambda ca: ca.accounts.update(video_id(1), is_active=None), {"is_active": None}),
        (lambda ca: ca.creators.update(video_id(1), name="n"), {"name": "n"}),
        (lambda ca: ca.creators.update(video_id(1), metadata=None), {"metadata": None}),
        (
            lambda ca: ca.creators.update(video_id(1), name=UNSET, metadata={}, is_active=None),
            {"metadata": {}, "is_active": None},
        ),
        (
            lambda ca: ca.videos.update(video_id(1), extra_body={"scrape_interval_hours": 6}),
            {"scrape_interval_hours": 6},
        ),
        (
            lambda ca: ca.videos.update(video_id(1), is_active=True, extra_body={"is_active": 1}),
            {"is_active": 1},
        ),
        (lambda ca: ca.videos.pause(video_id(1)), {"is_active": False}),
        (lambda ca: ca.creators.resume(video_id(1)), {"is_active": True}),
    ],
)
def test_a_change_sends_what_was_given_and_null_for_none(facade, serve, call, body):
    server = serve(one({**ACCOUNT, **CREATOR, **video(1)}))
    facade(server.url).do(call)
    (request,) = server.requests
    assert request.method == "PATCH"
    assert request.json == body


@pytest.mark.parametrize("resource", ["accounts", "videos", "creators"])
def test_a_change_of_nothing_is_refused(facade, serve, resource):
    server = serve()
    ca = facade(server.url)
    with pytest.raises(UsageError, match="nothing to change"):
        ca.do(lambda ca: getattr(ca, resource).update(video_id(1)))
    assert server.requests == []


@pytest.mark.parametrize(
    ("call", "body"),
    [
        (
            lambda ca: ca.videos.track("1", platform="tiktok"),
            {"platform": "tiktok", "identifier": "1"},
        ),
        (
            lambda ca: ca.videos.track("1", platform="tiktok", metadata=None, is_active=False),
            {"platform": "tiktok", "identifier": "1", "metadata": None, "is_active": False},
        ),
        (
            lambda ca: ca.accounts.track("@a", platform="instagram"),
            {"platform": "instagram", "username": "a"},
        ),
        (lambda ca: ca.creators.create("n"), {"name": "n"}),
        (
            lambda ca: ca.accounts.track(
                "a", platform="tiktok", extra_body={"post_lookback_days": 9}
            ),
            {"platform": "tiktok", "username": "a", "post_lookback_days": 9},
        ),
    ],
)
def test_a_create_sends_no_member_that_was_not_given(facade, serve, call, body):
    server = serve(one({**ACCOUNT, **CREATOR, **video(1)}, 201))
    facade(server.url).do(call)
    assert server.requests[0].json == body


@pytest.mark.parametrize(
    ("url", "platform"),
    [
        ("https://www.tiktok.com/@user/video/712345", "tiktok"),
        ("https://vm.tiktok.com/ZMabc/", "tiktok"),
        ("https://www.instagram.com/p/Cabc/?igsh=1", "instagram"),
        ("instagram.com/reel/Cabc", "instagram"),
        ("HTTPS://WWW.INSTAGRAM.COM/reel/Cabc/", "instagram"),
    ],
)
def test_a_video_is_tracked_by_its_url_alone(facade, serve, url, platform):
    server = serve(one(video(1), 201))
    facade(server.url).do(lambda ca: ca.videos.track(url))
    assert server.requests[0].json == {"platform": platform, "identifier": url}


@pytest.mark.parametrize(
    ("url", "platform", "name"),
    [
        ("https://www.tiktok.com/@some.one?lang=en", "tiktok", "some.one"),
        ("https://www.instagram.com/some_one/", "instagram", "some_one"),
        ("instagram.com/some_one", "instagram", "some_one"),
        (" https://m.tiktok.com/@x ", "tiktok", "x"),
    ],
)
def test_an_account_is_tracked_by_its_profile_url_alone(facade, serve, url, platform, name):
    server = serve(one(ACCOUNT, 201))
    facade(server.url).do(lambda ca: ca.accounts.track(url))
    assert server.requests[0].json == {"platform": platform, "username": name}


@pytest.mark.parametrize(
    "url",
    [
        "https://instagram.com.evil.example/p/abc",
        "https://evil.example/?u=https://www.tiktok.com/@a",
        "https://user@evil.example/tiktok.com/@a",
        "javascript://tiktok.com/@a",
        "https://[::1/@a",
        "ftp://tiktok.com/@a",
    ],
)
def test_a_url_of_another_host_names_no_platform(facade, serve, url):
    server = serve()
    ca = facade(server.url)
    with pytest.raises(UsageError, match="platform="):
        ca.do(lambda ca: ca.videos.track(url))
    with pytest.raises(UsageError):
        ca.do(lambda ca: ca.accounts.track(url))
    assert server.requests == []


def days_of(request):
    return {name: values[0] for name, values in request.query.items()}


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (dt.date(2026, 6, 1), dt.date(2026, 6, 3)),
        ("2026-06-01", "20260603"),
        (dt.datetime(2026, 6, 2, 8, tzinfo=EAST), dt.datetime(2026, 6, 3, tzinfo=dt.UTC)),
        ("2026-06-02T08:59:59+09:00", "2026-06-03T00:00:00Z"),
    ],
)
def test_days_are_given_as_date_datetime_or_text(facade, serve, first, last):
    rows = Answer(json={"data": []})
    totals = Answer(json={"data": {}, "meta": {"not_found": []}})
    server = serve(rows, totals)
    ca = facade(server.url)
    ca.do(lambda ca: ca.creators.analytics(video_id(1), first, last))
    ca.do(lambda ca: ca.accounts.metrics([video_id(1)], start_date=first, end_date=last))
    assert days_of(server.requests[0]) == {"start_date": "2026-06-01", "end_date": "2026-06-03"}
    assert server.requests[1].json == {
        "account_ids": [video_id(1)],
        "period": "custom",
        "start_date": "2026-06-01",
        "end_date": "2026-06-03",
    }


NAIVE = dt.datetime.fromisoformat("2026-06-01T00:00:00")
PERIODS = [
    ({"period": "1y"}, "one of"),
    ({"period": "custom"}, "start_date and end_date"),
    ({"period": "7d", "start_date": "2026-06-01", "end_date": "2026-06-02"}, "not both"),
    ({"start_date": "2026-06-01"}, "belong together"),
    ({"end_date": "2026-06-01"}, "belong together"),
    ({"start_date": "2026-06-02", "end_date": "2026-06-01"}, "after"),
    ({"start_date": NAIVE, "end_date": "2026-06-02"}, "zone"),
    ({"start_date": "2026-06-01T00:00:00", "end_date": "2026-06-02"}, "zone"),
    ({"start_date": "yesterday", "end_date": "2026-06-02"}, "such as"),
    ({"start_date": 20260601, "end_date": "2026-06-02"}, "int"),
]


@pytest.mark.parametrize("wrong", PERIODS, ids=lambda wrong: str(wrong[0]))
@pytest.mark.parametrize("method", ["metrics", "stream_metrics"])
@pytest.mark.parametrize("resource", ["accounts", "videos", "account_videos"])
def test_a_period_that_makes_no_sense_is_refused_before_sending(
    facade, serve, resource, method, wrong
):
    arguments, message = wrong
    server = serve()
    ca = facade(server.url)
    given = {"tiktok": [1]} if resource == "account_videos" else {}
    ids = () if given else ([video_id(1)],)

    def ask(client):
        return getattr(getattr(client, resource), method)(*ids, **given, **arguments)

    with pytest.raises(UsageError, match=message):
        (ca.collect if method == "stream_metrics" else ca.do)(ask)
    assert server.requests == []


def test_text_in_paths_and_queries_is_escaped(facade, serve):
    server = serve(
        Answer(json={"data": {"accounts": [], "creators": [], "videos": []}, "meta": {}})
    )
    ca = facade(server.url)
    ca.do(lambda ca: ca.search("a&limit=1#é/../x"))
    (request,) = server.requests
    assert request.path == "/search"
    assert request.query == {"q": ["a&limit=1#é/../x"]}
