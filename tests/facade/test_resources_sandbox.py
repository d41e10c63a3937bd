"""The methods of each resource, against a server that follows the contract."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid

import pytest

from creatoraudit import (
    AccountVideo,
    ConflictError,
    Creator,
    InsufficientScopeError,
    NotFoundError,
    QuotaExceededError,
    UsageError,
    ValidationError,
)
from creatoraudit_sandbox import Sandbox

NOW = "2026-06-15T12:00:00Z"
NOBODY = "00000000-0000-4000-8000-000000000000"
NAIVE = dt.datetime.fromisoformat("2026-06-01T00:00:00")
numbers = itertools.count(1)


def handle():
    return f"someone.{next(numbers)}"


def post_id():
    return str(7_300_000_000_000_000_000 + next(numbers))


@pytest.fixture(scope="module")
def busy():
    """A sandbox to change; every test makes what it changes."""
    with Sandbox(now=NOW, rate_limit=0, accounts=6, videos=6, account_videos=12) as running:
        yield running


@pytest.fixture
def ca(facade, busy):
    return facade(busy.base_url, busy.api_key)


def test_an_account_is_tracked_paused_resumed_and_deleted(ca):
    name = handle()
    made = ca.do(
        lambda ca: ca.accounts.track(
            f"https://www.tiktok.com/@{name}", category="food", scrape_interval_hours=12
        )
    )
    assert (made.platform, made.username, made.category) == ("tiktok", name, "food")
    assert made.scrape_interval_hours == 12
    assert made.last_scrape_time is None
    assert "last_scrape_time" in made.sent_members
    assert made.added_at.tzinfo is not None
    read = ca.do(lambda ca: ca.accounts.get(uuid.UUID(made.id)))
    assert read.id == made.id
    assert ca.do(lambda ca: ca.accounts.pause(made.id)).is_active is False
    assert ca.do(lambda ca: ca.accounts.get(made.id)).is_active is False
    assert ca.do(lambda ca: ca.accounts.resume(made.id)).is_active is True
    assert ca.do(lambda ca: ca.accounts.update(made.id, is_active=False)).is_active is False
    assert ca.do(lambda ca: ca.accounts.delete(made.id)) is None
    with pytest.raises(NotFoundError) as gone:
        ca.do(lambda ca: ca.accounts.get(made.id))
    assert gone.value.code == "NOT_FOUND"


def test_an_account_is_tracked_once(ca):
    name = handle()
    ca.do(lambda ca: ca.accounts.track(f"@{name}", platform="instagram"))
    with pytest.raises(ConflictError):
        ca.do(lambda ca: ca.accounts.track(f"https://instagram.com/{name}/"))
    ca.do(lambda ca: ca.accounts.track(name, platform="tiktok"))


def test_a_full_organization_takes_no_more_accounts(facade):
    with Sandbox(now=NOW, rate_limit=0, accounts=1, videos=0, account_quota=1) as full:
        ca = facade(full.base_url, full.api_key)
        with pytest.raises(QuotaExceededError) as refused:
            ca.do(lambda ca: ca.accounts.track("someone", platform="tiktok"))
        ca.close()
    assert refused.value.code == "QUOTA_EXCEEDED"
    assert "raise the cap" in str(refused.value)


def test_a_video_is_tracked_changed_and_deleted(ca):
    number = post_id()
    made = ca.do(
        lambda ca: ca.videos.track(
            f"https://www.tiktok.com/@someone/video/{number}",
            metadata={"campaign": "spring"},
            scrape_interval_hours=6,
        )
    )
    assert made.platform == "tiktok"
    assert made.metadata == {"campaign": "spring"}
    assert made.last_scrape_time is None
    assert ca.do(lambda ca: ca.videos.get(made.id)).scrape_interval_hours == 6
    assert ca.do(lambda ca: ca.videos.pause(made.id)).is_active is False
    assert ca.do(lambda ca: ca.videos.resume(made.id)).is_active is True
    assert ca.do(lambda ca: ca.videos.delete(made.id)) is None
    with pytest.raises(NotFoundError):
        ca.do(lambda ca: ca.videos.delete(made.id))


def test_a_video_created_paused_stays_paused(ca):
    made = ca.do(lambda ca: ca.videos.track(post_id(), platform="tiktok", is_active=False))
    assert ca.do(lambda ca: ca.videos.get(made.id)).is_active is False


def test_lists_are_filtered_and_sorted(ca):
    name = handle()
    made = ca.do(lambda ca: ca.accounts.track(name, platform="tiktok", category="rare"))
    found = ca.collect(lambda ca: ca.accounts.list(q=name.upper()))
    assert [one.id for one in found] == [made.id]
    tiktok = ca.collect(lambda ca: ca.accounts.list(platform="tiktok"))
    assert {one.platform for one in tiktok} == {"tiktok"}
    rare = ca.collect(lambda ca: ca.accounts.list(category="rare", is_active=True))
    assert made.id in {one.id for one in rare}
    by_views = ca.collect(lambda ca: ca.videos.list(order_by="view_count", order_direction="asc"))
    views = [one.view_count for one in by_views if one.view_count is not None]
    assert views == sorted(views)


def test_account_videos_are_listed_and_measured_per_platform(ca):
    posts = ca.collect(lambda ca: ca.account_videos.list())
    assert posts
    assert all(isinstance(one, AccountVideo) for one in posts)
    ids = {
        platform: [one.platform_data["internal_id"] for one in posts if one.platform == platform]
        for platform in ("instagram", "tiktok")
    }
    unknown = 999_999_999
    measured = ca.do(
        lambda ca: ca.account_videos.metrics(
            instagram=iter([*ids["instagram"], unknown]), tiktok=ids["tiktok"], period="90d"
        )
    )
    assert [(row.platform, row.id) for row in measured] == [
        (platform, one) for platform in ("instagram", "tiktok") for one in ids[platform]
    ]
    assert list(measured.not_found) == [("instagram", unknown)]
    assert all(row.totals.views is not None for row in measured)


def test_a_creator_is_made_renamed_paused_and_deleted(ca):
    made = ca.do(lambda ca: ca.creators.create("A name", metadata={"tier": 1}))
    assert isinstance(made, Creator)
    assert made.metadata == {"tier": 1}
    renamed = ca.do(lambda ca: ca.creators.update(made.id, name="Another", metadata=None))
    assert (renamed.name, renamed.metadata) == ("Another", None)
    assert ca.do(lambda ca: ca.creators.pause(made.id)).is_active is False
    archived = ca.collect(lambda ca: ca.creators.list(is_active=False))
    assert made.id in {one.id for one in archived}
    assert ca.do(lambda ca: ca.creators.resume(made.id)).is_active is True
    assert ca.do(lambda ca: ca.creators.delete(made.id)) is None
    with pytest.raises(NotFoundError):
        ca.do(lambda ca: ca.creators.get(made.id))


def test_linking_tells_whether_it_was_new(ca):
    account = ca.do(lambda ca: ca.accounts.track(handle(), platform="tiktok"))
    creator = ca.do(lambda ca: ca.creators.create("One"))
    first = ca.do(lambda ca: ca.creators.link(creator.id, account.id))
    again = ca.do(lambda ca: ca.creators.link(uuid.UUID(creator.id), uuid.UUID(account.id)))
    assert (first.created, again.created) == (True, False)
    assert first.record.to_dict() == again.record.to_dict()
    members = ca.collect(lambda ca: ca.accounts.list(creator_id=creator.id))
    assert [one.id for one in members] == [account.id]
    assert ca.do(lambda ca: ca.accounts.get(account.id)).creator_id == creator.id


def test_an_account_belongs_to_one_creator_at_a_time(ca):
    account = ca.do(lambda ca: ca.accounts.track(handle(), platform="tiktok"))
    one, other = (ca.do(lambda ca: ca.creators.create("Same name")) for _ in range(2))
    ca.do(lambda ca: ca.creators.link(one.id, account.id))
    with pytest.raises(ConflictError):
        ca.do(lambda ca: ca.creators.link(other.id, account.id))
    assert ca.do(lambda ca: ca.creators.unlink(one.id, account.id)) is None
    assert ca.do(lambda ca: ca.creators.link(other.id, account.id)).created
    with pytest.raises(NotFoundError):
        ca.do(lambda ca: ca.creators.link(NOBODY, account.id))


def test_the_leaderboard_and_the_figures_of_a_creator(facade, sandbox):
    ca = facade(sandbox.base_url, sandbox.api_key)
    top = ca.do(lambda ca: ca.creators.top("30d", limit=3))
    assert [one["rank"] for one in top] == [1, 2, 3]
    days = ca.do(
        lambda ca: ca.creators.analytics(top[0].id, dt.date(2026, 6, 1), "2026-06-03T23:00:00Z")
    )
    assert [day["date"] for day in days] == ["2026-06-01", "2026-06-02", "2026-06-03"]
    assert (len(days), days.total) == (3, False)
    assert all(isinstance(day["views"], int) for day in days)


def test_the_overview_compares_two_periods(facade, sandbox):
    ca = facade(sandbox.base_url, sandbox.api_key)
    seen = ca.do(lambda ca: ca.overview("30d"))
    now, before = seen.current.total_views, seen.previous.total_views
    assert seen.changes.total_views_pct == pytest.approx((now - before) / before * 100, abs=1e-3)
    assert ca.do(lambda ca: ca.overview()) == ca.do(lambda ca: ca.overview("7d"))


def test_search_finds_accounts_creators_and_videos(facade, sandbox):
    ca = facade(sandbox.base_url, sandbox.api_key)
    account = ca.do(lambda ca: ca.accounts.list().first())
    found = ca.do(lambda ca: ca.search(account.username, limit=5))
    assert account.id in {one.id for one in found.data.accounts}
    assert found.meta.query == account.username
    assert found.meta.limit_per_section == 5
    nothing = ca.do(lambda ca: ca.search("  "))
    assert (nothing.data.accounts, nothing.data.creators, nothing.data.videos) == ([], [], [])


def test_whoami_health_and_meta_respond(facade, sandbox):
    ca = facade(sandbox.base_url, sandbox.api_key)
    assert ca.do(lambda ca: ca.whoami()).api_key_name == "Sandbox admin key"
    assert ca.do(lambda ca: ca.meta()).api_version == "v2"
    assert ca.do(lambda ca: ca.health()).to_dict() == {"data": {"type": "health", "status": "ok"}}


def test_a_key_may_do_what_its_scope_says(facade, busy):
    reader = facade(busy.base_url, busy.read_key)
    writer = facade(busy.base_url, busy.write_key)
    made = writer.do(lambda ca: ca.accounts.track(handle(), platform="tiktok"))
    for refused in (
        lambda ca: ca.accounts.track(handle(), platform="tiktok"),
        lambda ca: ca.accounts.update(made.id, is_active=False),
        lambda ca: ca.accounts.delete(made.id),
        lambda ca: ca.creators.create("Nobody"),
    ):
        with pytest.raises(InsufficientScopeError, match="write scope"):
            reader.do(refused)
    assert reader.do(lambda ca: ca.accounts.get(made.id)).is_active is True
    assert len(reader.do(lambda ca: ca.accounts.metrics([made.id], period="7d"))) == 1


def test_the_server_names_the_member_it_refuses(ca):
    with pytest.raises(ValidationError) as refused:
        ca.do(lambda ca: ca.videos.track("a caption?", platform="tiktok"))
    assert [error["field"] for error in refused.value.errors] == ["identifier"]
    assert "identifier" in str(refused.value)


def test_one_idempotency_key_creates_once(ca):
    def create(client):
        return client.creators.create("Twin", idempotency_key=key)

    key = str(uuid.uuid4())
    assert ca.do(create).id == ca.do(create).id
    with pytest.raises(ConflictError):
        ca.do(lambda ca: ca.creators.create("Other", idempotency_key=key))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda ca: ca.accounts.get("7"),
        lambda ca: ca.videos.delete(".."),
        lambda ca: ca.creators.get(""),
        lambda ca: ca.accounts.update(NOBODY),
        lambda ca: ca.creators.update(NOBODY),
        lambda ca: ca.creators.link(NOBODY, None),
        lambda ca: ca.accounts.track("someone"),
        lambda ca: ca.accounts.track("https://www.instagram.com/p/abc/"),
        lambda ca: ca.accounts.track("https://www.tiktok.com/@a", platform="instagram"),
        lambda ca: ca.videos.track("712345"),
        lambda ca: ca.videos.track("https://example.com/instagram.com/p/abc/"),
        lambda ca: ca.videos.track("x" * 513, platform="tiktok"),
        lambda ca: ca.creators.create(""),
        lambda ca: ca.creators.top("60d"),
        lambda ca: ca.creators.top(limit=26),
        lambda ca: ca.overview("1d"),
        lambda ca: ca.search("x" * 129),
        lambda ca: ca.search("x", limit=0),
        lambda ca: ca.creators.analytics(NOBODY, "2026-06-02", "2026-06-01"),
        lambda ca: ca.creators.analytics(NOBODY, "2026-06-02"),
        lambda ca: ca.creators.analytics(NOBODY, NAIVE, "2026-06-02"),
        lambda ca: ca.account_videos.metrics(instagram=["1"]),
        lambda ca: ca.account_videos.metrics(tiktok=[True]),
    ],
)
def test_invalid_arguments_are_refused_before_sending(facade, serve, wrong):
    server = serve()
    ca = facade(server.url)
    with pytest.raises(UsageError):
        ca.do(wrong)
    assert server.requests == []
