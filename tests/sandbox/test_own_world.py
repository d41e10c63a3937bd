"""Custom worlds: counts at instants, and every figure derived from them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from creatoraudit_sandbox import Sandbox

from .conftest import NOW, Api
from .test_process import run, serving

DAY = 86_400
SMALL_WORLD: dict[str, Any] = {
    "posts": {
        "X": {"views": {"-7d": 1_000, "now": 6_000}},
        "Y": {"views": {"-7d": 900, "now": 850}},
        "Z": {},
    }
}
WITH_ACCOUNTS: dict[str, Any] = {
    "accounts": {
        "acme": {
            "platform": "instagram",
            "followers": {"-10d": 1_000, "now": 2_000},
            "creator": "Acme Media",
            "category": "food",
            "posts": {
                "old": {"views": {"-10d": 100, "-3d": 800}, "likes": {"-10d": 10, "-3d": 24}},
                "new": {"views": {"-1d": 5, "+1d": 50, "+3d": 70}, "caption": "Fresh bread"},
            },
        },
        "other": {"posts": {"single": {"views": {"-2d": 7}}}},
    },
    "posts": {"twin": {"account": "acme", "views": {"-40d": 0, "now": 40}, "is_active": False}},
}


def delta(api: Api, name: str, days: int) -> int:
    post = api.sandbox.ids[name]
    return api.deltas([post], [days])[post][f"{days}d"]


def totals(api: Api, path: str, member: str, name: str, **body: str) -> dict[str, int]:
    asked = {member: [api.sandbox.ids[name]], **(body or {"period": "90d"})}
    found = api.post(path, json=asked).json()["data"]
    return dict(found[api.sandbox.ids[name]])


def test_posts_gain_fall_or_were_never_refreshed_as_told(start: Callable[..., Api]) -> None:
    api = start(world=SMALL_WORLD)
    assert [delta(api, name, 7) for name in "XYZ"] == [5_000, -50, 0]
    posts = {video["description"]: video for video in api.walk("/videos")}
    assert posts["X"]["view_count"] == posts["X"]["total_views"] == 6_000
    assert posts["X"]["first_scrape_time"] == "2026-06-08T12:00:00Z"
    assert posts["X"]["last_scrape_time"] == NOW
    assert posts["Y"]["view_count"] == 850
    assert api.get(f"/videos/{api.sandbox.ids['Z']}").json()["data"]["last_scrape_time"] is None
    assert len(posts) == 3


def test_counts_change_evenly_between_two_instants(start: Callable[..., Api]) -> None:
    api = start(world={"posts": {"X": {"views": {"-10d": 0, "-5d": 500, "now": 1_500}}}})
    assert [delta(api, "X", days) for days in (1, 5, 7, 30)] == [200, 1_000, 1_200, 1_500]


def test_accounts_overview_and_totals_follow_from_the_posts(start: Callable[..., Api]) -> None:
    api = start(world=WITH_ACCOUNTS)
    account = api.get(f"/accounts/{api.sandbox.ids['acme']}").json()["data"]
    assert (account["username"], account["platform"]) == ("acme", "instagram")
    assert (account["view_count"], account["total_post_count"]) == (805, 2)
    assert (account["follower_count"], account["category"]) == (2_000, "food")
    assert account["creator_name"] == "Acme Media"
    assert totals(api, "/accounts/metrics", "account_ids", "acme")["views"] == 700
    assert totals(api, "/accounts/metrics", "account_ids", "acme")["likes"] >= 14
    overview = api.get("/overview?period=90d").json()["data"]["current"]
    assert overview["total_views"] == 700 + 40
    assert overview["tracked_videos"] == 1
    top = api.get("/creators/top?period=30d").json()["data"]
    assert [(each["name"], each["views"]) for each in top] == [("Acme Media", 700)]
    days = api.get(f"/creators/{account['creator_id']}/analytics").json()["data"]
    assert sum(day["views"] for day in days) == 700
    assert days[0]["followers"] == 1_000 + 100 * 12 // 24
    twin = api.walk("/videos", account_id=api.sandbox.ids["acme"])[0]
    assert (twin["account_username"], twin["is_active"]) == ("acme", False)


def test_counts_of_other_figures_are_shown_and_added_up(start: Callable[..., Api]) -> None:
    told = {"views": 1_000, "likes": 7, "comments": 5, "shares": 3, "saves": 2, "plays": 1_100}
    figures = {name: {"-5d": 0, "now": count} for name, count in told.items()}
    api = start(world={"posts": {"X": {"platform": "instagram", **figures}}})
    shown = api.walk("/videos")[0]
    members = ("view", "like", "comment", "share", "saved", "play")
    assert [shown[f"{name}_count"] for name in members] == list(told.values())
    found = totals(api, "/videos/metrics", "video_ids", "X")
    assert found == {
        "views": 1_000,
        "plays": 1_100,
        "likes": 7,
        "comments": 5,
        "shares": 3,
        "engagement": 15,
    }


def test_later_counts_are_refreshes_to_come(start: Callable[..., Api]) -> None:
    world = {"posts": {"later": {"views": {"+1d": 10, "+2d": 30}}}, **WITH_ACCOUNTS}
    world["posts"] = {**WITH_ACCOUNTS["posts"], "later": {"views": {"+1d": 10, "+2d": 30}}}
    api = start(world=world)

    def shown(name: str) -> tuple[str | None, int | None]:
        path = "/videos" if name == "later" else "/account-videos"
        post = next(v for v in api.walk(path) if v["id"] == api.sandbox.ids[name])
        return post["last_scrape_time"], post["view_count"]

    assert shown("later") == (None, None)
    assert shown("new") == ("2026-06-14T12:00:00Z", 5)
    api.sandbox.advance(1.5 * DAY)
    assert shown("later") == ("2026-06-16T12:00:00Z", 10)
    assert shown("new") == ("2026-06-16T12:00:00Z", 50)
    assert shown("old") == ("2026-06-12T12:00:00Z", 800)
    api.sandbox.advance(10 * DAY)
    assert shown("later") == ("2026-06-17T12:00:00Z", 30)
    assert shown("new") == ("2026-06-18T12:00:00Z", 70)
    assert delta(api, "later", 7) == 20
    account = api.get(f"/accounts/{api.sandbox.ids['acme']}").json()["data"]
    assert (account["view_count"], account["last_scrape_time"]) == (870, "2026-06-18T12:00:00Z")
    assert len(api.walk("/account-videos")) == 3


def test_paused_post_is_refreshed_when_it_is_resumed(start: Callable[..., Api]) -> None:
    api = start(world={"posts": {"X": {"views": {"-1d": 1, "+1d": 2}}}})
    path = f"/videos/{api.sandbox.ids['X']}"
    api.patch(path, json={"is_active": False})
    api.sandbox.advance(2 * DAY)
    assert api.get(path).json()["data"]["view_count"] == 1
    api.patch(path, json={"is_active": True})
    api.sandbox.advance(2)
    assert api.get(path).json()["data"]["view_count"] == 2


def test_what_is_tracked_later_follows_from_the_seed(start: Callable[..., Api]) -> None:
    api = start(world=WITH_ACCOUNTS)
    made = api.post("/videos", json={"platform": "tiktok", "identifier": "7"}).json()["data"]
    body = {"platform": "tiktok", "username": "someone"}
    account = api.post("/accounts", json=body).json()["data"]
    api.sandbox.advance(3 * DAY)
    assert api.get(f"/videos/{made['id']}").json()["data"]["view_count"] > 0
    assert api.get(f"/accounts/{account['id']}").json()["data"]["total_post_count"] > 0


@pytest.mark.parametrize(
    "week_ago",
    [
        *("-7d", "-168h", "-1w", "2026-06-08T12:00:00Z", "2026-06-08T14:00:00+02:00"),
        *(
            timedelta(-7),
            datetime.fromisoformat("2026-06-08T12:00"),
            datetime(2026, 6, 8, 12, tzinfo=UTC),
        ),
    ],
)
def test_instants_are_relative_or_absolute(start: Callable[..., Api], week_ago: object) -> None:
    api = start(world={"posts": {"X": {"views": {week_ago: 1, "0s": 3}}}})
    assert delta(api, "X", 7) == 2
    told = datetime(2026, 6, 8, 12, tzinfo=UTC)
    assert api.walk("/videos")[0]["first_scrape_time"] == told.strftime("%Y-%m-%dT%H:%M:%SZ")


TOML = """
[accounts.acme]
followers = 10
posts.A = { views = { "-7d" = 1, "2026-06-15T12:00:00Z" = 8 }, published = 2026-06-01 }
[posts.X]
views = { "-7d" = 1_000, now = 6_000 }
"""


@pytest.mark.parametrize("name", ["world.toml", "world.json"])
def test_world_in_a_file(start: Callable[..., Api], tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text(json.dumps(SMALL_WORLD) if name.endswith("json") else TOML, encoding="utf-8")
    api = start(world=file)
    assert delta(api, "X", 7) == 5_000
    if name.endswith("toml"):
        assert api.walk("/account-videos")[0]["create_time"] == "2026-06-01T00:00:00Z"
    with serving("--world", str(file), "--now", NOW) as (_, url, key):
        sandbox = Sandbox(world=str(file), now=NOW)
        assert key == sandbox.api_key
        with Api(sandbox_at(url, key)) as client:
            assert client.walk("/videos") == api.walk("/videos")
        sandbox.close()


class sandbox_at:  # noqa: N801 - reads like a sandbox where it is used
    """What `Api` needs to know of a sandbox in another process."""

    def __init__(self, base_url: str, api_key: str) -> None:
        self.base_url, self.api_key = base_url, api_key


def test_each_organization_has_ids_of_its_own_for_the_same_world(
    start: Callable[..., Api],
) -> None:
    api = start(world=SMALL_WORLD, organizations=2)
    with Api(api.sandbox, api.sandbox.organizations[1].api_key) as other:
        mine, theirs = api.walk("/videos"), other.walk("/videos")
    assert [v["view_count"] for v in mine] == [v["view_count"] for v in theirs]
    assert not {v["id"] for v in mine} & {v["id"] for v in theirs}


def test_data_file_keeps_a_world_of_ones_own(tmp_path: Path) -> None:
    data = str(tmp_path / "sandbox.db")
    Sandbox(world=SMALL_WORLD, data=data, now=NOW).close()
    with Sandbox(data=data, world=SMALL_WORLD, now=NOW) as sandbox, Api(sandbox) as api:
        assert delta(api, "X", 7) == 5_000


@pytest.mark.parametrize(
    ("world", "message"),
    [
        ({"post": {}}, "world has no member 'post'; it takes accounts, posts"),
        ({"posts": []}, "posts is not a table"),
        ({"posts": {"X": 3}}, "post 'X' is not a table"),
        ({"posts": {"X": {"view": {}}}}, "post 'X' has no member 'view'"),
        ({"posts": {"X": {"views": 3}}}, "post 'X': views is not a table"),
        ({"posts": {"X": {"views": {"soon": 3}}}}, "'soon' is not an instant"),
        ({"posts": {"X": {"views": {"now": -3}}}}, "-3 is not a count"),
        ({"posts": {"X": {"views": {"1969-12-31": 3}}}}, "outside of the years"),
        ({"posts": {"X": {"views": {"+9999999w": 3}}}}, "outside of the years"),
        ({"posts": {"X": {"published": "9999-01-01"}}}, "outside of the years"),
        ({"posts": {"X": {"metadata": {"a": 1}}}}, "values that are not strings"),
        ({"posts": {"X": {"metadata": {1: "a"}}}}, "metadata is not a table"),
        ({"posts": {"X": {"metadata": 1}}}, "metadata is not a table"),
        ({"posts": {"X": {"views": {"now": True}}}}, "True is not a count"),
        ({"posts": {"X": {"views": {"now": 1, "0d": 1}}}}, "two counts at"),
        ({"posts": {"X": {"likes": {"now": 1}}}}, "likes at an instant without views"),
        ({"posts": {"X": {"platform": "threads"}}}, "platform must be instagram or tiktok"),
        ({"posts": {"X": {"id": "abc"}}}, "the numeric id of the post"),
        ({"posts": {"X": {"id": 1}, "Y": {"id": "1"}}}, "the id 1 is used twice"),
        ({"posts": {"X": {"is_active": "no"}}}, "is_active is not true or false"),
        ({"posts": {"X": {"caption": 3}}}, "caption is not a string"),
        ({"posts": {"X": {"account": "acme"}}}, "there is no account 'acme'"),
        ({"accounts": {"a b": {}}}, "'a b' is not a username"),
        ({"accounts": {"a": {}, "b": {"username": "A"}}}, "the username 'A' is used twice"),
        ({"accounts": {"X": {}}, "posts": {"X": {}}}, "two accounts or posts are called 'X'"),
    ],
)
def test_world_that_makes_no_sense_is_refused_with_the_place(
    world: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match="world") as refused:
        Sandbox(world=world, now=NOW)
    assert message in str(refused.value)


@pytest.mark.parametrize("text", ["posts = 3", "[posts", "\ufeff[posts.X]\nviews = {soon = 1}"])
def test_file_that_makes_no_sense_is_one_clear_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "world.toml"
    file.write_text(text, encoding="utf-8")
    result = run("--world", str(file))
    assert (result.returncode, result.stdout) == (2, "")
    assert "world" in result.stderr.splitlines()[-1]
    missing = run("--world", str(tmp_path / "none.toml"))
    assert missing.returncode == 1
    assert "none.toml" in missing.stderr


pytest_plugins = ["pytester"]


def test_fixture_starts_a_world_of_the_tests_own(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # those of others take time
    pytester.makefile(".ini", pytest="")  # nor the settings of a folder above
    pytester.makeconftest('pytest_plugins = ["creatoraudit_sandbox.pytest_plugin"]')
    pytester.makepyfile(
        """
        from creatoraudit import CreatorAudit

        def test_fall(creatoraudit_world):
            sandbox = creatoraudit_world({"posts": {"Y": {"views": {"-7d": 900, "now": 850}}}})
            with CreatorAudit() as ca:
                post = sandbox.ids["Y"]
                assert ca.videos.deltas([post], windows=[7])[post]["7d"] == -50
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-q")
    result.assert_outcomes(passed=1)
