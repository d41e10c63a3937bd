"""One call for each operation of the contract, and a check of its result.

The calls use the resources of a `World`: a sandbox that is only read, so that reads can be compared
with those of an undisturbed client, and one whose resources may be used up.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import attrs

from creatoraudit import CreatorAudit, NotFoundError
from creatoraudit_api.types import ReadModel

from .driver import Session

if TYPE_CHECKING:
    from creatoraudit_sandbox import Sandbox

NOW = "2026-06-15T12:00:00Z"


def plain(value: Any) -> Any:
    """Convert a result to dicts, lists and scalars, for comparison."""
    if isinstance(value, ReadModel):
        return value.to_dict()
    if attrs.has(type(value)):
        return {one.name: plain(getattr(value, one.name)) for one in attrs.fields(type(value))}
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value


@dataclass
class World:
    """The resources that jobs use.

    Attributes:
        still: A sandbox that is only read.
        busy: A sandbox that is changed.
        reader: An undisturbed client of `still`.
        writer: An undisturbed client of `busy`.
    """

    still: Sandbox
    busy: Sandbox
    reader: CreatorAudit = field(init=False)
    writer: CreatorAudit = field(init=False)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _expected: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reader = CreatorAudit(self.still.api_key, base_url=self.still.base_url)
        self.writer = CreatorAudit(self.busy.api_key, base_url=self.busy.base_url)
        self.accounts = [one.id for one in self.reader.accounts.list()]
        self.videos = [one.id for one in self.reader.videos.list()]
        self.account_videos = self.reader.account_videos.list().to_list()
        self.creator = next(iter(self.reader.creators.list())).id
        self.own_account = self.new_account()
        self.own_video = self.new_video()
        self.own_creator = self.new_creator()

    def close(self) -> None:
        self.reader.close()
        self.writer.close()

    def number(self) -> int:
        return next(self._numbers)

    def internal_ids(self, platform: str) -> list[int]:
        data = [one.platform_data for one in self.account_videos if one.platform == platform]
        ids = [one["internal_id"] for one in data if one is not None]
        return [one for one in ids if isinstance(one, int)]

    def new_account(self) -> str:
        return self.writer.accounts.track(f"a{self.number()}", platform="tiktok").id

    def new_video(self) -> str:
        return self.writer.videos.track(str(90_000 + self.number()), platform="tiktok").id

    def new_creator(self) -> str:
        return self.writer.creators.create(f"c{self.number()}").id

    def linked(self) -> str:
        account = self.new_account()
        self.writer.creators.link(self.own_creator, account)
        return account

    def count(self, kind: str) -> int:
        counted: int | None = getattr(self.writer, kind).list().total_count()
        assert counted is not None
        return counted

    def expected(self, job: Job) -> Any:
        if job.name not in self._expected:
            read = job.call(self.reader, self, None)
            self._expected[job.name] = plain(list(read) if job.items else read)
        return self._expected[job.name]


@contextmanager
def small_world() -> Iterator[World]:
    """Settings of a world with a dozen of each resource, so that hundreds of calls take seconds."""
    # Imported late, because tests of the low-level package alone have no sandbox.
    from creatoraudit_sandbox import Sandbox

    with (
        Sandbox(now=NOW, rate_limit=0, accounts=12, videos=12, account_videos=12) as still,
        Sandbox(now=NOW, rate_limit=0, accounts=0, videos=0) as busy,
    ):
        world = World(still, busy)
        yield world
        world.close()


@dataclass(frozen=True)
class Job:
    """A call of one operation.

    Attributes:
        name: The operation.
        call: The call, which gets the result of `before`. Lists are returned as iterators.
        items: Whether it returns something to iterate over.
        before: Makes the resource that the call uses up.
        creates: Name of the resource that it creates.
        right: Asserts that a result is correct and had its effect; None for reads, whose results
            are compared with those of an undisturbed client.
        empty: Whether its success has no body.
        open: Whether the body of its success may be any object.
        paged: Whether it walks a list.
    """

    name: str
    call: Callable[[Any, World, Any], Any]
    items: bool = False
    before: Callable[[World], Any] | None = None
    creates: str | None = None
    right: Callable[[World, Any, Any], None] | None = None
    empty: bool = False
    open: bool = False
    paged: bool = False

    @property
    def writes(self) -> bool:
        return self.right is not None

    def run(self, session: Session, world: World, spent: Any) -> Any:
        if self.items:
            return session.collect(lambda ca: self.call(ca, world, spent))
        return session.do(lambda ca: self.call(ca, world, spent))

    def check(self, world: World, result: Any, spent: Any) -> None:
        """Fail unless the result is correct."""
        if self.right is None:
            assert plain(result) == world.expected(self)
        else:
            self.right(world, result, spent)


def _gone(kind: str) -> Callable[[World, Any, Any], None]:
    def right(world: World, result: Any, spent: Any) -> None:
        assert result is None
        try:
            getattr(world.writer, kind).get(spent)
        except NotFoundError:
            return
        raise AssertionError(f"{spent} is still there")

    return right


def _paused(kind: str) -> Callable[[World, Any, Any], None]:
    def right(world: World, result: Any, _: Any) -> None:
        assert result.is_active is False
        assert getattr(world.writer, kind).get(result.id).is_active is False

    return right


def _is_there(kind: str) -> Callable[[World, Any, Any], None]:
    def right(world: World, result: Any, _: Any) -> None:
        assert getattr(world.writer, kind).get(result.id).id == result.id

    return right


def _linked(world: World, result: Any, spent: Any) -> None:
    assert isinstance(result.created, bool)
    assert world.writer.accounts.get(spent).creator_id == world.own_creator


def _unlinked(world: World, result: Any, spent: Any) -> None:
    assert result is None
    assert world.writer.accounts.get(spent).creator_id is None


def _meta(_world: World, result: Any, _spent: Any) -> None:
    """Its URLs name the host that was asked, so they are no two clients' same."""
    assert (result.type, result.api_version) == ("api_meta", "v2")
    assert result.whoami_url.endswith("/v2/whoami")


def _list(kind: str, limit: int = 5) -> Callable[[Any, World, Any], Any]:
    return lambda ca, _world, _spent: getattr(ca, kind).list(limit=limit)


JOBS: Mapping[str, Job] = {
    job.name: job
    for job in (
        Job("list_accounts", _list("accounts"), items=True, paged=True),
        Job("list_videos", _list("videos"), items=True, paged=True),
        Job("list_account_videos", _list("account_videos"), items=True, paged=True),
        Job("list_creators", _list("creators", 1), items=True, paged=True),
        Job("get_account", lambda ca, w, _: ca.accounts.get(w.accounts[0])),
        Job("get_video", lambda ca, w, _: ca.videos.get(w.videos[0])),
        Job("get_creator", lambda ca, w, _: ca.creators.get(w.creator)),
        Job(
            "batch_account_metrics",
            lambda ca, w, _: ca.accounts.metrics(w.accounts, period="7d"),
        ),
        Job("batch_video_metrics", lambda ca, w, _: ca.videos.metrics(w.videos, period="7d")),
        Job(
            "batch_account_video_metrics",
            lambda ca, w, _: ca.account_videos.metrics(
                instagram=w.internal_ids("instagram"), period="7d"
            ),
        ),
        Job("batch_video_deltas", lambda ca, w, _: ca.videos.deltas(w.videos)),
        Job("get_video_deltas", lambda ca, w, _: ca.videos.deltas(w.videos, via="get")),
        Job(
            "creator_analytics",
            lambda ca, w, _: ca.creators.analytics(w.creator, "2026-06-01", "2026-06-03"),
        ),
        Job("top_creators", lambda ca, _w, _: ca.creators.top("30d")),
        Job("get_overview", lambda ca, _w, _: ca.overview("30d")),
        Job("search", lambda ca, _w, _: ca.search("a")),
        Job("whoami", lambda ca, _w, _: ca.whoami()),
        Job("get_health", lambda ca, _w, _: ca.health(), open=True),
        Job("get_meta", lambda ca, _w, _: ca.meta(), right=_meta),
        Job(
            "track_account",
            lambda ca, _w, name: ca.accounts.track(name, platform="instagram"),
            before=lambda w: f"b{w.number()}",
            creates="accounts",
            right=_is_there("accounts"),
        ),
        Job(
            "track_video",
            lambda ca, _w, name: ca.videos.track(name, platform="tiktok"),
            before=lambda w: str(90_000 + w.number()),
            creates="videos",
            right=_is_there("videos"),
        ),
        Job(
            "create_creator",
            lambda ca, _w, _: ca.creators.create("The same name"),
            creates="creators",
            right=_is_there("creators"),
        ),
        Job(
            "update_account",
            lambda ca, w, _: ca.accounts.update(w.own_account, is_active=False),
            before=lambda w: w.writer.accounts.resume(w.own_account),
            right=_paused("accounts"),
        ),
        Job(
            "update_video",
            lambda ca, w, _: ca.videos.update(w.own_video, is_active=False),
            before=lambda w: w.writer.videos.resume(w.own_video),
            right=_paused("videos"),
        ),
        Job(
            "update_creator",
            lambda ca, w, _: ca.creators.update(w.own_creator, is_active=False),
            before=lambda w: w.writer.creators.resume(w.own_creator),
            right=_paused("creators"),
        ),
        Job(
            "link_account",
            lambda ca, w, account: ca.creators.link(w.own_creator, account),
            before=lambda w: w.new_account(),
            right=_linked,
        ),
        Job(
            "unlink_account",
            lambda ca, w, account: ca.creators.unlink(w.own_creator, account),
            before=lambda w: w.linked(),
            right=_unlinked,
            empty=True,
        ),
        Job(
            "delete_account",
            lambda ca, _w, account: ca.accounts.delete(account),
            before=lambda w: w.new_account(),
            right=_gone("accounts"),
            empty=True,
        ),
        Job(
            "delete_video",
            lambda ca, _w, video: ca.videos.delete(video),
            before=lambda w: w.new_video(),
            right=_gone("videos"),
            empty=True,
        ),
        Job(
            "delete_creator",
            lambda ca, _w, creator: ca.creators.delete(creator),
            before=lambda w: w.new_creator(),
            right=_gone("creators"),
            empty=True,
        ),
    )
}
