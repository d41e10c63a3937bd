"""Filters that nothing passes are explained on stderr; what does not exist is not found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from creatoraudit import CreatorAudit, NotFoundError
from support import answers
from support.server import Request, ScriptedServer, Step

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .conftest import Here

KNOWN, GONE = answers.video_id(1), answers.video_id(9)
CATEGORIES = ["food", "Pets"]


@pytest.fixture
def api(serve: Callable[..., ScriptedServer]) -> ScriptedServer:
    """Two accounts with categories, one creator without accounts, and no posts."""
    accounts = [
        {"id": answers.video_id(n), "platform": "tiktok", "username": f"u{n}", "category": name}
        for n, name in enumerate(CATEGORIES, 1)
    ]

    def answer(request: Request) -> Step:
        if request.path == "/whoami":
            return answers.WHOAMI
        if request.path in (f"/creators/{GONE}", f"/accounts/{GONE}"):
            return answers.problem(404, "NOT_FOUND")
        if request.path == f"/creators/{KNOWN}":
            return answers.one({"type": "creator", "id": KNOWN, "name": "Us"})
        if request.path == f"/accounts/{KNOWN}":
            return answers.one({"type": "account", **accounts[0]})
        if request.path != "/accounts" or {"creator_id", "platform"} & request.query.keys():
            return answers.page([])
        category = request.query.get("category", [""])[0]
        wanted = request.query.get("q", [""])[0]
        return answers.page(
            [
                one
                for one in accounts
                if category in ("", one["category"]) and wanted in one["username"]
            ]
        )

    return serve(answer)


NOPE = "no tracked account has the category 'foods' (did you mean 'food'?); there is 'Pets', 'food'"
NOT_FOUND = "404 NOT_FOUND"


@pytest.mark.parametrize("form", ["table", "json", "csv"])
@pytest.mark.parametrize(
    ("args", "says"),
    [
        (
            "accounts list --category foods",
            f"No accounts pass the filters --category foods: {NOPE}",
        ),
        ("accounts list --q nobody", "No accounts pass the filters --q nobody"),
        (
            "accounts list --platform tiktok --paused --category food",
            "No accounts pass the filters --platform tiktok --paused --category food",
        ),
        (f"accounts list --creator-id {KNOWN}", "No accounts pass the filters --creator-id"),
        ("videos list --account-id @u1", "No videos pass the filters --account-id @u1"),
        ("account-videos list --platform tiktok", "No account videos pass the filters --platform"),
        ("creators list --archived", "No creators pass the filters --archived"),
        ("creators list", "There are no creators here"),
        (f"breakouts --account {KNOWN}", f"No posts pass the filters --account {KNOWN}"),
        (f"breakouts --creator {KNOWN}", f"No posts pass the filters --creator {KNOWN}"),
        (
            "breakouts --category food --category Pets --min-views 9",
            "No posts pass the filters --min-views 9 --category food --category Pets",
        ),
        ("breakouts", "No posts are tracked here; start with: creatoraudit accounts track URL"),
        (
            "leaderboard --period 7d",
            "The API names no top creators for --period 7d; rank all creators with --all",
        ),
        ("leaderboard --all", "There are no creators here; make one"),
    ],
)
def test_empty_list_is_explained_on_stderr(
    here: Here, api: ScriptedServer, args: str, says: str, form: str
) -> None:
    ran = here(*args.split(), "--format", form, at=api)
    where = ran.out if form == "table" and "breakouts" in args else ran.err
    assert (ran.code, says in where) == (0, True), ran


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (f"accounts list --creator-id {GONE}", f"get_creator: {NOT_FOUND}"),
        (f"videos list --account-id {GONE}", f"get_account: {NOT_FOUND}"),
        ("videos list --account-id @nobody", "no tracked account is called @nobody"),
        (f"breakouts --creator {GONE}", f"get_creator: {NOT_FOUND}"),
        (f"breakouts --account {GONE}", f"get_account: {NOT_FOUND}"),
        ("breakouts --account @nobody", "no tracked account is called @nobody"),
        ("breakouts --category foods", NOPE),
        ("breakouts --category food --category foods", NOPE),
        (f"export videos --account-id {GONE} --out -", f"get_account: {NOT_FOUND}"),
    ],
)
def test_filter_by_something_that_does_not_exist_is_not_found(
    here: Here, api: ScriptedServer, args: str, says: str
) -> None:
    ran = here(*args.split(), at=api)
    assert (ran.code, says in ran.err.splitlines()[-1]) == (1, True), ran


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ("accounts --category foods", f"No accounts pass the filters --category foods: {NOPE}"),
        ("deltas --platform tiktok", "No videos pass the filters --platform tiktok"),
        ("creators", ""),
    ],
)
def test_empty_export_is_explained(
    here: Here, api: ScriptedServer, inside: Path, args: str, says: str
) -> None:
    ran = here("export", *args.split(), "--out", "out.csv", at=api)
    *why, told = ran.err.splitlines()
    assert (ran.code, why) == (0, [says] if says else [])
    assert told.startswith("0 rows in")
    assert (inside / "out.csv").exists()


@pytest.mark.parametrize(
    ("known", "says"),
    [
        ([], "no tracked account has the category 'x', or any other"),
        ([None], "no tracked account has the category 'x', or any other"),
        ([f"c{n:02}" for n in range(12)], "'c09' and 2 more"),
    ],
)
def test_categories_are_named_as_far_as_there_is_room(
    serve: Callable[..., ScriptedServer], known: list[str | None], says: str
) -> None:
    accounts = [
        {"id": KNOWN, "platform": "tiktok", "username": "a", "category": name} for name in known
    ]
    server = serve(lambda request: answers.page([] if "category" in request.query else accounts))
    with (
        CreatorAudit("made-up-key", base_url=server.url) as ca,
        pytest.raises(NotFoundError, match=says),
    ):
        ca.breakouts(categories=["x"])


def test_nothing_new_for_cron_is_silent_but_nothing_at_all_is_not(
    here: Here, api: ScriptedServer, gained: Callable[..., ScriptedServer], inside: Path
) -> None:
    args = ("breakouts", "--seen", "seen.json", "--format", "csv")
    some = gained((answers.video(1, view_count=1000), 500))
    assert here(*args, at=some).err == ""
    assert here(*args, at=some).err == ""
    assert "No posts are tracked here" in here(*args, at=api).err
    assert (inside / "seen.json").exists()
    assert "skipped" in here(*args[:1], *args[3:], "--min-growth", "900%", at=some).err
