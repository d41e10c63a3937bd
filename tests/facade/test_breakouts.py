"""The main job: what it finds, what it counts, what it costs, and what stops it."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest

from creatoraudit import Breakout, ContractError, InsufficientScopeError, NetworkError, UsageError
from creatoraudit_sandbox import Sandbox
from support.answers import deltas, page, problem, video, video_id
from support.faults import FaultyProxy, Injection
from support.plain import REASONS, PlainLoop, rank
from support.server import Answer, Request

NOW = "2026-06-15T12:00:00Z"
SOURCES = ("account-videos", "videos", "both")


@pytest.fixture(scope="module")
def sandbox():
    """A world of three pages and two, so that the same answer can be found many times over."""
    with Sandbox(now=NOW, rate_limit=0, accounts=16, account_videos=450, videos=230) as running:
        yield running


@pytest.fixture
def faulty(sandbox):
    with ExitStack() as servers:
        yield lambda *injections: servers.enter_context(FaultyProxy(sandbox.base_url, *injections))


@pytest.fixture(scope="module")
def plain(sandbox):
    loop = PlainLoop(sandbox.base_url, sandbox.api_key)
    yield loop
    loop.close()


QUESTIONS = [
    *({"source": source} for source in SOURCES),
    *({"source": source, "by": by} for source in SOURCES for by in ("growth", "outlier")),
    *({"source": "both", "window": window} for window in (1, 3, 30, 90, 365)),
    {"source": "both", "top": 10_000, "by": "outlier"},
    {"source": "both", "top": 10_000, "by": "growth", "include_partial": True},
    {"source": "videos", "top": 1},
    {"source": "both", "platform": "tiktok"},
    {"source": "videos", "platform": "instagram", "min_views": 50_000, "by": "growth"},
    {"source": "account-videos", "min_views": 100_000, "window": 30, "by": "outlier"},
    {"source": "account-videos", "include_partial": True, "window": 60},
    {"source": "videos", "min_views": 10**12},
]


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_breakouts_equal_those_of_a_plain_serial_loop(facade, sandbox, plain, question):
    expected = plain.find(**question)
    sandbox.requests.clear()
    ca = facade(sandbox.base_url, sandbox.api_key)
    answer = ca.do(lambda ca: ca.breakouts(**question))
    assert [post.video.id for post in answer] == expected.ids
    assert [post.rank for post in answer] == list(range(1, len(answer) + 1))
    figures = ("delta", "views_before", "growth", "outlier")
    for ours, theirs in zip(answer, expected.posts, strict=True):
        assert [getattr(ours, name) for name in figures] == [theirs[name] for name in figures]
        window = question.get("window", 7)
        assert ours.deltas[f"{window}d"] == ours.delta
        assert set(ours.deltas) == {f"{days}d" for days in {1, 7, 14, 30, window}}
    assert answer.considered == expected.considered
    skipped = {reason: getattr(answer.skipped, reason) for reason in REASONS}
    assert skipped == {reason: expected.skipped[reason] for reason in REASONS}
    assert answer.skipped.total == expected.skipped.total()
    assert answer.requests == expected.pages + expected.batches == sandbox.requests.total
    filters = {"platform": None, "min_views": None, "include_partial": False}
    for name, default in filters.items():
        assert getattr(answer, name) == question.get(name, default)


@pytest.mark.parametrize("by", ["views", "growth", "outlier"])
def test_values_are_what_every_ranked_post_has_and_not_only_the_best(facade, sandbox, by):
    ca = facade(sandbox.base_url, sandbox.api_key)
    every = ca.do(lambda ca: ca.breakouts(by=by, top=10_000))
    best = ca.do(lambda ca: ca.breakouts(by=by, top=3))
    figure = "delta" if by == "views" else by
    known = sorted(getattr(post, figure) for post in every if getattr(post, figure) is not None)
    assert sorted(best.values) == known
    assert len(known) > len(best)


def test_the_worlds_known_breakouts_are_found(facade, sandbox):
    ca = facade(sandbox.base_url, sandbox.api_key)
    known = sandbox.breakout_ids["account_videos"]
    answer = ca.do(lambda ca: ca.breakouts(top=len(known), by="growth"))
    assert len({post.video.id for post in answer} & known) > len(known) / 2


def test_deltas_by_get_give_the_same_ranking(facade, sandbox):
    by_get = facade(sandbox.base_url, sandbox.read_key).do(
        lambda ca: ca.breakouts(source="videos", via="get")
    )
    by_post = facade(sandbox.base_url, sandbox.api_key).do(lambda ca: ca.breakouts(source="videos"))
    assert [post.video.id for post in by_get] == [post.video.id for post in by_post]
    assert by_get.skipped == by_post.skipped
    assert by_get.requests > by_post.requests


@pytest.mark.parametrize("concurrency", [1, 2, 32])
def test_concurrency_does_not_change_the_ranking(facade, sandbox, plain, concurrency):
    ca = facade(sandbox.base_url, sandbox.api_key, concurrency=concurrency)
    answer = ca.do(lambda ca: ca.breakouts(source="both", top=50))
    assert [post.video.id for post in answer] == plain.find(source="both", top=50).ids


@pytest.mark.usefixtures("waits")
def test_retries_are_counted_as_requests_and_change_nothing(facade, sandbox, faulty, plain):
    server = faulty(
        Injection("answer lost", number=2, path="/account-videos"),
        Injection("429", number=1, path="/videos/deltas"),
        Injection("503", number=3, path="/videos/deltas"),
    )
    ca = facade(server.url, sandbox.api_key)
    answer = ca.do(lambda ca: ca.breakouts())
    expected = plain.find()
    assert [post.video.id for post in answer] == expected.ids
    assert answer.requests == expected.pages + expected.batches + 3 == len(server.requests)


def test_progress_is_told_and_ends_with_everything_answered(facade, sandbox):
    ca = facade(sandbox.base_url, sandbox.api_key)
    told = []
    answer = ca.do(lambda ca: ca.breakouts(source="both", on_progress=told.append))
    assert [one.listed for one in told] == sorted(one.listed for one in told)
    assert [one.answered for one in told] == sorted(one.answered for one in told)
    assert told[-1].listed == answer.considered
    assert told[-1].answered == told[-1].asked == answer.considered - answer.skipped.total


# --- refused before anything is sent

REFUSED = {
    "window 0": ({"window": 0}, "window must be between 1 and 365 days, not 0"),
    "window 366": ({"window": 366}, "window must be between 1 and 365 days, not 366"),
    "window a float": ({"window": 7.0}, "window must be a whole number of days, not 7.0"),
    "window a boolean": ({"window": True}, "window must be a whole number of days, not True"),
    "window a string": ({"window": "7"}, "window must be a whole number of days, not '7'"),
    "top 0": ({"top": 0}, "top must be between 1 and 100000, not 0"),
    "top a string": ({"top": "5"}, "top must be between 1 and 100000, not '5'"),
    "top a float": ({"top": 2.5}, "top must be between 1 and 100000, not 2.5"),
    "by": ({"by": "likes"}, "by must be one of views, growth, outlier, not 'likes'"),
    "source": ({"source": "posts"}, "source must be one of account-videos, videos, both"),
    "min_views": ({"min_views": -1}, "min_views must be 0 or more, not -1"),
    "min_views a string": ({"min_views": "9"}, "min_views must be 0 or more, not '9'"),
    "via": ({"via": "put"}, "via must be post or get, not 'put'"),
    "platform": (
        {"source": "videos", "platform": "youtube"},
        "platform must be one of instagram, tiktok, not 'youtube'",
    ),
    "timeout": ({"timeout": 0}, "timeout must be more than 0, not 0"),
    "extra headers": ({"extra_headers": {"authorization": "x"}}, "the key goes into api_key="),
}


@pytest.mark.parametrize("case", REFUSED)
def test_invalid_arguments_of_breakouts_are_refused_before_any_request(facade, serve, case):
    arguments, message = REFUSED[case]
    server = serve()
    ca = facade(server.url)
    with pytest.raises(UsageError) as caught:
        ca.do(lambda ca: ca.breakouts(**arguments))
    assert message in str(caught.value)
    assert server.requests == []


# --- lists and answers of any shape


def answering(pages, answer):
    """A server with these pages of /account-videos, and a function for the deltas."""

    def respond(request: Request):
        if request.path == "/videos/deltas":
            return answer(request.json["video_ids"], request.json["windows"])
        number = int(request.query.get("cursor", ["0"])[0])
        more = str(number + 1) if number + 1 < len(pages) else None
        return page(pages[number], more)

    return respond


def as_map(change):
    return lambda ids, windows: deltas(
        {one: {f"{w}d": change(one) for w in windows} for one in ids}
    )


def as_rows(change):
    return lambda ids, windows: deltas(
        [{"id": one} | {f"{w}d": change(one) for w in windows} for one in ids]
    )


@pytest.mark.parametrize("shape", [as_map, as_rows])
def test_both_documented_shapes_of_deltas_are_understood(facade, serve, shape):
    posts = [video(number) for number in range(1, 6)]
    server = serve(answering([posts], shape(lambda one: int(one[-2:]) * 10)))
    answer = facade(server.url).do(lambda ca: ca.breakouts(top=2))
    assert [(post.video.id, post.delta) for post in answer] == [
        (video_id(5), 50),
        (video_id(4), 40),
    ]


def test_a_missing_window_is_no_delta_and_never_a_zero(facade, serve):
    posts = [video(1), video(2), video(3), video(4)]

    def answer(ids, _windows):
        return deltas(
            {
                ids[0]: {"1d": 4, "14d": 5, "30d": 6},
                ids[1]: {"7d": None},
                ids[2]: {"7d": 0},
            },
            not_found=[ids[3]],
        )

    answer_ = facade(serve(answering([posts], answer)).url).do(lambda ca: ca.breakouts())
    assert [(post.video.id, post.delta) for post in answer_] == [(video_id(3), 0)]
    assert answer_.skipped.no_delta == 2
    assert answer_.skipped.not_found == 1


def test_an_id_that_is_neither_answered_nor_named_is_no_delta(facade, serve):
    server = serve(answering([[video(1)]], lambda _ids, _windows: deltas({})))
    answer = facade(server.url).do(lambda ca: ca.breakouts())
    assert (len(answer), answer.skipped.no_delta, answer.skipped.not_found) == (0, 1, 0)


def test_a_member_that_was_not_sent_skips_nothing(facade, serve):
    posts = [
        video(1, last_scrape_time=..., first_scrape_time=...),
        video(2, last_scrape_time=...),
        video(3, first_scrape_time=...),
        video(4, first_scrape_time="some day", last_scrape_time="another day"),
        video(5, last_scrape_time=None),
        video(6, first_scrape_time="some day", last_scrape_time="some day"),
        video(7, first_scrape_time=None),
    ]
    server = serve(answering([posts], as_map(lambda _: 1)))
    answer = facade(server.url).do(lambda ca: ca.breakouts())
    assert [post.video.id for post in answer] == [video_id(n) for n in (1, 2, 3, 4, 7)]
    assert answer.skipped.never_refreshed == 1
    assert answer.skipped.single_refresh == 1


def test_ids_the_server_listed_are_sent_back_as_they_are(facade, serve):
    server = serve(answering([[video(1, id="not-a-uuid")]], as_map(lambda _: 3)))
    answer = facade(server.url).do(lambda ca: ca.breakouts())
    assert [post.video.id for post in answer] == ["not-a-uuid"]


def test_a_filter_the_server_does_not_echo_is_applied_here_too(facade, serve):
    posts = [video(1), video(2, platform="instagram")]

    def ignoring(request):
        if request.path == "/videos/deltas":
            return as_map(lambda _: 1)(request.json["video_ids"], request.json["windows"])
        return page(posts, filters={})

    server = serve(ignoring)
    answer = facade(server.url).do(lambda ca: ca.breakouts(platform="instagram"))
    assert [post.video.id for post in answer] == [video_id(2)]
    assert answer.considered == 1
    assert server.requests[0].query["platform"] == ["instagram"]


def test_both_keeps_one_post_of_two_lists_the_individually_tracked_one(facade, serve):
    tracked = [video(1, external_id="9"), video(2, external_id=None)]
    found = [video(3, external_id="9"), video(4, external_id=None), video(5)]

    def respond(request):
        if request.path == "/videos/deltas":
            return as_map(lambda _: 1)(request.json["video_ids"], request.json["windows"])
        return page(tracked if request.path == "/videos" else found)

    answer = facade(serve(respond).url).do(lambda ca: ca.breakouts(source="both"))
    assert [post.video.id for post in answer] == [video_id(n) for n in (1, 2, 4, 5)]
    assert answer.considered == 4


def test_posts_without_figures_rank_by_what_is_known(facade, serve):
    posts = [video(1, view_count=None), video(2, view_count=50), video(3, view_count=10)]
    server = serve(answering([posts], as_map(lambda _: 10)))
    answer = facade(server.url).do(lambda ca: ca.breakouts(by="growth"))
    assert [post.video.id for post in answer] == [video_id(2), video_id(1), video_id(3)]
    assert [post.views_before for post in answer] == [40, None, 0]
    assert [post.growth for post in answer] == [0.25, None, None]


AUTHORS = {
    "by account, then platform account, then name": [
        {"account_id": video_id(900)},
        {"platform_account_id": "p"},
        {"account_username": "u"},
        {"account_username": None},
    ],
    "medians of nothing": [{"account_username": "flat"}, {"account_username": "few"}],
}


@pytest.mark.parametrize("top", [1, 3, 8, 100])
@pytest.mark.parametrize("case", AUTHORS)
def test_outliers_are_compared_with_other_posts_of_their_author(facade, serve, case, top):
    authors = AUTHORS[case]
    posts, change = [], {}
    for number in range(60):
        author = authors[number % len(authors)]
        posts.append(video(number, **author))
        change[video_id(number)] = (number * 37) % 101 if len(authors) > 2 else 0
    if len(authors) == 2:
        # "flat" has a median of 0 with a few risers of high id, "few" has less than five posts.
        posts = [
            post for n, post in enumerate(posts) if post["account_username"] == "flat" or n < 8
        ]
        change |= {video_id(number): number for number in range(50, 60)}
        change |= {video_id(number): 100 + number for number in range(1, 8, 2)}
    server = serve(answering([posts], as_map(change.__getitem__)))
    answer = facade(server.url).do(lambda ca: ca.breakouts(by="outlier", top=top))
    expected = rank([post | {"delta": change[post["id"]]} for post in posts], "outlier")[:top]
    assert [post.video.id for post in answer] == [post["id"] for post in expected]
    assert [post.outlier for post in answer] == [post["outlier"] for post in expected]


def long_list(*, echo=True, unheard_of=0, refuse=False, totals=True):
    """Twelve pages of both platforms, and maybe posts of a platform nobody has heard of."""
    posts = [video(n, platform=("tiktok", "instagram")[n % 2]) for n in range(24)]
    posts += [video(100 + n, platform="threads") for n in range(unheard_of)]

    def respond(request):
        if request.path == "/videos/deltas":
            return as_map(lambda one: int(one[-6:]))(
                request.json["video_ids"], request.json["windows"]
            )
        platform = request.query.get("platform", [None])[0]
        if platform and refuse:
            return problem(422, "VALIDATION_ERROR")
        listed = [post for post in posts if platform in (None, post["platform"]) or not echo]
        at = int(request.query.get("cursor", ["0"])[0])
        more = str(at + 2) if at + 2 < len(listed) else None
        told = {"total_count": len(listed)} if totals and "include_total" in request.query else {}
        return page(
            listed[at : at + 2],
            more,
            filters={"platform": platform} if platform and echo else {},
            **told,
        )

    return respond, posts


LONG_LISTS = {
    "split by platform": {},
    "a filter that is not echoed": {"echo": False},
    "a platform nobody has heard of": {"unheard_of": 3},
    "a filter that is refused": {"refuse": True},
    "no totals": {"totals": False},
}


@pytest.mark.parametrize("case", LONG_LISTS)
def test_a_long_list_is_read_whole_however_it_is_walked(facade, serve, case):
    respond, posts = long_list(**LONG_LISTS[case])
    server = serve(respond)
    answer = facade(server.url).do(lambda ca: ca.breakouts(top=100))
    assert [post.video.id for post in answer] == [post["id"] for post in reversed(posts)]
    assert answer.considered == len(posts)
    assert answer.requests == len(server.requests)
    walks = {
        one.query.get("platform", [None])[0] for one in server.requests if "cursor" in one.query
    }
    assert walks == ({"tiktok", "instagram"} if case == "split by platform" else {None})


UNREADABLE = {
    "no object": (Answer(json=[]), "$"),
    "no data": (Answer(json={"meta": {}}), "$.data"),
    "data a string": (Answer(json={"data": "x", "meta": {}}), "$.data"),
    "data null": (Answer(json={"data": None, "meta": {}}), "$.data"),
    "no meta": (Answer(json={"data": {}}), "$.meta"),
    "meta null": (Answer(json={"data": {}, "meta": None}), "$.meta"),
    "not_found an object": (
        Answer(json={"data": {}, "meta": {"not_found": {}}}),
        "$.meta.not_found",
    ),
    "not_found of numbers": (
        Answer(json={"data": {}, "meta": {"not_found": [1]}}),
        "$.meta.not_found",
    ),
    "an entry null": (deltas({"x": None}), "$.data.x"),
    "an entry a number": (deltas({"x": 7}), "$.data.x"),
    "a delta of text": (deltas({"x": {"7d": "12"}}), "$.data.x.7d"),
    "a delta with a fraction": (deltas({"x": {"7d": 1.5}}), "$.data.x.7d"),
    "a delta true": (deltas({"x": {"7d": True}}), "$.data.x.7d"),
    "a delta beyond 64 bits": (deltas({"x": {"7d": 2**63}}), "$.data.x.7d"),
    "a row null": (deltas([None]), "$.data[0]"),
    "a row without id": (deltas([{"7d": 1}]), "$.data[0].id"),
    "a row whose id is a number": (deltas([{"id": 1, "7d": 1}]), "$.data[0].id"),
    "a row without figures": (deltas([{"id": "x", "likes": 1}]), "$.data[0]"),
    "a row that says views of several windows": (
        deltas([{"id": "x", "views": 1}]),
        "$.data[0].views",
    ),
    "two rows of one id": (deltas([{"id": "x", "7d": 1}, {"id": "x", "7d": 2}]), "$.data[1].id"),
    "not JSON": (Answer(body=b"<html>"), "$"),
    "NaN": (Answer(body=b'{"data": {"x": {"7d": NaN}}, "meta": {}}'), "$"),
    "endless nesting": (Answer(body=b"[" * 100_000), "$"),
    "nothing": (Answer(), "$"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_deltas_of_any_other_shape_are_a_contract_error_that_names_member_and_request(
    facade, serve, case
):
    answer, path = UNREADABLE[case]
    ca = facade(serve(answering([[video(1)]], lambda _ids, _windows: answer)).url)
    with pytest.raises(ContractError) as caught:
        ca.do(lambda ca: ca.breakouts())
    assert caught.value.path == path
    assert caught.value.request_id == "req-scripted"
    assert "batch_video_deltas" in str(caught.value)
    assert "req-scripted" in str(caught.value)


def test_a_misspelt_argument_is_refused_by_the_name_of_the_job(facade, serve):
    server = serve()
    with pytest.raises(UsageError, match="breakouts has no argument 'windows'"):
        facade(server.url).do(lambda ca: ca.breakouts(windows=7))
    assert server.requests == []


UNLISTABLE = {
    "no data": ({}, "$.data"),
    "data an object": ({"data": {}}, "$.data"),
    "an item null": ({"data": [video(1), None]}, "$.data[1]"),
    "an item without id": ({"data": [video(1, id=...)]}, "$.data[0].id"),
    "an item whose id is a number": ({"data": [video(1), video(2, id=2)]}, "$.data[1].id"),
}


@pytest.mark.parametrize("case", UNLISTABLE)
def test_a_list_without_ids_is_a_contract_error_that_leads_back_to_the_page(facade, serve, case):
    body, path = UNLISTABLE[case]
    broken = {"pagination": {"has_next": False, "limit": 200}, **body}

    def respond(request):
        return Answer(json=broken) if "cursor" in request.query else page([video(9)], "there")

    with pytest.raises(ContractError, match="list_account_videos") as caught:
        facade(serve(respond).url).do(lambda ca: ca.breakouts())
    assert caught.value.path == path
    assert caught.value.resume_cursor == "there"
    assert caught.value.request_id == "req-scripted"


def test_a_first_page_without_ids_leads_back_to_the_beginning(facade, serve):
    server = serve(lambda _: page([None], "behind"))
    with pytest.raises(ContractError, match="list_account_videos") as caught:
        facade(server.url).do(lambda ca: ca.breakouts())
    assert caught.value.path == "$.data[0]"
    assert caught.value.resume_cursor is None


def test_of_the_posts_only_those_that_are_ranked_are_decoded(facade, serve):
    posts = [video(1), video(2), video(3, metadata=[]), video(4)]
    server = serve(answering([posts], as_map(lambda one: int(one[-6:]))))
    ca = facade(server.url)
    assert [post.video.id for post in ca.do(lambda ca: ca.breakouts(top=1))] == [video_id(4)]
    with pytest.raises(ContractError, match="list_account_videos") as caught:
        ca.do(lambda ca: ca.breakouts(top=2))
    assert caught.value.path == "$.data[2].metadata"
    assert caught.value.request_id == "req-scripted"


def test_a_post_with_members_of_an_odd_type_is_ranked(facade, serve):
    posts = [
        video(1, view_count="many", platform=["tiktok"], account_id={"a": 1}, metadata=None),
        video(2, external_id=7, first_scrape_time=5, last_scrape_time=6),
        video(3, first_scrape_time="long ago", last_scrape_time="2026-06-15T00:00:00Z"),
        video(4, first_scrape_time="2026-06-15T00:00:00+00:00", last_scrape_time=...),
        video(5, first_scrape_time="2026-06-15T02:00:00+02:00"),
    ]
    server = serve(answering([posts], as_map(lambda one: int(one[-6:]))))
    for by in ("views", "growth", "outlier"):
        answer = facade(server.url).do(lambda ca, by=by: ca.breakouts(by=by, source="both"))
        assert {post.video.id for post in answer} == {video_id(n) for n in (1, 2, 3, 4)}


def test_the_next_page_is_asked_for_before_one_is_worked_on(facade, serve):
    """Blocks the event loop where the work is done: what was not sent before is not sent at all."""
    asked = [threading.Event() for _ in range(5)]

    def respond(request):
        if request.path == "/videos/deltas":
            return as_map(lambda _: 1)(request.json["video_ids"], request.json["windows"])
        number = int(request.query.get("cursor", ["0"])[0])
        asked[number].set()
        return page([video(number)], str(number + 1) if number + 1 < len(asked) else None)

    worked: list[bool] = []

    def progress(so_far):
        if so_far.answered == 0 and so_far.listed < len(asked):
            worked.append(asked[so_far.listed].wait(timeout=5))

    ca = facade(serve(respond).url)
    assert len(ca.do(lambda ca: ca.breakouts(on_progress=progress))) == len(asked)
    assert worked == [True] * (len(asked) - 1)


@pytest.mark.usefixtures("waits")
def test_the_server_going_away_in_mid_walk_is_one_error_with_the_resume_cursor(facade, serve):
    def respond(request):
        if request.query.get("cursor") == ["there"]:
            return Answer(503)
        if request.path == "/videos/deltas":
            return as_map(lambda _: 1)(request.json["video_ids"], request.json["windows"])
        return page([video(1)], "there")

    ca = facade(serve(respond).url, max_retries=1)
    with pytest.raises(Exception, match="list_account_videos: 503") as caught:
        ca.do(lambda ca: ca.breakouts())
    assert caught.value.resume_cursor == "there"
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_dead_server_is_one_network_error(facade, serve):
    server = serve()
    server.close()
    ca = facade(server.url, max_retries=0)
    with pytest.raises(NetworkError, match="list_account_videos: cannot connect") as caught:
        ca.do(lambda ca: ca.breakouts())
    assert not isinstance(caught.value, ExceptionGroup)
    assert caught.value.written is False


def test_a_failing_batch_tells_how_far_the_walk_had_come(facade, serve):
    def respond(request):
        if request.path == "/videos/deltas":
            return problem(500, "INTERNAL_ERROR")
        number = int(request.query.get("cursor", ["0"])[0])
        first = number * 200
        return page([video(first + n) for n in range(200)], str(number + 1))

    ca = facade(serve(respond).url)
    with pytest.raises(Exception, match="batch_video_deltas: 500") as caught:
        ca.do(lambda ca: ca.breakouts())
    assert int(caught.value.resume_cursor) > 0


def test_a_batch_that_fails_behind_the_walk_tells_its_last_page(facade, serve):
    def respond(request):
        if request.path == "/videos/deltas":
            return problem(500, "INTERNAL_ERROR")
        return page([video(2)]) if "cursor" in request.query else page([video(1)], "last")

    with pytest.raises(Exception, match="batch_video_deltas: 500") as caught:
        facade(serve(respond).url).do(lambda ca: ca.breakouts())
    assert caught.value.resume_cursor == "last"


def test_an_empty_list_costs_one_request(facade, serve):
    server = serve(lambda _: page([], total_count=0))
    answer = facade(server.url).do(lambda ca: ca.breakouts())
    assert (len(answer), answer.considered) == (0, 0)
    assert answer.requests == len(server.requests) == 1


def test_a_key_that_may_not_post_is_told_of_the_other_way(facade, serve):
    def respond(request):
        if request.method == "POST":
            return problem(403, "INSUFFICIENT_SCOPE")
        return page([video(1)])

    ca = facade(serve(respond).url)
    with pytest.raises(InsufficientScopeError, match='via="get"'):
        ca.do(lambda ca: ca.breakouts())


def test_an_exception_of_on_progress_reaches_the_caller(facade, sandbox):
    class Stop(Exception):
        pass

    def stop(_progress):
        raise Stop

    ca = facade(sandbox.base_url, sandbox.api_key)
    with pytest.raises(Stop):
        ca.do(lambda ca: ca.breakouts(on_progress=stop))


def test_breakouts_are_a_sequence_and_plain_data(facade, sandbox):
    ca = facade(sandbox.base_url, sandbox.api_key)
    answer = ca.do(lambda ca: ca.breakouts(window=3, top=2))
    assert isinstance(answer[0], Breakout)
    assert len(answer) == len(list(answer)) == 2
    plain = answer.to_dict()
    assert plain["window"] == 3
    assert list(plain["skipped"]) == [*REASONS, "no_account"]
    assert [row["id"] for row in plain["breakouts"]] == [post.video.id for post in answer]
    assert list(plain["breakouts"][0]) == [
        *("rank", "id", "platform", "external_id", "shortcode", "url", "account_id"),
        *("account_username", "description", "create_time", "view_count"),
        *("deltas", "delta", "views_before", "growth", "outlier"),
    ]
    assert answer.windows == (1, 3, 7, 14, 30)


@pytest.mark.parametrize("by", ["views", "growth", "outlier"])
def test_a_post_that_a_shifting_list_brings_twice_counts_once(facade, serve, by):
    posts = [video(number) for number in range(6)]
    pages = {None: posts[:4], "c": posts[2:]}
    asked: list[str] = []

    def reply(request: Request) -> Answer:
        if request.path == "/videos/deltas":
            asked.extend(request.json["video_ids"])
            return as_map(lambda one: int(one[-6:]))(asked, request.json["windows"])
        cursor = request.query.get("cursor", [None])[0]
        return page(pages[cursor], None if cursor else "c")

    result = facade(serve(reply).url).do(lambda ca: ca.breakouts(by=by))
    assert [post.video.id for post in result] == [post["id"] for post in reversed(posts)]
    assert result.considered == len(result.values) == len(posts)
    assert sorted(asked) == [post["id"] for post in posts]
    assert result[0].outlier == 2.0
