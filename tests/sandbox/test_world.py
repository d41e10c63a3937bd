"""The seeded world: the same for everyone, with every kind of post a client must cope with."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from unicodedata import name

import pytest

from creatoraudit_sandbox import Sandbox
from creatoraudit_sandbox.captions import HOSTILE_CAPTIONS
from creatoraudit_sandbox.clock import Clock
from creatoraudit_sandbox.curve import views_of
from creatoraudit_sandbox.rate import RateLimiter

from .conftest import NOW, Api

WEEK = timedelta(days=7)


def time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def is_ranked(video: dict[str, Any]) -> bool:
    """Whether a post has a filled week behind it, as breakouts must."""
    first, last = video["first_scrape_time"], video["last_scrape_time"]
    return last is not None and time(last) - time(first) >= WEEK


def snapshot(api: Api) -> str:
    lists = ("/videos", "/account-videos", "/accounts", "/creators")
    return json.dumps([api.walk(path) for path in lists])


def test_equal_seeds_give_equal_worlds_byte_for_byte(start: Callable[..., Api]) -> None:
    assert snapshot(start()) == snapshot(start())


def test_other_seeds_give_other_worlds(start: Callable[..., Api]) -> None:
    assert snapshot(start(seed=1)) != snapshot(start(seed=2))


def test_sizes_are_as_asked_for(start: Callable[..., Api]) -> None:
    api = start(accounts=7, videos=23, account_videos=11)
    sizes = [len(api.walk(path)) for path in ("/accounts", "/videos", "/account-videos")]
    assert sizes == [7, 23, 11]


@pytest.mark.parametrize("sizes", [(0, 0, 0), (0, 5, 9), (1, 1, 1), (3, 0, 7)])
def test_tiny_worlds_work(start: Callable[..., Api], sizes: tuple[int, int, int]) -> None:
    accounts, videos, account_videos = sizes
    api = start(accounts=accounts, videos=videos, account_videos=account_videos)
    assert len(api.walk("/videos")) == videos
    for path in ("/overview", "/creators/top", "/search?q=a", "/account-videos"):
        assert api.get(path).status_code == 200


def test_post_has_no_views_before_it_is_published() -> None:
    growth = (1_000, 500, 60, 0, 0, 1)
    assert [views_of(growth, instant) for instant in (0, 1_000, 1_060)] == [0, 0, 250]


@pytest.mark.parametrize(("limit", "window"), [(-1, 60.0), (1, 0.0), (1, -1.0)])
def test_rate_limit_that_makes_no_sense_is_refused(limit: int, window: float) -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        RateLimiter(Clock(), limit, window)


def test_negative_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        Sandbox(videos=-1)


@pytest.mark.parametrize("path", ["/videos", "/account-videos"])
def test_every_kind_of_post_is_there(api: Api, path: str) -> None:
    videos = api.walk(path)
    assert {v["platform"] for v in videos} == {"instagram", "tiktok"}
    assert [v for v in videos if v["last_scrape_time"] is None]
    refreshed = [v for v in videos if v["last_scrape_time"]]
    assert [v for v in refreshed if v["first_scrape_time"] == v["last_scrape_time"]]
    assert [v for v in refreshed if not is_ranked(v)]
    assert [v for v in videos if v["is_unavailable"]]
    assert [v for v in videos if v["is_active"] is False]


def week(api: Api, path: str) -> tuple[dict[str, int], dict[str, float], frozenset[str]]:
    """What the posts with a filled week gained in it, as views and as a share of those before."""
    views = {v["id"]: v["view_count"] for v in api.walk(path) if is_ranked(v)}
    gained = {i: entry["7d"] for i, entry in api.deltas(list(views), [7]).items()}
    growth = {i: gained[i] / (views[i] - gained[i]) for i in views}
    return gained, growth, api.sandbox.breakout_ids[path[1:].replace("-", "_")]


@pytest.mark.parametrize("path", ["/videos", "/account-videos"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_breakouts_are_the_fastest_posts_of_the_week(
    start: Callable[..., Api], path: str, seed: int
) -> None:
    # With 42 accounts, a paused one has a breakout that could be tracked by itself, too.
    _, growth, known = week(start(seed=seed, accounts=42, videos=1200, account_videos=1200), path)
    assert known
    assert set(sorted(growth, key=growth.__getitem__)[-len(known) :]) == known


def test_breakouts_gain_a_believable_multiple_of_what_posts_of_their_author_gain(api: Api) -> None:
    gained, _, known = week(api, "/account-videos")
    authors = {v["id"]: v["account_id"] for v in api.walk("/account-videos")}
    of_author: dict[str, list[int]] = {}
    for post, views in gained.items():
        of_author.setdefault(authors[post], []).append(views)
    times = sorted(gained[post] / median(of_author[authors[post]]) for post in known)
    assert times[0] > 5
    assert 20 < median(times) < 200
    assert times[-1] < 500


def test_breakouts_have_different_shapes(api: Api) -> None:
    known = sorted(api.sandbox.breakout_ids["account_videos"])
    shapes: Counter[str] = Counter()
    for entry in api.deltas(known, [1, 7, 14, 30]).values():
        last = entry["1d"]
        week = (entry["7d"] - entry["1d"]) / 6
        month = (entry["30d"] - entry["14d"]) / 16
        if last < week / 4:
            shapes["early peak"] += 1
        elif month > entry["7d"] / 7 / 10:
            shapes["second wave"] += 1
        elif last > week * 0.8:
            shapes["slow climb"] += 1
    assert sum(shapes.values()) == len(known)
    assert min(shapes["early peak"], shapes["second wave"], shapes["slow climb"]) >= 5


@pytest.mark.parametrize("path", ["/videos", "/account-videos"])
def test_figures_could_be_those_of_real_posts(api: Api, path: str) -> None:
    _, growth, known = week(api, path)
    assert {1.5 < growth[i] < 20 for i in known} == {True}
    ordinary = sorted(growth[i] for i in growth if i not in known)
    assert ordinary[0] < 0.005
    assert 0.01 < median(ordinary) < 0.04
    assert 0.2 < ordinary[-1] < 1.5
    for video in api.walk(path):
        if video["view_count"] and video["view_count"] > 1000:
            views, likes = video["view_count"], video["like_count"]
            assert 0.01 < likes / views <= 0.1
            assert 0 <= video["comment_count"] < likes / 5
            assert 0 <= video["share_count"] < views / 100


def test_profiles_with_more_followers_have_more_views(api: Api) -> None:
    accounts = sorted(api.walk("/accounts"), key=lambda a: int(a["follower_count"]))
    known = api.sandbox.breakout_ids["account_videos"]
    views: dict[str, list[int]] = {account["id"]: [] for account in accounts}
    for video in api.walk("/account-videos"):
        if video["view_count"] and video["id"] not in known:
            views[video["account_id"]].append(video["view_count"])
    typical = [median(views[account["id"]]) for account in accounts]
    assert median(typical[:10]) * 5 < median(typical[-10:])


def script(caption: str) -> str:
    """The script that a caption begins in, after digits and punctuation."""
    found = name(next(filter(str.isalpha, caption))).split()[0]
    return "JAPANESE" if found in {"HIRAGANA", "KATAKANA", "CJK"} else found


def test_captions_are_in_many_scripts_and_each_author_keeps_to_one(api: Api) -> None:
    scripts: dict[str, set[str]] = {}
    for video in (*api.walk("/videos"), *api.walk("/account-videos")):
        caption, author = video["description"], video["account_username"]
        if caption and caption not in HOSTILE_CAPTIONS:
            scripts.setdefault(author, set()).add(script(caption))
    assert {len(found) for found in scripts.values()} == {1}
    known = {"LATIN", "CYRILLIC", "ARABIC", "DEVANAGARI", "HANGUL", "JAPANESE"}
    assert set().union(*scripts.values()) == known


def test_posts_of_private_accounts_cannot_be_reached_any_more(api: Api) -> None:
    private = {a["id"] for a in api.walk("/accounts") if a["is_unavailable"]}
    assert private
    for video in api.walk("/account-videos"):
        if video["account_id"] in private and video["last_scrape_time"]:
            assert video["is_unavailable"] is True
            assert video["id"] not in api.sandbox.breakout_ids["account_videos"]


def test_captions_are_varied(api: Api) -> None:
    captions = [v["description"] for v in api.walk("/account-videos") if v["description"]]
    assert len(set(captions)) > 0.8 * len(captions)


def test_breakouts_are_on_both_platforms_and_on_many_accounts(api: Api) -> None:
    ids = api.sandbox.breakout_ids["account_videos"]
    rising = [v for v in api.walk("/account-videos") if v["id"] in ids]
    assert {v["platform"] for v in rising} == {"instagram", "tiktok"}
    assert len({v["account_id"] for v in rising}) >= 10


def test_some_posts_are_tracked_both_ways_with_the_same_growth(api: Api) -> None:
    found = {(v["platform"], v["external_id"]): v for v in api.walk("/account-videos")}
    both = [
        (v, found[v["platform"], v["external_id"]])
        for v in api.walk("/videos")
        if (v["platform"], v["external_id"]) in found
    ]
    assert len(both) >= 5
    for mine, theirs in both:
        assert mine["id"] != theirs["id"]
        assert mine["account_id"] == theirs["account_id"]
        assert mine["description"] == theirs["description"]
        views = sorted((v["last_scrape_time"], v["view_count"]) for v in (mine, theirs))
        assert views[0][1] <= views[1][1]


def test_posts_are_known_only_once_they_were_refreshed(api: Api) -> None:
    new = [v for v in api.walk("/videos") if v["last_scrape_time"] is None]
    members = ("description", "view_count", "create_time", "is_unavailable", "account_username")
    assert {v[name] for v in new for name in members} == {None}


def test_saves_are_instagrams_and_plays_equal_views_on_tiktok(api: Api) -> None:
    for path in ("/videos", "/account-videos", "/accounts"):
        for item in api.walk(path):
            if item["platform"] == "tiktok":
                assert item["saved_count"] is None
                assert item["play_count"] == item["view_count"]
            elif item["last_scrape_time"]:
                assert item["saved_count"] is not None
                assert item["play_count"] >= item["view_count"]


def test_captions_have_what_careless_programs_choke_on(api: Api) -> None:
    captions = "\0".join(v["description"] or "" for v in api.walk("/account-videos"))
    for trap in ("\0=HYPERLINK", "[/b]", "<script>", "\n", "\x1b[31m", "\u202e", "مرحبا", "👩"):
        assert trap in captions


def test_times_are_in_order(api: Api) -> None:
    for path in ("/videos", "/account-videos"):
        for video in api.walk(path):
            times = [
                video[name]
                for name in ("create_time", "added_at", "first_scrape_time", "last_scrape_time")
                if video[name] is not None
            ]
            assert times == sorted(times)
            assert times[-1] <= NOW


def test_internal_ids_are_unique_per_platform_only(api: Api) -> None:
    pairs = [
        (v["platform"], v["platform_data"]["internal_id"]) for v in api.walk("/account-videos")
    ]
    assert len(set(pairs)) == len(pairs)
    assert Counter(number for _, number in pairs).most_common(1)[0][1] == 2


def test_accounts_add_up_their_posts(api: Api) -> None:
    views: Counter[str] = Counter()
    posts: Counter[str] = Counter()
    for video in api.walk("/account-videos"):
        views[video["account_id"]] += video["view_count"] or 0
        posts[video["account_id"]] += 1
    for account in api.walk("/accounts"):
        assert account["view_count"] == views[account["id"]]
        assert account["total_post_count"] == posts[account["id"]]
