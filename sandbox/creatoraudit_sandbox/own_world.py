"""User-defined worlds: accounts, posts and their counts over time, from a mapping or a file."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from . import recorded
from .clock import DAY, HOUR, day_start, parse_instant
from .recorded import Points
from .rows import UNKNOWN, AccountRow, CreatorRow, PostRow
from .world import PLATFORMS, World

_RELATIVE: Final = re.compile(r"([+-]?)([0-9]{1,9})([smhdw])")
_SECONDS: Final = {"s": 1, "m": 60, "h": HOUR, "d": DAY, "w": 7 * DAY}
_LATEST: Final = day_start(date(9000, 1, 1))
_USERNAME: Final = re.compile(r"[\w.]{1,64}", re.ASCII)
_FIGURES: Final = ("views", *recorded.RATES)
_POST_MEMBERS: Final = (
    *_FIGURES,
    *("platform", "id", "caption", "published", "is_active", "is_unavailable", "metadata"),
)
_ACCOUNT_MEMBERS: Final = (
    *("platform", "username", "followers", "creator", "category", "is_active", "posts"),
)


def read(file: Path) -> Mapping[str, Any]:
    """Read a world from a file: JSON if its name ends so, otherwise TOML."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        world = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    except ValueError as error:
        raise ValueError(f"world {file}: {error}") from None
    return _mapping(world, "world")


class OwnWorld(World):
    """A user-defined world; anything tracked later is derived from the seed."""

    def __init__(self, seed: int | str, now: int, described: Mapping[str, Any]) -> None:
        super().__init__(seed, now, 0, 0, 0)
        _known(described, ("accounts", "posts"), "world")
        self._creators: dict[str, CreatorRow] = {}
        self._accounts: dict[str, AccountRow] = {}
        self._tables: dict[str, list[PostRow]] = {"account_videos": [], "videos": []}
        for name, account in _mapping(described.get("accounts", {}), "accounts").items():
            self._add_account(name, _mapping(account, f"account {name!r}"))
        for name, post in _mapping(described.get("posts", {}), "posts").items():
            self._add_post(name, _mapping(post, f"post {name!r}"))
        self.post_count = sum(map(len, self._tables.values()))

    def creators(self) -> Iterator[CreatorRow]:
        """The creators that the accounts name."""
        return iter(self._creators.values())

    def accounts(self) -> Iterator[AccountRow]:
        """The accounts of the world."""
        return iter(self._accounts.values())

    def account_videos(self, accounts: list[AccountRow]) -> Iterator[PostRow]:
        """The posts found through its accounts."""
        del accounts
        return iter(self._tables["account_videos"])

    def videos(self, accounts: list[AccountRow]) -> Iterator[PostRow]:
        """The other posts, which are tracked one by one."""
        del accounts
        return iter(self._tables["videos"])

    def _name(self, name: str, row_id: str) -> None:
        if name in self.ids:
            raise ValueError(f"world: two accounts or posts are called {name!r}")
        self.ids[name] = row_id

    def _add_account(self, name: str, told: Mapping[str, Any]) -> None:
        where = f"account {name!r}"
        _known(told, _ACCOUNT_MEMBERS, where)
        platform = _platform(told, where)
        username = _text(told, "username", where, name)
        if not _USERNAME.fullmatch(username):
            raise ValueError(f"world: {where}: {username!r} is not a username; give one")
        handle = (platform, username.casefold())
        if handle in {(row.platform, row.handle) for row in self._accounts.values()}:
            raise ValueError(f"world: {where}: the username {username!r} is used twice")
        followers = told.get("followers", 0)
        if not isinstance(followers, Mapping):
            followers = {"0s": followers}
        points = self._points(followers, f"{where}: followers")
        n = len(self._accounts) + 1
        row = self.account(n, platform, username, self.now)
        self._name(name, row.id)
        self._accounts[name] = row
        for post_name, post in _mapping(told.get("posts", {}), f"{where}: posts").items():
            self._add_post(post_name, _mapping(post, f"post {post_name!r}"), row)
        posts = [post for post in self._tables["account_videos"] if post.account == n]
        times = sorted(
            {at for post in posts for at in recorded.instants(post.recorded or "{}", "views")}
            | ({at for at, _ in points} if "followers" in told else set())
        )
        seen = [at for at in times if at <= self.now]
        history = recorded.write({"followers": points, "refreshes": [(at, 0) for at in times]})
        active = _flag(told, "is_active", where, default=True)
        self._accounts[name] = row._replace(
            category=_text(told, "category", where, None),
            creator=self._creator(_text(told, "creator", where, None)),
            is_active=int(active),
            added_at=min([self.now, *times, *(post.added_at for post in posts)]) - 2,
            first_scrape_time=seen[0] if seen else UNKNOWN,
            last_scrape_time=seen[-1] if seen else UNKNOWN,
            next_refresh=min((at for at in times if at > self.now), default=None)
            if active
            else None,
            follower_count=recorded.count(history, "followers", seen[-1], 0) if seen else 0,
            recorded=history,
        )

    def _creator(self, name: str | None) -> int | None:
        if name is None:
            return None
        n = len(self._creators) + 1
        row = CreatorRow(n, self.new_id("creator", n), name, 1, None)
        return self._creators.setdefault(name, row).n

    def _add_post(
        self, name: str, told: Mapping[str, Any], owner: AccountRow | None = None
    ) -> None:
        where = f"post {name!r}"
        _known(told, (*_POST_MEMBERS, "account") if owner is None else _POST_MEMBERS, where)
        table = "videos" if owner is None else "account_videos"
        author = owner or self._owner(told, where)
        platform = _platform(told, where, author)
        figures = {
            figure: self._points(told[figure], f"{where}: {figure}")
            for figure in _FIGURES
            if figure in told
        }
        times = [at for at, _ in figures.get("views", ())]
        for figure, points in figures.items():
            if not {at for at, _ in points} <= set(times):
                raise ValueError(f"world: {where}: {figure} at an instant without views")
        # The numbers of the two platforms count separately, as in the generated world.
        place = 1 + sum(row.platform == platform for row in self._tables["account_videos"])
        n = len(self._tables["videos"]) + 1 if owner is None else 2 * place + platform
        kind = table.removesuffix("s")
        external_id = self._external_id(
            told.get("id", self.new_external_id(platform, kind, n)), where, platform, table
        )
        seen = [at for at in times if at <= self.now]
        first = min([self.now, *times])
        published = told.get("published")
        at = first - DAY if published is None else self._instant(published, f"{where}: published")
        username = author.username if author else self.author(platform, external_id)
        rates = self.traits(platform, external_id, at, username).curve
        row = PostRow.unseen(
            n,
            self.new_id(kind, n),
            platform,
            external_id,
            account=author.n if author else None,
            author=username,
            caption=_text(told, "caption", where, name) or "",
            added_at=max(at, first - 2),
            updated_at=seen[-1] if seen else first,
            curve=rates._replace(published=at, ceiling=0),
        )
        active = _flag(told, "is_active", where, default=True)
        gone = _flag(told, "is_unavailable", where, default=False)
        upcoming = min((at for at in times if at > self.now), default=None)
        row = row._replace(
            is_active=int(active),
            is_unavailable=int(gone),
            metadata=json.dumps(_tags(told["metadata"], where)) if "metadata" in told else None,
            next_refresh=upcoming if owner is None and active and not gone else None,
            recorded=recorded.write(figures),
        )
        self._name(name, row.id)
        self._tables[table].append(row.refreshed(seen[0], seen[-1]) if seen else row)

    def _owner(self, told: Mapping[str, Any], where: str) -> AccountRow | None:
        name = _text(told, "account", where, None)
        if name is not None and name not in self._accounts:
            raise ValueError(f"world: {where}: there is no account {name!r}")
        return None if name is None else self._accounts[name]

    def _external_id(self, told: object, where: str, platform: int, table: str) -> str:
        given = str(told)
        if not re.fullmatch(r"[1-9][0-9]{0,19}", given):
            raise ValueError(
                f"world: {where}: id must be the numeric id of the post on its platform"
            )
        if (platform, given) in {(row.platform, row.external_id) for row in self._tables[table]}:
            raise ValueError(f"world: {where}: the id {given} is used twice")
        return given

    def _points(self, counts: object, where: str) -> Points:
        points: dict[int, int] = {}
        for instant, number in _mapping(counts, where, keys=object).items():
            at = self._instant(instant, where)
            if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 2**53:
                raise ValueError(f"world: {where}: {number!r} is not a count")
            if at in points:
                raise ValueError(f"world: {where}: two counts at {instant}")
            points[at] = number
        return sorted(points.items())

    def _instant(self, told: object, where: str) -> int:
        at = self._epoch(told, where)
        if not 0 <= at < _LATEST:
            raise ValueError(f"world: {where}: {told} is outside of the years 1970 to 9000")
        return at

    def _epoch(self, told: object, where: str) -> int:
        if isinstance(told, timedelta):
            return self.now + int(told.total_seconds())
        if isinstance(told, datetime):
            told = told.replace(tzinfo=UTC) if told.tzinfo is None else told
            return int(told.timestamp())
        if isinstance(told, date):
            return day_start(told)
        text = str(told).strip()
        if text == "now":
            return self.now
        if relative := _RELATIVE.fullmatch(text):
            sign, number, unit = relative.groups()
            return self.now + (-1 if sign == "-" else 1) * int(number) * _SECONDS[unit]
        try:
            return int(parse_instant(text).timestamp())
        except ValueError:
            raise ValueError(
                f"world: {where}: {text!r} is not an instant;"
                " write 2026-06-15T12:00:00Z, -7d or now"
            ) from None


def _mapping(value: object, where: str, keys: type = str) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, keys) for key in value):
        raise ValueError(f"world: {where} is not a table")
    return value


def _tags(value: object, where: str) -> Mapping[str, str]:
    tags = _mapping(value, f"{where}: metadata")
    if not all(isinstance(tag, str) for tag in tags.values()):
        raise ValueError(f"world: {where}: metadata has values that are not strings")
    return tags


def _known(told: Mapping[str, Any], names: Collection[str], where: str) -> None:
    for name in told:
        if name not in names:
            raise ValueError(f"world: {where} has no member {name!r}; it takes {', '.join(names)}")


def _text(told: Mapping[str, Any], name: str, where: str, default: str | None) -> Any:
    value = told.get(name, default)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"world: {where}: {name} is not a string")
    return value


def _flag(told: Mapping[str, Any], name: str, where: str, *, default: bool) -> bool:
    value = told.get(name, default)
    if not isinstance(value, bool):
        raise ValueError(  # noqa: TRY004 - the mistake is in a file, not in a program
            f"world: {where}: {name} is not true or false"
        )
    return value


def _platform(told: Mapping[str, Any], where: str, owner: AccountRow | None = None) -> int:
    default = PLATFORMS[owner.platform] if owner else "tiktok"
    name = _text(told, "platform", where, default)
    if name not in PLATFORMS or (owner and name != default):
        known = default if owner else " or ".join(PLATFORMS)
        raise ValueError(f"world: {where}: platform must be {known}")
    return PLATFORMS.index(name)
