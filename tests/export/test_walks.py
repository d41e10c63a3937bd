"""Long lists are walked per platform, side by side, and have the same order every time."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from creatoraudit import CreatorAudit
from creatoraudit.errors import ForbiddenError, UsageError
from creatoraudit.export import export
from creatoraudit_sandbox import Sandbox
from support import answers
from support.server import Request, ScriptedServer, Step

from .conftest import PAGES, POSTS, Interrupter, read, settle

PLATFORMS = ("instagram", "tiktok")
PLATFORM_OF = ("tiktok", "instagram", "tiktok")


def one_per_page(request: Request, posts: list[dict[str, Any]]) -> Step:
    """A list with one post on each page, so that a dozen make a long one."""
    if request.path == "/whoami":
        return answers.WHOAMI
    (platform,) = request.query.get("platform", [None])
    mine = [post for post in posts if platform in (None, post["platform"])]
    at = int(request.query.get("cursor", ["0"])[0])
    return answers.page(
        mine[at : at + 1],
        str(at + 1) if at + 1 < len(mine) else None,
        total_count=len(mine),
        filters={"platform": platform},
    )


@pytest.fixture
def listed() -> list[dict[str, Any]]:
    """The posts of the list, in its order."""
    return [answers.video(n, platform=PLATFORM_OF[n % 3]) for n in range(12)]


@pytest.fixture
def api(serve: Callable[..., ScriptedServer], listed: list[dict[str, Any]]) -> ScriptedServer:
    return serve(lambda request: one_per_page(request, listed))


@pytest.fixture
def client(
    api: ScriptedServer, client_of: Callable[[ScriptedServer], CreatorAudit]
) -> CreatorAudit:
    return client_of(api)


def ids_of(path: Path) -> list[str]:
    return [row["id"] for row in read(path)]


def requests_of(api: ScriptedServer) -> int:
    return sum(request.path == "/videos" for request in api.requests)


def stopped(ca: CreatorAudit, path: Path, rows: int, **options: Any) -> Path:
    """Interrupt an export after so many rows; the folder that it leaves."""
    with pytest.raises(KeyboardInterrupt):
        export(ca, "videos", path, on_progress=Interrupter(rows), **options)
    settle()
    return path.with_name(f"{path.name}.partial")


def test_rows_are_those_of_one_platform_after_the_other_each_in_the_order_of_the_list(
    client: CreatorAudit, api: ScriptedServer, listed: list[dict[str, Any]], tmp_path: Path
) -> None:
    path = export(client, "videos", tmp_path).path
    assert ids_of(path) == [
        post["id"] for platform in PLATFORMS for post in listed if post["platform"] == platform
    ]
    # One request more than pages: it finds out how long the list is.
    assert requests_of(api) == 1 + len(listed)


@pytest.mark.parametrize(
    "order", [{"sort": "-added_at"}, {"order_by": "view_count"}, {"order_direction": "asc"}]
)
def test_list_whose_order_is_asked_for_is_one_walk(
    *,
    client: CreatorAudit,
    api: ScriptedServer,
    listed: list[dict[str, Any]],
    tmp_path: Path,
    order: dict[str, Any],
) -> None:
    path = export(client, "videos", tmp_path, **order).path
    assert ids_of(path) == [post["id"] for post in listed]
    assert requests_of(api) == len(listed)


def test_list_of_one_platform_is_one_walk(
    client: CreatorAudit, api: ScriptedServer, tmp_path: Path
) -> None:
    assert export(client, "videos", tmp_path, platform="tiktok").rows == 8
    assert requests_of(api) == 8


def test_short_list_is_one_walk(
    client: CreatorAudit, api: ScriptedServer, listed: list[dict[str, Any]], tmp_path: Path
) -> None:
    del listed[9:]
    path = export(client, "videos", tmp_path).path
    assert ids_of(path) == [post["id"] for post in listed]
    assert requests_of(api) == len(listed)


def test_posts_of_an_unknown_platform_keep_a_list_in_one_walk(
    client: CreatorAudit, listed: list[dict[str, Any]], tmp_path: Path
) -> None:
    listed[5]["platform"] = "threads"
    path = export(client, "videos", tmp_path).path
    assert ids_of(path) == [post["id"] for post in listed]


@pytest.mark.parametrize("rows", [1, 2, 5, 9, 11, 12])
def test_each_walk_continues_from_its_own_cursor(
    client: CreatorAudit, api: ScriptedServer, tmp_path: Path, rows: int
) -> None:
    whole = export(client, "videos", tmp_path / "whole.jsonl").path
    path = tmp_path / "posts.jsonl"
    stopped(client, path, rows)
    before = requests_of(api)
    assert export(client, "videos", path).resumed == rows
    assert requests_of(api) - before == 12 - rows
    assert path.read_bytes() == whole.read_bytes()


def test_standard_output_has_the_order_of_a_file(
    ca: CreatorAudit, undisturbed: Mapping[str, bytes], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert export(ca, "videos", "-").rows == POSTS
    assert capfdbinary.readouterr().out == undisturbed["csv"]


def test_long_list_of_the_sandbox_is_two_walks(
    ca: CreatorAudit, posts: Sandbox, tmp_path: Path, undisturbed: Mapping[str, bytes]
) -> None:
    path = tmp_path / "posts.csv"
    stopped(ca, path, 2_200)
    assert posts.requests["GET /videos"] >= 1 + 2_200 // 200
    posts.requests.clear()
    assert export(ca, "videos", path).resumed == 2_200
    assert posts.requests["GET /videos"] == PAGES - 2_200 // 200
    assert path.read_bytes() == undisturbed["csv"]


def as_of_the_last_release(folder: Path) -> None:
    """Give a checkpoint the tables that it had when every export had one cursor."""
    db = sqlite3.connect(folder / "checkpoint.sqlite3", isolation_level=None)
    ((rows, cursor),) = db.execute("SELECT rows, cursor FROM walk")
    parts = list(db.execute("SELECT number, ids FROM part"))
    for statement in (
        "DROP TABLE walk",
        "DROP TABLE part",
        "CREATE TABLE part (number INTEGER PRIMARY KEY, ids BLOB NOT NULL)",
        "CREATE TABLE position (rows INTEGER, not_found INTEGER, cursor TEXT, stage TEXT)",
    ):
        db.execute(statement)
    db.executemany("INSERT INTO part VALUES (?, ?)", parts)
    db.execute("INSERT INTO position VALUES (?, 0, ?, 'walking')", (rows, cursor))
    # The export was begun in an order, so as to be one walk; that is to be forgotten.
    db.execute("UPDATE identity SET value = '{}' WHERE name = 'filters'")
    db.close()


def test_checkpoint_of_the_last_release_is_finished_in_one_walk(
    client: CreatorAudit, api: ScriptedServer, listed: list[dict[str, Any]], tmp_path: Path
) -> None:
    path = tmp_path / "posts.csv"
    as_of_the_last_release(stopped(client, path, 5, sort="-added_at"))
    before = requests_of(api)
    assert export(client, "videos", path).resumed == 5
    assert requests_of(api) - before == len(listed) - 5
    assert ids_of(path) == [post["id"] for post in listed]


def test_checkpoint_of_the_last_release_about_something_else_is_refused_with_its_remedy(
    client: CreatorAudit, tmp_path: Path
) -> None:
    path = tmp_path / "posts.csv"
    as_of_the_last_release(stopped(client, path, 5, sort="-added_at"))
    with pytest.raises(UsageError, match=r"something else .*raw.*pass restart=True"):
        export(client, "videos", path, raw=True)
    assert export(client, "videos", path, raw=True, restart=True).rows == 12


def with_figures(request: Request, posts: list[dict[str, Any]], refused: set[str]) -> Step:
    """The same list, whose figures are refused for some posts."""
    if request.path != "/videos/deltas":
        return one_per_page(request, posts)
    ids = request.json["video_ids"]
    if refused.intersection(ids):
        return answers.problem(403, "FORBIDDEN")
    return answers.deltas({one: {"7d": int(one[-12:], 16) % 1_000} for one in ids})


def test_figures_that_fail_cost_no_page_before_and_none_is_skipped(
    serve: Callable[..., ScriptedServer],
    client_of: Callable[[ScriptedServer], CreatorAudit],
    listed: list[dict[str, Any]],
    tmp_path: Path,
) -> None:
    refused: set[str] = set()
    ca = client_of(serve(lambda request: with_figures(request, listed, refused)))
    whole = export(ca, "deltas", tmp_path / "whole.jsonl", windows=[7]).path
    refused.add(listed[7]["id"])
    path = tmp_path / "posts.jsonl"
    with pytest.raises(ForbiddenError, match="rows are kept"):
        export(ca, "deltas", path, windows=[7])
    refused.clear()
    assert 0 < export(ca, "deltas", path, windows=[7]).resumed < len(listed)
    assert path.read_bytes() == whole.read_bytes()
    assert {row["id"] for row in read(path)} == {post["id"] for post in listed}
