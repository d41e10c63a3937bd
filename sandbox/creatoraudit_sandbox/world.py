"""The seeded world: which profiles and posts exist, and how each of them grows.

Everything follows from the seed, the sizes and the starting instant, by hashing, so that a row
costs one or two hashes and needs no generator state. The same post (platform and external id) has
the same growth and caption however it is tracked. The store keeps the rows.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from . import captions
from .clock import DAY, HOUR
from .curve import UNIT, Curve, share, views_at
from .rows import UNKNOWN, AccountRow, CreatorRow, PostRow

PLATFORMS: Final = ("instagram", "tiktok")
INSTAGRAM: Final = 0
TIKTOK: Final = 1
DEFAULT_SEED: Final = 7

_FIRST = (
    "north",
    "blue",
    "little",
    "urban",
    "wild",
    "slow",
    "golden",
    "paper",
    "salt",
    "night",
    "open",
    "tiny",
)
_SECOND = (
    "kitchen",
    "studio",
    "trail",
    "garden",
    "loops",
    "bakery",
    "frames",
    "lab",
    "runner",
    "atelier",
    "club",
)
_CATEGORIES = ("tech", "food", "fashion", "fitness", "travel", None)

# A post's place in its list decides its state, so that every world of 16 posts has each of them.
_STATES: Final = tuple(
    {3: "never", 7: "single", 11: "young", 13: "gone", 15: "paused"}.get(i, "normal")
    for i in range(16)
)
# A multiple of the number of states, at the position of a normal post.
_BREAKOUT_EVERY: Final = 48
_BREAKOUT_AT: Final = 5
#: How breakouts rise, in turn.
_SHAPES: Final = ("early peak", "slow climb", "second wave")
_TWIN_EVERY: Final = 20
# The accounts that became private, so that nothing of theirs can be read any more.
_PRIVATE_EVERY: Final = 17
_PRIVATE_AT: Final = 12
_NO_BOOST: Final = (0, 0, 1)


class Traits(NamedTuple):
    """What a post is like, however it is tracked."""

    caption: str
    curve: Curve


def _digest(text: str, size: int) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).digest()


def _uuid(raw: bytes) -> str:
    h = raw.hex()
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-{'89ab'[raw[8] & 3]}{h[17:20]}-{h[20:32]}"


def organization_id(seed: int | str) -> str:
    """The UUID of the organization that a world belongs to."""
    return _uuid(_digest(f"{seed}:organization", 16))


def platform_account_id(seed: int | str, platform: int, username: str) -> str:
    """The platform-wide id of a profile; known for profiles that are not tracked, too."""
    raw = _digest(f"{seed}:author:{platform}:{username.casefold()}", 8)
    return str(10**9 + int.from_bytes(raw, "big") % 10**16)


@lru_cache(maxsize=4096)
def reach(seed: int | str, platform: int, username: str) -> int:
    """Size of the audience of a profile, from 0 (small) to 7; each is twice the one before."""
    raw = _digest(f"{seed}:reach:{platform}:{username.casefold()}", 8)
    return int.from_bytes(raw, "big") % 8


@lru_cache(maxsize=4096)
def _tongue(seed: int | str, platform: int, username: str) -> int:
    """The number that chooses the language of an author."""
    return int.from_bytes(_digest(f"{seed}:tongue:{platform}:{username.casefold()}", 4), "big")


def follower_count(base: int, daily: int, added_at: int, instant: int) -> int:
    """Followers of a profile at an instant; they grow along a straight line."""
    return max(0, base + daily * (instant - added_at) // DAY)


class World:
    """The world of one seed, as it stands at ``now`` (epoch seconds)."""

    def __init__(
        self, seed: int | str, now: int, accounts: int, account_videos: int, videos: int
    ) -> None:
        if min(accounts, account_videos, videos) < 0:
            raise ValueError("the numbers of accounts and videos must not be negative")
        self.seed = seed
        self.now = now
        self.account_count = accounts
        self.account_video_count = account_videos if accounts else 0
        self.video_count = videos
        self.post_count = videos + self.account_video_count
        #: Ids by name; empty except in worlds of your own.
        self.ids: dict[str, str] = {}

    def new_id(self, kind: str, n: int) -> str:
        """The UUID of the n-th row of a kind."""
        return _uuid(_digest(f"{self.seed}:{kind}:{n}", 16))

    def traits(self, platform: int, external_id: str, published: int, author: str) -> Traits:
        """Caption and growth of a post, without a late rise."""
        raw = _digest(f"{self.seed}:post:{platform}:{external_id}", 32)
        a, b, c, d, e, f, g, h = struct.unpack(">8I", raw)
        # Most posts do as well as the others of their author, a few much better.
        step = (1000 << reach(self.seed, platform, author)) * (1 + a % 3 * ((a >> 8) % 3))
        # Half of a post's views come within two to 30 days; most posts are quick.
        tail = 28 * DAY
        likes = 200 + d % 800
        return Traits(
            captions.HOSTILE_CAPTIONS[g % len(captions.HOSTILE_CAPTIONS)]
            if h % 16 == 0
            else captions.caption(_tongue(self.seed, platform, author), f, g),
            Curve(
                published,
                step + b % step,
                2 * DAY + min(c % tail, (c >> 8) % tail),
                *_NO_BOOST,
                likes,
                3 + likes * (e % 6 + 1) // 100,  # comments
                3 + (e >> 8) % 70,  # shares
                5 + g % 120,  # saves
                UNIT if platform == TIKTOK else UNIT + h % 4000,  # plays
            ),
        )

    def fresh_post_age(self, platform: int, external_id: str) -> int:
        """Age in seconds of a post that was not tracked before."""
        raw = _digest(f"{self.seed}:age:{platform}:{external_id}", 4)
        return DAY + int.from_bytes(raw, "big") % (30 * DAY)

    def author(self, platform: int, external_id: str) -> str:
        """Username of the author of a post of which only the id is known."""
        raw = _digest(f"{self.seed}:by:{platform}:{external_id}", 8)
        return _author(*struct.unpack(">2I", raw))

    def new_external_id(self, platform: int, kind: str, n: int) -> str:
        """A numeric id of the length the platforms use, unique per kind and row."""
        raw = int.from_bytes(_digest(f"{self.seed}:external:{kind}:{n}", 8), "big")
        return _external_id(platform, raw, n)

    def account(self, n: int, platform: int, username: str, added_at: int) -> AccountRow:
        """A newly tracked profile that was not refreshed yet."""
        raw = _digest(f"{self.seed}:profile:{platform}:{username.casefold()}", 16)
        a, b, c, d = struct.unpack(">4I", raw)
        gap = DAY + c % (4 * DAY)
        audience = 2000 << reach(self.seed, platform, username)
        followers = audience + b % audience
        return AccountRow(
            n=n,
            id=self.new_id("account", n),
            platform=platform,
            username=username,
            handle=username.casefold(),
            category=None,
            creator=None,
            is_active=1,
            is_unavailable=0,
            is_verified=int(a % 7 == 0),
            scrape_interval_hours="24",
            refresh_every=DAY,
            added_at=added_at,
            first_scrape_time=UNKNOWN,
            last_scrape_time=UNKNOWN,
            next_refresh=None,
            follower_base=followers,
            follower_daily=1 + followers * (d % 40) // UNIT,
            follower_count=0,
            following_count=b % 1500,
            next_post_at=added_at - 12 * gap,
            post_gap=gap,
        )

    def accounts(self) -> Iterator[AccountRow]:
        """The profiles tracked from the start."""
        creators = self.creator_count
        for n in range(1, self.account_count + 1):
            a, b, c, d = struct.unpack(">4I", _digest(f"{self.seed}:account-times:{n}", 16))
            platform = n % 2
            name = f"{_FIRST[a % len(_FIRST)]}{'._'[b % 2]}{_SECOND[c % len(_SECOND)]}{n}"
            added = self.now - 60 * DAY - d % (120 * DAY)
            row = self.account(n, platform, name, added)
            paused = n % 13 == 9
            last = self.now - 300 - c % (21 * HOUR)
            private = n % _PRIVATE_EVERY == _PRIVATE_AT
            if paused or private:
                last -= 4 * DAY
            yield row._replace(
                category=_CATEGORIES[a % len(_CATEGORIES)],
                creator=(n % creators) + 1 if creators and n % 5 else None,
                is_active=0 if paused else 1,
                is_unavailable=int(private),
                first_scrape_time=added + 2,
                last_scrape_time=last,
                next_refresh=None if paused or private else last + DAY,
                follower_count=follower_count(row.follower_base, row.follower_daily, added, last),
                next_post_at=self.now + DAY + b % (2 * DAY),
            )

    @property
    def creator_count(self) -> int:
        """Number of creators at the start."""
        return self.account_count // 5

    def creators(self) -> Iterator[CreatorRow]:
        """The creators that exist from the start; every seventh is archived."""
        for n in range(1, self.creator_count + 1):
            a, b = struct.unpack(">2I", _digest(f"{self.seed}:creator-name:{n}", 8))
            name = f"{_FIRST[a % len(_FIRST)]} {_SECOND[b % len(_SECOND)]} {n}".title()
            metadata = '{"region": "emea"}' if n % 3 == 0 else None
            yield CreatorRow(n, self.new_id("creator", n), name, int(n % 7 != 0), metadata)

    def account_videos(self, accounts: list[AccountRow]) -> Iterator[PostRow]:
        """The posts found through the tracked profiles, refreshed whenever their profile is."""
        for i in range(self.account_video_count):
            yield self._account_video(i, accounts)

    def videos(self, accounts: list[AccountRow]) -> Iterator[PostRow]:
        """The posts tracked one by one; some of them are also found through a profile."""
        for i in range(self.video_count):
            twin = i // _TWIN_EVERY
            if (
                i % _TWIN_EVERY == 8
                and twin < self.account_video_count
                and _state(twin) == "normal"
                and accounts[twin % len(accounts)].is_active
                and not accounts[twin % len(accounts)].is_unavailable
            ):
                yield self._twin(i + 1, self._account_video(twin, accounts))
            else:
                yield self._video(i)

    def _account_video(self, i: int, accounts: list[AccountRow]) -> PostRow:
        cycle, place = divmod(i, len(accounts))
        account = accounts[place]
        # Even rows are Instagram's, odd ones TikTok's, and each platform counts from 1: the
        # internal ids of the two overlap, as they do in the real API.
        of_platform = (len(accounts) + account.platform) // 2
        ordinal = cycle * of_platform + (account.n + account.platform) // 2
        n = 2 * ordinal + account.platform
        raw = _digest(f"{self.seed}:account_video:{n}", 48)
        return self._post(
            n,
            i,
            raw,
            platform=account.platform,
            hours=24,
            newest=account.last_scrape_time,
            author=account.username,
            account=account.n,
            private=bool(account.is_unavailable),
        )

    def _video(self, i: int) -> PostRow:
        n = i + 1
        raw = _digest(f"{self.seed}:video:{n}", 48)
        a, b, c, d = struct.unpack_from(">4I", raw, 32)
        hours = (6, 12, 24, 24, 48, 168)[a % 6]
        newest = self.now - 300 - b % ((hours - 2) * HOUR)
        row = self._post(
            n, i, raw, platform=i % 2, hours=hours, newest=newest, author=_author(c, d)
        )
        return row._replace(metadata='{"campaign": "spring"}') if a % 9 == 0 else row

    def _twin(self, n: int, post: PostRow) -> PostRow:
        raw = _digest(f"{self.seed}:video:{n}", 24)
        a, b = struct.unpack_from(">2I", raw, 16)
        last = self.now - 300 - a % (21 * HOUR)
        first = max(post.curve.published + HOUR, last - 8 * DAY - b % (20 * DAY))
        views = views_at(post.curve, last)
        return post._replace(
            n=n,
            id=_uuid(raw[:16]),
            is_active=1,
            added_at=first - 2,
            updated_at=last,
            first_scrape_time=first,
            last_scrape_time=last,
            next_refresh=last + DAY,
            view_count=views,
            like_count=share(views, post.curve.like_rate),
            play_count=share(views, post.curve.play_rate),
        )

    def _post(
        self,
        n: int,
        i: int,
        raw: bytes,
        *,
        platform: int,
        hours: int,
        newest: int,
        author: str,
        account: int | None = None,
        private: bool = False,
    ) -> PostRow:
        """A post in the state that its place in the list gives it."""
        draw, a, b = struct.unpack_from(">Q2I", raw, 16)
        place = _place(i)
        state = _STATES[place % len(_STATES)]
        breakout = place % _BREAKOUT_EVERY == _BREAKOUT_AT and not private
        shape = _SHAPES[place // _BREAKOUT_EVERY % len(_SHAPES)]
        last = newest
        age = HOUR + b % (20 * DAY)  # at the first refresh
        if state == "gone":
            last -= 10 * DAY + a % (10 * DAY)
        elif state == "paused":
            last -= 3 * DAY + a % DAY
        first = last
        if state == "young":
            first -= DAY + a % (5 * DAY)
        elif breakout and shape == "second wave":
            first -= 16 * DAY + a % (13 * DAY)
            age = HOUR
        elif breakout:
            first -= 35 * DAY + a % (40 * DAY)
        elif state != "single":
            span = 100 * DAY
            first -= 10 * DAY + min(a % span, (draw >> 20) % span)
        added = first - 2
        published = added - age
        external_id = _external_id(platform, draw, n)
        caption, curve = self.traits(platform, external_id, published, author)
        if breakout:
            # Demonstrations show breakouts first, so these get no captions that break programs.
            caption = captions.caption(_tongue(self.seed, platform, author), a, b)
            audience = reach(self.seed, platform, author)
            curve = _breaking_out(curve, shape, last, audience=audience, a=a, b=b)
        known = state != "never"
        if not known:
            first = last = UNKNOWN
        views = views_at(curve, last) if known else UNKNOWN
        return PostRow(
            n,
            _uuid(raw[:16]),
            platform,
            external_id,
            account,
            author,
            caption,
            int(state not in ("never", "paused")),
            int(state == "gone" or (private and known)),
            hours,
            None,
            added,
            max(added, last),
            first,
            last,
            # Posts found through an account are refreshed with it.
            last + hours * HOUR
            if account is None and state not in ("never", "paused", "gone")
            else None,
            published if known else UNKNOWN,
            views,
            share(views, curve.like_rate) if known else UNKNOWN,
            share(views, curve.play_rate) if known else UNKNOWN,
            None,
            curve,
        )


def _breaking_out(curve: Curve, shape: str, last: int, *, audience: int, a: int, b: int) -> Curve:
    """The growth of a post that gains 1.5 to 20 times its views in the week before ``last``."""
    # It starts with few views for its author, so that the rise stays in proportion.
    before = 700 << audience
    before += b % before
    times = 20 + a % 11 * (b % 11)  # in tenths; steep rises are rare
    if shape == "early peak":
        boost, start, half = times, 5 * DAY + b % (2 * DAY), 3 * HOUR + a % (9 * HOUR)
    elif shape == "slow climb":
        # It continues long after the week, so its ceiling is high.
        boost, start, half = 16 * times, 9 * DAY + b % (2 * DAY), 18 * DAY + a % (6 * DAY)
    else:
        boost, start, half = 25 + times // 12, 2 * DAY + b % DAY, 6 * HOUR + a % (4 * HOUR)
    return curve._replace(
        ceiling=before,
        half_life=12 * HOUR + a % DAY,
        boost=before * boost // 10,
        boost_at=last - start,
        boost_half=half,
    )


def _place(i: int) -> int:
    # Shifted by one in each block; otherwise the same accounts would always have the same states.
    return i + i // len(_STATES)


def _state(i: int) -> str:
    return _STATES[_place(i) % len(_STATES)]


def _author(a: int, b: int) -> str:
    return f"{_FIRST[a % len(_FIRST)]}_{_SECOND[b % len(_SECOND)]}_{a % 997}"


def _external_id(platform: int, draw: int, n: int) -> str:
    lead = (3, 7)[platform] * 10**18
    return str(lead + draw % 4 * 10**17 + (draw >> 8) % 10**9 * 10**8 + n % 10**8)
